"""Why deals are lost or won, and what better follow-up would have saved."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in, ratio
from xlcrm.analytics.no_figure import no_figures
from xlcrm.analytics.options import option
from xlcrm.analytics.pipeline.follow_up import blames_follow_up, neglected, touches
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.kpis.deals import CLOSED, LOST, WON
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import in_order, keys_of, with_groups
from xlcrm.reduce.population import select
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals

OUTCOMES = {"lost": LOST, "won": WON}
"""The deals whose reasons are asked for; the default first."""

_FOLLOWED_BY = ("deal_id", "created", "closed_on")
_POOR = ("poor_follow_up", "poor_share", "poor_amount", "avoidable")


def lost_reasons(
    model: Model,
    by: str = "lost_reason",
    where: Where = "",
    period: str = "",
    outcome: str = "lost",
) -> pd.DataFrame:
    """Count deals lost or won by reason, with what poor follow-up had to do with it.

    Args:
        model: A model with deals; activities tell how deals were followed.
        by: Columns and units of time; time is the closing date.
        where: Conditions on deals.
        period: The days of closing that count.
        outcome: One of `OUTCOMES`.

    Returns:
        The columns of ``by``; ``deals``, their ``share``; in money ``amount``, ``amount_share``
        and ``cumulative`` (its running sum), ``average`` (by deals with an amount);
        ``poor_follow_up`` (deals), ``poor_share`` (by deals), ``poor_amount`` and ``avoidable`` in
        money (docs/methods.md, Lost reasons). The largest amount first, equal ones by name. #N/A
        where no activity tells how deals were followed, and for what is avoidable of deals won.

    Raises:
        NotAvailable: No such deal closed.
        WrongValue: There is no such outcome.
    """
    wanted = option("outcome", outcome, OUTCOMES)
    population = OUTCOMES[wanted]
    keys = keys_of(model, population, by)
    model.table("deals")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    touched = touches(model)
    told_by = (*_FOLLOWED_BY, "lost_reason") if touched is not None else ()
    asked = [*(key.base for key in keys), "amount", *told_by]
    rows = select(model, population, list(dict.fromkeys(asked)), where, days).counted
    amount = nw.col("amount").fill_null(0.0)
    sums = {"amount": amount, "valued": (~nw.col("amount").is_null()).cast(nw.Float64())}
    if touched is not None:
        rows = _with_poor(model, rows, touched)
        sums |= {"poor": nw.col("is poor"), "poor_amount": nw.col("is poor") * amount}
    grouped = grouped_sums(with_groups(rows, keys), [key.group for key in keys], sums)
    if grouped.empty:
        inside = "" if days.is_all else f" in {days.words}"
        raise NotAvailable(f"no {population.words} match{inside}")
    answer = totals(grouped, keys, {name: (name, None) for name in sums})
    saved = None
    if wanted == "lost" and touched is not None:
        saved = _saved(model, where, days, touched)
    frame = pd.DataFrame({**labels_of(answer, keys), **_figures(answer, saved)})
    names = [key.name for key in keys]
    frame = in_order(frame, ["amount", *names], [False, *[True] * len(names)])
    return _with_shares(frame, names)


def _with_poor(model: Model, rows: nw.LazyFrame[Any], touched: pd.DataFrame) -> nw.LazyFrame[Any]:
    """Add ``is poor``, 1 for deals poorly followed: by their activities, or by their reason."""
    frame = rows.collect().to_pandas().reset_index(drop=True)
    poor, _ = _neglected(model, frame, touched)
    told = poor | blames_follow_up(frame["lost_reason"])
    return nw.from_native(frame.assign(**{"is poor": told.astype(float)})).lazy()


def _neglected(model: Model, frame: pd.DataFrame, touched: pd.DataFrame) -> tuple[Any, Any]:
    gap = model.settings.number("follow_up_gap")
    return neglected(frame, touched, gap, model.settings.number("follow_ups_needed"))


def _saved(model: Model, where: Where, days: Period, touched: pd.DataFrame) -> float | None:
    """Give how much likelier closed deals are won where activities tell good follow-up.

    Only activities are asked: a reason stands on lost deals alone, and would make loss explain
    loss.
    """
    rows = select(model, CLOSED, [*_FOLLOWED_BY, "status"], where, days).counted
    frame = rows.collect().to_pandas()
    poor, judged = _neglected(model, frame, touched)
    won = (frame["status"] == "won").to_numpy(dtype=bool)
    well = judged & ~poor
    if not well.any() or not poor.any():
        return None
    return max(float(won[well].mean() - won[poor].mean()), 0.0)


def _figures(answer: pd.DataFrame, saved: float | None) -> dict[str, Any]:
    """Give the figures of each group that need no other group."""
    deals = answer[COUNT].to_numpy(dtype=float)
    figures: dict[str, Any] = dict.fromkeys(_POOR, no_figures(len(answer))) | {
        "deals": deals,
        "amount": answer["amount"],
        "average": ratio(answer["amount"], answer["valued"]),
    }
    if "poor" in answer:
        figures["poor_follow_up"] = answer["poor"]
        figures["poor_share"] = ratio(answer["poor"], deals)
        figures["poor_amount"] = answer["poor_amount"]
    if saved is not None:
        figures["avoidable"] = np.maximum(answer["poor_amount"] * saved, 0.0)
    return figures


def _with_shares(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Add shares of the whole; there are none of money where its whole is not positive."""
    deals = frame["deals"].to_numpy(dtype=float)
    running = np.cumsum(frame["amount"].to_numpy(dtype=float))
    whole = np.full(len(frame), max(float(running[-1]), 0.0))
    frame["share"] = deals / deals.sum()
    frame["amount_share"] = ratio(frame["amount"].to_numpy(dtype=float), whole)
    frame["cumulative"] = ratio(running, whole)
    money = ["amount", "amount_share", "cumulative", "average"]
    return frame[[*names, "deals", "share", *money, *_POOR]]
