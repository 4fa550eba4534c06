"""How well past months were forecast, by each method or for each group, and which to trust.

The rules stand in docs/methods.md: Forecast accuracy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.forecast.accuracy.by_group import by_group
from xlcrm.analytics.forecast.accuracy.past_forecasts import LANDING, Due, by_code, by_month
from xlcrm.analytics.forecast.accuracy.past_pictures import (
    HAS_OWN,
    Opening,
    has_own_chances,
    openings,
)
from xlcrm.analytics.forecast.accuracy.past_rates import Ended, ended
from xlcrm.analytics.forecast.accuracy.trust import COMBINED, Past, leaning, trusted, weights
from xlcrm.analytics.options import option
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, shortened
from xlcrm.kpis.probability import METHODS as BY_STAGE
from xlcrm.model.model import Model
from xlcrm.periods import Period, shifted
from xlcrm.reduce.sums import COUNT
from xlcrm.stats.accuracy import bias, skill, wape

NAIVE = "naive"
METHODS = (*BY_STAGE, LANDING, "same month", "average", "series", COMBINED, NAIVE)
"""The methods that are judged, in the order of the result."""

FEWEST = 3
"""Months that it takes to judge a forecast."""

Cell = float | str | ExcelError


def forecast_accuracy(
    model: Model, by: str = "", where: Where = "", period: str = "", method: str = "smoothed"
) -> pd.DataFrame:
    """Measure past forecasts against what was won, and say which method to trust.

    Args:
        model: A model with deals, snapshots and stages.
        by: Columns of snapshots or related tables, and month, quarter or year.
        where: Conditions on the same; `stage`, `expected_close` and `status` are those of the
            snapshot.
        period: The months that are judged, as far as they lie in it wholly.
        method: With ``by``, the method that is judged, one of the methods of stage probability.

    Returns:
        One row a method: ``method``; ``periods``, the months judged; ``forecast`` and ``actual``
        in money, their sums; ``wape`` and ``bias``, fractions of the actual; ``skill`` against
        naive; ``brier``, of the probabilities of deals; ``trust``, yes for one; ``words``. With
        ``by`` one row a group, see `by_group`.

    Raises:
        NotAvailable: Fewer than 3 months have a snapshot at their start, or nothing is known of
            their deals.
        WrongValue: There is no such method, or `by` cuts by days or weeks.
    """
    asked = option("method", method, BY_STAGE)
    for kind in ("deals", "snapshots", "stages"):
        model.table(kind)
    opened = openings(model)
    judged = _judged(opened, period_in(model, period))
    closed = ended(model)
    if closed.first is None or closed.first > model.as_of:
        raise NotAvailable("no deal was won or lost yet: there is nothing to judge a forecast by")
    if by.strip():
        if asked == "deal" and not has_own_chances(model):
            raise NotAvailable("no deal has a probability of its own: fill it in, or leave method")
        return by_group(model, by, where, [opened[k] for k in judged], closed, asked)
    return _by_method(model, opened, judged, closed, where)


def _judged(opened: Sequence[Opening], days: Period) -> list[int]:
    """Choose the months that lie in the period wholly."""
    judged = [
        place
        for place, one in enumerate(opened)
        if (days.first is None or one.month >= days.first)
        and (days.last is None or shifted(one.month, "month", 1) <= days.last + timedelta(days=1))
    ]
    if len(judged) < FEWEST:
        inside = "" if days.is_all else f" of {days.words}"
        raise NotAvailable(
            f"{len(judged)} whole months{inside} have a snapshot at their start, and {FEWEST} are "
            "needed: keep a snapshot of the deals from the end of every month"
        )
    return judged


def _by_method(
    model: Model, opened: Sequence[Opening], judged: list[int], closed: Ended, where: Where
) -> pd.DataFrame:
    past, due = by_month(model, opened, closed, where)
    found = weights(_part(past, judged), int(past.months[judged[-1]]))
    trust = trusted(found)
    actual = past.actual[judged]
    naive = past.made.get(NAIVE)
    has_own = bool((due.grouped[HAS_OWN] == 1).any())
    rows: list[list[Cell]] = []
    for name in METHODS:
        made = past.made.get(name)
        trusts = "yes" if name == trust else "no"
        if made is None or (name == "deal" and not has_own):
            why = "no deal has a probability of its own"
            if made is None:
                why = "past sales by what a snapshot shows are not known"
            blanks: list[Cell] = [ExcelError.NA] * 4
            rows.append(
                [name, float(len(judged)), ExcelError.NA, float(actual.sum()), *blanks, trusts, why]
            )
            continue
        said = made[judged]
        figures = _figures(said, actual, None if naive is None else naive[judged])
        brier = _brier(due, name, judged) if name in BY_STAGE else ExcelError.NA
        words = _words(name, figures, len(judged))
        if name == trust:
            words = _advice(name, words, found, _missed(naive, judged, actual))
        elif name in ("smoothed", "historic", LANDING) and due.chances.fallen_back == len(opened):
            words += "; configured: nothing tells how far closed deals came"
        elif name == "deal":
            words += "; by today's probabilities, those of then are not kept"
        rows.append([name, float(len(judged)), *figures, brier, trusts, shortened(words)])
    columns = ["method", "periods", "forecast", "actual", "wape", "bias", "skill", "brier"]
    return pd.DataFrame(_columns(rows, [*columns, "trust", "words"]))


def _columns(rows: list[list[Cell]], names: list[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for place, name in enumerate(names):
        cells = [row[place] for row in rows]
        if all(type(cell) is float for cell in cells):
            answer[name] = np.array(cells, dtype=float)
            continue
        column = np.empty(len(cells), dtype=object)
        column[:] = cells
        answer[name] = column
    return answer


def _part(past: Past, judged: list[int]) -> Past:
    """Keep the months that are judged."""
    return Past(
        past.months[judged],
        past.known[judged],
        {name: made[judged] for name, made in past.made.items()},
        past.actual[judged],
        past.seasoned[judged],
    )


def _figures(said: Any, actual: Any, naive: Any) -> list[Cell]:
    """Give forecast, actual, wape, bias and skill."""
    gained: Cell = ExcelError.NA
    if naive is not None:
        gained = _ratio(skill(np.abs(actual - said).sum(), np.abs(actual - naive).sum()))
    return [
        float(said.sum()),
        float(actual.sum()),
        _ratio(wape(actual, said)),
        _ratio(bias(actual, said)),
        gained,
    ]


def _ratio(value: float) -> Cell:
    return ExcelError.DIV0 if np.isnan(value) else float(value)


def _brier(due: Due, method: str, judged: list[int]) -> Cell:
    inside = np.isin(due.places, judged)
    count = float(due.grouped[COUNT].to_numpy(dtype=float)[inside].sum())
    if not count:
        return ExcelError.DIV0
    squares = due.squares(method)[inside]
    return float(by_code(squares, np.zeros(len(squares), dtype=np.int64), 1)[0]) / count


def _words(name: str, figures: list[Cell], months: int) -> str:
    missed, off = figures[2], figures[3]
    if not isinstance(missed, float) or not isinstance(off, float):
        return f"{name}: nothing was won in {months} months"
    size = f"{abs(off):.0%}"
    level = f"{size} too {'high' if off > 0 else 'low'}" if size != "0%" else "right on the whole"
    return f"{name}: missed by {missed:.0%} on average over {months} months; forecasts were {level}"


def _missed(naive: Any, judged: list[int], actual: Any) -> Cell:
    return ExcelError.NA if naive is None else _ratio(wape(actual, naive[judged]))


def _advice(name: str, words: str, found: dict[str, float], naive: Cell) -> str:
    """Say which method to trust and why."""
    beside = "" if isinstance(naive, ExcelError) else f"; naive missed by {naive:.0%}"
    rests = f"; it rests on {leaning(found)}" if name == COMBINED else ""
    return f"trust {words}{beside}{rests}"
