"""Customers' values on every engine: the same bits."""

from functools import cache

import numpy as np
import pytest
from customers_given import AS_OF, customers
from engine_models import OTHERS, model_on, told

from xlcrm.analytics.customers.clv import clv
from xlcrm.analytics.customers.purchase_histories import days_seen, purchase_histories

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]


@cache
def given_tables():
    """The company's customers, but each spends on a scale of its own, some orders as before."""
    tables, chance = customers(1_200), np.random.default_rng(5)
    orders = dict(tables["orders"])
    scales = {account: 1 / chance.gamma(4.0, 0.1) for account in tables["accounts"]["account_id"]}
    orders["amount"] = [
        amount
        if amount is None or account is None or abs(amount) < 1
        else float(np.sign(amount)) * round(chance.gamma(6.0, scales[account]), 2)
        for account, amount in zip(orders["account_id"], orders["amount"], strict=True)
    ]
    return {"orders": orders, "accounts": tables["accounts"]}


@cache
def given_on(engine):
    return model_on(engine, given_tables(), AS_OF.date())


def same_as_pandas(engine, ask):
    expected = told(ask, given_on("pandas"))
    assert told(ask, given_on(engine)) == expected
    return expected


def columns_of(model, where, period):
    found = purchase_histories(model, where, days_seen(model, period))
    return [[*map(str, found.accounts)], found.x.tolist(), found.t_x.tolist(), found.T.tolist(),
            [value.hex() for value in found.mean], found.returned]  # fmt: skip


@pytest.mark.parametrize("period", ["", "2025", "..2025-06"])
@pytest.mark.parametrize("where", ["", "product<>P1; segment=Gold"])
def test_the_purchases_of_customers_with_returns_and_sums_that_round(engine, where, period):
    expected = columns_of(given_on("pandas"), where, period)
    assert columns_of(given_on(engine), where, period) == expected
    assert len(expected[0]) > 30


@pytest.mark.parametrize("method", ["bg_nbd", "pareto_nbd"])
@pytest.mark.parametrize("by", ["", "segment, region"])
def test_values_of_customers_and_of_groups(engine, by, method):
    ask = lambda m: clv(m, by, "product<>P1", method=method)  # noqa: E731
    assert isinstance(same_as_pandas(engine, ask), list)


def test_the_models_behind_them(engine):
    ask = lambda m: clv(m, show="model")  # noqa: E731
    assert isinstance(same_as_pandas(engine, ask), list)
