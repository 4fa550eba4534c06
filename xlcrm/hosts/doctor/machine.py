"""Gathers the facts: the only place of the doctor that reads files and the environment."""

from __future__ import annotations

import importlib
import os
import re
import struct
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PureWindowsPath

from xlcrm.hosts.doctor.facts import (
    Book,
    Facts,
    Office,
    OfficeKind,
    SlowCall,
    Windows,
)
from xlcrm.hosts.doctor.registry import Registry, macro_policy, rules, windows_registry
from xlcrm.hosts.serving import answers
from xlcrm.hosts.setup import CODE_PAGE, app_data_folder, user_settings
from xlcrm.workbook.package.archive import opened, part

CLICK_TO_RUN = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
EXCEL_ROOT = r"SOFTWARE\Microsoft\Office\16.0\Excel\InstallRoot"
STORE_FOLDER = "Microsoft.Office.Desktop_8wekyb3d8bbwe"
"""Below %LOCALAPPDATA%\\Packages, where an Office from the Store keeps its user's data."""

_PROJECT = "xl/vbaProject.bin"
_SYNCED = ("OneDriveCommercial", "OneDriveConsumer", "OneDrive")
_MACHINES = {0x8664: 64, 0xAA64: 64, 0x014C: 32}
_DLL = re.compile(r"xlwings(?:32|64)-(\d[\w.]*)\.dll", re.IGNORECASE)
_SLOW = re.compile(
    r"^\S+ \S+ WARNING (\S+) at (.+) took ([\d.]+) s, more than its budget of ([\d.]+) s\s*$",
    re.MULTILINE,
)
_LOG_END = 2**20
"""Bytes of the log's end that are read."""


def gathered(book: str | None, module_texts: Callable[[bytes], list[str]]) -> Facts:
    """Gather the facts of this machine and of a book.

    Args:
        book: The path or web address of a workbook; None for none.
        module_texts: Reads the texts of the modules of a vbaProject.bin; a ValueError says why not.

    Raises:
        WrongValue: The book cannot be read, or is no workbook.
        FileNotFoundError: There is no such book.
    """
    return Facts(
        xlwings=_installed("xlwings"),
        windows=_windows() if sys.platform == "win32" else None,
        book=looked_at(book, module_texts) if book else None,
    )


def looked_at(path: str, module_texts: Callable[[bytes], list[str]]) -> Book:
    """Gather the facts of a book.

    Args:
        path: Its path or web address.
        module_texts: Reads the texts of the modules of a vbaProject.bin; a ValueError says why not.
    """
    if re.match(r"https?:", path, re.IGNORECASE):
        return Book(path, online=True)
    file = Path(path)
    if not file.exists():
        raise FileNotFoundError(2, "no such file", path)
    package = opened(file)
    parts = package.parts
    texts, fault = [], ""
    if _PROJECT in parts:
        try:
            texts = module_texts(part(package, _PROJECT))
        except ValueError as error:
            fault = str(error)
    declared = [name for text in texts for name in _DLL.findall(text)]
    return Book(
        path,
        folder=str(file.resolve().parent),
        has_vba=_PROJECT in parts,
        fault=fault,
        declared=declared[0] if declared else "",
        signed=any(name.startswith("xl/vbaProjectSignature") for name in parts),
        zone=_zone(file),
        synced=_synced(file),
    )


def machine(app_data: Path, registry: Registry) -> Windows:
    """Gather the facts of a Windows machine.

    Args:
        app_data: The user's folder for programs' settings.
        registry: Reads a key's values.
    """
    settings = user_settings(app_data)
    return Windows(
        app_data=str(app_data),
        code_page=CODE_PAGE,
        settings=settings,
        python_exists=bool(settings.python) and Path(settings.python).is_file(),
        python=sys.executable,
        base_python=sys.base_prefix,
        version=(sys.version_info.major, sys.version_info.minor),
        pywin32=_fault_of("pywintypes", "pythoncom", "win32com.server"),
        dlls=_dlls(settings.dll),
        office=_office(registry),
        macros=macro_policy(registry),
        rules=rules(registry),
        server_answers=_server_answers(settings.server),
        slow=_slow_calls(app_data / "xlcrm" / "xlcrm.log"),
    )


def _windows() -> Windows | None:
    app_data = app_data_folder()
    return machine(app_data, windows_registry) if app_data else None


def _office(registry: Registry) -> Office:
    streamed = registry("HKLM", CLICK_TO_RUN)
    if streamed.get("versiontoreport"):
        bits = {"x64": 64, "x86": 32}.get(str(streamed.get("platform")).lower())
        names = str(streamed.get("productreleaseids", "")).split(",")
        products = tuple(name.strip() for name in names if name.strip())
        return Office(
            OfficeKind.CLICK_TO_RUN, str(streamed["versiontoreport"]), products, bits=bits
        )
    local = os.environ.get("LOCALAPPDATA")
    if local and (Path(local) / "Packages" / STORE_FOLDER).is_dir():
        return Office(OfficeKind.STORE)
    folder = registry("HKLM", EXCEL_ROOT).get("path")
    if folder:
        return Office(OfficeKind.MSI, "16.0", bits=_bits(Path(str(folder)) / "EXCEL.EXE"))
    return Office()


def _dlls(folder: str) -> dict[str, int]:
    if not folder:
        return {}
    found = {file.name: _bits(file) for file in Path(folder).glob("xlwings*.dll")}
    return {name: bits for name, bits in found.items() if bits}


def _bits(file: Path) -> int | None:
    """Read from a program's header whether it is a 64-bit or a 32-bit one."""
    try:
        with file.open("rb") as content:
            head = content.read(64)
            content.seek(struct.unpack_from("<I", head, 60)[0])
            mark, kind = struct.unpack("<4sH", content.read(6))
    except (OSError, struct.error):
        return None
    return _MACHINES.get(kind) if head[:2] == b"MZ" and mark == b"PE\0\0" else None


def _zone(file: Path) -> int | None:
    try:
        text = Path(f"{file}:Zone.Identifier").read_text("utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"^ZoneId=(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else None


def _synced(file: Path) -> str:
    place = PureWindowsPath(file.resolve())
    for name in _SYNCED:
        folder = os.environ.get(name)
        if folder and place.is_relative_to(PureWindowsPath(folder)):
            return folder
    return ""


def _server_answers(clsid: str) -> bool | None:
    if not clsid:
        return None
    try:
        return answers(clsid)
    except ImportError:
        return False


def _slow_calls(log: Path) -> tuple[SlowCall, ...]:
    try:
        with log.open("rb") as content:
            content.seek(max(0, log.stat().st_size - _LOG_END))
            text = content.read().decode("utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(
        SlowCall(function, place, float(seconds), float(budget))
        for function, place, seconds, budget in _SLOW.findall(text)
    )


def _fault_of(*modules: str) -> str:
    try:
        for name in modules:
            importlib.import_module(name)
    except ImportError as error:
        return str(error)
    return ""


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
