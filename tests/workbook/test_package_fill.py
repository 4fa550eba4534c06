"""Tables filled anew: seen by other readers, everything beside them kept."""

import io
import re
from datetime import UTC, date, datetime

import openpyxl
import pandas as pd
import pytest
import python_calamine
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel
from package_books import changed_parts, parts, rich_book, with_parts

from xlcrm.errors import WrongValue
from xlcrm.workbook.package import contents, fill_table, fill_tables
from xlcrm.workbook.package.dates import serial

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
SHEET, TABLE = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"
HEADERS = ["deal_id", "amount", "created", "stage"]
FORMATS = ["General", "#,##0.00", "yyyy-mm-dd", "General"]


def deals(count):
    return [[f"d{n}", n * 1.5, date(2024, 1, 1 + n % 28), "won"] for n in range(count)]


def midnight(day):
    return datetime.combine(day, datetime.min.time())


def grid(path, sheet="Deals & co"):
    return openpyxl.load_workbook(path, data_only=True)[sheet]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 50])
def test_a_table_takes_the_size_of_its_rows(book, count):
    assert fill_table(book, book, "deals", HEADERS, deals(count)) == f"A3:D{3 + count}"
    sheet = grid(book)
    assert sheet.tables["Deals"].ref == sheet.tables["Deals"].autoFilter.ref == f"A3:D{3 + count}"
    for row, (name, amount, day, stage) in enumerate(deals(count), 4):
        cells = [sheet.cell(row, column) for column in range(1, 5)]
        assert [cell.value for cell in cells] == [
            name,
            amount,
            midnight(day),
            stage,
        ]
        assert [cell.number_format for cell in cells] == [
            "General",
            "#,##0.00",
            "yyyy-mm-dd",
            "General",
        ]
    assert sheet.cell(4 + count, 1).value is None
    assert [sheet[cell].value for cell in ("A1", "F4", "F5")] == ["Our deals", "beside", 7]
    assert sheet["F4"].font.bold
    assert [str(one.sqref) for one in sheet.data_validations.dataValidation] == [
        "D4" if count == 1 else f"D4:D{3 + count}"
    ]
    assert len(list(sheet.conditional_formatting)) == 1


def test_nothing_but_the_sheet_its_table_and_its_chart_changes(book, tmp_path):
    out = tmp_path / "out.xlsx"
    fill_table(book, out, "Deals", HEADERS, deals(9))
    assert changed_parts(book, out) == {SHEET, TABLE, "xl/charts/chart1.xml"}
    again = tmp_path / "again.xlsx"
    fill_table(out, again, "Deals", HEADERS, deals(9))
    assert parts(again) == parts(out)


def test_grow_and_shrink_end_where_they_began(book, tmp_path):
    small, large = tmp_path / "small.xlsx", tmp_path / "large.xlsx"
    fill_table(book, small, "Deals", HEADERS, deals(3))
    fill_table(small, large, "Deals", HEADERS, deals(30))
    fill_table(large, large, "Deals", HEADERS, deals(3))
    assert list(grid(small).values)[:6] == list(grid(large).values)[:6]
    assert all(value is None for row in list(grid(large).values)[6:] for value in row)


def test_columns_are_matched_by_name_and_new_ones_join(book):
    headers = ["stage", "Amount", "deal_id", "created", 'a "b" <&>']
    fill_table(book, book, "Deals", headers, [["x", 1.0, "d", None, True]] * 2)
    sheet = grid(book)
    assert [cell.value for cell in sheet[4]][:6] == ["d", 1, None, "x", True, "beside"]
    assert sheet.tables["Deals"].column_names == [*HEADERS, 'a "b" <&>']
    ids = [column.id for column in sheet.tables["Deals"].tableColumns]
    assert ids == [1, 2, 3, 4, 5]
    assert [cell.value for cell in sheet[3]][:5] == [*HEADERS, 'a "b" <&>']
    assert sheet["E3"].font.bold
    assert contents(book).tables[0].headers[4] == 'a "b" <&>'


