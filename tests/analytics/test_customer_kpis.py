"""Customers who stay away, come back, and buy again: figures told from the days of purchases.

Days are written as numbers counted from 1 January 2025, which is day 0.
"""

import csv
import datetime as dt
import math
import statistics
from itertools import pairwise
from pathlib import Path

import pytest
from given import model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import kpi_sums, kpi_table, kpi_value
from xlcrm.errors import ExcelError, NotAvailable, WrongValue, ZeroDenominator
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.customers import KPIS

NAMES = [one.name for one in KPIS]
METHODS = ("cohort", "start", "average", "exposure")
YEAR = 365
CDNOW = Path(__file__).parents[3] / "shared" / "data" / "cdnow"


def day(number):
    return dt.date(2025, 1, 1) + dt.timedelta(days=number)


def orders(**days):
    """An order line of 1.0 for each day of each account; what is no number is a product."""
    lines = [(name, number) for name, some in days.items() for number in some]
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [name for name, _ in lines],
        "date": [day(number) for _, number in lines],
        "amount": [1.0] * len(lines),
    }


def company(as_of=2 * YEAR - 1, given_settings=None, **days):
    tables = {"orders": orders(**days)}
    if given_settings:
        tables["settings"] = {"name": [*given_settings], "value": [*given_settings.values()]}
    return model_with(day(as_of), **tables)


SHORT = {"dormant_after": 10.0, "dormant_gaps": 0.0}
"""A waiting time of 10 days for everyone."""


def grown():
    """100 customers at the start of 2026, 200 new ones, 15 lost of whom 5 were there before."""
    stays, leaves = (300, 700), (300,)
    comes, goes = (690,), (400,)
    return company(
        **{f"a{k}": stays for k in range(95)},
        **{f"b{k}": leaves for k in range(5)},
        **{f"c{k}": comes for k in range(190)},
        **{f"d{k}": goes for k in range(10)},
    )


def test_churn_by_cohort_start_and_average_of_a_company_that_grows():
    ask = lambda method: kpi_value(grown(), "churn_rate", period="2026", method=method)  # noqa: E731
    assert ask("") == ask("Cohort") == 5 / 100
    assert ask("start") == 15 / 100
    assert ask("average") == 15 / 192.5


def test_exposure_divides_by_the_mean_number_of_customers_a_day():
    # In the 10 days from day 20: one stays all along, one's waiting time ends on day 24 (5 days),
    # one comes on day 26 and stays (4 days): 19 customer-days, 1.9 customers a day, 1 lost.
    model = company(29, SHORT, stays=[15, 25], leaves=[14], comes=[26])
    answer = kpi_value(model, "churn_rate", period="2025-01-21..", method="exposure")
    assert answer == pytest.approx(1 / 1.9)


def test_a_customer_is_lost_when_the_waiting_time_has_passed_and_not_on_its_last_day():
    model = lambda as_of: company(as_of, SHORT, only=[5])  # noqa: E731
    assert kpi_value(model(15), "churn_rate", period="2025-01-10..") == 0.0
    assert kpi_value(model(16), "churn_rate", period="2025-01-10..") == 1.0


def test_who_buys_rarely_is_waited_for_longer():
    # Gaps of 200, 300 and 250 days: twice their median is 500 days.
    rare, as_of = [0, 200, 500, 750], 750 + 500
    assert kpi_value(company(as_of, rare=rare), "churn_rate") == 0.0
    assert kpi_value(company(as_of + 1, rare=rare), "churn_rate") == 1.0
    # Gaps of 200 and 300 days: twice the mean of both.
    assert kpi_value(company(500 + 500, rare=rare[:3]), "churn_rate") == 0.0
    assert kpi_value(company(500 + 501, rare=rare[:3]), "churn_rate") == 1.0


def test_a_purchase_in_the_period_makes_nobody_a_customer_before_it():
    # On the eve of 2026 (day 364) the customer had stayed away 180 days longer than ever before.
    model = company(back=[0, 100, 700], stays=[300, 700])
    told = dict(explain_kpi(model, "churn_rate", period="2026")[["item", "value"]].to_numpy())
    assert told["customers at risk"] == 1.0
    assert kpi_value(model, "churn_rate", period="2026") == 0.0


def test_nobody_at_the_start_is_a_division_by_zero_that_says_so():
    with pytest.raises(ZeroDenominator, match="churn_rate: no customers at risk in 2026"):
        kpi_value(company(new=[400]), "churn_rate", period="2026")


