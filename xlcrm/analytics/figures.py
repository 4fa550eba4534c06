"""A KPI's figure: one number, or one a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.composite_figures import composite_table, composite_value
from xlcrm.analytics.customer_figures import customer_sums, history
from xlcrm.cells import date_of_serial
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, ZeroDenominator
from xlcrm.kpis.catalogue import figure as figure_named
from xlcrm.kpis.composite import Composite
from xlcrm.kpis.declaration import Kpi, Measure
from xlcrm.model.model import Model
from xlcrm.periods import Period, is_relative, label
from xlcrm.periods import period as period_of
from xlcrm.reduce.grouping import Key, keys_of, with_groups
from xlcrm.reduce.population import Population, Selection, require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals

_SERIAL = re.compile(r"[1-9]\d{4}", re.ASCII)


def period_in(model: Model, text: str) -> Period:
    """Read a `period` argument; `as_of` is looked for only where the period is relative.

    Args:
        model: The model whose `as_of` and fiscal year count.
        text: The period.
    """
    fy_start = int(model.settings.number("fy_start"))
    return period_of(text, model.as_of if is_relative(text) else date.min, fy_start)


def period_named(model: Model, text: str) -> Period:
    """Read a period that stands in a cell, where Excel makes a date of a month that is typed.

    Args:
        model: The model whose `as_of`, fiscal year and date system count.
        text: The cell: ``2026-03``, or the number of the day that Excel made of it.
    """
    if _SERIAL.fullmatch(text):
        text = label(date_of_serial(float(text), model.date_system), "month")
    return period_in(model, text)


def kpi_value(
    model: Model, kpi: str, where: Where = "", period: str = "", method: str = ""
) -> float:
    """Give a KPI as one number.

    Args:
        model: The model.
        kpi: The KPI's name.
        where: Conditions on the rows that count.
        period: The days that count.
        method: One of the KPI's methods, "" for the default.

    Raises:
        ZeroDenominator: No row counts and the KPI is a ratio.
        NotAvailable: Rows that would count lack data.
    """
    declared = figure_named(kpi)
    if isinstance(declared, Composite):
        return composite_value(kpi_frame, model, declared, where, period, method)
    frame = kpi_frame(model, declared, (), where, period, method)
    value = frame["value"].iloc[0]
    if isinstance(value, ExcelError):
        words = declared.population(model).words
        if declared.by_customer and declared.denominator:
            words = declared.denominator.signs[0][0]
        inside = "" if not period else f" in {period_in(model, period).words}"
        raise ZeroDenominator(f"{declared.name}: no {words}{inside} to divide by")
    return float(value)


def kpi_table(
    model: Model,
    kpi: str,
    by: str,
    where: Where = "",
    period: str = "",
    method: str = "",
) -> pd.DataFrame:
    """Give a KPI for each group of `by`.

    Args:
        model: The model.
        kpi: The KPI's name.
        by: One or several columns or units of time.
        where: Conditions on the rows that count.
        period: The days that count.
        method: One of the KPI's methods, "" for the default.

    Returns:
        The columns of `by`, ``value``, and ``n``, the rows that counted; sorted by the former.
    """
    declared = figure_named(kpi)
    if isinstance(declared, Composite):
        return composite_table(kpi_frame, model, declared, by, where, period, method)
    keys = keys_of(model, declared.population(model), by)
    return kpi_frame(model, declared, keys, where, period, method)


def kpi_selection(
    model: Model,
    kpi: Kpi,
    keys: Sequence[Key],
    where: Where,
    period: str,
    method: str,
    *,
    numbered: bool = False,
) -> tuple[Population, Selection, tuple[str, ...]]:
    """Find the rows that count for a KPI, with all columns that it needs.

    Args:
        model: The model.
        kpi: The KPI.
        keys: What `by` names.
        where: Conditions on the rows that count.
        period: The days that count.
        method: One of the KPI's methods.
        numbered: Whether the rows carry their number.

    Returns:
        The population, the selection, and the columns that tell the weights of rows.

    Raises:
        CrmError: The KPI has no such method, or there is no such table.
        NotAvailable: The KPI is one over customers, and the period lies ahead.
    """
    population, chosen = kpi.population(model), kpi.method(method)
    weight_keys = kpi.weighting.keys(model, chosen) if kpi.weighting else ()
    columns = [*(key.base for key in keys), *kpi.columns, *weight_keys]
    model.require(population.table)  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    if kpi.by_customer:
        days = history(model, kpi, days)
    selection = select(model, population, columns, where, days, numbered=numbered)
    return population, selection, weight_keys


def kpi_frame(
    model: Model, kpi: Kpi, keys: Sequence[Key], where: Where, period: str, method: str
) -> pd.DataFrame:
    """Give a KPI for each group, or for all rows where there are no keys.

    Args:
        model: The model.
        kpi: The KPI.
        keys: What `by` names.
        where: Conditions on the rows that count.
        period: The days that count.
        method: One of the KPI's methods.

    Returns:
        The keys' columns, ``value`` (an `ExcelError` where the denominator is 0), and ``n``.
    """
    answer = kpi_sums(model, kpi, keys, where, period, method)
    value = entered(kpi.numerator, answer)
    if kpi.denominator:
        value = ratio(value, entered(kpi.denominator, answer))
    figures = {"value": value, "n": answer[COUNT].astype(float)}
    return pd.DataFrame({**labels_of(answer, keys), **figures})


def kpi_sums(
    model: Model, kpi: Kpi, keys: Sequence[Key], where: Where, period: str, method: str
) -> pd.DataFrame:
    """Give the sums that a KPI is made of, for each group.

    Args:
        model: The model.
        kpi: The KPI.
        keys: What `by` names.
        where: Conditions on the rows that count.
        period: The days that count.
        method: One of the KPI's methods.

    Returns:
        The labels of the keys, the sums by name, and `COUNT`, as `xlcrm.reduce.sums.totals` does.
    """
    population, selection, weight_keys = kpi_selection(model, kpi, keys, where, period, method)
    if kpi.by_customer:
        days = period_in(model, period)
        return customer_sums(model, kpi, population, selection, keys, days, method)
    measures = [m for m in (kpi.numerator, kpi.denominator) if m]
    sums = {name: of for m in measures for name, of in m.sums}
    distinct = list(dict.fromkeys(column for m in measures for column in m.distinct))
    groups = [*(key.group for key in keys), *distinct, *weight_keys]
    grouped = grouped_sums(with_groups(selection.counted, keys), groups, sums)
    require_rows(selection, int(grouped[COUNT].sum()), population)
    weights = None
    if kpi.weighting:
        weights = kpi.weighting.weigh(model, kpi.method(method), grouped)
    return totals(grouped, keys, {name: (name, weights) for name in sums}, distinct)


def entered(measure: Measure, answer: pd.DataFrame) -> Any:
    """Add the parts of a measure with their signs, for each group.

    Args:
        measure: A KPI's numerator or denominator.
        answer: The sums of `kpi_sums`.
    """
    parts = [sign * answer[name].to_numpy(dtype=float) for name, sign in measure.signs]
    return np.sum(parts, axis=0)


def ratio(numerator: Any, denominator: Any) -> Any:
    """Divide, with #DIV/0! where the denominator is 0.

    Args:
        numerator: Numbers.
        denominator: As many numbers.

    Returns:
        Numbers; an object array with `ExcelError.DIV0` among them where a denominator is 0.
    """
    below = np.asarray(denominator, dtype=float)
    zero = below == 0
    share = np.divide(numerator, below, out=np.zeros(len(below)), where=~zero)
    if not zero.any():
        return share
    answer = share.astype(object)
    answer[zero] = ExcelError.DIV0
    return answer
