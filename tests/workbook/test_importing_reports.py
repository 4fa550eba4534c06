"""What an import tells: what could not be placed, what was renewed, whether the sums agree."""

from datetime import date

import pytest
import xlsxwriter
from importing_books import DEALS, ROWS, book_with, file, values

from xlcrm.errors import WrongValue
from xlcrm.workbook.importing import Imported, Totals, files, import_files


@pytest.fixture
def book(tmp_path):
    return book_with(tmp_path / "book.xlsx")


# ── settings and aliases ────────────────────────────────────────────────────────────────────


def test_settings_and_aliases_are_renewed_one_by_one(tmp_path):
    book = book_with(
        tmp_path / "b.xlsx",
        rows={
            "settings": [["as_of", "2026-01-01"], ["fy_start", 4.0]],
            "aliases": [["product", "GTXPro", "wrong"], ["owner", "A.", "Ann"]],
        },
    )
    settings = file(
        tmp_path,
        "settings.csv",
        "name,value\nFY start,7\nerrors,skip\ncolour,red\nprior_strength,-1\n",
    )
    aliases = file(tmp_path, "aliases.csv", "column,found,means\nproduct,gtxpro,GTX Pro\nx,,y\n")
    one, two = import_files([settings, aliases], book)
    assert values(book, "Settings", "name", "value") == [
        ("as_of", "2026-01-01"),
        ("FY start", 7),
        ("errors", "skip"),
    ]
    assert values(book, "Aliases", "column", "found", "means") == [
        ("product", "gtxpro", "GTX Pro"),
        ("owner", "A.", "Ann"),
    ]
    assert (one.rows_placed, one.rows_in_workbook, two.rows_placed) == (2, 2, 1)
    assert "no setting 'colour'" in one.could_not_place[0]
    assert "prior_strength lies between" in one.could_not_place[1]
    assert two.could_not_place == ("row 3: found is blank",)
    assert one.agrees
    assert two.agrees


def test_an_alias_of_a_header_is_obeyed(tmp_path):
    book = book_with(tmp_path / "b.xlsx", rows={"aliases": [["header", "Worth", "amount"]]})
    text = "deal_id,owner,stage,Worth\n1,Ann,Won,5\n"
    (done,) = import_files([file(tmp_path, "a.csv", text)], book)
    assert dict(done.placed)["Worth"] == "amount"


# ── what cannot be placed ───────────────────────────────────────────────────────────────────


def test_one_bad_file_never_keeps_others_out(tmp_path, book):
    bad = [
        tmp_path / "gone.csv",
        file(tmp_path, "blank.csv", "\n\n"),
        file(tmp_path, "list.csv", "Table,Field,Description\naccounts,account,Name\n"),
        file(tmp_path, "old.xls", "x"),
        file(tmp_path, "web.xlsx", "<html>"),
        file(tmp_path, "a_deals.csv", "deal_id,stage,amount\n1,Won,2\n"),
        file(tmp_path, "contacts.csv", "contact_id,account_id,email\n1,2,x\n"),
        file(tmp_path, "only_headers.csv", DEALS),
        book,
    ]
    *others, good = import_files([*bad, file(tmp_path, "good.csv", DEALS + ROWS)], book)
    assert [done.sentence for done in others] == [
        "gone.csv: there is no file gone.csv",
        "blank.csv: is blank",
        "list.csv: is not a table: no row has headers of a known kind",
        "old.xls: cannot be read: open it in Excel and save it as .xlsx",
        "web.xlsx: is a web page or XML with the name of a workbook: save it as .xlsx",
        "a_deals.csv: looks like deals, but no header for 'owner'; there are deal_id, stage, "
        "amount",
        "contacts.csv: the workbook has no Table Contacts for its rows of contacts",
        "only_headers.csv: has the headers of deals and no rows",
        "book.xlsx: is the workbook that is filled",
    ]
    assert good.rows_placed == 2