def test_without_a_beginning_everyone_who_bought_is_at_risk():
    model = company(gone=[0], stays=[700], gone_too=[5, 9], here=[600])
    assert kpi_value(model, "churn_rate") == kpi_value(model, "churn_rate", period="..2026") == 0.5
    assert kpi_value(model, "churn_rate", method="average") == 2 / 3


def test_one_customer_is_lost_or_not():
    assert kpi_value(company(only=[300]), "churn_rate", period="2026") == 1.0
    assert kpi_value(company(only=[300, 700]), "churn_rate", period="2026") == 0.0


def test_a_running_period_ends_at_as_of():
    model = lambda as_of: company(as_of, leaves=[364], stays=[364, 500])  # noqa: E731
    assert kpi_value(model(364 + 180), "churn_rate", period="2026") == 0.0
    assert kpi_value(model(364 + 181), "churn_rate", period="2026") == 0.5


def test_orders_after_as_of_are_not_known_yet():
    seen = company(400, a=[300, 500], b=[390])
    with pytest.raises(ZeroDenominator):
        kpi_value(seen, "purchase_gap", period="2025..2026")
    told = dict(explain_kpi(seen, "purchase_gap")[["item", "value"]].to_numpy())
    assert told["rows counted: order lines"] == 2.0
    assert told["left out: date outside the days up to 2026-02-05"] == 1.0


def test_a_period_that_lies_ahead_has_no_figure():
    with pytest.raises(NotAvailable, match="2027 lies ahead"):
        kpi_value(company(a=[300]), "churn_rate", period="2027")


def test_a_relationship_lasts_from_the_first_to_the_last_purchase_and_goes_on_if_not_lost():
    # Durations 1, 2+, 3, 3, 5+, 6: the area under Kaplan and Meier's curve is 47/12.
    lost = {"one": [0, 1], "three": [4, 5, 7], "also_three": [2, 5], "six": [9, 15]}
    model = company(50, SHORT, **lost, two_so_far=[48], five_so_far=[45])
    assert kpi_value(model, "relationship_days") == pytest.approx(47 / 12)


def test_who_bought_on_one_day_and_left_had_a_relationship_of_no_day():
    model = company(50, SHORT, once=[3, 3], long=[0, 8])
    assert kpi_value(model, "relationship_days") == 4.0


def test_a_relationship_is_told_as_it_stood_at_the_end_of_the_period():
    model = company(100, SHORT, a=[0, 8, 95], b=[90])
    assert kpi_value(model, "relationship_days", period="2025-01") == 8.0
    with pytest.raises(ZeroDenominator):
        kpi_value(model, "relationship_days", where="account_id=b", period="2025-01")


def test_repeat_rate_counts_days_and_not_lines():
    model = company(twice=[400, 500], a_day=[400, 400], before=[300, 400], gone=[300, 310])
    assert kpi_value(model, "repeat_rate", period="2026") == 1 / 3
    assert kpi_value(model, "repeat_rate") == 3 / 4


def test_a_gap_ends_in_the_period_wherever_it_began():
    # In 2026: 400 after 300, 430 after 400, and 500 after 490 of another customer.
    model = company(a=[0, 300, 400, 430], b=[490, 500], c=[410])
    assert kpi_value(model, "purchase_gap", period="2026") == pytest.approx((100 + 30 + 10) / 3)
    with pytest.raises(ZeroDenominator, match="no purchases after another"):
        kpi_value(model, "purchase_gap", where="account_id=c")


def test_loyal_customers_by_the_others():
    loyal = {"l1": [600, 700], "l2": [300, 610, 690]}
    others = {"once": [650], "silent": [364], "lapsed": [370, 380]}
    model = company(**loyal, **others, gone=[10])
    assert kpi_value(model, "loyalty_ratio", period="2026") == 2 / 3
    strict = company(given_settings={"loyal_orders": 3.0}, **loyal, **others)
    assert kpi_value(strict, "loyalty_ratio", period="2026") == 0.0


def test_where_all_are_loyal_there_are_no_others():
    with pytest.raises(ZeroDenominator, match="loyalty_ratio: no other customers in 2026"):
        kpi_value(company(a=[600, 700]), "loyalty_ratio", period="2026")


def test_a_return_is_a_line_and_a_line_without_amount_is_none():
    given_ = orders(a=[400, 500], b=[400, 500], c=[400])
    given_["amount"] = [1.0, -1.0, 1.0, None, 0.0]
    assert kpi_value(model_with(day(729), orders=given_), "repeat_rate") == 1 / 3


