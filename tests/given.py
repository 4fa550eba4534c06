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

    return {
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
    }
