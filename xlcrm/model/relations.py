"""How tables lead to one another: the column that `by` and `where` mean, wherever it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

import narwhals as nw

from xlcrm.cells import text_key
from xlcrm.errors import UnknownName, WrongValue, suggestion
from xlcrm.model.derived import status_word
from xlcrm.model.model import Model
from xlcrm.model.schema import JOINS, KINDS, ColumnType


@dataclass(frozen=True)
class Hop:
    """A step from a table to another: the column that holds the other's key."""

    column: str
    kind: str


@dataclass(frozen=True)
class Path:
    """Where a column stands, seen from a table.

    Attributes:
        hops: The steps to its table, none for the table's own columns.
        kind: The kind of its table.
        column: Its name there.
    """

    hops: tuple[Hop, ...]
    kind: str
    column: str

    @property
    def base(self) -> str:
        """The column of the first table from which the path starts."""
        return self.hops[0].column if self.hops else self.column


def path_to(model: Model, kind: str, name: str) -> Path:
    """Find the column that ``name`` means, seen from a table.

    The table's own columns come first, then those of the tables it leads to, the nearer before
    the farther. A name may be qualified by its table: ``sellers.region``.

    Args:
        model: The model.
        kind: The table that is asked.
        name: A declared name or a header.

    Raises:
        WrongValue: Two tables equally near have such a column.
        UnknownName: No table within reach has it.
    """
    wanted_kind, _, column_name = name.rpartition(".")
    wanted_kind = wanted_kind.strip().casefold()
    if wanted_kind and wanted_kind not in KINDS:
        wanted_kind, column_name = "", name
    model.require(kind)
    reached: list[str] = []
    level: list[tuple[tuple[Hop, ...], str]] = [((), kind)]
    while level:
        found = [
            Path(hops, at, column)
            for hops, at in level
            if wanted_kind in ("", at) and (column := model.column(at, column_name)) is not None
        ]
        if len(found) == 1:
            return found[0]
        if found:
            names = " or ".join(f"{path.kind}.{path.column}" for path in found)
            raise WrongValue(f"{name!r} is a column of several tables: write {names}")
        reached.extend(at for _, at in level)
        level = [step for hops, at in level for step in _next(model, hops, at, reached)]
    raise UnknownName(
        f"no column {name!r} in {kind} or what it leads to; {_near(model, reached, name)}"
    )


def _next(
    model: Model, hops: tuple[Hop, ...], at: str, reached: list[str]
) -> list[tuple[tuple[Hop, ...], str]]:
    return [
        ((*hops, Hop(column, target)), target)
        for column, target in JOINS[at].items()
        if target in model.tables and target not in reached and model.column(at, column)
    ]


def _near(model: Model, kinds: list[str], name: str) -> str:
    columns = {
        column.name
        for kind in kinds
        for column in KINDS[kind].columns
        if model.column(kind, column.name)
    }
    return suggestion(name, sorted(columns))


def join_key(value: Any, column_type: ColumnType) -> str:
    """Give the text by which two tables' values are compared: ids to the letter, names folded."""
    text = str(value)
    return text if column_type is ColumnType.ID else text_key(text)


def values_along(model: Model, path: Path) -> Mapping[str, Any]:
    """Follow a path from the values of its base column to those of its last.

    Args:
        model: The model.
        path: A path with at least one hop.

    Returns:
        For each join key of the first related table, the value at the path's end; None where a
        later table has no such row.

    Raises:
        WrongValue: A key stands twice in a related table.
    """
    columns = [hop.column for hop in path.hops[1:]] + [path.column]
    answer: Mapping[str, Any] | None = None
    for hop, column in reversed(list(zip(path.hops, columns, strict=True))):
        step = _rows_by_key(model, hop.kind, column)
        if answer is None:
            answer = step
        else:
            column_type = model.type_of(hop.kind, column)
            after = answer
            answer = {
                key: None if value is None else after.get(join_key(value, column_type))
                for key, value in step.items()
            }
    return answer or {}


