"""Files into the Tables of a workbook: read, recognised, placed in one save, and counted again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.cells import text_key, text_of
from xlcrm.errors import CrmError
from xlcrm.model.columns import Reading
from xlcrm.model.headers import header_key
from xlcrm.model.model import model_of
from xlcrm.model.sources import WORKBOOK_ENDINGS, read_file
from xlcrm.model.table import table_of
from xlcrm.workbook import package
from xlcrm.workbook.importing.filling import drafts_of, fillings_of
from xlcrm.workbook.importing.journal import journal
from xlcrm.workbook.importing.merges import with_merged
from xlcrm.workbook.importing.placing import body_of, part_of
from xlcrm.workbook.importing.recognition import Found, Unplaced, recognised
from xlcrm.workbook.importing.report import Imported
from xlcrm.workbook.importing.targets import (
    PARAMETERS,
    Target,
    bodies,
    filled,
    imports_table,
    range_of,
    targets_of,
)
from xlcrm.workbook.importing.upserts import upserted
from xlcrm.workbook.importing.verifying import checked, read_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from xlcrm.cells import Rows


def import_files(
    files: Sequence[str | Path], book: str | Path, on: date | None = None
) -> tuple[Imported, ...]:
    """Fill the Tables of a workbook from CSV files and workbooks, in one save.

    What a Table held is replaced, but Settings and Aliases, whose rows are renewed one by one.
    Files of one kind stand one behind the other, in the order given. A file that cannot be
    placed never keeps others from being placed.

    Args:
        files: The files, each a .csv, .tsv, .txt, .xlsx or .xlsm.
        book: The workbook; it is replaced at once when all is ready.
        on: The day that the Imports Table shall name; None leaves it blank.

    Returns:
        What became of each file, and of each sheet of a file that has several.

    Raises:
        WrongValue: The workbook cannot be read or saved, or a Table has no room; then it is
            unchanged.

    Example:
        >>> for done in import_files(["deals.csv"], "crm.xlsm"):  # doctest: +SKIP
        ...     print(done.sentence)
        deals.csv → Deals: 8,800 of 8,800 rows placed; replaces 600 rows; amount 10,005,534 in …
    """
    book = Path(book)
    held = package.contents(book)
    system = 1904 if held.date1904 else 1900
    targets = targets_of(held)
    log = imports_table(held)
    parameters = [targets[kind].table for kind in PARAMETERS if kind in targets]
    before = bodies(book, [*parameters, *([log] if log else [])])
    declared = _aliases(targets, before)
    aliases = tuple((f, m) for c, f, m in declared if header_key(c) in ("header", "headers"))
    read = [one for path in files for one in _read(Path(path), book, aliases)]
    looked_at = [_with_target(one, targets) for one in read]
    found = [one for one in looked_at if isinstance(one, Found)]
    reading = replace(_reading(targets, before, found, system), aliases=_by_column(declared))
    fillings = fillings_of(book, targets, before, found, reading, system)
    drafts = drafts_of(looked_at, fillings, reading)
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        filling.target.table.name: (filling.headers, filling.rows) for filling in fillings
    }
    if log is not None:
        tables[log.name] = journal(log, filled(before[log.name]), drafts, on)
    if not tables:
        return tuple(drafts)
    package.fill_tables(book, book, tables)
    return tuple(checked(drafts, looked_at, fillings, read_back(book, fillings), reading))


# ── reading and recognising ─────────────────────────────────────────────────────────────────


def _read(path: Path, book: Path, aliases: Sequence[tuple[str, str]]) -> list[Found | Unplaced]:
    try:
        if path.exists() and book.exists() and path.samefile(book):
            return [Unplaced(path.name, "", "is the workbook that is filled")]
        if path.suffix.casefold() in WORKBOOK_ENDINGS:
            package.inspect(path)
        sheets = list(read_file(path))
    except CrmError as error:
        return [Unplaced(path.name, "", error.message.removeprefix(f"{path.name} "))]
    if len(sheets) > 1:
        sheets = [sheet for sheet in sheets if sheet.rows] or sheets[:1]
    names = [sheet.sheet for sheet in sheets]
    if len(sheets) == 1:
        sheets = [replace(sheets[0], sheet="")]
    found = [recognised(sheet, aliases) for sheet in sheets]
    return [
        with_merged(one, path, name) if name and isinstance(one, Found) else one
        for one, name in zip(found, names, strict=True)
    ]


def _aliases(
    targets: Mapping[str, Target], before: Mapping[str, Rows]
) -> list[tuple[str, str, str]]:
    """Take the rows of the Aliases Table: a column, what is found in it, and what that means."""
    target = targets.get("aliases")
    if target is None:
        return []
    try:
        rows = table_of("aliases", range_of(target.table, before[target.table.name], 1900))
        places = [rows.position[name] for name in ("column", "found", "means")]
        cells = [[text_of(row[place]) for place in places] for row in rows.rows]
    except CrmError:
        return []
    return [(column, found, means) for column, found, means in cells]


def _by_column(aliases: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    by_column: dict[str, dict[str, str]] = {}
    for column, found, means in aliases:
        by_column.setdefault(column, {})[text_key(found)] = means
    return by_column


def _with_target(one: Found | Unplaced, targets: Mapping[str, Target]) -> Found | Unplaced:
    if isinstance(one, Unplaced) or one.kind in targets:
        return one
    reason = f"the workbook has no Table {one.kind.capitalize()} for its rows of {one.kind}"
    return Unplaced(
        one.source.file, one.source.sheet, reason, one.kind, len(one.rows), one.source.notes
    )


def _reading(
    targets: Mapping[str, Target],
    before: Mapping[str, Rows],
    found: Iterable[Found],
    system: int,
) -> Reading:
    """Find how texts are to be read: by the workbook's settings, new ones first."""
    rows: Rows = []
    target = targets.get("settings")
    if target is not None:
        rows = filled(before[target.table.name])
    tables = []
    for one in found:
        if one.kind == "settings" and target is not None:
            part = part_of(one, target, Reading(), system)
            headers, _ = body_of(target, [part])
            rows = upserted(target, rows, [part], headers, system).rows
    try:
        if target is not None and rows:
            width = len(target.table.headers)
            cut = [row[:width] for row in rows]
            tables.append(table_of("settings", range_of(target.table, cut, system)))
        return replace(model_of(tables).reading, date_system=system)
    except CrmError:
        return Reading(date_system=system)
