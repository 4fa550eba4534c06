"""What every host does with a call: read the arguments, answer, remember.

A session holds what handles stand for. Answers are remembered by function and arguments, so that
a call which Excel repeats with the same data costs a look-up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from xlcrm.cells import leave
from xlcrm.errors import CrmError, WrongValue
from xlcrm.functions import Asked, Call, Kind, WorksheetFunction, catalogue
from xlcrm.hosts.arguments import MISSING, argument_value
from xlcrm.hosts.handles import Handles
from xlcrm.hosts.memory import Memory
from xlcrm.model.model import Model
from xlcrm.model.table import CellTable

_LOG = logging.getLogger(__name__)

MOST_BOOKS = 8
"""Books whose calls and handles are kept."""

__all__ = ["MISSING", "MOST_BOOKS", "Place", "Session"]


@dataclass(frozen=True)
class Place:
    """A cell of an open book."""

    book: str
    sheet: str
    address: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.address}"


@dataclass
class Session:
    """The state of one host process: what handles stand for, and answers already given.

    Attributes:
        handles: Tables and models by the hash in their handle.
        calls: The newest call at each place.
        traced: Whether calls are put down in `made`.
        made: The calls since a host last cleared the list, each with its rows.
    """

    handles: Handles = field(default_factory=Handles)
    calls: dict[Place, Call] = field(default_factory=dict)
    traced: bool = False
    made: list[tuple[Call, list[list[Any]]]] = field(default_factory=list)
    _memory: Memory = field(default_factory=Memory, repr=False)
    _books: dict[str, None] = field(default_factory=dict, repr=False)
    _alone: RLock = field(default_factory=RLock, repr=False)

    def call(self, name: str, arguments: Sequence[Any], at: Place | None = None) -> list[list[Any]]:
        """Answer a call with rows of cells.

        Args:
            name: The function's name.
            arguments: As the host has them: raw cells and ranges, `MISSING` where left out.
            at: The cell that asks, where the host knows it.

        Returns:
            A non-empty list of rows; an error is one cell with Excel's integer for it.
        """
        return self.answered(name, arguments, at)[1]

    def answered(
        self, name: str, arguments: Sequence[Any], at: Place | None = None
    ) -> tuple[Call, list[list[Any]]]:
        """Answer as `call` does, and give the call as it was read, with its error if it has one.

        Several threads may ask; they are answered one after the other.

        Args:
            name: The function's name.
            arguments: As the host has them.
            at: The cell that asks.
        """
        with self._alone:
            call, rows = self._answered(catalogue()[name], arguments)
            if self.traced:
                self.made.append((call, rows))
            if at:
                self._opened(at.book)
                self.calls[at] = call
                self.handles.held_by(at, rows[0][0])
            return call, rows

    def forget(self, place: Place) -> None:
        """Forget what a cell showed, now that it holds no formula."""
        self.calls.pop(place, None)

    def _opened(self, book: str) -> None:
        """Note that a book asks, and forget the one that has not asked for longest, if need be.

        No host says that a book was closed or has another name; an idle one is had again.
        """
        if next(reversed(self._books), None) == book:
            return
        self._books.pop(book, None)
        self._books[book] = None
        if len(self._books) > MOST_BOOKS:
            oldest = next(iter(self._books))
            del self._books[oldest]
            gone = [place for place in self.calls if place.book == oldest]
            for place in gone:
                del self.calls[place]
            self.handles.forget(gone)

    def _answered(
        self, function: WorksheetFunction, arguments: Sequence[Any]
    ) -> tuple[Call, list[list[Any]]]:
        values: tuple[Any, ...] = ()
        try:
            values = self._read(function, arguments)
            if not _is_remembered(function):
                return Call(function, values), self._rows(function, values, None)
            model = next((value for value in values if isinstance(value, Model)), None)
            key = (function.name, *(_key(value) for value in values if value is not model))
            rows = self._memory.answer(key, model, lambda m: self._rows(function, values, m))
            return Call(function, values), rows
        except CrmError as error:
            plain = error.with_traceback(None)  # whose frames hold on to tables
            return Call(function, values, plain), [[int(error.code)]]
        except Exception as error:  # noqa: BLE001 - a cell shows an error, never a traceback
            _LOG.exception("%s failed", function.name)
            fault = WrongValue(f"{function.name} failed ({type(error).__name__}): a fault of xlcrm")
            return Call(function, values, fault), [[int(fault.code)]]

    def _rows(
        self, function: WorksheetFunction, values: tuple[Any, ...], model: Model | None
    ) -> list[list[Any]]:
        asked = (model if isinstance(value, Model) else value for value in values)
        answer = self.handles.kept(function.call(*asked))
        return leave(answer, self.handles.date_system)

    def _read(self, function: WorksheetFunction, arguments: Sequence[Any]) -> tuple[Any, ...]:
        declared = function.arguments
        if len(arguments) > len(declared):
            raise WrongValue(f"{function.usage} has {len(declared)} arguments at most")
        given = [*arguments, *[MISSING] * (len(declared) - len(arguments))]
        read: list[Any] = []
        for argument, value in zip(declared, given, strict=True):
            if isinstance(value, Place):
                read.append(self._asked(value))
            else:
                system = _date_system(read) or self.handles.date_system
                read.append(argument_value(argument, value, self.handles, system))
        return tuple(read)

    def _asked(self, place: Place) -> Asked:
        return Asked(str(place), self.calls.get(place))


def _is_remembered(function: WorksheetFunction) -> bool:
    """Handles are their own memory, and what another cell holds has no name of its own."""
    kinds = {argument.kind for argument in function.arguments}
    return not kinds & {Kind.TABLE, Kind.TABLES, Kind.CELL}


def _date_system(read: Iterable[Any]) -> int | None:
    """Find the date system of the workbook that calls: that of the tables it gave already."""
    for value in read:
        if isinstance(value, Model):
            return value.date_system
        for table in value if isinstance(value, tuple) else ():
            if isinstance(table, CellTable):
                return table.origin.date_system
    return None


def _key(value: Any) -> Any:
    """Give what an argument's value is remembered by."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_key, value))
    if hasattr(value, "digest"):
        return ("table", value.digest)
    return (type(value).__name__, value)
