"""Ranges that are empty, blank, too long or of the wrong shape."""

import pytest
from asking import DEAL, STAGES, Book, deals

BLANK = (None,) * 8


# ── 1 empty range ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("blank", [None, "", " ", "\u00a0"])
def test_a_blank_range_has_no_rows_and_the_range_is_named(excel, blank):
    refusal = excel.table_refusal("deals", ((blank,) * 6,) * 999, name="A2:F1000")
    assert refusal == ("#N/A", "no rows in range A2:F1000: it is blank")


def test_a_blank_range_in_the_place_of_a_model_has_no_rows(excel):
    refusal = excel.refusal("CRM_KPI", ((None, None), (None, None)), "win_rate")
    assert refusal == ("#N/A", "no rows in the range: it is blank")


def test_a_blank_cell_in_the_place_of_a_range_has_no_rows(excel):
    assert excel.refusal("CRM_TABLE", "deals", None) == (
        "#N/A",
        "no rows in the range: it is blank",
    )


def test_a_blank_cell_in_the_place_of_a_model_asks_for_one(excel):
    error, sentence = excel.refusal("CRM_KPI", None, "win_rate")
    assert error == "#VALUE!"
    assert sentence.startswith("model is missing: The cell of CRM_MODEL")


def test_a_blank_range_of_a_workbook_is_named_as_the_formula_has_it():
    book = Book('=CRM_TABLE("deals",Deals!J1:P10)', Deals=deals({}))
    assert book.refusal() == ("#N/A", "no rows in range Deals!J1:P10: it is blank")


# ── 2 header only ───────────────────────────────────────────────────────────────────────────


def test_headers_without_rows_are_said_to_be_found(excel):
    header = deals({})[:1]
    told = ("#N/A", "headers found, 0 data rows in Deals")
    assert excel.table_refusal("deals", header) == told
    assert excel.table_refusal("deals", (*header, BLANK, BLANK)) == told


def test_headers_without_rows_in_the_place_of_a_model(excel):
    refusal = excel.refusal("CRM_KPI", deals({})[:1], "win_rate")
    assert refusal == ("#N/A", "headers found, 0 data rows in the range")


def test_a_table_without_rows_is_passed_over_by_the_model():
    book = Book(
        '=CRM_TABLE("deals",Deals!A1:H2)',
        '=CRM_TABLE("orders",Orders!A1:D1)',
        "=CRM_MODEL(A1:A20)",
        '=CRM_KPI(A21,"won_amount")',
        "=CRM_ERROR(A11)",
        Deals=deals({}),
        Orders=[("Order id", "Account id", "Date", "Amount")],
    )
    assert book.value(3) == 100.0
    assert book.value(4) == "headers found, 0 data rows in Orders!A1:D1"


# ── 3 one row ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kpi", "figure"),
    [("won_deals", 1.0), ("won_amount", 100.0), ("win_rate", 1.0), ("cycle_days", 40.0)],
)
def test_one_deal_gives_a_figure(excel, kpi, figure):
    assert excel.one(kpi, deals({})) == figure


def test_one_open_deal_gives_a_forecast(excel):
    one = deals({}, status="open", stage="Negotiation")
    model = excel.model(one, as_of=45001.0, stages=STAGES)
    header, row = excel.rows("CRM_FORECAST", model, "owner", "", "", "", "configured")
    assert dict(zip(header, row, strict=True))["weighted"] == pytest.approx(60.0, rel=1e-15)


# ── 4 blank rows inside ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0"])
def test_blank_rows_inside_a_table_are_skipped_and_counted(excel, blank):
    header, first, second = deals({}, {"Amount": 5.0})
    hole = (blank,) * len(header)
    gapped = (header, first, hole, hole, second, hole)
    assert excel.one("won_amount", gapped) == excel.one("won_amount", (header, first, second))
    assert excel.explained("won_amount", gapped)["note"] == "deals: 2 blank rows skipped"


