"""Results of formulas written into a workbook, and nothing else of it changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.workbook.package.archive import Package, Source, opened, part, repacked
from xlcrm.workbook.package.charts import renewed_charts
from xlcrm.workbook.package.contents import Contents, contents_of, sheet_named
from xlcrm.workbook.package.formulas import dynamic_marks, places
from xlcrm.workbook.package.grid import cell_edits, cells, dimension_edits, merged, rows, value
from xlcrm.workbook.package.markup import (
    Edit,
    Element,
    Markup,
    attribute,
    edited,
    markup,
    with_attribute,
)
from xlcrm.workbook.package.references import Area, cell_text
from xlcrm.workbook.package.saving import save
from xlcrm.workbook.package.spills import Outcome, outcomes
from xlcrm.workbook.package.texts import shared_texts
from xlcrm.workbook.package.values import Value, cached_xml, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.workbook.package.spills import Rows


@dataclass(frozen=True, slots=True)
class Blocked:
    """A result that found no room: its formula's sheet and cell, and what stands in the way."""

    sheet: str
    cell: str
    by: str


@dataclass(frozen=True, slots=True)
class Written:
    """What writing results changed: how many cells and charts, and which results found no room."""

    cells: int
    charts: int
    blocked: tuple[Blocked, ...]


@dataclass(frozen=True, slots=True)
class _Renewed:
    data: bytes
    changed: frozenset[tuple[int, int]]
    blocked: tuple[Blocked, ...]


def write_cached(
    source: Source, out: str | Path, results: Mapping[str, Mapping[str, Rows]]
) -> Written:
    """Write results of formulas into a workbook, as Excel keeps them, and nothing else.

    A dynamic array takes the size of its result; where other content stands in its way it
    becomes #SPILL!, which files hold as #VALUE!, and the content stays. An array of fixed size
    keeps its size, and any other formula gets the first value. Charts over changed cells get them
    too. If nothing changes, the bytes of the file do not either.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.
        out: The file to write; it may be the source.
        results: By sheet, then by the formula's cell: rows of float, str, bool or `ExcelError`;
            "" for a blank.

    Returns:
        What was changed, and what found no room.

    Raises:
        WrongValue: The workbook is damaged, a result has no formula, or saving fails; then what
            ``out`` held is unchanged.
    """
    package = opened(source)
    data, written = with_cached(package, results)
    if data is not package.data or not _is_same_file(source, out):
        save(data, out)
    return written


def with_cached(
    package: Package, results: Mapping[str, Mapping[str, Rows]]
) -> tuple[bytes, Written]:
    """Return the bytes of a workbook with results written into it; see `write_cached`."""
    held, dynamic = contents_of(package), dynamic_marks(package)
    shared: list[str] | None = None
    changes: dict[str, bytes | None] = {}
    changed: dict[str, list[Area]] = {}
    blocked: list[Blocked] = []
    for name, wanted in results.items():
        sheet = sheet_named(held, name)
        before = part(package, sheet.part)
        if shared is None and b't="s"' in before:
            shared = shared_texts(package)
        renewed = _renewed(held, sheet.name, before, wanted, dynamic, shared)
        blocked += renewed.blocked
        if renewed.data != before:
            changes[sheet.part] = renewed.data
            changed[sheet.name] = [Area(r, c, r, c) for r, c in sorted(renewed.changed)]
    charts = renewed_charts(package, held, changes, changed)
    cells_ = sum(map(len, changed.values()))
    return repacked(package, changes | charts), Written(cells_, len(charts), tuple(blocked))


