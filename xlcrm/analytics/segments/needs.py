"""What moves each segment to buy, and how its demand answers to prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.no_figure import no_figures
from xlcrm.analytics.options import option
from xlcrm.analytics.segments.elasticity import PRICED_SALES, elasticity
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.kpis.service import SURVEYS
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import groups_of, keys_of, with_groups
from xlcrm.reduce.population import Population, select
from xlcrm.reduce.sums import COUNT, grouped_sums
from xlcrm.stats.exact import sums_by_code
from xlcrm.stats.welch import welch_half_width

VIEWS = ("drivers", "elasticity")
"""What can be asked of needs; the default first."""

LEVERS = ("keep", "mend", "show", "watch")
"""Important and liked, important and not liked, less important and liked, and neither."""

_SAME = 1e-12
"""What rounding may leave of figures that are equal."""

Vector = np.ndarray[Any, Any]


def needs(
    model: Model, by: str = "segment", where: Where = "", period: str = "", show: str = "drivers"
) -> pd.DataFrame:
    """Say what moves each segment (docs/methods.md: Needs).

    Args:
        model: A model with surveys that name drivers; for elasticity, with orders.
        by: The columns that make the segments.
        where: Conditions on answers, or on orders.
        period: The days of answers, or of orders.
        show: One of `VIEWS`.

    Returns:
        For drivers the columns of ``by``; ``need``, ``answers``, ``importance`` (share of the
        segment's answers that name a driver), ``index`` (importance by that of all, in percent),
        ``score`` in points, ``effect`` (score less that of the segment's other answers) with its
        interval ``low`` and ``high``, ``lever``; segment by segment, the most important first.
        For elasticity see `elasticity`.

    Raises:
        NotAvailable: No answer names a driver, or no order tells a price.
        WrongValue: There is no such view.
    """
    if option("show", show, VIEWS) == "elasticity":
        return elasticity(model, by, where, period)
    return _drivers(model, by, where, period)


def population_of(_: Model, asked: Mapping[str, Any]) -> Population:
    """Give the rows that an answer rests on: survey answers, or order lines with prices."""
    of_orders = option("show", asked.get("show", ""), VIEWS) == "elasticity"
    return PRICED_SALES if of_orders else SURVEYS


def _drivers(model: Model, by: str, where: Where, period: str) -> pd.DataFrame:
    model.table("surveys")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    segments, driver = keys_of(model, SURVEYS, by), keys_of(model, SURVEYS, "surveys.driver")
    asked = list(dict.fromkeys([*(key.base for key in segments), "driver", "score"]))
    rows = select(model, SURVEYS, asked, where, days).counted
    columns = [*(key.group for key in segments), "driver", "score"]
    answers = grouped_sums(with_groups(rows, segments), columns, {})
    named = answers["driver"].notna().to_numpy(dtype=bool)
    if not named.any():
        inside = "" if days.is_all else f" in {days.words}"
        raise NotAvailable(f"no scored survey answer{inside} names a driver: enter it in Surveys")
    of = groups_of(answers, segments)
    pairs = groups_of(answers[named], [*segments, *driver])
    home = np.zeros(pairs.count, dtype=np.int64)
    home[pairs.codes] = of.codes[named]
    needed = pairs.labels[len(segments)]
    score, weight = (answers[name].to_numpy(dtype=float) for name in ("score", COUNT))
    all_of = _sums(score, weight, of.codes, of.count)
    centred = score - (all_of[1] / all_of[0])[of.codes]  # far less is lost in squares about it
    told = np.bincount(of.codes[named], weight[named], of.count)[home]
    own = _sums(score[named], weight[named], pairs.codes, pairs.count)
    own_spread = _sums(centred[named], weight[named], pairs.codes, pairs.count)
    spread = _sums(centred, weight, of.codes, of.count)[:, home]
    labels = dict(zip([key.name for key in segments], pairs.labels, strict=False))
    frame = pd.DataFrame(
        {
            **labels,
            "need": needed,
            **_importance(needed, own[0], told),
            **_effects(model, _Answers(own, own_spread), _Answers(all_of[:, home], spread)),
        }
    )
    important = frame["index"].to_numpy(dtype=float) >= 100 * (1 - _SAME)
    frame["lever"] = _levers(model, own, all_of[:, home], important)
    order = np.lexsort((np.arange(len(frame)), -own[0], home))
    return frame.iloc[order].reset_index(drop=True)


@dataclass(frozen=True)
class _Answers:
    """Sums over answers: their number, scores and squares, and the same about a segment's mean."""

    plain: Vector
    centred: Vector

    def without(self, others: _Answers) -> _Answers:
        return _Answers(self.plain - others.plain, self.centred - others.centred)

    @property
    def cases(self) -> Vector:
        cases: Vector = self.plain[0]
        return cases

    @property
    def mean(self) -> Vector:
        mean: Vector = self.plain[1] / np.maximum(self.cases, 1)
        return mean

    @property
    def variance(self) -> Vector:
        cases = np.maximum(self.cases, 2)
        found = (self.centred[2] - self.centred[1] ** 2 / cases) / (cases - 1)
        return np.where(found > _SAME, found, 0.0)


def _sums(values: Vector, weights: Vector, codes: Vector, groups: int) -> Vector:
    """Add up how often values occur, the values and their squares: three rows, one number each."""
    terms = (weights, weights * values, weights * values * values)
    return np.array([sums_by_code(term, codes, groups) for term in terms])


def _importance(needed: Vector, cases: Vector, told: Vector) -> dict[str, Vector]:
    """Compare how often a segment names a driver with how often all do."""
    codes, known = pd.factorize(needed)
    everywhere = np.bincount(codes, cases, len(known))[codes]
    expected = everywhere * told / cases.sum()
    return {"answers": cases, "importance": cases / told, "index": 100 * (cases / expected)}


def _effects(model: Model, own: _Answers, segment: _Answers) -> dict[str, Vector]:
    """Compare the score where a driver is named with the segment's other answers."""
    least = model.settings.number("least_answers")
    others = segment.without(own)
    level = model.settings.number("confidence_level")
    half = welch_half_width(own.cases, own.variance, others.cases, others.variance, level)
    effect = own.mean - others.mean
    told = own.cases >= least
    compared = told & (others.cases >= least)
    return {
        "score": _where(told, own.mean),
        "effect": _where(compared, effect),
        "low": _where(compared, effect - half),
        "high": _where(compared, effect + half),
    }


def _levers(model: Model, own: Vector, segment: Vector, important: Vector) -> Vector:
    """Choose what to do about a driver: by how often it is named, and how those score who do."""
    liked = own[1] * segment[0] >= segment[1] * own[0] * (1 - _SAME)
    words = np.array(LEVERS, dtype=object)[2 * ~important + ~liked]
    return _where(own[0] >= model.settings.number("least_answers"), words)


def _where(known: Vector, values: Vector) -> Vector:
    return values if known.all() else np.where(known, values, no_figures(len(values)))
