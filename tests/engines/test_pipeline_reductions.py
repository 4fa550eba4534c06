"""The pipeline's reductions on every engine, over data with nulls and ties: the same bits."""

import pytest
from engine_models import OTHERS, company_on, model_on, told
from given import company

from xlcrm.analytics.pipeline.attention import attention
from xlcrm.analytics.pipeline.extreme_deals import extreme_deals
from xlcrm.analytics.pipeline.pipeline import pipeline

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]


def same_as_pandas(engine, ask, **settings):
    expected = told(ask, company_on("pandas", **settings))
    assert told(ask, company_on(engine, **settings)) == expected
    return expected


@pytest.mark.parametrize("moves", ["passed", "direct"])
def test_the_stages_of_the_pipeline(engine, moves):
    assert len(same_as_pandas(engine, lambda m: pipeline(m, moves=moves))) == 4


@pytest.mark.parametrize("by", ["size", "manager, month"])
def test_the_pipeline_by_group(engine, by):
    same_as_pandas(engine, lambda m: pipeline(m, by, "product<>P3", "2026"))


def test_the_pipeline_without_overdue_deals_at_list_prices(engine):
    given = {"missing_amount": "list price", "stale_after": 30.0}
    same_as_pandas(engine, lambda m: pipeline(m, "", overdue="exclude"), **given)


@pytest.mark.parametrize("without", ["reached", "snapshots"])
def test_the_moves_where_less_is_told(engine, without):
    tables = company(60)
    if without == "snapshots":
        del tables["snapshots"]
    del tables["deals"]["reached"]
    asked = [told(pipeline, model_on(one, tables)) for one in ("pandas", engine)]
    assert len(asked[0]) == 4
    assert asked[0] == asked[1]


@pytest.mark.parametrize("by", ["", "region, month"])
def test_the_deals_that_need_attention(engine, by):
    ask = lambda m: attention(m, by, "owner<>Ann", "2026-03..")  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 4


def test_the_extreme_deals(engine):
    tables = company(150)
    tables["orders"]["deal_id"] = tables["deals"]["deal_id"]
    asked = [told(extreme_deals, model_on(one, tables)) for one in ("pandas", engine)]
    assert {row[5] for row in asked[0][1:]} & {"margin", "discount"}
    assert asked[0] == asked[1]
