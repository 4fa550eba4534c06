"""The KPIs of service and assortment, and what is made of them, on every engine: the same bits."""

import pytest
from engine_models import OTHERS, company_on, told

from xlcrm.analytics.cycle import cycle
from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.kpi_sets import SETS, kpi_set
from xlcrm.kpis import assortment, service

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

NAMES = [kpi.name for kpi in (*service.KPIS, *assortment.KPIS)]


def same_as_pandas(engine, ask, **settings):
    expected = told(ask, company_on("pandas", **settings))
    assert told(ask, company_on(engine, **settings)) == expected
    return expected


@pytest.mark.parametrize("kpi", NAMES)
def test_a_kpi_by_month(engine, kpi):
    assert len(same_as_pandas(engine, lambda m: kpi_table(m, kpi, "month"))) > 3


def test_answers_of_those_who_answered_and_the_margin_of_a_segment(engine):
    same_as_pandas(engine, lambda m: kpi_value(m, "reminder_rate", "responded=yes"))
    same_as_pandas(engine, lambda m: kpi_table(m, "margin_per_customer", "segment"))
    same_as_pandas(engine, lambda m: kpi_table(m, "lost_reason_known", "owner"))


@pytest.mark.parametrize("years", [0.0, 1.5, 3.0, 50.0])
def test_what_is_new(engine, years):
    given = {"new_product_years": years}
    same_as_pandas(engine, lambda m: kpi_table(m, "vitality", "quarter, channel"), **given)


@pytest.mark.parametrize("by", ["month", "segment", "region, quarter"])
def test_the_customer_value_index(engine, by):
    ask = lambda m: kpi_table(m, "customer_value_index", by)  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 3


def test_the_explanation_of_the_customer_value_index(engine):
    same_as_pandas(engine, lambda m: explain_kpi(m, "customer_value_index", period="2026"))


@pytest.mark.parametrize("strategy", SETS)
def test_a_set_of_kpis(engine, strategy):
    ask = lambda m: kpi_set(m, strategy, "segment<>Silver", "last 3 months")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 8


def test_the_cycle(engine):
    assert len(same_as_pandas(engine, lambda m: cycle(m, "", "last 3 months"))) == 19
