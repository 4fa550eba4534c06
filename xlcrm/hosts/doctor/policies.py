"""Checks of what may keep macros from running: policies, marks, folders, Defender's rules."""

from __future__ import annotations

from pathlib import PureWindowsPath

from xlcrm.hosts.doctor.facts import BLOCKING, Book, Facts, Finding, Macros, Rule, Windows

_INTERNET = (3, 4)


def check_macros(facts: Facts) -> Finding | None:
    """Do Excel's settings and policies let the book's macros run?"""
    book, windows = facts.book, facts.windows
    if windows is None:
        return None
    policy = windows.macros
    by = "a policy of the organisation" if policy.managed else "Excel's Trust Center"
    ask = "ask IT" if policy.managed else "change File > Options > Trust Center > Macro Settings"
    if policy.vba_off:
        return Finding(False, "VBA is switched off for all of Office", "ask IT to allow it")
    if book and _is_trusted(book, windows):
        return Finding(True, f"macros run: {book.path} lies in a trusted location")
    if policy.setting is Macros.NONE:
        return Finding(
            False, f"{by} disables all macros", f"{ask}, or keep the book in a trusted location"
        )
    if policy.setting is Macros.SIGNED_ONLY and not (book and book.signed):
        return Finding(
            False,
            f"{by} lets only signed macros run" + (", and the book is not signed" if book else ""),
            f"sign the book's VBA project, {ask}, or keep the book in a trusted location",
        )
    return Finding(True, f"macros may run ({(policy.setting or Macros.ASK).name.lower()})")


def check_mark(facts: Facts) -> Finding | None:
    """Did the book come from the internet, so that Excel blocks its macros?"""
    book, windows = facts.book, facts.windows
    if book is None or book.online:
        return None
    if book.zone not in _INTERNET:
        return Finding(True, f"{book.path} has no mark of the web")
    if windows and _is_trusted(book, windows):
        return Finding(True, f"{book.path} has a mark of the web, but lies in a trusted location")
    if windows and windows.macros.internet == 0:
        return Finding(True, f"{book.path} has a mark of the web, and a policy lets its macros run")
    return Finding(
        False,
        f"{book.path} has a mark of the web, so Excel blocks its macros",
        "right-click the file, Properties > Unblock; or Unblock-File in PowerShell",
    )


def check_folder(facts: Facts) -> Finding | None:
    """Does the book lie where only Excel changes it?"""
    book = facts.book
    if book is None:
        return None
    if book.online:
        return Finding(
            False,
            f"{book.path} is a web address, which the commands of xlcrm cannot open",
            "give the path of its copy on this computer",
        )
    if book.synced:
        return Finding(
            False,
            f"{book.path} lies in the synchronised folder {book.synced}",
            "keep it outside, or turn AutoSave off and close it in Excel before xlcrm import, "
            "recalc, set, snapshot and upgrade",
        )
    return Finding(True, f"{book.path} lies in no folder of OneDrive or SharePoint")


def check_child_processes(windows: Windows) -> Finding:
    """May Excel start Python?"""
    rule = "Defender's rule 'Block all Office applications from creating child processes'"
    if windows.rules.get(Rule.CHILD_PROCESSES) not in BLOCKING:
        return Finding(True, "Excel may start Python")
    if windows.settings.server:
        return Finding(True, f"{rule} blocks, and xlcrm serve does without")
    return Finding(
        False,
        f"{rule} keeps Excel from starting Python",
        "run xlcrm serve --at-logon, or have IT exclude the interpreter",
    )


def check_win32_calls(windows: Windows) -> Finding:
    """May VBA call xlwings' DLL?"""
    if windows.rules.get(Rule.WIN32_CALLS) not in BLOCKING:
        return Finding(True, "VBA may call xlwings' DLL")
    return Finding(
        False,
        "Defender's rule 'Block Win32 API calls from Office macros' keeps VBA from calling a DLL",
        "have IT exclude the folder of the books, or set the rule to audit",
    )


def _is_trusted(book: Book, windows: Windows) -> bool:
    folder = PureWindowsPath(book.folder)
    for location in windows.macros.trusted:
        place = PureWindowsPath(location.path)
        if folder == place or (location.subfolders and folder.is_relative_to(place)):
            return True
    return False
