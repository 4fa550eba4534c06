"""Territories, prices and needs on every engine: the same bits."""

from functools import cache

import pytest
from customers_given import AS_OF, customers
from engine_models import OTHERS, model_on, told

from xlcrm.analytics.segments.needs import needs
from xlcrm.analytics.segments.price import price
from xlcrm.analytics.territory.territory import territory

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]


@cache
def on(engine):
    return model_on(engine, customers(), AS_OF.date())


def same_as_pandas(engine, ask):
    expected = told(ask, on("pandas"))
    assert told(ask, on(engine)) == expected
    assert isinstance(expected, list), expected
    assert len(expected) > 3
    return expected


@pytest.mark.parametrize("by", ["region", "segment, owner"])
def test_territories(engine, by):
    same_as_pandas(engine, lambda m: territory(m, by))
    same_as_pandas(engine, lambda m: territory(m, by, "size>5; product<>P1", "2025"))


def test_prospects(engine):
    same_as_pandas(engine, lambda m: territory(m, "region", "", "", "accounts"))


@pytest.mark.parametrize("by", ["product", "segment, month"])
def test_prices(engine, by):
    same_as_pandas(engine, lambda m: price(m, by))
    same_as_pandas(engine, lambda m: price(m, by, "owner=Ann", "2025"))


@pytest.mark.parametrize("method", ["drivers", "elasticity"])
def test_needs(engine, method):
    same_as_pandas(engine, lambda m: needs(m, "segment", "", "", method))
    same_as_pandas(engine, lambda m: needs(m, "region", "segment<>Gold", "2024..2025", method))
