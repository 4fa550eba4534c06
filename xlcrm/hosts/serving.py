"""A server that is there before Excel, for machines where Office may not start a process.

xlwings' DLL takes a bare CLSID in place of a command: then it connects to the server that has
registered that class and starts nothing.
"""

from __future__ import annotations

import importlib
import re
import signal
import uuid
from pathlib import Path
from typing import Any

from xlcrm.errors import WrongValue
from xlcrm.hosts.setup import change_settings, user_settings

RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
"""Below HKEY_CURRENT_USER: what Windows starts when this user logs on."""

RUN_NAME = "xlcrm"

_LONGEST_COMMAND = 260
"""Characters that Windows reads of a value of the Run key."""

_CLSID = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", re.IGNORECASE)


def server_id(app_data: Path) -> str:
    """Give the CLSID of this user's server, made once and kept in the settings file.

    Args:
        app_data: The user's folder for programs' settings.

    Returns:
        The CLSID in braces, as VBA hands it to xlwings' DLL.

    Raises:
        WrongValue: ``xlcrm setup`` was not run, so Excel would not find the DLL.
    """
    known = user_settings(app_data)
    if not known.dll:
        raise WrongValue("settings.ini names no DLL of xlwings yet: run xlcrm setup first")
    if _CLSID.fullmatch(known.server):
        return known.server
    made = f"{{{uuid.uuid4()}}}".upper()
    change_settings(app_data, {"server": made})
    return made


def serve(clsid: str) -> None:
    """Serve Excel under a CLSID until the process is ended.

    Args:
        clsid: The CLSID in braces.

    Raises:
        WrongValue: A server answers under that CLSID already.
    """
    if answers(clsid):
        raise WrongValue("a server of this user runs already: Excel uses it")
    pythoncom, xlwings = _library("pythoncom"), importlib.import_module("xlwings")
    # xlwings waits inside Windows, where Python's own handling of Ctrl+C never comes to turn.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # A COM server ends when its last object is given back, here when Excel closes: one is kept.
    kept = pythoncom.CreateStreamOnHGlobal()
    xlwings.serve(clsid)
    del kept


def answers(clsid: str) -> bool:
    """Say whether a server answers under a CLSID.

    Args:
        clsid: The CLSID in braces.
    """
    pythoncom = _library("pythoncom")
    try:
        pythoncom.CoCreateInstance(
            clsid, None, pythoncom.CLSCTX_LOCAL_SERVER, pythoncom.IID_IDispatch
        )
    except pythoncom.com_error:
        return False
    return True


def logon_command(python: Path) -> str:
    """Write the command that serves without a window.

    Args:
        python: The interpreter; ``pythonw.exe`` beside it is taken where it exists.

    Raises:
        WrongValue: The command is longer than Windows reads.
    """
    windowless = python.with_name("pythonw.exe")
    command = f'"{windowless if windowless.exists() else python}" -P -m xlcrm serve'
    if len(command) > _LONGEST_COMMAND:
        raise WrongValue(
            f"Windows reads {_LONGEST_COMMAND} characters of a command at logon, and this one has "
            f"{len(command)}: install Python in a folder with a shorter name"
        )
    return command


def register_at_logon(command: str) -> None:
    """Have Windows start a command when this user logs on; needs no administrator.

    Args:
        command: The whole command line.
    """
    winreg = _library("winreg")
    with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, RUN_KEY, 0, winreg.KEY_SET_VALUE) as key:
        winreg.SetValueEx(key, RUN_NAME, 0, winreg.REG_SZ, command)


def remove(app_data: Path) -> None:
    """Take the start at logon and the server's CLSID back; Excel starts Python itself again.

    Args:
        app_data: The user's folder for programs' settings.
    """
    winreg = _library("winreg")
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY, 0, winreg.KEY_SET_VALUE) as key:
            winreg.DeleteValue(key, RUN_NAME)
    except FileNotFoundError:
        pass  # it was never registered
    change_settings(app_data, {"server": None})


def _library(name: str) -> Any:
    """Import what only Windows has."""
    return importlib.import_module(name)
