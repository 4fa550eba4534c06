"""Reading: sheets, Tables, names, formulas."""

import io

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from package_books import parts, rich_book, with_parts

from xlcrm.errors import WrongValue
from xlcrm.workbook.package import contents, formulas
from xlcrm.workbook.package.references import area, cell_text, column_letters
from xlcrm.workbook.package.translation import master, moved

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


def test_contents_are_those_that_openpyxl_finds(book):
    held = contents(book)
    other = openpyxl.load_workbook(book)
    assert [sheet.name for sheet in held.sheets] == other.sheetnames
    table = other["Deals & co"].tables["Deals"]
    assert [(one.name, one.sheet, one.ref) for one in held.tables] == [
        ("Deals", "Deals & co", table.ref)
    ]
    assert list(held.tables[0].headers) == table.column_names
    assert {one.name: one.text for one in held.names} == {
        "Model": "Out!$A$1",
        "Local": "Out!$B$1",
    }
    assert {one.name: one.sheet for one in held.names} == {"Model": None, "Local": "Out"}
    assert not held.date1904
    assert contents(rich_book(date1904=True)).date1904


def test_formulas_are_those_that_openpyxl_finds(book):
    found = {one.cell: one for one in formulas(book, "out")}
    sheet = openpyxl.load_workbook(book)["Out"]
    for cell, one in found.items():
        other = sheet[cell].value
        text, ref = (other, None) if isinstance(other, str) else (other.text, other.ref)
        assert "=" + one.text == text
        assert one.ref == ref
    assert [(one.cell, one.is_array, one.is_dynamic) for one in found.values()] == [
        ("B1", False, False),
        ("C1", False, False),
        ("A3", True, True),
        ("E3", True, False),
    ]


def test_shared_formulas_are_written_out_also_when_the_text_stands_below():
    sheet = (
        b'<sheetData><row><c><v>1</v></c><c><f t="shared" si="0"/><v>2</v></c></row>'
        b'<row><c/><c r="B2"><f t="shared" ref="B1:B3" si="0">A2+$A$1&amp;"A1"</f></c></row>'
        b'<row r="3"><c r="B3"><f t="shared" si="0"/></c></row></sheetData>'
    )
    source = rich_book()
    book = with_parts(source, sheet3=lambda data: _with_data(data, sheet))
    assert [(one.cell, one.text) for one in formulas(book, "Plain")] == [
        ("B1", 'A1+$A$1&"A1"'),
        ("B2", 'A2+$A$1&"A1"'),
        ("B3", 'A3+$A$1&"A1"'),
    ]


def _with_data(data, new):
    start, end = data.index(b"<sheetData"), data.index(b"</sheetData>") + len(b"</sheetData>")
    return data[:start] + new + data[end:]


@pytest.mark.parametrize(
    "text",
    [
        "A1+B$2-$C3*$D$4",
        "SUM(A1:B9,Sheet2!C3,'A1 b'!D4)",
        'IF(A1="B2",LOG10(C3),"say ""A1""")',
        "SUM(A:A)+SUM($B:C)+SUM(3:4)+SUM($5:6)",
        "Deals[[#This Row],[A1]]+A2",
        "CRM_KPI(Model,A1,,B2)",
        "Q1!A5+A1B2+_A1+A1.x",
        "{1,2;3,4}*A1%",
        "1E5+A3",
    ],
)
def test_a_shared_formula_moves_as_openpyxl_moves_it(text):
    expected = Translator("=" + text, "C5").translate_formula("E9")
    assert "=" + moved(master(text, 5, 3), 9, 5) == expected


def test_names_that_look_like_cells_stay_and_spills_move():
    assert moved(master("XFE1+A3#", 5, 3), 9, 5) == "XFE1+C7#"


def test_what_moves_off_the_sheet_is_ref():
    assert moved(master("A1+B2", 2, 2), 1, 1) == "#REF!+A1"


def test_references_go_there_and_back():
    for column in (1, 26, 27, 702, 703, 16384):
        assert area(cell_text(9, column)).left == column
    assert column_letters(16384) == "XFD"
    assert area("$B$7:A1").text == "A1:B7"
    assert area("A:B").text == "A1:B1048576"
    for wrong in ("A0", "XFE1", "A1048577", "", "A1:", "1A"):
        with pytest.raises(WrongValue):
            area(wrong)


def test_sheets_written_with_a_prefix_are_read():
    def prefixed(data):
        data = data.replace(b"</", b"</x:").replace(b"<x:", b"<")
        head, _, body = data.partition(b"?>")
        body = body.replace(b"</", b"\0").replace(b"<", b"<x:").replace(b"\0", b"</x:")
        return (head + b"?>" + body).replace(b"xmlns=", b"xmlns:x=").replace(b"</x:x:", b"</x:")

    book = with_parts(rich_book(), sheet2=prefixed)
    assert b"<x:sheetData>" in parts(book)["xl/worksheets/sheet2.xml"]
    assert [one.text for one in formulas(book)] == [one.text for one in formulas(rich_book())]
    assert openpyxl.load_workbook(io.BytesIO(book))["Out"]["B1"].value == "=SUM(Deals[amount])"