def test_lines_without_account_or_date_are_left_out_and_counted():
    given_ = orders(a=[400, 500], b=[400, 500], c=[400])
    given_["account_id"][3], given_["date"][4] = None, None
    model = model_with(day(729), orders=given_)
    assert kpi_value(model, "repeat_rate") == 1 / 2
    told = dict(explain_kpi(model, "repeat_rate")[["item", "value"]].to_numpy())
    assert told["rows counted: order lines"] == 3.0
    assert told["left out: no account"] == told["left out: no date"] == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_where_no_line_has_an_account_that_is_said(name):
    given_ = orders(a=[400, 500]) | {"account_id": [None, None]}
    with pytest.raises(NotAvailable, match="2 order lines have no account"):
        kpi_value(model_with(day(729), orders=given_), name)


def test_deals_won_are_the_purchases_where_there_are_no_orders():
    deals = {
        "deal_id": ["1", "2", "3", "4"],
        "account_id": ["a", "a", "b", "b"],
        "owner": ["x"] * 4,
        "created": [day(0)] * 4,
        "stage": ["s"] * 4,
        "status": ["won", "won", "won", "lost"],
        "amount": [3.0] * 4,
        "expected_close": [day(900)] * 4,
        "closed_on": [day(400), day(430), day(400), day(420)],
    }
    model = model_with(day(729), deals=deals)
    assert kpi_value(model, "repeat_rate") == 0.5
    assert kpi_value(model, "purchase_gap", period="2026") == 30.0
    months = kpi_table(model, "repeat_rate", "month")
    assert months["month"].tolist()[:2] == ["2026-02", "2026-03"]


def test_a_customer_of_two_products_is_a_customer_of_each():
    given_ = orders(a=[400, 410, 500], b=[400, 700]) | {"product": ["P", "P", "Q", "P", "P"]}
    accounts = {"account_id": ["a", "b"], "segment": ["Gold", "Silver"]}
    model = model_with(day(729), orders=given_, accounts=accounts)
    answer = kpi_table(model, "churn_rate", "product")
    assert answer["product"].tolist() == ["P", "Q"]
    assert answer["value"].tolist() == [0.5, 1.0]
    assert answer["n"].tolist() == [4.0, 1.0]
    gaps = kpi_table(model, "purchase_gap", "segment, product")
    assert gaps.iloc[:, :2].to_numpy().tolist() == [["Gold", "P"], ["Gold", "Q"], ["Silver", "P"]]
    assert gaps["value"].tolist() == [10.0, ExcelError.DIV0, 300.0]


def test_each_month_is_a_period_of_its_own():
    model = company(600, a=[0, 100, 400], b=[30, 330], c=[210, 215])
    for name in NAMES:
        months = kpi_table(model, name, "month", period="2025-11..2026-08")
        assert months["month"].tolist()[0] == "2025-11"
        assert months["month"].tolist()[-1] == "2026-08"
        for month, value in zip(months["month"], months["value"], strict=True):
            if isinstance(value, ExcelError):
                with pytest.raises(ZeroDenominator):
                    kpi_value(model, name, period=month)
            else:
                assert value == kpi_value(model, name, period=month)


def test_months_begin_with_the_first_purchase_and_groups_with_theirs():
    given_ = orders(a=[40], b=[70, 75]) | {"product": ["P", "Q", "Q"]}
    model = model_with(day(100), orders=given_)
    answer = kpi_table(model, "repeat_rate", "product, month")
    assert answer.iloc[:, :2].to_numpy().tolist() == [
        ["P", "2025-02"], ["P", "2025-03"], ["P", "2025-04"], ["Q", "2025-03"], ["Q", "2025-04"],
    ]  # fmt: skip
    assert answer["value"].tolist() == [0.0, ExcelError.DIV0, ExcelError.DIV0, 1.0, ExcelError.DIV0]
    assert answer["n"].tolist() == [1.0, 1.0, 1.0, 2.0, 2.0]
    assert kpi_table(model, "repeat_rate", "month, product")["month"].tolist() == [
        "2025-02", "2025-03", "2025-03", "2025-04", "2025-04",
    ]  # fmt: skip


