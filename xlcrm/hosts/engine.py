"""The formualizer engine: workbooks loaded, evaluated and read. No other module knows it.

A copy of the workbook is loaded in which formulas say what the engine would not tell (see
`formulas`); a host gives the function that answers our calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import formualizer

from xlcrm.cells import Rows, canonical_cell
from xlcrm.errors import ExcelError, WrongValue
from xlcrm.workbook import package
from xlcrm.workbook.package import Area, Contents, Formula
from xlcrm.workbook.package.references import area as area_of

MOST_SPILLED = 10_000
"""Cells beyond which the engine answers #SPILL!; Excel has no such limit."""

_SCRATCH = "xlcrm scratch"

_NAME_OF_ERROR = {
    ExcelError.DIV0: "Div",
    ExcelError.NA: "Na",
    ExcelError.VALUE: "Value",
    ExcelError.REF: "Ref",
    ExcelError.NAME: "Name",
    ExcelError.NUM: "Num",
    ExcelError.NULL: "Null",
    ExcelError.SPILL: "Spill",
    ExcelError.CALC: "Calc",
}


@dataclass(frozen=True)
class Engine:
    """A workbook in the engine."""

    _workbook: Any

    def answer_with(self, names: Iterable[str], answer: Callable[..., list[list[Any]]]) -> None:
        """Have calls of functions answered.

        Args:
            names: The functions.
            answer: Given a name and the raw arguments, gives the rows of the result.
        """
        for name in names:
            self._workbook.register_function(
                name, partial(_handed_over, answer, name), min_args=0, max_args=None
            )

    def evaluate(self) -> None:
        """Evaluate every formula whose precedents changed."""
        self._workbook.evaluate_all()

    def put(self, sheet: str, cell: str, value: float | str | bool) -> None:
        """Put a value into a cell; `evaluate` then renews what depends on it."""
        self._workbook.set_value(sheet, *numbers(cell), value)

    def evaluate_again(self, sheet: str, cell: str) -> None:
        """Evaluate one formula as if it had just been entered."""
        row, column = numbers(cell)
        formula = self._workbook.get_formula(sheet, row, column)
        self._workbook.set_formula(sheet, row, column, formula)
        self._workbook.evaluate_cell(sheet, row, column)

    def answer_to(self, formula: str) -> Rows:
        """Evaluate a formula that stands in no cell.

        Raises:
            WrongValue: The text is no formula.
        """
        if _SCRATCH not in self._workbook.sheet_names:
            self._workbook.add_sheet(_SCRATCH)
        try:
            self._workbook.set_formula(_SCRATCH, 1, 1, formula)
            self._workbook.evaluate_cell(_SCRATCH, 1, 1)
        except RuntimeError as error:
            raise WrongValue(f"{formula} is no formula: {str(error).split(': ')[-1]}") from None
        rows = self.values(_SCRATCH, self.spilled(_SCRATCH, "A1"))
        self._workbook.set_value(_SCRATCH, 1, 1, None)
        return rows

    def values(self, sheet: str, area: Area) -> Rows:
        """Give the values of an area of cells."""
        address = formualizer.RangeAddress(sheet, area.top, area.left, area.bottom, area.right)
        rows = self._workbook.sheet(sheet).get_values(address)
        return [tuple(map(canonical_cell, row)) for row in rows]

    def spilled(self, sheet: str, cell: str) -> Area:
        """Give the area that the formula in a cell fills."""
        quoted = "'" + sheet.replace("'", "''") + "'"
        spill = self._workbook.inspect_cell(f"{quoted}!{cell}").cell.spill
        extent = getattr(spill, "extent", None)
        return area_of(str(extent).rpartition("!")[2] if extent else cell)


def loaded(
    source: str | Path | bytes, held: Contents, rewrite: Callable[[str, str, str], str]
) -> tuple[Engine, tuple[Formula, ...]]:
    """Load a workbook, without evaluating it yet.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.
        held: What it holds.
        rewrite: Given sheet, cell and text of a formula, gives the text that the engine gets.

    Returns:
        The engine, and the workbook's formulas as they stand in the file.

    Raises:
        WrongValue: It is no workbook, or a damaged one.
    """
    evaluation = formualizer.EvaluationConfig()
    evaluation.enable_parallel = False  # it would call our functions from several threads
    evaluation.date_system = "1904" if held.date1904 else "1900"
    config = formualizer.WorkbookConfig(eval_config=evaluation)
    data, formulas = package.engine_copy(source, rewrite)
    workbook = formualizer.Workbook.from_bytes(data, config=config)
    workbook.set_temporal_egress("serial")
    for table in held.tables:
        area = table.area
        workbook.add_table(
            table.name,
            table.sheet,
            (area.top, area.left, area.bottom, area.right),
            list(table.headers),
            header_row=table.has_header_row,
            totals_row=table.has_totals_row,
        )
    return Engine(workbook), formulas


def numbers(cell: str) -> tuple[int, int]:
    """Give row and column of a cell's address, from 1."""
    area = area_of(cell)
    return area.top, area.left


def _handed_over(answer: Callable[..., list[list[Any]]], name: str, *raw: Any) -> Any:
    rows = [[_to_engine(cell) for cell in row] for row in answer(name, list(raw))]
    return rows if len(rows) > 1 or len(rows[0]) > 1 else rows[0][0]


def _to_engine(cell: Any) -> Any:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return {"type": "Error", "kind": _NAME_OF_ERROR.get(ExcelError(cell), "Value")}
    return cell
