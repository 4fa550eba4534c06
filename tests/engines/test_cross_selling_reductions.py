"""Cross-selling, profiles and lookalikes on every engine: the same bits."""

from functools import cache

import pytest
from customers_given import AS_OF, customers
from engine_models import OTHERS, model_on, told

from xlcrm.analytics.cross_selling.lookalikes import lookalikes
from xlcrm.analytics.cross_selling.next_best import next_best
from xlcrm.analytics.cross_selling.profile import profile
from xlcrm.analytics.cross_selling.rules import cross_sell

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

READ = ("orders", "accounts", "products")


@cache
def customers_on(engine):
    tables = {kind: columns for kind, columns in customers().items() if kind in READ}
    return model_on(engine, tables, AS_OF.date())


def same_as_pandas(engine, ask):
    expected = told(ask, customers_on("pandas"))
    assert told(ask, customers_on(engine)) == expected
    return expected


@pytest.mark.parametrize(
    "asked",
    [{}, {"item": "category", "size": 1.0}, {"method": "orders", "confidence": 0.01},
     {"show": "accounts", "period": "2024..2025"}, {"where": "segment<>Gold; product<>P1"}],
)  # fmt: skip
def test_rules(engine, asked):
    assert len(same_as_pandas(engine, lambda m: cross_sell(m, **asked))) > 2


@pytest.mark.parametrize("asked", [{}, {"top": 2.0, "period": "2025"}])
def test_offers(engine, asked):
    assert len(same_as_pandas(engine, lambda m: next_best(m, **asked))) > 5


@pytest.mark.parametrize("asked", [{}, {"by": "city, created, owner", "where": "channel<>Web"}])
def test_profiles(engine, asked):
    assert len(same_as_pandas(engine, lambda m: profile(m, **asked))) > 10


@pytest.mark.parametrize("asked", [{}, {"by": "owner, created, lat", "where": "region<>North"}])
def test_similarities(engine, asked):
    assert len(same_as_pandas(engine, lambda m: lookalikes(m, **asked))) > 3
