"""Made-up companies of which it is known what drives their sales, seeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.model.model import Model, model_of
from xlcrm.model.schema import kind
from xlcrm.model.table import FrameTable
from xlcrm.periods import shifted

KINDS = ("stage-driven", "seasonal", "random")
"""What drives sales: the stages of the pipeline, the time of the year, or nothing that is known."""

MONTHS = 60
FIRST = date(2021, 1, 1)

STAGES = ("Lead", "Qualified", "Proposal", "Negotiation")
CONFIGURED = (0.10, 0.25, 0.50, 0.75)
MOVES_ON = (0.16, 0.18, 0.16, 0.20)
IS_LOST = (0.10, 0.08, 0.05, 0.04)
"""Chances a week, by stage, of the deals of a stage-driven company."""

SEASON = (0.4, 0.5, 0.8, 1.0, 1.2, 1.4, 0.6, 0.3, 1.1, 1.3, 1.6, 1.8)
"""What each month of the year sells in a seasonal company, by its mean month."""

_CREATED_A_MONTH = 60
_WARMING_UP = 12
_SELLERS = ("Ann", "Bob", "Cas", "Dee")
_WEEK = 7


@dataclass
class _Deals:
    """Deals as they stand: one number each in every vector; days are counted from `FIRST`."""

    created: Any
    amount: Any
    own: Any
    stage: Any
    expected: Any
    closed: Any
    won: Any

    @property
    def count(self) -> int:
        return len(self.created)

    def open_on(self, day: float) -> Any:
        return (self.created < day) & np.isnan(self.closed)


def _starts() -> list[int]:
    """Give the first day of each month, and of the one after the last."""
    return [(shifted(FIRST, "month", k) - FIRST).days for k in range(-_WARMING_UP, MONTHS + 1)]


def _created(rng: np.random.Generator, starts: list[int], rates: Any) -> _Deals:
    """Create deals on random days of each month, at the month's rate."""
    days = np.concatenate(
        [
            np.sort(rng.integers(first, after, rng.poisson(rate)))
            for (first, after), rate in zip(pairwise(starts), rates, strict=True)
        ]
    ).astype(float)
    count = len(days)
    return _Deals(
        days,
        np.round(rng.lognormal(9.0, 0.5, count), 2),
        np.round(rng.uniform(0.2, 0.9, count), 2),
        np.zeros(count, dtype=int),
        days + rng.integers(30, 150, count),
        np.full(count, np.nan),
        np.zeros(count, dtype=bool),
    )


def _picture(deals: _Deals, day: int) -> pd.DataFrame:
    rows = np.flatnonzero(deals.open_on(day))
    return pd.DataFrame(
        {
            "taken_on": float(day),
            "deal": rows,
            "stage": deals.stage[rows],
            "amount": deals.amount[rows],
            "expected": deals.expected[rows],
        }
    )


def _stage_driven(rng: np.random.Generator) -> tuple[_Deals, list[pd.DataFrame]]:
    """Deals walk through the stages week by week; how many are created differs by month.

    A seller expects a deal to close when it would be won at the usual pace, knows the week only
    roughly, looks at it again when the deal moves on, and puts off what is overdue.
    """
    starts = _starts()
    rates = _CREATED_A_MONTH * rng.gamma(4.0, 0.25, len(starts) - 1)
    deals = _created(rng, starts, rates)
    moves_on, is_lost = np.array(MOVES_ON), np.array(IS_LOST)
    pace = np.cumsum((1 / (moves_on + is_lost))[::-1])[::-1] * _WEEK

    def expects(rows: Any, day: float) -> Any:
        return day + np.round(pace[deals.stage[rows]] * rng.gamma(16.0, 1 / 16.0, len(rows)))

    everyone = np.arange(deals.count)
    deals.expected = deals.created + np.round(pace[0] * rng.gamma(16.0, 1 / 16.0, deals.count))
    wins = np.cumprod((moves_on / (moves_on + is_lost))[::-1])[::-1]
    deals.own = np.round(np.clip(wins[0] * rng.gamma(4.0, 0.5, deals.count), 0.02, 0.98), 2)
    pictures = []
    for first, after in pairwise(starts):
        if first >= 0:
            pictures.append(_picture(deals, first))
        for day in range(first, after, _WEEK):
            rows = everyone[deals.open_on(day)]
            late = rows[deals.expected[rows] < day]
            put_off = late[rng.random(len(late)) < 0.7]
            deals.expected[put_off] = day + rng.integers(7, 29, len(put_off))
            draw = rng.random(len(rows))
            at = deals.stage[rows]
            goes_on = rows[draw < moves_on[at]]
            lost = rows[(draw >= moves_on[at]) & (draw < moves_on[at] + is_lost[at])]
            won = goes_on[deals.stage[goes_on] == len(STAGES) - 1]
            moved = goes_on[deals.stage[goes_on] < len(STAGES) - 1]
            deals.stage[moved] += 1
            deals.expected[moved] = expects(moved, day)
            deals.won[won] = True
            closed = np.concatenate([won, lost])
            deals.closed[closed] = np.minimum(day + rng.integers(0, _WEEK, len(closed)), after - 1)
    return deals, pictures


