"""A VBA project from nothing, made without Excel; the one place that knows pyOpenVBA."""

from __future__ import annotations

import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

import xlsxwriter
from pyopenvba import ExcelFile
from pyopenvba.cfb import CFB

if TYPE_CHECKING:
    from collections.abc import Sequence

WORKBOOK = "ThisWorkbook"
"""The code name of the workbook itself."""

_MODULE_NAME = re.compile(r'Attribute VB_Name = "(\w+)"\r?\n')
_CODE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_NO_CACHE = b"\xcc\x61\xff\xff\x00\x00\x00"
"""A `_VBA_PROJECT` stream without compiled code ([MS-OVBA] 2.3.4.1): Excel compiles the text."""


def vba_project(
    module_text: str, this_workbook_text: str, sheet_code_names: Sequence[str]
) -> bytes:
    """Make a vbaProject.bin for XlsxWriter's `add_vba_project`.

    The workbook that takes it names itself and its sheets with `set_vba_name` as here. Equal
    arguments give equal bytes.

    Args:
        module_text: A standard module, its ``Attribute VB_Name`` first.
        this_workbook_text: The code of the workbook's own module, without attributes.
        sheet_code_names: The code name of each sheet, in the order of the sheets.

    Returns:
        The bytes of the project.

    Raises:
        ValueError: The module has no name, or names are no VBA names or occur twice.
    """
    found = _MODULE_NAME.match(module_text)
    if not found:
        raise ValueError('a module begins with Attribute VB_Name = "..."')
    _check_names([WORKBOOK, found[1], *sheet_code_names])
    with TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsm"
        book.write_bytes(_empty_workbook(sheet_code_names))
        with ExcelFile(book) as file:
            project = file.add_vba_project()
            project.get_module(WORKBOOK).body = this_workbook_text
            project.add_module(found[1], module_text)
            file.save()
        with ZipFile(book) as package:
            parts = CFB.from_bytes(package.read("xl/vbaProject.bin"))
    parts.write_stream_in_storage("VBA", "_VBA_PROJECT", _NO_CACHE)
    return bytes(parts.to_bytes())


def _empty_workbook(sheet_code_names: Sequence[str]) -> bytes:
    """Write a workbook that has the sheets' code names, for the project to be made to measure."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.set_vba_name(WORKBOOK)
        for name in sheet_code_names:
            workbook.add_worksheet().set_vba_name(name)
    return content.getvalue()


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if not _CODE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no VBA name: letters, digits and _, at most 31")
    folded = [name.casefold() for name in names]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    if twice:
        raise ValueError(f"VBA names differ in more than case: {', '.join(twice)} occurs twice")
