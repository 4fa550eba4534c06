"""A company's customers as tests are given them: who bought, what it cost, and where they are."""

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2026-03-15")
_START = pd.Timestamp("2023-06-01")
_TENTHS = (10.1, 50.2, 100.3, 100.0, 220.7, 33.33, 400.5)


def customers(rows=240, seed=12):
    """Tables of about as many order lines, with nulls, ties, returns and sums that round."""
    chance = np.random.default_rng(seed)
    many = max(rows // 6, 36)
    ids = [f"C{k:04}" for k in range(many)]

    def some(choices, blank=0.05, count=many):
        picks = chance.integers(len(choices), size=count)
        blanks = chance.random(count) < blank
        return [None if no else choices[k] for k, no in zip(picks, blanks, strict=True)]

    def days(count, blank=0.05):
        span = (AS_OF - _START).days
        return some([_START + pd.Timedelta(days=k) for k in range(span)], blank, count)

    buyers = ids[: many * 5 // 6]
    bought = [(account, day) for account in buyers for day in _purchases(chance)]
    lines = [(f"O{k:05}", *line) for k, line in enumerate(bought) for _ in range(1 + k % 2)]
    count = len(lines)
    scales = dict(zip(ids, np.random.default_rng((seed, 1)).gamma(1.5, 2.0, many), strict=True))
    orders = {
        "order_id": [line[0] for line in lines],
        "account_id": [None if chance.random() < 0.02 else line[1] for line in lines],
        "date": [line[2] for line in lines],
        "amount": [
            None if value is None else round(float(value * scales[line[1]]), 2) * _sign(chance)
            for value, line in zip(some(_TENTHS, 0.03, count), lines, strict=True)
        ],
        "quantity": some([1.0, 2.0, 5.0], 0.05, count),
        "list_price": some([0.3, 40.0, 55.0], 0.3, count),
        "cost": some([0.1, 12.5], 0.1, count),
        "product": some([f"P{k}" for k in range(1, 7)], 0.05, count),
        "channel": some(["Field", "Web"], 0.1, count),
        "owner": some(["Ann", "Bob"], 0.1, count),
    }
    lost = [None if chance.random() < 0.6 else day for day in days(many, 0)]
    deals = many
    return {
        "orders": orders,
        "accounts": {
            "account_id": ids,
            "type": some(["Distributor", "Shop"]),
            "segment": some(["Gold", "Silver", "Bronze"]),
            "region": some(["North", "South", "East"]),
            "industry": some(["Food", "Health"], 0.2),
            "size": some([5.0, 10.0, 30.0, 250.0], 0.2),
            "owner": some(["Ann", "Bob", "Zoé"]),
            "created": [_START - pd.Timedelta(days=k % 90) for k in range(many)],
            "lost_on": lost,
            "potential": some([0.1, 1000.0, 33_333.33], 0.2),
            "city": some(["Bremen", "Linz", "Nowhere"], 0.3),
            "lat": some([53.1, 48.3, 46.5], 0.3),
            "lon": some([8.8, 14.3, 10.5], 0.0),
        },
        "products": {
            "product": [f"P{k}" for k in range(1, 6)],
            "category": ["Basic", "Basic", "Pro", "Pro", None],
            "list_price": [40.0, None, 0.3, 55.0, 20.0],
            "market_price": [38.0, 12.0, None, 60.0, 20.0],
            "cost": [10.0, 2.0, 0.1, None, 5.0],
        },
        "sellers": {
            "owner": ["Ann", "Bob", "Zoé"],
            "manager": ["Mia", "Mia", None],
            "hourly_cost": [60.0, 45.5, 50.1],
        },
        "deals": {
            "deal_id": [f"D{k:04}" for k in range(deals)],
            "account_id": some(ids, 0.1, deals),
            "owner": some(["Ann", "Bob"], 0.05, deals),
            "created": (created := days(deals, 0)),
            "source": some(["Web", "Inbound", "Referral"], 0.1, deals),
            "stage": ["Proposal"] * deals,
            "amount": some(_TENTHS, 0.05, deals),
            "expected_close": days(deals, 0),
            "closed_on": [day + pd.Timedelta(days=20 + k % 70) for k, day in enumerate(created)],
            "status": some(["won", "won", "lost", "open"], 0, deals),
        },
        "activities": {
            "date": days(3 * many),
            "owner": some(["Ann", "Bob", "Zoé"], 0.05, 3 * many),
            "kind": some(["call", "visit", "mail"], 0.05, 3 * many),
            "account_id": some(ids, 0.1, 3 * many),
            "minutes": some([15.0, 60.0], 0.05, 3 * many),
            "cost": some([0.1, 25.0], 0.4, 3 * many),
        },
        "spend": {
            "date": days(many, 0),
            "category": some(["marketing", "sales", "overhead"], 0, many),
            "amount": some([0.1, 500.0, 33.3], 0, many),
            "segment": some(["Gold", "Silver", "Bronze"], 0.4, many),
        },
        "timesheets": {
            "date": days(many),
            "person": some(["Tim", "Uli"], 0, many),
            "project": some(["Fit-out", "Service"], 0, many),
            "account_id": some(ids, 0.1, many),
            "spent_hours": some([0.1, 2.0, 7.5], 0.05, many),
            "cost_rate": some([40.0, 55.5], 0.05, many),
        },
        "surveys": {
            "date": days(2 * many),
            "account_id": some(ids, 0.05, 2 * many),
            "score": some([0.0, 3.0, 7.0, 9.0, 10.0], 0.05, 2 * many),
            "driver": some(["Price", "Service", "Quality", "Brand"], 0.2, 2 * many),
        },
        "regions": {
            "region": ["North", "South", "West"],
            "potential": [1000.0, 2000.1, 300.0],
            "companies": [50.0, None, 10.0],
            "resellers": [3.0, 1.0, None],
        },
        "cities": {
            "city": ["Bremen", "Linz", "Bolzano"],
            "country": ["DE", "AT", "IT"],
            "lat": [53.08, 48.31, 46.5],
            "lon": [8.8, 14.29, 11.35],
        },
        "segment_rules": {
            "segment": ["Champions", "Others", "Sleeping"],
            "r_from": [4.0, 4.0, 1.0],
            "r_to": [5.0, 5.0, 3.0],
            "f_from": [4.0, 1.0, 1.0],
            "f_to": [5.0, 3.0, 5.0],
            "m_from": [1.0, 1.0, 1.0],
            "m_to": [5.0, 5.0, 5.0],
        },
    }


def _sign(chance):
    """A sale, or now and then a return."""
    return -1.0 if chance.random() < 0.03 else 1.0


def _purchases(chance):
    """The days on which one customer buys, at a pace of its own, until it leaves."""
    day = _START + pd.Timedelta(days=int(chance.integers(700)))
    pace, leaves = chance.gamma(1.2, 60.0), chance.beta(0.5, 1.5)
    while day <= AS_OF:
        yield day
        if chance.random() < leaves:
            return
        day += pd.Timedelta(days=1 + int(chance.exponential(pace)))
