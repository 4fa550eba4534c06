"""What each method would have said at the start of past months, and what was won in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.forecast.accuracy.past_pictures import (
    HAS_OWN,
    MONTH,
    OWN,
    WON_THEN,
    Opening,
    due_pictures,
    opening_pictures,
    require_one_picture,
)
from xlcrm.analytics.forecast.accuracy.past_rates import Ended, PastChances, past_chances
from xlcrm.analytics.forecast.accuracy.past_sales import BY_SALES, by_sales
from xlcrm.analytics.forecast.accuracy.trust import COMBINED, Past, combined
from xlcrm.conditions import Where, conditions
from xlcrm.errors import NotAvailable
from xlcrm.kpis.deals import WON_VALUED
from xlcrm.model.model import Model
from xlcrm.model.relations import path_to
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.filters import filter_of
from xlcrm.reduce.grouping import Key
from xlcrm.reduce.parts import part_names
from xlcrm.reduce.population import Rule, overflow, select
from xlcrm.reduce.sums import COUNT, grouped_sums
from xlcrm.stats.exact import sums_by_code

Vector = np.ndarray[Any, np.dtype[np.float64]]

LANDING = "landing"
"""The smoothed pipeline, and what deals bring that are created and won within the month."""

PICTURED = frozenset({"stage", "expected_close", "status", "taken_on"})
"""Columns that are read from the snapshot alone, for deals won too: today's say nothing of then."""


