"""Error cells and what only looks like one."""

import pytest
from asking import Book, column, deals

from xlcrm.errors import ExcelError

# What COM hands over for an error cell: CVErr's numbers, and those of the newer errors.
COM = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
    "#GETTING_DATA": -2146826245,
    "#SPILL!": -2146826243,
    "#CALC!": -2146826238,
}
NA = COM["#N/A"]


# ── 8 and 9 error cells propagate ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("error", COM)
def test_an_error_cell_propagates_as_itself(excel, error):
    refusal = excel.kpi_refusal("won_amount", column("Amount", 1.0, COM[error]))
    assert refusal == (error, f"deals, row 3: amount is {error}")


@pytest.mark.parametrize(("first", "second"), [("#DIV/0!", "#N/A"), ("#N/A", "#DIV/0!")])
def test_the_first_error_in_row_order_wins(excel, first, second):
    rows = column("Amount", 1.0, COM[first], COM[second])
    assert excel.kpi_refusal("won_amount", rows) == (first, f"deals, row 3: amount is {first}")


def test_the_first_error_in_row_order_wins_across_columns(excel):
    rows = deals({"Closed on": 45040.0}, {"Closed on": COM["#REF!"]}, {"Amount": COM["#N/A"]})
    error, sentence = excel.kpi_refusal("won_amount", rows, period="2023")
    assert (error, sentence) == ("#REF!", "deals, row 3: closed_on is #REF!")


def test_an_error_in_a_row_that_does_not_count_does_not_matter(excel):
    rows = deals({}, {"Amount": NA, "Status": "lost"})
    assert excel.one("won_amount", rows) == 100.0


def test_an_error_in_a_column_that_does_not_count_does_not_matter(excel):
    assert excel.one("won_deals", column("Amount", NA, 1.0)) == 2.0


def test_with_errors_skip_an_error_row_is_left_out_and_counted(excel):
    rows, skip = column("Amount", 1.0, NA, COM["#DIV/0!"], 2.0), {"errors": "skip"}
    assert excel.one("won_amount", rows, settings=skip) == 3.0
    told = excel.explained("won_amount", rows, settings=skip)
    assert told["rows counted: deals won"] == 2.0
    assert told["left out: an error or unreadable cell"] == 2.0


def test_an_error_in_the_owner_column_propagates(excel):
    refusal = excel.kpi_refusal("won_deals", column("Owner", "Ann", NA), by="owner")
    assert refusal == ("#N/A", "deals, row 3: owner is #N/A")


def test_an_error_in_an_id_column_propagates(excel):
    refusal = excel.kpi_refusal("won_deals", column("Deal id", "x", NA), by="deal_id")
    assert refusal == ("#N/A", "deals, row 3: deal_id is #N/A")


def test_an_error_as_an_argument_propagates(excel):
    model = excel.model(deals({}))
    assert excel.refusal("CRM_KPI", model, COM["#REF!"]) == ("#REF!", "the argument kpi is #REF!")
    assert excel.refusal("CRM_KPI", NA, "win_rate") == (
        "#N/A",
        "the model's cell is #N/A; CRM_ERROR on it tells why",
    )


def test_an_error_among_targets_propagates_with_its_row(excel):
    refusal = excel.refusal("CRM_SCORE", ((90.0,), (90.0,)), ((95.0,), (COM["#NUM!"],)), 80.0)
    assert refusal == ("#NUM!", "target is #NUM! in row 2")


@pytest.mark.parametrize("error", [ExcelError.NA, ExcelError.DIV0, ExcelError.NUM])
def test_an_error_cell_of_a_workbook_propagates_as_itself(error):
    book = Book('=CRM_KPI(Deals!A1:H3,"won_amount")', Deals=column("Amount", 1.0, error))
    assert book.refusal() == (error.text, f"deals, row 3: amount is {error.text}")


def test_an_error_cell_of_a_workbook_is_never_blank_or_zero():
    rows = column("Amount", 1.0, ExcelError.NA)
    settings = [("name", "value"), ("errors", "skip")]
    book = Book(
        '=CRM_TABLE("deals",Deals!A1:H3)',
        '=CRM_TABLE("settings",Settings!A1:B2)',
        "=CRM_MODEL(A1:A11)",
        '=CRM_KPI(A21,"average_deal")',
        Deals=rows,
        Settings=settings,
    )
    assert book.value() == 1.0


# ── 10 and 11 what only looks like an error ─────────────────────────────────────────────────


def test_the_number_of_an_error_typed_as_data_is_a_number(excel):
    assert excel.one("won_amount", column("Amount", -2146826246.0, 1.0)) == -2146826245.0


def test_the_text_na_is_no_number(excel):
    refusal = excel.kpi_refusal("won_amount", column("Amount", "#N/A"))
    assert refusal == ("#VALUE!", "deals, row 2: amount: '#N/A' is no number")


def test_the_text_na_is_text_in_a_text_column(excel):
    assert excel.groups("won_deals", column("Owner", "#N/A", "Ann"), "owner") == {
        "#N/A": 1.0,
        "Ann": 1.0,
    }


# ── 22 logical values ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("logical", [True, False])
def test_true_and_false_are_no_amounts(excel, logical):
    error, sentence = excel.kpi_refusal("won_amount", column("Amount", 1.0, logical))
    shown = str(logical).upper()
    assert error == "#VALUE!"
    assert sentence == (
        f"deals, row 3: amount is {shown}, which SUM would ignore and xlcrm refuses"
    )


def test_true_is_no_number_as_an_argument(excel):
    assert excel.refusal("CRM_SCORE", True, 95.0, 80.0) == (
        "#VALUE!",
        "actual is a number, not TRUE",
    )


# ── 40 numbers that are none ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("beside", [1.0, "2", None, True])
def test_a_number_that_is_not_finite_is_refused_whatever_stands_beside_it(excel, cell, beside):
    rows = deals({"Amount": beside, "Status": "lost"}, {"Amount": cell})
    assert excel.kpi_refusal("won_amount", rows) == (
        "#NUM!",
        f"deals, row 3: amount is {cell}, which is no number of a cell",
    )


@pytest.mark.parametrize("header", ["Owner", "Deal id"])
def test_a_number_that_is_not_finite_is_no_name(excel, header):
    column_name = header.lower().replace(" ", "_")
    refusal = excel.kpi_refusal("won_deals", column(header, float("nan"), "x"), by=column_name)
    assert refusal == (
        "#NUM!",
        f"deals, row 2: {column_name} is nan, which is no number of a cell",
    )


def test_a_number_that_is_not_finite_is_no_argument(excel):
    error, sentence = excel.refusal("CRM_SCORE", float("inf"), 95.0, 80.0)
    assert (error, sentence) == ("#NUM!", "row 1 holds inf, which is no number of a cell")
