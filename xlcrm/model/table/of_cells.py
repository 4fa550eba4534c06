"""Tables whose rows are cells of a range."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import Cell, Origin, Range, Rows, is_blank, text_of, used
from xlcrm.errors import CrmError, ExcelError, NotAvailable
from xlcrm.model.aliases import claims, header_key
from xlcrm.model.canonical import Cells, canonical_column, written_column
from xlcrm.model.columns import Reading, Typed, absent, inferred, typed
from xlcrm.model.derived import DERIVABLE, derive
from xlcrm.model.headers import find_header_row, match
from xlcrm.model.schema import ColumnType, TableKind, kind
from xlcrm.model.table.shape import ROW, Columns

_MOST_TITLES = 20
"""In how many rows from the top the headers are looked for."""


Raw = TypeVar("Raw")
Brought = TypeVar("Brought")

_BLOCK = 512
"""Rows taken at a time when all columns are asked for."""


@dataclass(frozen=True, eq=False)
class CellTable:
    """A table whose rows are cells of a range; a column is typed when it is first asked for.

    Attributes:
        kind: What one row is.
        headers: The header cells as text.
        position: Where each declared or unknown column stands, by name.
        names: What each header (folded) is called as a column.
        rows: The data rows as the host has them, blank ones left out.
        skipped: The numbers of blank rows among the data, counted from the first data row.
        origin: Where the first data row stands.
    """

    kind: TableKind
    headers: tuple[str, ...]
    position: Mapping[str, int]
    names: Mapping[str, str]
    rows: Rows = field(repr=False)
    skipped: tuple[int, ...]
    origin: Origin
    _cells: dict[int, Cells] = field(default_factory=dict, repr=False)
    _typed: dict[tuple[Any, ...], tuple[Typed, frozenset[str]]] = field(
        default_factory=dict, repr=False
    )

    @property
    def label(self) -> str:
        """The name of the Table or range."""
        return self.origin.name or self.kind.name

    @cached_property
    def digest(self) -> str:
        """A hash of kind, headers and cells, taken when a handle is first asked for."""
        content = hashlib.blake2b(digest_size=8)
        content.update(repr((self.kind.name, self.origin.date_system, self.headers)).encode())
        for column in self._digests:
            content.update(column)
        return content.hexdigest()

    @cached_property
    def _digests(self) -> tuple[bytes, ...]:
        """A hash of the cells of each column."""
        digests = []
        for place, column in enumerate(self._all_columns()):
            self._cells[place], content = self._brought(place, written_column, column)
            digests.append(hashlib.blake2b(content, digest_size=16).digest())
        return tuple(digests)

    def trace(self, column: str | None = None) -> Hashable:
        """Give the content, of the table or of a column, with the place of the rows.

        Answers may name places: a reason says in which row of the sheet it found a cell.

        Args:
            column: One of the table's own columns; None for all of them.
        """
        if column is None:
            return self.digest, self.origin, self.skipped
        place = self.position.get(column)
        content = None if place is None else self._digests[place]
        return content, self.headers, self.origin, self.skipped, len(self.rows)

    def after(self, equal: CellTable) -> CellTable:
        """Give the table to keep of this one and an equal one that was read before.

        Args:
            equal: A table of the same content; it may have stood elsewhere.
        """
        if (equal.origin, equal.skipped) == (self.origin, self.skipped):
            return equal
        moved = replace(self, _cells=equal._cells, _typed=equal._typed)
        vars(moved)["_digests"] = equal._digests  # known already
        return moved

    def __len__(self) -> int:
        """Count the data rows."""
        return len(self.rows)

    def column(self, name: str) -> str | None:
        """Find the column that goes by ``name``, a declared name or a header; None if none."""
        if name in self.position or name in DERIVABLE.get(self.kind.name, ()):
            return name
        key = header_key(name)
        return self.names.get(key) or self._claimed(key)

    def _claimed(self, key: str) -> str | None:
        """Find the one column here that some export heads so."""
        found = {name for name in claims(self.kind.name).get(key, {}) if name in self.position}
        return found.pop() if len(found) == 1 else None

    def type_of(self, column: str) -> ColumnType:
        """Say what a column holds; an unknown one is looked at."""
        if column in self.kind.names:
            return self.kind.column(column).type
        return inferred(self._cells_of(column))

    def columns(self, names: Sequence[str], reading: Reading) -> Columns:
        """Give columns, typed; a declared column that the range lacks is all blank."""
        numbers = Typed(np.arange(len(self.rows)))
        told = {
            name: (numbers, frozenset()) if name == ROW else self._column(name, reading)
            for name in dict.fromkeys(names)
        }
        answers = {name: answer for name, (answer, _) in told.items()}
        frame = pd.DataFrame(
            {name: answer.values for name, answer in answers.items()},
            index=pd.RangeIndex(len(self.rows)),
            copy=False,
        )
        return Columns(
            nw.from_native(frame).lazy(),
            {name: a.problems for name, a in answers.items() if a.problems},
            self._notes(answers.values()),
            frozenset().union(*(read for _, read in told.values())) or None,
        )

    def place(self, row: int) -> str:
        """Name the sheet row of a data row."""
        for skipped in self.skipped:
            row += skipped <= row
        return f"row {self.origin.row + row}"

    def _notes(self, answers: Any) -> tuple[str, ...]:
        notes = [note for answer in answers for note in answer.notes]
        if self.skipped:
            notes.append(f"{self.kind.name}: {len(self.skipped)} blank rows skipped")
        return tuple(notes)

    def _column(self, name: str, reading: Reading) -> tuple[Typed, frozenset[str]]:
        """Type a column, or tell it from others; and name the columns that were read for it."""
        aliases = reading.aliases.get(name, {})
        key = (
            name,
            reading.decimal,
            reading.day_first,
            reading.text_numbers,
            tuple(aliases.items()),
        )
        if key not in self._typed:
            looked_at: set[str] = set()

            def read(own: str) -> Typed:
                looked_at.add(own)
                return self._read(own, reading)

            answer = derive(self.kind.name, name, read)
            self._typed[key] = answer, frozenset(looked_at)
        return self._typed[key]

    def _read(self, name: str, reading: Reading) -> Typed:
        if name not in self.position:
            return absent(self.kind.column(name).type, len(self.rows))
        own = replace(reading, date_system=self.origin.date_system)
        return typed(name, self.type_of(name), self._cells_of(name), own)

    def _all_columns(self) -> list[Cells]:
        """Take all columns as the host has them, in blocks that the processor's cache holds."""
        columns = [Cells() for _ in self.headers]
        for start in range(0, len(self.rows), _BLOCK):
            block = zip(*self.rows[start : start + _BLOCK], strict=True)
            for column, cells in zip(columns, block, strict=True):
                column.extend(cells)
        return columns

    def _cells_of(self, name: str) -> list[Cell]:
        place = self.position.get(name)
        return [None] * len(self.rows) if place is None else self._cells_at(place)

    def _cells_at(self, place: int) -> Cells:
        if place in self._cells:
            return self._cells[place]
        column = map(itemgetter(place), self.rows)
        self._cells[place] = self._brought(place, canonical_column, column)
        return self._cells[place]

    def _brought(self, place: int, bring: Callable[[Raw], Brought], column: Raw) -> Brought:
        try:
            return bring(column)
        except CrmError as error:
            raise type(error)(f"{self.headers[place]}: {error.message}") from None


