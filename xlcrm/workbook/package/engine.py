"""A copy of a workbook for an engine that evaluates it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.workbook.package.archive import Source, opened, part, repacked
from xlcrm.workbook.package.contents import contents_of
from xlcrm.workbook.package.formulas import Formula, Place, dynamic_marks, has_formulas, places
from xlcrm.workbook.package.grid import cells, rows
from xlcrm.workbook.package.markup import Edit, Markup, edited, escaped, markup
from xlcrm.workbook.package.references import Area, area

if TYPE_CHECKING:
    from collections.abc import Callable

    Rewrite = Callable[[str, str, str], str]


def engine_copy(source: Source, rewrite: Rewrite) -> tuple[bytes, tuple[Formula, ...]]:
    """Copy a workbook for an evaluation engine.

    Every formula passes through ``rewrite``, and the cached cells of every array formula but its
    first are taken out: an engine would read them as content that blocks the array. Names, and
    all other parts, stay as they are.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.
        rewrite: Given sheet, cell and text of a formula, without ``=``; gives the new text.

    Returns:
        The bytes of the copy, and the workbook's formulas as they were.

    Raises:
        WrongValue: It is no workbook, or a damaged one.
    """
    package = opened(source)
    dynamic = dynamic_marks(package)
    changes: dict[str, bytes | None] = {}
    formulas: list[Formula] = []
    for sheet in contents_of(package).sheets:
        if not sheet.is_grid or not has_formulas(package, sheet.part):
            continue
        before = part(package, sheet.part)
        grid = markup(before)
        found = list(places(sheet.name, grid, dynamic))
        formulas += (place.formula for place in found)
        after = edited(before, [*_rewritten(grid, found, rewrite), *_stripped(grid, found)])
        if after != before:
            changes[sheet.part] = after
    return repacked(package, changes), tuple(formulas)


def _rewritten(grid: Markup, found: list[Place], rewrite: Rewrite) -> list[Edit]:
    texts = [rewrite(one.formula.sheet, one.formula.cell, one.formula.text) for one in found]
    # Where one of those that share a text changes, each gets a text of its own.
    groups = {
        place.group
        for place, new in zip(found, texts, strict=True)
        if place.group is not None and new != place.formula.text
    }
    return [
        _edit(grid, place, new)
        for place, new in zip(found, texts, strict=True)
        if new != place.formula.text or (place.group is not None and place.group in groups)
    ]


def _edit(grid: Markup, place: Place, new: str) -> Edit:
    element, written = place.element, escaped(new).encode()
    if place.group is None and element.inside != element.end:
        return element.inside, element.close, written
    return (
        element.start,
        element.end,
        b"<%(p)sf>%(t)s</%(p)sf>"
        % {
            b"p": grid.prefix,
            b"t": written,
        },
    )


def _corner(covered: Area) -> tuple[int, int]:
    return covered.top, covered.left


def _stripped(grid: Markup, found: list[Place]) -> list[Edit]:
    """Take out the cells that arrays fill; those that are there, for a ``ref`` may be a lie."""
    anchors = {(place.row, place.column) for place in found}
    filled_by = (area(place.formula.ref) for place in found if place.formula.ref)
    # Most fill their own cell alone, and need no look at the row.
    arrays = [
        a for a in filled_by if a.bottom > a.top or a.right > a.left or _corner(a) not in anchors
    ]
    edits: list[Edit] = []
    for number, row in rows(grid) if arrays else ():
        across = [covered for covered in arrays if covered.top <= number <= covered.bottom]
        for column, cell in cells(grid, row) if across else ():
            filled = any(covered.left <= column <= covered.right for covered in across)
            if filled and (number, column) not in anchors:
                edits.append((cell.start, cell.end, b""))
    return edits
