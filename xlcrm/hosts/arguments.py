"""Raw cells to the values that a function's arguments ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from xlcrm.cells import (
    Cell,
    Range,
    Rows,
    canonical,
    date_of_serial,
    date_of_text,
    is_blank,
    number_text,
    scalar,
    text_key,
    text_of,
    vector,
)
from xlcrm.errors import ErrorInData, ExcelError, WrongValue
from xlcrm.functions import Argument, Asked, Kind
from xlcrm.hosts.handles import Handles
from xlcrm.model.model import Model, model_of_range
from xlcrm.model.number_texts import number_reader
from xlcrm.model.table import Table


class _Missing:
    """An argument that was left out."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


def argument_value(argument: Argument, raw: Any, handles: Handles, date_system: int) -> Any:
    """Read one argument of a call.

    Args:
        argument: Its declaration.
        raw: What the host has: a scalar, rows, a `Range`, an `Asked`, or `MISSING`.
        handles: What handles stand for.
        date_system: That of the workbook which calls, 1900 or 1904.

    Returns:
        The value that the function's annotation asks for.

    Raises:
        CrmError: The cells do not fit; the message names the argument.
    """
    if raw is MISSING or (argument.kind not in _OF_BLANK and _is_blank(raw)):
        if argument.required:
            raise WrongValue(f"{argument.name} is missing: {argument.help}")
        return argument.default
    match argument.kind:
        case Kind.MODEL:
            return _model(raw, handles)
        case Kind.TABLE:
            return _range(raw)
        case Kind.TABLES:
            return _tables(raw, handles)
        case Kind.CELL:
            return _asked(raw)
        case Kind.CONDITIONS:
            return _conditions(argument.name, raw)
        case Kind.NUMBERS:
            return _numbers(argument.name, raw)
        case Kind.NUMBER:
            cell = _one(argument.name, raw)
            return _number(argument.name, cell, number_reader([text_of(cell)]))
        case Kind.LOGICAL:
            return _logical(argument.name, _one(argument.name, raw))
        case Kind.DATE:
            return _date(argument.name, _one(argument.name, raw), date_system)
        case Kind.TEXT:
            return text_of(_one(argument.name, raw))


_OF_BLANK = (Kind.TABLE, Kind.NUMBERS)


def _is_blank(raw: Any) -> bool:
    cells = raw.rows if isinstance(raw, Range) else raw
    if isinstance(cells, (list, tuple)):
        return not cells or (len(cells) == 1 and list(cells[0]) in ([None], [""]))
    return cells is None or (isinstance(cells, str) and is_blank(cells))


def _one(name: str, raw: Any) -> Cell:
    try:
        cell = scalar(raw.rows if isinstance(raw, Range) else raw)
    except WrongValue as error:
        raise WrongValue(f"{name}: {error.message}") from None
    if isinstance(cell, ExcelError):
        raise ErrorInData(cell, f"the argument {name} is {cell.text}")
    return cell


def _range(raw: Any) -> Range:
    """Take a range as it is: a table reads its cells column by column, when they are needed."""
    if isinstance(raw, Range) and isinstance(raw.rows, (list, tuple)):
        return raw if raw.rows and isinstance(raw.rows[0], (list, tuple)) else _boxed(raw)
    if isinstance(raw, (list, tuple)) and raw and isinstance(raw[0], (list, tuple)):
        return Range(list(raw))
    return Range(canonical(raw))


def _boxed(raw: Range) -> Range:
    return Range(canonical(raw.rows), raw.origin)


def _model(raw: Any, handles: Handles) -> Model:
    cells = _range(raw)
    if len(cells.rows) == 1 and len(cells.rows[0]) == 1:
        return handles.model(scalar(cells.rows))
    return model_of_range(cells)


def _tables(raw: Any, handles: Handles) -> tuple[Table, ...]:
    """Read handles; blank cells and #N/A, a table without rows, are passed over."""
    cells = vector(raw.rows if isinstance(raw, Range) else raw, "the range of tables")
    present = [cell for cell in cells if not is_blank(cell) and cell is not ExcelError.NA]
    return tuple(handles.table(cell) for cell in present)


def _asked(raw: Any) -> Asked:
    if isinstance(raw, Asked):
        return raw
    raise WrongValue("give a cell that holds a CRM formula, such as B3")


def _conditions(name: str, raw: Any) -> str | Rows:
    rows = canonical(raw.rows if isinstance(raw, Range) else raw)
    return rows if len(rows) > 1 or len(rows[0]) > 1 else text_of(_one(name, rows))


def _numbers(name: str, raw: Any) -> Any:
    cells = vector(raw.rows if isinstance(raw, Range) else raw, name)
    of_text = number_reader([cell for cell in cells if isinstance(cell, str)])
    read = [
        cell if isinstance(cell, ExcelError) else _number_or_none(name, cell, of_text)
        for cell in cells
    ]
    return read if len(read) != 1 else read[0]


def _number_or_none(name: str, cell: Cell, of_text: Callable[[str], float]) -> float | None:
    if is_blank(cell) or (isinstance(cell, str) and text_key(cell) in ("n/a", "#n/a")):
        return None
    return _number(name, cell, of_text)


def _number(name: str, cell: Cell, of_text: Callable[[str], float]) -> float:
    if isinstance(cell, bool):
        raise WrongValue(f"{name} is a number, not {str(cell).upper()}")
    if isinstance(cell, float):
        return cell
    try:
        return of_text(text_of(cell))
    except WrongValue as error:
        raise WrongValue(f"{name}: {error.message}") from None


def _date(name: str, cell: Cell, date_system: int) -> date:
    if isinstance(cell, bool):
        raise WrongValue(f"{name} is a date, not {str(cell).upper()}")
    return (
        date_of_serial(cell, date_system)
        if isinstance(cell, float)
        else date_of_text(text_of(cell))
    )


def _logical(name: str, cell: Cell) -> bool:
    if isinstance(cell, float) and cell in (0.0, 1.0):
        return bool(cell)
    word = text_key(text_of(cell))
    if word in ("true", "yes"):
        return True
    if word in ("false", "no"):
        return False
    shown = number_text(cell) if isinstance(cell, float) else repr(word)
    raise WrongValue(f"{name} is TRUE or FALSE, not {shown}")
