"""Who leaves, how long customers stay and what cohorts do, on every engine: the same bits."""

import datetime as dt
from functools import cache

import pytest
from customers_given import customers
from engine_models import OTHERS, model_on, told

from xlcrm.analytics.retention.churn import churn
from xlcrm.analytics.retention.cohorts import cohorts
from xlcrm.analytics.retention.survival import survival

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]
AS_OF = dt.date(2026, 3, 15)


@cache
def company_on(engine):
    tables = customers()
    return model_on(engine, {kind: tables[kind] for kind in ("orders", "accounts")}, AS_OF)


def same_as_pandas(engine, ask):
    expected = told(ask, company_on("pandas"))
    assert told(ask, company_on(engine)) == expected
    assert isinstance(expected, list)
    return expected


@pytest.mark.parametrize("leaving", ["orders", "contract"])
@pytest.mark.parametrize("by", ["", "segment", "segment, region"])
def test_churn(engine, by, leaving):
    ask = lambda m: churn(m, by, "", "2025", None, None, leaving, "all")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 1


def test_churn_by_a_column_of_order_lines(engine):
    ask = lambda m: churn(m, "product", "amount>0.2", "2025", leaving="orders")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 4


@pytest.mark.parametrize("leaving", ["orders", "contract"])
@pytest.mark.parametrize("method", ["curve", "means"])
def test_survival(engine, method, leaving):
    for by in ("", "segment"):
        ask = lambda m, by=by: survival(m, by, "", None, leaving, method)  # noqa: E731
        same_as_pandas(engine, ask)


@pytest.mark.parametrize("method", ["retention", "revenue", "cumulative_revenue"])
@pytest.mark.parametrize("by", ["month", "quarter, segment", "year, product"])
def test_cohorts(engine, by, method):
    for period in ("", "2024-02-10..2025"):
        ask = lambda m, period=period: cohorts(m, by, "", period, None, method)  # noqa: E731
        assert len(same_as_pandas(engine, ask)) > 2


def test_tables_without_rows_have_no_customers(engine):
    empty = {
        "orders": {name: [] for name in ("order_id", "account_id", "date", "amount")},
        "accounts": {name: [] for name in ("account_id", "created", "lost_on")},
    }
    model = model_on(engine, empty)
    for ask in (churn, survival, cohorts):
        assert told(ask, model)[0] == "NotAvailable"
