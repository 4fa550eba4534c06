"""The rows of a file as the columns of a Table: every cell keeps its type and its value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING

from xlcrm.cells import LONGEST_TEXT, SHIFT_1904, date_of_text, is_blank, serial_of
from xlcrm.errors import CrmError, listing
from xlcrm.model.headers import header_key
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.workbook.importing.recognition import Found, letters_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.cells import Cell, Rows
    from xlcrm.model.columns import Reading
    from xlcrm.workbook.importing.targets import Target

LONGEST_HEADER = 255
_TIME = re.compile(r"[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*$", re.ASCII)


@dataclass(frozen=True)
class Part:
    """What one file contributes to a Table.

    Attributes:
        found: The file's rows.
        columns: The cells by the Table's header.
        rows: How many rows there are.
        places: The position in the file, from 0, of each row.
        placed: Pairs of a header and the declared column it was placed in.
        kept: Headers placed under their own name.
        could_not_place: What was left out, and why.
        notes: What is worth saying.
    """

    found: Found
    columns: Mapping[str, Sequence[Cell]] = field(repr=False)
    rows: int
    places: Sequence[int] = field(repr=False)
    placed: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    could_not_place: tuple[str, ...]
    notes: tuple[str, ...]


def part_of(found: Found, target: Target, reading: Reading, date_system: int) -> Part:
    """Bring the rows of a file into the columns of a Table.

    Args:
        found: The file's rows and what its headers mean.
        target: The Table.
        reading: How dates that stand as text are to be read.
        date_system: The workbook's.

    Returns:
        Its columns. Ids and names of a CSV file are its texts to the letter; dates as text become
        serial numbers where all of the column can be read in one way only.
    """
    matched, notes, refused = found.matched, list(found.notes), list[str]()
    columns: dict[str, Sequence[Cell]] = {}
    placed: list[tuple[str, str]] = []
    for name, position in matched.by_column.items():
        cells, note = _declared(found, name, position, reading, date_system)
        columns[target.header_of.get(name, name)] = cells
        placed.append((matched.headers[position], name))
        notes += note
    own = {header_key(header): header for header in target.table.headers}
    taken = {header.casefold() for header in columns}
    kept: list[str] = []
    blank: list[str] = []
    for position, header in enumerate(matched.headers):
        if position in matched.by_column.values():
            continue
        cells = _moved(found, position, date_system)
        name = own.get(header_key(header), header)
        if not any(not is_blank(cell) for cell in cells):
            blank += [header] if header else []
        elif reason := _unfit(position, name, taken):
            refused.append(reason)
        else:
            columns[name] = cells
            taken.add(name.casefold())
            kept.append(header)
    if blank:
        notes.append(f"{len(blank)} columns without a value left out: {listing(blank)}")
    columns, places, lost = _without_blanks(columns, found, bool(refused))
    if lost:
        refused.append(f"{lost:,} rows whose only values stand in columns that were left out")
    notes += _too_long(columns)
    return Part(
        found,
        columns,
        len(places),
        places,
        tuple(placed),
        tuple(kept),
        tuple(refused),
        tuple(notes),
    )


def body_of(target: Target, parts: Sequence[Part]) -> tuple[list[str], Rows]:
    """Join what files contribute to the headers and rows of a Table.

    Args:
        target: The Table.
        parts: What each file contributes, in the order in which the rows shall stand.

    Returns:
        The Table's headers with the new ones behind them, and the rows.
    """
    own = {header.casefold(): header for header in target.table.headers}
    order = dict.fromkeys(target.table.headers)
    for part in parts:
        order.update(dict.fromkeys(own.get(h.casefold(), h) for h in part.columns))
    rows: Rows = []
    for part in parts:
        held = {own.get(h.casefold(), h): cells for h, cells in part.columns.items()}
        blank = [None] * part.rows
        rows += zip(*(held.get(header, blank) for header in order), strict=True)
    return list(order), rows


def cells_of(found: Found, position: int) -> list[Cell]:
    """Give the cells of a column of a file as they were read."""
    return [row[position] for row in found.rows]


def _declared(
    found: Found, name: str, position: int, reading: Reading, date_system: int
) -> tuple[Sequence[Cell], list[str]]:
    """Give the cells of a column that the kind declares."""
    column_type = KINDS[found.kind].column(name).type
    if column_type is ColumnType.DATE:
        return _dates(found, name, position, reading, date_system)
    is_words = column_type in (ColumnType.ID, ColumnType.TEXT) and found.kind != "settings"
    cells = cells_of(found, position)
    if is_words and found.source.texts and float in set(map(type, cells)):
        return _texts(found, position), []
    return cells, []


def _texts(found: Found, position: int) -> list[Cell]:
    column = found.source.texts[position]
    texts = (column[place] for place in found.places)
    return [None if is_blank(text) else text for text in texts]


def _dates(
    found: Found, name: str, position: int, reading: Reading, date_system: int
) -> tuple[Sequence[Cell], list[str]]:
    cells: list[Cell] = cells_of(found, position)
    if found.source.texts and _are_compact(found.source.texts[position]):
        cells = _texts(found, position)
    texts = {cell for cell in cells if isinstance(cell, str)}
    if not texts:
        return _shifted(cells, found.source.date_system, date_system), []
    known: dict[str, Cell] = {}
    for text in texts:
        serial = _serial(text, reading.day_first, date_system)
        if serial is None:
            return cells, [f"{name} stays text, since {text!r} and others are no plain dates"]
        known[text] = serial
    numbers = _shifted(cells, found.source.date_system, date_system)
    return [
        known[cell] if isinstance(cell, str) else number
        for cell, number in zip(cells, numbers, strict=True)
    ], []


def _are_compact(column: Sequence[str]) -> bool:
    """Say whether a column holds dates like 20260304, which look like numbers."""
    filled = [text for text in column[1:] if text]
    return bool(filled) and all(len(t) == 8 and t[:2] in ("19", "20") for t in filled)


def _serial(text: str, day_first: bool | None, date_system: int) -> float | None:
    """Read a date that can be read in one way only; None for any other text."""
    if is_blank(text):
        return None
    try:
        day = date_of_text(text, True if day_first is None else day_first)
        if day_first is None and date_of_text(text, False) != day:
            return None
    except CrmError:
        return None
    serial = serial_of(day, date_system)
    time = _TIME.search(text)
    if time:
        seconds = int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3] or 0)
        serial += seconds / 86_400
    return serial if serial >= 0 else None


def _shifted(cells: Sequence[Cell], source: int, target: int) -> Sequence[Cell]:
    """Count dates by the workbook's system."""
    if source == target:
        return cells
    shift = SHIFT_1904 if source == 1904 else -SHIFT_1904
    return [cell + shift if cell.__class__ is float else cell for cell in cells]


