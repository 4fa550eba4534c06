"""How well deals were followed: what activities tell of them, and what reasons say."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import text_key
from xlcrm.model.model import Model
from xlcrm.reduce.population import Population, Rule, select

FOLLOW_UP_WORDS = (
    "followup",
    "suivi",
    "relance",
    "nachverfolgung",
    "nachfassen",
    "nachfassung",
    "opvolging",
    "opgevolgd",
    "seguimiento",
    "сопровождени",
    "мониторинг",
)
"""What a reason says of follow-up, in small letters and without anything between them."""

_TOUCHES = Population(
    "activities",
    "activities of deals",
    (
        Rule(~nw.col("deal_id").is_null(), "no deal_id", ("deal_id",)),
        Rule(~nw.col("date").is_null(), "no date", ("date",)),
    ),
    date="date",
)
_DAY = pd.Timedelta(days=1)

Flags = np.ndarray[Any, np.dtype[np.bool_]]


def touches(model: Model) -> pd.DataFrame | None:
    """Count the activities of each deal by day.

    Args:
        model: A model, with or without activities.

    Returns:
        ``deal_id``, ``day`` (days since 1970) and ``n``; None where no activity names a deal.
    """
    if not model.column("activities", "deal_id"):
        return None
    found = model.fact("activities of deals by day", _counted)
    return None if found.empty else found


def _counted(model: Model) -> pd.DataFrame:
    rows = select(model, _TOUCHES, ["deal_id", "date"]).counted
    grouped = rows.group_by("deal_id", "date").agg(nw.len().alias("n")).collect().to_pandas()
    return pd.DataFrame(
        {
            "deal_id": grouped["deal_id"].astype(object),
            "day": _days(grouped["date"]),
            "n": grouped["n"].astype(float),
        }
    )


def neglected(
    deals: pd.DataFrame, touched: pd.DataFrame, gap: float, needed: float
) -> tuple[Flags, Flags]:
    """Say of which closed deals the activities tell poor follow-up.

    Poor is a silence of more than ``gap`` days between creation, the activities up to closing and
    closing, or fewer than ``needed`` activities in that time. An unknown creation or closing day
    bounds nothing.

    Args:
        deals: ``deal_id``, ``created`` and ``closed_on`` of n deals.
        touched: A result of `touches`.
        gap: Days of silence that are not too many yet.
        needed: Activities that a deal needs.

    Returns:
        Which deals are poor, and which of them can be judged at all: not those closed before they
        were created. n each.
    """
    count = len(deals)
    start, end = _days(deals["created"]), _days(deals["closed_on"])
    listed = pd.DataFrame(
        {"deal_id": deals["deal_id"].astype(object), "row": np.arange(count)}
    ).merge(touched, on="deal_id")
    row, day = listed["row"].to_numpy(), listed["day"].to_numpy()
    inside = ~(day < start[row]) & ~(day > end[row])
    row, day = row[inside], day[inside]
    touches_of = np.bincount(row, listed["n"].to_numpy()[inside], count)
    known_start, known_end = np.flatnonzero(~np.isnan(start)), np.flatnonzero(~np.isnan(end))
    rows = np.concatenate([known_start, row, known_end])
    days = np.concatenate([start[known_start], day, end[known_end]])
    order = np.lexsort([days, rows])
    rows, days = rows[order], days[order]
    same = rows[1:] == rows[:-1]
    longest = np.zeros(count)
    np.maximum.at(longest, rows[1:][same], np.diff(days)[same])
    judged = ~(end < start)
    return judged & ((longest > gap) | (touches_of < needed)), judged


def blames_follow_up(reasons: pd.Series[Any]) -> Flags:
    """Say which reasons speak of follow-up, looking at every different one once.

    Args:
        reasons: n reasons, missing where blank.
    """
    codes, different = pd.factorize(reasons)
    letters = ["".join(filter(str.isalnum, text_key(str(reason)))) for reason in different]
    told = [any(word in text for word in FOLLOW_UP_WORDS) for text in letters]
    return np.array([*told, False], dtype=bool)[codes]


def _days(dates: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give days since 1970, NaN where a date is missing."""
    since = pd.to_datetime(dates) - pd.Timestamp(0)
    return np.floor((since / _DAY).to_numpy(dtype=float))
