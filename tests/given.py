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
    return _with_service(rows, seed, tables)


def _with_service(rows, seed, tables):
    """Add what customers say and get, and what the company decides."""
    chance = np.random.default_rng((seed, 2))

    def some(choices, blank=0.1, count=rows):
        picks = chance.integers(len(choices), size=count)
        blanks = chance.random(count) < blank
        return [None if no else choices[k] for k, no in zip(picks, blanks, strict=True)]

    def days(count=rows, blank=0.1):
        start = pd.Timestamp("2025-10-01")
        return some([start + pd.Timedelta(days=k) for k in range(160)], blank, count)

    accounts, few = ["A1", "A2", "A3", "A9"], max(rows // 5, 1)
    tables["orders"]["channel"] = some(["Field", "Web"])
    tables["activities"]["cost"] = some([0.1, 25.0, 33.33], 0.3, 2 * rows)
    tables["accounts"]["created"] = [
        *map(pd.Timestamp, ("2025-11-02", "2026-01-05")),
        None,
        pd.Timestamp("2026-02-09"),
    ]
    tables["products"]["launched"] = [pd.Timestamp("2019-05-01"), pd.Timestamp("2022-11-10")]
    tables["complaints"] = {
        "date": days(few),
        "account_id": some(accounts, 0, few),
        "resolved_on": days(few, 0.4),
    }
    tables["reminders"] = {
        "sent_on": days(),
        "account_id": some(accounts, 0),
        "responded": some([True, False]),
        "positive": some([True, False], 0.3),
    }
    tables["surveys"] = {
        "date": days(),
        "account_id": some(accounts),
        "score": some([0.0, 3.3, 7.0, 9.0, 10.0]),
        "driver": some(["Price", "service", "Value for money", "brand"], 0.3),
    }
    tables["tickets"] = {"opened": days(blank=0.0), "account_id": some(accounts)}
    tables["tickets"]["first_response"] = [
        None if gap is None else opened + pd.Timedelta(days=gap)
        for opened, gap in zip(
            tables["tickets"]["opened"], some([-1, 0, 0, 1, 2], 0.2), strict=True
        )
    ]
    tables["decisions"] = {
        "date": days(few),
        "decision": [f"Decision {k}" for k in range(few)],
        "evidence": some(["Forecast", "Pipeline"], 0.4, few),
    }
    return tables


SCORECARD = {
    "objectives": {
        "objective_id": ["F", "F1", "C"],
        "objective": ["Grow", "Sell more", "Keep customers"],
        "perspective": ["Finance", None, "Customers"],
        "parent_id": [None, "F", None],
        "weight": [1.0, 2.0, 1.0],
    },
    "measures": {
        "measure_id": ["m1", "m2", "m3", "m4", "m5"],
        "objective_id": ["F1", "F1", "F", "C", "C"],
        "measure": ["Revenue", "Win rate", "Margin", "Churn", "Visits"],
        "unit": ["EUR", "%", "EUR", "%", "visits"],
        "weight": [0.1, 0.2, 0.7, 1.0, 3.0],
        "baseline": [50.0, 0.2, 10.0, 15.0, 60.0],
        "red": [80.0, 0.3, 20.0, 12.0, 60.0],
        "target": [95.0, 0.6, 30.0, 8.0, 80.0],
        "band_low": [None, None, None, None, 75.0],
        "band_high": [None, None, None, None, 85.0],
        "actual": [87.5, 0.5, None, 9.0, 72.0],
        "previous": [81.0, 0.55, 25.0, None, 60.0],
        "owner": ["Ann", "Bob", None, "Ann", "Bob"],
    },
    "perspectives": {
        "perspective": ["Finance", "Customers"],
        "order": [1.0, 2.0],
        "weight": [40.0, 20.0],
    },
    "actuals": {
        "measure_id": [f"m{k}" for k in range(1, 6) for _ in range(15)],
        "period": [f"{2025 + m // 12}-{m % 12 + 1:02}" for _ in range(5) for m in range(15)],
        "actual": [float(k * m % 7 + m) for k in range(1, 6) for m in range(15)],
    },
    "initiatives": {
        "initiative_id": ["i1", "i2", "i3", "i4"],
        "measure_id": ["m1", "m1", "m3", "m5"],
        "name": ["Train", "Call back", "Reprice", "Visit plan"],
        "owner": ["Ann", "Bob", None, "Ann"],
        "start": [
            pd.Timestamp("2025-10-01"),
            pd.Timestamp("2026-01-01"),
            None,
            pd.Timestamp("2026-05-01"),
        ],
        "due": [
            pd.Timestamp("2026-02-01"),
            pd.Timestamp("2026-12-31"),
            None,
            pd.Timestamp("2026-09-01"),
        ],
        "budget": [1000.0, 500.0, None, 200.0],
        "spent": [400.0, 0.1, 30.0, None],
        "progress": [0.9, 0.5, None, 0.0],
        "expected_effect": [10.0, 5.0, None, 3.0],
    },
    "links": {
        "from_objective": ["C", "F1", "C"],
        "to_objective": ["F", "F", "F1"],
        "note": ["Loyal customers buy more", None, None],
    },
    "complaints": {
        "date": [pd.Timestamp("2026-01-10"), pd.Timestamp("2026-02-10")],
        "account_id": ["A1", "A2"],
        "resolved_on": [pd.Timestamp("2026-01-12"), None],
    },
    "reminders": {
        "sent_on": [pd.Timestamp("2026-01-10"), pd.Timestamp("2026-02-10")],
        "account_id": ["A1", "A2"],
        "responded": [True, True],
        "positive": [True, False],
    },
}
"""A strategy with gaps: a measure without an actual, an owner or a previous figure."""
