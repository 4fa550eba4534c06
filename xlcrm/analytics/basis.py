"""What an analysis rests on, explained in one way for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from xlcrm.analytics.explain import Part, counts, listed, told_arguments, told_as_table
from xlcrm.analytics.figures import period_in
from xlcrm.analytics.options import option
from xlcrm.cells import text_key
from xlcrm.errors import NotAvailable, UnknownName
from xlcrm.kpis.catalogue import kpi
from xlcrm.kpis.deals import LOST, WON
from xlcrm.kpis.open_deals import OVERDUE, expected_population
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import keys_of
from xlcrm.reduce.population import Population, select

Rows = Population | Callable[[Model, Mapping[str, Any]], Population]
"""The rows that an analysis reads, or what gives them by its model and arguments."""

_COMMON = ("model", "by", "where", "period")


def rests_on(
    section: str, *populations: Rows, settings: tuple[str, ...] = ()
) -> Callable[..., pd.DataFrame]:
    """Declare what an analysis rests on, for CRM_EXPLAIN.

    Args:
        section: Where docs/methods.md defines it.
        populations: The rows that it reads; the first are those it cannot do without.
        settings: The settings that it depends on.

    Returns:
        A function of the arguments of the analysis by name, and ``rows``, that explains it.
    """

    def explain(*, model: Model, rows: bool = False, **asked: Any) -> pd.DataFrame:
        found = [p if isinstance(p, Population) else p(model, asked) for p in populations]
        read = [p for k, p in enumerate(found) if not k or p.table in model.tables]
        if rows:
            same = [p for p in read if p.table == read[0].table]
            return listed(model, [_part(model, p, asked, numbered=True) for p in same])
        facts: list[tuple[str, Any]] = [
            ("figure", section),
            ("source", f"docs/methods.md: {section}"),
            *told_arguments(
                model, asked.get("by", ""), asked.get("where", ""), asked.get("period", "")
            ),
            *((name, value) for name, value in asked.items() if _is_told(name, value)),
            *((f"setting {name}", model.settings[name]) for name in settings),
        ]
        for population in read:
            facts += counts(model, _part(model, population, asked, numbered=False))
        absent = dict.fromkeys(p.table for p in found if p.table not in model.tables)
        facts += [("not there", f"no table of {table}") for table in absent]
        return told_as_table(facts)

    return explain


def open_of(_: Model, asked: Mapping[str, Any]) -> Population:
    """Give the open deals of a forecast with their treatment of overdue ones."""
    return expected_population(option("overdue", asked.get("overdue", ""), OVERDUE))


def closed_as(_: Model, asked: Mapping[str, Any]) -> Population:
    """Give the deals won or those lost, whichever outcome was asked for."""
    return WON if text_key(asked.get("outcome", "")) == "won" else LOST


def sold(model: Model, _: Mapping[str, Any]) -> Population:
    """Give what was sold: order lines, or deals won where there are no orders."""
    return kpi("revenue").population(model)


def bought(model: Model, _: Mapping[str, Any]) -> Population:
    """Give what was sold to customers who are known: order lines, or deals won."""
    return kpi("customers").population(model)


def of_kpi(model: Model, asked: Mapping[str, Any]) -> Population:
    """Give the rows of the KPI that was asked for."""
    return kpi(asked["kpi"]).population(model)


def _is_told(name: str, value: Any) -> bool:
    return name not in _COMMON and isinstance(value, (str, float)) and value != ""


def _part(
    model: Model, population: Population, asked: Mapping[str, Any], *, numbered: bool
) -> Part:
    """Select the rows of a population as far as the arguments are about its table."""
    model.table(population.table)
    days = period_in(model, asked.get("period", "")) if population.date else None
    where = asked.get("where", "")
    try:
        keys = keys_of(model, population, asked.get("by", ""))
    except (UnknownName, NotAvailable):
        keys = ()
    dates = (population.date,) if population.date else ()
    columns = tuple(dict.fromkeys((*(key.base for key in keys), *dates)))
    try:
        selection = select(model, population, columns, where, days, numbered=numbered)
    except (UnknownName, NotAvailable):
        selection = select(model, population, columns, "", days, numbered=numbered)
    return Part(population, selection, columns)
