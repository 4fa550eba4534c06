"""Economics of segments, baskets and customer profit on every engine: the same bits."""

from functools import cache

import pytest
from customers_given import AS_OF, customers
from engine_models import OTHERS, model_on, told

from xlcrm.analytics.customers.customer_profit import customer_profit
from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.segments.basket import basket
from xlcrm.analytics.segments.segments import segments

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

READ = ("orders", "accounts", "deals", "activities", "sellers", "spend", "timesheets")


@cache
def model_of_customers(engine):
    given = customers()
    given["activities"]["kind"] = ["training", *given["activities"]["kind"][1:]]
    return model_on(engine, {name: given[name] for name in READ}, AS_OF.date())


def same_as_pandas(engine, ask):
    expected = told(ask, model_of_customers("pandas"))
    assert told(ask, model_of_customers(engine)) == expected
    assert isinstance(expected, list), expected
    return expected


@pytest.mark.parametrize(
    ("by", "where", "period", "alloc"),
    [
        ("segment", "", "2025", "opps"),
        ("region, type", "segment<>Gold", "", "new"),
        ("product", "", "2025", "new"),
    ],
)
def test_economics(engine, by, where, period, alloc):
    ask = lambda m: segments(m, by, where, period, None, alloc, "economics")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 3


@pytest.mark.parametrize("by", ["type", "segment, product"])
def test_baskets(engine, by):
    assert len(same_as_pandas(engine, lambda m: basket(m, by))) > 2


@pytest.mark.parametrize(("by", "where"), [("account_id", ""), ("segment", "region=North")])
def test_customer_profit(engine, by, where):
    assert len(same_as_pandas(engine, lambda m: customer_profit(m, by, where, "2025"))) > 2


@pytest.mark.parametrize("name", ["reactive_share", "training_hours", "cost_to_sales"])
def test_a_kpi_by_month(engine, name):
    assert len(same_as_pandas(engine, lambda m: kpi_table(m, name, "month"))) > 3
