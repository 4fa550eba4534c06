"""Rows that have a name and no id: then the name is the id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from xlcrm.errors import ExcelError
from xlcrm.model.typed import Problem, Typed


@dataclass(frozen=True)
class Named:
    """A kind of table whose rows may be told apart by their names.

    Attributes:
        id: The column of the id.
        name: The column of the name.
        within: The column of what the row belongs to, which tells rows of one name apart.
    """

    id: str
    name: str
    within: str = ""


NAMED: Mapping[str, Named] = MappingProxyType(
    {
        "objectives": Named("objective_id", "objective"),
        "measures": Named("measure_id", "measure", "objective_id"),
        "initiatives": Named("initiative_id", "name", "measure_id"),
    }
)

ONE_OBJECTIVE = "Scorecard"
"""The objective of all measures of a table that has neither objectives nor perspectives."""


def ids_of_names(
    names: Sequence[str | None], within: Sequence[str | None]
) -> tuple[list[str | None], list[int]]:
    """Make ids of names.

    A name that stands once is the id. One that stands several times is told apart by what it
    belongs to: two measures called Cost become ``Production: Cost`` and ``Sales: Cost``.

    Args:
        names: The name of each row, None where it has none.
        within: What each row belongs to, None where nothing.

    Returns:
        The ids, and the positions of rows whose id stood before: they cannot be told apart.

    Example:
        >>> ids_of_names(["Cost", "Cost", "Sales"], ["Production", "Sales", "Sales"])
        (['Production: Cost', 'Sales: Cost', 'Sales'], [])
    """
    count = Counter(names)
    ids = [
        f"{of}: {name}" if name and of and count[name] > 1 else name
        for name, of in zip(names, within, strict=True)
    ]
    seen: set[str] = set()
    again = []
    for row, one in enumerate(ids):
        if one in seen:
            again.append(row)
        elif one:
            seen.add(one)
    return ids, again


def told_twice(kind: str, name: str, of: str | None) -> str:
    """Say that two rows of a kind cannot be told apart.

    Args:
        kind: The kind of the table, one of `NAMED`.
        name: The name that both have.
        of: What both belong to; None where nothing.
    """
    under = f" under {of!r}" if of else ""
    one = kind.removesuffix("s")
    return f"{one} {name!r} stands twice{under}; give each row a {NAMED[kind].id} of its own"


def id_of_name(kind: str, read: Callable[[str], Typed]) -> Typed:
    """Take the names of a table's rows for their ids; those that do not tell rows apart are told.

    Args:
        kind: The kind of the table, one of `NAMED`.
        read: Reads a column of the table.

    Returns:
        The ids; a problem for each row that has the id of one before.
    """
    named = NAMED[kind]
    names = read(named.name)
    known = _plain(names)
    within = _plain(read(named.within)) if named.within else [None] * len(known)
    ids, again = ids_of_names(known, within)
    problems = [
        Problem(row, ExcelError.VALUE, told_twice(kind, str(known[row]), within[row]))
        for row in again
    ]
    merged = sorted([*names.problems, *problems], key=lambda problem: problem.row)
    notes = (f"{named.id} is read from {named.name}",) if any(known) else ()
    return Typed(pd.array(ids, dtype="str"), tuple(merged), notes)


def objective_of_perspective(perspective: Typed, rows: int) -> Typed:
    """Let a perspective be the objective of its measures; without any, all serve one objective.

    Args:
        perspective: The perspective of each measure.
        rows: How many measures there are.

    Returns:
        The objective of each; blank where a row has no perspective and others have.
    """
    found = _plain(perspective)
    if not any(found) and not perspective.problems:
        note = f"no measure has an objective: all serve one, {ONE_OBJECTIVE!r}"
        return Typed(pd.array([ONE_OBJECTIVE] * rows, dtype="str"), (), (note,))
    note = "objective_id is read from perspective"
    return Typed(pd.array(found, dtype="str"), perspective.problems, (note,))


def _plain(answer: Typed) -> list[str | None]:
    """Give the texts of a column, None for blanks."""
    return [None if pd.isna(text) else str(text) for text in answer.values]
