"""What was aimed at: the targets of a figure for a period, by whatever they are set for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_named
from xlcrm.cells import text_key
from xlcrm.conditions import Where, conditions
from xlcrm.errors import CrmError, NotAvailable, UnknownName, WrongValue
from xlcrm.model.model import Model
from xlcrm.model.relations import path_to
from xlcrm.periods import CALENDAR, Period, label, shifted, start_of
from xlcrm.reduce.grouping import Key, groups_of, keys_of, names_in
from xlcrm.reduce.population import Population, select
from xlcrm.stats.exact import sums_by_code

SET_FOR = ("owner", "segment", "product")
"""The columns that say for whom or what a target is set; all blank for the whole company."""

_TARGETS = Population("targets", "targets")
_COLUMNS = ("period", "metric", "target", "version", *SET_FOR)


def targets(
    model: Model, metric: str, by: str, where: Where, days: Period, *, adds_up: bool = True
) -> Mapping[tuple[Any, ...], float]:
    """Find the targets of a figure.

    Targets are read at the level at which they are asked for; where they are not set at it, those
    of the next finer one are added up (docs/methods.md: Targets).

    Args:
        model: A model, with or without targets.
        metric: The figure, such as revenue.
        by: What results are grouped by, as the function was asked.
        where: Conditions on the rows of the function.
        days: The days that count.
        adds_up: Whether targets may be added up; that of a rate is the one row set for just what
            is asked.

    Returns:
        The target of each group, by its labels in the order of ``by``; of ``()`` where nothing is
        grouped. Groups without a target are not there.

    Raises:
        WrongValue: The period of a target cannot be read.
        ErrorInData: A cell of the targets cannot be read.
    """
    if "targets" not in model.tables:
        return {}
    names = names_in(by)
    of = [name for name in names if name.casefold() not in CALENDAR]
    unit = [name.casefold() for name in names if name.casefold() in CALENDAR]
    bases = _set_for(model, [*of, *(condition.column for condition in conditions(where))])
    if bases is None or len(unit) > 1:
        return {}
    rows = _rows(model, metric, where, bases)
    if rows.empty:
        return {}
    is_finer = int(rows[list(SET_FOR)].iloc[0].notna().sum()) > len(bases)
    if is_finer and not adds_up:
        return {}
    rows = _dated(model, rows)
    keys = keys_of(model, _TARGETS, ", ".join(of))
    found = {}
    for first, last, words in _buckets(model, rows, unit[0] if unit else "", days):
        for labels, value, count in _within(rows, first, last, keys):
            if count > 1 and not adds_up:
                continue
            rest = iter(labels)
            place = tuple(words if name.casefold() in CALENDAR else next(rest) for name in names)
            found[place] = value
    return found


def deal_targets(
    model: Model, by: str, where: Where, days: Period
) -> Mapping[tuple[Any, ...], float]:
    """Find what deals are to bring: the targets of the amount won, else those of revenue.

    Args:
        model: A model, with or without targets.
        by: What results are grouped by.
        where: Conditions on deals.
        days: The days that count.

    Returns:
        As `targets`.
    """
    won = targets(model, "won_amount", by, where, days)
    return won or targets(model, "revenue", by, where, days)


def _set_for(model: Model, names: Sequence[str]) -> frozenset[str] | None:
    """Name the columns of targets that names lead to; None where one means something else."""
    bases = set()
    for name in names:
        try:
            path = path_to(model, "targets", name)
        except UnknownName:
            return None
        if path.base not in SET_FOR:
            return None
        if "deals" in model.tables and path.hops:
            with suppress(UnknownName):
                if path_to(model, "deals", name).base != path.base:
                    return None
        bases.add(path.base)
    return frozenset(bases)


def _rows(model: Model, metric: str, where: Where, bases: frozenset[str]) -> pd.DataFrame:
    """Give the targets of a figure that are set for just what is asked, or the next finer."""
    try:
        selection = select(model, _TARGETS, _COLUMNS, where)
    except (NotAvailable, UnknownName):  # a condition names what no target is set for
        return pd.DataFrame()
    frame = selection.counted.select(*_COLUMNS).collect().to_pandas()
    named = np.array([_name(one) == _name(metric) for one in frame["metric"]], dtype=bool)
    frame = frame[named & (frame["period"].notna() & frame["target"].notna()).to_numpy()]
    versions = frame["version"].dropna()
    if len(versions):
        frame = frame[frame["version"].astype("str") == max(map(str, versions))]
    given = frame[list(SET_FOR)].notna().to_numpy()
    levels = [frozenset(n for n, one in zip(SET_FOR, row, strict=True) if one) for row in given]
    wanted = [level for level in set(levels) if level >= bases]
    if not wanted:
        return pd.DataFrame()
    level = min(wanted, key=lambda one: (len(one), sorted(one)))
    return frame[[one == level for one in levels]].reset_index(drop=True)


def _name(metric: Any) -> str:
    return "_".join(text_key(str(metric)).replace("-", " ").replace("_", " ").split())


def _dated(model: Model, rows: pd.DataFrame) -> pd.DataFrame:
    """Add the first and the last day of each target's period."""
    codes, texts = pd.factorize(rows["period"])
    spans = [_span(model, str(text)) for text in texts]
    firsts, lasts = zip(*spans, strict=True)
    return rows.assign(
        first=np.array(firsts, dtype=object)[codes], last=np.array(lasts, dtype=object)[codes]
    )


