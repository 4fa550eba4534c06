"""A small workbook with Tables to be filled, as the template has them, for the import tests."""

import openpyxl
import xlsxwriter

from xlcrm.model.schema import KINDS
from xlcrm.workbook.importing.journal import COLUMNS

USUAL = ("deals", "accounts", "sellers", "products", "stages", "settings", "aliases")


def book_with(path, *kinds, imports=True, rows=None, headers=None, date1904=False):
    """One Table a sheet, with the declared headers, and given rows or one blank one."""
    book = xlsxwriter.Workbook(path, {"date_1904": date1904, "strings_to_formulas": False})
    iso = book.add_format({"num_format": "yyyy-mm-dd"})
    tables = {kind: list(KINDS[kind].names) for kind in kinds or USUAL} | (headers or {})
    if imports:
        tables["imports"] = list(COLUMNS)
    for name, columns in tables.items():
        sheet = book.add_worksheet(name.capitalize())
        sheet.write("B1", f"Our {name}")
        body = (rows or {}).get(name, [[None] * len(columns)])
        dates = (
            {c.name for c in KINDS[name].columns if c.type == "date"} if name in KINDS else set()
        )
        sheet.add_table(
            2,
            1,
            2 + len(body),
            len(columns),
            {
                "name": name.capitalize(),
                "columns": [{"header": c, "format": iso if c in dates else None} for c in columns],
                "data": body,
            },
        )
    book.close()
    return path


DEALS = "Deal ID,Deal Owner,Create Date,Deal Stage,Amount,Close Date,Mood\n"
ROWS = (
    "0012,Ann,2026-01-05,Proposal,100.5,2026-03-01,=1+1\n"
    "0013,Bob,2026-01-06,Won,200,2026-02-01,-good\n"
)


def file(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def table(book, name):
    """The cells of a Table as openpyxl reads them: its header, and its rows by header."""
    for sheet in openpyxl.load_workbook(book).worksheets:
        if name in sheet.tables:
            header, *rows = sheet[sheet.tables[name].ref]
            names = [cell.value for cell in header]
            return names, [dict(zip(names, row, strict=True)) for row in rows]
    raise AssertionError(name)


def values(book, name, *columns):
    return [tuple(row[column].value for column in columns) for row in table(book, name)[1]]
