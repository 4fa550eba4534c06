"""An index over several tables as one number, or one a group (docs/methods.md: Roll-up)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import where_known
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import (
    ExcelError,
    NotAvailable,
    UnknownName,
    WrongValue,
    ZeroDenominator,
)
from xlcrm.kpis.composite import Composite, SubScore
from xlcrm.kpis.declaration import Kpi
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import Key, keys_of

Read = Callable[[Model, Kpi, Sequence[Key], Where, str, str], pd.DataFrame]
"""What reads a KPI by group: model, KPI, keys, conditions, period and method."""

Group = tuple[Any, ...]


@dataclass(frozen=True)
class PartFigures:
    """A sub-score of an index, read.

    Attributes:
        part: The sub-score.
        weight: Its weight.
        scores: Its score in each group that has one, 0 to 1.
        rows: How many rows counted for it in each group.
        names: The label of each group as a reader is told it.
        headings: What the labels are called.
        reason: Why there is none at all, or "".
    """

    part: SubScore
    weight: float
    scores: dict[Group, float]
    rows: dict[Group, float]
    names: dict[Group, Group]
    headings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def told(self) -> list[tuple[str, Any]]:
        """What it says of the whole, as items for an explanation: points, or why there are none."""
        if not self.part.weight:
            return [(self.part.name, self.scores.get((), self.why))]
        points = 100.0 * self.scores[()] if () in self.scores else self.why
        return [(f"{self.part.name}, 0 to 100", points)]

    @property
    def why(self) -> str:
        """Why there is no score of the whole."""
        return self.reason or "nothing to divide by"


def composite_value(
    read: Read, model: Model, of: Composite, where: Where, period: str, method: str
) -> float:
    """Give an index as one number.

    Args:
        read: Reads the KPIs that it is made of.
        model: The model.
        of: The index.
        where: Conditions on the rows of all its tables.
        period: The days that count.
        method: "": an index has no other.

    Returns:
        0 to 100 points, or the ratio.

    Raises:
        NotAvailable: Too few of its sub-scores have figures.
        ZeroDenominator: It is a ratio to nothing.
    """
    parts = part_figures(read, model, of, "", where, period, method)
    if of.is_ratio:
        return _ratio(of, parts[0])
    points, coverage = _rolled_up(parts, [()])
    needed = model.settings.number(of.needed)
    if np.isnan(_enough(points, coverage, needed)[0]):
        short = "; ".join(f"{one.part.name}: {one.why}" for one in parts if () not in one.scores)
        raise NotAvailable(
            f"{of.name}: {coverage[0]:.0%} of the weights have figures, {needed:.0%} are needed; "
            f"{short}"
        )
    return float(points[0])


def _ratio(of: Composite, part: PartFigures) -> float:
    if () in part.scores:
        return part.scores[()]
    if part.reason:
        raise NotAvailable(f"{of.name}: {part.reason}")
    below = part.part.below.title.lower() if part.part.below else "nothing"
    raise ZeroDenominator(f"{of.name}: no {below} to divide by")


def composite_table(
    read: Read, model: Model, of: Composite, by: str, where: Where, period: str, method: str
) -> pd.DataFrame:
    """Give an index for each group of `by`.

    Args:
        read: Reads the KPIs that it is made of.
        model: The model.
        of: The index.
        by: Units of time, or columns that all its tables lead to.
        where: Conditions on the rows of all its tables.
        period: The days that count.
        method: "": an index has no other.

    Returns:
        The columns of `by`, ``value`` (0 to 100 points, #N/A where too few sub-scores have
        figures; of a ratio the ratio, #DIV/0! where there is nothing to divide by), and ``n``, the
        rows that counted in all its tables; sorted by the former.

    Raises:
        NotAvailable: None of its sub-scores has figures.
    """
    parts = part_figures(read, model, of, by, where, period, method)
    readable = [one for one in parts if not one.reason]
    if not readable:
        raise NotAvailable(f"{of.name}: {'; '.join(one.reason for one in parts)}")
    names: dict[Group, Group] = {}
    for one in reversed(readable):
        names |= one.names
    groups = sorted(names, key=lambda group: [(isinstance(x, str), x) for x in names[group]])
    points = _enough(*_rolled_up(parts, groups), model.settings.number(of.needed))
    columns: dict[str, Any] = {
        heading: pd.Series([names[group][k] for group in groups], dtype=object)
        for k, heading in enumerate(readable[0].headings)
    }
    counted = [sum(one.rows.get(group, 0.0) for one in readable) for group in groups]
    if of.is_ratio:
        ratios = np.array([readable[0].scores.get(group, np.nan) for group in groups], dtype=float)
        columns["value"] = where_known(ratios, ExcelError.DIV0)
    else:
        columns["value"] = where_known(points)
    columns["n"] = np.array(counted, dtype=float)
    return pd.DataFrame(columns)


def part_figures(
    read: Read, model: Model, of: Composite, by: str, where: Where, period: str, method: str
) -> list[PartFigures]:
    """Read the sub-scores of an index; those without a weight are not looked at.

    Args:
        read: Reads the KPIs that they are made of.
        model: The model.
        of: The index.
        by: What is grouped by, "" for one group, whose label is ().
        where: Conditions on the rows of all its tables.
        period: The days that count.
        method: "": an index has no other.

    Raises:
        WrongValue: A method is named.
        UnknownName: A sub-score's table does not lead to a column of `by` or `where`.
        ZeroDenominator: All weights are 0.
    """
    if method.strip():
        raise WrongValue(f"{of.name} has one method; leave the argument out")
    weights = {p.name: model.settings.number(p.weight) if p.weight else 1.0 for p in of.parts}
    if not any(weights.values()):
        raise ZeroDenominator(f"{of.name}: the weights of its sub-scores are all 0")
    answer = []
    for part in of.parts:
        if not weights[part.name]:
            continue
        try:
            frames = [_frame(read, model, kpi, by, where, period) for kpi in part.kpis]
        except (NotAvailable, ZeroDenominator) as error:
            answer.append(PartFigures(part, weights[part.name], {}, {}, {}, reason=error.message))
        except UnknownName as error:
            raise UnknownName(f"{of.name}, {part.name}: {error.message}") from None
        else:
            answer.append(_figures(part, weights[part.name], frames))
    return answer


def _frame(read: Read, model: Model, kpi: Kpi, by: str, where: Where, period: str) -> pd.DataFrame:
    return read(model, kpi, keys_of(model, kpi.population(model), by), where, period, "")


def _figures(part: SubScore, weight: float, frames: Sequence[pd.DataFrame]) -> PartFigures:
    headings = tuple(frames[0].columns[:-2])
    names: dict[Group, Group] = {}
    rows: dict[Group, float] = {}
    values: list[dict[Group, float]] = []
    for frame in frames:
        told = frame.iloc[:, :-2].itertuples(index=False, name=None)
        labels: list[Group] = list(told) if headings else [()]
        groups = [_folded(label) for label in labels]
        names = dict(zip(groups, labels, strict=True)) | names
        for group, n in zip(groups, frame["n"], strict=True):
            rows[group] = rows.get(group, 0.0) + float(n)
        pairs = zip(groups, frame["value"], strict=True)
        values.append({g: float(v) for g, v in pairs if not isinstance(v, ExcelError)})
    scores = {}
    for group in names:
        figure = _divided(part, group, *values)
        if figure is not None:
            share = figure / part.most - part.less
            scores[group] = share if not part.weight else _on_scale(part, share)
    return PartFigures(part, weight, scores, rows, names, headings)


def _on_scale(part: SubScore, share: float) -> float:
    return float(np.clip(1.0 - share if part.turned else share, 0.0, 1.0))


def _divided(
    part: SubScore,
    group: Group,
    above: dict[Group, float],
    below: dict[Group, float] | None = None,
) -> float | None:
    """Divide one group's figures; a count without rows is 0, a ratio without rows is none."""
    none = None if part.above.denominator else 0.0
    if below is None:
        return above.get(group)
    figure, by = above.get(group, none), below.get(group)
    return None if figure is None or not by else figure / by


def _folded(label: Group) -> Group:
    """Bring labels to what is equal in all tables, however each of them writes a name."""
    return tuple(text_key(one) if isinstance(one, str) else one for one in label)


def _rolled_up(parts: Sequence[PartFigures], groups: Sequence[Group]) -> tuple[Any, Any]:
    """Give the weighted mean of the scores of each group, and the share of the weights there."""
    points, present = np.zeros(len(groups)), np.zeros(len(groups))
    for one in parts:
        known = np.array([group in one.scores for group in groups], dtype=bool)
        points += one.weight * np.array([one.scores.get(group, 0.0) for group in groups])
        present += one.weight * known
    whole = sum(one.weight for one in parts)
    mean = np.divide(points, present, out=np.full(len(groups), np.nan), where=present > 0)
    return 100.0 * mean, present / whole


def _enough(points: Any, coverage: Any, needed: float) -> Any:
    """Take away what too few weights stand behind."""
    return np.where(coverage < needed - 1e-12, np.nan, points)
