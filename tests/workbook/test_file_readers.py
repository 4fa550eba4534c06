"""Programs other than Excel open the file without a complaint and read the same values."""

import csv
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import warnings
from functools import cache
from pathlib import Path

import formualizer
import openpyxl
import pytest
from file_books import SHORT, file_named, sheets, template
from openpyxl.utils.datetime import to_excel
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from xlcrm.workbook import package

SHEETJS = os.environ.get("XLCRM_SHEETJS")
SOFFICE = os.environ.get("XLCRM_SOFFICE") or shutil.which("soffice")
NOT_KEPT = r"[\w ]+ extension is not supported and will be removed"
"""What openpyxl says of extensions that it does not keep when it saves; we never save with it."""

READING = """
const XLSX = require(process.argv[1] + "/node_modules/xlsx");
const book = XLSX.readFile(process.argv[2], {cellFormula: false, cellHTML: false, cellText: false});
const errors = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?",
                36: "#NUM!", 42: "#N/A"};
const found = {};
for (const name of book.SheetNames) {
  const cells = found[name] = {};
  for (const [place, cell] of Object.entries(book.Sheets[name]))
    if (place[0] !== "!" && cell.t !== "z" && cell.v !== undefined)
      cells[place] = [cell.t, cell.t === "e" ? errors[cell.v] : cell.v];
}
console.log(JSON.stringify(found));
"""

needs_sheetjs = pytest.mark.skipif(
    SHEETJS is None or shutil.which("node") is None,
    reason="node is not there, or XLCRM_SHEETJS names no folder with node_modules/xlsx",
)
needs_libreoffice = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is neither named by XLCRM_SOFFICE nor on the path"
)


@cache
def cached(path):
    """Values by sheet and cell as openpyxl reads them, with what it said while reading."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        book = openpyxl.load_workbook(path, data_only=True, keep_vba=path.suffix == ".xlsm")
    values = {
        sheet.title: {
            cell.coordinate: kind_and_value(cell, book.epoch)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for sheet in book.worksheets
    }
    return values, {str(one.message) for one in said}


def kind_and_value(cell, epoch):
    if isinstance(cell.value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return "n", float(to_excel(cell.value, epoch))
    if isinstance(cell.value, str):
        return cell.data_type, unescape(cell.value)  # openpyxl leaves _x005F_ as it stands
    return cell.data_type, cell.value


@pytest.mark.parametrize("name", SHORT)
def test_openpyxl_reads_it_with_no_complaint_but_of_what_it_does_not_keep(name):
    values, said = cached(file_named(name))
    assert [sentence for sentence in said if not re.fullmatch(NOT_KEPT, sentence)] == []
    assert list(values) == list(sheets(file_named(name)))


@pytest.mark.parametrize("name", SHORT)
def test_calamine_reads_what_openpyxl_reads(name):
    book = CalamineWorkbook.from_path(str(file_named(name)))
    values, _ = cached(file_named(name))
    assert book.sheet_names == list(values)
    for sheet, cells in values.items():
        read = [
            value
            for row in book.get_sheet_by_name(sheet).to_python()
            for value in row
            if value != ""
        ]
        kept = [value for kind, value in cells.values() if kind != "e" and value != ""]
        assert sorted(v for v in read if isinstance(v, str)) == sorted(
            v for v in kept if isinstance(v, str)
        )
        assert len(read) == len(kept), sheet


def test_a_result_that_found_no_room_is_an_error_that_readers_know(tmp_path):
    """Excel itself writes #VALUE! there, and what it really is into metadata of its own."""
    path = tmp_path / "blocked.xlsx"
    rows = {"Out": {"A3": [(1.0,) * 9] * 4}}
    assert package.write_cached(file_named("computed"), path, rows).blocked
    cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Out").to_python()
    assert cells
    assert formualizer.Workbook.from_bytes(path.read_bytes()).sheet_names


@pytest.mark.parametrize("name", SHORT)
def test_formualizer_reads_it(name):
    book = formualizer.Workbook.from_bytes(file_named(name).read_bytes())
    assert set(book.sheet_names) >= set(sheets(file_named(name)))


@needs_sheetjs
@pytest.mark.parametrize("name", SHORT)
def test_sheetjs_reads_every_value_that_openpyxl_reads(name):
    done = subprocess.run(  # noqa: S603
        [shutil.which("node"), "-e", READING, SHEETJS, file_named(name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    values, _ = cached(file_named(name))
    assert list(found) == list(values)
    for sheet, cells in values.items():
        others = {place: tuple(pair) for place, pair in found[sheet].items() if pair[1] != ""}
        assert others == {place: pair for place, pair in cells.items() if pair[1] != ""}, sheet


@needs_libreoffice
def test_libreoffice_reads_every_sheet_and_its_texts(tmp_path):
    shown = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    done = subprocess.run(  # noqa: S603
        [
            SOFFICE,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            shown,
            "--outdir",
            tmp_path,
            template(),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0
    assert "error" not in (done.stdout + done.stderr).lower()
    book = CalamineWorkbook.from_path(str(template()))
    made = {path.stem.partition("-")[2]: path for path in tmp_path.glob("*.csv")}
    assert made.keys() == set(book.sheet_names)
    for sheet in ("Deals", "Orders", "Accounts", "Settings", "_IntelliSense_"):
        read = [row for row in lines(made[sheet]) if any(row)]
        kept = [row for row in book.get_sheet_by_name(sheet).to_python() if any(map(str, row))]
        assert len(read) == len(kept)
        for ours, theirs in zip(kept, read, strict=True):
            texts = [value for value in ours if isinstance(value, str) and value]
            assert [value for value in texts if value not in theirs] == []


def lines(path: Path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
