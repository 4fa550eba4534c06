"""What a workbook holds: its sheets, Tables, names and date system."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from xlcrm.errors import WrongValue, suggestion
from xlcrm.workbook.package.archive import Package, Source, opened, part
from xlcrm.workbook.package.markup import tree
from xlcrm.workbook.package.references import Area, area
from xlcrm.workbook.package.values import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its part, whether it is a grid of cells, whether it is shown."""

    name: str
    part: str
    is_grid: bool
    is_visible: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel Table: name, sheet, reference, headers, and which of its rows are no data."""

    name: str
    sheet: str
    part: str
    ref: str
    headers: tuple[str, ...]
    has_header_row: bool
    has_totals_row: bool

    @property
    def area(self) -> Area:
        """All its cells, header and totals included."""
        return area(self.ref)

    @property
    def body(self) -> Area:
        """Its rows of data."""
        whole = self.area
        top, bottom = whole.top + self.has_header_row, whole.bottom - self.has_totals_row
        return Area(top, whole.left, bottom, whole.right)


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name, what it means, and the sheet it is limited to, if to one."""

    name: str
    text: str
    sheet: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a workbook holds; ``date1904`` is its date system."""

    sheets: tuple[Sheet, ...]
    tables: tuple[Table, ...]
    names: tuple[Name, ...]
    date1904: bool


def contents(source: Source) -> Contents:
    """List what a workbook holds, without reading a cell.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.

    Returns:
        Sheets, Tables, names and date system.

    Raises:
        WrongValue: It is no workbook, or a damaged one.
    """
    return contents_of(opened(source))


def contents_of(package: Package) -> Contents:
    """List what an opened package holds; see `contents`."""
    main = main_part(package)
    root = tree(part(package, main))
    links = relations(package, main)
    sheets: list[Sheet] = []
    for node in root.iterfind("sheets/sheet"):
        kind, target = links.get(node.get("id", ""), ("", ""))
        visible = node.get("state", "visible") == "visible"
        sheets.append(Sheet(node.get("name", ""), target, kind == "worksheet", visible))
    names = []
    for node in root.iterfind("definedNames/definedName"):
        local = node.get("localSheetId", "")
        owner = sheets[int(local)].name if local.isdecimal() and int(local) < len(sheets) else None
        names.append(Name(node.get("name", ""), node.text or "", owner))
    settings = root.find("workbookPr")
    date1904 = settings is not None and settings.get("date1904") in ("1", "true")
    tables = [table for sheet in sheets for table in _tables(package, sheet)]
    return Contents(tuple(sheets), tuple(tables), tuple(names), date1904)


def relations(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """Read what a part refers to.

    Args:
        package: The opened package.
        name: The part.

    Returns:
        By id: the kind, such as ``worksheet``, and the name of the part; external ones are left
        out.
    """
    folder, links = posixpath.dirname(name), relations_part(name)
    if links not in package.parts:
        return {}
    found = {}
    for node in tree(part(package, links)):
        if node.get("TargetMode") != "External":
            target = unquote(node.get("Target", ""))
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[node.get("Id", "")] = (node.get("Type", "").rpartition("/")[2], target)
    return found


def relations_part(name: str) -> str:
    """Name the part that lists what another part refers to."""
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def linked_part(package: Package, kind: str) -> str | None:
    """Find a part that the workbook itself refers to.

    Args:
        package: The opened package.
        kind: What it is, such as ``sharedStrings`` or ``calcChain``.

    Returns:
        The part's name; None if there is none.
    """
    for found, target in relations(package, main_part(package)).values():
        if found == kind and target in package.parts:
            return target
    return None


def main_part(package: Package) -> str:
    """Find the part that lists the sheets.

    Args:
        package: The opened package.

    Returns:
        The part's name, mostly ``xl/workbook.xml``.

    Raises:
        WrongValue: There is none, or it is a binary workbook.
    """
    for kind, target in relations(package, "").values():
        if kind == "officeDocument" and target in package.parts:
            if target.endswith(".bin"):
                raise WrongValue(f"{package.name} is a binary workbook: save it as .xlsx")
            return target
    raise WrongValue(f"{package.name} is a zip file but no workbook")


def sheet_named(held: Contents, name: str) -> Sheet:
    """Find a sheet of cells by its name, in any case.

    Args:
        held: The workbook's contents.
        name: The sheet's name.

    Returns:
        The sheet.

    Raises:
        WrongValue: There is none.
    """
    for sheet in held.sheets:
        if sheet.is_grid and sheet.name.casefold() == name.casefold():
            return sheet
    known = suggestion(name, [sheet.name for sheet in held.sheets])
    raise WrongValue(f"there is no sheet {name!r}: {known}")


def _tables(package: Package, sheet: Sheet) -> Iterator[Table]:
    if not sheet.is_grid:
        return
    for kind, target in relations(package, sheet.part).values():
        if kind == "table":
            root = tree(part(package, target))
            columns = root.iterfind("tableColumns/tableColumn")
            yield Table(
                root.get("displayName", root.get("name", "")),
                sheet.name,
                target,
                area(root.get("ref", "")).text,
                tuple(unescaped(column.get("name", "")) for column in columns),
                root.get("headerRowCount", "1") != "0",
                root.get("totalsRowCount", "0") != "0",
            )
