"""The health of each phase of the CRM cycle (docs/methods.md: CRM cycle)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_value, period_in
from xlcrm.analytics.scorecard.strategy import strategy
from xlcrm.analytics.then_and_now import Figure, days_before, figures, gravest, text_of
from xlcrm.conditions import Where, conditions
from xlcrm.errors import ExcelError, shortened
from xlcrm.kpis.catalogue import figure as figure_named
from xlcrm.kpis.declaration import Better
from xlcrm.model.model import Model
from xlcrm.periods import Period

PHASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "understand": ("segmented_share", "lost_reason_known", "customer_value_index"),
        "offer": ("price_realisation", "vitality", "margin"),
        "sell": ("win_rate", "cycle_days", "average_deal"),
        "retain": ("churn_rate", "repeat_rate", "purchase_gap", "loyalty_ratio", "complaints"),
    }
)
"""The phases in their order, each with the KPIs that tell how it fares."""

_WHOLE = ("segmented_share",)
"""The KPIs that are over all rows up to the period's end: of a year without a new account it
would tell nothing."""

AS_BEFORE, BETTER, WORSE = 50.0, 55.0, 45.0
"""The score of a figure that stands as it did; above and below what score it is better, worse."""

ALL_INDICATORS = "(all)"
"""The indicator of a phase's own row."""

_NUMBERS = ("value", "previous", "change", "score")
_SIGN = {Better.HIGHER: 1.0, Better.LOWER: -1.0, Better.NEITHER: 0.0}


@dataclass(frozen=True)
class Health:
    """How an indicator fares.

    Attributes:
        kpi: The KPI's name.
        figure: The figure in the period and in the one before.
        change: By what part it changed, NaN where that cannot be told.
        score: 0 to 100, NaN where missing.
    """

    kpi: str
    figure: Figure
    change: float
    score: float


def cycle(model: Model, where: Where = "", period: str = "") -> pd.DataFrame:
    """Score the phases of the CRM cycle and their indicators.

    Args:
        model: The model.
        where: Conditions; an indicator whose table they are not about is missing.
        period: The days that count.

    Returns:
        ``phase``, ``indicator``, ``kpi``, ``value``, ``previous``, ``change``, ``score`` (0 to
        100), ``coverage`` (of the phase), ``status`` and ``note`` (why a figure is missing); a
        phase's own row stands before those of its indicators, with nothing but score, coverage and
        status.

    Raises:
        CrmError: No indicator has a score; the error says why.
        WrongValue: The period cannot be read, or has no beginning or end.
    """
    period_in(model, period)
    before = text_of(days_before(model, period))
    given = {} if conditions(where) else _scores_given(model)
    found = {
        phase: [_health(model, name, where, period, before, given) for name in names]
        for phase, names in PHASES.items()
    }
    every = [one for several in found.values() for one in several]
    if all(np.isnan(one.score) for one in every):
        raise gravest((one.figure.error for one in every), "no indicator has figures to compare")
    needed = model.settings.number("coverage_needed")
    rows = [row for phase, several in found.items() for row in _rows(phase, several, needed)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    numbers = {name: pd.Series(columns[name], dtype=object) for name in _NUMBERS}
    return pd.DataFrame(columns | numbers)


def _scores_given(model: Model) -> Mapping[str, float]:
    """Give the scores of the scorecard's measures that are read from a KPI as it stands.

    Several measures of one KPI count with their mean.
    """
    if "measures" not in model.tables:
        return {}
    measures = strategy(model, "").measures[["kpi", "by", "where", "score"]]
    names = measures[["kpi", "by", "where"]].fillna("").astype(str)
    plain = (names["kpi"] != "") & (names["by"] == "") & (names["where"] == "")
    kept = measures[plain & measures["score"].notna()]
    called = [figure_named(str(name)).name for name in kept["kpi"]]
    scores = kept["score"].to_numpy(dtype=float)
    return {name: float(np.mean(np.sort(scores[np.array(called) == name]))) for name in set(called)}


def _health(
    model: Model, name: str, where: Where, period: str, before: str, given: Mapping[str, float]
) -> Health:
    whole = name in _WHOLE
    now = text_of(Period(None, period_in(model, period).last, "")) if whole else period
    then = text_of(Period(None, days_before(model, period).last, "")) if whole else before
    (figure,) = figures(lambda span: {"": kpi_value(model, name, where, span)}, now, lambda: then)
    change = _change(figure)
    span = model.settings.number("cycle_span")
    score = given.get(name, _score(change * _SIGN[figure_named(name).better], span))
    return Health(name, figure, change, score)


def _change(figure: Figure) -> float:
    """Give by what part a figure changed; of nothing there is no part, unless nothing is left."""
    value, previous = figure.value, figure.previous
    if isinstance(value, ExcelError) or isinstance(previous, ExcelError):
        return float("nan")
    if previous == 0:
        return 0.0 if value == 0 else float("nan")
    return (value - previous) / abs(previous)


def _score(gain: float, span: float) -> float:
    """Give 50 as before, 100 and 0 for a gain and a loss of the span, straight between."""
    steps = gain / span if span else np.sign(gain) if np.isfinite(gain) else gain
    return float(np.clip(AS_BEFORE + 50.0 * steps, 0.0, 100.0))


def _rows(phase: str, several: Sequence[Health], needed: float) -> list[dict[str, Any]]:
    scores = np.array([one.score for one in several])
    known = scores[~np.isnan(scores)]
    coverage = len(known) / len(scores)
    whole = float(known.mean()) if len(known) else float("nan")
    short = bool(len(known)) and coverage < needed - 1e-12
    own = {
        "phase": phase,
        "indicator": ALL_INDICATORS,
        **dict.fromkeys(("kpi", "value", "previous", "change"), ""),
        "score": _cell(whole),
        "coverage": coverage,
        "status": "insufficient" if short else _status(whole),
        "note": "",
    }
    return [own, *(_row(phase, one, coverage) for one in several)]


def _row(phase: str, one: Health, coverage: float) -> dict[str, Any]:
    return {
        "phase": phase,
        "indicator": figure_named(one.kpi).title,
        "kpi": one.kpi,
        "value": one.figure.value,
        "previous": one.figure.previous,
        "change": _cell(one.change),
        "score": _cell(one.score),
        "coverage": coverage,
        "status": _status(one.score),
        "note": shortened(one.figure.note),
    }


def _cell(number: float) -> float | ExcelError:
    return ExcelError.NA if np.isnan(number) else number


def _status(score: float) -> str:
    if np.isnan(score):
        return "missing"
    return "better" if score > BETTER else "worse" if score < WORSE else "same"
