"""The reductions behind series, trends and landings on every engine: the same bits."""

import pytest
from engine_models import OTHERS, company_on, told

from xlcrm.analytics.forecast.landing.landing import landing
from xlcrm.analytics.forecast.series import forecast_series
from xlcrm.analytics.forecast.trend import trend

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]


def same_as_pandas(engine, ask, **settings):
    expected = told(ask, company_on("pandas", **settings))
    assert told(ask, company_on(engine, **settings)) == expected
    return expected


@pytest.mark.parametrize(
    ("kpi", "where"),
    [
        ("revenue", ""),
        ("revenue", "product=P1; segment=Gold"),
        ("orders", "region=North"),
        ("customers", ""),
        ("opportunities_created", "owner<>Ann"),
        ("margin_amount", ""),
    ],
)
def test_a_series(engine, kpi, where):
    months = same_as_pandas(engine, lambda m: forecast_series(m, kpi, where, ahead=2.0))
    assert len(months) > 6


def test_the_errors_of_a_series(engine):
    assert len(same_as_pandas(engine, lambda m: forecast_series(m, show="errors"))) == 9


@pytest.mark.parametrize("kpi", ["revenue", "orders", "opportunities_created"])
def test_a_trend(engine, kpi):
    assert len(same_as_pandas(engine, lambda m: trend(m, kpi))) == 3


@pytest.mark.parametrize("method", ["pace", "series"])
@pytest.mark.parametrize("where", ["", "owner=Ann"])
def test_a_landing(engine, method, where):
    assert len(same_as_pandas(engine, lambda m: landing(m, "revenue", where, method=method))) == 4


def test_a_landing_of_open_deals(engine):
    def ask(model):
        return landing(model, "revenue", "owner=Ann", "this month", method="pipeline")

    assert len(same_as_pandas(engine, ask)) == 2


@pytest.mark.parametrize("kpi", ["orders", "won_deals", "margin_amount"])
def test_a_landing_of_another_figure(engine, kpi):
    assert len(same_as_pandas(engine, lambda m: landing(m, kpi, period="2026-03"))) == 2


def test_a_week_of_orders(engine):
    same_as_pandas(engine, lambda m: landing(m, "revenue", "", "2026-W11", 500.0))
