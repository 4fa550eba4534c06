"""New workbooks from the template."""

import re

import pytest
from package_books import parts

from xlcrm.errors import ExcelError, WrongValue
from xlcrm.hosts import headless
from xlcrm.model.settings import SETTINGS
from xlcrm.workbook import package
from xlcrm.workbook.showing import computed_cells
from xlcrm.workbook.template import build, new_book, template_path
from xlcrm.workbook.template.tables import DATA, starting_rows


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    path = tmp_path_factory.mktemp("new") / "blank.xlsm"
    new_book(path, empty=True)
    return path


def results(path):
    book = headless.opened(path)
    headless.evaluate(book)
    return headless.results(book)


@pytest.fixture(scope="module")
def blank_results(blank):
    return results(blank)


def test_a_new_book_is_the_template(tmp_path):
    path = tmp_path / "mine.xlsm"
    new_book(path)
    assert path.read_bytes() == template_path().read_bytes()


def test_a_file_is_never_replaced(tmp_path):
    path = tmp_path / "mine.xlsm"
    path.write_text("precious")
    with pytest.raises(WrongValue, match="is there already"):
        new_book(path)
    assert path.read_text() == "precious"


def test_a_book_with_macros_is_named_so(tmp_path):
    with pytest.raises(WrongValue, match=r"\.xlsm"):
        new_book(tmp_path / "mine.xlsx")
    assert not list(tmp_path.iterdir())


def test_an_empty_book_has_one_blank_row_a_table_but_what_anyone_needs(blank):
    tables = {table.name: table for table in package.contents(blank).tables}
    for one in DATA:
        kept = {"Settings": len(SETTINGS), "Perspectives": 4, "Segment_rules": 12}
        assert tables[one.name].body.height == kept.get(one.name, 1), one.name


def test_an_empty_book_keeps_macros_and_styles(blank):
    before, after = parts(template_path()), parts(blank)
    for name in ("xl/vbaProject.bin", "xl/styles.xml", "xl/workbook.xml"):
        assert before[name] == after[name]


def test_an_empty_book_says_what_is_missing(blank_results):
    found = blank_results
    assert found["Forecast"]["B31"] == [(ExcelError.NA,)]
    assert "no rows of deals" in str(found["Forecast"]["B6"][0][0])
    assert found["Forecast"]["B1"] == [("Forecast: no figures yet",)]
    assert found["Scorecard"]["B1"] == [("Scorecard: no figures yet",)]
    assert found["Goals"]["B1"] == [("Goals: no figures yet",)]
    assert found["Strategy map"]["B1"] == [("Strategy map: no links yet",)]
    titles = [
        rows[0][0] for cell, rows in found["Forecast"].items() if re.fullmatch("[A-Z]+1", cell)
    ]
    assert len(titles) == 7
    assert all(isinstance(title, str) for title in titles)
    texts = [str(rows[0][0]) for rows in found["Start"].values()]
    assert "Checks: waiting for data" in texts
    assert not any("▼" in text for text in texts)


def test_nothing_of_the_sample_stays_in_an_empty_book(blank_results):
    told = {"Start", "Functions"}
    text = "".join(
        str(value)
        for sheet, cells in blank_results.items()
        for rows in cells.values()
        for row in rows
        for value in row
        if sheet not in told
    )
    assert "Berg" not in text
    assert "2026-06-17" not in text


def test_an_empty_book_computes_what_is_put_into_it(blank, template_results, tmp_path):
    filled = tmp_path / "filled.xlsm"
    rows = starting_rows()
    package.fill_tables(
        blank, filled, {name: (table.headers, table.rows) for name, table in rows.items()}
    )
    now, then = results(filled), template_results
    assert now["Forecast"]["B31"] == then["Forecast"]["B31"]
    assert now["Scorecard"] == then["Scorecard"]


def test_an_empty_template_can_be_built(tmp_path):
    path = tmp_path / "empty.xlsm"
    build(path, empty=True)
    ((handle,),) = computed_cells(path, "Model!D3")
    assert handle.startswith("model: 3 tables")
    assert computed_cells(path, "Forecast!B31") == [(ExcelError.NA,)]
