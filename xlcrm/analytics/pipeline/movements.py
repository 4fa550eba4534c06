"""How each deal moved between two snapshots: what it adds to, and what it takes away.

The rules stand in docs/methods.md: Waterfall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.pipeline.outcomes import closed_between, deals_of
from xlcrm.analytics.pipeline.snapshots import deals_shown, picture
from xlcrm.conditions import Where
from xlcrm.model.model import Model
from xlcrm.periods import Period

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Vector = np.ndarray[Any, np.dtype[np.float64]]

GONE = "gone"
"""The state of a deal that has left the snapshots without an outcome."""

STEPS = (
    *("start", "new", "pulled_in", "up", "down"),
    *("pushed", "lost", "won", "dropped", "end"),
)
"""The steps from what was open to what is open."""


@dataclass(frozen=True)
class Ends:
    """Deals at the two ends of a waterfall, n each.

    Attributes:
        status_before: Their status in the first snapshot; missing where it does not show them.
        outcome: Open, won, lost, on hold or `GONE` in the end.
        before: Their amount in the first snapshot, 0 where blank.
        after: Their amount in the end, 0 where blank.
        inside_before: Whether their expected close in the first snapshot lay in the window.
        inside_after: Whether it does in the end.
        won_inside: Whether they were won on a day in the window.
        past: Whether they were closed by the day of the first snapshot.
    """

    status_before: np.ndarray[Any, Any]
    outcome: np.ndarray[Any, Any]
    before: Vector
    after: Vector
    inside_before: Mask
    inside_after: Mask
    won_inside: Mask
    past: Mask


def movements(
    model: Model, since: date, until: date, window: Period, columns: Sequence[str], where: Where
) -> pd.DataFrame:
    """Tell for each deal what it is part of.

    Args:
        model: A model with snapshots.
        since: The day of the first snapshot.
        until: The day of the second.
        window: The days of expected close that are watched.
        columns: Columns of snapshots by which deals are grouped.
        where: Conditions, on the picture by which a deal is grouped.

    Returns:
        ``deal_id`` and the columns, from the later picture that shows the deal (else from the
        deals table); each step's amount, that of ``up`` and ``down`` as what it comes to and what
        it comes from (``up to``, ``up from``); ``in`` and the step: 1 where the deal is part of
        it; ``gross``: the size of what was added up; ``blanks``: 1 where an amount is missing.
        One row for each deal that is part of any step, by id.
    """
    names = list(dict.fromkeys(columns))
    now = picture(model, until, names, where)
    shown = set(deals_shown(model, until))
    then = picture(model, since, names, where)
    if where:
        followed = now["deal_id"][~now["deal_id"].isin(then["deal_id"])]
        own = then[then["deal_id"].isin(now["deal_id"]) | ~then["deal_id"].isin(shown)]
        rest = picture(model, since, names, of=map(str, followed))
        then = pd.concat([own, rest]) if len(rest) else own
    seen = shown | set(deals_shown(model, since))
    between = closed_between(model, since, until, names, where)
    between = between[~between["deal_id"].isin(seen)]
    told = deals_of(model, {*map(str, now["deal_id"]), *map(str, then["deal_id"])}, names)
    told = pd.concat([told, between]) if len(between) else told
    gone = then[~then["deal_id"].isin(now["deal_id"])]
    asked = list(dict.fromkeys(["deal_id", *names]))
    standing = [part[asked] for part in (now, gone, between) if len(part)]
    deals = pd.concat(standing, ignore_index=True) if standing else now[asked]
    ends = _ends(deals["deal_id"], then, now, told, (since, until), window)
    frame = pd.concat([deals, _parts(ends)], axis=1)
    counted = frame[[f"in {step}" for step in STEPS]].any(axis=1)
    return frame[counted].sort_values("deal_id", ignore_index=True)


def _ends(
    ids: pd.Series[Any],
    then: pd.DataFrame,
    now: pd.DataFrame,
    told: pd.DataFrame,
    days: tuple[date, date],
    window: Period,
) -> Ends:
    """Bring what both snapshots and the deals table say to the same deals."""
    was, is_, said = (part.set_index("deal_id").reindex(ids) for part in (then, now, told))
    since, until = (np.datetime64(day) for day in days)
    closed_on = said["closed_on"].to_numpy(dtype="datetime64[us]")
    pictured = is_["status"].notna().to_numpy()
    closed = said["status"].isin(["won", "lost"]).to_numpy() & (closed_on <= until)
    told_status = np.where(closed, said["status"].to_numpy(dtype=object), GONE)
    outcome = np.where(pictured, is_["status"].to_numpy(dtype=object), told_status)
    before = was["amount"].to_numpy(dtype=float)
    after = np.where(pictured, is_["amount"], said["amount"]).astype(float)
    close_before = was["expected_close"].to_numpy(dtype="datetime64[us]")
    close_after = np.where(
        pictured,
        is_["expected_close"].to_numpy(dtype="datetime64[us]"),
        said["expected_close"].to_numpy(dtype="datetime64[us]"),
    )
    inside_after = _inside(close_after, window)
    return Ends(
        was["status"].to_numpy(dtype=object),
        outcome,
        before,
        after,
        _inside(close_before, window),
        inside_after,
        (outcome == "won") & (_inside(closed_on, window) | inside_after),
        np.isin(outcome, ("won", "lost")) & (closed_on <= since),
    )


def _inside(days: np.ndarray[Any, Any], window: Period) -> Mask:
    """Say which days lie in the window: all, and blank ones too, where there is none."""
    inside = np.ones(len(days), dtype=bool)
    if window.first:
        inside &= days >= np.datetime64(window.first)
    if window.last:
        inside &= days <= np.datetime64(window.last)
    return inside


def _parts(ends: Ends) -> pd.DataFrame:
    """Say what each deal is part of, and with which amount."""
    before, after = np.nan_to_num(ends.before), np.nan_to_num(ends.after)
    opened = ends.status_before == "open"
    is_open, won, lost = (ends.outcome == state for state in ("open", "won", "lost"))
    was_in = opened & ends.inside_before
    comes_in = (is_open & ends.inside_after) | ends.won_inside
    pulled_in = opened & ~ends.inside_before & comes_in
    # Closed in the same way at both ends, or closed before the first: nothing happened since.
    settled = (won | lost) & ((ends.status_before == ends.outcome) | ends.past)
    new = ~opened & ~settled & (comes_in | (lost & ends.inside_after))
    stays = was_in & is_open & ends.inside_after
    valued = stays | (was_in & won)
    up, down = valued & (after > before), valued & (after < before)
    masks = {
        "start": was_in,
        "new": new,
        "pulled_in": pulled_in,
        "up": up,
        "down": down,
        "pushed": was_in & is_open & ~ends.inside_after,
        "lost": (was_in | new) & lost,
        "won": (was_in | new | pulled_in) & won,
        "dropped": was_in & np.isin(ends.outcome, ("on hold", GONE)),
        "end": stays | ((new | pulled_in) & is_open),
    }
    by_before = {"start", "pushed", "dropped"}
    amounts = {
        step: np.where(mask, before if step in by_before else after, 0.0)
        for step, mask in masks.items()
        if step not in ("up", "down", "lost")
    }
    amounts["lost"] = np.where(masks["lost"], np.where(was_in, before, after), 0.0)
    for step, mask in (("up", up), ("down", down)):
        amounts[f"{step} to"] = np.where(mask, after, 0.0)
        amounts[f"{step} from"] = np.where(mask, before, 0.0)
    ends_in = valued | new | pulled_in
    sizes = np.where(was_in, np.abs(before), 0.0) + np.where(ends_in, np.abs(after), 0.0)
    blank = (was_in & np.isnan(ends.before)) | (ends_in & np.isnan(ends.after))
    flags = {f"in {step}": mask.astype(float) for step, mask in masks.items()}
    return pd.DataFrame({**amounts, **flags, "gross": sizes, "blanks": blank.astype(float)})