def _moved(found: Found, position: int, date_system: int) -> Sequence[Cell]:
    cells = cells_of(found, position)
    is_date = position in found.source.dated
    return _shifted(cells, found.source.date_system, date_system) if is_date else cells


def _unfit(position: int, name: str, taken: set[str]) -> str:
    """Say why a column cannot stand under its own name; "" where it can."""
    letter = letters_of(position)
    if not name.strip():
        return f"column {letter}, which has no header"
    if name.casefold() in taken:
        return f"column {letter}, since the header {name!r} stands twice"
    if len(name) > LONGEST_HEADER:
        return f"column {letter}, whose header is longer than {LONGEST_HEADER} characters"
    return ""


def _without_blanks(
    columns: dict[str, Sequence[Cell]], found: Found, may_be: bool
) -> tuple[dict[str, Sequence[Cell]], Sequence[int], int]:
    """Leave rows out that have no value in any column that is placed."""
    if not may_be:
        return columns, found.places, 0
    keep = [not all(map(is_blank, row)) for row in zip(*columns.values(), strict=True)]
    lost = len(keep) - sum(keep)
    if not lost:
        return columns, found.places, 0
    kept: dict[str, Sequence[Cell]] = {
        header: list(compress(cells, keep)) for header, cells in columns.items()
    }
    return kept, list(compress(found.places, keep)), lost


def _too_long(columns: Mapping[str, Sequence[Cell]]) -> list[str]:
    notes = []
    for header, cells in columns.items():
        cut = sum(
            1
            for cell in cells
            if isinstance(cell, str)
            and len(cell) > LONGEST_TEXT // 2
            and len(cell.encode("utf-16-le", "replace")) // 2 > LONGEST_TEXT
        )
        if cut:
            notes.append(f"{cut} texts of {header} are longer than a cell holds, and are cut")
    return notes
