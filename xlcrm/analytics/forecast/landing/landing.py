"""Where the month, the quarter and the year will land."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from xlcrm.analytics.figures import kpi_value, period_in
from xlcrm.analytics.forecast.landing.by_pipeline import Pending
from xlcrm.analytics.forecast.landing.methods import METHODS, Ground, Landing, ground_of, least_of
from xlcrm.analytics.forecast.landing.ranges import Outcome, certain
from xlcrm.analytics.forecast.landing.seasons import EVEN, Season
from xlcrm.analytics.forecast.landing.spans import OF_DEALS, Span, spans_of, target_of
from xlcrm.analytics.forecast.monthly import number_of, sum_named
from xlcrm.analytics.forecast.open_values import checked_target, framed
from xlcrm.analytics.options import method_named
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, OutOfDomain, WrongValue, shortened
from xlcrm.kpis.declaration import Better, Kpi
from xlcrm.model.model import Model

_ON_ONE_DAY = frozenset({"order_id", "deal_id"})
"""Ids of what happens on one day: counts of them by month add up."""


def landing(
    model: Model,
    kpi: str = "revenue",
    where: Where = "",
    period: str = "",
    target: float | None = None,
    method: str = "pace",
) -> pd.DataFrame:
    """Say where periods land that have not ended (docs/methods.md: Landing).

    Args:
        model: The model.
        kpi: The KPI, a sum, or a count of what happens on one day.
        where: Conditions on the rows that count.
        period: A period that `as_of` lies in; "" for its month, quarter and year.
        target: The value to reach in that period; None for that of the targets.
        method: ``pace``, ``series`` or ``pipeline``.

    Returns:
        A row a period: ``period``, ``actual`` (to `as_of`), ``elapsed`` (the season's share that
        has passed), ``remaining``, ``landing``, ``low``, ``high``, ``target``, ``attainment``
        (landing by target), ``gap`` (landing less target), ``pace`` (actual by what the target
        asks to date), ``probability`` (of the target or better), ``method`` and ``note``.

    Raises:
        NotAvailable: There are no rows, or the period has ended or not begun.
        OutOfDomain: The target is negative, or a figure is beyond the largest number.
        WrongValue: There is no such KPI, method or period, the KPI is no sum, or a target stands
            without its period.
    """
    declared, wanted = _kpi(model, kpi), method_named(method, METHODS)
    aim = checked_target(target)
    days = period_in(model, period)
    if aim is not None and days.is_all:
        raise WrongValue("a target is that of one period: name it too, such as this year")
    reduced = declared
    if wanted == "pipeline":
        reduced = _of_deals(model, declared)
    model.table(declared.population(model).table)  # rather this than a missing date
    spans = spans_of(model, declared, where, days)
    ground = ground_of(model, reduced, where, spans, required=wanted != "pipeline")
    rows = []
    for span in spans:
        goal, told = (aim, "") if aim is not None else target_of(model, declared, where, span)
        rows.append(_row(ground, span, goal, wanted, told))
    return framed(rows)


def _kpi(model: Model, name: str) -> Kpi:
    kpi = sum_named(model, name)
    if not set(kpi.numerator.distinct) <= _ON_ONE_DAY:
        raise WrongValue(f"{kpi.name} is no sum: its months do not add up to a quarter or a year")
    return kpi


def _of_deals(model: Model, kpi: Kpi) -> Kpi:
    """Give what open deals add to: what is won, whatever stands in the orders."""
    if kpi.name not in OF_DEALS:
        names = " or ".join(OF_DEALS)
        raise WrongValue(f"pipeline lands {names}: open deals say nothing of {kpi.name}")
    return sum_named(model, OF_DEALS[-1])


def _row(ground: Ground, span: Span, target: float | None, method: str, told: str) -> Any:
    actual = _actual(ground, span)
    elapsed, words = _elapsed(ground, span)
    if span.last == ground.model.as_of:
        found = Landing(0.0, certain(actual), "its last day: nothing is still to come")
    else:
        found = METHODS[method](ground, span, actual, elapsed)
    remaining = found.remaining
    lands: Any = remaining if isinstance(remaining, ExcelError) else actual + remaining
    low, high = _ends(found.outcome, lands, ground.level)
    figures = [one for one in (actual, lands, low, high) if not isinstance(one, ExcelError)]
    if not all(map(math.isfinite, figures)):
        raise OutOfDomain("overflow: a landing is beyond 1.8E+308; look for a mistyped amount")
    return {
        "period": span.name,
        "actual": actual,
        "elapsed": elapsed,
        "remaining": remaining,
        "landing": lands,
        "low": low,
        "high": high,
        **_against(ground, target, actual, elapsed, lands, found.outcome),
        "method": method,
        "note": shortened("; ".join(part for part in (words, found.words, told) if part)),
    }


def _ends(outcome: Outcome | Pending | None, lands: Any, level: float) -> tuple[Any, Any]:
    if outcome is None:
        return ExcelError.NA, ExcelError.NA
    low, high = (outcome.quantile(0.5 + side * level / 2) for side in (-1, 1))
    return min(low, lands), max(high, lands)


def _actual(ground: Ground, span: Span) -> float:
    if span.first.day == 1:
        return ground.found.so_far(number_of(span.first))
    days = f"{span.first}..{ground.model.as_of}"
    return kpi_value(ground.model, ground.kpi.name, ground.where, days)


def _elapsed(ground: Ground, span: Span) -> tuple[float, str]:
    """Give the share of a period's season that has passed, and where the season comes from."""
    season, words = ground.season, ground.season.words
    if not season.share(span.first, span.last):
        season, words = Season(EVEN, ""), f"{words} has no weight in {span.name}: by its days"
    passed = season.share(span.first, ground.model.as_of)
    return passed / season.share(span.first, span.last), words


def _against(
    ground: Ground,
    target: float | None,
    actual: float,
    elapsed: float,
    lands: Any,
    outcome: Outcome | Pending | None,
) -> dict[str, Any]:
    """Compare a landing with its target; the reason's error where there is none."""
    if target is None:
        names = ("target", "attainment", "gap", "pace", "probability")
        return dict.fromkeys(names, ExcelError.NA)
    known = not isinstance(lands, ExcelError)
    due = target * elapsed
    return {
        "target": target,
        "attainment": (lands / target if target else ExcelError.DIV0) if known else lands,
        "gap": lands - target if known else lands,
        "pace": actual / due if due else ExcelError.DIV0,
        "probability": _chance(ground, target, actual, outcome),
    }


def _chance(
    ground: Ground, target: float, actual: float, outcome: Outcome | Pending | None
) -> float | ExcelError:
    """Give the chance of the target or more; of no more than it where less is better."""
    fewer = ground.kpi.better is Better.LOWER
    if outcome is None:
        least = least_of(ground, actual)
        if target < least or (target == least and not fewer):
            return 0.0 if fewer else 1.0
        return ExcelError.NA
    return 1.0 - outcome.reaching(target, beyond=True) if fewer else outcome.reaching(target)
