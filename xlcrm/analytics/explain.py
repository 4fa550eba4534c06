"""What a figure says and what it rests on: definition, parameters, rows counted and left out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from xlcrm.analytics.composite_figures import part_figures
from xlcrm.analytics.figures import kpi_frame, kpi_selection, kpi_sums, period_in
from xlcrm.analytics.options import option
from xlcrm.conditions import Where, conditions
from xlcrm.errors import CrmError, NotAvailable, shortened
from xlcrm.functions import Asked
from xlcrm.kpis.catalogue import figure as figure_named
from xlcrm.kpis.composite import Composite
from xlcrm.kpis.deals import WON_VALUED
from xlcrm.kpis.declaration import Kpi
from xlcrm.kpis.open_deals import EXPECTED, OVERDUE, expected_population
from xlcrm.kpis.probability import Chances
from xlcrm.model.model import Model
from xlcrm.model.relations import mismatches
from xlcrm.model.table import ROW
from xlcrm.reduce.filters import words_of
from xlcrm.reduce.grouping import keys_of
from xlcrm.reduce.population import Population, Selection, left_out, select

_MOST_MISMATCHES = 5


@dataclass(frozen=True)
class Part:
    """The rows of one table that a figure looks at.

    Attributes:
        population: The rows that it is about.
        selection: All rows with the rules.
        columns: The columns that matter, for a list of the rows.
    """

    population: Population
    selection: Selection
    columns: tuple[str, ...]


def explained(asked: Asked, rows: bool = False) -> pd.DataFrame:
    """Explain the answer of the CRM function in a cell.

    Args:
        asked: The cell.
        rows: Whether to list the rows instead of counting them.

    Returns:
        ``item`` and ``value``; or the rows with ``counts`` (yes, or why not).

    Raises:
        NotAvailable: The cell has no CRM function, or one that needs no explanation.
        CrmError: The function has no answer; the error is its own.
    """
    call = asked.call
    if call is None:
        raise NotAvailable(f"{asked.address} holds no CRM function: point at one that does")
    if call.error is not None:
        raise call.error
    if call.function.explain is None:
        raise NotAvailable(f"{call.function.name} has nothing to explain: it shows what it knows")
    names = [argument.name for argument in call.function.arguments]
    named = dict(zip(names, call.arguments, strict=False))
    answer: pd.DataFrame = call.function.explain(**named, rows=rows)
    if rows or (answer["item"] == "definition").any():
        return answer
    said = (("function", call.function.usage), ("definition", call.function.summary),
            ("how", call.function.method))  # fmt: skip
    defined = told_as_table([(item, text) for item, text in said if text])
    return pd.concat([answer[:1], defined, answer[1:]], ignore_index=True)


def why(asked: Asked) -> str:
    """Say in one sentence why a cell shows an error; "" where it shows none.

    Args:
        asked: The cell.

    Raises:
        NotAvailable: The cell has no CRM function.
    """
    if asked.call is None:
        raise NotAvailable(f"{asked.address} holds no CRM function: point at one that does")
    return "" if asked.call.error is None else asked.call.error.message


def explain_kpi(
    model: Model,
    kpi: str,
    by: str = "",
    where: Where = "",
    period: str = "",
    method: str = "",
    *,
    rows: bool = False,
) -> pd.DataFrame:
    """Explain a KPI; the arguments are those of CRM_KPI.

    Args:
        model: The model.
        kpi: The KPI's name.
        by: What it is grouped by.
        where: Conditions on the rows that count.
        period: The days that count.
        method: One of the KPI's methods.
        rows: Whether to list the rows.
    """
    declared = figure_named(kpi)
    if isinstance(declared, Composite):
        found = part_figures(kpi_frame, model, declared, "", where, period, method)
        kpis = [one for part in found if not part.reason for one in part.part.kpis]
        told = [fact for part in found for fact in part.told]
    else:
        kpis, told = [declared], []
    parts = [_part(model, one, by, where, period, method, numbered=rows) for one in kpis]
    if rows:
        return _listed_by_table(model, parts)
    facts: list[tuple[str, Any]] = [
        ("figure", declared.title),
        ("definition", declared.words),
        ("source", declared.source),
        ("unit", declared.unit),
        ("better", str(declared.better)),
    ]
    if isinstance(declared, Kpi) and declared.weighting and len(declared.weighting.methods) > 1:
        facts.append(("method", Chances(model, declared.weighting.method(method)).words))
    if isinstance(declared, Kpi) and declared.by_customer:
        told = _told_customers(model, declared, by, where, period, method)
    facts += told_arguments(model, by, where, period)
    facts += [(f"setting {name}", model.settings[name]) for name in declared.settings]
    facts += told
    for part in parts:
        facts += counts(model, part)
    return told_as_table(facts)


def _told_customers(
    model: Model, kpi: Kpi, by: str, where: Where, period: str, method: str
) -> list[tuple[str, Any]]:
    """Tell the method of a KPI over customers, and without groups the sums it is made of."""
    facts: list[tuple[str, Any]] = [("method", kpi.method(method))] if kpi.methods else []
    if by or not kpi.denominator:
        return facts
    sums = kpi_sums(model, kpi, (), where, period, method)
    measures = (kpi.numerator, kpi.denominator)
    return facts + [(name, float(sums[name].iloc[0])) for m in measures for name, _ in m.signs]


def _part(
    model: Model, kpi: Kpi, by: str, where: Where, period: str, method: str, *, numbered: bool
) -> Part:
    """Select the rows of a KPI with the columns that matter."""
    keys = keys_of(model, kpi.population(model), by)
    population, selection, _ = kpi_selection(
        model, kpi, keys, where, period, method, numbered=numbered
    )
    return Part(population, selection, (*(key.base for key in keys), *kpi.columns))


def explain_forecast(
    model: Model,
    by: str = "month",
    where: Where = "",
    period: str = "",
    overdue: str = "",
    method: str = "",
    *,
    rows: bool = False,
) -> pd.DataFrame:
    """Explain a forecast; the arguments are those of CRM_FORECAST.

    Args:
        model: The model.
        by: What it is grouped by.
        where: Conditions on deals.
        period: The days that count.
        overdue: What happens to overdue deals.
        method: How probabilities are found.
        rows: Whether to list the rows.
    """
    days = period_in(model, period)
    treated = option("overdue", overdue, OVERDUE)
    parts = []
    for population, amount in ((WON_VALUED, "amount"), (expected_population(treated), "worth")):
        keys = keys_of(model, population, by)
        columns = (*(key.base for key in keys), "stage", amount)
        selection = select(model, population, columns, where, days, numbered=rows)
        parts.append(Part(population, selection, columns))
    if rows:
        return listed(model, parts)
    facts: list[tuple[str, Any]] = [
        ("figure", "Revenue forecast"),
        ("definition", "Deals won, and open deals by the probability that they are won; an "
         "override by the manager beats both amount and probability."),
        ("source", "docs/methods.md: Stage probability, Expected revenue"),
        ("unit", "money"),
        ("method", Chances(model, EXPECTED.method(method)).words),
        ("overdue", f"{treated}: open deals whose expected close lies before {model.as_of}"),
        *told_arguments(model, by, where, period),
    ]  # fmt: skip
    names = ("missing_amount", "prior_strength")
    facts += [(f"setting {name}", model.settings[name]) for name in names]
    for part in parts:
        facts += counts(model, part)
    return told_as_table(facts)


def told_arguments(model: Model, by: str, where: Where, period: str) -> list[tuple[str, Any]]:
    """Tell what was asked for: groups, conditions, period, and the day it is seen from.

    Args:
        model: The model.
        by: What is grouped by.
        where: The conditions.
        period: The days that count.
    """
    told: list[tuple[str, Any]] = [("by", by)] if by else []
    told += [("where", words_of(condition)) for condition in conditions(where)]
    told.append(("period", period_in(model, period).words))
    with suppress(CrmError):  # no date anywhere: nothing that was asked needs one
        told.append(("as of", model.as_of.isoformat()))
    return told


def counts(model: Model, part: Part) -> list[tuple[str, Any]]:
    """Count the rows that count and those left out, and say what was noticed in reading them.

    Args:
        model: The model.
        part: The rows.
    """
    table = model.table(part.population.table)
    reasons = left_out(part.selection)
    counted = len(table) - sum(reasons.values())
    words = part.population.words
    told: list[tuple[str, Any]] = [
        ("table", f"{table.label}: {len(table):,} rows"),
        (f"rows counted: {words}", float(counted)),
        *((f"left out: {reason}", float(rows)) for reason, rows in reasons.items()),
        *(("note", note) for note in part.selection.notes),
    ]
    found = mismatches(model, part.population.table)
    told += [("note", mismatch.sentence) for mismatch in found[:_MOST_MISMATCHES]]
    return told


def listed(model: Model, parts: Sequence[Part]) -> pd.DataFrame:
    """List the rows of a figure, each with whether it counts, or why not.

    Args:
        model: The model.
        parts: The rows; of several parts, a row counts where one of them counts it.

    Returns:
        ``row`` (where the user sees it), the columns that matter, and ``counts``.
    """
    frames = []
    for part in parts:
        frame = part.selection.reasons
        names = [ROW, *dict.fromkeys(part.columns), "reason"]
        numbered = frame.select(*map(nw.col, names)).collect().to_pandas()
        frames.append(numbered.sort_values(ROW, ignore_index=True))
    first, others = frames[0], frames[1:]
    for other in others:
        taken = first["reason"].notna() & other["reason"].isna()
        neither = first["reason"].notna() & other["reason"].notna()
        first.loc[taken, "reason"] = None
        first.loc[neither, "reason"] = other.loc[neither, "reason"]
        added = [name for name in other.columns if name not in first.columns]
        first = first.join(other[added])
    table = model.table(parts[0].population.table)
    shown = first.drop(columns=[ROW, "reason"])
    shown.insert(0, "row", [table.place(int(row)) for row in first[ROW]])
    shown["counts"] = [f"no: {r}" if isinstance(r, str) else "yes" for r in first["reason"]]
    return shown


def _listed_by_table(model: Model, parts: Sequence[Part]) -> pd.DataFrame:
    """List the rows of each table in its turn, under its name where there are several."""
    of: dict[str, list[Part]] = {}
    for part in parts:
        of.setdefault(part.population.table, []).append(part)
    if not of:
        raise NotAvailable("no table has rows to list: CRM_EXPLAIN without rows says why")
    frames = {name: listed(model, some) for name, some in of.items()}
    if len(frames) == 1:
        return next(iter(frames.values()))
    for name, frame in frames.items():
        frame.insert(0, "table", name)
    whole = pd.concat([frame.astype(object) for frame in frames.values()], ignore_index=True)
    return whole[[*(name for name in whole if name != "counts"), "counts"]]


def told_as_table(facts: Sequence[tuple[str, Any]]) -> pd.DataFrame:
    """Give facts as a table of ``item`` and ``value``, texts cut to what a cell shows.

    Args:
        facts: Each with its name.
    """
    values = [shortened(v) if isinstance(v, str) else v for _, v in facts]
    return pd.DataFrame(
        {"item": [name for name, _ in facts], "value": pd.Series(values, dtype=object)}
    )
