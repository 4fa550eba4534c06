"""Answers as they leave for cells, or for a file."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.cells.dates import serial_of
from xlcrm.cells.origin import MOST_COLUMNS, MOST_ROWS
from xlcrm.errors import CrmError, ExcelError, OutOfDomain, WrongValue

LONGEST_TEXT = 32_767
"""What a cell holds, in UTF-16 units."""


def leave(answer: Any, date_system: int = 1900) -> list[list[Any]]:
    """Turn an answer into rows of cells: numbers as float, integers only as error markers.

    Args:
        answer: A number, text, logical value, error, or a frame of those.
        date_system: 1900 or 1904, for dates.

    Returns:
        A non-empty list of rows; a frame leaves as its header and its rows.

    Raises:
        WrongValue: The answer has more rows than a sheet.
        OutOfDomain: A number overflowed.
        TypeError: A column is of whole numbers: a lone error that pandas took for a number.
    """
    if isinstance(answer, CrmError):
        return [[int(answer.code)]]
    if not isinstance(answer, pd.DataFrame):
        rows = (answer or [[None]]) if isinstance(answer, list) else [[answer]]
        return [[_leaving(cell, date_system) for cell in row] for row in rows]
    if len(answer) >= MOST_ROWS or answer.shape[1] > MOST_COLUMNS:
        raise WrongValue(f"the result has {len(answer):,} rows, more than a sheet: narrow it")
    for name, dtype in answer.dtypes.items():
        if np.issubdtype(getattr(dtype, "type", object), np.integer):
            raise TypeError(f"{name} leaves as whole numbers, which are errors in cells")
    columns = [
        [_leaving(cell, date_system) for cell in answer.iloc[:, k].tolist()]
        for k in range(answer.shape[1])
    ]
    return [list(map(str, answer.columns)), *map(list, zip(*columns, strict=True))]


def _leaving(cell: Any, date_system: int) -> Any:
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return ""
    if isinstance(cell, ExcelError):
        return int(cell)
    if isinstance(cell, (bool, np.bool_)):
        return bool(cell)
    if isinstance(cell, str):
        return _cut(cell)
    if isinstance(cell, (datetime, date)):
        return serial_of(cell, date_system)
    number = float(cell)
    if math.isnan(number):
        return ""
    if math.isinf(number):
        raise OutOfDomain("overflow: a sum is beyond 1.8E+308")
    return number + 0.0  # minus 0 leaves as 0


def _cut(text: str) -> str:
    """Cut a text that no cell holds; Excel counts the two halves of an emoji as two."""
    if 2 * len(text) <= LONGEST_TEXT or len(text.encode("utf-16-le", "surrogatepass")) <= (
        2 * LONGEST_TEXT
    ):
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (LONGEST_TEXT - 1)]
    return kept.decode("utf-16-le", "ignore") + "…"


def safe_for_csv(cell: Any) -> Any:
    """Guard a text that a spreadsheet would run as a formula when it opens a CSV file."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "\0"):
        return "'" + cell
    return cell
