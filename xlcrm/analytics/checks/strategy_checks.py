"""Whether the strategy is kept up: every measure aimed, every goal measured, all of it reviewed.

The tables are read plainly here: what makes no tree is refused where a scorecard is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.checks.declaration import LACKS, Check, Finding, named, part, rows_of
from xlcrm.analytics.checks.strategy_drift import CHECKS as DRIFTS
from xlcrm.analytics.scorecard.binding import is_percent
from xlcrm.analytics.scorecard.strategy import strategy
from xlcrm.errors import NotAvailable
from xlcrm.kpis.catalogue import is_share
from xlcrm.model.model import Model
from xlcrm.reduce.population import Population, select

_LIMITS = ("baseline", "red", "target", "stretch", "band_low", "band_high")


def _measures(model: Model, columns: Sequence[str]) -> pd.DataFrame:
    """Give the measures with their ``name``, in the order of their ids."""
    rows = rows_of(model, "measures", ["measure_id", "measure", *columns])
    names = [named(*pair) for pair in zip(rows["measure"], rows["measure_id"], strict=True)]
    order = ["measure_id", "name"]
    return rows.assign(name=names).sort_values(order, ignore_index=True)


def _no_target(model: Model) -> Finding:
    rows = _measures(model, ["target", "band_low", "band_high", "kpi"])
    given = rows[["target", "band_low", "band_high"]].notna()
    lacks = ~(given["target"] | (given["band_low"] & given["band_high"]))
    if (lacks & rows["kpi"].notna()).any() and "targets" in model.tables:
        lacks &= ~rows["measure_id"].isin(_planned(model))
    words = "have neither target nor band"
    return part("measures", words, int(lacks.sum()), len(rows), list(rows["name"][lacks]))


def _planned(model: Model) -> set[Any]:
    """Name the measures that have a target, be it of the plan; none where there is no tree."""
    try:
        measures = strategy(model).measures
    except LACKS:
        return set()
    return set(measures["measure_id"][measures["target"].notna()])


def _unlike(model: Model) -> Finding:
    """Find measures whose limits are shares and whose figure is in percent, or the other way."""
    rows = _measures(model, ["kpi", "unit", *_LIMITS])
    rows = rows[[isinstance(name, str) and is_share(name) for name in rows["kpi"]]]
    if rows.empty:
        return Finding(0.0, "no measure is read from a share")
    percent = np.array([is_percent(str(unit or "")) for unit in rows["unit"]])
    most = rows[list(_LIMITS)].astype(float).abs().max(axis=1)
    unlike = np.where(percent, (most > 0) & (most <= 1), most > 1)
    words = "read from a share have limits that are not in their unit"
    return part("measures", words, int(unlike.sum()), len(rows), list(rows["name"][unlike]))


def _no_measure(model: Model) -> Finding:
    """Find objectives that neither a measure of their own nor one further down measures."""
    rows = rows_of(model, "objectives", ["objective_id", "objective", "parent_id"])
    rows = rows.sort_values(["objective_id", "objective"])
    parents: dict[str, set[str]] = {}
    for one, parent in zip(rows["objective_id"], rows["parent_id"], strict=True):
        if isinstance(parent, str):
            parents.setdefault(str(one), set()).add(parent)
    measured = rows_of(model, "measures", ["objective_id"])["objective_id"].dropna()
    reached: set[str] = set()
    waiting = set(map(str, measured))
    while waiting:  # ends where parents form a circle, too
        reached |= waiting
        waiting = {p for one in waiting for p in parents.get(one, ())} - reached
    lacks = ~rows["objective_id"].isin(reached)
    pairs = zip(rows["objective"][lacks], rows["objective_id"][lacks], strict=True)
    words = "have no measure, nor has one below them"
    return part("objectives", words, int(lacks.sum()), len(rows), [named(*p) for p in pairs])


def _aimless_initiatives(model: Model) -> Finding:
    rows = rows_of(model, "initiatives", ["initiative_id", "name", "measure_id"])
    rows = rows.sort_values(["initiative_id", "name"])
    known = rows_of(model, "measures", ["measure_id"])["measure_id"].dropna()
    lacks = ~rows["measure_id"].isin(set(known))
    pairs = zip(rows["name"][lacks], rows["initiative_id"][lacks], strict=True)
    words = "serve no measure that there is"
    return part("initiatives", words, int(lacks.sum()), len(rows), [named(*p) for p in pairs])


def _aimless_activities(model: Model) -> Finding:
    """Find activities for nobody, by their kind; the commonest kind is named first.

    A kind that is never for anybody is office work and left out, unless all kinds are such.
    """
    columns = ["kind", "deal_id", "account_id"]
    rows = select(model, Population("activities", "activities"), columns).counted
    nobody = nw.col("deal_id").is_null() & nw.col("account_id").is_null()
    every, aimless = _by_kind(rows), _by_kind(rows.filter(nobody))
    aimed = [kind for kind in every if aimless[kind] < every[kind]] or list(every)
    kinds = sorted((kind for kind in aimed if aimless[kind]), key=lambda k: (-aimless[k], k))
    names = [f"{kind} {aimless[kind]:,}" for kind in kinds]
    count, among = (sum(of[kind] for kind in aimed) for of in (aimless, every))
    return part("activities", "name neither deal nor account", count, among, names)


def _by_kind(rows: nw.LazyFrame[Any]) -> Counter[str]:
    counted = rows.group_by("kind").agg(nw.len().alias("rows")).collect()
    answer: Counter[str] = Counter()
    for kind, count in zip(counted["kind"].to_list(), counted["rows"].to_list(), strict=True):
        answer["(no kind)" if pd.isna(kind) else str(kind)] += int(count)
    return answer


def _unreviewed(model: Model) -> Finding:
    """Find how long ago the target was reviewed that was reviewed longest ago."""
    rows = _measures(model, ["reviewed"])
    dated = rows[rows["reviewed"].notna()]
    if dated.empty:
        raise NotAvailable("no measure says when it was reviewed")
    ages = [float((model.as_of - day.date()).days) for day in dated["reviewed"]]
    dated = dated.assign(age=ages).sort_values(["age", "measure_id"], ascending=[False, True])
    old = dated[dated["age"] > model.settings.number("strategy_stale_after")]
    undated = len(rows) - len(dated)
    words = f"{len(old)} of {len(rows)} measures were reviewed too long ago"
    words += f", {undated} say no day" if undated else ""
    return Finding(max(0.0, *ages), words, list(old["name"]))


def _many(model: Model) -> Finding:
    count = len(_measures(model, []))
    return Finding(float(count), f"{count:,} measures")


def _typed_actuals(model: Model) -> Finding:
    rows = _measures(model, ["kpi", "actual"])
    both = rows["kpi"].notna() & rows["actual"].notna()
    words = f"{both.sum()} of {len(rows)} measures name a kpi and hold an actual that is typed"
    return Finding(float(both.sum()), words, list(rows["name"][both]))


CHECKS: tuple[Check, ...] = (
    Check(
        "strategy",
        "Measures without a target",
        ("measures",),
        _no_target,
        0.0,
        "Set a target or a band: without one nobody knows the direction",
    ),
    Check(
        "strategy",
        "Limits in another unit",
        ("measures",),
        _unlike,
        0.0,
        "With the unit % write 45 for a target of 45 %; without it 0.45",
    ),
    Check(
        "strategy",
        "Objectives without a measure below them",
        ("objectives", "measures"),
        _no_measure,
        0.0,
        "Measure the objective, or strike it",
    ),
    Check(
        "strategy",
        "Initiatives without a measure",
        ("initiatives", "measures"),
        _aimless_initiatives,
        0.0,
        "Name the measure that the initiative should move, or stop it",
    ),
    Check(
        "strategy",
        "Activities without a goal",
        ("activities",),
        _aimless_activities,
        "loose_share",
        "Enter the deal or the account that an activity is for",
    ),
    Check(
        "strategy",
        "Targets long unreviewed",
        ("measures",),
        _unreviewed,
        "strategy_stale_after",
        "Review targets and weights, and enter the day in reviewed",
    ),
    Check(
        "strategy",
        "Too many measures",
        ("measures",),
        _many,
        "most_measures",
        "Keep the measures that decide; CRM_KPI_REDUNDANCY names those that say the same",
    ),
    Check(
        "strategy",
        "Typed actuals that are not used",
        ("measures",),
        _typed_actuals,
        0.0,
        "Clear the actual, or the kpi: what the kpi says is what counts",
    ),
    *DRIFTS,
)
"""The checks of strategy."""
