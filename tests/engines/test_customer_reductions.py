"""Figures over customers on every engine: the same bits."""

import pytest
from engine_models import OTHERS, company_on, model_on, told

from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.kpis.customers import KPIS

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

NAMES = [kpi.name for kpi in KPIS]
BY = ("account_id", "segment, month", "product", "week, owner")
QUICK = {"dormant_after": 5.0, "dormant_gaps": 1.5, "loyal_orders": 20.0}
"""Waiting times so short that some customers are lost and some are not loyal."""


def same_as_pandas(engine, ask, **settings):
    expected = told(ask, company_on("pandas", **settings))
    assert told(ask, company_on(engine, **settings)) == expected
    return expected


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_of_a_period(engine, name):
    for period in ("2026-01", "2025-12..2026-01", "last 3 months"):
        ask = lambda m, period=period: kpi_value(m, name, "product<>P1", period)  # noqa: E731
        assert isinstance(same_as_pandas(engine, ask, **QUICK), str)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_by_group_and_month(engine, name, by):
    assert len(same_as_pandas(engine, lambda m: kpi_table(m, name, by), **QUICK)) > 3


@pytest.mark.parametrize("method", ["cohort", "start", "average", "exposure"])
def test_churn_by_each_method(engine, method):
    ask = lambda m: kpi_table(m, "churn_rate", "month", method=method)  # noqa: E731
    assert len(same_as_pandas(engine, ask, **QUICK)) > 8


def test_an_explanation_counts_the_same_customers(engine):
    ask = lambda m: explain_kpi(m, "churn_rate", period="2026-01")  # noqa: E731
    facts = same_as_pandas(engine, ask, **QUICK)
    assert "customers at risk" in [item for item, _ in facts]


@pytest.mark.parametrize("name", NAMES)
def test_a_table_without_rows_is_no_customers(engine, name):
    columns = ("order_id", "account_id", "date", "amount")
    model = model_on(engine, {"orders": {column: [] for column in columns}})
    assert told(lambda m: kpi_value(m, name), model)[0] == "ZeroDenominator"
    for by in ("month, account_id", "account_id"):
        assert len(kpi_table(model, name, by)) == 0
