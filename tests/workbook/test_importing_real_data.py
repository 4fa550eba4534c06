"""Real exports, and workbooks as people make them, brought into a workbook."""

from pathlib import Path

import openpyxl
import pytest
from importing_books import USUAL, book_with

from xlcrm.workbook.importing import import_files

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is absent")


@pytest.fixture(scope="module")
def sales(tmp_path_factory):
    book = book_with(tmp_path_factory.mktemp("sales") / "book.xlsx")
    done = import_files(sorted((DATA / "crm_sales").glob("*.csv")), book)
    return book, {one.file: one for one in done}


def test_all_deals_arrive_and_the_sums_agree(sales):
    _, done = sales
    deals = done["sales_pipeline.csv"]
    assert (deals.rows_in_file, deals.rows_placed, deals.rows_in_model) == (8800, 8800, 8800)
    totals = deals.amount
    assert totals.file == totals.workbook == totals.model == 10_005_534
    assert [
        done[f"{name}.csv"].rows_placed for name in ("accounts", "products", "sales_teams")
    ] == [
        85,
        7,
        35,
    ]
    assert all(one.agrees for one in done.values() if one.table)


def test_openpyxl_finds_the_same(sales):
    book, _ = sales
    sheet = openpyxl.load_workbook(book, data_only=True)["Deals"]
    header, *rows = sheet[sheet.tables["Deals"].ref]
    at = [cell.value for cell in header].index("amount")
    assert len(rows) == 8800
    assert sum(row[at].value or 0 for row in rows) == 10_005_534


def test_what_is_no_table_and_what_does_not_match_is_told(sales):
    _, done = sales
    assert done["data_dictionary.csv"].kind is None
    assert "not a table" in done["data_dictionary.csv"].sentence
    told = done["sales_pipeline.csv"].sentence
    assert "1,480 rows of deals have the product 'GTXPro'" in told
    assert "did you mean 'GTX Pro'" in told
    assert "no probability for the stages 'Engaging', 'Prospecting'" in told


FOLDERS = ("messy", "messy/calamine", "crm_exports/hubspot_fivetran")
FOLDERS += ("crm_exports/salesforce_fivetran", "nps", "leads", "telco_churn", "groceries", "cdnow")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_placed_or_refused_in_a_sentence(tmp_path, folder):
    book = book_with(tmp_path / "book.xlsx", *USUAL, "orders", "contacts", "activities", "cities")
    files = sorted(p for p in (DATA / folder).iterdir() if p.suffix in (".csv", ".xlsx", ".xls"))
    done = import_files(files, book)
    assert {one.file for one in done} == {path.name for path in files}
    for one in done:
        assert one.sentence.startswith(one.file)
        assert "\n" not in one.sentence
        assert str(DATA) not in one.sentence
        assert one.could_not_place or one.rows_placed == one.rows_in_file > 0
        assert one.agrees or not one.table
    openpyxl.load_workbook(book, read_only=True).close()


@pytest.mark.parametrize(
    ("file", "kind", "amount"),
    [
        ("hubspot_fivetran/deal_data.csv", "deals", 0),
        ("salesforce_fivetran/sf_opportunity_data.csv", "deals", 24_530_001),
        ("salesforce_fivetran/sf_account_data.csv", "accounts", None),
        ("salesforce_fivetran/sf_user_data.csv", "sellers", None),
        ("salesforce_fivetran/sf_task_data.csv", "activities", None),
        ("hubspot_fivetran/contact_data.csv", "contacts", None),
    ],
)
def test_exports_are_recognised(tmp_path, file, kind, amount):
    book = book_with(
        tmp_path / "book.xlsx", "deals", "accounts", "sellers", "activities", "contacts"
    )
    (done,) = import_files([DATA / "crm_exports" / file], book)
    assert done.kind == kind
    assert done.rows_placed == done.rows_in_file > 0
    assert (done.amount.model if done.amount else None) == amount
