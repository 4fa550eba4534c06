"""Who left in a period, who is kept, and of whom nobody can tell yet.

Days are written as numbers counted from 1 January 2025, which is day 0.
"""

import datetime as dt

import pytest
from given import model_with, rows_of, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.retention.churn import churn
from xlcrm.cells import Origin, Range, canonical
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, UnknownName, WrongValue
from xlcrm.hosts.session import Place, Session

COUNTS = ("at_start", "new", "lost", "lost_new", "retained", "undecided")
METHODS = ("cohort", "start", "average", "exposure")


def day(number):
    return dt.date(2025, 1, 1) + dt.timedelta(days=number)


def orders(amount=1.0, **days):
    """An order line for each day of each account."""
    lines = [(name, number) for name, some in days.items() for number in some]
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [name for name, _ in lines],
        "date": [day(number) for _, number in lines],
        "amount": [amount] * len(lines),
    }


def company(as_of=729, **days):
    return model_with(day(as_of), orders=orders(**days))


def grown():
    """100 customers at the start of 2026, 200 new ones, 15 lost of whom 5 were there before."""
    return company(
        **{f"a{k}": (300, 700) for k in range(95)},
        **{f"b{k}": (300,) for k in range(5)},
        **{f"c{k}": (690,) for k in range(190)},
        **{f"d{k}": (400,) for k in range(10)},
    )


def contracts(as_of=729, **columns):
    """Accounts by id: the day each was created, and the day it was lost or None."""
    given_ = {
        "account_id": list(columns),
        "created": [day(row[0]) for row in columns.values()],
        "lost_on": [None if row[1] is None else day(row[1]) for row in columns.values()],
        "segment": [row[2] if len(row) > 2 else "all" for row in columns.values()],
    }
    return model_with(day(as_of), accounts=given_)


def one(frame):
    assert len(frame) == 1
    return {name: frame[name].tolist()[0] for name in frame}


def counts(frame):
    row = one(frame)
    return tuple(row[name] for name in COUNTS)


def test_churn_of_a_company_that_grows_by_each_denominator():
    row = one(churn(grown(), period="2026", method="all"))
    assert tuple(row[name] for name in COUNTS) == (100.0, 200.0, 5.0, 10.0, 95.0, 0.0)
    assert (row["cohort"], row["start"]) == (0.05, 0.15)
    assert round(row["average"], 4) == 0.0779
    assert row["average"] == 15 / 192.5
    # The 95 and 5 are customers for 365 and 115 days (days 365 to 480), the new ones from day 690
    # (40 days) and from 400 to 580 (181 days).
    exposed = (95 * 365 + 5 * 116 + 190 * 40 + 10 * 181) / 365
    assert row["exposure"] == pytest.approx(15 / exposed)
    assert "churn" not in row


def test_a_share_has_wilson_s_interval_and_a_rate_an_exact_one():
    # 5 of 100 at 95 %: 0.0215 to 0.1118 (scipy.stats.binomtest, wilson).
    row = one(churn(grown(), period="2026"))
    assert (row["churn"], round(row["low"], 4), round(row["high"], 4)) == (0.05, 0.0215, 0.1118)
    # 15 events: 8.40 to 24.74 (by chi-square quantiles).
    row = one(churn(grown(), period="2026", method="start"))
    assert (row["churn"], round(row["low"], 3), round(row["high"], 3)) == (0.15, 0.084, 0.247)


def test_who_is_silent_and_still_waited_for_is_undecided_and_never_retained():
    # At the end of March (day 89) with the usual 180 days: only who fell silent by day -91 is lost.
    model = company(89, bought=[-20, 60], silent=[-20], gone=[-150], never_mind=[-300], new=[30])
    frame = churn(model, period="2025-Q1")
    assert counts(frame) == (3.0, 1.0, 1.0, 0.0, 1.0, 1.0)
    row = one(frame)
    assert (row["churn"], row["churn_at_most"]) == (1 / 3, 2 / 3)


