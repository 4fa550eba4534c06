"""The inside of an existing workbook: read, renewed and filled without touching the rest.

Nothing else in the house knows that a workbook is a zip of XML parts. Whatever is not changed
here (macros, charts, sparklines, validations, comments) is copied as packed bytes, and a file is
replaced at once or not at all.
"""

from xlcrm.workbook.package.archive import Source
from xlcrm.workbook.package.cached import Blocked, Written, write_cached
from xlcrm.workbook.package.contents import Contents, Name, Sheet, Table, contents
from xlcrm.workbook.package.engine import engine_copy
from xlcrm.workbook.package.fill import fill_table, fill_tables
from xlcrm.workbook.package.formulas import Formula, formulas
from xlcrm.workbook.package.inspection import inspect
from xlcrm.workbook.package.references import Area
from xlcrm.workbook.package.saving import save

__all__ = [
    "Area",
    "Blocked",
    "Contents",
    "Formula",
    "Name",
    "Sheet",
    "Source",
    "Table",
    "Written",
    "contents",
    "engine_copy",
    "fill_table",
    "fill_tables",
    "formulas",
    "inspect",
    "save",
    "write_cached",
]