def test_a_new_column_stops_before_other_cells(book):
    before = book.read_bytes()
    with pytest.raises(WrongValue, match=r"no room: .*F4 holds something else"):
        fill_table(book, book, "Deals", [*HEADERS, "e", "f"], [["d", 1.0, None, "x", 1, 2]])
    assert book.read_bytes() == before


def test_content_below_is_never_covered():
    source = with_parts(
        rich_book(),
        sheet1=lambda data: data.replace(
            b"</sheetData>", b'<row r="9"><c r="B9"><v>5</v></c></row></sheetData>'
        ),
    )
    with pytest.raises(WrongValue, match="Deals has no room: it needs A4:D9, and B9 holds"):
        fill_table(source, "never.xlsx", "Deals", HEADERS, deals(6))


def test_text_is_always_text(book):
    texts = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\tx",
        " a ",
        "a\nb",
        "<&>\"'",
        "00123",
        "1E5",
        "😀",
        "_x0041_",
    ]
    fill_table(book, book, "Deals", HEADERS, [[text, None, None, text] for text in texts])
    rows = python_calamine.load_workbook(str(book)).get_sheet_by_name("Deals & co").to_python()
    assert [row[0] for row in rows[3:15]] == texts
    assert b"<f>" not in parts(book)[SHEET]
    assert {cell.data_type for cell in grid(book)["A"][3:15]} <= {"s", "inlineStr"}


def test_missing_values_of_pandas_are_blank_and_endless_numbers_an_error(book):
    rows = [["a", float("nan"), pd.NaT, None], ["b", float("inf"), pd.Timestamp(2024, 5, 1), ""]]
    fill_table(book, book, "Deals", HEADERS, rows)
    sheet = grid(book)
    assert [cell.value for cell in sheet[4]][:4] == ["a", "#NUM!", None, None]
    assert [cell.value for cell in sheet[5]][:4] == ["b", "#NUM!", midnight(date(2024, 5, 1)), None]


@pytest.mark.parametrize("date1904", [False, True])
def test_dates_are_counted_as_openpyxl_counts_them(date1904):
    epoch = CALENDAR_MAC_1904 if date1904 else CALENDAR_WINDOWS_1900
    for day in (date(1904, 1, 2), date(1999, 12, 31), date(2024, 2, 29), date(9999, 12, 31)):
        assert serial(day, date1904=date1904) == to_excel(day, epoch)
    noon = datetime(2024, 2, 29, 12, 30)  # noqa: DTZ001
    assert serial(noon, date1904=date1904) == pytest.approx(to_excel(noon, epoch), abs=1e-9)


def test_the_first_days_and_what_cannot_be_counted():
    days = [date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1)]
    assert [serial(day, date1904=False) for day in days] == [1, 59, 61]
    for wrong in (date(1899, 12, 31), datetime(2024, 1, 1, tzinfo=UTC)):
        with pytest.raises(WrongValue):
            serial(wrong, date1904=False)


def test_a_1904_book_shows_the_same_dates(tmp_path):
    path = tmp_path / "mac.xlsx"
    fill_table(rich_book(date1904=True), path, "Deals", HEADERS, deals(2))
    assert grid(path)["C5"].value == midnight(date(2024, 1, 2))


@pytest.mark.parametrize(
    ("headers", "rows", "message"),
    [
        (HEADERS[:3], [], "needs values for its columns stage"),
        ([*HEADERS, "STAGE"], [], "'STAGE' is given twice"),
        ([*HEADERS, ""], [], "empty"),
        (HEADERS, [["a"]], "row 1 for Table Deals has 1 values, not 4"),
        (HEADERS, [[None] * 4] * 1_048_574, "would leave its sheet"),
    ],
)
def test_wrong_shapes_are_refused(book, headers, rows, message):
    before = book.read_bytes()
    with pytest.raises(WrongValue, match=message):
        fill_table(book, book, "Deals", headers, rows)
    assert book.read_bytes() == before
    with pytest.raises(WrongValue, match="no Table 'Dael': did you mean 'Deals'"):
        fill_table(book, book, "Dael", headers, rows)


def two_tables(**options):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    for name, left in (("One", 0), ("Two", 3)):
        sheet.add_table(
            0,
            left,
            2,
            left + 1,
            {"name": name, "columns": [{"header": "a"}, {"header": "b"}], **options},
        )
    book.close()
    return buffer.getvalue()


