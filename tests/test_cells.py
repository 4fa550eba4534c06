"""What cells are on the way in and on the way out."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from xlcrm.cells import (
    Origin,
    canonical,
    column_letters,
    date_of_serial,
    date_of_text,
    is_blank,
    leave,
    number_of_text,
    number_text,
    scalar,
    serial_of,
    text_key,
    text_of,
    used,
    vector,
)
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

PLAIN = (
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(ExcelError)
)


# ── cells as they arrive ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        (None, None),
        ("", ""),
        (1.5, 1.5),
        (7, 7.0),
        (True, True),
        (-2146826246, ExcelError.NA),
        (-2146826246.0, -2146826246.0),
        ({"type": "Error", "kind": "Na"}, ExcelError.NA),
        ({"type": "Error", "kind": "Div"}, ExcelError.DIV0),
        ({"type": "Error", "kind": "Spill"}, ExcelError.SPILL),
        ({"type": "Error", "kind": "Strange"}, ExcelError.VALUE),
        (Decimal("12.34"), 12.34),
        (np.float64(2.5), 2.5),
        (np.int64(3), 3.0),
        (datetime(2026, 3, 4, 12), 46085.5),  # noqa: DTZ001 - as a host has it
        (date(2026, 3, 4), 46085.0),
        ("Jose\u0301", "Jos\u00e9"),
    ],
)
def test_a_cell_of_any_host_has_one_form(cell, form):
    (((found,),),) = (canonical(cell),)
    assert found == form
    assert type(found) is type(form)


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (1.0, [(1.0,)]),
        ((1.0, 2.0), [(1.0, 2.0)]),
        (((1.0,), (2.0,)), [(1.0,), (2.0,)]),
        ([[1, "a"], [None, True]], [(1.0, "a"), (None, True)]),
        ([], []),
    ],
)
def test_values_of_any_shape_become_rows(value, rows):
    assert canonical(value) == rows


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=5))
def test_the_canonical_form_of_a_canonical_form_is_itself(rows):
    once = canonical(rows)
    assert canonical(once) == once
    assert [list(map(type, row)) for row in canonical(once)] == [
        list(map(type, row)) for row in once
    ]


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), np.float64("nan"), Decimal("NaN"), Decimal("Infinity")]
)
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(OutOfDomain, match=r"row 2 holds (nan|inf), which is no number of a cell"):
        canonical([("x",), (number,)])


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (datetime(2026, 3, 4, tzinfo=UTC), "aware and naive dates mixed"),
        (object(), "a cell cannot hold object"),
        ({"type": "Other"}, "a cell cannot hold dict"),
    ],
)
def test_what_no_cell_can_hold_is_refused(cell, why):
    with pytest.raises(WrongValue, match=why):
        canonical(cell)


@pytest.mark.parametrize("cell", [None, "", " ", "\u00a0", "\u202f\t\r\n"])
def test_nothing_and_white_space_are_blank(cell):
    assert is_blank(cell)


@pytest.mark.parametrize("cell", [0.0, False, "0", ExcelError.NA])
def test_zero_false_and_errors_are_not_blank(cell):
    assert not is_blank(cell)


def test_blank_rows_behind_the_last_used_one_are_cut():
    rows = [("a", None), (None, None), ("b", ""), (None, ""), (" ", None)]
    assert used(rows) == rows[:3]
    assert used([(None,)] * 3) == []


def test_one_cell_is_needed_where_one_is_asked():
    assert scalar(((5,),)) == 5.0
    with pytest.raises(WrongValue, match="one cell is needed here, not 1 rows by 2 columns"):
        scalar((1, 2))


def test_a_row_or_a_column_is_a_vector_and_a_block_is_not():
    assert vector(((1,), (2,)), "x") == vector((1, 2), "x") == [1.0, 2.0]
    with pytest.raises(WrongValue, match="x has 2 rows and 2 columns: give one column or one row"):
        vector(((1, 2), (3, 4)), "x")


@given(st.integers(0, 16_383))
def test_columns_are_lettered_as_excel_letters_them(column):
    assert column_letters(column + 1) == xl_col_to_name(column)


@given(st.integers(0, 999), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_cell_of_a_range_is_named_as_the_user_sees_it(row, column, down, right):
    origin = Origin(sheet="Data", row=row + 1, column=column + 1)
    address = xl_rowcol_to_cell(row + down, column + right)
    assert origin.cell(down, right) == f"Data!{address}"


# ── text ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (" a b\u00a0", "a b"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (True, "TRUE"),
        (1234567890123456.0, "1234567890123456"),
        (1e300, "1e+300"),
        (1 / 3, "0.333333333333333"),
    ],
)
def test_cells_as_text(cell, text):
    assert text_of(cell) == text


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_a_whole_number_round_trips_through_text(number):
    assert float(number_text(float(number))) == number


@given(st.floats(-1e14, 1e14))
def test_a_number_round_trips_through_text_to_15_digits(number):
    assert number_of_text(number_text(number)) == pytest.approx(number, rel=1e-14, abs=1e-300)


@given(st.text())
def test_a_folded_text_folds_to_itself(text):
    assert text_key(text_key(text)) == text_key(text)


@given(st.text(), st.sampled_from([" ", "\u00a0", "\t", "  "]))
def test_outer_white_space_never_matters(text, space):
    assert text_key(space + text + space) == text_key(text)


@given(st.integers(-(10**12), 10**12), st.sampled_from([".", ","]))
def test_thousands_set_apart_are_read_back(number, decimal):
    shown = f"{number:,}.5".replace(",", "_").replace(".", decimal)
    for apart in [" ", "\u00a0", "\u202f", "." if decimal == "," else ","]:
        written = shown.replace("_", apart)
        expected = abs(number) + 0.5
        assert abs(number_of_text(written, decimal)) == expected


# ── days ────────────────────────────────────────────────────────────────────────────────────

# Days whose serial numbers Excel's own documentation and file format give (ECMA-376 18.17.4.1).
PUBLISHED = {
    date(1900, 1, 1): 1,
    date(1900, 2, 28): 59,
    date(1900, 3, 1): 61,
    date(1904, 1, 1): 1462,
    date(2008, 1, 1): 39448,
    date(9999, 12, 31): 2958465,
}


@pytest.mark.parametrize(("day", "serial"), PUBLISHED.items())
def test_published_serials(day, serial):
    assert date_of_serial(serial) == day
    assert serial_of(day) == serial


@given(st.dates(date(1900, 1, 1)))
def test_a_day_round_trips_through_its_serial(day):
    assert date_of_serial(serial_of(day)) == day


@given(st.dates(date(1904, 1, 1)))
def test_a_day_round_trips_through_its_serial_in_the_1904_system(day):
    serial = serial_of(day, 1904)
    assert date_of_serial(serial, 1904) == day
    assert serial_of(day) - serial == 1462


@given(st.integers(1, 2_958_465).filter(lambda serial: serial != 60))
def test_a_serial_round_trips_through_its_day(serial):
    assert serial_of(date_of_serial(serial)) == serial


@given(st.integers(0, 2_957_003))
def test_a_serial_round_trips_through_its_day_in_the_1904_system(serial):
    assert serial_of(date_of_serial(serial, 1904), 1904) == serial


def test_ten_thousand_moments_of_a_day_are_of_that_day():
    chosen = random.Random(30)  # noqa: S311 - no secret
    first = datetime(1900, 3, 1)  # noqa: DTZ001 - cells have no zone
    for _ in range(10_000):
        moment = first + timedelta(
            days=chosen.randrange(2_958_400), milliseconds=chosen.randrange(86_400_000)
        )
        assert date_of_serial(serial_of(moment)) == moment.date(), moment


@given(st.dates(date(1900, 3, 1), date(9999, 12, 30)))
def test_the_last_tenth_of_a_microsecond_of_a_day_is_the_next_day(day):
    serial = serial_of(day) + (86_400 - 1e-7) / 86_400
    assert date_of_serial(serial) == day + timedelta(days=1)


@given(st.dates(date(1900, 1, 1)))
def test_an_iso_text_is_its_day(day):
    assert date_of_text(day.isoformat()) == date_of_text(f"{day:%Y%m%d}".zfill(8)) == day


@given(st.dates(date(1900, 1, 1)), st.sampled_from("/-."))
def test_a_local_text_is_its_day_once_the_order_is_known(day, sign):
    first, second, year = f"{day.day:02d}", f"{day.month:02d}", f"{day.year:04d}"
    assert date_of_text(sign.join([first, second, year]), day_first=True) == day
    assert date_of_text(sign.join([second, first, year]), day_first=False) == day


# ── answers as they leave ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        (1.5, [[1.5]]),
        (3, [[3.0]]),
        (np.int64(3), [[3.0]]),
        (True, [[True]]),
        (np.True_, [[True]]),
        ("text", [["text"]]),
        (None, [[""]]),
        (float("nan"), [[""]]),
        (pd.NaT, [[""]]),
        (pd.NA, [[""]]),
        (-0.0, [[0.0]]),
        (ExcelError.NA, [[-2146826246]]),
        (NotAvailable("why"), [[-2146826246]]),
        (date(2026, 3, 4), [[46085.0]]),
        (pd.Timestamp(2026, 3, 4, 12), [[46085.5]]),
        ([[1, None], ["a", ExcelError.DIV0]], [[1.0, ""], ["a", -2146826281]]),
        ([], [[""]]),
    ],
)
def test_an_answer_leaves_as_rows_of_cells(answer, rows):
    left = leave(answer)
    assert left == rows
    assert [list(map(type, row)) for row in left] == [list(map(type, row)) for row in rows]


def test_a_day_leaves_in_the_date_system_of_the_workbook():
    assert leave(date(2026, 3, 4), 1904) == [[44623.0]]


def test_a_lone_error_that_pandas_took_for_a_number_never_leaves():
    frame = pd.DataFrame({"owner": ["Ann", "Bob"], "rate": ExcelError.NA})
    assert frame["rate"].dtype == np.int64
    with pytest.raises(TypeError, match="rate leaves as whole numbers"):
        leave(frame)


def test_a_frame_leaves_as_its_header_and_its_rows():
    frame = pd.DataFrame(
        {"owner": ["Ann", None], "n": [1.0, 2.0], "when": pd.to_datetime(["2026-03-04", None])}
    )
    assert leave(frame) == [["owner", "n", "when"], ["Ann", 1.0, 46085.0], ["", 2.0, ""]]


def test_a_frame_without_rows_leaves_as_its_header():
    assert leave(pd.DataFrame({"a": [], "b": []})) == [["a", "b"]]


LEAVING = PLAIN | st.integers(0, 10**9) | st.dates(date(1900, 1, 1)) | st.just(float("nan"))


@given(st.lists(st.tuples(LEAVING, LEAVING, LEAVING), max_size=6))
def test_what_leaves_is_never_empty_and_always_rectangular(rows):
    for answer in (pd.DataFrame(rows, columns=list("abc"), dtype=object), list(map(list, rows))):
        left = leave(answer)
        assert left
        assert len({len(row) for row in left}) == 1
        for cell in (cell for row in left for cell in row):
            assert type(cell) in (float, str, bool, int)
            assert type(cell) is not int or ExcelError(cell)


def test_an_infinite_number_never_leaves():
    with pytest.raises(OutOfDomain, match="overflow"):
        leave(float("inf"))


def test_a_result_larger_than_a_sheet_is_refused():
    with pytest.raises(WrongValue, match=r"the result has 1,048,576 rows, more than a sheet"):
        leave(pd.DataFrame({"a": np.zeros(1_048_576)}))
