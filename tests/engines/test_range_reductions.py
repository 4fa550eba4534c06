"""Range and scenario on every engine: the same bits, over data with nulls and ties."""

from functools import cache

import pytest
from engine_models import OTHERS, model_on, told
from given import company

from xlcrm.analytics.forecast.revenue_range import forecast_range
from xlcrm.analytics.forecast.scenario import scenario

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

TABLES = company(60)


@cache
def model(engine, **settings):
    return model_on(engine, TABLES, settings=settings)


def same_as_pandas(engine, ask, **settings):
    expected = told(ask, model("pandas", **settings))
    assert told(ask, model(engine, **settings)) == expected
    return expected


@pytest.mark.parametrize("by", ["size", "manager, quarter"])
def test_a_range_by_group(engine, by):
    ask = lambda m: forecast_range(m, by, "product<>P3", "2026", target=1e9)  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 2


@pytest.mark.parametrize("overdue", ["push", "include", "exclude"])
def test_a_range_with_the_targets_of_the_table(engine, overdue):
    ask = lambda m: forecast_range(m, "month", "", "2026", overdue=overdue, rho=0.0)  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 4


@pytest.mark.parametrize("method", ["configured", "deal"])
def test_the_deals_that_move_the_chance(engine, method):
    asked = {"target": 7e9, "rho": 0.0, "show": "deals", "method": method}
    ask = lambda m: forecast_range(m, **asked)  # noqa: E731
    assert len(same_as_pandas(engine, ask, missing_amount="list price")) == 6


@pytest.mark.parametrize("period", ["", "2026-04"])
def test_a_scenario(engine, period):
    ask = lambda m: scenario(m, "owner<>Zoé", period, lose=2.0)  # noqa: E731
    assert len(same_as_pandas(engine, ask, rho=0.0)) == 6
