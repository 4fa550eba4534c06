"""The grammar of `where`, as text and as a range of three columns."""

import pytest
from asking import column, deals
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.conditions import Condition, conditions, number_in
from xlcrm.errors import ErrorInData, ExcelError, WrongValue

# ── the text ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("owner=Ann", ("owner", "=", ("Ann",))),
        ("  Owner  =  Ann Lee ", ("Owner", "=", ("Ann Lee",))),
        ("amount>1000", ("amount", ">", ("1000",))),
        ("amount >= 1,5", ("amount", ">=", ("1,5",))),
        ("amount<-5", ("amount", "<", ("-5",))),
        ("amount<=5", ("amount", "<=", ("5",))),
        ("stage<>Won", ("stage", "<>", ("Won",))),
        ("stage != Won", ("stage", "<>", ("Won",))),
        ("stage in Proposal, Negotiation", ("stage", "in", ("Proposal", "Negotiation"))),
        ("stage IN (Proposal,Negotiation)", ("stage", "in", ("Proposal", "Negotiation"))),
        ("stage in 'A, B', C", ("stage", "in", ("A, B", "C"))),
        ("owner=", ("owner", "=", ("",))),
        ("owner<>''", ("owner", "<>", ("",))),
        ("source='Web; shop'", ("source", "=", ("Web; shop",))),
        ("name='O''Brien'", ("name", "=", ("O'Brien",))),
        ("'Close date' > 45000", ("Close date", ">", ("45000",))),
        ("'in'=x", ("in", "=", ("x",))),
        ("formula=a=b", ("formula", "=", ("a=b",))),
        ("main industry in IT", ("main industry", "in", ("IT",))),
        ("sellers.region=North", ("sellers.region", "=", ("North",))),
    ],
)
def test_a_condition_is_column_operator_and_values(text, found):
    assert conditions(text) == (Condition(*found),)


def test_conditions_are_joined_by_semicolons():
    found = conditions("owner=Ann; amount>1000 ;stage in A, B; source<>'Web; shop';")
    assert [condition.column for condition in found] == ["owner", "amount", "stage", "source"]
    assert found[3].values == ("Web; shop",)


@pytest.mark.parametrize("text", ["", " ", ";", " ; ; "])
def test_no_text_is_no_condition(text):
    assert conditions(text) == ()


@pytest.mark.parametrize("text", ["Ann", "owner is Ann", "=5", "in A", "owner ~ Ann", "owner in"])
def test_a_part_that_is_no_condition_is_repeated(text):
    with pytest.raises(WrongValue) as caught:
        conditions(f"amount>1;{text}")
    assert caught.value.message == (
        f"{text!r} is no condition: write a column, one of <= >= <> != = < > in, and a value, "
        "such as amount>1000"
    )


def test_a_quote_that_is_not_closed_is_refused():
    with pytest.raises(WrongValue, match='a quote is not closed in "owner=O\'Brien"'):
        conditions("owner=O'Brien")


def test_a_condition_without_a_column_is_refused():
    with pytest.raises(WrongValue, match="a condition names no column"):
        conditions("''=5")


@given(st.text(alphabet="abc ';,=<>é\u00a0", max_size=12).filter(str.strip))
def test_any_value_can_be_quoted(value):
    quoted = "'" + value.replace("'", "''") + "'"
    (condition,) = conditions(f"owner={quoted}")
    assert condition == Condition("owner", "=", (value,))
    (several,) = conditions(f"owner in {quoted}, {quoted}")
    assert several.values == (value, value)


# ── the range ───────────────────────────────────────────────────────────────────────────────


def test_a_range_of_conditions_has_column_operator_and_value():
    rows = [
        ("owner", "=", "Ann"),
        (None, None, None),
        ("amount", ">", 1000.0),
        ("stage", "in", "Proposal, 'A, B'"),
        ("source", None, "Web; shop"),
        ("closed_on", "<>", None),
    ]
    assert conditions(rows) == (
        Condition("owner", "=", ("Ann",)),
        Condition("amount", ">", (1000.0,)),
        Condition("stage", "in", ("Proposal", "A, B")),
        Condition("source", "=", ("Web; shop",)),
        Condition("closed_on", "<>", ("",)),
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("owner", "Ann"), "a range of conditions has 3 columns, this one has 2"),
        (("owner", "like", "Ann"), "'like' is no comparison: use one of <= >= <> != = < > in"),
        ((None, "=", "Ann"), "a condition names no column"),
    ],
)
def test_a_row_that_is_no_condition_is_refused(row, why):
    with pytest.raises(WrongValue) as caught:
        conditions([row])
    assert caught.value.message == why


def test_an_error_among_conditions_propagates():
    with pytest.raises(ErrorInData, match="a condition holds #REF!") as caught:
        conditions([("owner", "=", ExcelError.REF)])
    assert caught.value.code is ExcelError.REF


