"""The rows and cells of a sheet: where they stand, what they show, and how they are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue
from xlcrm.workbook.package.markup import (
    Edit,
    Element,
    Markup,
    attribute,
    elements,
    first,
    text,
    with_attribute,
)
from xlcrm.workbook.package.references import MOST_ROWS, Area, area, cell_numbers
from xlcrm.workbook.package.texts import run_text
from xlcrm.workbook.package.values import Value, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Write = Callable[[Element | None, int, int], bytes | None]


def sheet_data(sheet: Markup) -> Element:
    """Find the part of a sheet that holds its rows.

    Args:
        sheet: The sheet's XML.

    Returns:
        Where it stands.

    Raises:
        WrongValue: The sheet has none.
    """
    found = first(sheet, sheet.prefix + b"sheetData")
    if found is None:
        raise WrongValue("a sheet of the workbook has no cells part: the file is damaged")
    return found


def rows(sheet: Markup) -> Iterator[tuple[int, Element]]:
    """Find the rows of a sheet, with their numbers, from the top.

    Args:
        sheet: The sheet's XML.

    Yields:
        Number and place of each row.

    Raises:
        WrongValue: A row number is beyond the sheet, or rows are out of order.
    """
    data, source = sheet_data(sheet), sheet.data
    usual = b"<" + sheet.prefix + b'row r="'
    last = 0
    for row in elements(sheet, sheet.prefix + b"row", data.inside, data.close):
        given: bytes | str | None
        if source.startswith(usual, row.start):
            start = row.start + len(usual)
            given = source[start : source.find(b'"', start)]
        else:
            given = attribute(source[row.start : row.inside], b"r")
        number = last + 1 if given is None else int(given) if given.isdigit() else 0
        if not last < number <= MOST_ROWS:
            raise WrongValue("a sheet of the workbook has rows without a true number: damaged")
        yield number, row
        last = number


def cells(sheet: Markup, row: Element) -> Iterator[tuple[int, Element]]:
    """Find the cells of a row, with the numbers of their columns, from the left.

    Args:
        sheet: The sheet's XML.
        row: One of its rows.

    Yields:
        Column and place of each cell.

    Raises:
        WrongValue: A cell is beyond the sheet.
    """
    column = 0
    for cell in elements(sheet, sheet.prefix + b"c", row.inside, row.close):
        given = attribute(sheet.data[cell.start : cell.inside], b"r")
        column = column + 1 if given is None else cell_numbers(given)[1]
        yield column, cell


def holds_content(sheet: Markup, cell: Element) -> bool:
    """Say whether a cell holds more than a format."""
    start, close, prefix = cell.inside, cell.close, sheet.prefix
    return any(sheet.mask.find(b"<" + prefix + tag, start, close) != -1 for tag in _CONTENT)


_CONTENT = (b"v>", b"v ", b"f>", b"f ", b"is>", b"is ", b"f/")


def value(sheet: Markup, cell: Element, shared: list[str] | None) -> Value:
    """Read what a cell shows.

    Args:
        sheet: The sheet's XML.
        cell: One of its cells.
        shared: The workbook's shared texts.

    Returns:
        The value; None for a cell without one.
    """
    kind = attribute(sheet.data[cell.start : cell.inside], b"t")
    if kind == "inlineStr":
        inline = first(sheet, sheet.prefix + b"is", cell.inside, cell.close)
        return "" if inline is None else run_text(sheet.data[inline.start : inline.end])
    shown = first(sheet, sheet.prefix + b"v", cell.inside, cell.close)
    return None if shown is None else read(kind, text(sheet, shown), shared)


def cell_edits(
    sheet: Markup,
    wanted: Mapping[int, set[int]],
    write: Write,
) -> list[Edit]:
    """Change, insert and remove cells, and move no byte of any other.

    Args:
        sheet: The sheet's XML.
        wanted: The columns of the cells in question, by row.
        write: Called with a cell's place (None where there is none yet), row and column; gives
            the cell's bytes, or None where there shall be no cell.

    Returns:
        The edits: cells in order of their columns, new rows in order of their numbers, ``spans``
        of touched rows widened.
    """
    edits: list[Edit] = []
    data, prefix = sheet_data(sheet), sheet.prefix
    pending = sorted(wanted)

    def new_row(number: int) -> bytes:
        written = b"".join(filter(None, (write(None, number, c) for c in sorted(wanted[number]))))
        tag = b'<%srow r="%d">' % (prefix, number)
        return tag + written + b"</%srow>" % prefix if written else b""

    at = 0
    for number, row in rows(sheet):
        while at < len(pending) and pending[at] < number:
            edits.append((row.start, row.start, new_row(pending[at])))
            at += 1
        if at == len(pending):
            break
        if pending[at] == number:
            edits += _row_edits(sheet, row, number, wanted[number], write)
            at += 1
    below = b"".join(new_row(number) for number in pending[at:])
    if below and data.inside == data.end:  # <sheetData/>
        tag = sheet.data[data.start : data.end].rstrip(b"/> ") + b">"
        edits.append((data.start, data.end, tag + below + b"</%ssheetData>" % prefix))
    elif below:
        edits.append((data.close, data.close, below))
    return [edit for edit in edits if edit[2] != sheet.data[edit[0] : edit[1]]]


def _row_edits(
    sheet: Markup,
    row: Element,
    number: int,
    columns: set[int],
    write: Write,
) -> list[Edit]:
    edits: list[Edit] = []
    pending = sorted(columns)
    grown: list[int] = []

    def insert(position: int, until: int) -> None:
        while pending and pending[0] < until:
            column = pending.pop(0)
            new = write(None, number, column)
            if new is not None:
                edits.append((position, position, new))
                grown.append(column)

    for column, cell in cells(sheet, row):
        insert(cell.start, column)
        if pending and pending[0] == column:
            edits.append((cell.start, cell.end, write(cell, number, pending.pop(0)) or b""))
    if row.inside != row.end:
        insert(row.close, 2**31)
    tag = old = sheet.data[row.start : row.inside]
    if row.inside == row.end and pending:  # <row …/>
        insert(row.end, 2**31)
        if not grown:
            return []
        tag = tag.rstrip(b"/> ") + b">"
        edits = [(row.start, row.end, b"".join(new for _, _, new in edits))]
    spans = attribute(tag, b"spans")
    if spans is not None and grown:
        tag = with_attribute(tag, b"spans", _widened(spans, grown))
    if row.inside == row.end and grown:
        return [(row.start, row.end, tag + edits[0][2] + b"</%srow>" % sheet.prefix)]
    return edits if tag == old else [(row.start, row.inside, tag), *edits]


def _widened(spans: str, columns: list[int]) -> str | None:
    """Widen a row's hint of its used columns; a hint that cannot be read is dropped."""
    first_, _, last = spans.partition(":")
    if not (first_.isdecimal() and last.isdecimal()):
        return None
    return f"{min(int(first_), *columns)}:{max(int(last), *columns)}"


def dimension_edits(sheet: Markup, covered: Area) -> list[Edit]:
    """Widen a sheet's ``<dimension>`` so that it covers an area; a sheet without one stays."""
    found = first(sheet, sheet.prefix + b"dimension", 0, sheet_data(sheet).start)
    if found is None:
        return []
    tag = sheet.data[found.start : found.inside]
    try:
        before = area(attribute(tag, b"ref") or "")
    except WrongValue:
        return []
    after = before.joined(covered)
    if after == before:
        return []
    return [(found.start, found.inside, with_attribute(tag, b"ref", after.text))]


def merged(sheet: Markup) -> list[Area]:
    """List the areas of merged cells."""
    tags = elements(sheet, sheet.prefix + b"mergeCell", sheet_data(sheet).end)
    refs = (attribute(sheet.data[tag.start : tag.inside], b"ref") for tag in tags)
    return [area(ref) for ref in refs if ref]
