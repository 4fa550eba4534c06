"""How well the past months of sellers, stages and other groups were forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.forecast.accuracy.past_forecasts import (
    PICTURED,
    asks_for_pictures,
    by_code,
    due,
    whole,
    won_by_month,
)
from xlcrm.analytics.forecast.accuracy.past_pictures import (
    HAS_OWN,
    MONTH,
    OWN,
    WON_EVER,
    Opening,
    due_pictures,
    month_number,
)
from xlcrm.analytics.forecast.accuracy.past_rates import Ended
from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.pipeline.snapshots import PICTURES
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, WrongValue
from xlcrm.kpis.deals import WON_VALUED
from xlcrm.model.model import Model
from xlcrm.model.relations import path_to
from xlcrm.periods import CALENDAR, label
from xlcrm.reduce.grouping import Key, groups_of, in_order, keys_of, names_in
from xlcrm.reduce.sums import COUNT, grouped_sums
from xlcrm.stats.accuracy import bias, skill, wape

Vector = np.ndarray[Any, np.dtype[np.float64]]

NOT_SHOWN = "(not in the snapshot)"
"""The group of deals won that the snapshot at the start of the month does not show."""


def by_group(
    model: Model, by: str, where: Where, opened: Sequence[Opening], past: Ended, method: str
) -> pd.DataFrame:
    """Judge one method for each group.

    Args:
        model: A model with deals, snapshots and stages.
        by: Columns of snapshots or related tables, and month, quarter or year.
        where: Conditions.
        opened: The months that are judged.
        past: The deals won and lost.
        method: ``smoothed``, ``configured``, ``historic`` or ``deal``.

    Returns:
        The columns of ``by``; ``periods``, the months in which something was forecast or won;
        ``forecast`` and ``actual`` in money; ``wape`` and ``bias``, fractions of the actual;
        ``skill`` against naive, #N/A for groups that only a snapshot tells; ``brier``; ``deals``,
        the different deals that were due; ``seller_bias``, the mean of their own probabilities
        less the share of them won, over those that are decided.

    Raises:
        NotAvailable: No deal was due.
        WrongValue: `by` cuts by days or weeks.
    """
    shown, sold = _keys(model, by)
    found = due(model, opened, past, shown, where)
    won = won_by_month(model, opened, sold, where)
    pictured = any(key.base in PICTURED for key in sold) or asks_for_pictures(model, where)
    said = _Told(
        _labels(found.grouped, shown),
        found.grouped[MONTH].to_numpy(dtype=float).astype(np.int64),
        {
            "forecast": found.worth(method),
            "squares": found.squares(method),
            "pictures": found.grouped[COUNT].to_numpy(dtype=float),
        },
    )
    came = _Told(
        _labels(won, sold),
        won[MONTH].to_numpy(dtype=float).astype(np.int64),
        {"won": whole(won, "won")},
    )
    judged = {o.number for o in opened}
    groups = {told for part in (said, came) for told in part.groups_in(judged)}
    names = [key.name for key in shown]
    labels = pd.DataFrame(
        {name: pd.Series([g[k] for g in groups], dtype=object) for k, name in enumerate(names)}
    )
    answer = in_order(labels, names, [True] * len(names))
    in_turn = list(zip(*(answer[name] for name in names), strict=True))
    lasting = [k for k, key in enumerate(shown) if key.base != MONTH]
    first = month_number(past.first) if past.first else opened[0].number
    past_sales = _Told([tuple(g[k] for k in lasting) for g in came.labels], came.months, came.sums)
    rows = []
    for told in in_turn:
        history = past_sales.by_month("won", tuple(told[k] for k in lasting))
        naive = np.nan if pictured else _naive(history, opened, first)
        rows.append(_figures(said, came, told, opened, naive))
    figures = pd.DataFrame(rows)
    counted = _deals(model, opened, shown, where)
    for name in ("periods", "forecast", "actual"):
        answer[name] = figures[name]
    for name in ("wape", "bias", "skill", "brier"):
        known_not = name == "brier" or (name == "skill" and pictured)
        error = ExcelError.NA if known_not else ExcelError.DIV0
        answer[name] = where_known(figures[name].to_numpy(dtype=float), error)
    beside = [counted.get(told, (0.0, 0.0, 0.0)) for told in in_turn]
    answer["deals"] = np.array([deals for deals, _, _ in beside])
    off = [total / decided if decided else np.nan for _, decided, total in beside]
    answer["seller_bias"] = where_known(np.array(off))
    return answer


@dataclass(frozen=True)
class _Told:
    """Sums by group and month, n rows.

    Attributes:
        labels: The group of each row, its labels.
        months: The month of each row.
        sums: The sums.
    """

    labels: Sequence[tuple[Any, ...]]
    months: np.ndarray[Any, np.dtype[np.int64]]
    sums: Mapping[str, Vector]

    @cached_property
    def rows(self) -> Mapping[tuple[Any, ...], list[int]]:
        """The rows of each group."""
        found: dict[tuple[Any, ...], list[int]] = {}
        for row, told in enumerate(self.labels):
            found.setdefault(told, []).append(row)
        return found

    def groups_in(self, months: set[int]) -> set[tuple[Any, ...]]:
        """Name the groups that have a row in any of some months."""
        there = zip(self.labels, self.months.tolist(), strict=True)
        return {told for told, month in there if month in months}

    def by_month(self, name: str, told: tuple[Any, ...]) -> dict[int, float]:
        """Give a sum of a group for each of its months."""
        rows = self.rows.get(told, [])
        months, places = np.unique(self.months[rows], return_inverse=True)
        sums = by_code(self.sums[name][rows], places, len(months))
        return dict(zip(months.tolist(), sums.tolist(), strict=True))


def _keys(model: Model, by: str) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Read `by` for pictures of deals and for deals won: columns of a snapshot are read there."""
    fy_start = int(model.settings.number("fy_start"))
    shown: list[Key] = []
    sold: list[Key] = []
    for name in names_in(by):
        unit = name.casefold()
        if unit in ("day", "week"):
            raise WrongValue(f"forecasts are judged by month: there is none by {unit}")
        if unit in CALENDAR:
            key = Key(unit, MONTH, _labels_of_months(unit, fy_start))
            shown.append(key)
            sold.append(key)
        else:
            path = path_to(model, "snapshots", name)
            key = keys_of(model, PICTURES, name)[0]
            shown.append(key)
            if not path.hops and path.column in PICTURED:
                sold.append(replace(key, labels=_labels_shown(key)))
            else:
                own = keys_of(model, WON_VALUED, name.rpartition(".")[2] if _own(name) else name)[0]
                sold.append(replace(own, name=key.name))
    if len({key.name for key in shown}) < len(shown):
        raise WrongValue(f"by names a column twice: {by}")
    return tuple(shown), tuple(sold)