def test_two_tables_side_by_side_in_one_save(tmp_path):
    path = tmp_path / "two.xlsx"
    one, two = [[n, -n] for n in range(5)], [["x", n] for n in range(3)]
    refs = fill_tables(two_tables(), path, {"One": (["a", "b"], one), "Two": (["a", "b"], two)})
    assert refs == {"One": "A1:B6", "Two": "D1:E4"}
    sheet = grid(path, "Sheet1")
    assert [[cell.value for cell in row] for row in sheet["A2:B6"]] == one
    assert [[cell.value for cell in row] for row in sheet["D2:E4"]] == two
    assert [[cell.value for cell in row] for row in sheet["D5:E6"]] == [[None, None]] * 2
    with pytest.raises(WrongValue, match="A1:D2 meets Two"):
        fill_table(path, path, "One", ["a", "b", "c", "d"], [[1, 2, 3, 4]])


def test_a_totals_row_is_refused():
    with pytest.raises(WrongValue, match="One has a totals row: switch it off"):
        fill_table(two_tables(total_row=True), "never.xlsx", "One", ["a", "b"], [])


def test_an_emptied_table_keeps_one_blank_row(book):
    assert fill_table(book, book, "Deals", HEADERS, []) == "A3:D4"
    assert all(cell.value is None for cell in grid(book)["A4:D4"][0])


def test_calculated_columns_become_values_and_the_calculation_chain_goes(tmp_path):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    columns = [{"header": "a"}, {"header": "b", "formula": "=[@a]*2"}]
    sheet.add_table("A1:B3", {"name": "T", "columns": columns, "data": [[1], [2]]})
    book.close()
    chain = "xl/calcChain.xml"
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    source = with_parts(
        buffer.getvalue(),
        workbook_rels=lambda data: data.replace(
            b"</Relationships>",
            b'<Relationship Id="rId99" Type="%s" Target="calcChain.xml"/></Relationships>' % kind,
        ),
        **{
            "[Content_Types]": lambda data: data.replace(
                b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="x"/></Types>'
            )
        },
    )
    with io.BytesIO(source) as file:
        import zipfile

        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(chain, "<calcChain/>")
        source = file.getvalue()
    path = tmp_path / "t.xlsx"
    fill_table(source, path, "T", ["a", "b"], [[1.0, 5.0]])
    after = parts(path)
    assert chain not in after
    assert b"calcChain" not in after["xl/_rels/workbook.xml.rels"] + after["[Content_Types].xml"]
    assert b"calculatedColumnFormula" not in after[TABLE]
    assert [cell.value for cell in openpyxl.load_workbook(path)["Sheet1"][2]] == [1, 5]


def test_rows_hidden_by_the_old_filter_are_shown():
    source = with_parts(
        rich_book(),
        sheet1=lambda data: data.replace(b'<row r="5"', b'<row r="5" hidden="1"'),
        table1=lambda data: data.replace(
            b'<autoFilter ref="A3:D6"/>',
            b'<autoFilter ref="A3:D6"><filterColumn colId="3"><filters><filter val="won"/>'
            b"</filters></filterColumn></autoFilter>",
        ),
    )
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "b.xlsx"
        fill_table(source, path, "Deals", HEADERS, deals(4))
        after = parts(path)
    assert b"hidden" not in after[SHEET]
    assert b'<autoFilter ref="A3:D7"/>' in after[TABLE]


def test_a_hundred_thousand_rows_are_filled_in(tmp_path):
    path = tmp_path / "large.xlsx"
    headers = [f"h{column}" for column in range(12)]
    rows = [[f"id{n}", *[n * 1.37 + k for k in range(10)], "stage"] for n in range(100_000)]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet().add_table(
        0, 0, 1, 11, {"name": "T", "columns": [{"header": header} for header in headers]}
    )
    book.close()
    fill_table(buffer.getvalue(), path, "T", headers, rows)
    assert len(re.findall(rb"<row ", parts(path)["xl/worksheets/sheet1.xml"])) == 100_001
    assert (
        python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()[-1] == rows[-1]
    )
