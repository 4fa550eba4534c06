"""Which closed deals stand out among their like, for better or worse, and by what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.cells import number_text
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, shortened
from xlcrm.kpis.deals import CLOSED
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight, with_days_between
from xlcrm.reduce.grouping import BLANK
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.sums import grouped_sums
from xlcrm.stats.robust import robust_z

LEAST = 5
"""Deals that it takes to say what is usual."""

_CYCLE = "#cycle"
_DIGITS = 9  # deviations that are equal up to them are equal
_Vector = np.ndarray[Any, Any]


def _number(value: float) -> str:
    return f"{value:,.2f}".removesuffix(".00")


def _share(value: float) -> str:
    return f"{number_text(round(100 * value, 1))}%"


def _days(value: float) -> str:
    return "1 day" if value == 1 else f"{number_text(value)} days"


@dataclass(frozen=True)
class _Measure:
    """Something by which deals of one outcome are compared.

    Attributes:
        name: As the result calls it.
        outcome: The deals that are compared.
        better: 1 where more is better, -1 where less is.
        words: Puts a value into words.
        on_logs: Whether distances are those of logarithms.
    """

    name: str
    outcome: str
    better: int
    words: Callable[[float], str]
    on_logs: bool = False


_MEASURES = (
    _Measure("amount", "won", 1, _number, on_logs=True),
    _Measure("margin", "won", 1, _share),
    _Measure("cycle", "won", -1, _days),
    _Measure("discount", "won", -1, _share),
    _Measure("amount", "lost", -1, _number, on_logs=True),
    _Measure("cycle", "lost", -1, _days),
)
"""In the order that decides between deviations of the same size."""

_SHOWN = ("side", "deal_id", "account_id", "owner", "outcome", "measure", "value", "median",
          "deviation", "extreme", "reason", "unchecked")  # fmt: skip


def extreme_deals(
    model: Model, where: Where = "", period: str = "", top: float = 5.0
) -> pd.DataFrame:
    """Find the exceptional and the weak deals among those closed (docs/methods.md, Extreme deals).

    Args:
        model: A model with deals; orders that name their deal tell margins and discounts.
        where: Conditions on deals.
        period: The days of closing that count.
        top: How many deals to list on each side.

    Returns:
        ``side`` (exceptional or weak), ``deal_id``, ``account_id``, ``owner``, ``outcome``,
        ``measure``, its ``value`` and ``median`` (money, shares or days), ``deviation`` (robust z),
        ``extreme`` (logical), ``reason``, ``unchecked`` (measures that too few deals have, else
        none); on each side the farthest first, equal ones by deal. No rows where all are alike.

    Raises:
        NotAvailable: Fewer than 5 deals are closed, or too few have any measure.
        OutOfDomain: ``top`` is below 1.
    """
    if top < 1:
        raise OutOfDomain(f"top {top:g} lists no deal; give 1 or more")
    deals = _closed_deals(model, where, period)
    if len(deals) < LEAST:
        raise NotAvailable(
            f"{len(deals)} closed deals match; it takes {LEAST} to say what is usual"
        )
    compared, unchecked = [], []
    for rank, measure in enumerate(_MEASURES):
        found = _compared(deals, measure, model.settings.number("outlier_limit"))
        if found is None:
            unchecked.append(f"{measure.name} of deals {measure.outcome}")
        else:
            compared.append(found.assign(rank=rank))
    if not compared:
        raise NotAvailable(
            f"no measure of closed deals is known of {LEAST}: enter amounts, created and closed_on"
        )
    told = f"fewer than {LEAST} have: {', '.join(unchecked)}" if unchecked else "none"
    both = pd.concat(compared, ignore_index=True)
    sides = [_side(both, side, int(top)) for side in ("exceptional", "weak")]
    answer = pd.concat(sides, ignore_index=True).assign(unchecked=shortened(told))
    return answer[list(_SHOWN)]


def _closed_deals(model: Model, where: Where, period: str) -> pd.DataFrame:
    """Give the deals closed up to `as_of`, with the measures that are known of each."""
    model.table("deals")  # where there is none, that is what to say, not a missing date
    closed_on = nw.col("closed_on")
    ahead = closed_on.is_null() | (closed_on <= midnight(model.as_of))
    population = Population(
        CLOSED.table,
        CLOSED.words,
        (*CLOSED.rules, Rule(ahead, "closed_on lies after as_of", ("closed_on",))),
        date=CLOSED.date,
        adds={_CYCLE: ("created", "closed_on")},
        prepare=lambda _, frame: with_days_between(frame, _CYCLE, "created", "closed_on"),
    )
    names = ["deal_id", "account_id", "owner", "status", "amount", _CYCLE]
    selection = select(model, population, names, where, period_in(model, period))
    deals = selection.counted.select(*names).collect().to_pandas()
    texts = ["deal_id", "account_id", "owner", "status"]
    deals[texts] = deals[texts].astype(object)
    amount = deals["amount"].to_numpy(dtype=float)
    cycle = deals[_CYCLE].to_numpy(dtype=float)
    margin, discount = _of_orders(model, deals["deal_id"])
    return deals.assign(
        amount=np.where(amount > 0, amount, np.nan),
        cycle=np.where(cycle >= 0, cycle, np.nan),
        margin=margin,
        discount=discount,
    )


def _of_orders(model: Model, ids: pd.Series[Any]) -> tuple[_Vector, _Vector]:
    """Give the margin and the discount of each deal, from the order lines that tell them."""
    unknown = np.full(len(ids), np.nan)
    if not model.column("orders", "deal_id"):
        return unknown, unknown
    cost = _by_deal(model, "cost", nw.col("cost"), ("cost",))
    listed = _by_deal(
        model, "list", nw.col("list_price") * nw.col("quantity"), ("list_price", "quantity")
    )
    margin = (cost["amount"] - cost["other"]) / cost["amount"].where(cost["amount"] > 0)
    discount = 1 - listed["amount"] / listed["other"].where(listed["other"] > 0)
    shares = (ids.map(share.round(12)) for share in (margin, discount))  # noise is no difference
    margins, discounts = (share.to_numpy(dtype=float) for share in shares)
    return margins, discounts


def _by_deal(model: Model, words: str, other: nw.Expr, columns: tuple[str, ...]) -> pd.DataFrame:
    """Add up amounts and another figure over the order lines of each deal that have both."""
    needed = ("deal_id", "amount", *columns)
    rules = tuple(Rule(~nw.col(name).is_null(), f"no {name}", (name,)) for name in needed)
    population = Population("orders", f"order lines with {words}", rules)
    rows = select(model, population, needed).counted
    grouped = grouped_sums(rows, ["deal_id"], {"amount": "amount", "other": other})
    names = ("amount", "other")
    sums = {name: sum(grouped[part].to_numpy() for part in part_names(name)) for name in names}
    return pd.DataFrame(sums, index=pd.Index(grouped["deal_id"].astype(object)), dtype=float)


def _compared(deals: pd.DataFrame, measure: _Measure, limit: float) -> pd.DataFrame | None:
    """Compare the deals of an outcome by a measure; None where fewer than five have it."""
    rows = deals[(deals["status"] == measure.outcome) & deals[measure.name].notna()]
    if len(rows) < LEAST:
        return None
    value = rows[measure.name].to_numpy(dtype=float)
    median = float(np.median(value))
    scaled, centre = (np.log(value), float(np.log(median))) if measure.on_logs else (value, median)
    deviation = robust_z(scaled, centre)
    answer = pd.DataFrame(
        {
            "side": np.where(deviation * measure.better > 0, "exceptional", "weak"),
            **{name: rows[name].to_numpy() for name in ("deal_id", "account_id", "owner")},
            "outcome": measure.outcome,
            "measure": measure.name,
            "value": value,
            "median": median,
            "deviation": deviation,
            "extreme": np.abs(deviation) > limit,
            "compared": len(rows),
        }
    )
    counts = (deviation != 0) & ((measure.outcome == "won") | (deviation * measure.better < 0))
    found: pd.DataFrame = answer[counts]
    return found


def _side(both: pd.DataFrame, side: str, top: int) -> pd.DataFrame:
    """Take the deals of a side, each with its strongest measure, the strongest first."""
    rows = both[both["side"] == side]
    rows = rows.assign(far=rows["deviation"].abs().round(_DIGITS), unnamed=rows["deal_id"].isna())
    rows["deal_id"] = rows["deal_id"].fillna(BLANK)
    order = ["far", "deal_id", "rank", "value", "account_id", "owner"]
    rows = rows.sort_values(order, ascending=[False, *[True] * (len(order) - 1)])
    first = rows[rows["unnamed"] | ~rows.duplicated("deal_id")].head(top)
    first = first.fillna({"account_id": "", "owner": ""})
    return first.assign(reason=_reasons(first)).reset_index(drop=True)


def _reasons(rows: pd.DataFrame) -> list[str]:
    words = {(one.name, one.outcome): one.words for one in _MEASURES}
    columns: Sequence[str] = ("measure", "outcome", "value", "median", "deviation", "compared")
    return [
        shortened(
            f"{measure} {words[measure, outcome](value)}, usual for deals {outcome} is "
            f"{words[measure, outcome](median)} (median of {compared:,}): {abs(deviation):.1f} "
            f"robust deviations {'above' if deviation > 0 else 'below'}"
        )
        for measure, outcome, value, median, deviation, compared in zip(
            *(rows[name] for name in columns), strict=True
        )
    ]
