"""What pywin32 gives xlwings on Windows, as far as xlwings' own COM server needs it elsewhere.

`com_server` imports the real `xlwings.com_server`, `xlwings.udfs` and `xlwings._xlwindows` over
empty stand-ins of pywin32's modules, so that `XLPython().CallUDF` is xlwings' own code.
"""

from __future__ import annotations

import ctypes
import datetime
import importlib
import sys
from contextlib import contextmanager
from inspect import Parameter, Signature
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator


class ComError(Exception):
    """pywin32's com_error."""


class Dispatched:
    """An object of COM, or pywin32's wrapper round one."""

    def __init__(self, wrapped=None, *_, **__):
        self.wrapped = wrapped


_XLWINGS = ("xlwings._xlwindows", "xlwings.udfs", "xlwings.com_server")


@contextmanager
def com_server() -> Iterator[ModuleType]:
    """Give the real `xlwings.com_server`; everything is put back behind it."""
    import xlwings
    from xlwings.main import Engine, engines

    library = SimpleNamespace(
        ole32=SimpleNamespace(CLSIDFromString=lambda *_: 0),
        oleacc=SimpleNamespace(AccessibleObjectFromWindow=lambda *_: 0),
        PyCom_PyObjectFromIUnknown=SimpleNamespace(),
    )
    stubs = _stubs()
    known, by_name = list(engines.engines), dict(engines.engines_by_name)
    try:
        with (
            mock.patch.object(ctypes, "windll", library, create=True),
            mock.patch.object(ctypes, "oledll", library, create=True),
            mock.patch.object(ctypes, "PyDLL", return_value=library),
            mock.patch("atexit.register"),
        ):
            sys.modules.update(stubs)
            windows = importlib.import_module("xlwings._xlwindows")
            engines.add(Engine(impl=windows.engine))
            udfs, server = map(importlib.import_module, _XLWINGS[1:])
        real = {"func": udfs.xlfunc, "arg": udfs.xlarg, "ret": udfs.xlret}
        with mock.patch.multiple(xlwings, **real):
            yield server
        server.loop.close()
    finally:
        engines.engines, engines.engines_by_name = known, by_name
        for name in (*stubs, *_XLWINGS):
            sys.modules.pop(name, None)
        for name in _XLWINGS:
            vars(xlwings).pop(name.rpartition(".")[2], None)


def _stubs() -> dict[str, ModuleType]:
    modules = {}

    def module(name, **members):
        made = modules[name] = ModuleType(name)
        vars(made).update(members)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, made)
        return made

    module(
        "pywintypes",
        com_error=ComError,
        error=ComError,
        TimeType=datetime.datetime,
        IID=lambda text: text,
        Time=datetime.datetime.fromtimestamp,
    )
    module(
        "pythoncom",
        __file__="pythoncom.dll",
        com_error=ComError,
        ole_error=ComError,
        CoInitialize=lambda: None,
        IID_IDispatch="IDispatch",
        TypeIIDs={"IDispatch": type("PyIDispatch", (), {})},
    )
    for name in ("win32api", "win32con", "win32event", "win32gui", "win32process"):
        module(name)
    module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: datetime.UTC))
    module("win32com")
    module(
        "win32com.client",
        Dispatch=Dispatched,
        DispatchEx=Dispatched,
        CDispatch=type("CDispatch", (), {}),
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
        DispatchBaseClass=type("DispatchBaseClass", (), {}),
    )
    module("win32com.client.dynamic", CDispatch=type("CDispatch", (), {}))
    module("win32com.server")
    module("win32com.server.dispatcher")
    module("win32com.server.policy", DefaultPolicy=type("DefaultPolicy", (), {}))
    module("win32com.server.util", wrap=lambda thing, *_, **__: thing, unwrap=_unwrap)
    return modules


def _unwrap(_):
    raise ValueError("argument is not a COM object")


def a_function(called, /, category="Data", summary="Do something.", **arguments):
    """Declare a worksheet function; an argument is its annotation, or that and a default."""
    from xlcrm.functions import declared  # late: the stand-ins also serve a process being timed

    required = {name: given for name, given in arguments.items() if isinstance(given, str)}
    parameters = [
        Parameter(
            name,
            Parameter.POSITIONAL_OR_KEYWORD,
            default=Parameter.empty if name in required else given[1],
            annotation=given if name in required else given[0],
        )
        for name, given in arguments.items()
    ]

    def call(*_):
        return 0.0

    helps = "".join(f"\n    {name}: Help of {name}." for name in arguments)
    call.__name__ = called
    call.__signature__ = Signature(parameters)
    call.__doc__ = (
        f"{summary}\n\nArgs:{helps}\n\nReturns:\n    One number.\n\nExample:\n    ={called}()"
    )
    return declared(call, category)
