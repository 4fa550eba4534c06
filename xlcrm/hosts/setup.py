"""Where Excel finds Python: the settings file of a user, read by the VBA module of every book."""

from __future__ import annotations

import sys
from pathlib import Path

from xlcrm.errors import WrongValue
from xlcrm.hosts.vba import XLWINGS_VERSION

_DLLS = tuple(f"xlwings{bits}-{XLWINGS_VERSION}.dll" for bits in (64, 32))


def write_settings(app_data: Path, python: Path) -> Path:
    """Write the settings file of a user.

    Args:
        app_data: The user's folder for programs' settings, ``%APPDATA%``.
        python: The interpreter of the environment that xlcrm is installed in.

    Returns:
        The file, ``xlcrm/settings.ini`` in that folder.

    Raises:
        WrongValue: xlwings' DLL is not beside the interpreter, or a path cannot be written in the
            system's code page, which is all that VBA reads.
    """
    text = f"python={python}\ndll={dll_folder(python)}\n"
    file = app_data / "xlcrm" / "settings.ini"
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.write_text(text, encoding="mbcs" if sys.platform == "win32" else "cp1252")
    except UnicodeEncodeError:
        raise WrongValue(
            f"the path {python} has signs that VBA cannot read: install Python in a folder with a "
            "plain name"
        ) from None
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
