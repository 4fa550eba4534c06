"""Rows of the scorecard's tables: read whole, and refused by their place where they are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue, suggestion
from xlcrm.model.model import Model
from xlcrm.model.schema import ColumnType
from xlcrm.reduce.problems import problem_error


def columns_of(model: Model, kind: str, names: Sequence[str]) -> pd.DataFrame:
    """Read columns of a table of which every row is needed.

    Args:
        model: The model.
        kind: The table's kind.
        names: Its columns.

    Returns:
        Numbers and days as such; texts as objects, None where blank.

    Raises:
        ErrorInData: A cell cannot be read.
    """
    table = model.table(kind)
    there = [name for name in names if table.column(name) is not None]
    given = model.columns(kind, there)
    for name, problems in given.problems.items():
        raise problem_error(model, kind, name, problems[0])
    frame = given.frame.collect().to_pandas()
    numbers = {column.name for column in table.kind.columns if column.type in _NUMBERS}
    nothing = texts(np.full(len(frame), None))
    blank = np.full(len(frame), np.nan)
    lacking = {name: blank if name in numbers else nothing for name in names}
    found = {name: _as_objects(frame[name]) for name in there}
    return pd.DataFrame(lacking | found, copy=False)


_NUMBERS = (ColumnType.AMOUNT, ColumnType.NUMBER, ColumnType.MEASURED, ColumnType.SHARE)


def filled(column: pd.Series[Any], by: Any) -> pd.Series[Any]:
    """Put other values where there is none.

    Args:
        column: The values.
        by: What stands in their place: as many values, or one.
    """
    missing = column.isna()
    return column.mask(missing, by) if missing.any() else column


def texts(values: Any) -> pd.Series[Any]:
    """Give texts as objects, None where blank: they are looked up faster than Arrow's strings.

    Args:
        values: The texts.
    """
    return pd.Series(values, dtype=object)


def _as_objects(column: pd.Series[Any]) -> Any:
    if isinstance(column.dtype, pd.CategoricalDtype):
        words = np.array([*column.cat.categories, None], dtype=object)
        return texts(words[column.cat.codes.to_numpy()])
    if isinstance(column.dtype, pd.StringDtype) or column.dtype == object:
        missing = column.isna().to_numpy()
        values = column.to_numpy(dtype=object, copy=bool(missing.any()))
        values[missing] = None
        return texts(values)
    return column.to_numpy()


def positions(
    model: Model,
    kind: str,
    names: pd.Series[Any],
    known: pd.Series[Any],
    what: str,
    rows: Any = None,
) -> Any:
    """Find where names stand among others.

    Args:
        model: The model.
        kind: The table that names them.
        names: The names, one a row of it.
        known: Those that are there, each once.
        what: What they name, for the error.
        rows: Which rows name one; None for all.

    Raises:
        NotAvailable: A name is not there.
    """
    chosen = names.to_numpy(dtype=object) if rows is None else names.to_numpy(dtype=object)[rows]
    found = pd.Index(known.to_numpy(dtype=object), dtype=object).get_indexer(chosen)
    lost = np.flatnonzero(found < 0)
    if lost.size:
        row = int(lost[0] if rows is None else np.flatnonzero(rows)[lost[0]])
        name = chosen[lost[0]]
        near = "fill it in" if name is None else suggestion(str(name), map(str, known))
        said = f"no {what}" if name is None else f"no {what} {name!r}"
        raise NotAvailable(at_row(model, kind, row, f"{said}; {near}"))
    return found


def refuse_negative(model: Model, kind: str, frame: pd.DataFrame) -> None:
    """Refuse a weight below 0, naming its row.

    Args:
        model: The model.
        kind: The table's kind.
        frame: Its rows with ``weight``.

    Raises:
        OutOfDomain: There is such a weight.
    """
    weight = frame["weight"].to_numpy(dtype=float)
    bad = np.flatnonzero(weight < 0)
    if bad.size:
        why = f"the weight {weight[bad[0]]:g} is negative; weights are 0 or more"
        raise OutOfDomain(at_row(model, kind, int(bad[0]), why))


def refuse_twice(model: Model, kind: str, names: pd.Series[Any]) -> None:
    """Refuse a name that stands twice or is blank, naming its row.

    Args:
        model: The model.
        kind: The table's kind.
        names: The names, one a row of it.

    Raises:
        WrongValue: There is such a name.
    """
    values = names.tolist()
    if len(set(values)) < len(values) or None in values:
        row = int(np.flatnonzero((names.duplicated() | names.isna()).to_numpy())[0])
        name = names.iloc[row]
        why = "it has no name" if name is None else f"{name!r} stands twice"
        raise WrongValue(at_row(model, kind, row, why))


def at_row(model: Model, kind: str, row: int, why: str) -> str:
    """Say of a row what is wrong with it.

    Args:
        model: The model.
        kind: The table's kind.
        row: Its number, from 0.
        why: What is wrong.
    """
    return f"{kind}, {model.table(kind).place(row)}: {why}"
