"""Results written back: seen by other readers, and nothing else touched."""

import io
import random
import re

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from package_books import changed_parts, parts, rich_book, with_parts

from xlcrm.errors import ExcelError, WrongValue
from xlcrm.workbook.package import contents, engine_copy, formulas, write_cached

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
SHEET = "xl/worksheets/sheet2.xml"
CHART = "xl/charts/chart2.xml"


def block(height, width=2, start=1.0):
    return [[start + row * width + column for column in range(width)] for row in range(height)]


def shown(path, sheet="Out"):
    book = openpyxl.load_workbook(path, data_only=True)
    return {cell.coordinate: cell.value for row in book[sheet] for cell in row}


def test_the_same_results_change_no_byte(book):
    before = book.read_bytes()
    results = {"Out": {"A3": block(3), "B1": [[60.5]], "C1": [[1.0]]}}
    report = write_cached(book, book, results)
    assert (report.cells, report.charts, report.blocked) == (0, 0, ())
    assert book.read_bytes() == before


def test_only_the_sheet_and_its_chart_change(book, tmp_path):
    out = tmp_path / "out.xlsx"
    write_cached(book, out, {"Out": {"A3": block(8)}})
    assert changed_parts(book, out) == {SHEET, CHART}


def test_grow_shrink_grow_ends_where_it_began(book, tmp_path):
    once, twice = tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    write_cached(book, once, {"Out": {"A3": block(8)}})
    write_cached(once, twice, {"Out": {"A3": block(8)}})
    assert once.read_bytes() == twice.read_bytes()
    write_cached(once, twice, {"Out": {"A3": block(1, 1)}})
    values = shown(twice)
    assert values["A3"] == 1
    assert all(values[f"{c}{r}"] is None for c in "AB" for r in range(3, 11) if (c, r) != ("A", 3))
    write_cached(twice, twice, {"Out": {"A3": block(8)}})
    assert parts(twice)[SHEET] == parts(once)[SHEET]
    assert parts(twice)[CHART] == parts(once)[CHART]


def test_a_growing_result_is_seen_by_every_reader(book):
    write_cached(book, book, {"Out": {"A3": block(12, 3)}})
    values = shown(book)
    for row, line in enumerate(block(12, 3), 3):
        assert [values[f"{column}{row}"] for column in "ABC"] == line
    grid = python_calamine.load_workbook(str(book)).get_sheet_by_name("Out").to_python()
    assert [line[:3] for line in grid[2:]] == block(12, 3)
    [anchor] = [one for one in formulas(book, "Out") if one.cell == "A3"]
    assert anchor.ref == "A3:C14"
    data = parts(book)[SHEET]
    assert b'<c r="A3" cm="1">' in data
    assert b'<dimension ref="A1:H14"/>' in data
    rows = [int(number) for number in re.findall(rb'<row r="(\d+)"', data)]
    assert rows == sorted(set(rows))


def test_formatted_blanks_keep_their_format(book):
    before = re.search(rb'<c r="B12" s="\d+"/>', parts(book)[SHEET])[0]
    write_cached(book, book, {"Out": {"A3": block(12)}})
    style = re.search(rb'<c r="B12" (s="\d+")>', parts(book)[SHEET])[1]
    assert style in before
    write_cached(book, book, {"Out": {"A3": block(2)}})
    assert before in parts(book)[SHEET]


@pytest.mark.parametrize(
    ("size", "by"),
    [((1, 8), "E3"), ((3, 8), "E3"), ((1_048_575, 1), "the end of the sheet")],
)
def test_a_result_without_room_is_spill_and_content_stays(book, size, by):
    before = shown(book)
    report = write_cached(book, book, {"Out": {"A3": block(*size)}})
    assert [(one.sheet, one.cell, one.by) for one in report.blocked] == [("Out", "A3", by)]
    after = shown(book)
    assert after["A3"] == "#VALUE!"  # as Excel stores it
    own = {f"{column}{row}" for column in "AB" for row in (3, 4, 5)}
    assert {c: v for c, v in after.items() if c not in own} == {
        c: v for c, v in before.items() if c not in own
    }
    assert all(after[cell] is None for cell in own - {"A3"})
    unchanged = book.read_bytes()
    assert write_cached(book, book, {"Out": {"A3": block(*size)}}).blocked
    assert book.read_bytes() == unchanged