def _from_a_pool(
    rng: np.random.Generator, season: tuple[float, ...], shape: float
) -> tuple[_Deals, list[pd.DataFrame]]:
    """Each month as many deals are won as season and chance have it, any of those that are open.

    Stages and expected dates are drawn anew for every picture, sellers' probabilities once: they
    say nothing. Chance multiplies each month's rate by a gamma variable of this shape and mean 1.
    """
    starts = _starts()
    deals = _created(rng, starts, np.full(len(starts) - 1, _CREATED_A_MONTH))
    pictures = []
    for month, (first, after) in enumerate(pairwise(starts)):
        there = np.flatnonzero(deals.open_on(first))
        deals.stage[there] = rng.integers(0, len(STAGES), len(there))
        deals.expected[there] = first + rng.integers(0, 150, len(there))
        if first >= 0:
            pictures.append(_picture(deals, first))
        rate = _CREATED_A_MONTH / 3 * season[month % 12] * rng.gamma(shape, 1 / shape)
        wins = min(rng.poisson(rate), len(there))
        losses = min(max(len(there) - wins - 4 * _CREATED_A_MONTH, 0), len(there) - wins)
        closed = rng.permutation(there)[: wins + losses]
        deals.won[closed[:wins]] = True
        deals.closed[closed] = rng.integers(first, after, len(closed))
    return deals, pictures


def company(what: str, seed: int) -> Model:
    """Make a company: its deals, a picture of them at the start of every month, and its stages.

    Args:
        what: One of `KINDS`.
        seed: The company's number.

    Returns:
        A model seen from the end of its last month.
    """
    rng = np.random.default_rng((KINDS.index(what), seed))
    if what == "stage-driven":
        deals, pictures = _stage_driven(rng)
    else:
        seasonal = what == "seasonal"
        deals, pictures = _from_a_pool(
            rng, SEASON if seasonal else (1.0,) * 12, 100.0 if seasonal else 6.0
        )
    tables = _tables(rng, deals, pictures)
    frames = [FrameTable(kind(name), frame, f"{what} {seed}") for name, frame in tables.items()]
    return model_of(frames, shifted(FIRST, "month", MONTHS))


def _tables(
    rng: np.random.Generator, deals: _Deals, pictures: list[pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    names = np.array(STAGES, dtype=object)
    ids = np.array([f"D{k:05}" for k in range(deals.count)], dtype=object)
    owners = np.array(_SELLERS, dtype=object)[rng.integers(0, len(_SELLERS), deals.count)]
    ended = ~np.isnan(deals.closed)
    recorded = ~(deals.closed < 0)  # what was closed before the first month left no trace
    taken = pd.concat(pictures, ignore_index=True)
    table = pd.DataFrame(
        {
            "deal_id": pd.array(ids, dtype="str"),
            "owner": pd.Categorical(owners),
            "created": _days(deals.created),
            "stage": pd.Categorical(names[deals.stage]),
            "reached": pd.Categorical(names[deals.stage]),
            "amount": deals.amount,
            "probability": deals.own,
            "expected_close": _days(deals.expected),
            "closed_on": _days(deals.closed),
            "status": pd.Categorical(np.where(ended, np.where(deals.won, "won", "lost"), "open")),
        }
    )
    return {
        "deals": table[recorded].reset_index(drop=True),
        "snapshots": pd.DataFrame(
            {
                "taken_on": _days(taken["taken_on"].to_numpy()),
                "deal_id": pd.array(ids[taken["deal"]], dtype="str"),
                "stage": pd.Categorical(names[taken["stage"]]),
                "amount": taken["amount"],
                "expected_close": _days(taken["expected"].to_numpy()),
                "status": pd.Categorical(["open"] * len(taken)),
                "owner": pd.Categorical(owners[taken["deal"]]),
            }
        ),
        "stages": pd.DataFrame(
            {
                "stage": list(STAGES),
                "order": [1.0, 2.0, 3.0, 4.0],
                "probability": list(CONFIGURED),
            }
        ),
    }


def _days(numbers: Any) -> pd.Series[Any]:
    return pd.Series(pd.Timestamp(FIRST) + pd.to_timedelta(numbers, unit="D")).astype(
        "datetime64[us]"
    )
