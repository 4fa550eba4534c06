"""A look at a foreign workbook before any reader parses it.

Readers trust a file: one cell at the far corner makes one of them ask for half a terabyte, a
merge over the whole sheet keeps another busy for minutes. What is refused here is refused by its
numbers, in bounded memory and without building anything from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue
from xlcrm.workbook.package.archive import Package, Source, chunks, opened
from xlcrm.workbook.package.contents import contents_of
from xlcrm.workbook.package.references import MOST_COLUMNS, MOST_ROWS, area

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CELLS = 20_000_000
LARGEST_BOX = 2**25
"""Cells from the first to the last used row and column, which some readers lay out in full."""
LARGEST_MERGE = 2**22

_LONGEST_TAIL = 2**16
# Begun with a letter, not with the blank before it, a pattern is searched three times as fast.
_NUMBER = re.compile(rb"r\s*=\s*[\"'](\d{1,9})")
_COLUMN = re.compile(rb"r\s*=\s*[\"']([A-Za-z]+)\d")
_LONG_NUMBER = re.compile(rb"r\s*=\s*[\"'][A-Za-z]*(\d{7,})")
_MERGE = re.compile(rb"mergeCell\s[^>]*?ref\s*=\s*[\"']([^\"']{1,64})")
_DOCTYPE = b"<!DOCTYPE"


def inspect(source: Source) -> None:
    """Refuse a workbook that would harm whoever reads it.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.

    Raises:
        WrongValue: It is no workbook, a zip bomb, or damaged; it has a DOCTYPE, rows or columns
            beyond Excel's, more cells than can be read, or cells merged over most of a sheet.
    """
    package = opened(source)
    grids = {sheet.part: sheet.name for sheet in contents_of(package).sheets if sheet.is_grid}
    for name in package.parts:
        if name in grids:
            _inspect_sheet(package, name, grids[name])
        elif name.endswith((".xml", ".rels", ".vml")):
            for piece in _pieces(package, name):
                _refuse_doctype(package, name, piece)


def _pieces(package: Package, name: str) -> Iterator[bytes]:
    """Unpack a part in pieces, no tag cut in two."""
    tail = b""
    for piece in chunks(package, name, 2**20):
        joined = tail + piece
        cut = joined.rfind(b"<")
        if cut <= 0 or len(joined) - cut > _LONGEST_TAIL:  # blanks or a text without an end
            cut = len(joined)
        yield joined[:cut]
        tail = joined[cut:]
    yield tail


def _refuse_doctype(package: Package, name: str, piece: bytes) -> None:
    if _DOCTYPE in piece or piece.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WrongValue(f"{package.name} has a DOCTYPE or is not UTF-8 in {name}: no workbook")


def _inspect_sheet(package: Package, name: str, sheet: str) -> None:
    top, bottom, cells, merged = MOST_ROWS, 1, 0, 0
    columns: set[int] = set()
    for piece in _pieces(package, name):
        _refuse_doctype(package, name, piece)
        numbers = [int(number[:9]) for number in _LONG_NUMBER.findall(piece)]
        if max(numbers, default=1) > MOST_ROWS:
            raise WrongValue(f"sheet {sheet} has rows beyond row {MOST_ROWS}: the file is damaged")
        rows = _first_and_last_row(piece)
        top, bottom = min([top, *rows]), max([bottom, *rows])
        named = _COLUMN.findall(piece)
        cells += len(named)
        if cells > MOST_CELLS:
            raise WrongValue(f"sheet {sheet} has more than {MOST_CELLS} cells: more than is read")
        columns.update(map(_number, set(named)))
        if max(columns, default=1) > MOST_COLUMNS:
            raise WrongValue(f"sheet {sheet} has columns beyond column XFD: the file is damaged")
        for ref in _MERGE.findall(piece):
            covered = area(ref.decode("utf-8", "replace"))
            merged += covered.height * covered.width
    width = max(columns, default=1) - min(columns, default=1) + 1
    box = max(bottom - top + 1, 1) * width
    if box > LARGEST_BOX:
        raise WrongValue(f"sheet {sheet} has lone cells far from its data: delete them and save")
    if merged > LARGEST_MERGE:
        raise WrongValue(f"sheet {sheet} has cells merged over most of it: unmerge them and save")


def _first_and_last_row(piece: bytes) -> tuple[int, int] | tuple[()]:
    ends = (piece.find(b"row "), piece.rfind(b"row "))
    found = [_NUMBER.search(piece, start + 4, start + 200) for start in ends if start != -1]
    numbers = [int(match[1]) for match in found if match]
    return (min(numbers), max(numbers)) if numbers else ()


def _number(column: bytes) -> int:
    number = 0
    for letter in column[:4].upper():
        number = number * 26 + letter - 64
    return number
