"""How deals move through the stages: how many ever reached each of them, and moved on."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import ratio
from xlcrm.analytics.pipeline.snapshots import PICTURES
from xlcrm.analytics.pipeline.stale import has_values
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable
from xlcrm.kpis.probability import Chances, stages
from xlcrm.model.derived import status_word
from xlcrm.model.model import Model
from xlcrm.reduce.population import Population, select
from xlcrm.reduce.sums import COUNT, grouped_sums

MOVES = ("passed", "direct")
"""How deals move on; the default first: a stage skipped is passed, or only deals that stood in a
stage count (docs/methods.md, Pipeline)."""

_EVER = Population("deals", "deals")
_STANDING = ("open", "on hold")
_Vector = np.ndarray[Any, Any]


def stage_moves(model: Model, where: Where, moves: str, chances: Chances) -> pd.DataFrame:
    """Count the deals that ever reached each stage, and those that moved on from it.

    Args:
        model: A model with deals and stages.
        where: Conditions on deals.
        moves: One of `MOVES`.
        chances: The probabilities in force, which know what tells how far deals came.

    Returns:
        One row a stage, in pipeline order: ``reached``, ``moved_on``, ``conversion`` (the latter
        by the former) and ``drop_off`` (the rest); #N/A where nothing tells it, #DIV/0! where no
        deal reached the stage.

    Raises:
        NotAvailable: Deals that stood in a stage are asked for, and there are no snapshots.
    """
    if moves == "direct" and "snapshots" not in model.tables:
        raise NotAvailable(
            "direct moves need snapshots, which show deals standing in a stage: give them, or "
            "ask for passed"
        )
    names = [text_key(stage) for stage in stages(model)["stage"]]
    place = {name: k for k, name in enumerate(names)}
    if moves == "direct":
        reached, moved_on = _direct(model, where, place)
    else:
        found = _furthest(model, where, place, chances)
        if found is None:
            return pd.DataFrame(
                dict.fromkeys(("reached", "moved_on", "conversion", "drop_off"), ExcelError.NA),
                index=range(len(names)),
                dtype=object,
            )
        won, stopped = found
        beyond = np.cumsum(stopped[::-1])[::-1]
        reached = won + beyond
        moved_on = reached - stopped
    return pd.DataFrame(
        {
            "reached": reached,
            "moved_on": moved_on,
            "conversion": ratio(moved_on, reached),
            "drop_off": ratio(reached - moved_on, reached),
        }
    )


def _furthest(
    model: Model, where: Where, place: dict[str, int], chances: Chances
) -> tuple[float, _Vector] | None:
    """Count the deals won, and the others by their furthest stage; None where nothing tells it.

    What tells how far deals came is the same as for stage probabilities; a deal that is open or
    on hold has come at least as far as it stands.
    """
    told_by = chances.past.told_by
    if not told_by:  # of deals lost; of others one of these may tell it
        told_by = "reached" if has_values(model, "deals", "reached") else ""
        told_by = told_by or ("snapshots" if "snapshots" in model.tables else "")
    by = ["status", "stage", *{"reached": ["reached"], "snapshots": ["deal_id"]}.get(told_by, [])]
    rows = grouped_sums(select(model, _EVER, by, where).counted, by, {})
    status = rows["status"].astype(object).to_numpy()
    count = rows[COUNT].to_numpy(dtype=float)
    if not chances.past.told_by and (status == "lost").any():
        return None
    furthest = np.full(len(rows), -1)
    if told_by == "reached":
        furthest = _places(rows["reached"], place)
    elif told_by == "snapshots":
        seen = _sightings(model, place)
        latest = seen.groupby("deal_id")["place"].max()
        furthest = rows["deal_id"].map(latest).fillna(-1).to_numpy(dtype=int)
    standing = np.isin(status, _STANDING)
    here = np.where(standing, _places(rows["stage"], place), -1)
    furthest = np.maximum(furthest, here)
    won = status == "won"
    known = ~won & (furthest >= 0)
    stopped = np.bincount(furthest[known], count[known], len(place))
    return float(count[won].sum()), stopped


def _direct(model: Model, where: Where, place: dict[str, int]) -> tuple[_Vector, _Vector]:
    """Count the deals that were seen standing in each stage, and later in a higher one or won."""
    by = ["deal_id", "status", "stage"]
    rows = grouped_sums(select(model, _EVER, by, where).counted, by, {})
    rows = rows[rows["deal_id"].notna()]
    status = rows["status"].astype(object)
    seen = _sightings(model, place)
    seen = seen[~seen["closed"] & seen["deal_id"].isin(rows["deal_id"])]
    now = rows[status.isin(_STANDING)]
    now = pd.DataFrame(
        {"deal_id": now["deal_id"], "place": _places(now["stage"], place)}
    )  # today is later than any picture
    now = now[now["place"] >= 0].assign(first=np.inf, last=np.inf)
    stood = pd.concat([seen[["deal_id", "place", "first", "last"]], now], ignore_index=True)
    stood = stood.groupby(["deal_id", "place"], as_index=False).agg(
        first=("first", "min"), last=("last", "max")
    )
    won = stood["deal_id"].isin(rows["deal_id"][(status == "won").to_numpy()])
    reached = np.bincount(stood["place"], minlength=len(place)).astype(float)
    moved_on = np.zeros(len(place))
    for k in range(len(place)):
        higher = stood[stood["place"] > k].groupby("deal_id")["last"].max()
        here = stood["place"] == k
        later = stood["deal_id"].map(higher) > stood["first"]
        moved_on[k] = float((here & (won | later)).sum())
    return reached, moved_on


def _sightings(model: Model, place: dict[str, int]) -> pd.DataFrame:
    """Give the stages in which snapshots show each deal: first and last day, and whether closed."""
    by = ["deal_id", "stage", "status"]
    rows = select(model, PICTURES, ["taken_on", *by]).counted
    days = nw.col("taken_on")
    grouped = rows.group_by(*by).agg(days.min().alias("first"), days.max().alias("last"))
    seen = grouped.collect().to_pandas()
    seen["place"] = _places(seen["stage"], place)
    for end in ("first", "last"):
        seen[end] = seen[end].astype("datetime64[us]").astype("int64").astype(float)
    codes, words = pd.factorize(seen["status"])
    closed = [status_word(str(word)) in ("won", "lost") for word in words]
    seen["closed"] = np.array([*closed, False])[codes]
    return seen[seen["place"] >= 0].reset_index(drop=True)


def _places(names: pd.Series[Any], place: dict[str, int]) -> _Vector:
    """Give the place of each stage in the pipeline; -1 for one that is not in it."""
    codes, different = pd.factorize(names)
    return np.array([*(place.get(text_key(str(one)), -1) for one in different), -1])[codes]
