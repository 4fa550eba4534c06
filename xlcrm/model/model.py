"""A model: the tables that a workbook holds, with its settings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import narwhals as nw
import pandas as pd

from xlcrm.cells import Cell, Range, Rows, is_blank, text_key, text_of
from xlcrm.errors import CrmError, ErrorInData, ExcelError, NotAvailable, WrongValue, listing
from xlcrm.model.canonical import canonical_column
from xlcrm.model.columns import Reading
from xlcrm.model.headers import recognise
from xlcrm.model.reads import NotedSettings, NotedTables, Reads
from xlcrm.model.schema import ColumnType
from xlcrm.model.settings import Settings, reading, settings_of
from xlcrm.model.table import CellTable, Columns, Table, table_of

Fact = TypeVar("Fact")

EVENT_DATES: Mapping[str, tuple[str, ...]] = {
    "deals": ("created", "closed_on", "last_update"),
    "snapshots": ("taken_on",),
    "orders": ("date",),
    "activities": ("date",),
    "surveys": ("date",),
}
"""The dates of things that have happened: the newest is the default for `as_of`."""


@dataclass(frozen=True, eq=False)
class Model:
    """The tables of a workbook by kind, and the settings in force.

    Attributes:
        tables: One table a kind.
        settings: What the Settings table says, else the defaults.
        aliases: For each column, folded texts that mean another text.
        given_as_of: The day that CRM_MODEL was given, or None.
        date_system: The date system of the workbook that the cells stand in, 1900 or 1904.
    """

    tables: Mapping[str, Table]
    settings: Settings
    aliases: Mapping[str, Mapping[str, str]]
    given_as_of: date | None = None
    date_system: int = 1900
    _facts: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    _noted: tuple[Model, Reads] | None = field(default=None, repr=False)

    def require(self, kind: str) -> None:
        """Refuse where there is no table of a kind.

        Raises:
            NotAvailable: The model has none.
        """
        if kind not in self.tables:
            has = f"it has {listing(self.tables)}" if self.tables else "it has no tables"
            raise NotAvailable(f"the model has no rows of {kind}; {has}")

    def table(self, kind: str) -> Table:
        """Give the table of a kind.

        Raises:
            NotAvailable: The model has none.
        """
        self.require(kind)
        return self.tables[kind]

    def columns(self, kind: str, names: Sequence[str]) -> Columns:
        """Give typed columns of the table of a kind."""
        if not self._watched:
            return self.table(kind).columns(names, self.reading)
        self.require(kind)
        _ = self.reading  # how cells are read is read, too
        of, reads = self._watched
        try:
            answer = of.columns(kind, names)
        except CrmError:
            _ = self.tables[kind]
            raise
        if answer.read is None:
            _ = self.tables[kind]
        else:
            reads.update(("column", f"{kind}.{name}") for name in answer.read)
        return answer

    def column(self, kind: str, name: str) -> str | None:
        """Find the column of a table that goes by a name, by its headers alone.

        Args:
            kind: A kind of table.
            name: A declared name or a header.

        Returns:
            The column's name; None where the table or the column is not there.
        """
        if self._watched:
            of, reads = self._watched
            reads.add(("headers", kind))
            return of.column(kind, name)
        return self.tables[kind].column(name) if kind in self.tables else None

    def type_of(self, kind: str, column: str) -> ColumnType:
        """Say what a column of a table holds; an unknown one is looked at."""
        if self._watched:
            of, reads = self._watched
            reads.add(("column", f"{kind}.{column}"))
            return of.type_of(kind, column)
        return self.table(kind).type_of(column)

    @cached_property
    def reading(self) -> Reading:
        """How the cells of the tables are read."""
        return reading(self.settings, self.aliases)

    def fact(self, question: Hashable, find: Callable[[Model], Fact]) -> Fact:
        """Give what several functions ask, found once a model, whatever it rests on.

        Args:
            question: What is asked, in full.
            find: Finds it in the model that it is given, which notes what is read; what it gives
                holds no model, and nobody changes it.
        """
        if question not in self._facts:
            noted: Reads = set()
            self._facts[question] = find(self.noting(noted)), noted
        answer, reads = self._facts[question]
        self._put_down(reads)
        return answer  # type: ignore[no-any-return]  # kept under the question it answers

    def noting(self, reads: Reads) -> Model:
        """Give a model that answers alike and puts down what is read of it.

        Args:
            reads: Where it is put down.
        """
        tables, settings = NotedTables(self.tables, reads), NotedSettings(self.settings, reads)
        return replace(self, tables=tables, settings=settings, _noted=(self, reads))

    @property
    def _watched(self) -> tuple[Model, Reads] | None:
        """The model that this one answers like, and where it is put down what is read."""
        return self._noted if isinstance(self.tables, NotedTables) else None

    def _put_down(self, reads: Reads) -> None:
        """Put down what an answer rests on that somebody else found."""
        if self._watched:
            of, own = self._watched
            own.update(reads)
            of._put_down(reads)

    @property
    def as_of(self) -> date:
        """The day the figures are seen from: given, set, or the newest event in the data.

        Raises:
            NotAvailable: No day is given and the data have no event.
        """
        if self._watched:
            of, reads = self._watched
            reads.add(("day", "as_of"))  # the day alone: the tables it comes from may change
            return of.as_of
        if self.given_as_of:
            return self.given_as_of
        chosen = self.settings["as_of"]
        if isinstance(chosen, date):
            return chosen
        return self.fact("newest event", Model._newest_event)

    def _newest_event(self) -> date:
        newest = [day for kind in EVENT_DATES if kind in self.tables for day in self._newest(kind)]
        if not newest:
            raise NotAvailable("no day to look from: set as_of, or give rows with dates")
        return max(newest)

    def _newest(self, kind: str) -> list[date]:
        names = EVENT_DATES[kind]
        frame = self.columns(kind, names).frame
        latest = frame.select(*(nw.col(name).max() for name in names)).collect()
        days = [latest[name].item() for name in names]
        return [pd.Timestamp(day).date() for day in days if not pd.isna(day)]

    @cached_property
    def digest(self) -> str:
        """A hash of everything the model answers from."""
        hashed = hashlib.blake2b(digest_size=8)
        for name in sorted(self.tables):
            hashed.update(f"{name} {self.tables[name].digest};".encode())
        hashed.update(repr((self.settings.given, self.given_as_of)).encode())
        return hashed.hexdigest()


def model_of(tables: Iterable[Table], as_of: date | None = None) -> Model:
    """Join tables to a model; Settings and Aliases tables among them take effect.

    Args:
        tables: At most one of each kind.
        as_of: The day the figures are seen from; None for the setting.

    Raises:
        WrongValue: Two tables are of one kind, or a setting is wrong.
    """
    by_kind: dict[str, Table] = {}
    for table in tables:
        name = table.kind.name
        if name in by_kind:
            raise WrongValue(
                f"two tables of {name}: {by_kind[name].label} and {table.label}; give one"
            )
        by_kind[name] = table
    system = next(
        (t.origin.date_system for t in by_kind.values() if isinstance(t, CellTable)), 1900
    )
    given = Settings()
    settings = by_kind.get("settings")
    if isinstance(settings, CellTable):
        given = settings_of(_pairs(settings), system)
    return Model(
        tables=by_kind,
        settings=given,
        aliases=_aliases(by_kind.get("aliases")),
        given_as_of=as_of,
        date_system=system,
    )


def model_of_range(cells: Range) -> Model:
    """Make a model of one range, whose kind its headers tell.

    Raises:
        NotAvailable: The range is blank.
        UnknownName: The headers are of no kind.
    """
    header: Rows = [row for row in cells.rows if not all(map(is_blank, row))][:1]
    if not header:
        where = f"range {cells.origin.name}" if cells.origin.name else "the range"
        raise NotAvailable(f"no rows in {where}: it is blank")
    titles = canonical_column(header[0])
    names = ["" if isinstance(cell, ExcelError) else text_of(cell) for cell in titles]
    kinds = recognise(names)
    if not kinds:
        raise WrongValue(
            f"the headers {listing(names)} are of no table kind: name it with CRM_TABLE"
        )
    return model_of([table_of(kinds[0][0], cells)])


def _pairs(table: CellTable) -> Iterable[tuple[Cell, Cell]]:
    name, value = table.position["name"], table.position["value"]
    return ((row[name], row[value]) for row in table.rows)


def _aliases(table: Table | None) -> Mapping[str, Mapping[str, str]]:
    if not isinstance(table, CellTable):
        return {}
    places = [table.position[name] for name in ("column", "found", "means")]
    aliases: dict[str, dict[str, str]] = {}
    for number, row in enumerate(table.rows):
        cells = [row[place] for place in places]
        for cell in cells:
            if isinstance(cell, ExcelError):
                raise ErrorInData(
                    cell, f"the Aliases table holds {cell.text} in {table.place(number)}"
                )
        column, found, means = map(text_of, cells)
        if column and found and means:
            aliases.setdefault(column, {})[text_key(found)] = means
    return aliases
