"""The strategy map: causes and effects, whether the one ran ahead of the other, and a drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.options import option
from xlcrm.analytics.scorecard.layout import places_of
from xlcrm.analytics.scorecard.links import Links, links_of, map_order
from xlcrm.analytics.scorecard.movements import (
    LEAST_MONTHS,
    link_changes,
    monthly_values,
    parts_of,
    standard_changes,
)
from xlcrm.analytics.scorecard.scores import status, trend
from xlcrm.analytics.scorecard.strategy import Strategy, strategy
from xlcrm.analytics.scorecard.tree import Kind, Rollup, rolled_up, tree_of
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.model.model import Model
from xlcrm.stats.lead_lag import LeadLag, lead_lag

VIEWS = ("links", "objectives")


def strategy_map(
    model: Model, show: str = "", lags: float | None = None, method: str = ""
) -> pd.DataFrame:
    """List the links of the strategy with how they bear out, or the places of a drawing.

    Args:
        model: A model with objectives, measures and links.
        show: One of `VIEWS`.
        lags: The months by which a cause may run ahead; None for the setting.
        method: The scoring rule (docs/methods.md: Scores).

    Returns:
        For links ``cause``, ``effect``, ``cause_perspective``, ``effect_perspective``,
        ``cause_score``, ``effect_score`` (0 to 100), ``cause_trend``, ``effect_trend``,
        ``ahead`` (months), ``correlation``, ``p``, ``n`` (months compared), ``finding``; in the
        order of perspectives and names. For objectives ``objective``, ``perspective``,
        ``score``, ``status``, ``across`` and ``up`` (0 to 1), the highest first, then from left
        to right.

    Raises:
        NotAvailable: There are no links to list, or one names an objective that is not there.
        OutOfDomain: Links form a circle, or lags are below 1.
        WrongValue: There is no such view, or a link names two objectives at once.
    """
    view = option("show", show, VIEWS)
    most = model.settings.number("map_lags") if lags is None else lags
    if not most >= 1:
        raise OutOfDomain(f"lags is {most:g}; a cause may run ahead by 1 month or more")
    found = strategy(model, method)
    links = links_of(model, found)
    tree = tree_of(found)
    now, then = (
        rolled_up(tree, found.measures[column].to_numpy(dtype=float))
        for column in ("score", "previous_score")
    )
    rows = tree.places(Kind.OBJECTIVE)
    if view == "objectives":
        needed = model.settings.number("coverage_needed")
        words = status(now.score[rows], now.coverage[rows], needed)
        return _drawn(found, links, now.score[rows], words)
    if not len(links.cause):
        raise NotAvailable("no objective drives another: fill in the table of links")
    steps = standard_changes(found.measures, monthly_values(model, found.measures))
    depth = found.objectives["depth"].to_numpy()
    sides = link_changes(parts_of(tree, len(found.measures)), links, depth, steps)
    seen = lead_lag(*sides, int(min(most, max(steps.shape[1], 1))), least=LEAST_MONTHS)
    return _listed(found, links, (now, then), rows, seen, model.settings.number("significance"))


def _listed(
    of: Strategy,
    links: Links,
    rolled: tuple[Rollup, Rollup],
    rows: Any,
    seen: LeadLag,
    level: float,
) -> pd.DataFrame:
    ends = {"cause": links.cause, "effect": links.effect}
    now, then = (one.score[rows] for one in rolled)
    names, groups = (
        of.objectives[column].to_numpy(dtype=object) for column in ("objective", "perspective")
    )
    moved = np.array(trend(now, then), dtype=object)
    return pd.DataFrame(
        {
            **{end: names[at] for end, at in ends.items()},
            **{f"{end}_perspective": groups[at] for end, at in ends.items()},
            **{f"{end}_score": where_known(now[at]) for end, at in ends.items()},
            **{f"{end}_trend": moved[at] for end, at in ends.items()},
            "ahead": where_known(seen.lead),
            "correlation": where_known(seen.correlation),
            "p": where_known(seen.p),
            "n": seen.pairs,
            "finding": _findings(seen, level),
        }
    )


def _findings(seen: LeadLag, level: float) -> Any:
    """Say in words what was seen of each link."""
    return np.select(
        [
            seen.pairs < LEAST_MONTHS,
            np.isnan(seen.p) | (seen.p >= level),
            seen.correlation < 0,
            seen.lead > 0,
            seen.lead < 0,
        ],
        ["no history", "not seen", "against", "cause first", "effect first"],
        "together",
    ).astype(object)


def _drawn(of: Strategy, links: Links, scores: Any, words: list[str]) -> pd.DataFrame:
    order = map_order(of)
    rank = np.argsort(order)
    across, up = places_of(
        of.objectives["of"].to_numpy()[order],
        len(of.perspectives),
        rank[links.cause],
        rank[links.effect],
    )
    frame = pd.DataFrame(
        {
            "objective": of.objectives["objective"].to_numpy(dtype=object)[order],
            "perspective": of.objectives["perspective"].to_numpy(dtype=object)[order],
            "score": where_known(scores[order]),
            "status": np.array(words, dtype=object)[order],
            "across": across,
            "up": up,
        }
    )
    shown: pd.DataFrame = frame.iloc[np.lexsort((across, -up))].reset_index(drop=True)
    return shown
