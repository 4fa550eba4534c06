"""Asking through xlwings' COM server in the shapes in which Excel's cells cross COM."""

import datetime as dt
from contextlib import contextmanager
from decimal import Decimal
from unittest import mock

from com_stubs import com_server

from xlcrm.errors import ExcelError
from xlcrm.functions import catalogue
from xlcrm.hosts import excel
from xlcrm.hosts.session import Session
from xlcrm.hosts.vba import HOST

MISSING = -2147352572


class PyTime(dt.datetime):
    """A date as pywin32 gives it: labelled UTC, though cells have no zone."""


PyTime.__module__, PyTime.__qualname__ = "pywintypes", "datetime"


@contextmanager
def served(xlwings_server):
    """A server with a session of its own, as a fresh process has it; also gives the session."""
    session = Session()

    def of_this_process():
        return session

    _forget_adapters()
    with mock.patch.object(excel, "session", of_this_process):  # a mock would keep every call
        yield xlwings_server.XLPython(), session
    _forget_adapters()


@contextmanager
def fresh_server():
    """The stand-ins of pywin32, and a served session over them."""
    with com_server() as xlwings_server, served(xlwings_server) as pair:
        yield pair


def _forget_adapters():
    """Those made without the stand-ins, or of other functions, are no use."""
    for name in catalogue():
        vars(excel).pop(name, None)


def rows(answer):
    """What CallUDF gives, as rows: it flattens a single row and a single cell."""
    if not isinstance(answer, list):
        return [[answer]]
    return answer if isinstance(answer[0], list) else [answer]


def bits(answer):
    """Rows of cells, with every bit of a number and the kind of everything else."""
    return [[_bits(cell) for cell in row] for row in answer]


def _bits(cell):
    if isinstance(cell, ExcelError) or type(cell) is int:
        return ExcelError(cell)
    return cell.hex() if type(cell) is float else (type(cell), cell)


def sent(cell):
    """A canonical cell as `.Value2` gives it."""
    return int(cell) if isinstance(cell, ExcelError) else cell


def sent_rows(rows):
    return tuple(tuple(map(sent, row)) for row in rows)


def currency(number):
    """A number as `.Value` gives it where the cell is formatted as a currency."""
    return Decimal(str(number)).quantize(Decimal("0.0001"))


def com_date(serial, zone=dt.UTC):
    """A day as `.Value` gives it where the cell is formatted as a date."""
    moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=serial)  # noqa: DTZ001 - a cell's
    return PyTime(*moment.timetuple()[:6], tzinfo=zone)


class Asking:
    """A book whose cells ask a server; a place is a sheet and an address."""

    def __init__(self, server, book="Book1.xlsm"):
        self.server, self.book = server, book

    def ask(self, name, *arguments, at=("Ask", "B2")):
        return rows(self.server.CallUDF(HOST, name, ((self.book, *at), *arguments)))

    def one(self, name, *arguments, at=("Ask", "B2")):
        ((answer,),) = self.ask(name, *arguments, at=at)
        return answer

    def table(self, kind, cells, *, sheet, at, row=1, column=1, from_1904=False, name=None):
        given = (cells, kind.capitalize() if name is None else name, sheet, row, column, from_1904)
        return self.one("CRM_TABLE", kind, given, at=at)

    def reason(self, sheet, address):
        return self.one("CRM_ERROR", (self.book, sheet, address, True), at=("Ask", "A1"))