def test_quarters_and_years_are_fiscal_where_the_year_is():
    model = company(500, {"fy_start": 7.0}, a=[0, 200, 400])
    assert kpi_table(model, "repeat_rate", "year")["year"].tolist() == ["2025", "2026"]
    quarters = kpi_table(model, "repeat_rate", "quarter")["quarter"].tolist()
    assert quarters[0] == "2025-Q3"
    weeks = kpi_table(model, "repeat_rate", "week", period="2026-02")["week"].tolist()
    assert weeks == ["2026-W05", "2026-W06", "2026-W07", "2026-W08", "2026-W09"]


def test_a_year_of_the_calendar_asked_in_part_is_that_part():
    model = company(a=[0, 100, 300])
    assert kpi_table(model, "repeat_rate", "year", period="2025-01-02..2025-06")["value"][0] == 0.0


@pytest.mark.parametrize("by", ["day", "month, quarter"])
def test_units_that_make_no_sense_are_refused(by):
    with pytest.raises(WrongValue, match="churn_rate"):
        kpi_table(company(a=[300]), "churn_rate", by)


def test_a_day_mistyped_by_thousands_of_years_gives_no_endless_table():
    given_ = orders(a=[300, 400]) | {"date": [day(0), dt.date(9999, 12, 31)]}
    with pytest.raises(WrongValue, match="name a period"):
        kpi_table(model_with(orders=given_), "churn_rate", "month")
    assert len(kpi_table(model_with(orders=given_), "churn_rate", "month", period="2025")) == 12


def test_methods_are_those_of_churn_alone():
    with pytest.raises(WrongValue, match="did you mean 'cohort'"):
        kpi_value(grown(), "churn_rate", method="cohorts")
    with pytest.raises(WrongValue, match="repeat_rate has one method"):
        kpi_value(grown(), "repeat_rate", method="cohort")


def test_an_explanation_tells_the_method_the_settings_and_what_is_divided():
    frame = explain_kpi(grown(), "churn_rate", period="2026", method="start")
    told = dict(frame[["item", "value"]].to_numpy())
    assert told["method"] == "start"
    assert told["customers lost"] == 15.0
    assert told["customers at risk"] == 100.0
    assert told["setting dormant_after"] == 180.0
    assert told["setting dormant_gaps"] == 2.0
    assert told["source"] == "docs/methods.md: Customers"
    assert told["rows counted: order lines"] == 95 * 2 + 5 + 190 + 10
    rows = explain_kpi(grown(), "churn_rate", period="2026", rows=True)
    assert {"account_id", "date", "counts"} <= set(rows.columns)


@pytest.mark.skipif(not CDNOW.is_dir(), reason="the folder ../shared/data is absent")
def test_buyers_of_records_come_back_as_others_counted():
    # Published for 39 weeks: how often each of 2,357 came back, and the weeks to the last time.
    with (CDNOW / "cdnow_customers_summary.csv").open(encoding="utf-8", newline="") as file:
        known = [(int(row["frequency"]), float(row["recency"])) for row in csv.DictReader(file)]
    lines = [line.split() for line in (CDNOW / "CDNOW_sample.txt").read_text().splitlines()]
    sold = {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [line[1] for line in lines],
        "date": [dt.datetime.strptime(line[2], "%Y%m%d").date() for line in lines],  # noqa: DTZ007
        "amount": [float(line[4]) for line in lines],
    }
    model = model_with(dt.date(1997, 9, 30), orders=sold)
    again = sum(frequency > 0 for frequency, _ in known)
    assert kpi_value(model, "repeat_rate") == again / 2357
    times, weeks = (sum(column) for column in zip(*known, strict=True))
    assert kpi_value(model, "purchase_gap") == pytest.approx(7 * weeks / times, rel=1e-4)


class Customer:
    """A customer as the definitions put it, looked at day by day."""

    def __init__(self, days, least, gaps):
        self.days, self.least, self.gaps = sorted(set(days)), least, gaps

    def is_one(self, on):
        past = [bought for bought in self.days if bought <= on]
        if not past:
            return False
        apart = [b - a for a, b in pairwise(past)]
        usual = statistics.median(apart) if apart else 0
        return on - past[-1] <= max(self.least, self.gaps * usual)

    def days_from(self, first, last):
        """The days as a customer, a pause that ends with a purchase within them included."""
        since = first if self.is_one(first - 1) else self.bought(first, last)[0]
        there = [on for on in range(since, last + 1) if self.is_one(on)]
        return there[-1] - since + 1 if there else 0

    def bought(self, first, last):
        return [bought for bought in self.days if first <= bought <= last]