def table_of(kind_name: str, cells: Range) -> CellTable:
    """Make a table of a range that begins with a header row, or has one among its first rows.

    Args:
        kind_name: What one row is, such as ``deals``.
        cells: The range with headers.

    Returns:
        The table; its columns are typed when they are asked for.

    Raises:
        WrongValue: There is no such kind.
        NotAvailable: The range is blank, or has headers and no rows.
        UnknownName: A required header is missing, or two headers claim one column.
    """
    declared = kind(kind_name)
    rows = used(cells.rows)
    if not rows:
        where = f"range {cells.origin.name}" if cells.origin.name else "the range"
        raise NotAvailable(f"no rows in {where}: it is blank")
    top = [[cell if isinstance(cell, str) else None for cell in row] for row in rows[:_MOST_TITLES]]
    header = find_header_row(top, declared.name, within=_MOST_TITLES) or 0
    titles = canonical_column(rows[header])
    headers = tuple("" if isinstance(c, ExcelError) else text_of(c) for c in titles)
    matched = match(
        declared.name,
        headers,
        derivable=DERIVABLE.get(declared.name, frozenset()),
        first_column=cells.origin.column,
    )
    body = rows[header + 1 :]
    blank = _blank_rows(body)
    data = [row for k, row in enumerate(body) if k not in blank] if blank else body
    if not data:
        raise NotAvailable(f"headers found, 0 data rows in {cells.origin.name or 'the range'}")
    origin = replace(cells.origin, row=cells.origin.row + header + 1)
    position = dict(matched.by_column)
    names = {}
    for key, place in matched.own.items():
        canonical = next((name for name, at in matched.by_column.items() if at == place), None)
        names[key] = canonical or headers[place]
        position.setdefault(names[key], place)
    return CellTable(
        kind=declared,
        headers=headers,
        position=position,
        names=names,
        rows=data,
        skipped=tuple(sorted(blank)),
        origin=origin,
    )


def _blank_rows(body: Rows) -> set[int]:
    """Find the rows without content, looking closer only at those that begin with a blank."""
    first = list(map(itemgetter(0), body))
    with suppress(TypeError):  # not texts alone
        if all(first) and not any(map(str.isspace, first)):
            return set()
    maybe = [k for k, cell in enumerate(first) if cell.__class__ is not float and is_blank(cell)]
    return {k for k in maybe if all(map(is_blank, body[k]))}
