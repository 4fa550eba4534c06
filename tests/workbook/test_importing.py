"""Files brought into the Tables of a workbook: placed, counted, reported, nothing lost."""

from datetime import date

import pytest
import xlsxwriter
from importing_books import DEALS, ROWS, book_with, file, table, values
from package_books import changed_parts

from xlcrm.workbook.importing import Totals, import_files
from xlcrm.workbook.importing.targets import bodies, targets_of
from xlcrm.workbook.package import contents


@pytest.fixture
def book(tmp_path):
    return book_with(tmp_path / "book.xlsx")


# ── placing ─────────────────────────────────────────────────────────────────────────────────


def test_columns_stand_under_their_declared_names_and_cells_keep_type_and_value(tmp_path, book):
    (done,) = import_files([file(tmp_path, "a.csv", DEALS + ROWS)], book)
    headers, rows = table(book, "Deals")
    assert headers[:3] == ["deal_id", "account_id", "owner"]
    assert headers[-1] == "Mood"
    cells = rows[0]
    assert (cells["deal_id"].value, cells["deal_id"].data_type) == ("0012", "s")
    assert cells["created"].value.date() == date(2026, 1, 5)
    assert cells["created"].number_format == "yyyy-mm-dd"
    assert cells["amount"].value == 100.5
    assert cells["account_id"].value is None
    assert dict(done.placed)["Close Date"] == "expected_close"
    assert done.kept == ("Mood",)
    assert done.agrees
    assert done.amount == Totals("amount", 300.5, 300.5, 300.5)


@pytest.mark.parametrize(
    "sign", ["=cmd|'/c calc'!A1", "+1+1", "-good", "@x", "\tx", "=WEBSERVICE(1)"]
)
def test_text_never_becomes_a_formula(tmp_path, book, sign):
    text = DEALS + ROWS.replace("=1+1", f'"{sign}"')
    import_files([file(tmp_path, "a.csv", text)], book)
    cell = table(book, "Deals")[1][0]["Mood"]
    assert (cell.value, cell.data_type) == (sign, "s")


def test_nothing_but_the_tables_changes(tmp_path, book):
    before = book.read_bytes()
    import_files([file(tmp_path, "a.csv", DEALS + ROWS)], book)
    parts = {name.rpartition("/")[2] for name in changed_parts(before, book)}
    assert parts == {"sheet1.xml", "table1.xml", "sheet8.xml"}  # of Imports one row was there


def test_an_import_replaces_and_says_so(tmp_path, book):
    path = file(tmp_path, "a.csv", DEALS + ROWS)
    import_files([path], book)
    (done,) = import_files([file(tmp_path, "b.csv", DEALS + ROWS[: ROWS.index("0013")])], book)
    assert done.rows_replaced == 2
    assert "1 of 1 rows placed; replaces 2 rows; amount 100.5 in file, workbook" in done.sentence
    assert values(book, "Deals", "deal_id", "Mood") == [("0012", "=1+1")]


def test_two_files_of_a_kind_follow_one_another_and_repeated_keys_are_told(tmp_path, book):
    one = file(tmp_path, "a.csv", DEALS + ROWS)
    two = file(
        tmp_path, "b.csv", "deal_id;owner;stage;amount;region\n0013;Cy;Lost;5;N\n;Cy;x;6;S\n"
    )
    first, second = import_files([one, two], book)
    assert values(book, "Deals", "deal_id", "owner", "Mood", "region") == [
        ("0012", "Ann", "=1+1", None),
        ("0013", "Bob", "-good", None),
        ("0013", "Cy", None, "N"),
        (None, "Cy", None, "S"),
    ]
    assert (first.amount.model, second.amount.model) == (300.5, 11)
    assert first.agrees
    assert second.agrees
    assert any("'0013' in row 3 of a.csv and in row 2" in note for note in second.notes)
    assert any("1 rows have no deal_id" in note for note in second.notes)


def test_titles_blank_rows_and_total_rows(tmp_path, book):
    text = (
        "Deals of March,,\n,,\n" + DEALS + ",,,,,,\n" + ROWS + ",,,,,,\nTotal,,,,300.5,,\n,,,,,,\n"
    )
    (done,) = import_files([file(tmp_path, "a.csv", text)], book)
    assert (done.rows_in_file, done.blank_rows, done.rows_placed) == (3, 2, 3)
    assert "2 blank rows skipped" in done.sentence
    assert any("row 8 looks like a total" in note for note in done.notes)
    assert any("headers stand in row 3" in note for note in done.notes)


