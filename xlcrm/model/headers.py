"""What the headers of a table mean, and of which kind a table is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from xlcrm.cells import column_letters
from xlcrm.errors import UnknownName, listing, suggestion
from xlcrm.model.aliases import header_key
from xlcrm.model.aliases.assignment import assign, exact_keys, read
from xlcrm.model.aliases.near_misses import nearest
from xlcrm.model.likeness import likeness
from xlcrm.model.schema import KINDS
from xlcrm.model.schema import kind as kind_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlcrm.cells import Cell
    from xlcrm.model.aliases.assignment import HeaderRow
    from xlcrm.model.schema import TableKind

__all__ = ["Matched", "find_header_row", "header_key", "match", "recognise"]

_LEAST_SCORE = 0.05


@dataclass(frozen=True)
class Matched:
    """The headers of a table and what they mean; positions count from 0."""

    kind: str
    headers: tuple[str, ...]
    columns: tuple[str | None, ...]
    """For each position the column it is; None for a header that means none."""
    by_column: Mapping[str, int]
    """For each column found its position; a name that serves as id too is found as both."""
    own: Mapping[str, int]
    """The position of each header that is not its column's exact name, by its key."""
    repeated: Mapping[str, tuple[int, ...]]
    """The positions of such headers where several share a key; these are not in `own`."""
    first_column: int = 1
    """The number of the first header's column on the sheet, 1 for A."""

    def position(self, name: str) -> int:
        """Find a column by its name or by its own header.

        Args:
            name: A column of the kind, or a header of the table, in any spelling.

        Returns:
            The position, counted from 0.

        Raises:
            UnknownName: If nothing is called so, or several headers are.

        Example:
            >>> match("accounts", ["account", "sector"]).position("Sector")
            1
        """
        key = header_key(name)
        column = exact_keys(KINDS[self.kind]).get(key, "")
        if column in self.by_column:
            return self.by_column[column]
        if key in self.own:
            return self.own[key]
        if key in self.repeated:
            raise UnknownName(_found_twice(self.headers, self.repeated[key], self.first_column))
        known = [*self.by_column, *(self.headers[position] for position in self.own.values())]
        raise UnknownName(f"{self.kind} has no column {name!r}; {suggestion(name, known)}")


def match(
    kind: str,
    headers: Sequence[Cell],
    extra_aliases: Iterable[tuple[str, str]] = (),
    *,
    derivable: frozenset[str] = frozenset(),
    first_column: int = 1,
) -> Matched:
    """Match the headers of a table to the columns of its kind.

    Args:
        kind: The name of the table kind, such as ``"deals"``.
        headers: The cells of the header row, from left to right.
        extra_aliases: The workbook's own aliases, pairs of a header and the column it means; those
            for other kinds' columns do not matter.
        derivable: Required columns that may be missing, because they can be told from others.
        first_column: The number of the first header's column on the sheet, 1 for A; messages
            name columns by their letters.

    Returns:
        What every header means.

    Raises:
        UnknownName: If a required column has no header, or a column several equally good ones.
        WrongValue: If there is no such kind.

    Example:
        >>> match("products", ["product", "series", "sales_price"]).columns
        ('product', 'category', 'list_price')
    """
    wanted = kind_named(kind)
    insisted = [name for name in wanted.required if name not in derivable]
    row = read(headers)
    assigned = assign(row, wanted, insisted, _declared(wanted, extra_aliases))
    for column, positions in assigned.items():
        if len(positions) > 1:
            raise UnknownName(_ambiguous(row, column, positions, first_column))
    found = {column: position for column, (position,) in assigned.items()}
    if missing := [name for name in insisted if name not in found]:
        raise UnknownName(_missing(row, wanted, missing, set(found.values()), first_column))
    return _matched(row, wanted, found, insisted, first_column)


def recognise(headers: Sequence[Cell]) -> list[tuple[str, float]]:
    """Tell of which kinds a table with these headers may be.

    The score, at most 1, is the part of the kind's required columns that is there, squared, times
    the root of the part of the headers that is understood. Columns that can be derived are not
    required here, and a header weighs the less, the more kinds know it: an ``Owner`` says little,
    an ``Expected close`` much. A kind is left out if less than half its required columns or fewer
    than two of its headers are there, or if it scores below 0.05, which even exports of several
    hundred columns reach.

    Args:
        headers: The cells of the header row.

    Returns:
        Kinds with their scores, best first, of equals the one with more exact column names;
        empty where nothing is recognised.

    Example:
        >>> recognise(["sales_agent", "manager", "regional_office"])[0][0]
        'sellers'
    """
    row = read(headers)
    scored = [
        (likeness(row, kind), sum(key in exact_keys(kind) for key in row.keys), name)
        for name, kind in KINDS.items()
    ]
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    return [(name, score) for score, _, name in scored if score >= _LEAST_SCORE]


