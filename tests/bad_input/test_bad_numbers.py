"""Numbers as text, shares, currencies, extremes."""

import random

import pandas as pd
import pytest
from asking import STAGES, Book, column, deals

from xlcrm.analytics.figures import kpi_value
from xlcrm.errors import OutOfDomain
from xlcrm.model.model import model_of
from xlcrm.model.schema import kind
from xlcrm.model.table import FrameTable


def amount(excel, *cells, **settings):
    return excel.one("won_amount", column("Amount", *cells), settings=settings)


def refused(excel, *cells, **settings):
    error, sentence = excel.kpi_refusal("won_amount", column("Amount", *cells), settings=settings)
    assert error == "#VALUE!"
    return sentence.removeprefix("deals, row 2: amount: ")


# ── 12 numbers stored as text ───────────────────────────────────────────────────────────────


def test_numbers_stored_as_text_are_converted_and_counted(excel):
    rows = column("Amount", "1234.5", "2", 1.0, None)
    assert excel.one("won_amount", rows) == 1237.5
    assert excel.explained("won_amount", rows)["note"] == "amount: 2 text numbers read as numbers"


def test_with_text_numbers_strict_numbers_stored_as_text_are_refused(excel):
    assert refused(excel, "1234.5", text_numbers="strict") == (
        "'1234.5' stands as text; make it a number or set text_numbers to convert"
    )


def test_numbers_stored_as_text_are_converted_as_arguments(excel):
    assert excel.value("CRM_SCORE", "95", "95.0", "80") == pytest.approx(200 / 3)


# ── 13 decimal signs ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 234,56", 1234.56),
        ("1.234,56", 1234.56),
        ("1,234.56", 1234.56),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("0,125", 0.125),
        ("1234,567", 1234.567),
        ("12,5", 12.5),
    ],
)
def test_a_decimal_sign_that_is_told_by_the_text_is_found(excel, text, number):
    assert amount(excel, text) == number


@pytest.mark.parametrize("text", ["1,234", "1.234", "12.345", "(1,234)", "-1.234 "])
def test_a_sign_that_may_set_thousands_or_decimals_apart_asks_for_decimal(excel, text):
    assert refused(excel, text) == (
        f"{text!r} can be read two ways: give numbers, or set decimal to '.' or ','"
    )


@pytest.mark.parametrize(("decimal", "number"), [(".", 1234.0), (",", 1.234)])
def test_decimal_settles_what_a_sign_means(excel, decimal, number):
    assert amount(excel, "1,234", decimal=decimal) == number


def test_the_rest_of_the_column_settles_what_a_sign_means(excel):
    assert amount(excel, "1,234", "1,5") == 2.734
    assert amount(excel, "1,234", "1.5") == 1235.5


def test_texts_that_disagree_about_the_sign_are_refused(excel):
    assert refused(excel, "1.5", "1,5") == (
        "'1.5' and '1,5' do not have one decimal sign: give numbers, or set decimal to '.' or ','"
    )


def test_a_text_that_is_no_number_has_no_say_about_the_sign(excel):
    rows = deals({"Amount": "1,5"}, {"Amount": "n.a.", "Status": "lost"})
    assert excel.one("won_amount", rows) == 1.5


def test_a_doubtful_text_in_a_row_that_does_not_count_does_not_matter(excel):
    rows = deals({}, {"Amount": "1,234", "Status": "lost"})
    assert excel.one("won_amount", rows) == 100.0


def test_a_number_with_the_other_decimal_sign_than_set_is_refused(excel):
    assert refused(excel, "1,5", decimal=".") == "'1,5' is no number with the decimal sign '.'"


def test_a_doubtful_number_is_refused_as_an_argument_too(excel):
    error, sentence = excel.refusal("CRM_SCORE", "1,234", 95.0, 80.0)
    assert error == "#VALUE!"
    assert sentence.startswith("actual: '1,234' can be read two ways")


# ── 14 and 15 spaces, brackets and minus signs ──────────────────────────────────────────────


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009", "\u2007"])
def test_spaces_of_any_kind_set_thousands_apart(excel, space):
    assert amount(excel, f"{space}1{space}234{space}567,5{space}") == 1234567.5


