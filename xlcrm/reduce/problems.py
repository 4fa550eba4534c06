"""Cells that cannot be read: an error where, and only where, their row is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from xlcrm.errors import ErrorInData
from xlcrm.model.columns import Problem
from xlcrm.model.model import Model
from xlcrm.model.relations import Path, join_key, values_along
from xlcrm.model.schema import KINDS


def problem_error(model: Model, kind: str, name: str, problem: Problem) -> ErrorInData:
    """Make the error of an unreadable cell, naming its table and row.

    Args:
        model: The model.
        kind: The table's kind.
        name: The column.
        problem: The cell, and why it cannot be read.
    """
    place = model.table(kind).place(problem.row)
    why = problem.why if name in problem.why else f"{name}: {problem.why}"
    return ErrorInData(problem.code, f"{kind}, {place}: {why}")


def require_readable(model: Model, kind: str, columns: Sequence[str]) -> None:
    """Refuse unreadable cells of columns of which every row is needed.

    Args:
        model: The model; its setting errors may say to skip such rows.
        kind: The table's kind.
        columns: Its columns.

    Raises:
        ErrorInData: There is such a cell.
    """
    if model.settings.word("errors") == "skip":
        return
    for name, problems in model.columns(kind, columns).problems.items():
        raise problem_error(model, kind, name, problems[0])


def require_readable_along(model: Model, path: Path, values: Iterable[Any]) -> None:
    """Refuse unreadable cells in the rows of related tables to which values lead.

    Args:
        model: The model; its setting errors may say to skip such rows.
        path: The way through the related tables.
        values: Values of the column from which the path starts.

    Raises:
        ErrorInData: There is such a cell, or a key that nobody can compare.
    """
    if model.settings.word("errors") == "skip":
        return
    columns = [hop.column for hop in path.hops[1:]] + [path.column]
    for hop, column in zip(path.hops, columns, strict=True):
        key = KINDS[hop.kind].key or ""
        key_type = KINDS[hop.kind].column(key).type
        used = {join_key(value, key_type) for value in values if not pd.isna(value)}
        found = model.columns(hop.kind, [key, column])
        for problem in found.problems.get(key, ()):
            raise problem_error(model, hop.kind, key, problem)
        if column in found.problems:
            keys = found.frame.collect()[key].to_list()
            for problem in found.problems[column]:
                if join_key(keys[problem.row], key_type) in used:
                    raise problem_error(model, hop.kind, column, problem)
        step = values_along(model, Path((hop,), hop.kind, column))
        values = [step[name] for name in used if name in step]
