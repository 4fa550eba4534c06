"""A table: the rows of one kind, from cells of a range or from a frame of any engine."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import Cell, Origin, Range, Rows, is_blank, text_of, used
from xlcrm.errors import ExcelError, NotAvailable
from xlcrm.model.aliases import claims, header_key
from xlcrm.model.columns import Problem, Reading, Typed, inferred, typed
from xlcrm.model.derived import DERIVABLE, derive, derived_expressions
from xlcrm.model.headers import find_header_row, match
from xlcrm.model.schema import ColumnType, TableKind, kind

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


ROW = "#row"
"""Asked for as a column, it numbers the data rows of a table of cells."""


@dataclass(frozen=True)
class Columns:
    """Typed columns of a table, as one frame.

    Attributes:
        frame: A lazy frame with the columns asked for.
        problems: Cells that could not be read, by column.
        notes: What is worth saying about how the cells were read.
    """

    frame: nw.LazyFrame[Any]
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Table(Protocol):
    """Rows of one kind, whatever holds them."""

    @property
    def kind(self) -> TableKind:
        """What one row is."""
        ...

    @property
    def digest(self) -> str:
        """A hash of the content: equal data has an equal digest in every host."""
        ...

    @property
    def label(self) -> str:
        """Where the rows come from, in a few words."""
        ...

    def column(self, name: str) -> str | None:
        """Find the column that goes by ``name``, a declared name or a header; None if none."""
        ...

    def type_of(self, column: str) -> ColumnType:
        """Say what a column holds."""
        ...

    def columns(self, names: Sequence[str], reading: Reading) -> Columns:
        """Give columns, typed."""
        ...

    def place(self, row: int) -> str:
        """Say where the data row with the number ``row``, from 0, stands for the user."""
        ...

    def __len__(self) -> int:
        """Count the rows."""
        ...


# ── rows of cells ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class CellTable:
    """A table whose rows are cells of a range; a column is typed when it is first asked for.

    Attributes:
        kind: What one row is.
        headers: The header cells as text.
        position: Where each declared or unknown column stands, by name.
        names: What each header (folded) is called as a column.
        rows: The data rows, blank ones left out.
        skipped: The numbers of blank rows among the data, counted from the first data row.
        origin: Where the first data row stands.
        digest: A hash of kind, headers and rows.
    """

    kind: TableKind
    headers: tuple[str, ...]
    position: Mapping[str, int]
    names: Mapping[str, str]
    rows: Rows = field(repr=False)
    skipped: tuple[int, ...]
    origin: Origin
    digest: str
    _typed: dict[tuple[Any, ...], Typed] = field(default_factory=dict, repr=False)

    @property
    def label(self) -> str:
        """The name of the Table or range."""
        return self.origin.name or self.kind.name

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
        return inferred(self._cells(column))

    def columns(self, names: Sequence[str], reading: Reading) -> Columns:
        """Give columns, typed; a declared column that the range lacks is all blank."""
        numbers = Typed(np.arange(len(self.rows)))
        answers = {
            name: numbers if name == ROW else self._column(name, reading)
            for name in dict.fromkeys(names)
        }
        frame = pd.DataFrame(
            {name: answer.values for name, answer in answers.items()},
            index=pd.RangeIndex(len(self.rows)),
            copy=False,
        )
        return Columns(
            nw.from_native(frame).lazy(),
            {name: a.problems for name, a in answers.items() if a.problems},
            self._notes(answers.values()),
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

    def _column(self, name: str, reading: Reading) -> Typed:
        aliases = reading.aliases.get(name, {})
        key = (
            name,
            reading.decimal,
            reading.day_first,
            reading.text_numbers,
            tuple(aliases.items()),
        )
        if key not in self._typed:
            self._typed[key] = derive(self.kind.name, name, lambda n: self._read(n, reading))
        return self._typed[key]

    def _read(self, name: str, reading: Reading) -> Typed:
        own = replace(reading, date_system=self.origin.date_system)
        return typed(name, self.type_of(name), self._cells(name), own)

    def _cells(self, name: str) -> list[Cell]:
        if name not in self.position:
            return [None] * len(self.rows)
        return list(map(itemgetter(self.position[name]), self.rows))


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
        raise NotAvailable(f"no rows in range {cells.origin.name or 'given'}: it is blank")
    header = find_header_row(rows, declared.name) or 0
    headers = tuple("" if isinstance(c, ExcelError) else text_of(c) for c in rows[header])
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
        digest=_digest(declared.name, origin.date_system, headers, data),
    )


def _blank_rows(body: Rows) -> set[int]:
    return {
        k
        for k, row in enumerate(body)
        if (row[0] is None or row[0] == "") and all(map(is_blank, row))
    }


def _digest(kind_name: str, date_system: int, headers: tuple[str, ...], rows: Rows) -> str:
    flat = list(chain.from_iterable(rows))
    if ExcelError in set(map(type, flat)):
        flat = [int(cell) if isinstance(cell, ExcelError) else cell for cell in flat]
    content = marshal.dumps(flat, 2)  # version 2: the bytes depend on the values alone
    hashed = hashlib.blake2b(content, digest_size=8)
    hashed.update(repr((kind_name, date_system, headers)).encode())
    return hashed.hexdigest()


# ── frames of any engine ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class FrameTable:
    """A table whose rows a pandas, Polars, DuckDB or Spark frame holds, already typed.

    Attributes:
        kind: What one row is.
        native: The frame; its columns have declared names.
        digest: A hash or name that changes with the content.
        label: Where the rows come from.
    """

    kind: TableKind
    native: IntoFrame = field(repr=False)
    digest: str
    label: str = "frame"

    def __len__(self) -> int:
        """Count the rows."""
        counted = self._lazy().select(nw.len().alias("n")).collect()
        return int(counted["n"].item())

    def column(self, name: str) -> str | None:
        """Find the column that goes by ``name``; None if there is none."""
        derivable = name in DERIVABLE.get(self.kind.name, ())
        return name if derivable or name in self._lazy().collect_schema().names() else None

    def type_of(self, column: str) -> ColumnType:
        """Say what a column holds."""
        if column in self.kind.names:
            return self.kind.column(column).type
        numeric = self._lazy().collect_schema()[column].is_numeric()
        return ColumnType.NUMBER if numeric else ColumnType.TEXT

    def columns(self, names: Sequence[str], reading: Reading) -> Columns:  # noqa: ARG002 - typed already
        """Give columns; a declared column that the frame lacks is all blank."""
        lazy = self._lazy()
        present = lazy.collect_schema().names()
        wanted = list(dict.fromkeys(names))
        return Columns(lazy.select(*derived_expressions(self.kind, wanted, present)))

    def place(self, row: int) -> str:
        """Name a data row."""
        return f"row {row + 1}"

    def _lazy(self) -> nw.LazyFrame[Any]:
        return nw.from_native(self.native).lazy()