def test_spaces_elsewhere_make_no_number(excel):
    assert refused(excel, "12 34") == "'12 34' is no number"
    assert refused(excel, "1 2") == "'1 2' is no number"


@pytest.mark.parametrize(
    "text", ["(1,234.0)", "( 1234 )", "1234-", "\u22121234", "-1234", "- 1 234", "1234 -"]
)
def test_accountants_ways_to_write_a_negative_number(excel, text):
    assert amount(excel, text) == -1234.0


@pytest.mark.parametrize("text", ["(-5)", "-5-", "(+5)"])
def test_a_number_with_two_signs_is_refused(excel, text):
    assert refused(excel, text) == f"{text!r} has two signs"


# ── 16 shares ───────────────────────────────────────────────────────────────────────────────


def stage_share(excel, cell):
    stages = (STAGES[0], ("Lead", 1.0, cell))
    model = excel.model(deals({}, stage="Lead"), stages=stages)
    header, row = excel.rows("CRM_STAGE_RATES", model, "configured")
    return dict(zip(header, row, strict=True))["configured"]


@pytest.mark.parametrize("cell", ["12%", "12 %", "0.12", "0,12", 0.12])
def test_a_share_may_be_written_as_a_percentage(excel, cell):
    assert stage_share(excel, cell) == pytest.approx(0.12, rel=1e-15)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (12.0, "probability 12 > 1; enter 0.12 or 12%"),
        ("12", "probability 12 > 1; enter 0.12 or 12%"),
        ("120%", "probability 120% is no share: it lies between 0 and 1, or 0% and 100%"),
        (-0.1, "probability -0.1 is no share: it lies between 0 and 1, or 0% and 100%"),
    ],
)
def test_a_share_beyond_one_is_refused_with_what_to_enter(excel, cell, why):
    rows = deals({}, {"Probability": cell})
    refusal = excel.kpi_refusal("won_deals", rows, where="probability>=0")
    assert refusal == ("#NUM!", f"deals, row 3: {why}")


# ── 17 currencies ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["$1,000", "1000 EUR", "€ 5", "EUR 5", "£3.20", "USD1000"])
def test_an_amount_with_its_currency_in_the_cell_is_refused(excel, text):
    assert refused(excel, text) == (
        f"{text!r} is no number: give the number alone, and its currency in the column currency"
    )


def of_two_currencies():
    return deals(*[{"Currency": "EUR"}] * 90, *[{"Currency": "USD"}] * 10)


@pytest.mark.parametrize("kpi", ["won_amount", "average_deal", "revenue"])
def test_amounts_of_mixed_currencies_are_never_summed(excel, kpi):
    error, sentence = excel.kpi_refusal(kpi, of_two_currencies())
    assert error == "#VALUE!"
    assert sentence == (
        "mixed currencies EUR(90), USD(10) among deals won: ask for one, such as currency=EUR, "
        "or group by currency"
    )


def test_open_amounts_of_mixed_currencies_are_never_forecast(excel):
    rows = deals({"Currency": "EUR"}, {"Currency": "USD"}, stage="Lead", status="open")
    model = excel.model(rows, as_of=45001.0, stages=STAGES)
    error, sentence = excel.refusal("CRM_FORECAST", model)
    assert error == "#VALUE!"
    assert sentence.startswith("mixed currencies EUR(1), USD(1) among open deals")


def test_one_currency_of_several_can_be_summed(excel):
    assert excel.one("won_amount", of_two_currencies(), where="currency=usd") == 1000.0
    by_currency = excel.groups("won_amount", of_two_currencies(), "currency")
    assert by_currency == {"EUR": 9000.0, "USD": 1000.0}


def test_deals_of_mixed_currencies_can_be_counted(excel):
    assert excel.one("win_rate", of_two_currencies()) == 1.0


def test_only_the_currencies_of_rows_that_count_matter(excel):
    rows = deals({"Currency": "EUR"}, {"Currency": "USD", "Status": "lost"})
    assert excel.one("won_amount", rows) == 100.0