def test_rows_behind_blank_ones_keep_their_sheet_row(excel):
    header, first, second = deals({}, {"Amount": "x"})
    gapped = (header, first, BLANK, second)
    assert excel.kpi_refusal("won_amount", gapped) == (
        "#VALUE!",
        "deals, row 4: amount: 'x' is no number",
    )


# ── 5 whole columns ─────────────────────────────────────────────────────────────────────────


def test_whole_columns_give_what_the_used_rows_give():
    rows = deals({}, {"Amount": 50.0}, {"Amount": 25.0, "Owner": "Bob"})
    book = Book(
        '=CRM_TABLE("deals",Deals!A:H)',
        '=CRM_TABLE("deals",Deals!A1:H4)',
        "=CRM_MODEL(A1)",
        "=CRM_MODEL(A11)",
        '=CRM_KPI(A21,"won_amount")',
        '=CRM_KPI(A31,"won_amount")',
        '=CRM_KPI(A21,"won_deals")',
        '=CRM_KPI(Deals!A:H,"average_deal")',
        Deals=rows,
    )
    assert book.value(0).startswith("deals: 3 rows · Deals!A:H #")
    assert book.value(0)[-16:] == book.value(1)[-16:]
    assert [book.value(k) for k in (4, 5, 6)] == [175.0, 175.0, 3.0]
    assert book.value(7) == pytest.approx(175 / 3, rel=1e-15)


# ── 6 and 7 lengths and shapes ──────────────────────────────────────────────────────────────


def test_ranges_of_unequal_length_are_named_with_their_lengths(excel):
    actual, target = ((90.0,),) * 100, ((95.0,),) * 99
    refusal = excel.refusal("CRM_SCORE", actual, target, 80.0)
    assert refusal == (
        "#VALUE!",
        "actual has 100 rows, target 99: give ranges of equal length",
    )


def test_ranges_of_unequal_length_in_a_workbook():
    book = Book(
        "=CRM_SCORE(Data!A1:A3,Data!B1:B2,80)", Data=[(90.0, 95.0), (91.0, 95.0), (92.0, 95.0)]
    )
    assert book.refusal() == (
        "#VALUE!",
        "actual has 3 rows, target 2: give ranges of equal length",
    )


# Piecewise: red 80 is worth 100/3, target 95 is worth 200/3.
RED, TARGET = pytest.approx(100 / 3), pytest.approx(200 / 3)


def test_a_row_is_taken_where_a_column_is_expected(excel):
    in_a_row = excel.rows("CRM_SCORE", ((80.0, 95.0),), ((95.0, 95.0),), 80.0)
    in_a_column = excel.rows("CRM_SCORE", ((80.0,), (95.0,)), ((95.0,), (95.0,)), 80.0)
    assert in_a_row == in_a_column == [[RED], [TARGET]]


def test_a_row_and_a_column_of_a_workbook_may_be_mixed():
    book = Book(
        "=INDEX(CRM_SCORE(Data!A1:B1,Data!C1:C2,80),2)",
        Data=[(80.0, 95.0, 95.0), (None, None, 95.0)],
    )
    assert book.value() == TARGET


def test_a_block_is_refused_where_a_column_is_expected(excel):
    block = ((90.0, 91.0, 92.0), (93.0, 94.0, 95.0))
    told = ("#VALUE!", "actual has 2 rows and 3 columns: give one column or one row")
    assert excel.refusal("CRM_SCORE", block, 95.0, 80.0) == told
    assert Book("=CRM_SCORE(Data!A1:C2,95,80)", Data=block).refusal() == told


def test_a_block_is_refused_where_one_cell_is_expected(excel):
    error, sentence = excel.refusal(
        "CRM_KPI", excel.model(deals({})), (("win_rate", "x"), ("y", "z"))
    )
    assert (error, sentence) == (
        "#VALUE!",
        "kpi: one cell is needed here, not 2 rows by 2 columns",
    )


def test_the_deal_of_these_tests_is_complete():
    assert len(DEAL) == len(BLANK)
