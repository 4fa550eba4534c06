"""Workbooks read in a process of their own: every cell as it is, nothing that harms."""

import io
import re
import time
import zipfile

import pytest
import xlsxwriter

from xlcrm.cells import date_of_serial
from xlcrm.errors import CrmError, ExcelError, OutOfDomain, WrongValue
from xlcrm.model.sources import read_file, read_workbook, reading_process, workbooks


def book(path, write, **options):
    made = xlsxwriter.Workbook(path, {"strings_to_formulas": False, **options})
    write(made)
    made.close()
    return path


def mixed(made):
    sheet = made.add_worksheet("Data")
    iso = made.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row("B3", ["id", "when", "n", "ok"])
    sheet.write_row("B4", ["00123", None, 1.5, True])
    sheet.write_number("C4", 46085, iso)
    sheet.write_string("B5", "=1+1")
    sheet.write_number("C5", 46085.25, iso)
    sheet.write_string("D5", "#N/A")
    sheet.write_string("B6", "a\r\nb")
    made.add_worksheet("Empty")


def with_errors(made):
    mixed(made)
    sheet = made.add_worksheet("Errors")
    sheet.write_formula("A1", "=1/0", None, "#DIV/0!")
    sheet.write_formula("A2", "=NA()", None, "#N/A")
    sheet.write_string("A3", "#N/A")


EXPECTED = [
    (None, None, None, None, None),
    (None, None, None, None, None),
    (None, "id", "when", "n", "ok"),
    (None, "00123", 46085.0, 1.5, True),
    (None, "=1+1", 46085.25, "#N/A", None),
    (None, "a\r\nb", None, None, None),
]


@pytest.mark.parametrize("write", [mixed, with_errors], ids=["calamine", "openpyxl"])
def test_cells_are_what_they_are_whatever_reads_them(tmp_path, write):
    sheets = read_workbook(book(tmp_path / "a.xlsx", write))
    assert [sheet.sheet for sheet in sheets][:2] == ["Data", "Empty"]
    assert sheets[0].rows == EXPECTED
    assert sheets[0].dated == frozenset({2})
    assert sheets[1].rows == []


def test_both_readers_agree(tmp_path):
    path = str(book(tmp_path / "a.xlsx", mixed))
    fast = reading_process._with_calamine(path, None)
    slow = read_workbook(book(tmp_path / "b.xlsx", with_errors))
    reading_process._squared(fast[1][0][1])
    assert [tuple(row) for row in fast[1][0][1]] == slow[0].rows


def test_error_cells_stay_errors_and_their_texts_stay_texts(tmp_path):
    sheet = read_workbook(book(tmp_path / "a.xlsx", with_errors))[2]
    assert sheet.rows == [(ExcelError.DIV0,), (ExcelError.NA,), ("#N/A",)]


def test_days_that_never_were_are_kept_as_they_are(tmp_path):
    def write(made):
        sheet, iso = made.add_worksheet(), made.add_format({"num_format": "yyyy-mm-dd"})
        for row, serial in enumerate([59, 60, 61, -1, 0, 0.5, 2958466]):
            sheet.write_number(row, 0, serial, iso)

    rows = read_workbook(book(tmp_path / "a.xlsx", write))[0].rows
    assert [row[0] for row in rows] == [59, 60, 61, -1, 0, 0.5, 2958466]


def test_a_1904_book_shows_the_same_days(tmp_path):
    def write(made):
        sheet, iso = made.add_worksheet(), made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_number("A1", 44623 if made.date_1904 else 46085, iso)

    days = set()
    for name, is_1904 in (("a", False), ("b", True)):
        path = book(tmp_path / f"{name}.xlsx", write, date_1904=is_1904)
        sheet = read_workbook(path)[0]
        assert sheet.date_system == (1904 if is_1904 else 1900)
        days.add(date_of_serial(sheet.rows[0][0], sheet.date_system))
    assert len(days) == 1


def test_only_the_sheets_asked_for_are_read(tmp_path):
    path = book(tmp_path / "a.xlsx", with_errors)
    assert [sheet.sheet for sheet in read_workbook(path, {"Errors"})] == ["Errors"]


def changed(source, change, part="xl/worksheets/sheet1.xml"):
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return out.getvalue()


def cells(xml):
    def replace(data):
        start, end = data.index(b"<sheetData"), data.index(b"</sheetData>") + len(b"</sheetData>")
        return data[:start] + b"<sheetData>" + xml + b"</sheetData>" + data[end:]

    return replace


HOSTILE = {
    "one cell in the far corner": cells(
        b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "a row beyond the last": cells(b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>'),
    "millions of cells": cells(b'<row r="1">' + b"<c><v>1</v></c>" * 4_000_000 + b"</row>"),
    "blanks without end": cells(b" " * 250_000_000),
    "a shared text that is not there": cells(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
    "no number": cells(b'<row r="1"><c r="A1"><v>NaN</v></c></row>'),
    "a number too large": cells(b'<row r="1"><c r="A1"><v>1e999</v></c></row>'),
    "cut off": lambda data: data[: len(data) // 2],
    "entities in entities": lambda data: data.replace(
        b"?>",
        b'?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + k, b"&%c;" % (97 + k) * 10) for k in range(9))
        + b"]>",
        1,
    ).replace(b"<sheetData", b"<x>&j;</x><sheetData"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_error_and_the_next_call_works(tmp_path, name):
    good = book(tmp_path / "good.xlsx", mixed)
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(changed(good, HOSTILE[name]))
    start, told = time.perf_counter(), "hostile.xlsx"
    try:
        sheets = read_workbook(path)
    except CrmError as error:
        told = error.message
    else:  # a reader may pass over what is merely wrong; it must not make cells up
        assert name in ("a row beyond the last", "blanks without end", "entities in entities")
        assert sheets[0].rows in ([], [(1.0,)], EXPECTED)
    assert told.startswith("hostile.xlsx")
    assert time.perf_counter() - start < workbooks.LEAST_SECONDS + 30  # not for ever
    assert read_workbook(good)[0].rows == EXPECTED


@pytest.mark.parametrize("name", ["no number", "a number too large"])
def test_numbers_that_are_none_are_out_of_domain(tmp_path, name):
    good = book(tmp_path / "good.xlsx", mixed)
    path = tmp_path / "bad.xlsx"
    path.write_bytes(changed(good, HOSTILE[name]))
    with pytest.raises(OutOfDomain):
        read_workbook(path)


def test_a_lying_dimension_is_not_believed(tmp_path):
    good = book(tmp_path / "good.xlsx", with_errors)
    path = tmp_path / "lying.xlsx"

    def lie(data):
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data)

    path.write_bytes(changed(good, lie))
    assert read_workbook(path)[0].rows == EXPECTED


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"<html>", b"\xd0\xcf\x11\xe0", b"a,b\n"])
def test_what_is_no_workbook_is_one_error(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(WrongValue, match=r"a\.xlsx is damaged or no workbook"):
        read_file(path)


def test_time_is_limited(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "LEAST_SECONDS", 0.01)
    monkeypatch.setattr(workbooks, "_SECONDS_A_MEGABYTE", 0)
    monkeypatch.setattr(workbooks, "ceil", lambda seconds: seconds)
    with pytest.raises(WrongValue, match=r"takes longer|needs more"):
        read_workbook(book(tmp_path / "a.xlsx", mixed))


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(WrongValue, match=r"there is no file gone\.xlsx"):
        read_workbook(tmp_path / "gone.xlsx")
