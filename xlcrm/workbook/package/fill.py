"""New rows for the Tables of a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue, listing, suggestion
from xlcrm.workbook.package.archive import Package, Source, opened, part, repacked
from xlcrm.workbook.package.body import Body, body_edits
from xlcrm.workbook.package.charts import renewed_charts
from xlcrm.workbook.package.contents import (
    Contents,
    Table,
    contents_of,
    linked_part,
    main_part,
    relations_part,
    sheet_named,
)
from xlcrm.workbook.package.grid import dimension_edits, merged, rows, sheet_data
from xlcrm.workbook.package.markup import Markup, attribute, edited, elements, markup
from xlcrm.workbook.package.references import MOST_COLUMNS, MOST_ROWS, Area
from xlcrm.workbook.package.saving import save
from xlcrm.workbook.package.tables import is_filtered, resized, rule_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    Rows = Iterable[Sequence[object]]

LONGEST_HEADER = 255


def fill_table(
    source: Source, out: str | Path, table: str, headers: Sequence[str], rows_: Rows
) -> str:
    """Replace the rows of one Table; see `fill_tables`.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.
        out: The file to write; it may be the source.
        table: The Table's name.
        headers: The names of the columns of ``rows_``.
        rows_: The new rows.

    Returns:
        The Table's new reference, such as ``A3:L1003``.

    Raises:
        WrongValue: As for `fill_tables`.
    """
    return fill_tables(source, out, {table: (headers, rows_)})[table]


def fill_tables(
    source: Source, out: str | Path, tables: Mapping[str, tuple[Sequence[str], Rows]]
) -> dict[str, str]:
    """Replace the rows of Tables and resize them, in one save.

    Columns are matched by their headers; names that a Table does not have become new columns at
    its right. Each column keeps the format of its first cell. Text is always text, whatever it
    begins with; dates become serial numbers by the workbook's date system; None is a blank.
    Validations and conditional formats that cover exactly the old rows cover the new ones.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.
        out: The file to write; it may be the source.
        tables: By a Table's name: headers and rows of float, int, str, bool, None, date,
            datetime or `ExcelError`.

    Returns:
        The new references by the Tables' names.

    Raises:
        WrongValue: There is no such Table, it has a totals row or no header row, a column is
            missing or named twice, there is no room, or the file cannot be saved; then what
            ``out`` held is unchanged.
    """
    package = opened(source)
    held = contents_of(package)
    changes: dict[str, bytes | None] = {}
    changed: dict[str, list[Area]] = {}
    filled: dict[str, Area] = {}
    refs: dict[str, str] = {}
    for name, (headers, rows_) in tables.items():
        table = _table(held, name)
        sheet_part = sheet_named(held, table.sheet).part
        sheet = markup(changes.get(sheet_part) or part(package, sheet_part))
        described = markup(part(package, table.part))
        body = _body(table, headers, rows_, held.date1904, is_filtered(described))
        whole = Area(table.area.top, body.after.left, body.after.bottom, body.after.right)
        _check_room(held, filled, table, whole, sheet)
        if _has_formulas(sheet, body.before):
            _drop_calculation_chain(package, changes)
        edits = [
            *dimension_edits(sheet, whole),
            *body_edits(sheet, body),
            *rule_edits(sheet, body.before, body.after),
        ]
        changes[sheet_part] = edited(sheet.data, edits)
        changes[table.part] = resized(described, whole, body.added)
        changed.setdefault(table.sheet, []).append(whole.joined(table.area))
        filled[table.name], refs[name] = whole, whole.text
    charts = renewed_charts(package, held, changes, changed)
    save(repacked(package, changes | charts), out)
    return refs


def _table(held: Contents, name: str) -> Table:
    for table in held.tables:
        if table.name.casefold() == name.casefold():
            if table.has_totals_row:
                raise WrongValue(f"Table {name} has a totals row: switch it off and try again")
            if not table.has_header_row:
                raise WrongValue(f"Table {name} has no header row: switch it on and try again")
            return table
    known = suggestion(name, [table.name for table in held.tables])
    raise WrongValue(f"there is no Table {name!r}: {known}")


def _body(table: Table, headers: Sequence[str], rows_: Rows, date1904: bool, unhide: bool) -> Body:
    names = [str(name) for name in headers]
    order, added = _columns(table, names)
    body = [row if isinstance(row, list | tuple) else list(row) for row in rows_]
    for number, row in enumerate(body, 1):
        if len(row) != len(names):
            raise WrongValue(
                f"row {number} for Table {table.name} has {len(row)} values, not {len(names)}"
            )
    if order != list(range(len(names))):
        body = [[row[index] for index in order] for row in body]
    before = table.body
    bottom = before.top + max(len(body), 1) - 1
    right = before.right + len(added)
    if bottom > MOST_ROWS or right > MOST_COLUMNS:
        raise WrongValue(f"Table {table.name} with {len(body)} rows would leave its sheet")
    after = Area(before.top, before.left, bottom, right)
    body = body or [[None] * len(order)]  # a Table has at least one row
    return Body(table.name, before, after, body, added, date1904, unhide)


def _columns(table: Table, names: list[str]) -> tuple[list[int], tuple[str, ...]]:
    """Match columns by name: which of the given ones stands in each place, and which are new."""
    at: dict[str, int] = {}
    for index, name in enumerate(names):
        if at.setdefault(name.casefold(), index) != index:
            raise WrongValue(f"the column {name!r} is given twice for Table {table.name}")
        if not name or len(name) > LONGEST_HEADER:
            raise WrongValue(f"the name of column {index + 1} for {table.name} is empty or long")
    own = [header.casefold() for header in table.headers]
    missing = [header for header in table.headers if header.casefold() not in at]
    if missing:
        raise WrongValue(f"Table {table.name} needs values for its columns {listing(missing)}")
    added = [index for index, name in enumerate(names) if name.casefold() not in set(own)]
    return [at[header] for header in own] + added, tuple(names[index] for index in added)


def _check_room(
    held: Contents, filled: Mapping[str, Area], table: Table, whole: Area, sheet: Markup
) -> None:
    for other in held.tables:
        covered = filled.get(other.name, other.area)
        if other.sheet == table.sheet and other.name != table.name and covered.meets(whole):
            raise WrongValue(f"Table {table.name} has no room: {whole.text} meets {other.name}")
    for covered in merged(sheet):
        if covered.meets(whole):
            raise WrongValue(f"Table {table.name} has no room: cells are merged in {covered.text}")


def _has_formulas(sheet: Markup, body: Area) -> bool:
    opening = b"<" + sheet.prefix + b"f"
    if sheet.mask.find(opening, 0, sheet_data(sheet).close) == -1:
        return False
    return any(
        sheet.mask.find(opening, row.inside, row.close) != -1
        for number, row in rows(sheet)
        if body.top <= number <= body.bottom
    )


def _drop_calculation_chain(package: Package, changes: dict[str, bytes | None]) -> None:
    """Leave out the order of calculation, which would name formulas that are gone.

    Excel calls a workbook damaged if it does, and makes a new one if there is none.
    """
    name = linked_part(package, "calcChain")
    if name is None or name in changes:
        return
    links = relations_part(main_part(package))
    changes[name] = None
    changes[links] = _without(package, links, b"Relationship", b"Type", "/calcChain")
    types = "[Content_Types].xml"
    changes[types] = _without(package, types, b"Override", b"PartName", f"/{name}")


def _without(package: Package, name: str, element: bytes, key: bytes, ending: str) -> bytes:
    listed = markup(part(package, name))
    return edited(
        listed.data,
        [
            (one.start, one.end, b"")
            for one in elements(listed, listed.prefix + element)
            if (attribute(listed.data[one.start : one.inside], key) or "").endswith(ending)
        ],
    )
