"""Columns in which a blank is an answer: counted where the column is there, refused where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw

from xlcrm.errors import NotAvailable
from xlcrm.kpis.declaration import Measure, total
from xlcrm.model.model import Model


def needing(kind: str, column: str) -> Callable[[Model, nw.LazyFrame[Any]], nw.LazyFrame[Any]]:
    """Refuse a figure where a table lacks a column: without it, a blank says nothing.

    Args:
        kind: The table.
        column: The column.

    Returns:
        A preparation of a population, which adds nothing.

    Raises:
        NotAvailable: The preparation finds that the table has no such column.
    """

    def prepare(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        if not model.table(kind).column(column):
            raise NotAvailable(f"{kind} have no column {column}: add it")
        return frame

    return prepare


def filled(column: str) -> Measure:
    """Count the rows in which a column is not blank.

    Args:
        column: The column.
    """
    given = (~nw.col(column).is_null()).cast(nw.Float64())
    return total(f"{column} filled", given, (column,))
