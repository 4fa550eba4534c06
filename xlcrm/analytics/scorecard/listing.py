"""Which rows of an answer are listed: conditions on its own columns, as a reader sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.conditions import Where, conditions
from xlcrm.errors import ExcelError, NotAvailable
from xlcrm.model.model import Model
from xlcrm.model.table.of_frames import FrameTable
from xlcrm.reduce.population import Population, select

_PLACE = "place in the answer"


def listed(model: Model, kind: str, answer: pd.DataFrame, rows: Any, where: Where) -> pd.DataFrame:
    """Give those rows of an answer that meet conditions.

    A condition names a column of the answer, as an objective's perspective that it has from its
    parent, or else one of the table or of tables that it leads to. It changes no figure.

    Args:
        model: The model.
        kind: The table of which the answer has a row for each.
        answer: The answer, in the order of that table.
        rows: The rows in the order in which they are listed.
        where: The conditions.

    Raises:
        NotAvailable: No row meets them.
        UnknownName: There is no such column within reach.
    """
    if where:
        rows = rows[np.isin(rows, _meeting(model, kind, answer, where))]
        if not rows.size:
            raise NotAvailable(f"none of the {kind} meets the conditions")
    shown: pd.DataFrame = answer.iloc[rows].reset_index(drop=True)
    return shown


def _meeting(model: Model, kind: str, answer: pd.DataFrame, where: Where) -> Any:
    """Give the rows that meet conditions on what the answer shows, or on the table beside it."""
    table = model.table(kind)
    asked = [one.column for one in conditions(where) if one.column not in answer]
    own = [name for name in map(table.column, asked) if name is not None]
    beside = model.columns(kind, list(dict.fromkeys([table.kind.key or "", *own]))).frame
    told = {str(name): _plain(answer[name]) for name in answer}
    frame = beside.collect().to_pandas().assign(**told, **{_PLACE: np.arange(float(len(answer)))})
    as_shown = FrameTable(table.kind, frame, f"{table.digest} as shown", table.label)
    then = replace(model, tables={**model.tables, kind: as_shown}, _facts={})
    found = select(then, Population(kind, kind), (_PLACE,), where).counted.collect()
    return np.array(found[_PLACE].to_list(), dtype=int)


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """Take errors for missing values, so that a column has one type."""
    if column.dtype != object:
        return column
    values = [None if isinstance(value, ExcelError) else value for value in column]
    return pd.Series(values).infer_objects()
