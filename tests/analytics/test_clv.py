"""What customers will order and be worth: from orders to purchases, values and sums."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from given import model_with, shuffled

from xlcrm.analytics.customers.clv import clv
from xlcrm.analytics.customers.purchase_histories import days_seen, purchase_histories
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, UnknownName, WrongValue

START = dt.date(2025, 1, 1)
AS_OF = START + dt.timedelta(days=364)


def orders(lines, **more):
    """Order lines of (account, day from 0, amount)."""
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [account for account, _, _ in lines],
        "date": [START + dt.timedelta(days=day) for _, day, _ in lines],
        "amount": [float(amount) for _, _, amount in lines],
        **more,
    }


def buyers(count=300, seed=1):
    """Order lines of customers who differ in pace, in staying and in what they spend."""
    chance, lines = np.random.default_rng(seed), []
    for k in range(count):
        pace, leaves = chance.gamma(0.8, 1 / 30), chance.beta(0.8, 3.0)
        scale = 1 / chance.gamma(4.0, 1 / 15)
        day = float(chance.integers(0, 200))
        while day < 365:
            lines.append((f"C{k:04}", int(day), round(chance.gamma(6.0, scale), 2) + 0.01))
            if chance.random() < leaves:
                break
            day += 1 + chance.exponential(1 / pace)
    return lines


LINES = buyers()
ACCOUNTS = {
    "account_id": [f"C{k:04}" for k in range(300)],
    "segment": [("Gold", "Silver", None)[k % 3] for k in range(300)],
}


def of_buyers(as_of=AS_OF, **tables):
    return model_with(as_of, **({"orders": orders(LINES), "accounts": ACCOUNTS} | tables))


def histories(lines, as_of=AS_OF, period=""):
    model = model_with(as_of, orders=orders(lines))
    found = purchase_histories(model, "", days_seen(model, period))
    columns = zip(found.accounts, found.x, found.t_x, found.T, found.mean, strict=True)
    return {account: figures for account, *figures in columns}, found.returned


def facts(model, **asked):
    frame = clv(model, show="model", **asked)
    return dict(zip(frame["figure"], frame["value"], strict=True))


# ── purchases ───────────────────────────────────────────────────────────────────────────────


def test_orders_of_one_day_are_one_purchase_and_the_first_says_nothing_of_value():
    lines = [("A", 0, 100), ("A", 14, 20), ("A", 14, 10), ("A", 70, 50), ("B", 357, 9)]
    found, _ = histories(lines)
    assert found["A"] == [2.0, 10.0, 52.0, 40.0]  # days with orders, weeks, weeks, money
    assert found["B"] == [0.0, 0.0, 1.0, 0.0]


def test_returns_are_netted_by_customer_and_day_and_are_no_purchase():
    lines = [
        ("A", 0, 100), ("A", 14, 60), ("A", 14, -20), ("A", 70, 50), ("A", 84, -30),
        ("B", 0, 100), ("B", 7, -100), ("C", 5, -40), ("D", 0, -5), ("D", 7, 10), ("D", 21, 8),
    ]  # fmt: skip
    found, returned = histories(lines)
    assert found["A"] == [2.0, 10.0, 52.0, (40 + 50 - 30) / 2]
    assert found["B"] == [0.0, 0.0, 52.0, 0.0]
    assert found["D"] == [1.0, 2.0, 51.0, 8.0]
    assert "C" not in found
    assert returned == 1


def test_a_day_that_nets_to_nothing_is_a_purchase_however_tenths_round():
    found, _ = histories([("A", 0, 5), ("A", 7, 0.1), ("A", 7, 0.2), ("A", 7, -0.3), ("B", 0, 1)])
    assert found["A"][:3] == [1.0, 1.0, 52.0]
    assert found["A"][3] == pytest.approx(0, abs=1e-12)


def test_time_ends_at_as_of_or_with_the_period():
    lines = [("A", 0, 1), ("A", 7, 1), ("A", 200, 1), ("A", 400, 1)]
    assert histories(lines)[0]["A"][:3] == [2.0, 200 / 7, 52.0]
    assert histories(lines, period="2025-01")[0]["A"][:3] == [1.0, 1.0, 30 / 7]
    with pytest.raises(NotAvailable, match="lies ahead"):
        histories(lines, period="2027")


# ── values ──────────────────────────────────────────────────────────────────────────────────


def test_a_customer_has_every_figure_and_the_greatest_value_comes_first():
    frame = clv(of_buyers())
    assert list(frame.columns) == [
        "account_id", "x", "t_x", "T", "mean_order", "p_alive", "expected_orders",
        "expected_revenue", "clv",
    ]  # fmt: skip
    assert len(frame) == len({account for account, _, _ in LINES})
    assert frame["clv"].is_monotonic_decreasing
    assert frame["p_alive"].between(0, 1).all()
    product = frame["expected_orders"] * frame["mean_order"]
    assert frame["expected_revenue"].tolist() == pytest.approx(product.tolist(), rel=1e-12)


def test_the_value_of_a_customer_by_hand():
    """One month ahead is one term: orders times value times margin, discounted by a month."""
    frame = clv(of_buyers(), months=1.0, margin=0.4, discount=0.12)
    by_hand = frame["expected_revenue"] * 0.4 / 1.12 ** (1 / 12)
    assert frame["clv"].tolist() == pytest.approx(by_hand.tolist(), rel=1e-12)


def test_months_add_up_each_at_its_own_discount(monkeypatch):
    model = of_buyers()
    steps = [clv(model, months=float(k)).set_index("account_id") for k in range(1, 6)]
    index, before, worth = steps[0].index, 0.0, 0.0
    for month, frame in enumerate(steps, start=1):
        revenue = frame["expected_revenue"].loc[index].to_numpy()
        worth = worth + (revenue - before) / 1.1 ** (month / 12)
        before = revenue
    assert steps[-1]["clv"].loc[index].tolist() == pytest.approx(worth.tolist(), rel=1e-10)
    monkeypatch.setattr("xlcrm.analytics.customers.clv._AT_ONCE", 2)  # in parts of months
    parts = clv(model, months=5.0).set_index("account_id")["clv"].loc[index]
    assert parts.tolist() == pytest.approx(worth.tolist(), rel=1e-10)


def test_without_interest_and_with_all_margin_the_value_is_the_revenue():
    frame = clv(of_buyers(), margin=1.0, discount=0.0, months=40.0)
    assert frame["clv"].tolist() == pytest.approx(frame["expected_revenue"].tolist(), rel=1e-12)


def test_settings_stand_in_for_months_and_interest():
    settings = {"name": ["clv_months", "discount_rate"], "value": [5.0, 0.2]}
    by_setting = clv(of_buyers(settings=settings))
    by_argument = clv(of_buyers(), months=5.0, discount=0.2)
    assert by_setting.equals(by_argument)


def test_the_margin_is_that_of_orders_whose_cost_is_known_and_else_told_to_be_1():
    costs = [amount * 0.7 if k % 3 else None for k, (_, _, amount) in enumerate(LINES)]
    known = of_buyers(orders=orders(LINES, cost=costs))
    assert facts(known)["margin"] == pytest.approx(0.3, rel=1e-12)
    assert facts(known)["margin_from"] == "orders with a cost"
    assert facts(of_buyers())["margin"] == 1.0
    assert facts(of_buyers())["margin_from"] == "no cost is known"
    assert facts(known, margin=0.5)["margin_from"] == "given"
    whole, part = clv(of_buyers()), clv(known)
    assert part["clv"].tolist() == pytest.approx((whole["clv"] * 0.3).tolist(), rel=1e-12)


@pytest.mark.parametrize("method", ["bg_nbd", "pareto_nbd"])
def test_groups_are_sums_over_their_customers(method):
    segments = pd.DataFrame(ACCOUNTS).fillna("(blank)")
    each = clv(of_buyers(), method=method).merge(segments, on="account_id")
    sums = each.groupby("segment")[["expected_orders", "expected_revenue", "clv"]].sum()
    frame = clv(of_buyers(), "segment", method=method)
    assert list(frame.columns) == [
        "segment", "customers", "expected_orders", "expected_revenue", "clv",
    ]  # fmt: skip
    assert frame["clv"].is_monotonic_decreasing
    assert frame["customers"].sum() == len(each)
    for row in frame.to_dict("records"):
        assert list(row.values())[2:] == pytest.approx(sums.loc[row["segment"]].tolist())


def test_deals_won_stand_in_for_orders():
    deals = orders(LINES)
    deals = {
        "deal_id": deals["order_id"], "account_id": deals["account_id"],
        "owner": ["Ann"] * len(LINES), "created": [START] * len(LINES),
        "stage": ["Won"] * len(LINES), "amount": deals["amount"],
        "expected_close": deals["date"], "closed_on": deals["date"],
        "status": ["won"] * len(LINES),
    }  # fmt: skip
    assert clv(model_with(AS_OF, deals=deals)).equals(clv(of_buyers()))


# ── the models ──────────────────────────────────────────────────────────────────────────────


def test_the_model_is_told_with_how_well_it_fits():
    told = facts(of_buyers())
    assert told["method"] == "BG/NBD"
    assert {"r", "alpha", "a", "b", "value_p", "value_q", "value_v"} <= set(told)
    assert told["converged"] is True
    assert told["value_converged"] is True
    assert told["customers"] == len({account for account, _, _ in LINES})
    assert told["gradient"] < 1e-7
    assert told["log_likelihood"] < 0
    assert -0.5 < told["value_correlation"] < 0.5
    assert {"r", "alpha", "s", "beta"} <= set(facts(of_buyers(), method="pareto_nbd"))
    assert all(isinstance(v, (float, str, bool, ExcelError)) for v in told.values())


def test_customers_whose_orders_net_to_nothing_are_left_out_of_values_and_counted():
    many = [*LINES, ("Z1", 0, 50), ("Z1", 30, 20), ("Z1", 60, -90),
            ("Z2", 0, 9), ("Z2", 10, 0)]  # fmt: skip
    told = facts(of_buyers(orders=orders(many)))
    assert told["value_left_out"] == 2
    assert told["value_customers"] == facts(of_buyers())["value_customers"]
    frame = clv(of_buyers(orders=orders(many))).set_index("account_id")
    p, q, v = (told[f"value_{name}"] for name in "pqv")
    assert frame.loc["Z1", "mean_order"] == pytest.approx(p * v / (p + q - 1), rel=1e-12)


def test_the_order_of_rows_never_matters():
    frame = clv(of_buyers())
    assert clv(of_buyers(orders=shuffled(orders(LINES)))).equals(frame)


# ── refusals ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "asked",
    [
        {"months": 0.0}, {"months": 2.5}, {"months": 601.0}, {"margin": 1.5}, {"margin": -0.1},
        {"discount": -0.1}, {"discount": 10.0},
    ],
)  # fmt: skip
def test_arguments_out_of_their_domain_are_refused(asked):
    with pytest.raises(OutOfDomain, match=f"^{next(iter(asked))}"):
        clv(of_buyers(), **asked)


def test_unknown_words_and_columns_are_refused():
    with pytest.raises(WrongValue, match="there is no method 'bgnbd'"):
        clv(of_buyers(), method="bgnbd")
    with pytest.raises(WrongValue, match="show is no"):
        clv(of_buyers(), show="models")
    with pytest.raises(UnknownName, match="no column 'colour'"):
        clv(of_buyers(), "colour")
    with pytest.raises(UnknownName, match="'month'"):
        clv(of_buyers(), "month")


def test_few_customers_are_too_few():
    nine = ", ".join(sorted({account for account, _, _ in LINES})[:9])
    with pytest.raises(NotAvailable, match="needs 10 customers; 9 bought"):
        clv(of_buyers(), where=f"account_id in {nine}")
    with pytest.raises(NotAvailable, match="no account bought"):
        clv(of_buyers(), where="amount>1000000")