some_days = st.lists(st.integers(0, 80), min_size=1, max_size=6)
companies = st.lists(some_days, min_size=1, max_size=6)
spans = st.tuples(st.integers(1, 90), st.integers(0, 30)).map(lambda t: (t[0], t[0] + t[1]))
law = settings(max_examples=15, deadline=None)


def asked(model, name, span, method=""):
    first, last = span
    try:
        return kpi_value(model, name, period=f"{day(first)}..{day(last)}", method=method)
    except ZeroDenominator:
        return "#DIV/0!"


def share(above, below):
    return pytest.approx(above / below, rel=1e-12) if below else "#DIV/0!"


@law
@given(companies, spans, st.integers(0, 12), st.sampled_from([0.0, 1.0, 2.0]))
def test_figures_are_those_of_looking_at_each_customer_day_by_day(days, span, least, gaps):
    first, last = span
    model = company(
        last, {"dormant_after": float(least), "dormant_gaps": gaps},
        **{f"c{k}": some for k, some in enumerate(days)},
    )  # fmt: skip
    everyone = [Customer(some, least, gaps) for some in days]
    start = [c for c in everyone if c.is_one(first - 1)]
    seen = [c for c in everyone if c in start or c.bought(first, last)]
    lost = [c for c in seen if not c.is_one(last)]
    end = [c for c in everyone if c.is_one(last)]
    assert asked(model, "churn_rate", span) == share(sum(c in lost for c in start), len(start))
    assert asked(model, "churn_rate", span, "start") == share(len(lost), len(start))
    average = (len(start) + len(end)) / 2
    assert asked(model, "churn_rate", span, "average") == share(len(lost), average)
    exposed = sum(c.days_from(first, last) for c in seen) / (last - first + 1)
    assert asked(model, "churn_rate", span, "exposure") == share(len(lost), exposed)
    buyers = [c for c in everyone if c.bought(first, last)]
    again = [c for c in buyers if len(c.bought(first, last)) >= 2]
    assert asked(model, "repeat_rate", span) == share(len(again), len(buyers))
    apart = [b - a for c in everyone for a, b in pairwise(c.days) if first <= b <= last]
    assert asked(model, "purchase_gap", span) == share(sum(apart), len(apart))
    loyal = [c for c in again if c in end]
    others = len(seen) - len(loyal)
    assert asked(model, "loyalty_ratio", span) == share(len(loyal), others)


@law
@given(companies, st.integers(1, 70), st.integers(1, 15))
def test_who_is_not_lost_at_the_end_is_at_risk_the_day_after(days, first, length):
    model = company(99, SHORT, **{f"c{k}": some for k, some in enumerate(days)})

    def told(span):
        period = f"{day(span[0])}..{day(span[1])}"
        ask = lambda method: kpi_sums(model, kpi("churn_rate"), (), "", period, method)  # noqa: E731
        start, mean = (ask(m)["customers at risk"].item() for m in ("start", "average"))
        return start, 2 * mean - start

    one, other = (first, first + length), (first + length + 1, first + length + 5)
    assert told(one)[1] == told(other)[0]


@settings(max_examples=6, deadline=None)
@given(companies, spans, st.integers(0, 99))
def test_the_order_of_rows_and_lines_twice_a_day_change_no_bit(days, span, seed):
    given_ = orders(**{f"c{k}": some for k, some in enumerate(days)})
    doubled = {name: [*cells, *cells] for name, cells in given_.items()}
    models = [model_with(day(99), orders=some) for some in (given_, shuffled(doubled, seed))]
    for name in NAMES:
        for method in METHODS if name == "churn_rate" else ("",):
            one, other = (asked(model, name, span, method) for model in models)
            assert one == other
            assert one == "#DIV/0!" or math.isfinite(one)
            if name == "repeat_rate" or method == "cohort":
                assert one == "#DIV/0!" or 0 <= one <= 1


@law
@given(companies, st.sampled_from(NAMES))
def test_a_group_has_the_figure_of_its_rows_alone(days, name):
    given_ = orders(**{f"c{k}": some for k, some in enumerate(days)})
    given_["product"] = [f"P{k % 2}" for k in range(len(given_["date"]))]
    model = model_with(day(99), orders=given_)
    answer = kpi_table(model, name, "product", period="2025-02")
    for product, value in zip(answer["product"], answer["value"], strict=True):
        try:
            alone = kpi_value(model, name, f"product={product}", "2025-02")
        except ZeroDenominator:
            alone = ExcelError.DIV0
        assert value == alone
