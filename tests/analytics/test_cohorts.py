"""What the new customers of a month, a quarter or a year do later."""

import datetime as dt
from fractions import Fraction

import pytest
from given import model_with, rows_of, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.retention.cohorts import cohorts
from xlcrm.cells import Origin, Range, canonical
from xlcrm.errors import NotAvailable, OutOfDomain, UnknownName, WrongValue
from xlcrm.hosts.session import Place, Session
from xlcrm.periods import label

VIEWS = ("retention", "customers", "revenue", "revenue_per_customer", "cumulative_revenue")
LINES = (
    # Two of January, of whom one comes back in February and March, and one of February.
    ("a", "2025-01-05", 10.0), ("a", "2025-02-01", 1.0), ("a", "2025-02-28", 2.0),
    ("a", "2025-03-31", 4.0), ("b", "2025-01-31", 20.0), ("b", "2025-04-02", 99.0),
    ("c", "2025-02-14", 5.0), ("c", "2025-03-01", -3.0), ("d", "2025-04-01", 50.0),
)  # fmt: skip


def orders(lines=LINES):
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [line[0] for line in lines],
        "date": [dt.date.fromisoformat(line[1]) for line in lines],
        "amount": [line[2] for line in lines],
    }


def company(as_of="2025-04-15", lines=LINES, given_settings=None, **tables):
    if given_settings:
        tables["settings"] = {"name": [*given_settings], "value": [*given_settings.values()]}
    return model_with(dt.date.fromisoformat(as_of), orders=orders(lines), **tables)


def rows(frame):
    return frame.astype(object).to_numpy().tolist()


def test_customers_of_each_month_are_followed_through_the_next_ones():
    frame = cohorts(company(), "month")
    assert list(frame) == ["cohort", "customers", "0", "1", "2"]
    assert rows(frame) == [["2025-01", 2.0, 1.0, 0.5, 0.5], ["2025-02", 1.0, 1.0, 1.0, ""]]
    assert rows(cohorts(company(), "Month", show="Customers")) == [
        ["2025-01", 2.0, 2.0, 1.0, 1.0], ["2025-02", 1.0, 1.0, 1.0, ""],
    ]  # fmt: skip


def test_what_each_cohort_brings():
    ask = lambda method: rows(cohorts(company(), "month", show=method))  # noqa: E731
    assert ask("revenue") == [["2025-01", 2.0, 30.0, 3.0, 4.0], ["2025-02", 1.0, 5.0, -3.0, ""]]
    assert ask("revenue_per_customer")[0] == ["2025-01", 2.0, 15.0, 1.5, 2.0]
    assert ask("cumulative_revenue") == [
        ["2025-01", 2.0, 30.0, 33.0, 37.0], ["2025-02", 1.0, 5.0, 2.0, ""],
    ]  # fmt: skip


def test_a_period_that_ends_on_as_of_is_complete():
    frame = cohorts(company("2025-04-30"), "month")
    assert frame["cohort"].tolist() == ["2025-01", "2025-02", "2025-04"]
    assert rows(frame)[0] == ["2025-01", 2.0, 1.0, 0.5, 0.5, 0.5]
    assert cohorts(company("2025-04-29"), "month")["cohort"].tolist() == ["2025-01", "2025-02"]


def test_a_cohort_whose_own_period_still_runs_is_left_out():
    assert rows(cohorts(company("2025-03-31"), "quarter")) == [["2025-Q1", 3.0, 1.0]]
    with pytest.raises(NotAvailable, match="in a quarter that was over by 2025-03-30"):
        cohorts(company("2025-03-30"), "quarter")
    with pytest.raises(NotAvailable, match="in a year"):
        cohorts(company(), "year")
    frame = cohorts(company("2026-07-01"), "year")
    assert rows(frame) == [["2025", 4.0, 1.0]]


def test_a_customer_who_comes_twice_in_a_quarter_is_counted_once():
    lines = [("a", "2025-01-05", 1.0), ("a", "2025-04-05", 1.0), ("a", "2025-06-05", 1.0)]
    assert rows(cohorts(company("2025-09-30", lines))) == [["2025-Q1", 1.0, 1.0, 1.0, 0.0]]


def test_quarters_and_years_are_fiscal_where_the_year_is():
    model = company("2025-10-31", given_settings={"fy_start": 2.0})
    assert rows(cohorts(model, "quarter", show="customers")) == [
        ["2025-Q4", 2.0, 2.0, 2.0, 0.0, 0.0],
        ["2026-Q1", 2.0, 2.0, 0.0, 0.0, ""],
    ]
    assert cohorts(company("2026-01-31", given_settings={"fy_start": 2.0}), "year")[
        "cohort"
    ].tolist() == ["2025", "2026"]


