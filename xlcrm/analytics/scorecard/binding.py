"""Measures that are read from KPIs: each distinct question is asked once, for all its groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.scorecard.rows import at_row
from xlcrm.cells import text_key
from xlcrm.conditions import conditions
from xlcrm.errors import (
    CrmError,
    ErrorInData,
    ExcelError,
    NotAvailable,
    WrongValue,
    ZeroDenominator,
    shortened,
)
from xlcrm.kpis.catalogue import figure
from xlcrm.kpis.composite import Composite
from xlcrm.kpis.declaration import Kpi
from xlcrm.model.model import Model
from xlcrm.periods import CALENDAR, Period
from xlcrm.reduce.filters import filter_of
from xlcrm.reduce.grouping import keys_of, names_in

Labels = tuple[str, ...]
"""The values that name a group, one for each column of a binding."""

_PERCENT = ("%", "percent", "per cent", "pct", "prozent", "procent", "pour cent", "por ciento")


@dataclass(frozen=True)
class Binding:
    """A KPI as measures ask for it.

    Attributes:
        kpi: The KPI, or an index over several tables.
        by: The columns whose values in a measure's row name its group.
        where: Conditions on the rows that count.
    """

    kpi: Kpi | Composite
    by: tuple[str, ...]
    where: str

    @property
    def empty(self) -> float:
        """What a group without rows has: nothing to divide, or a sum of 0."""
        is_sum = isinstance(self.kpi, Kpi) and self.kpi.denominator is None
        return 0.0 if is_sum else nan

    def narrowed(self, labels: Labels) -> str:
        """Give the conditions on the rows of one group."""
        group = [
            f"'{_doubled(name)}'='{_doubled(label)}'"
            for name, label in zip(self.by, labels, strict=True)
        ]
        return "; ".join([*([self.where] if self.where else []), *group])

    def words(self, labels: Labels, span: str) -> str:
        """Say what is read for one group over a period, given in words."""
        group = [f"{name}={label}" for name, label in zip(self.by, labels, strict=True)]
        said = "; ".join([*group, *([self.where] if self.where else [])])
        return shortened(f"{self.kpi.name}, {span}" + (f"; {said}" if said else ""))


@dataclass(frozen=True)
class Bound:
    """The measures that ask the same.

    Attributes:
        binding: What they ask.
        rows: Their rows.
        labels: The group of each.
        factors: What the figure of each is multiplied by: 100 for a share in percent.
    """

    binding: Binding
    rows: Any
    labels: tuple[Labels, ...]
    factors: Any


@dataclass(frozen=True)
class Figures:
    """What a KPI says of the groups that measures ask for.

    Attributes:
        values: One figure a group.
        reasons: Why there is none, for the groups without one.
    """

    values: Mapping[Labels, float]
    reasons: Mapping[Labels, str]


def bound_measures(model: Model, measures: pd.DataFrame) -> list[Bound]:
    """Gather the measures that name a KPI by what they ask.

    Args:
        model: The model.
        measures: Measures with ``kpi``, ``by``, ``where``, ``unit`` and what `by` names.

    Raises:
        CrmError: There is no such KPI, column or condition; the row is named.
    """
    asked = measures[["kpi", "by", "where"]].fillna("").astype(str)
    named = np.flatnonzero((asked["kpi"] != "").to_numpy())
    answer = []
    for (name, by, where), some in asked.iloc[named].groupby(["kpi", "by", "where"]):
        rows = some.index.to_numpy()
        try:
            binding = _binding(model, str(name), str(by), str(where))
            words = [_words(model, measures, column)[rows] for column in binding.by]
        except CrmError as error:
            raise in_row(model, measures, int(rows[0]), error) from None
        labels: tuple[Labels, ...] = tuple(zip(*words, strict=True)) if words else ((),) * len(rows)
        for row, one in zip(rows, labels, strict=True):
            if "" in one:
                blank = WrongValue(f"by {by}, but its {binding.by[one.index('')]} is blank")
                raise in_row(model, measures, int(row), blank)
        percent = [is_percent(str(unit or "")) for unit in measures["unit"].iloc[rows]]
        factors = np.where(percent, 100.0 if binding.kpi.unit == "share" else 1.0, 1.0)
        answer.append(Bound(binding, rows, labels, factors))
    return answer


def in_row(model: Model, measures: pd.DataFrame, row: int, error: CrmError) -> CrmError:
    """Name the measure in whose row something is wrong; the Excel error stays what it is.

    Args:
        model: The model.
        measures: Measures with ``measure``.
        row: The row, counted from 0.
        error: What is wrong.
    """
    why = f"{measures['measure'].iloc[row]}: {error.message}"
    return ErrorInData(error.code, at_row(model, "measures", row, why))


def is_percent(unit: str) -> bool:
    """Say whether a unit is percent, in which a share of 0.35 stands as 35."""
    return text_key(unit) in _PERCENT


def figures(model: Model, of: Binding, groups: Sequence[Labels], days: Period) -> Figures:
    """Read the figures of groups over a period.

    Args:
        model: The model.
        of: What is asked.
        groups: The groups.
        days: The period.

    Raises:
        CrmError: A group is nowhere in the data, or the data cannot be read.
    """
    try:
        found = _by_group(model, of, span_of(days))
    except (NotAvailable, ZeroDenominator) as error:
        return Figures({}, dict.fromkeys(groups, error.message))
    values, reasons = {}, {}
    for group in dict.fromkeys(groups):
        value = found.get(tuple(map(text_key, group)))
        try:
            values[group] = _alone(model, of, group, days) if value is None else value
        except ZeroDenominator as error:
            reasons[group] = error.message
    return Figures(values, reasons)


def span_of(days: Period) -> str:
    """Write a period as the `period` argument of a function."""
    return "" if days.is_all else f"{days.first or ''}..{days.last or ''}"


def _by_group(model: Model, of: Binding, span: str) -> Mapping[Labels, float]:
    """Ask a KPI once for all groups; those whose denominator is 0 are not there."""
    if not of.by:
        return {(): kpi_value(model, of.kpi.name, of.where, span)}
    frame = kpi_table(model, of.kpi.name, ", ".join(of.by), of.where, span)
    keys = range(len(of.by))
    labels = [[text_key(str(label)) for label in frame.iloc[:, k]] for k in keys]
    return {
        group: float(value)
        for group, value in zip(zip(*labels, strict=True), frame["value"], strict=True)
        if not isinstance(value, ExcelError)
    }


def _alone(model: Model, of: Binding, group: Labels, days: Period) -> float:
    """Ask for one group that has no rows in the period: nothing, or no such group at all."""
    narrowed = of.narrowed(group)
    return kpi_value(model, of.kpi.name, narrowed, span_of(days))


def _binding(model: Model, name: str, by: str, where: str) -> Binding:
    declared = figure(name)
    columns = tuple(names_in(by))
    for column in columns:
        if column.casefold() in CALENDAR:
            raise WrongValue(f"by {column}: a measure is of one period; name a column")
    tables = (
        [declared] if isinstance(declared, Kpi) else [k for p in declared.parts for k in p.kpis]
    )
    for population in (one.population(model) for one in tables):
        if population.table in model.tables:
            keys_of(model, population, by)
            for condition in conditions(where):
                filter_of(model, population.table, condition)
    return Binding(declared, columns, where)


def _words(model: Model, measures: pd.DataFrame, column: str) -> Any:
    """Give what measures say in a column, "" where blank; it may be one of the company's own."""
    if column not in measures:
        own = model.table("measures").column(column)
        if own is None:
            raise WrongValue(f"by {column}, but measures have no column {column!r}: add it")
        said = model.columns("measures", [own]).frame.collect().to_pandas()[own].astype(object)
    else:
        said = measures[column]
    return np.where(pd.isna(said), "", said.astype(str)).astype(object)


def _doubled(text: str) -> str:
    return text.replace("'", "''")
