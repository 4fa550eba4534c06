"""A process that reads one workbook, under limits, and hands its cells to the one that began it.

It is run as a script and imports nothing of ours, so that it starts fast and its limit on memory
can be small: a hostile file ends this process, never the one that asked.

What it writes is a row of marshalled values: a header ``("book", date system)``; for each sheet
``("sheet", name, dated columns, has errors)``, lists of rows, and None; or, where reading fails,
``("failed", what)``. An error cell is the bytes that it shows.
"""

from __future__ import annotations

import gc
import json
import marshal
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile

Read = tuple[str, list[list[Any]], set[int]]
"""A sheet: its name, its rows, and which of its columns are shown as dates."""

_BLOCK = 5_000
_MOST_CELLS = 2**25
_MOST_ROWS, _MOST_COLUMNS = 2**20, 2**14
_SHOWN_BY_CALAMINE_AS_NOTHING = re.compile(rb"\st\s*=\s*[\"'][ed][\"']")
_COUNTS_FROM_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true)")
_EARLIEST_PLAIN = date(1900, 3, 1).toordinal()
"""Before this day readers disagree, since 29 February 1900 is counted and never was."""


def main(path: str, memory: int, seconds: int, wanted: Collection[str] | None) -> None:
    """Read a workbook and write it to the standard output.

    Args:
        path: The workbook.
        memory: The most bytes to take beyond those taken now.
        seconds: The most processor seconds to take.
        wanted: The names of the sheets to read; None for all.
    """
    out = sys.stdout.buffer
    gc.disable()  # nothing is thrown away here, and each look at a million cells costs
    try:
        _limit(memory, seconds)
        system, sheets = _read(path, wanted)
        marshal.dump(("book", system), out)
        for name, rows, dated in sheets:
            _squared(rows)
            kinds = set(map(type, chain.from_iterable(rows)))
            marshal.dump(("sheet", name, sorted(dated), bytes in kinds), out)
            for start in range(0, len(rows), _BLOCK):
                marshal.dump(rows[start : start + _BLOCK], out)
            marshal.dump(None, out)
    except MemoryError:
        marshal.dump(("failed", "memory"), out)
    except Exception as error:  # noqa: BLE001 - readers of damaged files raise anything
        number = str(error).startswith(("invalid literal for int", "could not convert string"))
        marshal.dump(("failed", "number" if number else "damaged"), out)


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; there the time is limited from outside
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _read(path: str, wanted: Collection[str] | None) -> tuple[int, list[Read]]:
    """Read with calamine, which is fast, where it loses nothing; else with openpyxl."""
    if not _calamine_would_lose(path):
        with suppress(Exception):
            read = _with_calamine(path, wanted)
            if read is not None:
                return read
    return _with_openpyxl(path, wanted)


def _calamine_would_lose(path: str) -> bool:
    """Say whether a workbook has error cells, dates as text, or the system of 1904."""
    with ZipFile(path) as archive:
        if _COUNTS_FROM_1904.search(archive.read("xl/workbook.xml")):
            return True
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                tail = b""
                with archive.open(name) as part:
                    while piece := part.read(2**20):
                        if _SHOWN_BY_CALAMINE_AS_NOTHING.search(tail + piece):
                            return True
                        tail = piece[-32:]
    return False


# ── calamine ────────────────────────────────────────────────────────────────────────────────


def _with_calamine(path: str, wanted: Collection[str] | None) -> tuple[int, list[Read]] | None:
    """Read a workbook of the system of 1900; None where a date is one that readers change."""
    import python_calamine

    book = python_calamine.load_workbook(path)
    sheets: list[Read] = []
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if wanted is not None and meta.name not in wanted:
            continue
        rows = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
        dated: set[int] = set()
        if not set(map(type, chain.from_iterable(rows))) <= {float, str, bool}:
            for column in range(len(rows[0])):
                if not _dates_to_serials(rows, column, dated):
                    return None
        sheets.append((meta.name, [[None if c == "" else c for c in row] for row in rows], dated))
    return 1900, sheets


def _dates_to_serials(rows: list[list[Any]], column: int, dated: set[int]) -> bool:
    kinds = {type(row[column]) for row in rows}
    if kinds <= {float, str, bool}:
        return True
    if float not in kinds and int not in kinds:
        dated.add(column)
    known: dict[Any, float] = {}
    for row in rows:
        value = row[column]
        if isinstance(value, date | timedelta | time):
            serial = known.get(value)
            if serial is None:
                if isinstance(value, date) and value.toordinal() < _EARLIEST_PLAIN:
                    return False
                serial = known[value] = _serial(value, 1900)
            row[column] = serial
        elif value.__class__ is int:
            row[column] = float(value)
    return True


# ── openpyxl ────────────────────────────────────────────────────────────────────────────────


def _with_openpyxl(path: str, wanted: Collection[str] | None) -> tuple[int, list[Read]]:
    """Read a workbook, numbers and dates as they are stored."""
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl can do without, and faster
    import openpyxl
    from openpyxl.utils.escape import unescape

    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    system = 1904 if book.epoch.year == 1904 else 1900
    # Without these formats it hands over serial numbers; turned into dates, some would change.
    formats = getattr(book, "_date_formats", set()) | getattr(book, "_timedelta_formats", set())
    book._date_formats, book._timedelta_formats = set(), set()
    sheets: list[Read] = []
    for sheet in book.worksheets:
        if wanted is not None and sheet.title not in wanted:
            continue
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # they may lie
        dated: set[int] = set()
        plain: set[int] = set()
        rows: list[list[Any]] = []
        for cells in sheet.iter_rows():
            row = [cell.value for cell in cells]
            for position, value in enumerate(row):
                kind = value.__class__
                if kind is str:
                    if cells[position].data_type == "e":
                        row[position] = value.encode()
                    elif "_x" in value:
                        row[position] = unescape(value)
                elif kind is int or kind is float:
                    row[position] = float(value)
                    shown_as_date = cells[position]._style_id in formats
                    (dated if shown_as_date else plain).add(position)
                elif kind is not bool and value is not None:
                    row[position] = _serial(value, system)
                    dated.add(position)
            rows.append([None if value == "" else value for value in row])
        sheets.append((sheet.title, rows, dated - plain))
    return system, sheets


def _serial(value: date | time | timedelta, system: int) -> float:
    """Count a date, a time or a duration in days."""
    if isinstance(value, time):
        return (
            value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
        ) / 86400
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    moment = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])  # noqa: DTZ001
    epoch = datetime(1904, 1, 1) if system == 1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    days = (moment - epoch) / timedelta(days=1)
    return days - 1 if system == 1900 and days < 61 else days


# ── both ────────────────────────────────────────────────────────────────────────────────────


def _squared(rows: list[list[Any]]) -> None:
    """Cut blank rows and columns at the ends, and make all rows equally wide."""
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    width = max((_used_width(row) for row in rows), default=0)
    if width > _MOST_COLUMNS or len(rows) > _MOST_ROWS:
        raise ValueError("cells beyond the sheet")
    if width * len(rows) > _MOST_CELLS:
        raise MemoryError
    for number, row in enumerate(rows):
        if len(row) != width:
            rows[number] = row[:width] + [None] * (width - len(row))


def _used_width(row: list[Any]) -> int:
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return width


def _arguments() -> Iterator[Any]:
    path, memory, seconds, wanted = sys.argv[1:]
    yield from (path, int(memory), int(seconds), json.loads(wanted))


if __name__ == "__main__":
    main(*_arguments())