def test_spellings_of_one_currency_and_blanks_are_not_mixed(excel):
    assert excel.one("won_amount", column("Currency", "EUR", "eur ", None)) == 300.0


def test_mixed_currencies_of_a_frame_are_refused_too():
    frame = pd.DataFrame(
        {
            "order_id": ["1", "2"],
            "account_id": ["a", "a"],
            "date": pd.to_datetime(["2026-03-04"] * 2),
            "amount": [1.0, 2.0],
            "currency": ["EUR", "CHF"],
        }
    )
    model = model_of([FrameTable(kind("orders"), frame, "x")])
    with pytest.raises(Exception, match=r"mixed currencies \w{3}\(1\), \w{3}\(1\)"):
        kpi_value(model, "revenue")


# ── 19 what Python takes for numbers ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    ["1_000", "١٢٣", "१२३", "１２３", "nan", "inf", "-Infinity", "0x10", "1e", "½", "1'234", "--5"],  # noqa: RUF001 - the trap itself
)
def test_a_text_that_only_python_takes_for_a_number_is_refused(excel, text):
    assert refused(excel, text) == f"{text!r} is no number"


# ── 38 to 42 extremes ───────────────────────────────────────────────────────────────────────


def test_a_sum_beyond_the_largest_number_is_an_overflow_and_never_infinite(excel):
    error, sentence = excel.kpi_refusal("won_amount", column("Amount", 1e308, 1e308))
    assert error == "#NUM!"
    assert sentence == "overflow: amount adds up beyond 1.8E+308; look for a mistyped amount"


def test_a_text_beyond_the_largest_number_is_refused(excel):
    refusal = excel.kpi_refusal("won_amount", column("Amount", "1E999"))
    assert refusal == ("#NUM!", "deals, row 2: amount: '1E999' is too large a number")


def test_a_subnormal_amount_adds_next_to_nothing(excel):
    assert amount(excel, 1e-320) == pytest.approx(0.0, abs=1e-300)
    assert amount(excel, 1e-320, 5.0) == 5.0


def test_minus_zero_leaves_as_zero(excel):
    assert str(amount(excel, -0.0)) == "0.0"


@pytest.mark.parametrize("raw", ["NaN", "INF", "1e999"])
def test_a_number_of_a_file_that_is_none_never_enters_a_sum(raw):
    rows = deals({}, {"Amount": raw})
    book = Book('=CRM_KPI(Deals!A1:H3,"won_amount")', Deals=rows)
    error, sentence = book.refusal()
    assert error in ("#NUM!", "#VALUE!")
    assert sentence.startswith(f"deals, row 3: amount: '{raw}' is ")


def a_million(cells):
    frame = pd.DataFrame(
        {
            "order_id": "x",
            "account_id": "a",
            "date": pd.Timestamp(2026, 3, 4),
            "amount": cells,
        }
    )
    return model_of([FrameTable(kind("orders"), frame, "million")])


def test_a_million_dimes_are_a_hundred_thousand():
    assert kpi_value(a_million([0.1] * 1_000_000), "revenue") == pytest.approx(1e5, rel=1e-15)


def test_a_sum_does_not_depend_on_the_order_of_rows():
    cells = [random.Random(k).uniform(-1, 1) * 10 ** (k % 15) for k in range(3000)]  # noqa: S311 - no secret
    shuffled = random.Random(1).sample(cells, len(cells))  # noqa: S311 - no secret
    assert kpi_value(a_million(cells), "revenue") == kpi_value(a_million(shuffled), "revenue")


def test_a_sum_that_overflows_in_a_frame_is_refused():
    with pytest.raises(OutOfDomain, match=r"overflow: amount adds up beyond 1\.8E\+308"):
        kpi_value(a_million([1.7e308, 1.7e308]), "revenue")


def test_no_claim_is_made_beyond_the_fifteenth_digit(excel):
    exact = 2**53 + 1
    assert amount(excel, 2.0**53, 1.0) == pytest.approx(exact, rel=1e-15)
