"""What colours say on the sheet Territory, beside words and figures."""

from __future__ import annotations

from xlcrm.workbook.template.panel import Answer, scored_bars
from xlcrm.workbook.template.style import LINE, STATUS

NEGLECTED, EVEN, WELL = "neglected", "as its potential", "worked well"
FINDINGS = {
    NEGLECTED: STATUS["red"],
    EVEN: STATUS["missing"],
    WELL: STATUS["green"],
    "no": STATUS["amber"],
}
"""What a finding begins with, and its ink and ground; the last: no index, or no potential."""
_TWICE = 200
"""The index at which a bar is full: as its potential is then the middle."""


def coloured(regions: Answer) -> None:
    """Colour findings by their first words, and lay a bar behind each index.

    Args:
        regions: The territories.
    """
    sheet, styles = regions.page.sheet, regions.page.styles
    first, last = regions.row + 1, regions.row + regions.room
    finding = regions.column + regions.names.index("finding")
    for word, (ink, ground) in FINDINGS.items():
        sheet.conditional_format(
            first,
            finding,
            last,
            finding,
            {
                "type": "text",
                "criteria": "begins with",
                "value": word,
                "format": styles.alone(
                    font_color=ink, bg_color=ground, bold=True, bottom=1, bottom_color=LINE
                ),
            },
        )
    scored_bars(regions.page, regions, "index", _TWICE)
