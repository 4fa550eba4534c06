"""The settings file of a user: where Excel finds Python, and how much is logged."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue

if TYPE_CHECKING:
    from collections.abc import Mapping

XLWINGS_VERSION = "0.37.8"
"""The release of xlwings whose DLL the VBA module declares: the DLL's name carries it."""

LOGS = ("errors", "calls")
"""What the log may hold: failures and slow calls only, or every call."""

CODE_PAGE = "mbcs" if sys.platform == "win32" else "cp1252"
"""The encoding of the file: the system's code page, which is all that VBA reads."""

_DLLS = tuple(f"xlwings{bits}-{XLWINGS_VERSION}.dll" for bits in (64, 32))


@dataclass(frozen=True, slots=True)
class UserSettings:
    """What a user's settings file says.

    Attributes:
        python: The interpreter that Excel starts; "" where the file names none.
        dll: The folder of xlwings' DLL; "" where the file names none.
        server: The CLSID, in braces, of a server that runs already; "" for none.
        log: One of `LOGS`.
        budget: Seconds after which a call counts as slow.
    """

    python: str = ""
    dll: str = ""
    server: str = ""
    log: str = "errors"
    budget: float = 5.0


def app_data_folder() -> Path | None:
    """Name the user's folder for programs' settings, ``%APPDATA%``; None off Windows."""
    folder = os.environ.get("APPDATA")
    return Path(folder) if folder else None


def settings_file(app_data: Path) -> Path:
    """Name the settings file in a user's folder for programs' settings."""
    return app_data / "xlcrm" / "settings.ini"


def user_settings(app_data: Path | None) -> UserSettings:
    """Read the settings of a user; what is missing or broken has its default.

    Args:
        app_data: The user's folder for programs' settings; None where there is none.

    Returns:
        The settings, each as VBA would read it: the last line that names it counts.
    """
    found = dict(filter(None, map(_pair, _lines(app_data)))) if app_data else {}
    usual = UserSettings()
    return UserSettings(
        python=found.get("python", ""),
        dll=found.get("dll", ""),
        server=found.get("server", ""),
        log=found["log"].lower() if found.get("log", "").lower() in LOGS else usual.log,
        budget=_seconds(found.get("budget", "")) or usual.budget,
    )


def write_settings(
    app_data: Path, python: Path, *, log: str | None = None, budget: float | None = None
) -> Path:
    """Write the settings file of a user; what stands there already is kept.

    Args:
        app_data: The user's folder for programs' settings, ``%APPDATA%``.
        python: The interpreter of the environment that xlcrm is installed in.
        log: One of `LOGS`; None leaves it as it is.
        budget: Seconds after which a call counts as slow; None leaves it as it is.

    Returns:
        The file, ``xlcrm/settings.ini`` in that folder.

    Raises:
        WrongValue: xlwings' DLL is not beside the interpreter, a path cannot be written in the
            system's code page, the log is unknown or the budget is no positive number.
    """
    changes = {"python": str(python), "dll": str(dll_folder(python))}
    if log is not None:
        if log not in LOGS:
            raise WrongValue(f"the log is {' or '.join(LOGS)}, not {log!r}")
        changes["log"] = log
    if budget is not None:
        if not (math.isfinite(budget) and budget > 0):
            raise WrongValue(f"the budget of a call is a positive number of seconds, not {budget}")
        changes["budget"] = f"{budget:g}"
    return change_settings(app_data, changes)


def change_settings(app_data: Path, changes: Mapping[str, str | None]) -> Path:
    """Change lines of a user's settings file and keep the others.

    Args:
        app_data: The user's folder for programs' settings.
        changes: The new value of each setting; None takes its line away.

    Returns:
        The file.

    Raises:
        WrongValue: A value cannot be written in the system's code page.
    """
    file = settings_file(app_data)
    lines = []
    waiting = dict(changes)
    for line in _lines(app_data):
        name = (_pair(line) or ("", ""))[0]
        if name not in changes:
            lines.append(line)
        elif (value := waiting.pop(name, None)) is not None:
            lines.append(f"{name}={value}")
    lines += [f"{name}={value}" for name, value in waiting.items() if value is not None]
    try:
        content = "".join(f"{line}\n" for line in lines).encode(CODE_PAGE)
    except UnicodeEncodeError as error:
        bad = next(line for line in lines if error.object[error.start] in line)
        raise WrongValue(
            f"the path {bad.partition('=')[2]} has signs that VBA cannot read: install Python in a "
            "folder with a plain name"
        ) from None
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(file)  # at once: Excel may be reading
    return file


def dll_folder(python: Path) -> Path:
    """Find the folder of xlwings' DLL: the interpreter's, or the one above it.

    Args:
        python: The interpreter.

    Raises:
        WrongValue: The DLL is in neither.
    """
    for folder in (python.parent, python.parent.parent):
        if any((folder / name).exists() for name in _DLLS):
            return folder
    raise WrongValue(
        f"{_DLLS[0]} is not beside {python.name}: install xlwings {XLWINGS_VERSION} for Windows"
    )


def _lines(app_data: Path) -> list[str]:
    """Read the file's lines; those that no code page can hold are broken and left out."""
    try:
        text = settings_file(app_data).read_bytes().decode(CODE_PAGE, errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if "\0" not in line and "\ufffd" not in line]


def _pair(line: str) -> tuple[str, str] | None:
    name, sign, value = line.partition("=")
    return (name.lower(), value.strip()) if sign else None


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