def _span(model: Model, text: str) -> tuple[date, date]:
    try:
        found = period_named(model, text)
    except CrmError as unreadable:
        raise WrongValue(f"targets: {unreadable.message}") from None
    if found.first is None or found.last is None:
        raise WrongValue(f"targets: {text!r} is no period with a beginning and an end")
    return found.first, found.last


def _buckets(
    model: Model, rows: pd.DataFrame, unit: str, days: Period
) -> Iterator[tuple[date, date, str]]:
    """Give the spans that targets are asked for: first day, last day, label."""
    if not unit:
        if days.first and days.last:
            yield days.first, days.last, ""
        return
    fy_start = int(model.settings.number("fy_start"))
    first = start_of(max(min(rows["first"]), days.first or date.min), unit, fy_start)
    final = min(max(rows["last"]), days.last or date.max)
    while first <= final:
        after = shifted(first, unit, 1)
        last = after - timedelta(days=1)
        if (days.first or date.min) <= first and last <= (days.last or date.max):
            yield first, last, label(first, unit, fy_start)
        first = after


def _within(
    rows: pd.DataFrame, first: date, last: date, keys: Sequence[Key]
) -> Iterator[tuple[tuple[Any, ...], float, int]]:
    """Add up the targets of a span for each group, from the longest periods that fill it.

    Gives labels, the sum, and of how many targets it is.
    """
    inside = rows[(rows["first"] >= first) & (rows["last"] <= last)]
    months = _months(inside)
    for length in sorted(set(months.tolist()), reverse=True):
        chosen = inside[months == length].reset_index(drop=True)
        if _fills(chosen, first, last):
            groups = groups_of(chosen, keys)
            sums = sums_by_code(chosen["target"].to_numpy(dtype=float), groups.codes, groups.count)
            labels = zip(*groups.labels, strict=True) if keys else [()]
            counts = np.bincount(groups.codes, minlength=groups.count).tolist()
            yield from zip(labels, map(float, sums), counts, strict=True)
            return


def _months(rows: pd.DataFrame) -> np.ndarray[Any, Any]:
    pairs = zip(rows["first"], rows["last"], strict=True)
    return np.array([12 * (b.year - a.year) + b.month - a.month for a, b in pairs], dtype=int)


def _fills(rows: pd.DataFrame, first: date, last: date) -> bool:
    """Say whether periods fill a span without a gap."""
    reached = first
    for start, end in sorted(set(zip(rows["first"], rows["last"], strict=True))):
        if start > reached:
            return False
        reached = max(reached, end + timedelta(days=1))
    return reached > last
