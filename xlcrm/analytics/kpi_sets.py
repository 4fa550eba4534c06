"""The indicators of a strategy, each a KPI (docs/methods.md: KPI sets)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from xlcrm.analytics.figures import kpi_table, kpi_value, period_in
from xlcrm.analytics.options import option
from xlcrm.analytics.targets import targets
from xlcrm.analytics.then_and_now import (
    Figure,
    by_group,
    days_before,
    figures,
    gravest,
    text_of,
)
from xlcrm.conditions import Where, conditions
from xlcrm.errors import ExcelError, shortened
from xlcrm.kpis.catalogue import figure as figure_named
from xlcrm.kpis.composite import Composite
from xlcrm.kpis.declaration import Better, Kpi
from xlcrm.model.model import Model
from xlcrm.periods import ALL, Period

Cell = float | str | ExcelError

_NUMBERS = ("value", "previous", "target", "attainment")


@dataclass(frozen=True)
class Indicator:
    """A KPI as a set of them asks for it.

    Attributes:
        title: What it is called there.
        kpi: The KPI's name.
        by: The column that makes a row of each of its values, or "".
        is_whole: Whether it is over all time and not over the period.
    """

    title: str
    kpi: str
    by: str = ""
    is_whole: bool = False


SETS: Mapping[str, tuple[Indicator, ...]] = MappingProxyType(
    {
        "retention": (
            Indicator("Customer churn", "churn_rate"),
            Indicator("Mean relationship", "relationship_days"),
            Indicator("Repeat purchases", "repeat_purchases"),
            Indicator("Customers who bought again", "repeat_rate"),
            Indicator("Time between purchases", "purchase_gap"),
            Indicator("Complaints", "complaints"),
            Indicator("Positive reactions to reminders", "reminder_rate"),
            Indicator("Loyal by other customers", "loyalty_ratio"),
        ),
        "revenue": (
            Indicator("Orders per customer", "sales_per_customer"),
            Indicator("Repeat purchases", "repeat_purchases"),
            Indicator("Revenue per customer, all time", "revenue_per_customer", is_whole=True),
            Indicator("Revenue per customer in the period", "revenue_per_customer"),
            Indicator("Margin per customer, all time", "margin_per_customer", is_whole=True),
            Indicator("Margin per customer in the period", "margin_per_customer"),
            Indicator("Cost per contact", "cost_per_contact"),
            Indicator("Revenue per customer by channel", "revenue_per_customer", by="channel"),
        ),
    }
)
"""The sets by the strategy that they serve, the default first."""


def kpi_set(model: Model, strategy: str = "", where: Where = "", period: str = "") -> pd.DataFrame:
    """Give the indicators of a strategy, now and in the period before.

    Args:
        model: A model with orders or deals won.
        strategy: One of `SETS`.
        where: Conditions; an indicator whose table they are not about has no value.
        period: The days that count.

    Returns:
        ``indicator``, ``of`` (a value of the column that makes several rows), ``kpi``, ``unit``,
        ``better``, ``value``, ``previous``, ``target`` and ``attainment`` (blank where none is
        set), and ``note`` (why a figure is missing); in the order of the set.

    Raises:
        CrmError: No indicator can be computed; the error says why.
        WrongValue: There is no such strategy or period.
    """
    indicators = SETS[option("strategy", strategy, SETS)]
    days = period_in(model, period)
    conditions(where)
    found = [(one, _figures(model, one, where, period)) for one in indicators]
    if not any(isinstance(f.value, float) for _, some in found for f in some):
        raise gravest((f.error for _, some in found for f in some), "no indicator has a figure")
    rows = [_row(model, one, figure, where, days) for one, several in found for figure in several]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    numbers = {name: pd.Series(columns[name], dtype=object) for name in _NUMBERS}
    return pd.DataFrame(columns | numbers)


def _figures(model: Model, of: Indicator, where: Where, period: str) -> list[Figure]:
    def read(span: str) -> dict[str, float | ExcelError]:
        if of.by:
            return by_group(kpi_table(model, of.kpi, of.by, where, span))
        return {"": kpi_value(model, of.kpi, where, span)}

    def before() -> str:
        days = days_before(model, period)
        return text_of(Period(None, days.last, "") if of.is_whole else days)

    return figures(read, "all" if of.is_whole else period, before)


def _row(model: Model, of: Indicator, figure: Figure, where: Where, days: Period) -> dict[str, Any]:
    declared = figure_named(of.kpi)
    span = ALL if of.is_whole else days
    set_for = targets(model, of.kpi, of.by, where, span, adds_up=_adds_up(declared))
    target: Cell = set_for.get((figure.of,) if of.by else (), "")
    attainment = _attainment(figure.value, target, declared.better)
    return {
        "indicator": of.title,
        "of": figure.of,
        "kpi": of.kpi,
        "unit": declared.unit,
        "better": str(declared.better),
        "value": figure.value,
        "previous": figure.previous,
        "target": target,
        "attainment": attainment,
        "note": shortened(figure.note or _zero(attainment)),
    }


def _adds_up(of: Kpi | Composite) -> bool:
    """Say whether the figures of months make that of a year when added up."""
    is_sum = isinstance(of, Kpi) and not (of.denominator or of.by_customer or of.is_state)
    return is_sum and isinstance(of, Kpi) and not of.numerator.distinct


def _attainment(value: float | ExcelError, target: Cell, better: Better) -> Cell:
    """Give value by target, or target by value where less is better."""
    if isinstance(target, str):
        return ""
    if isinstance(value, ExcelError) or isinstance(target, ExcelError):
        return ExcelError.NA
    above, below = (target, value) if better is Better.LOWER else (value, target)
    return above / below if below else ExcelError.DIV0


def _zero(attainment: Cell) -> str:
    return "attainment: nothing to divide by" if attainment is ExcelError.DIV0 else ""
