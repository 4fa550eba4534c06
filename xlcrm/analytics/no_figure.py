"""Cells of a result that hold no figure but the reason's error."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcrm.errors import ExcelError

Column = np.ndarray[Any, Any]


def no_figures(count: int, error: ExcelError = ExcelError.NA) -> Column:
    """Give a column of errors; numpy and pandas would make numbers of a lone one.

    Args:
        count: How many cells it has.
        error: What stands in them.
    """
    column = np.empty(count, dtype=object)
    column[:] = [error] * count
    return column


def where_known(values: Column, error: ExcelError = ExcelError.NA) -> Column:
    """Put an error where a number is missing.

    Args:
        values: Numbers, NaN where there is none.
        error: What stands there instead.
    """
    missing = np.isnan(values)
    return np.where(missing, no_figures(len(values), error), values) if missing.any() else values
