"""The score of single cells, or of columns of them side by side."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcrm.analytics.scorecard.scores import Limits, score
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable, WrongValue

Numbers = float | list[float | ExcelError | None] | ExcelError | None
"""One cell, or the cells of a column or row."""


def score_of(
    actual: Numbers, target: Numbers, red: Numbers, stretch: Numbers, worst: Numbers, method: str
) -> float | list[list[Any]]:
    """Score one actual value, or each of a column.

    Args:
        actual: What was reached.
        target: What is aimed at.
        red: Where failure begins.
        stretch: Where the score is 100, or None.
        worst: Where the score is 0, or None.
        method: The scoring rule.

    Returns:
        One score; or rows of one score each, #N/A where the actual is missing.

    Raises:
        WrongValue: The columns differ in length.
        NotAvailable: The one actual is missing.
        ErrorInData: A cell holds an error; the first in row order.
        OutOfDomain: The limits are out of order.
    """
    given = {"actual": actual, "target": target, "red": red, "stretch": stretch, "worst": worst}
    lengths = {name: len(cells) for name, cells in given.items() if isinstance(cells, list)}
    if len(set(lengths.values())) > 1:
        (one, n), (other, m) = _two_different(lengths)
        raise WrongValue(f"{one} has {n} rows, {other} {m}: give ranges of equal length")
    rows = next(iter(lengths.values()), 1)
    columns = [_column(name, cells, rows) for name, cells in given.items()]
    scores = score(columns[0], Limits(*columns[1:]), method).tolist()
    if not lengths:
        if np.isnan(scores[0]):
            raise NotAvailable("the actual value is missing: there is no score")
        return float(scores[0])
    return [[ExcelError.NA if np.isnan(value) else value] for value in scores]


def _two_different(lengths: dict[str, int]) -> tuple[tuple[str, int], tuple[str, int]]:
    first, *others = lengths.items()
    return first, next(other for other in others if other[1] != first[1])


def _column(name: str, cells: Numbers, rows: int) -> Any:
    listed = cells if isinstance(cells, list) else [cells] * rows
    values = []
    for number, cell in enumerate(listed):
        if isinstance(cell, ExcelError):
            if name != "actual" or cell is not ExcelError.NA:
                raise ErrorInData(cell, f"{name} is {cell.text} in row {number + 1}")
            cell = None
        if cell is None and name in ("target", "red"):
            raise WrongValue(f"{name} is blank in row {number + 1}: a score needs it")
        values.append(np.nan if cell is None else cell)
    return np.array(values, dtype=float)
