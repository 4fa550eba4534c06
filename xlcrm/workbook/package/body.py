"""The rows of a Table written into its sheet, with everything beside them kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue
from xlcrm.workbook.package.grid import cells, holds_content, rows, sheet_data
from xlcrm.workbook.package.lines import lines, text_cell
from xlcrm.workbook.package.markup import (
    Edit,
    Element,
    Markup,
    attribute,
    escaped,
    with_attribute,
)
from xlcrm.workbook.package.references import Area, cell_text, column_letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Body:
    """What shall stand in a Table: old and new area without the header, rows, added headers."""

    name: str
    before: Area
    after: Area
    rows: Sequence[Sequence[object]]
    added: tuple[str, ...]
    date1904: bool
    unhide: bool


def body_edits(sheet: Markup, body: Body) -> list[Edit]:
    """Write the rows of a Table into its sheet.

    Args:
        sheet: The sheet's XML.
        body: What shall stand there.

    Returns:
        The edits; cells outside the Table stay as they were.

    Raises:
        WrongValue: The new rows or columns would cover cells with other content.
    """
    data = sheet_data(sheet)
    last = max(body.before.bottom, body.after.bottom)
    old: dict[int, Element] = {}
    head: Element | None = None
    for number, row in rows(sheet):
        if number > last:
            break
        if number == body.after.top - 1:
            head = row
        elif number >= body.after.top:
            old[number] = row
    styles = _styles(sheet, old.get(body.before.top), body)
    written = lines(
        sheet.prefix.decode(),
        body.rows,
        body.after.top,
        body.after.left,
        styles,
        date1904=body.date1904,
    )
    start = min((row.start for row in old.values()), default=None)
    end = max((row.end for row in old.values()), default=None)
    if start is None or end is None:
        start = end = head.end if head is not None else data.close
    edits: list[Edit] = [(start, end, b"".join(_rows(sheet, old, body, written)))]
    if head is not None and body.added:
        edits += _header_edits(sheet, head, body)
    return edits


def _rows(
    sheet: Markup, old: dict[int, Element], body: Body, written: Iterator[str]
) -> Iterator[bytes]:
    prefix = sheet.prefix
    closing, bare = b"</%srow>" % prefix, b'<%srow r="%%d">' % prefix
    ours = _first_cell_in(prefix, body.before)
    for number in range(body.after.top, max(body.before.bottom, body.after.bottom) + 1):
        row, new = old.get(number), next(written, "").encode("utf-8", "replace")
        if row is None:
            yield bare % number + new + closing if new else b""
        elif number <= body.before.bottom and _is_ours(sheet, row, ours):
            yield b"".join((_row_tag(sheet, row, body), new, closing))
        else:
            left, right = _beside(sheet, row, number, body)
            yield b"".join((_row_tag(sheet, row, body), left, new, right, closing))


def _row_tag(sheet: Markup, row: Element, body: Body) -> bytes:
    tag = sheet.data[row.start : row.inside]
    if body.unhide:
        tag = with_attribute(tag, b"hidden", None)
    if body.added:
        tag = with_attribute(tag, b"spans", None)  # a hint that may be left out
    return tag.rstrip(b"/> ") + b">" if tag.endswith(b"/>") else tag


def _beside(sheet: Markup, row: Element, number: int, body: Body) -> tuple[bytes, bytes]:
    """Return a row's cells left and right of the Table; no content of others may be inside."""
    is_old = number <= body.before.bottom
    is_new = number <= body.after.bottom
    left: list[bytes] = []
    right: list[bytes] = []
    for column, cell in cells(sheet, row):
        if is_new and body.after.holds(number, column):
            if not (is_old and body.before.holds(number, column)) and holds_content(sheet, cell):
                raise WrongValue(
                    f"Table {body.name} has no room: it needs {body.after.text}, "
                    f"and {cell_text(number, column)} holds something else"
                )
        elif not (is_old and body.before.holds(number, column)):
            side = left if column < body.after.left else right
            side.append(sheet.data[cell.start : cell.end])
    return b"".join(left), b"".join(right)


def _first_cell_in(prefix: bytes, columns: Area) -> re.Pattern[bytes]:
    names = "|".join(column_letters(column) for column in range(columns.left, columns.right + 1))
    return re.compile(b"<" + re.escape(prefix) + b'c r="(?:' + names.encode() + b")[0-9]")


def _is_ours(sheet: Markup, row: Element, ours: re.Pattern[bytes]) -> bool:
    """Say, by its first and last cell only, whether a row holds no cells beside the Table."""
    opening = b"<" + sheet.prefix + b"c "
    start = sheet.mask.find(opening, row.inside, row.close)
    if start == -1 or ours.match(sheet.mask, start) is None:
        return False
    return ours.match(sheet.mask, sheet.mask.rfind(opening, start, row.close)) is not None


def _styles(sheet: Markup, row: Element | None, body: Body) -> list[str]:
    """Return the format of each column: that of its first cell, none for added columns."""
    found = {}
    for column, cell in cells(sheet, row) if row is not None else ():
        style = attribute(sheet.data[cell.start : cell.inside], b"s")
        if style is not None and body.before.left <= column <= body.before.right:
            found[column] = f' s="{escaped(style)}"'
    return [found.get(column, "") for column in range(body.after.left, body.after.right + 1)]


def _header_edits(sheet: Markup, head: Element, body: Body) -> list[Edit]:
    number, style, position = body.after.top - 1, "", head.close
    edits: list[Edit] = []
    for column, cell in cells(sheet, head):
        if column == body.before.right:
            given = attribute(sheet.data[cell.start : cell.inside], b"s")
            style = "" if given is None else f' s="{escaped(given)}"'
        if column > body.after.right:
            position = cell.start
            break
        if column > body.before.right:
            if holds_content(sheet, cell):
                raise WrongValue(
                    f"Table {body.name} has no room for the column {body.added[0]!r}: "
                    f"{cell_text(number, column)} holds something else"
                )
            edits.append((cell.start, cell.end, b""))
    p = sheet.prefix.decode()
    written = "".join(
        f'<{p}c r="{cell_text(number, column)}"{style}{text_cell(p, name)}'
        for column, name in enumerate(body.added, body.before.right + 1)
    )
    tag = sheet.data[head.start : head.inside]
    edits.append((head.start, head.inside, with_attribute(tag, b"spans", None)))
    edits.append((position, position, written.encode("utf-8", "replace")))
    return edits