def _rows_by_key(model: Model, kind: str, column: str) -> Mapping[str, Any]:
    """Give the values of a column by join key, found once a model: every `by` along it asks."""
    return model.fact(f"{kind} by {column}", lambda of: _by_key(of, kind, column))


def _by_key(model: Model, kind: str, column: str) -> dict[str, Any]:
    key = KINDS[kind].key
    if key is None:
        raise WrongValue(f"{kind} has no key to be joined by")
    columns = model.columns(kind, [key, column])
    frame = columns.frame.collect()
    keys, values = frame[key].to_list(), frame[column].to_list()
    column_type = KINDS[kind].column(key).type
    rows: dict[str, Any] = {}
    for row, (name, value) in enumerate(zip(keys, values, strict=True)):
        if not isinstance(name, str):
            continue
        folded = join_key(name, column_type)
        if folded in rows:
            place = model.table(kind).place(row)
            raise WrongValue(f"{kind} has a second row for {name!r} in {place}: keep one")
        rows[folded] = None if _is_missing(value) else value
    return rows


def _is_missing(value: Any) -> bool:
    return value is None or (not isinstance(value, (str, date)) and value != value)


@dataclass(frozen=True)
class Mismatch:
    """A value that leads to no row of the table it points to.

    Attributes:
        kind: The table where it stands.
        column: Its column.
        value: The value.
        rows: In how many rows it stands.
        target: The table that has no such row.
        known: The values there.
    """

    kind: str
    column: str
    value: str
    rows: int
    target: str
    known: Sequence[str] = field(repr=False)

    @property
    def near(self) -> str:
        """The value there that it may mean, or ""; dear, and so looked for when it is shown."""
        return _nearest(self.value, self.known)

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, for a person."""
        near = self.near
        hint = (
            f"; did you mean {near!r}? An Aliases row ({self.column}, {self.value}, "
            f"{near}) joins them"
            if near
            else ""
        )
        return (
            f"{self.rows:,} rows of {self.kind} have the {self.column} {self.value!r}, "
            f"which is not in {self.target}{hint}"
        )


def mismatches(model: Model, kind: str) -> tuple[Mismatch, ...]:
    """Find the values of a table that lead to no row of the tables they point to.

    Args:
        model: The model.
        kind: The table that is looked at.

    Returns:
        The values, the commonest first.
    """
    found: list[Mismatch] = []
    table = model.table(kind)
    for column, target in JOINS[kind].items():
        if target == kind or target not in model.tables or not table.column(column):
            continue
        found += _mismatches_of(model, kind, column, target)
    return tuple(sorted(found, key=lambda m: (-m.rows, m.column, m.value)))


def _mismatches_of(model: Model, kind: str, column: str, target: str) -> list[Mismatch]:
    key = KINDS[target].key
    if key is None:
        return []
    column_type = KINDS[target].column(key).type
    there = model.columns(target, [key]).frame.collect()[key].to_list()
    known = {join_key(name, column_type): name for name in there if isinstance(name, str)}
    grouped = (
        model.columns(kind, [column])
        .frame.filter(~nw.col(column).is_null())
        .group_by(column)
        .agg(nw.len().alias("rows"))
        .collect()
    )
    counts: Counter[str] = Counter()
    for name, rows in zip(grouped[column].to_list(), grouped["rows"].to_list(), strict=True):
        if join_key(name, column_type) not in known and not _is_closing(column, name):
            counts[str(name)] += int(rows)
    names = tuple(known.values())
    return [Mismatch(kind, column, name, rows, target, names) for name, rows in counts.items()]


def _is_closing(column: str, name: str) -> bool:
    """Say whether a stage is only a word for won, lost or on hold, which Stages need not list."""
    return column == "stage" and status_word(name) is not None


def _nearest(name: str, known: Sequence[str]) -> str:
    bare = {"".join(text_key(candidate).split()): candidate for candidate in known}
    near = get_close_matches("".join(text_key(name).split()), bare, n=1, cutoff=0.75)
    return bare[near[0]] if near else ""


def unmatched(target: str) -> str:
    """Give the label of rows that lead to no row of a table."""
    return f"(not in {target})"