def test_columns_of_accounts_part_the_cohorts():
    accounts = {"account_id": ["a", "b", "c"], "segment": ["Gold", "Gold", None], "1": ["x"] * 3}
    model = company(accounts=accounts)
    frame = cohorts(model, "month, segment", show="revenue")
    assert rows(frame) == [
        ["2025-01", "Gold", 2.0, 30.0, 3.0, 4.0],
        ["2025-02", "(blank)", 1.0, 5.0, -3.0, ""],
    ]
    with pytest.raises(WrongValue, match="names the column 1"):
        cohorts(model, "month, 1")


def test_a_customer_of_two_products_is_a_new_one_of_each():
    given_ = orders() | {"product": ["P", "Q", "Q", "P", "P", "P", "P", "Q", "Q"]}
    model = model_with(dt.date(2025, 4, 15), orders=given_)
    assert rows(cohorts(model, "month, product", show="customers")) == [
        ["2025-01", "P", 2.0, 2.0, 0.0, 1.0],
        ["2025-02", "P", 1.0, 1.0, 0.0, ""],
        ["2025-02", "Q", 1.0, 1.0, 0.0, ""],
        ["2025-03", "Q", 1.0, 1.0, "", ""],
    ]


def test_a_period_is_of_first_purchases_and_keeps_the_later_ones():
    frame = cohorts(company(), "month", "", "2025-01")
    assert rows(frame) == [["2025-01", 2.0, 1.0, 0.5, 0.5]]
    # From the 6th on only b is of January, c of February; a is a customer of earlier.
    frame = cohorts(company(), "month", "", "2025-01-06..2025-02-20", show="revenue")
    assert rows(frame) == [["2025-01", 1.0, 20.0, 0.0, 0.0], ["2025-02", 1.0, 5.0, -3.0, ""]]
    frame = cohorts(company("2025-07-01"), "quarter", "", "2025-02")
    assert rows(frame) == [["2025-Q1", 1.0, 1.0, 0.0]]
    for period in ("2024", "2025-04", "2027"):
        with pytest.raises(NotAvailable, match="for the first time in"):
            cohorts(company(), "month", "", period)


def test_conditions_on_lines_count_for_first_purchases_too():
    frame = cohorts(company(), "month", "amount<10")
    assert rows(frame) == [["2025-02", 2.0, 1.0, 1.0]]


def test_as_many_ages_are_shown_as_asked_for():
    assert rows(cohorts(company(), "month", ages=1.0)) == [
        ["2025-01", 2.0, 1.0], ["2025-02", 1.0, 1.0],
    ]  # fmt: skip
    assert rows(cohorts(company(), "month", ages=5.0))[1] == ["2025-02", 1.0, 1.0, 1.0, "", "", ""]
    for wrong in (0.0, -1.0, 121.0):
        with pytest.raises(OutOfDomain, match="ages"):
            cohorts(company(), "month", ages=wrong)
    old = cohorts(company("2035-01-31"), "month")
    assert list(old)[-1] == "35"


def test_a_return_alone_is_a_visit_as_for_all_figures_of_customers():
    lines = [("a", "2025-01-05", 9.0), ("a", "2025-02-05", -9.0)]
    assert rows(cohorts(company("2025-02-28", lines), "month"))[0] == ["2025-01", 1.0, 1.0, 1.0]


def test_a_day_mistyped_by_thousands_of_years_changes_nothing():
    lines = [*LINES, ("e", "9999-12-31", 1.0), ("f", "1900-01-01", 1.0)]
    frame = cohorts(company(lines=lines), "year", show="customers")
    assert frame["cohort"].tolist() == ["1900"]
    assert list(frame)[-1] == "35"
    late = cohorts(model_with(dt.date(9999, 12, 31), orders=orders(lines)), "year")
    assert late["cohort"].tolist() == ["1900", "2025"]


def test_deals_won_are_the_purchases_where_there_are_no_orders():
    deals = {
        "deal_id": ["1", "2", "3"], "account_id": ["a", "a", "b"], "owner": ["x"] * 3,
        "created": [dt.date(2025, 1, 1)] * 3, "stage": ["s"] * 3,
        "status": ["won", "won", "lost"], "amount": [3.0, 4.0, 5.0],
        "expected_close": [dt.date(2025, 3, 1)] * 3,
        "closed_on": [dt.date(2025, 1, 9), dt.date(2025, 2, 9), dt.date(2025, 1, 9)],
    }  # fmt: skip
    frame = cohorts(model_with(dt.date(2025, 3, 1), deals=deals), "month", show="revenue")
    assert rows(frame) == [["2025-01", 1.0, 3.0, 4.0]]


