"""A KPI's figure: one number, or one a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, WrongValue, ZeroDenominator
from xlcrm.kpis.catalogue import kpi as kpi_named
from xlcrm.kpis.declaration import Kpi, Measure
from xlcrm.model.model import Model
from xlcrm.periods import Period, is_relative
from xlcrm.periods import period as period_of
from xlcrm.reduce.grouping import Key, keys_of, with_groups
from xlcrm.reduce.population import Population, Selection, require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals


def period_in(model: Model, text: str) -> Period:
    """Read a `period` argument; `as_of` is looked for only where the period is relative.

    Args:
        model: The model whose `as_of` and fiscal year count.
        text: The period.
    """
    fy_start = int(model.settings.number("fy_start"))
    return period_of(text, model.as_of if is_relative(text) else date.min, fy_start)


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
    declared = kpi_named(kpi)
    frame = kpi_frame(model, declared, (), where, period, method)
    value = frame["value"].iloc[0]
    if isinstance(value, ExcelError):
        population = declared.population(model)
        inside = "" if not period else f" in {period_in(model, period).words}"
        raise ZeroDenominator(f"{declared.name}: no {population.words}{inside} to divide by")
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
    declared = kpi_named(kpi)
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
        WrongValue: The KPI has no such method, or none to choose from.
    """
    population = kpi.population(model)
    weighting = kpi.weighting
    weight_keys = weighting.keys(model, weighting.method(method)) if weighting else ()
    if not kpi.weighting and method.strip():
        raise WrongValue(f"{kpi.name} has one method; leave the argument out")
    columns = [*(key.base for key in keys), *kpi.columns, *weight_keys]
    model.table(population.table)  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
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
    population, selection, weight_keys = kpi_selection(model, kpi, keys, where, period, method)
    measures = [m for m in (kpi.numerator, kpi.denominator) if m]
    sums = {name: of for m in measures for name, of in m.sums}
    distinct = list(dict.fromkeys(column for m in measures for column in m.distinct))
    groups = [*(key.group for key in keys), *distinct, *weight_keys]
    grouped = grouped_sums(with_groups(selection.counted, keys), groups, sums)
    require_rows(selection, int(grouped[COUNT].sum()), population)
    weights = None
    if kpi.weighting:
        weights = kpi.weighting.weigh(model, kpi.weighting.method(method), grouped)
    answer = totals(grouped, keys, {name: (name, weights) for name in sums}, distinct)
    value = _entered(kpi.numerator, answer)
    if kpi.denominator:
        value = ratio(value, _entered(kpi.denominator, answer))
    figures = {"value": value, "n": answer[COUNT].astype(float)}
    return pd.DataFrame({**labels_of(answer, keys), **figures})


def _entered(measure: Measure, answer: pd.DataFrame) -> Any:
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
