"""The bridge, comparisons, histograms and states of customers on every engine: the same bits."""

import pytest
from engine_models import OTHERS, company_on, told

from xlcrm.analytics.compare import compare
from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.histogram import histogram
from xlcrm.analytics.segments.bridge import bridge

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]


def same_as_pandas(engine, ask):
    expected = told(ask, company_on("pandas"))
    assert told(ask, company_on(engine)) == expected
    return expected


@pytest.mark.parametrize(("by", "method"), [("", "columns"), ("segment", "columns"),
                                            ("size, region", "steps")])  # fmt: skip
def test_a_bridge(engine, by, method):
    ask = lambda m: bridge(m, by, "product<>P3", "2026-Q1", "2025", method)  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 1


@pytest.mark.parametrize(
    ("kpi", "by"),
    [("revenue", "product"), ("margin", "segment"), ("win_rate", "owner"), ("orders", "product"),
     ("churn_rate", "segment"), ("open_amount", "owner"), ("customer_value_index", "")],
)  # fmt: skip
def test_a_comparison(engine, kpi, by):
    ask = lambda m: compare(m, kpi, by, "", "2026-02", "2026-01")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 1


@pytest.mark.parametrize("method", ["equal", "quantile", "log"])
def test_a_histogram(engine, method):
    for column in ("orders.amount", "surveys.score"):
        where = f"{column.partition('.')[2]}>0"
        ask = lambda m, c=column, w=where: histogram(m, c, w, "2026", None, method)  # noqa: E731
        assert len(same_as_pandas(engine, ask)) > 2
    same_as_pandas(engine, lambda m: histogram(m, "deals.amount", bins=7.0, method=method))


def test_the_state_of_customers_when_a_deal_was_created(engine):
    ask = lambda m: kpi_table(m, "opportunities_created", "customer_state, source")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 4
