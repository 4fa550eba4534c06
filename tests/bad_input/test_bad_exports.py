"""Texts that a spreadsheet would run as a formula."""

import io
import zipfile

import pytest
import xlsxwriter
from asking import column
from openpyxl import load_workbook

from xlcrm.cells import safe_for_csv
from xlcrm.hosts import headless

HOSTILE = [
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("http://x","y")',
    '=WEBSERVICE("http://x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
]


@pytest.mark.parametrize("text", [*HOSTILE, "\0=1"])
def test_a_text_that_would_run_gets_an_apostrophe_in_csv(text):
    assert safe_for_csv(text) == "'" + text


@pytest.mark.parametrize("cell", [-5.0, "Ann", "a=b", "", None, True, " x"])
def test_numbers_and_harmless_texts_stay_as_they_are_in_csv(cell):
    assert safe_for_csv(cell) is cell


@pytest.fixture
def recalculated(tmp_path):
    path = tmp_path / "hostile.xlsx"
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet("Deals")
        for number, row in enumerate(column("Owner", *HOSTILE)):
            sheet.write_row(number, 0, row)
        ask = book.add_worksheet("Ask")
        formula = '=CRM_KPI(Deals!A1:H20,"won_deals","owner")'
        ask.write_dynamic_array_formula("A1:A1", formula, None, "")
    headless.recalculated(path, path)
    return path


def test_a_text_that_would_run_is_written_to_a_workbook_as_text(recalculated):
    sheet = load_workbook(recalculated)["Ask"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2, max_col=1)]
    assert {cell.value for cell in cells} == {text.strip() for text in HOSTILE}
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_text_that_would_run_makes_no_formula_and_no_link_in_the_file(recalculated):
    with zipfile.ZipFile(io.BytesIO(recalculated.read_bytes())) as package:
        sheet = package.read("xl/worksheets/sheet2.xml").decode()
        assert sheet.count("<f") == 1
        assert not any("externalLink" in name for name in package.namelist())
    assert "hyperlink" not in sheet.lower().replace("=hyperlink(", "")
