"""Data that tests give: tables by column, as the cells of a range or as a frame of an engine."""

import datetime as dt

import numpy as np
import pandas as pd

from xlcrm.cells import Origin, Range, canonical
from xlcrm.model.model import model_of
from xlcrm.model.table import table_of


def rows_of(columns):
    """Header and rows of a table that is given by column."""
    return [tuple(columns), *zip(*columns.values(), strict=True)]


def range_of(columns, name=""):
    return Range(canonical(rows_of(columns)), Origin(name=name))


def model_with(as_of=None, **tables):
    """A model of cells: each keyword is a table kind, each value its columns."""
    return model_of([table_of(kind, range_of(c, kind)) for kind, c in tables.items()], as_of)


def shuffled(columns, seed=1):
    """The same rows in another order."""
    count = len(next(iter(columns.values())))
    order = np.random.default_rng(seed).permutation(count)
    return {name: [cells[k] for k in order] for name, cells in columns.items()}


def with_rows(columns, keep):
    """The rows for which ``keep`` says so, given each row as a dictionary."""
    rows = list(zip(*columns.values(), strict=True))
    kept = [row for row in rows if keep(dict(zip(columns, row, strict=True)))]
    return {name: [row[k] for row in kept] for k, name in enumerate(columns)}


AS_OF = dt.date(2026, 3, 15)
_TENTHS = (0.1, 0.2, 0.3, 100.0, 1e9, 33.33, -50.0)


def company(rows=300, seed=7):
    """A company's tables with nulls, ties, names that lead nowhere, and sums that round."""
    chance = np.random.default_rng(seed)

    def some(choices, blank=0.1):
        return [
            None if chance.random() < blank else choices[chance.integers(len(choices))]
            for _ in range(rows)
        ]

    def day(first, last, blank=0.1):
        start = pd.Timestamp("2026-01-01")
        return some([start + pd.Timedelta(days=k) for k in range(first, last)], blank)

    return _with_history(
        rows,
        seed,
        {
            "deals": {
                "deal_id": [f"D{k:05}" for k in range(rows)],
                "account_id": some(["A1", "A2", "A3", "A9"]),
                "owner": some(["Ann", "Bob", "Zoé", "Nobody"]),
                "created": day(-100, 100),
                "stage": some(["Lead", "Proposal", "Negotiation"], 0),
                "reached": some(["Lead", "Proposal", "Negotiation"], 0.3),
                "amount": some(_TENTHS, 0.15),
                "probability": some([0.2, 0.5, 0.9], 0.3),
                "forecast_category": some(["commit", "best case", "omitted"], 0.4),
                "override": some([55.5], 0.9),
                "expected_close": day(50, 150),
                "closed_on": day(0, 100),
                "status": some(["open", "won", "lost", "on hold"], 0.05),
                "product": some(["P1", "P2", "P3"]),
            },
            "orders": {
                "order_id": [f"O{k // 2:05}" for k in range(rows)],
                "account_id": some(["A1", "A2", "A3", "A9"]),
                "date": day(-200, 50),
                "amount": some(_TENTHS, 0.15),
                "cost": some([0.7, 12.5], 0.2),
                "product": some(["P1", "P2", "P3"]),
                "owner": some(["Ann", "Bob"]),
            },
            "accounts": {
                "account_id": ["A1", "A2", "A3", "A4"],
                "segment": ["Gold", None, "Silver", "Gold"],
                "region": ["North", "South", "North", None],
                "size": [10.0, None, 30.0, 5.0],
            },
            "sellers": {"owner": ["Ann", "Bob", "Zoé"], "manager": ["Mia", "Mia", None]},
            "stages": {
                "stage": ["Lead", "Proposal", "Negotiation"],
                "order": [1.0, 2.0, 3.0],
                "probability": [0.1, 0.4, 0.8],
                "category": ["pipeline", "best case", "commit"],
            },
            "products": {
                "product": ["P1", "P2"],
                "category": ["Basic", "Pro"],
                "list_price": [10.1, None],
            },
        },
    )


_PICTURED = ("2025-11-30", "2025-12-31", "2026-01-15", "2026-01-31", "2026-02-15", "2026-02-28")


def _with_history(rows, seed, tables):
    """Add what has happened to deals: snapshots, activities, and what was aimed at."""
    chance = np.random.default_rng((seed, 1))

    def some(choices, blank=0.1, count=rows):
        picks = chance.integers(len(choices), size=count)
        blanks = chance.random(count) < blank
        return [None if no else choices[k] for k, no in zip(picks, blanks, strict=True)]

    def days(first, last):
        start = pd.Timestamp("2026-01-01")
        return [start + pd.Timedelta(days=k) for k in range(first, last)]

    deals = tables["deals"]
    deals["source"] = some(["Web", "Referral"])
    deals["last_update"] = some(days(-60, 70))
    deals["next_action"] = some(["Call", "Visit"], 0.4)
    deals["quality"] = some([0.0, 0.5, 1.0], 0.3)
    deals["lost_reason"] = some(["Price", "Follow-up", "Timing"], 0.3)
    deals["competitor"] = some(["Voltara", "Sensis"], 0.5)
    tables["orders"]["quantity"] = some([1.0, 2.0, 5.0])
    tables["orders"]["list_price"] = some([0.3, 40.0], 0.2)
    count = rows * len(_PICTURED)
    tables["snapshots"] = {
        "taken_on": [pd.Timestamp(day) for day in _PICTURED for _ in range(rows)],
        "deal_id": deals["deal_id"] * len(_PICTURED),
        "stage": some(["Lead", "Proposal", "Negotiation"], 0, count),
        "amount": some(_TENTHS, 0.15, count),
        "expected_close": some(days(-40, 90), 0.1, count),
        "status": some(["open", "open", "open", "won", "lost", "on hold"], 0, count),
        "owner": deals["owner"] * len(_PICTURED),
    }
    tables["activities"] = {
        "date": some(days(-90, 70), 0.1, 2 * rows),
        "owner": some(["Ann", "Bob", "Zoé"], 0.1, 2 * rows),
        "kind": some(["call", "visit", "admin"], 0.1, 2 * rows),
        "deal_id": some(deals["deal_id"], 0.2, 2 * rows),
        "minutes": some([15.0, 60.0], 0.1, 2 * rows),
    }
    months = [f"2026-{month:02}" for month in range(1, 13)]
    tables["targets"] = {
        "period": months * 3,
        "metric": ["revenue"] * 36,
        "target": [100.0] * 12 + [60.0] * 12 + [40.0] * 12,
        "owner": [None] * 12 + ["Ann"] * 12 + ["Bob"] * 12,
    }
    tables["seasonality"] = {
        "period": [str(month) for month in range(1, 13)],
        "weight": [1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0],
    }
    return tables
