"""Input cells of answer sheets: a label, a typed value, and what may be typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.style import MONEY


@dataclass(frozen=True)
class Input:
    """An input cell.

    Attributes:
        label: What it is.
        value: What is typed in it at first; None for nothing.
        choices: What may be typed.
        hint: One sentence that shows when the cell is chosen.
        only: Whether nothing but the choices may be typed.
        role: What the cell looks like.
        within: The least and the greatest number that may be typed; None where any may.
    """

    label: str
    value: str | float | None
    choices: Sequence[str]
    hint: str
    only: bool = True
    role: str = "input"
    within: tuple[float, float] | None = None

    @property
    def rule(self) -> dict[str, Any]:
        """What may be typed, in XlsxWriter's words."""
        if self.choices:
            return {"validate": "list", "source": list(self.choices)}
        if self.within is None:
            return {"validate": "any"}
        low, high = self.within
        return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}

    @property
    def refusal(self) -> tuple[str, str]:
        """The title and the sentence that say why something else is not taken."""
        if self.within is None:
            return "Not one of the choices", "Choose one from the list."
        low, high = self.within
        return "Not such a number", f"Type a number from {low:g} to {high:g}, or leave it blank."


PERIODS = (
    "2026", "2026-Q3", "this year", "this quarter", "next 3 months", "YTD", "last 12 months", "all",
)  # fmt: skip
PERIOD_HINT = "A year, quarter, month or span (2026-01..2026-06), or words; all for no limit."
WHERE_HINT = "Conditions joined by semicolons, such as owner=Berg; amount>10000. Blank for all."


def asked(page: Page, row: int, column: int, inputs: Sequence[Input]) -> list[str]:
    """Write input cells beside one another, labels above.

    Args:
        page: The sheet.
        row: The row of the labels.
        column: The first column.
        inputs: The inputs.

    Returns:
        The addresses of the cells.
    """
    cells = []
    for offset, one in enumerate(inputs):
        page.write(row, column + offset, one.label, "label")
        page.write(row + 1, column + offset, one.value, one.role)
        page.sheet.data_validation(
            row + 1,
            column + offset,
            row + 1,
            column + offset,
            {
                **one.rule,
                "input_title": one.label[:32],
                "input_message": one.hint,
                "show_error": one.only,
                "error_title": one.refusal[0],
                "error_message": one.refusal[1],
            },
        )  # fmt: skip
        cells.append(page.at(row + 1, column + offset))
    return cells


def one_input(page: Page, row: int, column: int, given: Input) -> str:
    """Write an input below its label, and give its cell.

    Args:
        page: The sheet.
        row: The row of the label.
        column: The column of both.
        given: The input.
    """
    return asked(page, row, column, [given])[0]


def free_input(
    page: Page,
    row: int,
    column: int,
    label: str,
    value: str | float | None,
    hint: str,
    choices: Sequence[str] = (),
    role: str = "input",
    within: tuple[float, float] | None = None,
) -> str:
    """Write an input that takes more than its choices, or any number within limits.

    Args:
        page: The sheet.
        row: The row of the label.
        column: The column of both.
        label: What it is.
        value: What is typed in it at first; None for nothing.
        hint: One sentence that shows when the cell is chosen.
        choices: What may be chosen.
        role: What the cell looks like.
        within: The least and the greatest number that may be typed.

    Returns:
        The address of its cell.
    """
    given = Input(label, value, choices, hint, only=within is not None, role=role, within=within)
    return one_input(page, row, column, given)


@dataclass(frozen=True)
class Tile:
    """A headline figure: a label with the unit, a formula, and a note.

    Labels and notes may be formulas too; shown is the figure's number format, and
    the role of a figure in words is ``tile_words``.
    """

    label: str
    formula: str
    note: str
    shown: str = MONEY
    role: str = "tile_value"


def tiles(page: Page, row: int, column: int, shown: Sequence[Tile], gap: int = 2) -> list[str]:
    """Write headline figures beside one another, each two columns wide.

    Args:
        page: The sheet.
        row: The row of the labels; figures and notes stand below.
        column: The first column.
        shown: The figures.
        gap: Columns from one to the next.

    Returns:
        The addresses of the figures.
    """
    cells = []
    for number, tile in enumerate(shown):
        at = column + number * gap
        for below, role in enumerate(("tile_label", "tile_value", "tile_note")):
            page.sheet.write_blank(row + below, at + 1, None, page.styles[role])
        if tile.label.startswith("="):
            page.formula(row, at, tile.label, "tile_label")
        else:
            page.write(row, at, tile.label, "tile_label")
        look = page.styles.varied(tile.role, num_format=tile.shown)
        page.sheet.write_dynamic_array_formula(row + 1, at, row + 1, at, tile.formula, look)
        if tile.note.startswith("="):
            page.formula(row + 2, at, tile.note, "tile_note")
        else:
            page.write(row + 2, at, tile.note, "tile_note")
        cells.append(page.at(row + 1, at))
    return cells
