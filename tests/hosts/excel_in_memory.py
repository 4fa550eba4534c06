"""Excel, as far as the generated VBA needs it: a book in memory and an interpreter of VBA."""

import datetime
import re
from contextlib import ExitStack
from unittest import mock

from pyopenvba.apps.excel import Application, ExcelApplication, Range, Workbook, Worksheet
from pyopenvba.interpreter import (
    EMPTY,
    MISSING,
    VBAArray,
    VBAErrorValue,
    VBAInt,
    VBAObject,
    member,
    method,
)
from pyopenvba.interpreter._objects import MemberSpec
from pyopenvba.interpreter._values import error


class ExcelInMemory:
    """Runs the generated module in pyOpenVBA's interpreter, over a book and a COM server.

    What only Windows has (the DLL, the settings file) is replaced by `_WINDOWS`; values cross to
    the server in the shapes that COM gives them.
    """

    missing = MISSING

    def __init__(self, path, text, server):
        self.commands, self.libraries = [], []
        self.refusal, self.joined, self._server = "", "", server
        self.app = ExcelApplication.open(path, with_vba=False)
        self.app.add_module(_without_windows(text), name="xlcrm")
        self.app.add_module(_WINDOWS, name="windows_only")
        self.minutes_pass(0)
        known, windows = self.app.interpreter.host.global_object, _Windows(self)
        self.app.interpreter.host.global_object = lambda n: windows if n == "windows" else known(n)
        self.date1904 = False
        self.caller, self.dirty = "Cockpit!H9", []
        self._members = [
            (Application, "Caller", "property", lambda _: self.range(self.caller)),
            (Application, "Calculate", "method", lambda _: self.recalculate()),
            (Range, "Value2", "property", _value2),
            (Range, "Dirty", "method", self._mark),
            (Workbook, "Date1904", "property", lambda _: self.date1904),
            (Worksheet, "Evaluate", "method", self._evaluate),
        ]

    def ask(self, name, *arguments):
        """Call a function as a cell would; errors come as text, arrays as lists."""
        with ExitStack() as patches:
            for kind, name_of, sort, read in self._members:
                spec = {name_of.lower(): MemberSpec(name_of, sort, read, varargs=sort == "method")}
                patches.enter_context(mock.patch.dict(kind._vba_members, spec))
            return _shown(self.app.interpreter.run(name, list(arguments)))

    def range(self, text):
        sheet, _, address = text.partition("!")
        found = next(s for s in self.app.workbooks()[0].sheets_ if s.name == sheet)
        return found.vba_get("Range", [address.replace(f"{sheet}!", "")])

    def calculate(self, text):
        """Let the CRM function in a cell be called, and keep its first value in the cell."""
        cell, before, self.caller = self.range(text), self.caller, text
        name, arguments = self._call_in(cell.sheet, cell.vba_get("Formula", []))
        shown = self.ask(name, *arguments)
        while isinstance(shown, list):
            shown = shown[0]
        cell.sheet.cell(cell.first.top, cell.first.left).value = shown
        self.caller = before
        return shown

    def recalculate(self):
        for address in self.dirty:
            self.calculate(address)
        self.dirty.clear()

    def show(self, text, formula, value=""):
        """Put a formula into a cell, with a value as it was saved."""
        cells = self.range(text)
        cell = cells.sheet.cell(cells.first.top, cells.first.left, create=True)
        cell.formula, cell.value = formula, value

    def _mark(self, cells):
        self.dirty.append(f"{cells.sheet.name}!{cells.vba_get('Address', [False, False])}")

    def _evaluate(self, sheet, formula):
        """Call the CRM function of a formula, as Excel's Evaluate would."""
        name, arguments = self._call_in(sheet, formula)
        return self.app.interpreter.run(name, arguments)

    def _call_in(self, sheet, formula):
        name, _, rest = formula.removeprefix("=").partition("(")
        pieces = rest.removesuffix(")").split(",") if rest != ")" else []
        return name, [self._argument(sheet, piece.strip()) for piece in pieces]

    def _argument(self, sheet, text):
        if text.startswith('"'):
            return text.strip('"')
        if not text:
            return MISSING
        if text.endswith("[#All]"):
            return self._table(text.removesuffix("[#All]"))
        return self.range(text if "!" in text else f"{sheet.name}!{text}")

    def _table(self, name):
        for sheet in self.app.workbooks()[0].sheets_:
            tables = sheet.vba_get("ListObjects", [])
            for number in range(1, int(tables.vba_get("Count", [])) + 1):
                table = tables.vba_get("Item", [VBAInt(number, "Long")])
                if table.vba_get("Name", []) == name:
                    return table.vba_get("Range", [])
        raise LookupError(name)

    def uncalculated(self, text):
        cells = self.range(text)
        cells.sheet.cell(cells.first.top, cells.first.left).value = EMPTY

    def refuse_start(self, reason):
        self.refusal = reason

    def allow_start(self):
        self.refusal = ""

    def lose_server(self):
        real, self._server = self._server, None
        self._restart = real

    def minutes_pass(self, minutes):
        start = datetime.datetime(2026, 3, 4, 12)  # noqa: DTZ001 - VBA's Now has no zone
        self.app.interpreter.freeze(start + datetime.timedelta(minutes=minutes))

    def activated(self, command):
        self.commands.append(command)
        if self._server is None:
            self._server = self._restart
        return self.refusal

    def called(self, module, name, sent):
        if self._server is None:
            raise error(462, "The remote server machine does not exist")
        try:
            return _to_vba(self._server.CallUDF(module, name, _to_com(sent)))
        except (ArithmeticError, LookupError) as failure:
            raise error(-2147467259, f"Unexpected Python Error: {failure!r}") from None