def test_merged_cells_stand_in_the_way():
    def merged(data):
        return data.replace(
            b"</sheetData>",
            b'</sheetData><mergeCells count="1"><mergeCell ref="B9:C9"/></mergeCells>',
        )

    source = with_parts(rich_book(), sheet2=merged)
    buffer = _cached(source, {"Out": {"A3": block(9)}})
    assert buffer[1].blocked[0].by == "B9:C9"


def _cached(source, results):
    from xlcrm.workbook.package.archive import opened
    from xlcrm.workbook.package.cached import with_cached

    return with_cached(opened(source), results)


def test_an_array_of_fixed_size_keeps_it(book):
    write_cached(book, book, {"Out": {"E3": [[1.0, 2.0, 3.0]]}})
    values = shown(book)
    assert [values[cell] for cell in ("E3", "F3", "E4", "F4", "G3")] == [1, 2, 1, 2, None]
    write_cached(book, book, {"Out": {"E3": [[1.0], [2.0], [3.0]]}})
    values = shown(book)
    assert [values[cell] for cell in ("E3", "F3", "E4", "F4")] == [1, 1, 2, 2]


def test_one_value_for_a_plain_formula(book):
    write_cached(book, book, {"Out": {"C1": block(3)}})
    assert shown(book)["C1"] == 1
    assert shown(book)["D1"] is None


VALUES = [
    ("text", "text"),
    ("  outer \n", "  outer \n"),
    ("<a & 'b' \"c\">", "<a & 'b' \"c\">"),
    ("日本 😀 é", "日本 😀 é"),
    ("=1+1", "=1+1"),
    (2.0, 2),
    (0.1, 0.1),
    (-1e-300, -1e-300),
    (True, True),
    (ExcelError.DIV0, "#DIV/0!"),
    (ExcelError.NA, "#N/A"),
    (float("nan"), "#NUM!"),
    (10**400, "#NUM!"),
    ("", None),
]


def test_every_kind_of_value_is_read_as_it_was_meant(book):
    write_cached(book, book, {"Out": {"A3": [[value] for value, _ in VALUES]}})
    values = shown(book)
    for row, (_, expected) in enumerate(VALUES, 3):
        assert values[f"A{row}"] == expected
        assert type(values[f"A{row}"]) is type(expected)


def test_control_characters_and_half_pairs_are_written_as_excel_does(book):
    write_cached(book, book, {"Out": {"B1": [["a\x00\x0b\r_x0041_\ud800b"]]}})
    assert b"a_x0000__x000B__x000D__x005F_x0041_\xef\xbf\xbdb" in parts(book)[SHEET]
    grid = python_calamine.load_workbook(str(book)).get_sheet_by_name("Out").to_python()
    assert grid[0][1] == "a\x00\x0b\r_x0041_\ufffdb"


def test_charts_show_the_new_values_and_a_gap_for_an_error(book):
    result = [["x", 5.0], ["y", ExcelError.NA], ["z", 7.0]]
    assert write_cached(book, book, {"Out": {"A3": result}}).charts == 1
    chart = parts(book)[CHART].decode()
    values = chart[chart.index("<c:val>") :]
    assert re.findall(r'<c:pt idx="(\d)"><c:v>([^<]*)', values) == [("0", "5"), ("2", "7")]
    assert '<c:ptCount val="6"/>' in values


def test_a_comment_and_cdata_in_a_sheet_do_no_harm():
    source = with_parts(
        rich_book(),
        sheet2=lambda data: data.replace(b"<sheetData>", b"<sheetData><!-- <row r='9'> -->"),
    )
    data, report = _cached(source, {"Out": {"A3": block(4)}})
    assert report.cells == 2 + 1
    assert b"<!-- <row r='9'> -->" in parts(data)[SHEET]