def _renewed(
    held: Contents,
    name: str,
    before: bytes,
    results: Mapping[str, Rows],
    dynamic: frozenset[str],
    shared: list[str] | None,
) -> _Renewed:
    grid = markup(before)
    found = list(places(name, grid, dynamic))
    tables = [table.area for table in held.tables if table.sheet == name]
    ends = outcomes(grid, found, results, [*tables, *merged(grid)])
    values = _left(grid, ends)
    for one in ends:
        for row, line in enumerate(one.values, one.after.top):
            for column, shown in enumerate(line, one.after.left):
                values[row, column] = shown
    anchors = {(one.place.row, one.place.column): one for one in ends}
    changed: set[tuple[int, int]] = set()

    def write(cell: Element | None, row: int, column: int) -> bytes | None:
        old = None if cell is None else before[cell.start : cell.end]
        shown, anchor = values[row, column], anchors.get((row, column))
        resized = anchor is not None and anchor.before != anchor.after
        if cell is not None and not resized and same(value(grid, cell, shared), shown):
            return old
        changed.add((row, column))
        if cell is None:
            return _new_cell(grid.prefix, row, column, shown)
        if anchor is not None:
            return _formula_cell(grid, cell, anchor, shown)
        return _member_cell(grid, cell, shown)

    wanted: dict[int, set[int]] = {}
    for row, column in values:
        wanted.setdefault(row, set()).add(column)
    edits: list[Edit] = cell_edits(grid, wanted, write)
    if changed and ends:
        covered = ends[0].after
        for one in ends:
            covered = covered.joined(one.after)
        edits += dimension_edits(grid, covered)
    blocked = (
        Blocked(name, one.place.formula.cell, one.blocked_by) for one in ends if one.blocked_by
    )
    return _Renewed(edited(before, edits), frozenset(changed), tuple(blocked))


def _left(grid: Markup, ends: list[Outcome]) -> dict[tuple[int, int], Value]:
    """Find the cells that results filled before; what is not filled again becomes blank."""
    shrinking = [one for one in ends if one.before != one.after]
    anchors = {(one.place.row, one.place.column) for one in ends}
    left: dict[tuple[int, int], Value] = {}
    for number, row in rows(grid) if shrinking else ():
        across = [one for one in shrinking if one.before.top <= number <= one.before.bottom]
        for column, _ in cells(grid, row) if across else ():
            if (number, column) not in anchors and any(
                one.before.left <= column <= one.before.right
                and not one.after.holds(number, column)
                for one in across
            ):
                left[number, column] = None
    return left


def _new_cell(prefix: bytes, row: int, column: int, shown: Value) -> bytes | None:
    if shown is None:
        return None
    opening = b'<%sc r="%s">' % (prefix, cell_text(row, column).encode())
    return _filled(opening, b"", shown, prefix)


def _member_cell(grid: Markup, cell: Element, shown: Value) -> bytes | None:
    tag = with_attribute(grid.data[cell.start : cell.inside], b"cm", None)
    if shown is not None:
        return _filled(tag, b"", shown, grid.prefix)
    if attribute(tag, b"s") is None:
        return None
    tag = with_attribute(with_attribute(tag, b"t", None), b"vm", None)
    return tag.rstrip(b"/> ") + b"/>"


def _formula_cell(grid: Markup, cell: Element, anchor: Outcome, shown: Value) -> bytes:
    element = anchor.place.element
    formula = grid.data[element.start : element.end]
    if anchor.before != anchor.after:
        tag = grid.data[element.start : element.inside]
        formula = with_attribute(tag, b"ref", anchor.after.text) + formula[len(tag) :]
    return _filled(grid.data[cell.start : cell.inside], formula, shown, grid.prefix)


def _filled(tag: bytes, formula: bytes, shown: Value, prefix: bytes) -> bytes:
    kind, inner = cached_xml(shown, prefix.decode())
    # vm tells of a richer value than a cell's text, which is no longer there.
    tag = with_attribute(with_attribute(tag, b"vm", None), b"t", kind)
    if tag.endswith(b"/>"):
        tag = tag.rstrip(b"/> ") + b">"
    return tag + formula + inner.encode() + b"</%sc>" % prefix


def _is_same_file(source: Source, out: str | Path) -> bool:
    if isinstance(source, bytes):
        return False
    target = Path(out)
    return target.exists() and target.samefile(source)
