"""The strategy as it stands in the workbook: objectives, their measures, checked and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.scores import score
from xlcrm.errors import CrmError, NotAvailable, OutOfDomain, WrongValue, suggestion
from xlcrm.model.model import Model
from xlcrm.reduce.problems import problem_error
from xlcrm.stats.exact import sums_by_code

Vector = np.ndarray[Any, np.dtype[np.float64]]

_MEASURE_NUMBERS = ("weight", "baseline", "red", "target", "stretch", "band_low", "band_high")
_MEASURED = ("actual", "previous")


@dataclass(frozen=True)
class Strategy:
    """Objectives and measures of one model.

    Attributes:
        objectives: ``objective_id``, ``objective``, ``perspective`` (its own or the nearest
            ancestor's), ``weight``, ``parent`` (the position of its parent, -1 at the top),
            ``depth`` (0 at the top).
        measures: The columns of the kind; ``weight`` filled in, ``at`` (the position of its
            objective), ``score`` and ``previous_score`` (NaN where missing).
    """

    objectives: pd.DataFrame
    measures: pd.DataFrame


def strategy(model: Model, method: str = "") -> Strategy:
    """Read objectives and measures, refuse what makes no tree, and score the measures.

    Args:
        model: A model with measures, and with objectives unless measures name them in words.
        method: The scoring rule (docs/methods.md, Scores); measures with a band are scored by it.

    Raises:
        NotAvailable: There are no measures, or a measure's objective is not there.
        OutOfDomain: A weight is negative, a red equals its target, or parents form a circle.
        WrongValue: An objective stands twice, or there is no such method.
    """
    measures = _rows(model, "measures", [c.name for c in model.table("measures").kind.columns])
    objectives = _objectives(model, measures)
    _refuse_negative(model, "measures", measures)
    places = {name: k for k, name in enumerate(objectives["objective_id"])}
    at = [_place(model, places, row, name) for row, name in enumerate(measures["objective_id"])]
    measures = measures.assign(at=at, weight=measures["weight"].fillna(1.0))
    share = model.settings.number("threshold_share")
    scored = {
        name: _scores(model, measures, column, method, share)
        for name, column in (("score", "actual"), ("previous_score", "previous"))
    }
    return Strategy(objectives, measures.assign(**scored))


def _rows(model: Model, kind: str, names: Sequence[str]) -> pd.DataFrame:
    columns = model.columns(kind, names)
    for name, problems in columns.problems.items():
        raise problem_error(model, kind, name, problems[0])
    frame = columns.frame.collect().to_pandas()
    texts = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(texts, "str")).reset_index(drop=True)


def _objectives(model: Model, measures: pd.DataFrame) -> pd.DataFrame:
    if "objectives" in model.tables:
        names = ["objective_id", "objective", "perspective", "parent_id", "weight"]
        frame = _rows(model, "objectives", names)
    else:
        frame = pd.DataFrame({"objective_id": sorted(measures["objective_id"].dropna().unique())})
        frame = frame.assign(objective=frame["objective_id"], weight=np.nan)
        frame = frame.assign(perspective=None, parent_id=None)
    twice = frame["objective_id"].duplicated()
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        place = model.table("objectives").place(row)
        raise WrongValue(f"objectives, {place}: {frame['objective_id'][row]!r} stands twice")
    _refuse_negative(model, "objectives", frame)
    places = {name: k for k, name in enumerate(frame["objective_id"])}
    parent = np.array([_parent(model, places, k, p) for k, p in enumerate(frame["parent_id"])])
    depth = _depths(model, parent)
    perspective = frame["perspective"].to_numpy(dtype=object).copy()
    for k in np.argsort(depth, kind="stable"):
        if pd.isna(perspective[k]):
            perspective[k] = perspective[parent[k]] if parent[k] >= 0 else "(none)"
    return frame.assign(
        objective=frame["objective"].fillna(frame["objective_id"]),
        perspective=perspective,
        weight=frame["weight"].fillna(1.0),
        parent=parent,
        depth=depth,
    )


def _parent(model: Model, places: dict[str, int], row: int, name: Any) -> int:
    if pd.isna(name):
        return -1
    if name not in places:
        place = model.table("objectives").place(row)
        raise NotAvailable(f"objectives, {place}: no parent {name!r}; {suggestion(name, places)}")
    return places[name]


def _depths(model: Model, parent: Any) -> Any:
    """Count the steps to the top; who is not there after as many as there are rows, circles."""
    depth, above = np.zeros(len(parent), dtype=int), parent.copy()
    for _ in range(len(parent)):
        climbing = above >= 0
        if not climbing.any():
            return depth
        depth[climbing] += 1
        above = np.where(climbing, parent[above], -1)
    if (above >= 0).any():
        place = model.table("objectives").place(int(np.flatnonzero(above >= 0)[0]))
        raise OutOfDomain(f"objectives, {place}: the parents form a circle; give one no parent")
    return depth


def _place(model: Model, places: dict[str, int], row: int, name: Any) -> int:
    if pd.isna(name) or name not in places:
        place = model.table("measures").place(row)
        shown = "" if pd.isna(name) else str(name)
        raise NotAvailable(
            f"measures, {place}: no objective {shown!r}; {suggestion(shown, places)}"
        )
    return places[name]


def _refuse_negative(model: Model, kind: str, frame: pd.DataFrame) -> None:
    negative = np.flatnonzero(frame["weight"].to_numpy(dtype=float) < 0)
    if negative.size:
        place = model.table(kind).place(int(negative[0]))
        raise OutOfDomain(f"{kind}, {place}: a weight is negative; weights are 0 or more")


def _scores(model: Model, measures: pd.DataFrame, column: str, method: str, share: float) -> Vector:
    """Score a column of values; measures without a red line and without a band have no score."""
    of = {name: measures[name].to_numpy(dtype=float) for name in (*_MEASURE_NUMBERS, column)}
    none = np.full(len(measures), np.nan)
    answer = none.copy()
    banded = ~np.isnan(of["band_low"]) & ~np.isnan(of["band_high"])
    start = of["baseline"] if method.strip().casefold() == "progress" else of["red"]
    plain = ~banded & ~np.isnan(start) & ~np.isnan(of["target"])
    for rows, target, red, stretch, rule in (
        (plain, of["target"], start, of["stretch"], method),
        (banded, of["band_low"], of["red"], of["band_high"], "band"),
    ):
        try:
            answer[rows] = score(
                of[column][rows], target[rows], red[rows], stretch[rows], none[rows], rule, share
            )
        except OutOfDomain as error:
            raise _with_row(model, measures, rows, target, red, error) from None
    return answer


def _with_row(
    model: Model, measures: pd.DataFrame, rows: Any, target: Vector, red: Vector, error: CrmError
) -> CrmError:
    """Name the row of the measure that a scoring rule refuses."""
    equal = np.flatnonzero(rows & (target == red))
    if not equal.size:
        return error
    row = int(equal[0])
    place = model.table("measures").place(row)
    return OutOfDomain(f"measures, {place} ({measures['measure'][row]}): {error.message}")


def has_rule(measures: pd.DataFrame) -> Any:
    """Say which measures can be scored: those with a target and a red line, or a band."""
    numbers = measures[["red", "baseline", "target", "band_low", "band_high"]].notna()
    banded = numbers["band_low"] & numbers["band_high"]
    return (banded | (numbers["target"] & (numbers["red"] | numbers["baseline"]))).to_numpy()


def depths_within(parent: Any, group: Any) -> tuple[Any, Any]:
    """Cut a tree at the borders of groups.

    Args:
        parent: The position of each row's parent, -1 at the top; no circles.
        group: The group of each row.

    Returns:
        The parents within the group, and the number of steps to the top of the group.
    """
    inside = np.where((parent >= 0) & (group[parent] == group), parent, -1)
    depth, above = np.zeros(len(inside), dtype=int), inside.copy()
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, inside[above], -1)
    return inside, depth


def rolled_up(
    of: Strategy, parent: Any, depth: Any, missing: str = "ignore"
) -> tuple[Vector, Vector]:
    """Roll the measures' scores up a tree of objectives (docs/methods.md, Roll-up).

    Args:
        of: The strategy.
        parent: The position of each objective's parent, -1 at the top.
        depth: The steps from each objective to the top.
        missing: What a missing score does: ``ignore`` renormalises the weights of the others,
            ``zero`` counts it as 0, ``blank`` makes whatever rests on it missing too.

    Returns:
        Score and coverage of each objective: the weighted mean of its measures and of the
        objectives under it, and the share of the weights that is present.
    """
    ruled = of.measures[has_rule(of.measures)]
    at, weight = ruled["at"].to_numpy(dtype=int), ruled["weight"].to_numpy(dtype=float)
    sums = Sums.of(at, weight, ruled["score"].to_numpy(dtype=float), len(of.objectives))
    own = of.objectives["weight"].to_numpy(dtype=float)
    answer, coverage = np.full(len(own), np.nan), np.zeros(len(own))
    for level in range(int(depth.max(initial=0)), -1, -1):
        here = np.flatnonzero(depth == level)
        answer[here], coverage[here] = (part[here] for part in sums.means(missing))
        under = here[parent[here] >= 0]
        sums.add(parent[under], own[under], answer[under], coverage[under])
    return answer, coverage


@dataclass(frozen=True)
class Sums:
    """What weighted means are made of, by group.

    Attributes:
        whole: All weights.
        present: The weights of those with a score.
        points: Weights times scores.
        covered: Weights times coverage.
    """

    whole: Vector
    present: Vector
    points: Vector
    covered: Vector

    @classmethod
    def of(cls, group: Any, weight: Vector, scores: Vector, groups: int) -> Sums:
        """Begin with the scores of measures.

        Args:
            group: The group of each measure, whole numbers from 0.
            weight: Their weights.
            scores: Their scores, NaN where missing.
            groups: How many groups there are.
        """
        sums = cls(*(np.zeros(groups) for _ in range(4)))
        sums.add(group, weight, scores, (~np.isnan(scores)).astype(float))
        return sums

    def add(self, group: Any, weight: Vector, scores: Vector, coverage: Vector) -> None:
        """Add scores to their groups, in an order that never matters.

        Args:
            group: The group of each score.
            weight: Their weights.
            scores: The scores, NaN where missing.
            coverage: The share of the weights under each that is present.
        """
        there = ~np.isnan(scores)
        groups = len(self.whole)
        self.whole[:] += sums_by_code(weight, group, groups)
        self.present[:] += sums_by_code(np.where(there, weight, 0.0), group, groups)
        points = np.where(there, weight * np.nan_to_num(scores), 0.0)
        self.points[:] += sums_by_code(points, group, groups)
        self.covered[:] += sums_by_code(weight * coverage, group, groups)

    def means(self, missing: str) -> tuple[Vector, Vector]:
        """Give score and coverage of each group."""
        by = self.whole if missing == "zero" else self.present
        mean = np.divide(self.points, by, out=np.full(len(by), np.nan), where=by > 0)
        if missing == "blank":
            mean = np.where(self.present < self.whole, np.nan, mean)
        return mean, np.divide(
            self.covered, self.whole, out=np.zeros(len(by)), where=self.whole > 0
        )
