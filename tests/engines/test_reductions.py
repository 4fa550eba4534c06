"""Every reduction on every engine, over data with nulls and ties: the same bits.

Sums are exact until they are rounded once, whatever the engine and the order of rows, so nothing
here is compared with a tolerance.
"""

import pytest
from engine_models import OTHERS, company_on, told

from xlcrm.analytics.customers.key_accounts import key_accounts
from xlcrm.analytics.explain import explain_forecast, explain_kpi
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.analytics.forecast.stage_rates import stage_rates
from xlcrm.analytics.segments.segments import segments
from xlcrm.kpis.catalogue import KPIS
from xlcrm.kpis.open_deals import OVERDUE
from xlcrm.kpis.probability import METHODS

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

BY = ("owner", "month", "week", "segment", "size", "segment, quarter")
"""Own and related columns, words and numbers, units of time, and two at once."""

GROUPED = [
    *((kpi, "manager, year") for kpi in KPIS if KPIS[kpi].populations[0].table == "deals"),
    *((kpi, by) for kpi in ("win_rate", "expected_revenue", "margin") for by in BY),
]

WHERE = (
    "owner=Ann",
    "owner<>Ann",
    "amount>=33.33",
    "amount in 0.1, 0.2",
    "product=",
    "product<>",
    "region<>North",
    "segment in Gold, Silver",
    "segment=",
)
WITHIN = {"loyalty_ratio": "2026-02"}
"""Periods of KPIs that have no figure over all the days: then every customer is a loyal one."""
PERIODS = ("2026-Q1", "2026-02..", "last 3 months")


def same_as_pandas(engine, ask, **settings):
    expected = told(ask, company_on("pandas", **settings))
    assert told(ask, company_on(engine, **settings)) == expected
    return expected


@pytest.mark.parametrize("kpi", KPIS)
def test_a_kpi_is_one_number(engine, kpi):
    ask = lambda m: kpi_value(m, kpi, period=WITHIN.get(kpi, ""))  # noqa: E731
    assert isinstance(same_as_pandas(engine, ask), str)


@pytest.mark.parametrize(("kpi", "by"), GROUPED)
def test_a_kpi_by_group(engine, kpi, by):
    assert len(same_as_pandas(engine, lambda m: kpi_table(m, kpi, by))) > 3


@pytest.mark.parametrize("where", WHERE)
def test_a_condition_keeps_the_same_rows(engine, where):
    for kpi in ("opportunities_created", "won_amount"):
        same_as_pandas(engine, lambda m, kpi=kpi: kpi_value(m, kpi, where))


@pytest.mark.parametrize("period", PERIODS)
def test_a_period_keeps_the_same_rows(engine, period):
    for kpi in ("opportunities_created", "win_rate", "expected_revenue", "revenue"):
        same_as_pandas(engine, lambda m, kpi=kpi: kpi_value(m, kpi, period=period))


@pytest.mark.parametrize(
    ("overdue", "method"),
    [*((OVERDUE[0], method) for method in METHODS), *((o, METHODS[0]) for o in OVERDUE[1:])],
)
def test_a_forecast_by_month(engine, overdue, method):
    ask = lambda m: forecast(m, "month", overdue=overdue, method=method)  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 4


@pytest.mark.parametrize("by", ["", "owner", "size", "manager, month"])
def test_a_forecast_by_group_with_conditions_and_period(engine, by):
    same_as_pandas(engine, lambda m: forecast(m, by, "product<>P3", "2026-03..2026-04"))


def test_a_forecast_with_list_prices_for_missing_amounts(engine):
    given = {"missing_amount": "list price"}
    with_prices = same_as_pandas(engine, lambda m: forecast(m, "owner"), **given)
    without = told(lambda m: forecast(m, "owner"), company_on("pandas"))
    assert with_prices != without
    same_as_pandas(engine, lambda m: kpi_value(m, "open_amount"), **given)


@pytest.mark.parametrize("method", METHODS)
def test_the_stage_rates(engine, method):
    assert len(same_as_pandas(engine, lambda m: stage_rates(m, method))) == 4


@pytest.mark.parametrize("by", ["segment", "product", "size", "region, owner"])
def test_the_segments(engine, by):
    assert len(same_as_pandas(engine, lambda m: segments(m, by))) > 3


def test_the_key_accounts(engine):
    assert len(same_as_pandas(engine, key_accounts)) == 5


def test_an_explanation_counts_the_same_rows(engine):
    ask = lambda m: explain_kpi(m, "expected_revenue", "owner", "region<>North", "2026")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 10
    same_as_pandas(engine, explain_forecast)


def test_an_explanation_lists_the_same_rows_in_the_same_order(engine):
    rows = same_as_pandas(engine, lambda m: explain_kpi(m, "won_amount", "month", rows=True))
    assert rows[1][0] == "row 1 by deal_id"
    assert len(rows) == 301
    same_as_pandas(engine, lambda m: explain_forecast(m, rows=True))