@pytest.mark.parametrize(
    ("value", "decimal", "number"),
    [("1000,5", ",", 1000.5), ("1000.5", ".", 1000.5), (2.5, ",", 2.5), ("x", ".", None)],
)
def test_a_value_is_read_with_the_decimal_sign(value, decimal, number):
    assert number_in(value, decimal) == number


# ── asked of a model ────────────────────────────────────────────────────────────────────────

ROWS = deals(
    {"Amount": 1000.0, "Source": "Web; shop", "Closed on": 46085.0},
    {"Amount": 1000.5, "Owner": "Bob", "Closed on": 46086.0},
    {"Amount": 5000.0, "Owner": "Cleo", "Source": "Fair", "Closed on": None},
)


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("amount>1000", 2.0),
        ("amount>1000,2", 2.0),
        ("amount>=1000.5", 2.0),
        ("amount=1000", 1.0),
        ("amount in 1000, 5000", 2.0),
        ("amount<>1000", 2.0),
        ("owner=ann", 1.0),
        ("owner in Ann, BOB", 2.0),
        ("owner<>Ann", 2.0),
        ("owner<>Nobody", 3.0),
        ("source='Web; shop'", 1.0),
        ("source=", 1.0),
        ("source<>", 2.0),
        ("source<>Fair", 2.0),
        ("closed_on=46085", 1.0),
        ("closed_on>46085", 1.0),
        ("closed_on>=46085,75", 2.0),
        ("closed_on=2026-03-04", 1.0),
        ("closed_on=2026-03", 2.0),
        ("closed_on>2026-03-04", 1.0),
        ("closed_on<=2026-03-04", 1.0),
        ("closed_on=", 1.0),
        ("closed_on=2026-01..this month", 2.0),
        ("owner=Ann; amount>1000", 0.0),
    ],
)
def test_rows_that_meet_a_condition_count(excel, where, count):
    assert excel.one("won_deals", ROWS, where=where, as_of=46090.0) == count


def test_a_range_of_conditions_may_hold_numbers_and_days(excel):
    where = (("amount", ">", 1000.0), ("closed_on", "=", 46086.0), (None, None, None))
    assert excel.one("won_deals", ROWS, where=where) == 1.0


@pytest.mark.parametrize(
    ("decimal", "where", "count"),
    [(",", "amount>1000,2", 2.0), (",", "amount>1.000", 2.0), (".", "amount>1,000", 2.0)],
)
def test_a_value_is_read_with_the_decimal_sign_of_the_workbook(excel, decimal, where, count):
    assert excel.one("won_deals", ROWS, where=where, settings={"decimal": decimal}) == count


def test_a_value_that_can_be_read_two_ways_asks_for_the_decimal_sign(excel):
    refusal = excel.kpi_refusal("won_deals", ROWS, where="amount>1,234")
    assert refusal == (
        "#VALUE!",
        "'1,234' can be read two ways: give numbers, or set decimal to '.' or ','",
    )


def test_serial_numbers_of_conditions_are_of_the_1904_system_in_such_a_workbook(excel):
    rows = column("Closed on", 44623.0, 44624.0)
    assert excel.one("won_deals", rows, where="closed_on>44623", date_system=1904) == 1.0
    assert excel.one("won_deals", rows, where="closed_on=2026-03-04", date_system=1904) == 1.0


@pytest.mark.parametrize(
    ("where", "error", "why"),
    [
        ("amount>lots", "#VALUE!", "amount>lots: amount holds numbers"),
        ("amount>", "#VALUE!", "amount>: a blank can only be compared by = and <>"),
        ("owner>Ann", "#VALUE!", "owner>Ann: such a column is compared by =, <> and in"),
        ("owner=Anne", "#N/A", "no owner 'Anne'; did you mean 'Ann'?"),
        ("owner in Ann, Bop", "#N/A", "no owner 'Bop'; did you mean 'Bob'?"),
        ("closed_on>60", "#VALUE!", "'60' is no period: write 2026,"),
        ("closed_on>99999999", "#VALUE!", "'99999999' is no period: write 2026,"),
        ("closed_on>2026-13", "#VALUE!", "'2026-13' is no period of the calendar"),
        ("closed_on>2026..", "#VALUE!", "closed_on>2026..: the period has no such end"),
        ("nothing=1", "#REF!", "no column 'nothing' in deals or what it leads to"),
        ("Ann", "#VALUE!", "'Ann' is no condition: write a column"),
    ],
)
def test_a_condition_that_cannot_be_applied_says_why(excel, where, error, why):
    told, sentence = excel.kpi_refusal("won_deals", ROWS, where=where)
    assert told == error
    assert sentence.startswith(why)


def test_a_where_that_is_an_error_cell_propagates(excel):
    refusal = excel.kpi_refusal("won_deals", ROWS, where=-2146826246)
    assert refusal == ("#N/A", "the argument where is #N/A")
