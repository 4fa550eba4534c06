"""Where results go: which array grows or shrinks to which area, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.errors import ExcelError, WrongValue
from xlcrm.workbook.package.grid import cells, holds_content, rows
from xlcrm.workbook.package.references import MOST_COLUMNS, MOST_ROWS, Area, area, cell_text
from xlcrm.workbook.package.values import Value, settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.workbook.package.formulas import Place
    from xlcrm.workbook.package.markup import Markup

    Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a formula fills: before, from now on, and with what.

    ``blocked_by`` says what stands in the way of a result that found no room.
    """

    place: Place
    before: Area
    after: Area
    values: tuple[tuple[Value, ...], ...]
    blocked_by: str | None = None


def outcomes(
    grid: Markup,
    found: Sequence[Place],
    results: Mapping[str, Rows],
    obstacles: Sequence[Area],
) -> list[Outcome]:
    """Give every result its area; one that would cover other content becomes #SPILL!.

    As in Excel, a result may take over cells that another one leaves, never a cell with content
    of its own, a Table or merged cells. Of two results that want one cell the upper gets it.

    Args:
        grid: The sheet's XML.
        found: All its formulas.
        results: Rows of values by the cell of their formula.
        obstacles: Areas of the sheet that no result may cover.

    Returns:
        An outcome for each result, from the top.

    Raises:
        WrongValue: A result is for a cell without a formula, or is no block of values.
    """
    known = {place.formula.cell: place for place in found}
    missing = next((cell for cell in results if cell not in known), None)
    if missing is not None:
        raise WrongValue(f"there is a result for {missing}, which holds no formula")
    wanted = [_wanted(known[cell], rows_) for cell, rows_ in results.items()]
    wanted.sort(key=lambda one: (one.place.row, one.place.column))
    fixed = [
        area(place.formula.ref)
        for cell, place in known.items()
        if place.formula.ref and not (cell in results and place.formula.is_dynamic)
    ]
    occupied = _occupied(grid, found, [one for one in wanted if one.place.formula.is_dynamic])
    taken = [*obstacles, *fixed]
    final = []
    for one in wanted:
        if one.place.formula.is_dynamic and one.after.height * one.after.width > 1:
            one = _settled(one, occupied, taken)
            taken.append(one.after)
        final.append(one)
    return final


def _wanted(place: Place, rows_: Rows) -> Outcome:
    values = tuple(tuple(settled(value) for value in row) for row in rows_)
    if not values or not values[0] or any(len(row) != len(values[0]) for row in values):
        raise WrongValue(f"the result for {place.formula.cell} is no block of rows and columns")
    row, column = place.row, place.column
    cell = Area(row, column, row, column)
    before = area(place.formula.ref) if place.formula.ref else cell
    if not place.formula.is_array:
        return Outcome(place, cell, cell, ((values[0][0],),))
    if not place.formula.is_dynamic:
        return Outcome(place, before, before, _fitted(values, before))
    after = Area(row, column, row + len(values) - 1, column + len(values[0]) - 1)
    return Outcome(place, before, after, values)


def _fitted(values: tuple[tuple[Value, ...], ...], into: Area) -> tuple[tuple[Value, ...], ...]:
    """Fit a result to an array of fixed size: cut, repeated if it is one row, else #N/A."""
    if into.height * into.width > max(4 * len(values) * len(values[0]), 2**20):
        raise WrongValue(f"the array formula in {into.text} is far larger than its result")
    height, width = len(values), len(values[0])

    def at(row: int, column: int) -> Value:
        row, column = (0 if height == 1 else row), (0 if width == 1 else column)
        return values[row][column] if row < height and column < width else ExcelError.NA

    return tuple(tuple(at(row, c) for c in range(into.width)) for row in range(into.height))


def _occupied(
    grid: Markup, found: Sequence[Place], spilling: Sequence[Outcome]
) -> set[tuple[int, int]]:
    """Collect the cells with content of their own where results want to go."""
    anchors = {(place.row, place.column) for place in found}
    occupied: set[tuple[int, int]] = set()
    for number, row in rows(grid) if spilling else ():
        going = [one.after for one in spilling if one.after.top <= number <= one.after.bottom]
        coming = [one.before for one in spilling if one.before.top <= number <= one.before.bottom]
        for column, cell in cells(grid, row) if going else ():
            wanted = any(after.left <= column <= after.right for after in going)
            if wanted and holds_content(grid, cell):
                result = any(before.left <= column <= before.right for before in coming)
                if not result or (number, column) in anchors:
                    occupied.add((number, column))
    return occupied


def _settled(one: Outcome, occupied: set[tuple[int, int]], taken: list[Area]) -> Outcome:
    reason = _in_the_way(one, occupied, taken)
    if reason is None:
        return one
    cell = Area(one.after.top, one.after.left, one.after.top, one.after.left)
    return Outcome(one.place, one.before, cell, ((ExcelError.SPILL,),), reason)


def _in_the_way(one: Outcome, occupied: set[tuple[int, int]], taken: list[Area]) -> str | None:
    after, anchor = one.after, (one.place.row, one.place.column)
    if after.bottom > MOST_ROWS or after.right > MOST_COLUMNS:
        return "the end of the sheet"
    inside = [cell for cell in occupied if cell != anchor and after.holds(*cell)]
    if inside:
        return cell_text(*min(inside))
    return next((other.text for other in taken if other.meets(after)), None)