def test_a_day_more_of_silence_decides():
    ask = lambda as_of: counts(churn(company(as_of, a=[-20], b=[-20, 100]), period="2025"))  # noqa: E731
    assert ask(160) == (2.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    assert ask(161) == (2.0, 0.0, 1.0, 0.0, 1.0, 0.0)


def test_undecided_customers_that_are_lost_are_not_there_at_the_end_either():
    model = company(89, bought=[-20, 60], silent=[-20], gone=[-150], new=[30])
    at_most = lambda method: one(churn(model, period="2025-Q1", method=method))["churn_at_most"]  # noqa: E731
    assert at_most("start") == 2 / 3
    assert at_most("average") == 2 / ((3 + 2) / 2)  # bought and new are left of four


def test_the_waiting_time_may_be_given_with_the_question():
    model = company(300, a=[-5, 20, 40], b=[-5])
    ask = lambda *waiting: counts(churn(model, "", "", "2025", *waiting))  # noqa: E731
    assert ask() == (2.0, 0.0, 2.0, 0.0, 0.0, 0.0)
    assert ask(260.0, 0.0) == (2.0, 0.0, 1.0, 0.0, 1.0, 0.0)
    assert ask(400.0) == (2.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    assert ask(10.0, 20.0) == (2.0, 0.0, 1.0, 0.0, 1.0, 0.0)  # gaps of 25 and 20 days: 450 days
    for wrong in ((-1.0, None), (None, -0.5)):
        with pytest.raises(OutOfDomain, match="negative"):
            ask(*wrong)


def test_a_return_keeps_a_customer_as_it_does_in_the_kpi():
    given_ = orders(a=[-20, 60], b=[-20])
    given_["amount"] = [1.0, -1.0, 1.0]
    model = model_with(day(89), orders=given_)
    assert counts(churn(model, period="2025-Q1")) == (2.0, 0.0, 0.0, 0.0, 1.0, 1.0)


def test_revenue_lost_is_what_the_lost_brought_in_the_year_before():
    given_ = orders(lost=[-366, -365, -150], kept=[-100, 200], new=[10])
    given_["amount"] = [1000.0, 7.0, 0.1, 50.0, 50.0, 9.0]
    model = model_with(day(300), orders=given_)
    row = one(churn(model, period="2025"))
    assert row["lost"] == 1.0
    # 2024 has 366 days: day -366 is its first.
    assert row["revenue_lost"] == pytest.approx(1007.1)
    given_["date"][0] = day(-367)
    again = churn(model_with(day(300), orders=given_), period="2025")
    assert one(again)["revenue_lost"] == pytest.approx(7.1)


def test_the_year_before_a_leap_day_begins_on_the_last_of_february():
    given_ = orders(lost=[-673, -672, -400])
    given_["amount"] = [1000.0, 7.0, 0.1]
    given_["date"] = [dt.date(2023, 2, 27), dt.date(2023, 2, 28), dt.date(2024, 1, 5)]
    model = model_with(dt.date(2025, 1, 1), orders=given_)
    frame = churn(model, "", "", "2024-02-29..2024-12", 60.0, 0.0)
    assert one(frame)["revenue_lost"] == pytest.approx(7.1)


def test_sales_in_several_currencies_leave_churn_as_it_is_and_their_sum_open():
    given_ = orders(lost=[-150], kept=[-100, 200]) | {"currency": ["EUR", "USD", "EUR"]}
    row = one(churn(model_with(day(300), orders=given_), period="2025"))
    assert row["churn"] == 0.5
    assert row["revenue_lost"] is ExcelError.VALUE
    frame = churn(model_with(day(300), orders=given_), "currency", period="2025")
    assert frame["revenue_lost"].tolist() == [1.0, 1.0]


def test_groups_without_customers_at_the_start_have_no_share():
    given_ = orders(a=[-20], b=[-20, 100], c=[150]) | {"product": ["P", "P", "P", "Q"]}
    frame = churn(model_with(day(300), orders=given_), "product", period="2025")
    assert frame["product"].tolist() == ["P", "Q"]
    assert frame["churn"].tolist() == [0.5, ExcelError.DIV0]
    assert frame["low"].tolist()[1] is frame["churn_at_most"].tolist()[1] is ExcelError.DIV0
    assert frame["new"].tolist() == [0.0, 1.0]


def test_groups_that_were_empty_all_the_period_are_not_listed():
    given_ = orders(old=[-700], a=[-20]) | {"product": ["Old", "New"]}
    model = model_with(day(100), orders=given_)
    assert churn(model, "product", period="2025")["product"].tolist() == ["New"]


def test_contracts_say_who_leaves():
    model = contracts(
        **{f"stays{k}": (-400, None) for k in range(95)},
        **{f"ends{k}": (-400, 100) for k in range(5)},
        **{f"new{k}": (60, None) for k in range(190)},
        **{f"brief{k}": (60, 200) for k in range(10)},
        past=(-400, -1), ahead=(800, None), later=(-10, 735), first_day=(-10, 0), started=(0, 364),
    )  # fmt: skip
    frame = churn(model, period="2025")
    assert counts(frame) == (102.0, 201.0, 6.0, 11.0, 96.0, 0.0)
    row = one(frame)
    assert row["churn"] == row["churn_at_most"] == 6 / 102
    assert row["revenue_lost"] is ExcelError.NA
    row = one(churn(model, period="2025", method="start"))
    assert row["churn"] == 17 / 102


def test_customer_days_end_on_the_eve_of_the_loss():
    model = contracts(29, stays=(-5, None), leaves=(-5, 25), comes=(26, None))
    row = one(churn(model, period="2025-01-21..2025-01-30", method="exposure"))
    assert row["churn"] == pytest.approx(1 / ((10 + 5 + 4) / 10))


def test_a_contract_that_ends_after_as_of_still_runs():
    ask = lambda as_of: counts(churn(contracts(as_of, a=(-5, 50), b=(-5, -1)), period="2025"))  # noqa: E731
    assert ask(49) == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    assert ask(50) == (1.0, 0.0, 1.0, 0.0, 0.0, 0.0)


def test_days_of_loss_choose_the_contract_and_may_be_left_aside():
    tables = {
        "orders": orders(a=[-20, 200], b=[-20]),
        "accounts": {
            "account_id": ["a", "b"],
            "created": [day(-100), day(-100)],
            "lost_on": [day(50), None],
            "segment": ["Gold", "Silver"],
        },
    }
    model = model_with(day(300), **tables)
    by_contract = churn(model, "segment", period="2025")
    assert by_contract["lost"].tolist() == [1.0, 0.0]
    assert by_contract["revenue_lost"].tolist() == [1.0, 0.0]
    by_orders = churn(model, "segment", period="2025", leaving="Orders")
    assert by_orders["lost"].tolist() == [0.0, 1.0]
    tables["accounts"]["lost_on"] = [None, None]
    silent = model_with(day(300), **tables)
    assert churn(silent, period="2025")["lost"].tolist() == [1.0]
    with pytest.raises(NotAvailable, match="no account has a day lost_on"):
        churn(silent, period="2025", leaving="contract")


def test_accounts_lost_before_they_were_created_or_without_a_day_are_left_out_and_told():
    rows = {
        "account_id": ["a", "b", "c"],
        "created": [day(-50), day(-50), None],
        "lost_on": [day(10), day(-60), day(10)],
    }
    session = Session()
    cells = Range(canonical(rows_of(rows)), Origin(name="Accounts"))
    handle = session.call("CRM_TABLE", ["accounts", cells])[0][0]
    model = session.call("CRM_MODEL", [((handle,),), 46_096.0])[0][0]
    place = Place("Book", "Sheet", "A1")
    answer = session.call("CRM_CHURN", [model, "", "", "2025"], at=place)
    assert answer[1][:3] == [1.0, 0.0, 1.0]
    told = dict(session.call("CRM_EXPLAIN", [place])[1:])
    assert told["left out: lost before it was created"] == 1.0
    assert told["left out: no created"] == 1.0
    assert told["rows counted: accounts"] == 1.0
    assert told["source"] == "docs/methods.md: Churn"


def test_an_explanation_counts_the_sales_before_the_period_too():
    session = Session()
    cells = Range(canonical(rows_of(orders(a=[-20, 60], b=[-20], ahead=[500]))), Origin(name="O"))
    handle = session.call("CRM_TABLE", ["orders", cells])[0][0]
    model = session.call("CRM_MODEL", [((handle,),), 45_747.0])[0][0]  # 31 March 2025
    place = Place("Book", "Sheet", "A1")
    session.call("CRM_CHURN", [model, "", "", "2025-Q1"], at=place)
    told = dict(session.call("CRM_EXPLAIN", [place])[1:])
    assert told["rows counted: order lines"] == 3.0
    assert told["left out: date outside the days up to 2025-03-31"] == 1.0


def test_an_account_that_stands_twice_is_refused():
    given_ = {"account_id": ["a", "a"], "created": [day(0), day(1)], "lost_on": [day(9), None]}
    with pytest.raises(WrongValue, match="second row for 'a'"):
        churn(model_with(day(99), accounts=given_), period="2025")


def test_what_makes_no_sense_is_refused():
    model = grown()
    for period in ("", "all", "..2026"):
        with pytest.raises(WrongValue, match="has no start"):
            churn(model, period=period)
    with pytest.raises(NotAvailable, match="lies ahead"):
        churn(model, period="2028")
    with pytest.raises(NotAvailable, match="no customers"):
        churn(model, period="2024")
    with pytest.raises(WrongValue, match="ask CRM_KPI"):
        churn(model, "month", period="2026")
    with pytest.raises(WrongValue, match="cohort"):
        churn(model, period="2026", method="cohorts")
    with pytest.raises(WrongValue, match="contract"):
        churn(model, period="2026", leaving="contracts")
    with pytest.raises(UnknownName):
        churn(model, "nosuch", period="2026")
    with pytest.raises(NotAvailable, match="accounts"):
        churn(model, period="2026", leaving="contract")
    with pytest.raises(NotAvailable, match="orders"):
        churn(model_with(day(99)), period="2025")


some_days = st.lists(st.integers(-400, 90), min_size=1, max_size=6)
companies = st.lists(some_days, min_size=1, max_size=8)
law = settings(max_examples=12, deadline=None)


@law
@given(companies, st.sampled_from(METHODS), st.sampled_from(["2025-Q1", "2025-02..", "YTD"]))
def test_churn_is_the_kpi_churn_rate(days, method, period):
    given_ = orders(**{f"c{k}": some for k, some in enumerate(days)})
    given_["product"] = [f"P{int(account[1:]) % 2}" for account in given_["account_id"]]
    model = model_with(day(89), orders=given_)
    try:
        found = churn(model, "product", "", period, method=method).set_index("product")
    except NotAvailable:
        return
    table = kpi_table(model, "churn_rate", "product", "", period, method).set_index("product")
    assert found["churn"].to_dict() == {name: table["value"][name] for name in found.index}
    (value,) = churn(model, "", "", period, method=method)["churn"]
    if value is not ExcelError.DIV0:
        assert value == kpi_value(model, "churn_rate", "", period, method)


@law
@given(companies, st.integers(0, 9))
def test_customers_add_up_and_rows_may_stand_in_any_order(days, seed):
    given_ = orders(0.1, **{f"c{k}": some for k, some in enumerate(days)})
    given_["product"] = [f"P{k % 2}" for k in range(len(given_["date"]))]
    try:
        frame = churn(model_with(day(89), orders=given_), "product", "", "2025-Q1", method="all")
    except NotAvailable:
        return
    again = model_with(day(89), orders=shuffled(given_, seed))
    same = churn(again, "product", "", "2025-Q1", method="all")
    assert frame.astype(object).equals(same.astype(object))
    kept = frame["lost"] + frame["retained"] + frame["undecided"]
    assert kept.tolist() == frame["at_start"].tolist()
    for row in frame.to_dict("records"):
        assert row["lost_new"] <= row["new"]
        if row["at_start"]:
            assert 0 <= row["low"] <= row["cohort"] <= row["high"] <= 1
            assert row["cohort"] <= row["churn_at_most"] <= 1
