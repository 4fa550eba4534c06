"""Checks of what is installed: Python, xlwings' DLL, Excel, and what the book asks for."""

from __future__ import annotations

from pathlib import PureWindowsPath

from xlcrm.hosts.doctor.facts import Facts, Finding, OfficeKind, Windows
from xlcrm.hosts.setup import XLWINGS_VERSION

LEAST_PYTHON = (3, 11)
LEAST_BUILD = (16, 0, 14332)
"""The build of Excel 2021, the first that is sold once and has dynamic arrays."""

_SETUP = "run xlcrm setup"
_DYNAMIC = ("o365", "2021", "2024")
"""What the product of an Excel with dynamic arrays has in its name; others share its build."""


def check_xlwings(facts: Facts) -> Finding:
    """Is the xlwings installed whose DLL the VBA declares?"""
    if facts.xlwings == XLWINGS_VERSION:
        return Finding(True, f"xlwings {XLWINGS_VERSION}")
    return Finding(
        False, f"xlwings {facts.xlwings or 'is missing'}", f"pip install xlwings=={XLWINGS_VERSION}"
    )


def check_book_version(facts: Facts) -> Finding | None:
    """Does the book's VBA declare the DLL of the installed xlwings?"""
    book = facts.book
    if book is None or book.online:
        return None
    if not book.has_vba:
        return Finding(True, f"{book.path} has no VBA of its own: it needs the add-in xlcrm.xlam")
    if book.fault:
        return Finding(False, f"{book.path}: {book.fault}", f"xlcrm upgrade {book.path}")
    what = f"{book.path} declares the DLL of xlwings {book.declared or '(none)'}"
    if book.declared == facts.xlwings:
        return Finding(True, what)
    newer = _numbers(book.declared) > _numbers(facts.xlwings)
    return Finding(
        False,
        f"{what}, installed is {facts.xlwings or 'none'}",
        "pip install --upgrade xlcrm" if newer else f"close it and run xlcrm upgrade {book.path}",
    )


def check_interpreter(windows: Windows) -> Finding:
    """Does Excel start this Python?"""
    named = windows.settings.python
    if not named:
        file = PureWindowsPath(windows.app_data) / "xlcrm" / "settings.ini"
        return Finding(False, f"{file} names no Python", _SETUP)
    if not windows.python_exists:
        return Finding(False, f"Excel's Python {named} is gone", _SETUP)
    if PureWindowsPath(named).parent != PureWindowsPath(windows.python).parent:
        return Finding(
            False,
            f"Excel's Python is {named}, not this one, {windows.python}",
            f"{_SETUP} here, or run xlcrm doctor there",
        )
    return Finding(True, f"Excel's Python is {named}")


def check_python_version(windows: Windows) -> Finding:
    """Is this Python new enough, and one that Excel can start?"""
    what = "Python " + ".".join(map(str, windows.version))
    if windows.version < LEAST_PYTHON:
        least = ".".join(map(str, LEAST_PYTHON))
        return Finding(False, what, f"install Python {least} or newer")
    for path in (windows.python, windows.base_python):
        if "windowsapps" in (part.lower() for part in PureWindowsPath(path).parts):
            return Finding(
                False,
                f"{what} from the Microsoft Store, which Excel cannot use as a COM server",
                "install Python from python.org",
            )
    return Finding(True, what)


def check_pywin32(windows: Windows) -> Finding:
    """Can xlwings' COM server run?"""
    if windows.pywin32:
        return Finding(
            False, f"pywin32: {windows.pywin32}", "pip install --force-reinstall pywin32"
        )
    return Finding(True, "pywin32")


def check_dll(windows: Windows) -> Finding:
    """Is the DLL there that Excel loads? Its bits must be Excel's; Python's need not."""
    bits = windows.office.bits
    wanted = f"xlwings{bits or 64}-{XLWINGS_VERSION}.dll"
    folder = windows.settings.dll
    if not folder:
        return Finding(False, "settings.ini names no folder of xlwings' DLL", _SETUP)
    found = windows.dlls.get(wanted)
    if found is None:
        return Finding(
            False,
            f"{wanted} is not in {folder}",
            f"pip install --force-reinstall xlwings=={XLWINGS_VERSION}, then {_SETUP}; if it goes "
            "again, the antivirus took it",
        )
    if bits and found != bits:
        return Finding(
            False,
            f"{wanted} holds a {found}-bit program, and Excel is a {bits}-bit one",
            f"pip install --force-reinstall xlwings=={XLWINGS_VERSION}",
        )
    return Finding(True, f"{wanted} in {folder}" + (f", for {bits}-bit Excel" if bits else ""))


def check_paths(windows: Windows) -> Finding:
    """Can VBA, which reads the system's code page, name all that it opens?"""
    settings = windows.settings
    for path in (windows.app_data, settings.python, settings.dll):
        try:
            path.encode(windows.code_page)
        except UnicodeEncodeError:
            return Finding(
                False,
                f"the path {path} has signs outside the system's code page, which VBA cannot read",
                "install Python in a folder with a plain name such as C:\\Python, "
                "or set that language for non-Unicode programs in Windows",
            )
    return Finding(True, "paths that VBA can read")


def check_office(windows: Windows) -> Finding:
    """Is there an Excel that can load a DLL?"""
    kind = windows.office.kind
    if kind is OfficeKind.NONE:
        return Finding(False, "no Excel 16", "install Excel 2021 or newer, or Microsoft 365")
    if kind is OfficeKind.STORE:
        return Finding(
            False,
            "Office comes from the Microsoft Store, where no COM server can be reached",
            "uninstall it and install Office from office.com (Click-to-Run)",
        )
    bits = f", {windows.office.bits}-bit" if windows.office.bits else ""
    return Finding(True, f"Office by {kind}{bits}")


def check_office_version(windows: Windows) -> Finding | None:
    """Has this Excel dynamic arrays, in which the functions answer?"""
    office = windows.office
    if office.kind in (OfficeKind.NONE, OfficeKind.STORE):
        return None
    names = [name for name in office.products if not name.lower().startswith(("visio", "project"))]
    dynamic = any(mark in name.lower() for name in names for mark in _DYNAMIC)
    what = f"Excel {office.version or '16.0'} ({', '.join(names) or office.kind})"
    if _numbers(office.version) >= LEAST_BUILD and (dynamic or not names):
        return Finding(True, what)
    return Finding(
        False,
        f"{what} has no dynamic arrays",
        "update Office" if dynamic else "install Excel 2021 or newer, or Microsoft 365",
    )


def check_server(windows: Windows) -> Finding:
    """Does the server answer that Excel is told to use?"""
    if not windows.settings.server:
        return Finding(True, "Excel starts Python itself")
    if windows.server_answers:
        return Finding(True, "the server of xlcrm serve answers")
    return Finding(
        False,
        "the server of xlcrm serve does not answer",
        "start xlcrm serve, or log off and on; xlcrm serve --remove does without it",
    )


def check_slow_calls(windows: Windows) -> Finding:
    """Does the log name calls that took too long?"""
    if not windows.slow:
        return Finding(True, "no slow calls in the log")
    worst = max(windows.slow, key=lambda call: (call.seconds, call.function, call.place))
    count = len(windows.slow)
    calls = "1 call" if count == 1 else f"{count} calls"
    return Finding(
        False,
        f"{calls} over the budget in the log, the slowest {worst.function} at {worst.place}: "
        f"{worst.seconds:g} s of {worst.budget:g} s",
        "give it fewer groups or a shorter period, or raise the budget with "
        "xlcrm setup --budget SECONDS",
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
