"""Which header each column of a table gets, where several could serve or none is plain.

Exact column names go first, then aliases that the workbook itself declares, then those of the
sources. Columns that must have a header take theirs first, then the others, each in turn as they
are declared, so that a header which may mean two columns goes to the first that has no better
one. Of two aliases of a column the one that stands first in its list wins; where lists disagree,
the source that knows most of the headers decides; where no list has both, nobody guesses and the
column keeps both.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from xlcrm.cells import text_of
from xlcrm.errors import ExcelError
from xlcrm.model.aliases import claims, header_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from xlcrm.cells import Cell
    from xlcrm.model.kinds.shape import TableKind

    Meanings = Mapping[int, Mapping[str, Mapping[str, int]]]
    """For each position the columns it may mean, and its place in each source's list of them."""

_WORKBOOK = "the workbook"
_NOTHING_DECLARED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class HeaderRow:
    """A header row as it was read: what the cells say, and what of it counts."""

    texts: tuple[str, ...]
    keys: tuple[str, ...]


def read(cells: Iterable[Cell]) -> HeaderRow:
    """Read the cells of a header row.

    Args:
        cells: The cells from left to right; blank ones are None or empty text.

    Returns:
        Their texts and keys; a blank cell has the key "".

    Example:
        >>> read(["Close Date", None, 2026.0]).keys
        ('closedate', '', '2026')
    """
    texts = tuple(cell.text if isinstance(cell, ExcelError) else text_of(cell) for cell in cells)
    return HeaderRow(texts, tuple(header_key(text) for text in texts))


@cache
def exact_keys(kind: TableKind) -> Mapping[str, str]:
    """Key the column names of a kind as headers are keyed.

    Args:
        kind: The table kind.

    Returns:
        The column name of each key.

    Example:
        >>> from xlcrm.model.schema import KINDS
        >>> exact_keys(KINDS["deals"])["expectedclose"]
        'expected_close'
    """
    return MappingProxyType({header_key(name): name for name in kind.names})


def assign(
    row: HeaderRow,
    kind: TableKind,
    insisted: Collection[str],
    declared: Mapping[str, str] = _NOTHING_DECLARED,
) -> dict[str, list[int]]:
    """Give each column of a kind its header.

    Args:
        row: The header row.
        kind: The kind of the table.
        insisted: The columns that must have a header. One that finds none may share the exactly
            named header of a column that is not insisted on: a name serves as id where there is
            no other. Columns behind the first, which is the id, take such a header over: a KPI
            that nothing else names is the name of the measure.
        declared: The workbook's own aliases, the column of each header key.

    Returns:
        For each column that has a header its position, counted from 0, and several positions
        where it is not clear which is meant.

    Example:
        >>> from xlcrm.model.schema import KINDS
        >>> assign(read(["Series", "Product"]), KINDS["products"], ["product"])
        {'product': [1], 'category': [0]}
    """
    exact = exact_keys(kind)
    assigned: dict[str, list[int]] = {}
    for position, key in enumerate(row.keys):
        if key in exact:
            assigned.setdefault(exact[key], []).append(position)
    shared = [at for name, spots in assigned.items() if name not in insisted for at in spots]
    free = [position for position, key in enumerate(row.keys) if key and key not in exact]
    if not free and all(name in assigned for name in insisted):
        return assigned  # plain tables never wait for the aliases to be read
    meanings = _meanings(row, kind, declared)
    sources = _sources(meanings)
    for name in sorted(kind.names, key=lambda name: name not in insisted):
        if name in assigned:
            continue
        best = _best(name, free, meanings, sources)
        if not best and name in insisted:
            best = _best(name, shared, meanings, sources)
            if best and name != kind.names[0]:
                assigned = {other: at for other, at in assigned.items() if at != best}
        if best:
            assigned[name] = best
            free = [position for position in free if position not in best]
    return assigned


def _meanings(row: HeaderRow, kind: TableKind, declared: Mapping[str, str]) -> Meanings:
    """List what each header may mean; what the workbook declares stands before all else."""
    known = claims(kind.name)
    return {
        position: {declared[key]: {_WORKBOOK: 0}}
        if key in declared
        else {column: {_WORKBOOK: 1, **places} for column, places in known[key].items()}
        for position, key in enumerate(row.keys)
        if key in declared or key in known
    }


def _sources(meanings: Meanings) -> Sequence[str]:
    """Order the sources: the workbook, then those that know most of the headers."""
    heard = Counter(
        source
        for columns in meanings.values()
        for source in {source for places in columns.values() for source in places}
    )
    return sorted(heard, key=lambda source: (source != _WORKBOOK, -heard[source], source))


def _best(
    column: str, positions: Sequence[int], meanings: Meanings, sources: Sequence[str]
) -> list[int]:
    """Choose among the headers that may mean a column those that no other beats."""
    places = {at: meanings[at][column] for at in positions if column in meanings.get(at, ())}
    unbeaten = [
        at
        for at, own in places.items()
        if not any(_beats(other, own, sources) for other in places.values())
    ]
    return unbeaten or list(places)


def _beats(first: Mapping[str, int], second: Mapping[str, int], sources: Sequence[str]) -> bool:
    """Tell whether the foremost source that ranks both headers puts the first one first."""
    for source in sources:
        if source in first and source in second and first[source] != second[source]:
            return first[source] < second[source]
    return False
