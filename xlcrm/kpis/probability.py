"""The probability that an open deal is won, by the stage it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import text_key
from xlcrm.errors import NotAvailable, suggestion
from xlcrm.model.model import Model
from xlcrm.reduce.population import problem_error
from xlcrm.stats.isotonic import rising
from xlcrm.stats.proportion import beta_smoothed

METHODS = ("smoothed", "configured", "historic", "deal")
"""How a probability is found; the default first (definition D3)."""

LEAST, MOST = 0.01, 0.99
"""No open deal is certain: limits of its probability."""


@dataclass(frozen=True)
class History:
    """How far closed deals came.

    Attributes:
        closed: Deals won or lost, by the furthest stage they reached (folded).
        won: How many deals were won, whatever their stage: they passed them all.
        told_by: ``reached``, ``snapshots``, or "" where nothing tells it.
        unknown: Lost deals of which nothing tells how far they came.
    """

    lost: Mapping[str, int]
    won: int
    told_by: str
    unknown: int


def stages(model: Model) -> pd.DataFrame:
    """Give the pipeline's stages in their order.

    Args:
        model: A model with a stages table.

    Returns:
        Columns ``stage``, ``order``, ``configured`` (probability, NaN where blank), ``category``.

    Raises:
        NotAvailable: There is no stages table.
    """
    names = ["stage", "order", "probability", "category"]
    columns = model.columns("stages", names)
    for name, problems in columns.problems.items():
        raise problem_error(model, "stages", name, problems[0])
    frame = columns.frame.collect().to_pandas()
    frame["stage"] = frame["stage"].astype("str")
    frame = frame.rename(columns={"probability": "configured"})
    return frame.sort_values(["order", "stage"], ignore_index=True)


def history(model: Model) -> History:
    """Find how far the deals won and lost so far had come.

    Args:
        model: A model with deals.
    """
    frame = model.columns("deals", ["deal_id", "status", "reached"]).frame
    won = frame.filter(nw.col("status") == "won")
    lost = frame.filter(nw.col("status") == "lost")
    n_won, n_lost = _count(won), _count(lost)
    reached = _by_value(lost.filter(~nw.col("reached").is_null()), "reached")
    if reached:
        return History(reached, n_won, "reached", n_lost - sum(reached.values()))
    if "snapshots" in model.tables:
        seen = _furthest_in_snapshots(model, lost)
        if seen:
            return History(seen, n_won, "snapshots", n_lost - sum(seen.values()))
    return History({}, n_won, "", n_lost)


def _count(frame: nw.LazyFrame[Any]) -> int:
    return int(frame.select(nw.len().alias("n")).collect()["n"].item())


def _by_value(frame: nw.LazyFrame[Any], column: str) -> dict[str, int]:
    grouped = frame.group_by(column).agg(nw.len().alias("n")).collect()
    counts: dict[str, int] = {}
    for name, n in zip(grouped[column].to_list(), grouped["n"].to_list(), strict=True):
        counts[text_key(str(name))] = counts.get(text_key(str(name)), 0) + int(n)
    return counts


def _furthest_in_snapshots(model: Model, lost: nw.LazyFrame[Any]) -> dict[str, int]:
    order = {text_key(s): k for k, s in enumerate(stages(model)["stage"])}
    seen = model.columns("snapshots", ["deal_id", "stage"]).frame.unique().collect().to_pandas()
    ids = set(lost.select("deal_id").collect()["deal_id"].to_list())
    seen = seen[seen["deal_id"].isin(ids)].assign(
        order=lambda f: [order.get(text_key(str(s)), -1) for s in f["stage"]]
    )
    seen = seen[seen["order"] >= 0]
    furthest = seen.groupby("deal_id")["order"].max().value_counts()
    names = list(order)
    return {names[int(k)]: int(n) for k, n in furthest.items()}  # type: ignore[call-overload]


def stage_rates(model: Model) -> tuple[pd.DataFrame, History]:
    """Give each stage's probability by every method that stages allow (definition D3).

    Args:
        model: A model with stages and deals.

    Returns:
        A frame with ``stage``, ``order``, ``configured``, ``won``, ``closed``, ``historic``,
        ``smoothed``, ``low``, ``high``; and the history behind it. Where nothing tells how far
        closed deals came, all but the first three are missing.
    """
    frame = stages(model)
    past = history(model)
    if not past.told_by:
        empty = dict.fromkeys(("won", "closed", "historic", "smoothed", "low", "high"), np.nan)
        return frame.assign(**empty), past
    known = [past.lost.get(text_key(name), 0) for name in frame["stage"]]
    reached = np.cumsum(np.array(known, dtype=float)[::-1])[::-1]
    won = np.full(len(frame), float(past.won))
    closed = won + reached
    strength = model.settings.number("prior_strength")
    prior = frame["configured"].to_numpy(dtype=float)
    mean, low, high = beta_smoothed(
        won, closed, prior, strength, model.settings.number("credible_level")
    )
    usable = ~np.isnan(mean)
    weights = closed[usable] + strength
    for ends in (mean, low, high):
        ends[usable] = rising(ends[usable], weights)
    historic = np.divide(won, closed, out=np.full(len(won), np.nan), where=closed > 0)
    return (
        frame.assign(won=won, closed=closed, historic=historic, smoothed=mean, low=low, high=high),
        past,
    )


def method_in_force(model: Model, method: str) -> str:
    """Say which method truly applies: without history, ``configured`` stands in.

    Args:
        model: A model with deals.
        method: One of `METHODS`.
    """
    if method in ("smoothed", "historic") and not history(model).told_by:
        return "configured"
    return method


def probabilities(model: Model, method: str, of_stages: list[Any]) -> np.ndarray[Any, Any]:
    """Give the probability of an open deal for each of the stages.

    Args:
        model: A model with stages and deals.
        method: One of `METHODS`; ``deal`` gives what stands in where a deal has no own.
        of_stages: Stage names, None for a blank.

    Returns:
        One probability a stage, between 0.01 and 0.99.

    Raises:
        NotAvailable: A stage is unknown or has no probability.
    """
    column = {"deal": "smoothed"}.get(method, method)
    frame, past = stage_rates(model) if column != "configured" else (stages(model), None)
    if past is not None and not past.told_by:
        column = "configured"
    by_stage = {text_key(s): p for s, p in zip(frame["stage"], frame[column], strict=True)}
    return np.array([_probability(by_stage, frame, stage) for stage in of_stages], dtype=float)


def _probability(by_stage: Mapping[str, float], frame: pd.DataFrame, stage: Any) -> float:
    if pd.isna(stage):
        raise NotAvailable("an open deal has no stage: enter one, or a forecast leaves it out")
    found = by_stage.get(text_key(str(stage)))
    if found is None:
        raise NotAvailable(
            f"stage {str(stage)!r} is not in Stages; {suggestion(str(stage), frame['stage'])}"
        )
    if np.isnan(found):
        raise NotAvailable(f"stage {str(stage)!r} has no probability: fill it in Stages")
    return float(np.clip(found, LEAST, MOST))
