"""How often values of a column lie in each of several ranges (docs/methods.md: Histogram)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.options import method_named
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, UnknownName, WrongValue, suggestion
from xlcrm.model.model import Model
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import Population, Rule, require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums
from xlcrm.stats.bins import (
    MOST,
    Counted,
    Vector,
    even_limits,
    log_limits,
    places,
    quantile_limits,
    round_limits,
)

METHODS = ("equal", "quantile", "log")
"""How the limits are set; the default first."""

_TENTHS = 10
_MOST_DIGITS = 12
_NUMERIC = (ColumnType.AMOUNT, ColumnType.NUMBER, ColumnType.MEASURED, ColumnType.SHARE)
_TOTAL = "total"


def histogram(
    model: Model,
    column: str,
    where: Where = "",
    period: str = "",
    bins: float | None = None,
    method: str = "equal",
) -> pd.DataFrame:
    """Count the values of a column by ranges.

    Args:
        model: The model.
        column: A table and its column of numbers, such as ``deals.amount``.
        where: Conditions on the rows that count.
        period: The days that count, by the table's first date.
        bins: How many ranges, a fraction cut off; None for as many as suit the spread.
        method: One of `METHODS`.

    Returns:
        ``low`` and ``high`` of each range, its ``label``, the ``count`` of values in it, their
        ``share``, the ``cumulative`` share up to it, and the ``total`` of the values; the lowest
        first, empty ranges between others too. A column of one value has one range.

    Raises:
        NotAvailable: No value is left.
        OutOfDomain: ``bins`` lies outside 1 to 100, or logarithms are asked of values of 0 or less.
        UnknownName: There is no such table or column.
        WrongValue: The column holds no numbers, or there is no such method.
    """
    chosen = method_named(method, METHODS)
    if bins is not None and not 1 <= bins < MOST + 1:
        raise OutOfDomain(f"bins lie between 1 and {MOST}, not at {bins:g}")
    kind, name = _named(model, column)
    population = _with_number(kind, name)
    selection = select(model, population, [name], where, period_in(model, period))
    grouped = grouped_sums(selection.counted, [name], {_TOTAL: name})
    require_rows(selection, int(grouped[COUNT].sum()), population)
    if not len(grouped):
        raise NotAvailable(f"no values of {kind}.{name} are left to count")
    of, sums = _counted(grouped, name)
    limits = _limits(of, chosen, None if bins is None else int(bins), f"{kind}.{name}")
    return _finished(of, sums, limits)


def numbers_of(model: Model, asked: Mapping[str, Any]) -> Population:
    """Give the rows of the table that was asked for that have a number in the column.

    Args:
        model: The model.
        asked: The arguments of the histogram by name.
    """
    return _with_number(*_named(model, asked["column"]))


def _named(model: Model, column: str) -> tuple[str, str]:
    """Find the table and the column that a name such as ``deals.amount`` means."""
    table, dot, wanted = column.strip().partition(".")
    kind = table.strip().casefold()
    if not dot:
        raise UnknownName(f"{column!r} names no table: write table and column, as deals.amount")
    if kind not in KINDS:
        raise UnknownName(f"there is no table {table!r}; {suggestion(kind, KINDS)}")
    found = model.table(kind).column(wanted.strip())
    if found is None:
        there = [name for name in KINDS[kind].names if model.table(kind).column(name)]
        raise UnknownName(f"{kind} have no column {wanted!r}; {suggestion(wanted, there)}")
    if model.type_of(kind, found) not in _NUMERIC:
        raise WrongValue(f"{kind}.{found} holds no numbers: name a column that does")
    return kind, found


def _with_number(kind: str, name: str) -> Population:
    """Give the rows with a number, by the first date that the table's kind declares."""
    dates = [one.name for one in KINDS[kind].columns if one.type is ColumnType.DATE]
    rule = Rule(~nw.col(name).is_null(), f"no {name}", (name,), lack=True, remedy="enter it")
    return Population(kind, f"rows of {kind}", (rule,), date=dates[0] if dates else None)


def _counted(grouped: pd.DataFrame, name: str) -> tuple[Counted, Vector]:
    """Sort the different values, and give with them the exact parts of their sums."""
    values = grouped[name].to_numpy(dtype=float) + 0.0  # 0 and -0 are one value
    rising, places_of = np.unique(values, return_inverse=True)
    many = len(rising)
    counts = np.bincount(places_of, grouped[COUNT].to_numpy(dtype=float), many)
    parts = [grouped[part].to_numpy(dtype=float) for part in part_names(_TOTAL)]
    sums = np.array([np.bincount(places_of, part, many) for part in parts])
    return Counted(rising, counts.astype(np.int64)), sums


def _limits(of: Counted, method: str, bins: int | None, name: str) -> Vector:
    if method == "log" and of.low <= 0:
        raise OutOfDomain(f"log needs values above 0, and {name} has {of.low:g}: use equal")
    if of.low == of.high:
        return of.values
    if method == "quantile":
        return quantile_limits(of, bins or _TENTHS)
    if method == "log":
        return log_limits(of, bins)
    return even_limits(of, bins) if bins else round_limits(of)


def _finished(of: Counted, sums: Vector, limits: Vector) -> pd.DataFrame:
    low, high = limits[: max(len(limits) - 1, 1)], limits[min(1, len(limits) - 1) :]
    codes, ranges = places(of.values, limits), len(low)
    counts = np.bincount(codes, of.counts, ranges)
    totals = np.sum([np.bincount(codes, part, ranges) for part in sums], axis=0)
    return pd.DataFrame(
        {
            "low": low,
            "high": high,
            "label": _labels(limits),
            "count": counts,
            "share": counts / of.size,
            "cumulative": counts.cumsum() / of.size,
            "total": totals + 0.0,
        }
    )


def _labels(limits: Vector) -> list[str]:
    """Name the ranges by their limits, with as many digits as tell neighbours apart."""
    if len(limits) == 1:
        return [f"{limits[0]:,.10g}"]
    widths = np.diff(limits)
    nearest = np.minimum(np.append(widths[0], widths), np.append(widths, widths[-1]))
    texts = [_text(*pair) for pair in zip(limits.tolist(), nearest.tolist(), strict=True)]
    return [f"{low} to {high}" for low, high in pairwise(texts)]


def _text(limit: float, width: float) -> str:
    digits = max(2 - math.floor(math.log10(width)), 0)
    if digits > _MOST_DIGITS or abs(limit) >= 10**_MOST_DIGITS:
        return f"{limit:.10g}"
    text = f"{round(limit, digits) + 0.0:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
