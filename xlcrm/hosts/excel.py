"""Excel for Windows: what xlwings' COM server calls when a cell asks.

The VBA module of the workbook sends a function's name, the place of the asking cell and the
arguments as cells hold them. Each function of the catalogue has an adapter here, found under its
name, that hands them to the session.
"""

from __future__ import annotations

from functools import cache
from inspect import Parameter, Signature
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import xlwings

from xlcrm.cells import Origin, Range
from xlcrm.functions import Asked, Call, Kind, catalogue
from xlcrm.hosts import log
from xlcrm.hosts.handles import LostHandle
from xlcrm.hosts.session import MISSING, Place, Session
from xlcrm.hosts.setup import app_data_folder, settings_file, user_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlcrm.cells import Rows
    from xlcrm.functions import WorksheetFunction

COM_MISSING = -2147352572
"""What COM hands over for an argument that was left out."""

LOST = 1
"""The first cell of an answer that asks VBA for the data behind a handle, or behind a cell."""


@cache
def session() -> Session:
    """Give the one session of this process; every open workbook asks it."""
    return Session()


@cache
def budget() -> float:
    """Give the seconds a call may take, and begin the log: both as the user's settings say."""
    app_data = app_data_folder()
    settings = user_settings(app_data)
    if app_data:
        log.start(settings_file(app_data).parent, every_call=settings.log == "calls")
    return settings.budget


def __getattr__(name: str) -> Callable[..., list[list[Any]]]:
    """Find a function's adapter when it is first asked for, as xlwings finds it: by its name."""
    function = catalogue().get(name) if name.isupper() else None
    if function is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = adapter(function)
    globals()[name] = made
    return made


def adapter(function: WorksheetFunction) -> Callable[..., list[list[Any]]]:
    """Wrap a worksheet function for xlwings' `call_udf`.

    xlwings gets a positional function without annotations whose arguments and result cross it
    unconverted: its own conversion of a large range takes longer than most answers.

    Args:
        function: The function of the catalogue.

    Returns:
        A function of the asking cell's place and the arguments. It answers with a list of rows,
        never a tuple, which COM would take for several results. One row that begins with `LOST`
        asks for the handles behind it: VBA evaluates their cells and calls once more.
    """
    kinds = [argument.kind for argument in function.arguments]

    def answer(at: object, *sent: object) -> list[list[Any]]:
        arguments = [_read(kind, value) for kind, value in zip(kinds, sent, strict=False)]
        place, allowed, began = _place(at), budget(), perf_counter()
        call, rows = session().answered(function.name, arguments, place)
        log.note(call, place, perf_counter() - began, allowed)
        return _lost(call, arguments) or rows

    names = ["_at", *(argument.name for argument in function.arguments)]
    answer.__name__ = answer.__qualname__ = function.name
    answer.__doc__ = function.summary
    answer.__annotations__ = {}
    answer.__dict__["__signature__"] = Signature(
        [Parameter(n, Parameter.POSITIONAL_OR_KEYWORD, default=MISSING) for n in names]
    )
    return _marked(answer, names)


def _marked(
    answer: Callable[..., list[list[Any]]], names: Sequence[str]
) -> Callable[..., list[list[Any]]]:
    """Tell xlwings to convert nothing; off Windows its decorators do nothing."""
    marked = xlwings.func(answer)
    for name in names:
        marked = xlwings.arg(name, convert="raw")(marked)
    return cast("Callable[..., list[list[Any]]]", xlwings.ret(convert="raw")(marked))


def _read(kind: Kind, sent: object) -> object:
    if sent is MISSING or (type(sent) is int and sent == COM_MISSING):
        return MISSING
    if kind is Kind.TABLE:
        return _table(sent)
    if kind is Kind.CELL and isinstance(sent, tuple):
        return _cell(sent)
    return sent


def _lost(call: Call, arguments: list[object]) -> list[list[Any]]:
    """Ask for handles that this process does not know, and for a cell that it never answered."""
    handles = session().handles.lost(arguments) if isinstance(call.error, LostHandle) else []
    cells = [v for v in call.arguments if isinstance(v, Asked) and v.call is None]
    return [[LOST, "", *handles]] if handles or cells else []


def _table(sent: object) -> Range:
    """Read a table: its values with the facts of its origin, or one value alone.

    The cells stay as they came: the session reads them, and remembers what is wrong with them.
    """
    if not isinstance(sent, tuple):
        return Range(cast("Rows", [(sent,)]))
    values, name, sheet, row, column, from_1904 = sent
    rows: list[Any] = list(values) if isinstance(values, tuple) else [(values,)]
    system = 1904 if from_1904 else 1900
    return Range(rows, Origin(str(name), str(sheet), int(row), int(column), system))


def _cell(sent: tuple[Any, ...]) -> Place | None:
    """Read a cell that is asked about: its place, and whether it holds a formula."""
    *where, has_formula = sent
    place = _place(tuple(where))
    if place and not has_formula:
        session().forget(place)
    return place


def _place(sent: object) -> Place | None:
    """Read a place; None where the call came from no cell."""
    if not isinstance(sent, tuple) or not sent[-1]:
        return None
    book, sheet, address = map(str, sent)
    return Place(book, sheet, address)
