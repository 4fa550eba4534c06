"""The formulas of a workbook, shared ones written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.workbook.package.archive import Package, Source, chunks, opened, part
from xlcrm.workbook.package.contents import contents_of, linked_part, sheet_named
from xlcrm.workbook.package.grid import cells, rows
from xlcrm.workbook.package.markup import (
    Element,
    Markup,
    attribute,
    first,
    markup,
    own_prefix,
    text,
    tree,
)
from xlcrm.workbook.package.references import cell_text
from xlcrm.workbook.package.translation import Master, master, moved

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: where it stands, its text without ``=``, and what it fills.

    ``ref`` is the area of an array formula; a dynamic one fits it to its result.
    """

    sheet: str
    cell: str
    text: str
    ref: str | None
    is_array: bool
    is_dynamic: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A formula in its sheet's XML: its cell's numbers, and where cell and formula stand."""

    formula: Formula
    row: int
    column: int
    cell: Element
    element: Element
    group: str | None
    """What the formulas of one shared text have in common."""


def formulas(source: Source, sheet: str | None = None) -> Iterator[Formula]:
    """List the formulas of a workbook, sheet by sheet, from the top.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.
        sheet: One sheet; all of them if left out.

    Yields:
        The formulas; of a data table of a what-if analysis none, since it has no text.

    Raises:
        WrongValue: It is no workbook, a damaged one, or has no such sheet.
    """
    package = opened(source)
    held = contents_of(package)
    dynamic = dynamic_marks(package)
    for one in held.sheets if sheet is None else [sheet_named(held, sheet)]:
        if one.is_grid and has_formulas(package, one.part):
            for place in places(one.name, markup(part(package, one.part)), dynamic):
                yield place.formula


def has_formulas(package: Package, name: str) -> bool:
    """Say whether a sheet may have formulas, without keeping it.

    Args:
        package: The opened package.
        name: The sheet's part.

    Returns:
        False only if there is none.
    """
    tail, needle = b"", b""
    for piece in chunks(package, name):
        if not needle:
            needle = b"<" + own_prefix(piece) + b"f"
        at = piece.find(needle)
        while at != -1:
            if piece[at + len(needle) : at + len(needle) + 1] in b" >/\t\r\n":
                return True
            at = piece.find(needle, at + 1)
        if needle in tail + piece[: len(needle)]:  # cut in two by the end of a piece
            return True
        tail = piece[-len(needle) :]
    return False


def places(sheet: str, grid: Markup, dynamic: frozenset[str]) -> Iterator[Place]:
    """Find the formulas of a sheet.

    Args:
        sheet: The sheet's name.
        grid: The sheet's XML.
        dynamic: What `dynamic_marks` gave.

    Yields:
        The formulas with their places.

    Raises:
        WrongValue: The sheet is damaged.
    """
    shared = _masters(grid)
    for row, column, cell, element in _found(grid):
        tag = grid.data[element.start : element.inside]
        kind, group = attribute(tag, b"t"), attribute(tag, b"si")
        if kind == "dataTable":
            continue
        written = text(grid, element)
        if kind == "shared" and not written and group in shared:
            written = moved(shared[group], row, column)
        mark = attribute(grid.data[cell.start : cell.inside], b"cm")
        is_array = kind == "array"
        formula = Formula(
            sheet,
            cell_text(row, column),
            written,
            attribute(tag, b"ref") if is_array else None,
            is_array,
            is_array and mark in dynamic,
        )
        yield Place(formula, row, column, cell, element, group if kind == "shared" else None)


def dynamic_marks(package: Package) -> frozenset[str]:
    """Find the marks (``cm``) by which a cell says that its array formula spills.

    Args:
        package: The opened package.

    Returns:
        The marks; none in a workbook from before dynamic arrays.
    """
    name = linked_part(package, "sheetMetadata")
    if name is None:
        return frozenset()
    root = tree(part(package, name))
    kinds = [node.get("name") for node in root.iterfind("metadataTypes/metadataType")]
    spilling = {str(index) for index, kind in enumerate(kinds, 1) if kind == "XLDAPR"}
    blocks = enumerate(root.iterfind("cellMetadata/bk"), 1)
    return frozenset(
        str(index)
        for index, block in blocks
        if any(record.get("t") in spilling for record in block.iterfind("rc"))
    )


def _found(grid: Markup) -> Iterator[tuple[int, int, Element, Element]]:
    name = grid.prefix + b"f"
    for number, row in rows(grid):
        if grid.mask.find(b"<" + name, row.inside, row.close) == -1:
            continue
        for column, cell in cells(grid, row):
            element = first(grid, name, cell.inside, cell.close)
            if element is not None:
                yield number, column, cell, element


def _masters(grid: Markup) -> dict[str | None, Master]:
    """Collect the texts that are shared; a cell may share one that stands further down."""
    if b"shared" not in grid.mask:
        return {}
    found: dict[str | None, Master] = {}
    for row, column, _, element in _found(grid):
        tag = grid.data[element.start : element.inside]
        if attribute(tag, b"t") == "shared" and element.inside != element.close:
            found[attribute(tag, b"si")] = master(text(grid, element), row, column)
    return found
