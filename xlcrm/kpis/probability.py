"""The probability that an open deal is won, by the stage it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import text_key
from xlcrm.errors import NotAvailable, suggestion
from xlcrm.model.model import Model
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.problems import problem_error, require_readable
from xlcrm.stats.isotonic import rising
from xlcrm.stats.proportion import beta_smoothed

METHODS = ("smoothed", "configured", "historic", "deal")
"""How a probability is found; the default first (docs/methods.md, Stage probability)."""

LEAST, MOST = 0.01, 0.99
"""No open deal is certain: limits of its probability."""


_STATUS = ("status",)
_CLOSED = Population(
    "deals",
    "deals won or lost",
    (Rule(nw.col("status").is_in(["won", "lost"]), "neither won nor lost", _STATUS),),
)
_LOST = Population("deals", "deals lost", (Rule(nw.col("status") == "lost", "not lost", _STATUS),))


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
    return model.fact("stages", _stages)


def _stages(model: Model) -> pd.DataFrame:
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
    counts = _counts(select(model, _CLOSED, ["status"]).counted, "status")
    won, lost = counts["won"], counts["lost"]
    reached: dict[str, int] = {}
    if model.column("deals", "reached"):
        told = _counts(select(model, _LOST, ["reached"]).counted, "reached")
        known = [text_key(stage) for stage in stages(model)["stage"]]
        reached = {stage: told[stage] for stage in known if stage in told}
    if reached:
        return History(reached, won, "reached", lost - sum(reached.values()))
    if "snapshots" in model.tables:
        seen = _furthest_in_snapshots(model)
        if seen:
            return History(seen, won, "snapshots", lost - sum(seen.values()))
    return History({}, won, "", lost)


def _counts(frame: nw.LazyFrame[Any], column: str) -> Counter[str]:
    """Count the rows by the folded value of a column."""
    known = frame.filter(~nw.col(column).is_null())
    grouped = known.group_by(column).agg(nw.len().alias("rows")).collect()
    counts: Counter[str] = Counter()
    for name, rows in zip(grouped[column].to_list(), grouped["rows"].to_list(), strict=True):
        counts[text_key(str(name))] += int(rows)
    return counts


def _furthest_in_snapshots(model: Model) -> dict[str, int]:
    """Count lost deals by the furthest stage in which a snapshot shows them."""
    order = {text_key(s): k for k, s in enumerate(stages(model)["stage"])}
    require_readable(model, "snapshots", ["deal_id", "stage"])
    seen = model.columns("snapshots", ["deal_id", "stage"]).frame.unique().collect().to_pandas()
    lost = select(model, _LOST, ["deal_id"]).counted
    ids = set(lost.select("deal_id").collect()["deal_id"].to_list())
    seen = seen[seen["deal_id"].isin(ids)].assign(
        order=lambda f: [order.get(text_key(str(s)), -1) for s in f["stage"]]
    )
    seen = seen[seen["order"] >= 0]
    furthest = seen.groupby("deal_id")["order"].max().value_counts()
    names = list(order)
    return {names[int(k)]: int(n) for k, n in furthest.items()}  # type: ignore[call-overload]


def stage_rates(model: Model, past: History) -> pd.DataFrame:
    """Give each stage's probability by every method that stages allow (docs/methods.md).

    Args:
        model: A model with stages.
        past: How far closed deals came.

    Returns:
        ``stage``, ``order``, ``configured``, ``category``, ``won``, ``closed``, ``historic``,
        ``smoothed``, ``low``, ``high``. Where nothing tells how far closed deals came, all but the
        first four are missing.
    """
    frame = stages(model)
    if not past.told_by:
        return frame.assign(
            **dict.fromkeys(("won", "closed", "historic", "smoothed", "low", "high"), np.nan)
        )
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
    return frame.assign(
        won=won, closed=closed, historic=historic, smoothed=mean, low=low, high=high
    )


@dataclass(frozen=True)
class Chances:
    """The probabilities of a model's open deals by one method, found when first asked for.

    Attributes:
        model: A model with deals, and with stages where a probability is asked for.
        method: The method asked for, one of `METHODS`.
    """

    model: Model
    method: str

    @cached_property
    def past(self) -> History:
        """How far closed deals came."""
        return self.model.fact("history", history)

    @cached_property
    def rates(self) -> pd.DataFrame:
        """Each stage's probability by every method."""
        return stage_rates(self.model, self.past)

    @property
    def in_force(self) -> str:
        """The column of `rates` that applies: without history ``configured`` stands in."""
        steady = {"deal": "smoothed"}.get(self.method, self.method)
        return steady if steady == "configured" or self.past.told_by else "configured"

    @property
    def words(self) -> str:
        """The method that applies, and why where it is not the one asked for."""
        if self.method not in ("configured", "deal") and self.in_force == "configured":
            return "configured: nothing tells how far closed deals came"
        return self.method

    def of_stages(self, names: pd.Series[Any]) -> np.ndarray[Any, Any]:
        """Give the probability of an open deal for each of the stages.

        Args:
            names: Stage names, missing for a blank.

        Returns:
            One probability a stage, between 0.01 and 0.99.

        Raises:
            NotAvailable: A stage is unknown or has no probability.
        """
        rates = stages(self.model) if self.method == "configured" else self.rates
        pairs = zip(rates["stage"], rates[self.in_force], strict=True)
        by_stage = {text_key(stage): chance for stage, chance in pairs}
        codes, distinct = pd.factorize(names, use_na_sentinel=False)
        known = [_probability(by_stage, rates, stage) for stage in distinct]
        return np.array(known, dtype=float)[codes]


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