def find_header_row(
    rows: Sequence[Sequence[Cell]], kind: str | None = None, *, within: int = 20
) -> int | None:
    """Find the header row of a table that may have title rows above it.

    Args:
        rows: The rows of the range, from the top.
        kind: The kind of the table, where it is known.
        within: How many rows from the top are looked at.

    Returns:
        The row in which most columns of the kind are found, or without a kind the one that is
        recognised best, counted from 0; the upper one of two equals; None where nothing is found.

    Raises:
        WrongValue: If there is no such kind.

    Example:
        >>> find_header_row([["Our products"], [], ["Product", "Price"]])
        2
    """
    if kind is None:
        scores = [max((score for _, score in recognise(row)), default=0.0) for row in rows[:within]]
    else:
        wanted = kind_named(kind)
        scores = _columns_found(rows[:within], wanted)
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _columns_found(rows: Sequence[Sequence[Cell]], kind: TableKind) -> list[float]:
    """Count the columns of a kind that each row heads; 0 for one that cannot beat those above."""
    scores: list[float] = []
    for row in rows:
        texts = [cell for cell in row if isinstance(cell, str)]
        most = len(texts)
        if any(header_key(text) in exact_keys(kind) for text in texts):
            most += len(kind.required)  # a required column may share such a header
        beaten = most <= max(scores, default=0)
        scores.append(0 if beaten else len(assign(read(row), kind, kind.required)))
    return scores


def _declared(kind: TableKind, aliases: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Key the workbook's own aliases by header."""
    declared: dict[str, str] = {}
    for header, column in aliases:
        if column in kind.names and declared.setdefault(header_key(header), column) != column:
            raise UnknownName(
                f"header {header!r} is given two meanings, {declared[header_key(header)]!r} and "
                f"{column!r}; leave one of them in the aliases"
            )
    return declared


def _matched(
    row: HeaderRow,
    kind: TableKind,
    found: Mapping[str, int],
    insisted: Sequence[str],
    first_column: int,
) -> Matched:
    """Put together what was found."""
    columns: list[str | None] = [None] * len(row.keys)
    for name, position in found.items():
        # Where a name serves as the id too, the header is the id's.
        if columns[position] is None or name in insisted:
            columns[position] = name
    spots: dict[str, list[int]] = {}
    for position, (key, column) in enumerate(zip(row.keys, columns, strict=True)):
        if key and exact_keys(kind).get(key, ...) != column:
            spots.setdefault(key, []).append(position)
    return Matched(
        kind=kind.name,
        headers=row.texts,
        columns=tuple(columns),
        by_column=MappingProxyType(dict(found)),
        own=MappingProxyType({key: at[0] for key, at in spots.items() if len(at) == 1}),
        repeated=MappingProxyType({key: tuple(at) for key, at in spots.items() if len(at) > 1}),
        first_column=first_column,
    )


def _ambiguous(row: HeaderRow, column: str, positions: Sequence[int], first_column: int) -> str:
    """Say which headers may be one column."""
    if len({row.keys[position] for position in positions}) == 1:
        return _found_twice(row.texts, positions, first_column)
    named = listing(
        f"{row.texts[position]!r} ({column_letters(position + first_column)})"
        for position in positions
    )
    return f"several headers may be {column!r}: {named}; rename the right one {column!r}"


def _found_twice(texts: Sequence[str], positions: Sequence[int], first_column: int) -> str:
    """Say where one header stands several times."""
    *others, last = [column_letters(position + first_column) for position in positions]
    return f"header {texts[positions[0]]!r} found in columns {listing(others)} and {last}"


def _missing(
    row: HeaderRow, kind: TableKind, missing: Sequence[str], taken: set[int], first_column: int
) -> str:
    """Say which columns have no header, and which headers may be meant."""
    found = ((name, nearest(row, kind.name, name, taken)) for name in missing)
    near = {name: header for name, header in found if header}
    parts = [f"no header for {listing(map(repr, missing))}"]
    for left, right in pairwise(range(len(row.texts))):
        if row.texts[left] and not row.texts[right]:
            letter, beside = column_letters(right + first_column), row.texts[left]
            parts.append(f"merged cells in header? {letter}, right of {beside!r}, is blank")
            break
    if near:
        meant = "" if len(missing) == 1 else " for {!r}"
        hints = (repr(header) + meant.format(name) for name, header in near.items())
        parts.append(f"did you mean {listing(hints)}?")
    elif headers := [text for text in row.texts if text]:
        parts.append(f"there are {listing(headers)}")
    else:
        parts.append("the header row is blank")
    return "; ".join(parts)
