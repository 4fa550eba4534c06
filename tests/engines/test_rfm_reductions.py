"""Scores of customers, the dormant and the key ones on every engine: the same bits."""

import pytest
from customers_given import AS_OF, customers
from engine_models import OTHERS, model_on, told

from xlcrm.analytics.customers.dormant import dormant
from xlcrm.analytics.customers.key_accounts import key_accounts
from xlcrm.analytics.customers.rfm import rfm

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

TABLES = customers(600)
READ = ("orders", "accounts", "activities", "segment_rules")


def same_as_pandas(engine, ask):
    given = {kind: TABLES[kind] for kind in READ}
    expected = told(ask, model_on("pandas", given, AS_OF.date()))
    assert told(ask, model_on(engine, given, AS_OF.date())) == expected
    return expected


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("", "product<>P1", "2025", "jenks"),
        ("rfm_segment",),
        ("type, rfm_segment, region", "", "last 24 months"),
    ],
)
def test_scores_and_segments(engine, asked):
    assert len(same_as_pandas(engine, lambda m: rfm(m, *asked))) > 3


@pytest.mark.parametrize("asked", [(), ("product<>P1",), ("segment=Gold", 3.0)])
def test_the_dormant(engine, asked):
    assert len(same_as_pandas(engine, lambda m: dormant(m, *asked))) > 3


@pytest.mark.parametrize("method", ["history", "projected"])
@pytest.mark.parametrize("by", ["", "type", "region, segment"])
def test_key_accounts_by_group(engine, by, method):
    ask = lambda m: key_accounts(m, by, "product<>P2", method=method)  # noqa: E731
    assert len(same_as_pandas(engine, ask)) > 5
