"""How often deals are won, by seller and line, and which differences are more than chance."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in, ratio
from xlcrm.analytics.no_figure import no_figures, where_known
from xlcrm.analytics.options import option
from xlcrm.analytics.sellers.outcomes import (
    counted_as,
    days_before,
    deals_counted,
    mature_age,
)
from xlcrm.analytics.sellers.significance import against_the_rest, of_the_rest
from xlcrm.analytics.sellers.win_curve import win_curve
from xlcrm.cells import number_text
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.grouping import Key, keys_of, label_column, with_groups
from xlcrm.reduce.population import require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals
from xlcrm.stats.proportion import wilson

METHODS = ("closed", "cohort", "aged", "curve")
"""How deals are counted, the default first (docs/methods.md, Conversion)."""

COUNTS = ("deals", "amount")
"""What is counted, the default first."""

Vector = np.ndarray[Any, np.dtype[np.float64]]


def conversion(
    model: Model,
    by: str = "owner",
    where: Where = "",
    period: str = "",
    count: str = "deals",
    method: str = "closed",
) -> pd.DataFrame:
    """Compare how often groups win, each with the rest of its line.

    Args:
        model: A model with deals.
        by: What is compared; further columns are the lines within which it is compared.
        where: Conditions on deals.
        period: The days of closing (closed, aged) or creation (cohort, curve) that count.
        count: One of `COUNTS`.
        method: One of `METHODS`.

    Returns:
        The columns of ``by``; ``won``, ``lost``, ``open`` (counted in ``n`` and not closed) in
        deals or money, ``n`` deals; ``rate`` with its Wilson interval ``low`` and ``high``;
        ``rest`` (the rate of all others of the line), ``p_value``, ``adjusted`` (by Holm),
        ``different`` (better, worse or no) and ``note``. For curve the columns of
        `win_curve`.

    Raises:
        NotAvailable: No deal counts.
        OutOfDomain: The setting confidence_level is 1.
        WrongValue: There is no such method, or nothing such to count.
    """
    chosen = option("method", method, METHODS)
    by_value = option("count", count, COUNTS) == "amount"
    model.table("deals")
    if chosen == "curve":
        return win_curve(model, by, where, period, by_value=by_value)
    population = deals_counted(model, chosen, by_value=by_value)
    keys = keys_of(model, population, by)
    days = period_in(model, period)
    grown = mature_age(model, where) if chosen == "cohort" else None
    sums = dict(counted_as(by_value=by_value))
    if grown is not None:
        edge = midnight(days_before(model.as_of, grown))
        sums["young"] = nw.when(nw.col("created") > edge).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    told_by = [
        "status",
        *(["amount"] if by_value else []),
        *(["created"] if grown is not None else []),
    ]
    asked = list(dict.fromkeys([*(key.base for key in keys), *told_by]))
    selection = select(model, population, asked, where, days)
    grouped = grouped_sums(with_groups(selection.counted, keys), [key.group for key in keys], sums)
    require_rows(selection, int(grouped[COUNT].sum()), population)
    if grouped.empty:
        inside = "" if days.is_all else f" in {days.words}"
        raise NotAvailable(f"no {population.words} match{inside}")
    answer = totals(grouped, keys, {name: (name, None) for name in sums})
    notes = _notes(model, chosen, answer, grown, by_value=by_value)
    figures = _figures(model, answer, _lines(answer, keys), by_value=by_value)
    return pd.DataFrame({**labels_of(answer, keys), **figures, "note": notes})


def _lines(answer: pd.DataFrame, keys: tuple[Key, ...]) -> Any:
    """Number the lines within which the first name of `by` is compared."""
    columns = [label_column(key) for key in keys[1:]]
    if not columns:
        return np.zeros(len(answer), dtype=np.int64)
    return answer.groupby(columns, sort=False).ngroup().to_numpy()


def _figures(model: Model, answer: pd.DataFrame, lines: Any, *, by_value: bool) -> dict[str, Any]:
    won, lost, pending = (answer[name].to_numpy(dtype=float) for name in ("won", "lost", "open"))
    cases, n = won + lost + pending, answer[COUNT].to_numpy(dtype=float)
    rate = ratio(won, cases)
    figures = {"won": won, "lost": lost, "open": pending, "n": n, "rate": rate}
    untold = no_figures(len(answer))
    if by_value:  # amounts are no trials: there is neither an interval nor a test
        rest = _rest(of_the_rest(won, lines), of_the_rest(cases, lines))
        alone = np.bincount(lines)[lines] == 1
        rest = np.where(alone, untold, rest)
        tests = dict.fromkeys(("p_value", "adjusted", "different"), untold)
        return {**figures, "low": untold, "high": untold, "rest": rest, **tests}
    level = model.settings.number("confidence_level")
    if level >= 1:
        raise OutOfDomain("the setting confidence_level is 1: no interval is certain, set 0.95")
    low, high = wilson(won, cases, level)
    others = against_the_rest(won, cases, lines)
    ahead = won * others.cases - others.hits * cases
    rest = np.where(others.cases > 0, _rest(others.hits, others.cases), untold)
    return {
        **figures,
        "low": np.minimum(low, rate),
        "high": np.maximum(high, rate),
        "rest": rest,
        "p_value": where_known(others.p_value),
        "adjusted": where_known(others.adjusted),
        "different": _different(model, others.adjusted, ahead, n),
    }


def _rest(won: Vector, cases: Vector) -> Any:
    return ratio(won, cases).astype(object)


def _different(model: Model, adjusted: Vector, ahead: Vector, n: Vector) -> Any:
    """Say which groups are better or worse than the rest; #N/A where there is no rest."""
    sure = (adjusted < model.settings.number("significance")) & (
        n >= model.settings.number("least_deals")
    )
    answer = np.where(sure & (ahead > 0), "better", np.where(sure & (ahead < 0), "worse", "no"))
    return np.where(np.isnan(adjusted), no_figures(len(n)), answer.astype(object))


def _notes(
    model: Model, method: str, answer: pd.DataFrame, grown: float | None, *, by_value: bool
) -> list[str]:
    """Say what a reader of each rate should know; "" where there is nothing to say."""
    n = answer[COUNT].to_numpy(dtype=float)
    parts: list[list[str]] = []
    if method == "cohort" and grown is None:
        parts.append(["maturity unknown: no deal closed with both dates"] * len(answer))
    elif method == "cohort":
        share = number_text(round(100 * model.settings.number("mature_share"), 6))
        within = f"younger than the {number_text(grown or 0.0)} days in which {share} % close"
        parts.append(
            [f"immature: {y:,.0f} of {k:,.0f} {within}" if y else "" for y, k in _pairs(answer, n)]
        )
    if method == "aged" and not by_value:
        overdue = answer["open"].to_numpy(dtype=float)
        parts.append([f"overdue deals counted as lost: {k:,.0f}" if k else "" for k in overdue])
    if not by_value:
        least = model.settings.number("least_deals")
        few = f"fewer than {number_text(least)} deals"
        parts.append([few if k < least else "" for k in n])
    return ["; ".join(filter(None, some)) for some in zip(*parts, strict=True)] or [""] * len(
        answer
    )


def _pairs(answer: pd.DataFrame, n: Vector) -> Any:
    return zip(answer["young"].to_numpy(dtype=float), n, strict=True)
