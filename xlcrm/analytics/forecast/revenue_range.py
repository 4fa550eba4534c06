"""How sure a forecast is: the range of revenue, the chance of the target, and what moves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.forecast.open_values import (
    NAMED,
    checked_target,
    framed,
    named,
    open_deals,
    rho_of,
    total_of,
    with_won,
)
from xlcrm.analytics.forecast.revenue import won_by
from xlcrm.analytics.options import option
from xlcrm.analytics.targets import deal_targets
from xlcrm.conditions import Where, conditions
from xlcrm.errors import ExcelError, NotAvailable, WrongValue, shortened
from xlcrm.kpis.open_deals import EXPECTED, OVERDUE, expected_population
from xlcrm.kpis.probability import LEAST, Chances
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import Key, groups_of, in_order, keys_of
from xlcrm.stats.bernoulli_sums import influences, leading

SHOWN = ("range", "deals")

_MOVERS = 5
_FEW, _CANDIDATES = 18, 12
"""Up to so many deals all are tried; of more, those that a normal sum puts in front."""
_NOTICED = 0.0005
"""The least effect on a chance that a text shows, as a tenth of a point."""


def forecast_range(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    target: float | None = None,
    rho: float | None = None,
    overdue: str = "push",
    show: str = "range",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Give the range of what will have been won, and the chance of reaching the target.

    Args:
        model: A model with deals and stages.
        by: Columns and units of time, one range each.
        where: Conditions on deals.
        period: The days that count.
        target: The revenue to reach, of every group; None for that of the targets.
        rho: How much the outcomes of open deals hang together; None for the setting.
        overdue: What happens to open deals whose expected close lies before `as_of`.
        show: ``range``, or ``deals`` for the deals that move the chance of the target most.
        method: How probabilities are found.

    Returns:
        The columns of ``by``; the number of open ``deals``; in money ``won``, ``mean`` (that with
        open deals by probability), ``deviation``, the quantiles ``p10``, ``p50`` and ``p90`` of
        the total, and ``target``; the ``probability`` of reaching it, ``rho``, ``unit`` (the width
        of a cell, 0 where outcomes are counted), ``movers`` and ``method``. With ``deals``:
        ``deal_id``, ``owner``, ``amount``, ``chance``, the probability ``if_won`` and ``if_lost``,
        and ``effect``, the one less the other.

    Raises:
        NotAvailable: There are no deals, a stage has no probability, or no open deal an amount.
        OutOfDomain: ``rho`` is not from 0 to below 1, the target is negative, or a sum overflows.
        WrongValue: There is no such option, or deals are shown without one target.
    """
    asked = (by, conditions(where), period, target, rho, overdue, show, method)
    found = model.fact(  # which alerts and sheets ask alike
        ("forecast range", *asked),
        lambda noting: _told(noting, by, where, period, target, rho, overdue, show, method),
    )
    return found.copy()


def _told(
    model: Model,
    by: str,
    where: Where,
    period: str,
    target: float | None,
    rho: float | None,
    overdue: str,
    show: str,
    method: str,
) -> pd.DataFrame:
    shown = option("show", show, SHOWN)
    treated = option("overdue", overdue, OVERDUE)
    together, typed = rho_of(model, rho), checked_target(target)
    chances = Chances(model, EXPECTED.method(method))
    if shown == "deals" and by.strip():
        raise WrongValue("deals are shown for one target: leave by out and narrow with where")
    model.table("deals")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    keys = keys_of(model, expected_population(treated), by)
    aims = deal_targets(model, by, where, days) if typed is None else {}
    also = NAMED if aims or typed is not None else ()
    won = won_by(model, by, where, days)
    deals = open_deals(model, keys, where, days, treated, chances, also)
    if shown == "deals":
        aim = aims.get((), typed)
        if aim is None:
            raise WrongValue("deals are shown for a target: give one, or a period that has one")
        return _most_moving(deals, float(won["won"].iloc[0]), aim, together)
    names = [key.name for key in keys]
    rows = []
    for place, sold, some in _joined(won, deals, keys):
        figures = _range(some, sold, aims.get(place, typed), together)
        rows.append({**dict(zip(names, place, strict=True)), **figures})
    if not rows:
        raise NotAvailable("no deals won or open match: nothing to forecast")
    return framed(rows).assign(method=chances.words)


