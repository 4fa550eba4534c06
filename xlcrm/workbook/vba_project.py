"""VBA projects, made and changed without Excel; the one place that knows pyOpenVBA."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import xlsxwriter
from pyopenvba import ExcelFile
from pyopenvba.cfb import CFB
from pyopenvba.exceptions import PyOpenVBAError
from pyopenvba.vba import (
    VBAModuleKind,
    compress,
    decompress,
    detect_signature,
    parse_vba_project,
)

from xlcrm.workbook.vba_protection import is_protected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORKBOOK = "ThisWorkbook"
"""The code name of the workbook itself, as we write it; Excel translates it in some languages."""

PART = "xl/vbaProject.bin"

_MODULE_NAME = re.compile(r'Attribute VB_Name = "(\w+)"\r?\n')
_CODE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_WORKBOOK_CLASS = "{00020819-0000-0000-C000-000000000046}"
_NO_CACHE = b"\xcc\x61\xff\xff\x00\x00\x00"
"""A `_VBA_PROJECT` stream without compiled code ([MS-OVBA] 2.3.4.1): Excel compiles the text."""

_BYTES = "latin-1"
"""Text of a module is read as one letter a byte, so that any code page comes back as it was."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module of a project: its name, its whole text, what it is, where its text stands."""

    name: str
    text: str
    is_standard: bool
    is_workbook: bool
    stream: str


@dataclass(frozen=True, slots=True)
class Project:
    """What a project holds; a locked one opens in the editor by a password only."""

    modules: tuple[Module, ...]
    is_locked: bool
    is_signed: bool


class DamagedProject(ValueError):
    """A VBA project that cannot be read, or not be added to a workbook."""


def vba_project(
    module_texts: Sequence[str], this_workbook_text: str, sheet_code_names: Sequence[str]
) -> bytes:
    """Make a vbaProject.bin for XlsxWriter's `add_vba_project`.

    The workbook that takes it names itself and its sheets with `set_vba_name` as here. Equal
    arguments give equal bytes.

    Args:
        module_texts: The standard modules, each with its ``Attribute VB_Name`` first.
        this_workbook_text: The code of the workbook's own module, without attributes.
        sheet_code_names: The code name of each sheet, in the order of the sheets.

    Returns:
        The bytes of the project.

    Raises:
        ValueError: A module has no name, or names are no VBA names or occur twice.
    """
    names = [module_name(text) for text in module_texts]
    _check_names([WORKBOOK, *names, *sheet_code_names])
    book = _empty_workbook(sheet_code_names)
    return with_project(book, module_texts, this_workbook_text)[PART]


def with_project(
    book: bytes, module_texts: Sequence[str], this_workbook_text: str
) -> dict[str, bytes]:
    """Give a macro workbook that has no VBA project one, as Excel does for a first macro.

    Args:
        book: The workbook's bytes.
        module_texts: The standard modules.
        this_workbook_text: The code of the workbook's own module, without attributes.

    Returns:
        The parts that differ from the workbook's, by name: the project, the list of parts, and
        where they lacked code names the workbook's part and the sheets'.

    Raises:
        DamagedProject: The workbook has kinds of sheets for which it is not known how.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsm"
        path.write_bytes(book)
        try:
            with ExcelFile(path) as file:
                project = file.add_vba_project()
                own = next(module for module in project.modules if _is_workbook(module.source))
                own.body = this_workbook_text
                for text in module_texts:
                    project.add_module(module_name(text), text)
                file.save()
        except (PyOpenVBAError, AssertionError, KeyError, StopIteration) as error:
            raise DamagedProject(f"no VBA project can be added ({error})") from None
        with ZipFile(path) as after, ZipFile(io.BytesIO(book)) as before:
            known = set(before.namelist())
            parts = {name: after.read(name) for name in after.namelist()}
            changed = {
                name: data
                for name, data in parts.items()
                if name not in known or before.read(name) != data
            }
    changed[PART] = _without_cache(CFB.from_bytes(changed[PART]))
    return changed


def project_in(data: bytes) -> Project:
    """Read a VBA project.

    Args:
        data: The bytes of the project.

    Returns:
        Its modules, and whether it is locked or signed.

    Raises:
        DamagedProject: It cannot be read.
    """
    try:
        parts = CFB.from_bytes(data)
        modules = tuple(
            Module(
                module.name,
                _text(parts, module.stream_name, module.text_offset),
                module.kind == VBAModuleKind.standard,
                _is_workbook(module.attribute_header),
                module.stream_name,
            )
            for module in parse_vba_project(parts).modules
        )
        listing = parts.get_stream("PROJECT")
        return Project(modules, is_protected(listing), bool(detect_signature(parts).present))
    except (PyOpenVBAError, KeyError, ValueError, IndexError) as error:
        raise DamagedProject(f"the VBA project cannot be read ({error})") from None


def changed_project(data: bytes, texts: Mapping[str, str]) -> bytes:
    """Change modules of a project; all others, forms and references stay byte for byte.

    Compiled code and signatures that stand inside the project go: Excel compiles the text.

    Args:
        data: The bytes of the project.
        texts: Whole texts by the names of their modules, each letter one byte; a name that the
            project lacks becomes a standard module.

    Returns:
        The bytes of the new project.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsm"
        with ZipFile(path, "w") as package:
            package.writestr(PART, data)
        with ExcelFile(path) as file:
            project = file.vba_project()
            known = {name.casefold() for name in project.module_names()}
            for name, text in texts.items():
                if name.casefold() in known:
                    file.set_module(name, text)
                else:
                    project.add_module(name, text)
            file.save(allow_protected=True, allow_invalidate_signature=True)
        with ZipFile(path) as package:
            parts = CFB.from_bytes(package.read(PART))
    # pyOpenVBA writes text in the project's code page, which does not hold every byte it may have.
    modules = parse_vba_project(parts).modules
    streams = {module.name.casefold(): module.stream_name for module in modules}
    for name, text in texts.items():
        packed = compress(text.encode(_BYTES))
        parts.write_stream_in_storage("VBA", streams[name.casefold()], packed)
    return _without_cache(parts)


def module_name(text: str) -> str:
    """Read the name of a module from its text.

    Raises:
        ValueError: It does not begin with its name.
    """
    found = _MODULE_NAME.match(text)
    if not found:
        raise ValueError('a module begins with Attribute VB_Name = "..."')
    return found[1]


def _text(parts: Any, stream: str, offset: int) -> str:
    packed = parts.get_stream_in_storage("VBA", stream)[offset:]
    return str(decompress(packed).decode(_BYTES))


def _is_workbook(header: str) -> bool:
    return _WORKBOOK_CLASS in header.upper()


def _without_cache(parts: Any) -> bytes:
    parts.write_stream_in_storage("VBA", "_VBA_PROJECT", _NO_CACHE)
    parts.drop_streams_in_storage("VBA", lambda name: name.upper().startswith("__SRP_"))
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
