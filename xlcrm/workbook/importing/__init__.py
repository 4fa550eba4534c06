"""Exports of a CRM, and other files, brought into the Tables of a workbook."""

from xlcrm.workbook.importing.files import import_files
from xlcrm.workbook.importing.report import Imported, Totals

__all__ = ["Imported", "Totals", "import_files"]