def _joined(
    won: pd.DataFrame, deals: pd.DataFrame, keys: Sequence[Key]
) -> Iterator[tuple[tuple[Any, ...], float, pd.DataFrame]]:
    """Give the labels of each group in their order, what it won, and its open deals."""
    names = [key.name for key in keys]
    groups = groups_of(deals, keys)
    labels = dict(zip(names, groups.labels, strict=True))
    pending = pd.DataFrame({**labels, "#group": range(groups.count)})
    both = won.merge(pending, on=names, how="outer") if names else won.join(pending)
    both = in_order(both, names, [True] * len(names)) if names else both
    of_group = dict(list(deals.groupby(groups.codes)))
    none = deals.iloc[:0]
    places = zip(*(both[name] for name in names), strict=True) if names else [()]
    for place, sold, group in zip(places, both["won"].fillna(0.0), both["#group"], strict=True):
        yield tuple(place), float(sold), of_group.get(group, none)


def _range(deals: pd.DataFrame, won: float, aim: float | None, rho: float) -> dict[str, Any]:
    total = total_of(deals, won, rho)
    aimed: dict[str, Any] = dict.fromkeys(("target", "probability", "movers"), ExcelError.NA)
    if aim is not None:
        chance = total.reaching(aim)
        movers = _movers(deals, won, aim, rho, chance)
        aimed = {"target": aim, "probability": chance, "movers": movers}
    return {
        "deals": float(len(deals)),
        "won": won,
        "mean": total.mean,
        "deviation": total.deviation,
        "p10": total.quantile(0.1),
        "p50": total.quantile(0.5),
        "p90": total.quantile(0.9),
        "target": aimed["target"],
        "probability": aimed["probability"],
        "rho": rho,
        "unit": float(total.unit),
        "movers": aimed["movers"],
    }


def _movers(deals: pd.DataFrame, won: float, aim: float, rho: float, chance: float) -> str:
    """Name the deals that move the chance of the target most, with what they move it by."""
    if min(chance, 1 - chance) < _NOTICED * LEAST:
        return "none"  # chance = p if_won + (1 - p) if_lost, and neither p nor 1 - p is below LEAST
    most = _most_moving(deals, won, aim, rho)
    noticed = most[most["effect"].abs() >= _NOTICED]
    pairs = zip(noticed["deal_id"], noticed["effect"], strict=True)
    return shortened(", ".join(f"{deal} {_points(effect)}" for deal, effect in pairs)) or "none"


def _points(effect: float) -> str:
    """Write a difference of chances with a decimal where it is small."""
    points = 100 * effect
    return f"{points:+.0f} %" if abs(points) >= 9.95 else f"{points:+.1f} %"


def _most_moving(deals: pd.DataFrame, won: float, aim: float, rho: float) -> pd.DataFrame:
    """Give the five deals whose winning or losing moves the chance of the target most.

    Overrides are certain, and so move nothing.
    """
    chancy = named(deals[~deals["certain"].to_numpy(dtype=bool)])
    given = with_won(chancy, won)
    count = _FEW if len(chancy) <= _FEW else _CANDIDATES
    places = leading(*given, aim, rho, count)
    if_won, if_lost = influences(*given, aim, rho, places) if places else np.zeros((2, 0))
    chosen = chancy.iloc[places]
    frame = pd.DataFrame(
        {
            "deal_id": chosen["deal_id"],
            "owner": chosen["owner"],
            "amount": chosen["value"],
            "chance": chosen["chance"],
            "if_won": if_won,
            "if_lost": if_lost,
            "effect": if_won - if_lost,
        }
    ).sort_index()
    size = -frame["effect"].abs().round(9)  # a last bit is no difference: then the name decides
    return frame.loc[size.sort_values(kind="stable").index].head(_MOVERS).reset_index(drop=True)
