"""What colours and number formats say on the sheet Segments, beside words and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.workbook.template.panel import Answer, status_colours
from xlcrm.workbook.template.style import STATUS

LEVERS = {
    "keep": STATUS["green"],
    "mend": STATUS["red"],
    "show": STATUS["amber"],
    "watch": STATUS["missing"],
}
"""Ink and ground of each lever."""
_FINDINGS = {"typical": STATUS["green"], "untypical": STATUS["red"]}
_ANY = "[>=100]#,##0;[<=-100]-#,##0;0.0##"
"""For a figure of any unit: money, shares or days, also below 0."""
_LIMIT = "[>=100]#,##0;[<=-100]-#,##0;General"


def coloured(found: Mapping[str, Answer]) -> None:
    """Colour words that judge, and ranks that change; let formats suit any figure.

    Args:
        found: The answers by their panels.
    """
    for name, column, words in (("needs", "lever", LEVERS), ("profile", "finding", _FINDINGS)):
        answer = found[name]
        at = answer.column + answer.names.index(column)
        status_colours(answer.page, answer.row + 1, at, answer.room, words)
    _flips(found["economics"])
    _beyond(found["price"], "leakage")
    _shown(
        found["changes"],
        ("before", "now", "change", "rate_effect", "mix_effect", "contribution"),
        _ANY,
    )
    _shown(found["spread"], ("low", "high"), _LIMIT)
    _shown(found["profile"], ("p", "adjusted"), '[<0.0005]"< 0.001";0.000')
    _shown(found["price"], ("market_index",), "0.00")


def _flips(economics: Answer) -> None:
    """Let the rank after the cost of winning stand out where it is another than before."""
    row, column = economics.row + 1, economics.column + economics.names.index("rank_after")
    before, after = (xl_rowcol_to_cell(row, at, col_abs=True) for at in (column - 1, column))
    for sign, status in (("<", "green"), (">", "red")):
        ink, ground = STATUS[status]
        economics.page.sheet.conditional_format(
            row,
            column,
            row + economics.room - 1,
            column,
            {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER({after}),{after}{sign}{before})",
                "format": economics.page.styles.alone(font_color=ink, bg_color=ground, bold=True),
            },
        )


def _beyond(answer: Answer, name: str) -> None:
    """Let what was lost stand out."""
    column = answer.column + answer.names.index(name)
    cell = xl_rowcol_to_cell(answer.row + 1, column, col_abs=True)
    ink, ground = STATUS["red"]
    answer.page.sheet.conditional_format(
        answer.row + 1,
        column,
        answer.row + answer.room,
        column,
        {
            "type": "formula",
            "criteria": f"=AND(ISNUMBER({cell}),{cell}>0)",
            "format": answer.page.styles.alone(font_color=ink, bg_color=ground),
        },
    )


def _shown(answer: Answer, names: Sequence[str], number_format: str) -> None:
    """Give columns a number format of their own."""
    look = answer.page.styles.varied("answer_money", num_format=number_format)
    for name in names:
        column = answer.column + answer.names.index(name)
        for row in range(answer.row + 1, answer.row + 1 + answer.room):
            answer.page.sheet.write_blank(row, column, None, look)