def test_a_table_without_room_leaves_the_workbook_as_it_was(tmp_path):
    path = tmp_path / "b.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet()
    columns = [{"header": name} for name in ("deal_id", "owner", "stage", "amount")]
    sheet.add_table("A1:D2", {"name": "Deals", "columns": columns})
    sheet.write("A4", "something else")
    made.close()
    before = path.read_bytes()
    text = "deal_id,owner,stage,amount\n" + "1,Ann,Won,5\n" * 5
    with pytest.raises(WrongValue, match="Deals has no room"):
        import_files([file(tmp_path, "a.csv", text)], path)
    assert path.read_bytes() == before


# ── control totals ──────────────────────────────────────────────────────────────────────────


def test_the_imports_table_keeps_the_control_totals(tmp_path, book):
    paths = [file(tmp_path, "a.csv", DEALS + ROWS), file(tmp_path, "b.csv", "x,y\n1,2\n")]
    import_files(paths[:1], book)
    import_files(paths, book, on=date(2026, 11, 21))
    names = ("file", "kind", "table", "rows in file", "rows placed", "amount in file")
    assert values(book, "Imports", *names, "amount placed") == [
        ("a.csv", "deals", "Deals", 2, 2, 300.5, 300.5),
        ("a.csv", "deals", "Deals", 2, 2, 300.5, 300.5),
        ("b.csv", None, None, 2, 0, None, None),
    ]
    (first,), (second,), (third,) = values(book, "Imports", "imported on")
    assert first is None
    assert second == third == (date(2026, 11, 21) - date(1899, 12, 30)).days
    assert "is not a table" in values(book, "Imports", "could not place")[2][0]


def test_amounts_that_cannot_be_read_are_named(tmp_path, book):
    text = "deal_id,owner,stage,amount\n1,Ann,Won,missing amount\n2,Ann,Won,$5\n3,Ann,Won,7\n"
    (done,) = import_files([file(tmp_path, "a.csv", text)], book)
    assert done.amount.file == done.amount.workbook == done.amount.model
    assert any("cells of amount cannot be read, as in row 2" in note for note in done.notes)


def test_amounts_that_can_be_read_two_ways_are_asked_about(tmp_path, book):
    text = 'deal_id,owner,stage,amount\n1,Ann,Won,"1,234"\n'
    (done,) = import_files([file(tmp_path, "a.csv", text)], book)
    assert done.amount == Totals("amount", None, None, None)
    assert "amount cannot be summed" in done.sentence
    assert any("set decimal" in note for note in done.notes)


def test_a_difference_is_said_loudly(tmp_path, book, monkeypatch):
    whole = files.read_back

    def lossy(*given):
        state = whole(*given)
        rows = {kind: body[:-1] if kind == "deals" else body for kind, body in state.rows.items()}
        return type(state)(state.targets, rows, state.model, state.notes)

    monkeypatch.setattr(files, "read_back", lossy)
    (done,) = import_files([file(tmp_path, "a.csv", DEALS + ROWS)], book)
    assert not done.agrees
    assert done.sentence.startswith("CHECK THIS, the counts or sums do not agree: a.csv → Deals")
    assert "amount 300.5 in the file, 100.5 in the workbook, 300.5 in the model" in done.sentence


def test_loose_ends_are_named(tmp_path, book):
    deals = "deal_id,owner,stage,amount,product\n1,Ann,Talk,1,GTXPro\n2,Ann,Offer,2,GTX Pro\n"
    paths = [
        file(tmp_path, "deals.csv", deals),
        file(tmp_path, "products.csv", "product,series,list price\nGTX Pro,GTX,5\n"),
        file(tmp_path, "stages.csv", "stage,order,probability\nTalk,1,0.2\nOffer,2,\n"),
    ]
    done = import_files(paths, book)[0]
    assert any("1 rows of deals have the product 'GTXPro'" in note for note in done.notes)
    assert any("no probability for the stages 'Offer'" in note for note in done.notes)


def test_a_sum_is_compared_to_the_last_digit_that_counts():
    assert Totals("amount", 0.1 + 0.2, 0.3, 0.3).agree
    assert not Totals("amount", 100.0, 100.01, 100.0).agree
    assert not Totals("amount", 100.0, 100.0, None).agree
    assert Imported("a.csv", could_not_place=("is blank",)).sentence == "a.csv: is blank"