def test_columns_without_header_twice_named_or_blank(tmp_path, book):
    text = "deal_id,owner,stage,amount,x,x,,empty\n1,Ann,Won,5,a,b,c,\n,,,,,,only,\n"
    (done,) = import_files([file(tmp_path, "a.csv", text)], book)
    assert done.kept == ("x",)
    assert done.could_not_place == (
        "column F, since the header 'x' stands twice",
        "column G, which has no header",
        "1 rows whose only values stand in columns that were left out",
    )
    assert any("columns without a value left out: empty" in note for note in done.notes)
    assert "empty" not in table(book, "Deals")[0]


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("2026-03-04", 46085.0),
        ("20260304", 46085.0),
        ("2026-03-04 12:00:00", 46085.5),
        ("2026-03-04T6:00", 46085.25),
        ("03/04/2026", "03/04/2026"),
        ("13/04/2026", "13/04/2026"),
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z"),
        ("soon", "soon"),
    ],
)
def test_dates_become_serials_only_where_they_can_be_read_in_one_way(tmp_path, book, cell, stored):
    text = f"deal_id,owner,created,stage,amount\na,Ann,{cell},Won,1\n"
    (done,) = import_files([file(tmp_path, "a.csv", text)], book)
    target = targets_of(contents(book))["deals"]
    row = bodies(book, [target.table])["Deals"][0]
    assert row[target.table.headers.index("created")] == pytest.approx(stored)
    assert any("stays text" in note for note in done.notes) == isinstance(stored, str)


def test_the_books_settings_say_how_dates_are_read(tmp_path, book):
    settings = file(tmp_path, "settings.csv", "name,value\ndayfirst,yes\n")
    text = "deal_id,owner,created,stage,amount\na,Ann,03/04/2026,Won,1\n"
    import_files([settings, file(tmp_path, "a.csv", text)], book)
    assert table(book, "Deals")[1][0]["created"].value.date() == date(2026, 4, 3)


@pytest.mark.parametrize("book_is_1904", [False, True])
@pytest.mark.parametrize("file_is_1904", [False, True])
def test_date_systems_are_translated(tmp_path, book_is_1904, file_is_1904):
    path = tmp_path / "deals.xlsx"
    source = xlsxwriter.Workbook(path, {"date_1904": file_is_1904})
    sheet, iso = source.add_worksheet("x"), source.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["deal_id", "owner", "stage", "amount", "created", "seen", "count"])
    sheet.write_row(1, 0, ["a", "Ann", "Won", 5])
    for column in (4, 5):
        sheet.write_datetime(1, column, date(2026, 3, 4), iso)
    sheet.write_number(1, 6, 7)
    source.close()
    book = book_with(tmp_path / "book.xlsx", date1904=book_is_1904)
    (done,) = import_files([path], book)
    assert done.agrees
    row = table(book, "Deals")[1][0]
    assert row["created"].value.date() == date(2026, 3, 4)
    assert row["count"].value == 7
    assert row["seen"].value == (46085 - 1462 if book_is_1904 else 46085)


def test_versions_and_long_ids_are_kept_to_the_letter(tmp_path, book):
    text = "product,series,list price\n1.10,A,5\n1.1,B,6\n"
    (done,) = import_files([file(tmp_path, "products.csv", text)], book)
    assert values(book, "Products", "product", "list_price") == [("1.10", 5), ("1.1", 6)]
    assert not any("stand again" in note for note in done.notes)


def test_a_table_with_its_own_headers_keeps_them(tmp_path):
    own = ["Opportunity ID", "Sales Agent", "Deal Stage", "Close Value", "Colour"]
    book = book_with(tmp_path / "b.xlsx", "stages", headers={"pipeline": own})
    text = "deal_id,owner,stage,amount,colour,created\n1,Ann,Won,5,red,2026-01-01\n"
    (done,) = import_files([file(tmp_path, "a.csv", text)], book)
    assert done.table == "Pipeline"
    assert table(book, "Pipeline")[0] == [*own, "created"]
    assert values(book, "Pipeline", "Sales Agent", "Close Value", "Colour") == [("Ann", 5, "red")]
