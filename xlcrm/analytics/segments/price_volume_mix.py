"""Why revenue changed: price, volume, mix, what is new and what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, isfinite
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import ratio
from xlcrm.analytics.two_periods import compared, in_either, inside
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.kpis.sales import ORDER_LINES
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import keys_of, with_groups
from xlcrm.reduce.population import overflow, select
from xlcrm.reduce.sums import grouped_sums, labels_of, totals

ALL = "(all)"
"""The label of the row of totals."""

EFFECTS = ("price_effect", "volume_effect", "mix_effect", "new", "discontinued")
"""The parts of a change of revenue."""

_SUMMED = ("units_before", "units", "revenue_before", "revenue", *EFFECTS, "change")
_TOLERANCE = 1e-9

Vector = np.ndarray[Any, np.dtype[np.float64]]


def price_volume_mix(
    model: Model, by: str = "product", where: Where = "", period: str = "YTD", against: str = ""
) -> pd.DataFrame:
    """Part the change of revenue between two periods into price, volume and mix.

    Args:
        model: A model with orders.
        by: What is sold: columns of orders or of related tables.
        where: Conditions on orders.
        period: The days that are explained.
        against: The days compared with; "" for the same days a year before.

    Returns:
        The columns of ``by``; ``units_before`` and ``units``, ``price_before`` and ``price``
        (revenue by unit; #DIV/0! where nothing was sold net), ``revenue_before`` and ``revenue``,
        the `EFFECTS` in money, their sum ``change``, and ``note``; sorted by name, the last row
        `ALL`. How rows without a price are treated stands in docs/methods.md.

    Raises:
        NotAvailable: One of the periods has no orders.
        OutOfDomain: The parts do not add up to the change.
        WrongValue: A period has no beginning or no end.
    """
    model.table("orders")
    now, before = compared(model, period, against)
    population = in_either(ORDER_LINES, now, before)
    keys = keys_of(model, population, by)
    asked = list(dict.fromkeys([*(key.base for key in keys), "amount", "quantity", "date"]))
    rows = select(model, population, asked, where).counted
    sums = {**_sums("", now), **_sums("_before", before)}
    grouped = grouped_sums(with_groups(rows, keys), [key.group for key in keys], sums)
    answer = totals(grouped, keys, {name: (name, None) for name in sums})
    for name, days in (("lines", now), ("lines_before", before)):
        if not answer[name].sum():
            raise NotAvailable(f"no order lines match in {days.words}: nothing to compare with")
    with np.errstate(over="ignore", invalid="ignore"):  # the balance refuses what overflows
        figures = {**{name: answer[name] for name in _SUMMED[:4]}, **_effects(answer)}
    lacking = (answer["lacking"] + answer["lacking_before"]).to_numpy(dtype=float)
    labels = labels_of(answer, keys)
    return _finished(labels, pd.DataFrame(figures), lacking)


def _sums(ending: str, days: Period) -> dict[str, nw.Expr]:
    """Say what a line adds to a period: its units, revenue, itself, and whether units lack.

    A line without a quantity counts as one unit, a return as one unit back.
    """
    counts, nothing = inside("date", days), nw.lit(0.0)
    lacks = nw.col("quantity").is_null()
    one = nw.when(nw.col("amount") < 0.0).then(nw.lit(-1.0)).otherwise(nw.lit(1.0))
    units = nw.when(lacks).then(one).otherwise(nw.col("quantity"))
    return {
        f"units{ending}": nw.when(counts).then(units).otherwise(nothing),
        f"revenue{ending}": nw.when(counts).then(nw.col("amount")).otherwise(nothing),
        f"lines{ending}": nw.when(counts).then(nw.lit(1.0)).otherwise(nothing),
        f"lacking{ending}": nw.when(counts & lacks).then(nw.lit(1.0)).otherwise(nothing),
    }


def _effects(answer: pd.DataFrame) -> dict[str, Vector]:
    """Part the change of each row.

    Rows sold in both periods, with units left after returns in each, have prices and share the
    mix. Other rows sold in both have no price, and their whole change counts as volume.
    """
    names = ("units_before", "units", "revenue_before", "revenue", "lines_before", "lines")
    units_0, units_1, revenue_0, revenue_1, lines_0, lines_1 = (
        answer[name].to_numpy(dtype=float) for name in names
    )
    change = revenue_1 - revenue_0
    both = (lines_0 > 0) & (lines_1 > 0)
    priced = both & (units_0 > 0) & (units_1 > 0)
    total_0, total_1 = fsum(units_0[priced]), fsum(units_1[priced])
    grown = (total_1 - total_0) / total_0 if total_0 else 0.0
    at_old_price = units_1 / np.where(priced, units_0, 1.0) * revenue_0
    price = np.where(priced, revenue_1 - at_old_price, 0.0)
    volume = np.where(priced, grown * revenue_0, np.where(both, change, 0.0))
    mix = np.where(priced, change - price - volume, 0.0)
    by_shares = np.where(priced, at_old_price - (1.0 + grown) * revenue_0, 0.0)
    _require_balance(mix, by_shares, [at_old_price, volume, revenue_0, revenue_1])
    new = np.where(both | (lines_0 > 0), 0.0, change)
    gone = np.where(both | (lines_1 > 0), 0.0, change)
    return dict(zip((*EFFECTS, "change"), (price, volume, mix, new, gone, change), strict=True))


def _require_balance(found: Vector, expected: Vector, terms: Sequence[Vector]) -> None:
    """Refuse parts that do not add up to what they are parts of.

    Raises:
        OutOfDomain: They do not, or are beyond the largest number.
    """
    sizes = np.max(np.abs(np.array([found, expected, *terms])), axis=0)
    if not np.isfinite(sizes).all():
        raise overflow("price, volume and mix")
    if (np.abs(found - expected) > _TOLERANCE * sizes).any():
        raise OutOfDomain("price, volume and mix do not add up to the change of revenue")


def _finished(labels: dict[str, Any], figures: pd.DataFrame, lacking: Vector) -> pd.DataFrame:
    """Add the row of totals, prices and notes, and hold the balance once more."""
    notes = [_note(lines) for lines in lacking]
    if labels:
        whole = {name: fsum(figures[name]) for name in _SUMMED}
        figures = pd.concat([figures, pd.DataFrame([whole])], ignore_index=True)
        labels = {name: [*column, ALL] for name, column in labels.items()}
        notes.append(_note(fsum(lacking)))
    parts = [figures[name].to_numpy(dtype=float) for name in EFFECTS]
    ends = [figures[name].to_numpy(dtype=float) for name in ("revenue_before", "revenue")]
    _require_balance(np.sum(parts, axis=0), ends[1] - ends[0], [*parts, *ends])
    columns = {
        **labels,
        **{name: figures[name] for name in ("units_before", "units")},
        "price_before": _price(figures["revenue_before"], figures["units_before"]),
        "price": _price(figures["revenue"], figures["units"]),
        **{name: figures[name] for name in _SUMMED[2:]},
        "note": notes,
    }
    return pd.DataFrame(columns)


def _price(revenue: Any, units: Any) -> Any:
    """Give revenue by unit, with #DIV/0! where no units are left after returns."""
    with np.errstate(over="ignore"):
        price = ratio(revenue, np.maximum(units, 0.0))
    if not np.array([isfinite(one) for one in price]).all():
        raise overflow("a price")
    return price


def _note(lines: float) -> str:
    if not lines:
        return ""
    if lines == 1:
        return "1 line without quantity counts as one unit"
    return f"{lines:,.0f} lines without quantity count as one unit each"
