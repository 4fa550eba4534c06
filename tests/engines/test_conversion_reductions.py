"""Lost reasons, conversion, and price, volume and mix on every engine: the same bits."""

import pytest
from engine_models import OTHERS, bits, company_on, model_on, told
from given import company

from xlcrm.analytics.pipeline.lost_reasons import lost_reasons
from xlcrm.analytics.segments.price_volume_mix import price_volume_mix
from xlcrm.analytics.sellers.conversion import METHODS, conversion

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]


def same_as_pandas(engine, ask, **settings):
    expected = told(ask, company_on("pandas", **settings))
    assert told(ask, company_on(engine, **settings)) == expected
    return expected


@pytest.mark.parametrize("by", ["lost_reason", "segment, month", "size", ""])
@pytest.mark.parametrize("outcome", ["lost", "won"])
def test_lost_reasons(engine, by, outcome):
    expected = same_as_pandas(engine, lambda m: lost_reasons(m, by, outcome=outcome))
    assert len(expected) > (3 if by else 1)
    same_as_pandas(engine, lambda m: lost_reasons(m, by, "owner<>Ann", "2026-Q1", outcome))


def test_lost_reasons_where_nobody_wrote_down_activities(engine):
    tables = {kind: columns for kind, columns in company().items() if kind != "activities"}
    one, other = (bits(lost_reasons(model_on(name, tables))) for name in ("pandas", engine))
    assert one == other


def test_activities_of_one_engine_and_deals_of_another(engine):
    pandas, other = company_on("pandas"), company_on(engine)
    mixed = {**pandas.tables, "activities": other.tables["activities"]}
    model = type(pandas)(mixed, pandas.settings, pandas.aliases, pandas.given_as_of)
    assert bits(lost_reasons(model)) == bits(lost_reasons(pandas))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("by", ["owner", "manager, product", "month", ""])
def test_conversion(engine, method, by):
    answer = same_as_pandas(engine, lambda m: conversion(m, by, method=method))
    assert len(answer) > 1
    same_as_pandas(engine, lambda m: conversion(m, by, "region<>North", "2026", "amount", method))


@pytest.mark.parametrize("by", ["product", "segment, owner", "size", ""])
def test_price_volume_and_mix(engine, by):
    ask = lambda m: price_volume_mix(m, by, "", "2026-Q1", "2025")  # noqa: E731
    assert isinstance(same_as_pandas(engine, ask), list)
    same_as_pandas(engine, lambda m: price_volume_mix(m, by, "amount>0", "last 2 months"))