def test_a_sheet_that_was_empty_and_one_without_row_numbers():
    def bare(data):
        return re.sub(rb' r="[A-Z]*\d+"', b"", data)

    source = with_parts(rich_book(), sheet2=bare)
    found = {one.cell for one in formulas(source)}
    assert {"B1"} <= found


def test_what_has_no_formula_gets_no_result(book):
    for results, message in [
        ({"Out": {"A1": [[1.0]]}}, "A1, which holds no formula"),
        ({"Aut": {"A1": [[1.0]]}}, "no sheet 'Aut': did you mean 'Out'"),
        ({"Out": {"A3": [[1.0], [1.0, 2.0]]}}, "no block"),
        ({"Out": {"A3": []}}, "no block"),
    ]:
        before = book.read_bytes()
        with pytest.raises(WrongValue, match=message):
            write_cached(book, book, results)
        assert book.read_bytes() == before


CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from([ExcelError.NA, ExcelError.DIV0, ExcelError.VALUE]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=12))
def test_any_result_is_written_once_and_read_back(result):
    once, _ = _cached(BOOK, {"Out": {"A3": result}})
    twice, report = _cached(once, {"Out": {"A3": result}})
    assert twice == once
    assert report.cells == 0
    grid = python_calamine.load_workbook(io.BytesIO(once)).get_sheet_by_name("Out").to_python()
    for row, line in enumerate(result):
        for column, value in enumerate(line):
            if not isinstance(value, ExcelError):
                assert grid[2 + row][column] == value


BOOK = rich_book()


def test_random_growth_never_touches_other_cells(tmp_path):
    rng = random.Random(7)  # noqa: S311
    path = tmp_path / "book.xlsx"
    rich_book(path)
    others = {c: v for c, v in shown(path).items() if v is not None and c[0] in "CEFH"}
    for _ in range(25):
        size = rng.randint(1, 30), rng.randint(1, 6)
        write_cached(path, path, {"Out": {"A3": block(*size)}})
        values = shown(path)
        assert {c: values[c] for c in others} == others
    once = contents(path)
    assert [sheet.name for sheet in once.sheets] == ["Deals & co", "Out", "Plain"]


def test_the_engine_gets_rewritten_formulas_and_no_cells_in_the_way(book, tmp_path):
    import formualizer

    seen = []

    def rewrite(sheet, cell, text):
        seen.append((sheet, cell, text))
        return text.replace("_xlfn.SEQUENCE(3,2)", 'SEQUENCE(4,3)&"<"')

    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(engine_copy(book, rewrite)[0])
    assert [one[:2] for one in seen] == [("Out", cell) for cell in ("B1", "C1", "A3", "E3")]
    assert changed_parts(book, copy) == {SHEET}
    assert [one.text for one in formulas(copy)][2] == 'SEQUENCE(4,3)&"<"'
    data = parts(copy)[SHEET]
    assert b'r="B4"' not in data
    assert b'r="F4"' not in data
    engine = formualizer.Workbook.from_path(str(copy))
    engine.evaluate_all()
    assert engine.evaluate_cell("Out", 3, 1) == "1<"
    assert engine.evaluate_cell("Out", 6, 3) == "12<"


def test_shared_formulas_get_texts_of_their_own_when_one_changes():
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><f t="shared" %ssi="0"%s</c></row>'
        % (n, n, b'ref="A1:A3" ' if n == 1 else b"", b">B1*2</f>" if n == 1 else b"/>")
        for n in (1, 2, 3)
    )
    source = with_parts(
        rich_book(),
        sheet3=lambda data: re.sub(
            rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", data
        ),
    )
    copy = engine_copy(source, lambda _, cell, text: "0" if cell == "A2" else text)[0]
    assert [one.text for one in formulas(copy, "Plain")] == ["B1*2", "0", "B3*2"]
    same = engine_copy(source, lambda _, __, text: text)[0]
    assert parts(same)["xl/worksheets/sheet3.xml"] == parts(source)["xl/worksheets/sheet3.xml"]
