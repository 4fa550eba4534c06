"""What cells look like: one accent colour, and one look for each role of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACCENT = "#1B5E7D"
ACCENT_LIGHT = "#4F93B4"
"""For a second series of a chart: 3:1 on white."""
WARM = "#7A4F00"
"""For a line over columns."""
SOFT = "#9AA9B5"
"""For what is there to compare with."""
RISE, FALL = "#1B6B2F", "#A3211A"
"""For what came in and what went out; a sign says so too."""
INK = "#1F2933"
MUTED = "#52606D"
LINE = "#D3DCE3"
PALE = "#F1F5F8"
WHITE = "#FFFFFF"

ENTERED = "#1D3FBB"
"""The colour of what people type."""
ENTERED_ON = "#FFF8E1"

STATUS: Mapping[str, tuple[str, str]] = {
    "green": ("#1B6B2F", "#E4F4E8"),
    "amber": (WARM, "#FFF0CC"),
    "red": ("#A3211A", "#FDE7E5"),
    "missing": (MUTED, "#EEF1F4"),
    "insufficient": (MUTED, "#EEF1F4"),
    "unscored": (MUTED, "#EEF1F4"),
    "on time": ("#1B6B2F", "#E4F4E8"),
    "done": ("#1B6B2F", "#E4F4E8"),
    "late": ("#A3211A", "#FDE7E5"),
    "planned": (MUTED, "#EEF1F4"),
    "stopped": (MUTED, "#EEF1F4"),
}
"""Ink and ground of each status word, of scores and of initiatives."""

SEVERITY: Mapping[str, tuple[str, str]] = {
    "high": STATUS["red"],
    "medium": STATUS["amber"],
    "low": STATUS["missing"],
}
"""Ink and ground of each severity."""

SYMBOLS: Mapping[str, str] = {
    "green": "●", "amber": "▲", "red": "▼", "on time": "●", "done": "●", "late": "▼",
}  # fmt: skip
"""The shape beside each status word; every other word gets `NO_SYMBOL`."""
NO_SYMBOL = "○"
SEVERITY_SYMBOLS: Mapping[str, str] = {"high": "▼", "medium": "▲", "low": "●"}
"""The shape beside each severity."""
SYMBOL_FONT = "Arial"
"""It has these shapes; the workbook's own font leaves them to chance."""

MONEY, SHARE, DATE = "#,##0", "0.0%", "yyyy-mm-dd"
QUIET = '#,##0;-#,##0;"-"'
"""Whole numbers with a dash for 0, so that the eye rests on what there is."""
MIXED = "[>=1000]#,##0;0.0"
"""For a column whose rows have units of their own."""
SCORE = "0"
RATIO = "0.0"
PRECISE = "[>=100]#,##0;0.0##"
"""For a column whose rows are shares, days or money."""

_INPUT = {
    "font_color": ENTERED,
    "bg_color": ENTERED_ON,
    "border": 1,
    "border_color": "#C9A94B",
    "align": "left",
    "valign": "vcenter",
}
_HEAD = {
    "bold": True,
    "font_color": INK,
    "bg_color": PALE,
    "bottom": 2,
    "bottom_color": ACCENT,
    "valign": "vcenter",
}
_SYMBOLS = {"font_name": SYMBOL_FONT, "font_size": 10, "valign": "vcenter"}
_COLUMN = {
    "bold": True,
    "font_color": WHITE,
    "bg_color": ACCENT,
    "valign": "vcenter",
    "border": 1,
    "border_color": ACCENT,
}
_TILE = {"bg_color": PALE}
_TILE_VALUE = {
    **_TILE,
    "bold": True,
    "font_size": 14,
    "font_color": ACCENT,
    "valign": "vcenter",
    "align": "left",
}

ROLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 18, "font_color": ACCENT, "valign": "vcenter"},
    "subtitle": {"font_color": MUTED, "valign": "vcenter"},
    "legend": {**_SYMBOLS, "font_color": MUTED},
    "trouble": {
        "bold": True,
        "font_name": SYMBOL_FONT,
        "font_size": 10,
        "font_color": STATUS["red"][0],
        "valign": "vcenter",
    },
    "heading": {"bold": True, "font_size": 13, "font_color": INK, "valign": "vcenter"},
    "note": {"font_color": MUTED, "italic": True, "valign": "vcenter"},
    "aside": {"font_color": MUTED, "italic": True, "indent": 1},
    "label": {"font_color": MUTED, "valign": "bottom"},
    "text": {"font_color": INK, "valign": "top", "text_wrap": True},
    "line": {"font_color": INK},
    "link": {"font_color": ACCENT, "underline": 1},
    "number": {"bold": True, "font_color": ACCENT, "align": "center"},
    "command": {"font_color": INK, "font_name": "Consolas", "font_size": 10},
    "key": {"bold": True, "font_color": INK, "valign": "top"},
    "input": _INPUT,
    "input_date": {**_INPUT, "num_format": DATE},
    "input_number": {**_INPUT, "num_format": "0"},
    "input_share": {**_INPUT, "num_format": "0%"},
    "entered": {"font_color": ENTERED},
    "entered_wrap": {"font_color": ENTERED, "text_wrap": True, "valign": "top"},
    "calculated": {"font_color": MUTED, "bg_color": "#F7F7F7"},
    "calculated_number": {"font_color": MUTED, "bg_color": "#F7F7F7", "num_format": "#,##0.##"},
    "handle": {"font_color": MUTED, "bg_color": "#F7F7F7", "font_name": "Consolas"},
    "head": {**_HEAD, "align": "left"},
    "head_right": {**_HEAD, "align": "right"},
    "column": _COLUMN,
    "data_head": {**_COLUMN, "indent": 1},
    "answer": {"font_color": INK},
    "answer_money": {"font_color": INK, "num_format": QUIET, "align": "right"},
    "answer_share": {"font_color": INK, "num_format": SHARE, "align": "right"},
    "answer_mixed": {"font_color": INK, "num_format": MIXED},
    "answer_ratio": {"font_color": INK, "num_format": RATIO, "align": "right"},
    "answer_precise": {"font_color": INK, "num_format": PRECISE, "align": "right"},
    "answer_score": {"font_color": INK, "num_format": SCORE, "align": "right"},
    "answer_text": {"font_color": INK, "text_wrap": True, "valign": "top"},
    "answer_small": {"font_color": INK, "font_size": 9, "valign": "vcenter"},
    "answer_wrapped": {
        "font_color": INK,
        "font_size": 9,
        "valign": "vcenter",
        "text_wrap": True,
    },
    "answer_shrunk": {"font_color": INK, "shrink": True, "align": "left"},
    "answer_any": {"font_color": INK, "align": "left"},
    "answer_date": {"font_color": INK, "num_format": DATE, "align": "left"},
    "signal": {"font_color": INK, "align": "center", "font_name": SYMBOL_FONT},
    "tile_label": {**_TILE, "font_color": MUTED, "valign": "vcenter"},
    "tile_value": {**_TILE_VALUE, "num_format": MONEY, "shrink": True},
    "tile_words": _TILE_VALUE,
    "tile_note": {**_TILE, "font_color": MUTED, "font_size": 9, "valign": "top"},
}
"""The properties of a cell by its role, in XlsxWriter's words."""


class Styles:
    """The formats of one workbook, made when they are first asked for."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __getitem__(self, role: str) -> Any:
        return self.varied(role)

    def varied(self, role: str, **more: Any) -> Any:
        """Give the format of a role, with other properties beside or in place of its own."""
        properties = {**ROLES[role], **more}
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def alone(self, **properties: Any) -> Any:
        """Give a format for a conditional format: the properties alone."""
        key = (("alone", True), *sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]
