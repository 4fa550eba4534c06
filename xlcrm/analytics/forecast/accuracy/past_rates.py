"""The probabilities of stages as they were known on days of the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.pipeline.snapshots import PICTURES
from xlcrm.cells import text_key
from xlcrm.errors import NotAvailable, suggestion
from xlcrm.kpis.deals import CLOSED
from xlcrm.kpis.probability import LEAST, MOST, History, stage_rates, stages
from xlcrm.model.model import Model
from xlcrm.reduce.population import select

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Ended:
    """The deals won and lost, each row standing for some that closed alike.

    Attributes:
        day: The day on which they closed.
        won: Whether they were won.
        stage: The furthest stage that the lost ones reached, folded; "" where nothing tells it.
        count: How many deals a row stands for.
        seen: For each lost deal in snapshots, the furthest stage that they show up to its closing.
        seen_day: The day on which each of these deals closed.
    """

    day: np.ndarray[Any, Any]
    won: np.ndarray[Any, Any]
    stage: np.ndarray[Any, Any]
    count: Vector
    seen: np.ndarray[Any, Any]
    seen_day: np.ndarray[Any, Any]

    @property
    def first(self) -> date | None:
        """The day on which the first deal was closed; None where none was."""
        return min(self.day).item() if len(self.day) else None

    def before(self, day: date) -> History:
        """Give how far the deals had come that were closed before a day.

        Args:
            day: The day.
        """
        past = self.day < np.datetime64(day, "D")
        won = int(self.count[past & self.won].sum())
        lost = past & ~self.won
        total = int(self.count[lost].sum())
        for told_by, told in (
            ("reached", _counts(self.stage[lost], self.count[lost])),
            ("snapshots", _counts(self.seen[self.seen_day < np.datetime64(day, "D")])),
        ):
            if told:
                return History(told, won, told_by, total - sum(told.values()))
        return History({}, won, "", total)


def _counts(names: np.ndarray[Any, Any], of: Vector | None = None) -> dict[str, int]:
    found, codes = np.unique(names.astype(str), return_inverse=True)
    counts = np.bincount(codes, of, len(found))
    return {str(n): int(c) for n, c in zip(found, counts, strict=True) if n and c}


def ended(model: Model) -> Ended:
    """Find when deals were won and lost, and how far the lost ones had come.

    Args:
        model: A model with deals, stages and snapshots.
    """
    known = {text_key(stage): place for place, stage in enumerate(stages(model)["stage"])}
    rows = select(model, CLOSED, ["status", "reached", "closed_on"]).counted
    dated = rows.filter(~nw.col("closed_on").is_null())
    day = nw.col("closed_on").dt.truncate("1d").alias("day")
    grouped = dated.with_columns(day).group_by("day", "status", "reached").agg(nw.len().alias("n"))
    frame = grouped.collect().to_pandas()
    reached = [_folded(stage, known) for stage in frame["reached"]]
    days = frame["day"].to_numpy(dtype="datetime64[D]")
    won = (frame["status"].astype("str") == "won").to_numpy()
    stage = np.array(reached, dtype=object)
    told = days[~won & (stage != "")]
    # Snapshots stand in as long as no deal lost so far says how far it came.
    silent = (days[~won] < told.min()).any() if len(told) else (~won).any()
    seen = _seen(model, list(known)) if silent else pd.DataFrame({"stage": [], "day": []})
    return Ended(
        days,
        won,
        stage,
        frame["n"].to_numpy(dtype=float),
        seen["stage"].to_numpy(dtype=object),
        seen["day"].to_numpy(dtype="datetime64[D]"),
    )


def _folded(stage: Any, known: Mapping[str, int]) -> str:
    name = "" if pd.isna(stage) else text_key(str(stage))
    return name if name in known else ""


def _seen(model: Model, known: Sequence[str]) -> pd.DataFrame:
    """Find the furthest stage in which snapshots up to its closing show each lost deal."""
    closed = select(model, CLOSED, ["deal_id", "status", "closed_on"]).counted
    lost = closed.filter(nw.col("status") == "lost", ~nw.col("closed_on").is_null())
    place = {name: k for k, name in enumerate(known)}
    pictures = select(model, PICTURES, ["deal_id", "stage", "taken_on"]).counted
    shown = pictures.filter(~nw.col("stage").is_null())
    closing = lost.select("deal_id", "closed_on").group_by("deal_id").agg(nw.col("closed_on").max())
    both = shown.select("deal_id", "stage", "taken_on").join(closing, on="deal_id", how="inner")
    until = both.filter(nw.col("taken_on") <= nw.col("closed_on"))
    found = until.select("deal_id", "stage", "closed_on").unique().collect().to_pandas()
    codes, names = pd.factorize(found["stage"])
    order = np.array([place.get(text_key(str(name)), -1) for name in names], dtype=float)
    frame = found.assign(order=order[codes])
    frame = frame[frame["order"] >= 0]
    furthest = frame.groupby("deal_id", observed=True).agg({"order": "max", "closed_on": "max"})
    return pd.DataFrame(
        {
            "stage": [known[int(k)] for k in furthest["order"]],
            "day": furthest["closed_on"].to_numpy(dtype="datetime64[D]"),
        }
    )


@dataclass(frozen=True)
class PastChances:
    """The probabilities of stages on days of the past.

    Attributes:
        names: The stages' names, folded.
        shown: The same as they are written.
        by_method: For each method a row a day and a column a stage; NaN where there is none.
        fallen_back: The days on which nothing told how far closed deals came.
    """

    names: tuple[str, ...]
    shown: tuple[str, ...]
    by_method: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]]
    fallen_back: int

    def of(self, method: str, days: np.ndarray[Any, Any], stage: pd.Series[Any]) -> Vector:
        """Give the probability of each of some pictures.

        Args:
            method: ``smoothed``, ``configured`` or ``historic``.
            days: The place of each picture's day.
            stage: The stage of each.

        Raises:
            NotAvailable: A stage is unknown or has no probability.
        """
        codes, distinct = pd.factorize(stage, use_na_sentinel=False)
        places = np.array([self._place(name) for name in distinct], dtype=np.int64)[codes]
        chance = self.by_method[method][days, places]
        if np.isnan(chance).any():
            name = self.shown[int(places[np.isnan(chance)].min())]
            raise NotAvailable(f"stage {name!r} has no probability: fill it in Stages")
        return np.asarray(np.clip(chance, LEAST, MOST))

    def _place(self, name: Any) -> int:
        if pd.isna(name):
            raise NotAvailable("a snapshot shows an open deal without a stage: enter one")
        if text_key(str(name)) not in self.names:
            raise NotAvailable(
                f"stage {str(name)!r} of a snapshot is not in Stages; "
                f"{suggestion(str(name), self.shown)}"
            )
        return self.names.index(text_key(str(name)))


def past_chances(model: Model, past: Ended, days: Sequence[date]) -> PastChances:
    """Find the probabilities of stages by what was known before each day.

    Where nothing told how far closed deals had come, the configured probability stands in, and
    where no closed deal had come to a stage, its smoothed one does for the historic one.

    Args:
        model: A model with stages.
        past: The deals won and lost.
        days: The days.

    Raises:
        NotAvailable: There is no stages table.
    """
    frame = stages(model)
    configured = frame["configured"].to_numpy(dtype=float)
    smoothed, historic = [], []
    fallen_back = 0
    for day in days:
        history = past.before(day)
        if not history.told_by:
            fallen_back += 1
            smoothed.append(configured)
            historic.append(configured)
            continue
        rates = stage_rates(model, history)
        steady = rates["smoothed"].to_numpy(dtype=float)
        share = rates["historic"].to_numpy(dtype=float)
        smoothed.append(steady)
        historic.append(np.where(np.isnan(share), steady, share))
    shown = tuple(str(name) for name in frame["stage"])
    shape = (len(days), len(frame))
    return PastChances(
        tuple(map(text_key, shown)),
        shown,
        {
            "smoothed": np.array(smoothed).reshape(shape),
            "configured": np.tile(configured, (len(days), 1)),
            "historic": np.array(historic).reshape(shape),
        },
        fallen_back,
    )
