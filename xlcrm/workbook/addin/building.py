"""The add-in as a file: one sheet, the VBA, and a ribbon tab."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from xlcrm.errors import WrongValue
from xlcrm.functions import catalogue
from xlcrm.hosts.vba import finished, standard_modules
from xlcrm.workbook.package.archive import opened, repacked
from xlcrm.workbook.package.contents import main_part
from xlcrm.workbook.package.linking import linked, with_content_type
from xlcrm.workbook.package.saving import save
from xlcrm.workbook.template.building import CALC_ID
from xlcrm.workbook.template.functions_sheet import INTELLISENSE, write_intellisense
from xlcrm.workbook.template.page import Page, code_name
from xlcrm.workbook.template.style import Styles
from xlcrm.workbook.vba_project import WORKBOOK, vba_project

RIBBON = "customUI/customUI14.xml"

_CONTENT_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
_RIBBON_TYPE = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_CREATED = datetime(2026, 6, 30, tzinfo=UTC).replace(tzinfo=None)


def build_add_in(path: str | Path) -> None:
    """Write the add-in.

    Args:
        path: The .xlam to write; what it held is replaced.

    Raises:
        WrongValue: It is not named .xlam, or cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() != ".xlam":
        raise WrongValue(f"{target.name} must end in .xlam: it is an add-in")
    save(add_in(), target)


def add_in() -> bytes:
    """Give the add-in's bytes; equal code gives equal bytes."""
    package = opened(_workbook())
    types = with_content_type(package, main_part(package), _CONTENT_TYPE)
    ribbon = linked(package, "", _RIBBON_TYPE, RIBBON, _beside("ribbon.xml").encode("ascii"))
    return repacked(package, {"[Content_Types].xml": types, **ribbon})


def module_texts() -> tuple[str, ...]:
    """Write all standard modules of the add-in: those of a workbook, and the ribbon's buttons."""
    return *standard_modules(catalogue().values()), finished(_beside("xlcrm_ribbon.bas"))


def this_workbook_text() -> str:
    """Write the code of the add-in's own ThisWorkbook, below its attributes."""
    return finished(_beside("this_workbook.bas"))


def _workbook() -> bytes:
    """Write the workbook; its one sheet helps typing arguments where IntelliSense is there."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_calc_mode("auto", CALC_ID)
        book.calc_on_load = False
        book.set_properties(
            {
                "title": "xlcrm",
                "comments": "CRM analytics in Excel cells: functions for every workbook",
                "created": _CREATED,
            }
        )
        book.set_vba_name(WORKBOOK)
        sheet = book.add_worksheet(INTELLISENSE)
        sheet.set_vba_name(code_name(INTELLISENSE))
        write_intellisense(Page(INTELLISENSE, sheet, Styles(book)))
        project = vba_project(module_texts(), this_workbook_text(), [code_name(INTELLISENSE)])
        book.add_vba_project(io.BytesIO(project), is_stream=True)
    return content.getvalue()


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text("ascii")