def _own(name: str) -> bool:
    """Say whether a name asks for a column of snapshots in so many words."""
    return name.rpartition(".")[0].strip().casefold() == "snapshots"


def _labels_of_months(unit: str, fy_start: int) -> Any:
    def labels(months: Sequence[Any]) -> list[Any]:
        pairs = [divmod(int(month), 12) for month in months]
        return [label(date(year, place + 1, 1), unit, fy_start) for year, place in pairs]

    return labels


def _labels_shown(key: Key) -> Any:
    def labels(values: Sequence[Any]) -> list[Any]:
        known = key.labels(values)
        return [NOT_SHOWN if pd.isna(v) else k for v, k in zip(values, known, strict=True)]

    return labels


def _labels(grouped: pd.DataFrame, keys: Sequence[Key]) -> list[tuple[Any, ...]]:
    """Give the labels of each row of a small frame."""
    groups = groups_of(grouped, keys)
    each = list(zip(*(labels.tolist() for labels in groups.labels), strict=True))
    return [each[code] for code in groups.codes]


def _naive(won: Mapping[int, float], opened: Sequence[Opening], first: int) -> Vector:
    """Forecast each month by the same month a year before, else by the last month known."""
    years_ago = [o.number - 12 for o in opened]
    before = [y if y >= first else o.known for y, o in zip(years_ago, opened, strict=True)]
    return np.array([won.get(month, 0.0) for month in before])


def _figures(
    said: _Told,
    came: _Told,
    told: tuple[Any, ...],
    opened: Sequence[Opening],
    naive: Vector | float,
) -> dict[str, float]:
    """Give the figures of a group; NaN where there is none."""
    sums = {name: said.by_month(name, told) for name in said.sums}
    won = came.by_month("won", told)
    there = [k for k, o in enumerate(opened) if o.number in sums["forecast"] or o.number in won]
    numbers = [opened[k].number for k in there]
    forecast = np.array([sums["forecast"].get(n, 0.0) for n in numbers])
    actual = np.array([won.get(n, 0.0) for n in numbers])
    pictures = sum(sums["pictures"].get(n, 0.0) for n in numbers)
    squares = sum(sums["squares"].get(n, 0.0) for n in numbers)
    missed = np.abs(actual - np.broadcast_to(naive, len(opened))[there]).sum()
    return {
        "periods": float(len(there)),
        "forecast": float(forecast.sum()),
        "actual": float(actual.sum()),
        "wape": wape(actual, forecast),
        "bias": bias(actual, forecast),
        "skill": skill(np.abs(actual - forecast).sum(), missed),
        "brier": squares / pictures if pictures else np.nan,
    }


def _deals(
    model: Model, opened: Sequence[Opening], keys: Sequence[Key], where: Where
) -> dict[tuple[Any, ...], tuple[float, float, float]]:
    """Count the different deals of each group and find how far their sellers were off.

    Returns:
        For each group, the deals; those decided that have a probability of their own; and the sum
        of these probabilities less the number of them won.
    """
    bases = list(dict.fromkeys(key.base for key in keys if key.base != MONTH))
    groups = list(dict.fromkeys(key.group for key in keys))
    rows = due_pictures(model, opened, bases, where)
    each = rows.select(*dict.fromkeys((*groups, "deal_id", OWN, HAS_OWN, WON_EVER))).unique()
    grouped = grouped_sums(each, list(dict.fromkeys((*groups, HAS_OWN, WON_EVER))), {"own": OWN})
    count = grouped[COUNT].to_numpy(dtype=float)
    ended = grouped[WON_EVER].to_numpy(dtype=float)
    counts = (grouped[HAS_OWN] == 1).to_numpy() & ~np.isnan(ended)
    off = np.where(counts, whole(grouped, "own") - count * np.nan_to_num(ended), 0.0)
    labels = _labels(grouped, keys)
    names = list(dict.fromkeys(labels))
    place = {told: k for k, told in enumerate(names)}
    codes = np.array([place[told] for told in labels], dtype=np.int64)
    columns = [
        by_code(values, codes, len(names)).tolist()
        for values in (count, np.where(counts, count, 0.0), off)
    ]
    return dict(zip(names, zip(*columns, strict=True), strict=True))