@dataclass(frozen=True)
class Due:
    """The open deals that were due in past months, in groups that are alike.

    Attributes:
        opened: The months.
        grouped: A row for each month, stage, group asked for, outcome, and whether the deal has a
            probability of its own.
        chances: The probabilities of stages at the start of each month.
    """

    opened: Sequence[Opening]
    grouped: pd.DataFrame
    chances: PastChances

    @cached_property
    def places(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The place of each row's month among the months."""
        numbers = np.array([o.number for o in self.opened])
        return np.searchsorted(numbers, self.grouped[MONTH].to_numpy(dtype=float))

    def _chance(self, method: str) -> Vector:
        steady = "smoothed" if method == "deal" else method
        return self.chances.of(steady, self.places, self.grouped["stage"])

    def _owns(self, method: str) -> Any:
        return (self.grouped[HAS_OWN] == 1).to_numpy() & (method == "deal")

    def worth(self, method: str) -> Vector:
        """Give each row's amount times probability.

        Args:
            method: ``smoothed``, ``configured``, ``historic`` or ``deal``.
        """
        by_stage = whole(self.grouped, "amount") * self._chance(method)
        return np.where(self._owns(method), whole(self.grouped, "own amount"), by_stage)

    def squares(self, method: str) -> Vector:
        """Give each row's sum of squared differences of probability and outcome, as 1 and 0.

        Args:
            method: As in `worth`.
        """
        count = self.grouped[COUNT].to_numpy(dtype=float)
        won = self.grouped[WON_THEN].to_numpy(dtype=float)
        own = whole(self.grouped, "own square") + won * (count - 2 * whole(self.grouped, "own"))
        return np.where(self._owns(method), own, count * (self._chance(method) - won) ** 2)


def due(
    model: Model, opened: Sequence[Opening], past: Ended, keys: Sequence[Key], where: Where
) -> Due:
    """Find what was due in past months.

    Args:
        model: A model with deals, stages and snapshots.
        opened: The months.
        past: The deals won and lost.
        keys: What `by` names, over snapshots and `MONTH`.
        where: Conditions on snapshots.

    Raises:
        NotAvailable: No snapshot shows an open deal with an amount that was due.
        WrongValue: A snapshot shows a deal twice.
    """
    columns = list(dict.fromkeys(key.base for key in keys if key.base != MONTH))
    rows = due_pictures(model, opened, columns, where)
    groups = list(dict.fromkeys((MONTH, "stage", *(k.group for k in keys), WON_THEN, HAS_OWN)))
    sums = {"amount": "amount", "own amount": "own amount", "own": OWN, "own square": "own square"}
    require_one_picture(rows)
    grouped = grouped_sums(rows, groups, sums)
    if grouped.empty:
        raise NotAvailable(
            "no snapshot at the start of a month shows an open deal with amount, stage and "
            "expected close that was due in it"
        )
    return Due(opened, grouped, past_chances(model, past, [o.taken for o in opened]))


def won_by_month(
    model: Model, opened: Sequence[Opening], keys: Sequence[Key], where: Where
) -> pd.DataFrame:
    """Add up what was won in each month, and what of it was created in the same month.

    Args:
        model: A model with deals and snapshots.
        opened: The months that are judged.
        keys: What `by` names, over deals and `MONTH`; columns of `PICTURED` are those of the
            snapshot at the start of the month, missing where it does not show the deal.
        where: Conditions.

    Returns:
        A row for each `MONTH` and group, with the parts of ``won`` and ``fresh``.
    """
    rules, pictured = _conditions_of_deals(model, where)
    population = replace(WON_VALUED, rules=(*WON_VALUED.rules, *rules))
    bases = [key.base for key in keys if key.base not in {MONTH, *PICTURED}]
    columns = list(dict.fromkeys(("deal_id", "amount", *bases)))
    end = midnight(model.as_of + timedelta(days=1))
    rows = select(model, population, [*columns, "closed_on", "created"]).counted.filter(
        ~nw.col("closed_on").is_null(), nw.col("closed_on") < end
    )
    closed, created = (nw.col(name).dt for name in ("closed_on", "created"))
    month = closed.year().cast(nw.Float64()) * 12 + closed.month().cast(nw.Float64()) - 1
    started = created.year().cast(nw.Float64()) * 12 + created.month().cast(nw.Float64()) - 1
    fresh = (month == started).fill_null(value=False)
    rows = rows.with_columns(
        month.alias(MONTH),
        nw.when(fresh).then(nw.col("amount")).otherwise(nw.lit(0.0)).alias("fresh"),
    ).select(*columns, MONTH, "fresh")
    shown = list(dict.fromkeys(key.base for key in keys if key.base in PICTURED))
    if shown or pictured:
        told = opening_pictures(model, opened, shown, where if pictured else "")
        told = told.select("deal_id", MONTH, *shown).unique()
        how = "inner" if pictured else "left"
        rows = rows.join(told, on=["deal_id", MONTH], how=how)  # type: ignore[arg-type]
    groups = list(dict.fromkeys((MONTH, *(key.group for key in keys))))
    return grouped_sums(rows, groups, {"won": "amount", "fresh": "fresh"})


def _conditions_of_deals(model: Model, where: Where) -> tuple[list[Rule], bool]:
    """Turn conditions into rules for deals, and say whether some ask for what snapshots show."""
    rules: list[Rule] = []
    pictured = False
    for condition in conditions(where):
        path = path_to(model, "snapshots", condition.column)
        if not path.hops and path.column in PICTURED:
            pictured = True
            continue
        try:
            test = filter_of(model, "deals", condition)
        except NotAvailable:  # a seller of snapshots may have left no deal
            none = nw.col("deal_id").is_null() & ~nw.col("deal_id").is_null()
            rules.append(Rule(none, "not met", ("deal_id",)))
            continue
        rules.append(Rule(test.keeps, f"not {test.words}", test.columns))
    return rules, pictured


def asks_for_pictures(model: Model, where: Where) -> bool:
    """Say whether conditions ask for what only snapshots show: then past sales tell nothing.

    Args:
        model: A model with snapshots.
        where: The conditions.
    """
    return _conditions_of_deals(model, where)[1]


def whole(grouped: pd.DataFrame, name: str) -> Vector:
    """Give the sum of each group of a result of `grouped_sums`.

    Args:
        grouped: The result.
        name: The sum's name.
    """
    coarse, fine = (grouped[part].to_numpy(dtype=float) for part in part_names(name))
    return np.asarray(coarse + fine)


def by_code(values: Vector, codes: Any, count: int) -> Vector:
    """Add up values by group, whatever their order.

    Args:
        values: n numbers.
        codes: The group of each.
        count: How many groups there are.

    Raises:
        OutOfDomain: A sum is beyond the largest number.
    """
    try:
        return sums_by_code(values, codes, count)
    except OverflowError:
        raise overflow("what was forecast or won") from None


def monthly(grouped: pd.DataFrame, name: str, first: int, last: int) -> Vector:
    """Give a sum for each month of a span, 0 where there is none.

    Args:
        grouped: A result of `won_by_month`.
        name: ``won`` or ``fresh``.
        first: The first month.
        last: The last month.
    """
    values = whole(grouped, name)
    places = grouped[MONTH].to_numpy(dtype=float).astype(np.int64) - first
    inside = (places >= 0) & (places <= last - first)
    return by_code(values[inside], places[inside], max(last - first + 1, 0))


def by_month(
    model: Model, opened: Sequence[Opening], past: Ended, where: Where
) -> tuple[Past, Due]:
    """Forecast past months by every method.

    Args:
        model: A model with deals, stages and snapshots.
        opened: All months that snapshots allow, in order.
        past: The deals won and lost.
        where: Conditions.

    Returns:
        The forecasts, and the deals that were due. Where the conditions ask for what only
        snapshots show, there are none by past sales.
    """
    found = due(model, opened, past, (), where)
    count = len(opened)
    made = {
        method: by_code(found.worth(method), found.places, count)
        for method in ("smoothed", "configured", "historic", "deal")
    }
    won = won_by_month(model, opened, (), where)
    numbers = np.array([o.number for o in opened])
    known = np.array([o.known for o in opened])
    start = int(numbers[0]) if past.first is None else past.first.year * 12 + past.first.month - 1
    start = min(start, int(numbers[0]))
    values = monthly(won, "won", start, int(numbers[-1]))
    actual = values[numbers - start]
    seasoned = known - start >= 11
    if not asks_for_pictures(model, where):
        by_past = [by_sales(values[: o.known - start + 1], o.number - o.known) for o in opened]
        made |= {name: np.array([one[name] for one in by_past]) for name in BY_SALES}
        fresh = monthly(won, "fresh", start, int(numbers[-1]))
        created = [_create_and_close(model, fresh[: o.known - start + 1]) for o in opened]
        made[LANDING] = made["smoothed"] + np.array(created)
    facts = Past(numbers, known, made, actual, seasoned)
    return replace(facts, made={**made, COMBINED: combined(facts)}), found


def _create_and_close(model: Model, fresh: Vector) -> float:
    """Give the mean of what the last like months brought from deals created within them."""
    settings = model.settings
    most, needed = (int(settings.number(n)) for n in ("like_periods", "like_periods_needed"))
    return float(fresh[-most:].mean()) if len(fresh) >= max(needed, 1) else 0.0