def test_what_makes_no_sense_is_refused():
    model = company()
    for by in ("", "segment", "week", "day, segment"):
        with pytest.raises(WrongValue, match="name month, quarter or year first"):
            cohorts(model, by)
    with pytest.raises(WrongValue, match="leave out year"):
        cohorts(model, "month, year")
    with pytest.raises(WrongValue, match="revenue"):
        cohorts(model, "month", show="revenues")
    with pytest.raises(UnknownName):
        cohorts(model, "month, nosuch")
    with pytest.raises(NotAvailable, match="no rows of orders"):
        cohorts(model_with(dt.date(2025, 1, 1)))
    with pytest.raises(NotAvailable, match="7 order lines have no account"):
        cohorts(model_with(dt.date(2025, 4, 15), orders=orders() | {"account_id": [None] * 9}))


def test_an_explanation_tells_which_sales_count():
    session = Session()
    cells = Range(canonical(rows_of(orders())), Origin(name="Orders"))
    handle = session.call("CRM_TABLE", ["orders", cells])[0][0]
    model = session.call("CRM_MODEL", [((handle,),), 45_762.0])[0][0]  # 15 April 2025
    place = Place("Book", "Sheet", "A1")
    session.call("CRM_COHORTS", [model, "month", "", "2025-01"], at=place)
    told = dict(session.call("CRM_EXPLAIN", [place])[1:])
    assert told["rows counted: order lines"] == 7.0
    assert told["left out: date outside the days up to 2025-03-31"] == 2.0
    assert told["first_purchases"] == "2025-01"
    assert told["source"] == "docs/methods.md: Cohorts"


some_lines = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.integers(0, 500).map(lambda n: str(dt.date(2024, 1, 1) + dt.timedelta(days=n))),
        st.sampled_from([0.1, 0.2, 0.3, 1e6, 33.33, -0.7]),
    ),
    min_size=1,
    max_size=30,
)


def asked(model, *arguments, **options):
    try:
        return cohorts(model, *arguments, **options)
    except NotAvailable:
        return None


@settings(max_examples=15, deadline=None)
@given(some_lines, st.sampled_from(["month", "quarter", "year"]), st.integers(1, 12))
def test_cohorts_add_up_to_customers_and_their_sales(lines, unit, fy_start):
    model = company("2025-05-15", lines, {"fy_start": float(fy_start)})
    found = {method: asked(model, unit, show=method) for method in VIEWS}
    named = lambda text: label(dt.date.fromisoformat(text), unit, fy_start)  # noqa: E731
    running = label(dt.date(2025, 5, 15), unit, fy_start)
    done = [line for line in lines if named(line[1]) < running]
    if not done:
        assert set(map(str, found.values())) == {"None"}
        return
    first = {}
    for account, day, _ in done:
        first[account] = min(first.get(account, day), day)
    for row in found["retention"].to_dict("records"):
        shares = [value for name, value in row.items() if name.isdigit() and value != ""]
        assert shares[0] == 1.0
        assert all(0 <= share <= 1 for share in shares)
        members = [account for account, day in first.items() if named(day) == row["cohort"]]
        assert row["customers"] == len(members)
        times = sorted({named(day) for account, day, _ in done if account in members})
        assert sum(share * len(members) for share in shares) == pytest.approx(
            sum(len({a for a, day, _ in done if a in members and named(day) == t}) for t in times)
        )
    assert found["retention"]["cohort"].tolist() == sorted({named(day) for day in first.values()})
    cells = [v for name in found["revenue"] if name.isdigit() for v in found["revenue"][name]]
    exact = sum(Fraction(amount) for _, _, amount in done)
    total = sum(Fraction(value) for value in cells if value != "")
    assert float(total) == pytest.approx(float(exact), rel=1e-12, abs=1e-9)
    for cumulative, plain in zip(
        rows(found["cumulative_revenue"]), rows(found["revenue"]), strict=True
    ):
        assert cumulative[2] == plain[2]
        known = [value for value in plain[2:] if value != ""]
        assert cumulative[1 + len(known)] == pytest.approx(sum(known), rel=1e-12, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(some_lines, st.integers(0, 9), st.sampled_from(VIEWS))
def test_the_order_of_rows_changes_no_bit(lines, seed, method):
    given_ = orders(lines) | {"product": [f"P{k % 3}" for k in range(len(lines))]}
    models = [
        model_with(dt.date(2025, 5, 15), orders=some) for some in (given_, shuffled(given_, seed))
    ]
    one, other = (asked(model, "month, product", show=method) for model in models)
    assert (one is None) == (other is None)
    assert one is None or rows(one) == rows(other)