def _value2(cells):
    """Read every cell of a range: the interpreter's own Value2 ends at the used range."""
    area = cells.first
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    items = [
        cells.sheet.vba_get("Cells", [VBAInt(r, "Long"), VBAInt(c, "Long")])._values(raw=True)
        for c in columns
        for r in rows
    ]
    if len(items) == 1:
        return items[0]
    return VBAArray([(1, len(rows)), (1, len(columns))], items=items)


class _Windows(VBAObject):
    vba_type_name = "Windows"

    def __init__(self, excel):
        self.excel = excel

    @method
    def Load(self, path=MISSING):
        self.excel.libraries.append(path)
        return VBAInt(1, "Long")

    @method
    def Activate(self, config=MISSING):
        return self.excel.activated(config)

    @member
    def Joined(self):
        return self.excel.joined

    @method
    def CallUDF(self, module=MISSING, name=MISSING, sent=MISSING):
        return self.excel.called(module, name, sent)


_WINDOWS = """
Public Function XLPyDLLActivateAuto(ByRef activated As Variant, ByVal config As String, ByVal mode As Long) As Long
    activated = Windows.Activate(config)
    If activated <> "" Then
        XLPyDLLActivateAuto = 1
    Else
        Set activated = Windows
    End If
End Function
Public Function LoadLibraryW(ByVal path As String) As Long
    LoadLibraryW = Windows.Load(path)
End Function
Public Function StrPtr(ByVal path As String) As String
    StrPtr = path
End Function
Public Function Setting(ByVal wanted As String, Optional ByVal needed As Boolean = True) As String
    If wanted = "server" Then
        Setting = Windows.Joined
        Exit Function
    End If
    Setting = "C:\\Program Files\\Python\\" & IIf(wanted = "dll", "xlwings32-old.dll", "python.exe")
End Function
"""  # noqa: E501


def _without_windows(text):
    """Take out what the interpreter does not run: declarations, attributes, reading a file."""
    text = text.replace("\r\n", "\n")
    text = re.sub(r"Private Declare (?:.* _\n)*.*\n", "", text)
    text = re.sub(r"(?m)^Attribute CRM_.*\n", "", text)
    return re.sub(r"(?s)Private Function Setting.*?End Function\n", "", text)


_ERRORS = -2146828288
"""COM's code of an error cell, less the number that Excel's VBA gives it."""


def _to_com(value):
    if isinstance(value, VBAArray):
        items = [_to_com(item) for item in value.items]
        if value.dimensions == 1:
            return tuple(items)
        tall = value.bounds[0][1] - value.bounds[0][0] + 1
        return tuple(tuple(items[r::tall]) for r in range(tall))
    if isinstance(value, VBAErrorValue):
        return value.number + _ERRORS
    if value is MISSING:
        return -2147352572
    return None if value is EMPTY else int(value) if isinstance(value, VBAInt) else value


def _to_vba(value):
    if isinstance(value, list) and value and isinstance(value[0], list):
        bounds = [(0, len(value) - 1), (0, len(value[0]) - 1)]
        cells = [_to_vba(row[c]) for c in range(len(value[0])) for row in value]
        return VBAArray(bounds, items=cells)
    if isinstance(value, list):
        return VBAArray([(0, len(value) - 1)], items=[_to_vba(cell) for cell in value])
    return VBAInt(value, "Long") if type(value) is int else value


def _shown(value):
    if isinstance(value, VBAErrorValue):
        return f"error {value.number}"
    if isinstance(value, VBAArray):
        shown = [_shown(item) for item in value.items]
        tall = value.bounds[0][1] - value.bounds[0][0] + 1
        return shown if value.dimensions == 1 else [shown[r::tall] for r in range(tall)]
    return value
