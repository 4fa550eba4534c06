"""The figures of territories, and what each of them comes to in words."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import Any

import numpy as np

from xlcrm.analytics.no_figure import no_figures, where_known
from xlcrm.cells import number_text
from xlcrm.errors import ExcelError, shortened
from xlcrm.model.model import Model
from xlcrm.stats.proportion import wilson

NEGLECTED, WELL, EVEN = "neglected", "worked well", "as its potential"

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Measured:
    """What was counted in each territory; NaN where it is not known.

    Attributes:
        accounts: Accounts there.
        customers: Accounts that bought.
        companies: Companies there that could buy.
        potential: What all could spend, in money.
        revenue: What was sold, in money.
        resellers: Resellers there.
        visits: Visits to accounts there.
        lat: The middle of the accounts, in degrees.
        lon: The middle of the accounts, in degrees.
        at_zero: Accounts at the place 0, 0.
        swapped: Accounts whose latitude and longitude look swapped.
    """

    accounts: Vector
    customers: Vector
    companies: Vector
    potential: Vector
    revenue: Vector
    resellers: Vector
    visits: Vector
    lat: Vector
    lon: Vector
    at_zero: Vector
    swapped: Vector


def figures_of(model: Model, of: Measured) -> dict[str, Any]:
    """Make the figures of territories (docs/methods.md: Territory).

    Args:
        model: The model, for its settings.
        of: What was counted.

    Returns:
        The columns that follow the labels, an `ExcelError` where there is no figure.
    """
    there = ~np.isnan(of.potential)
    based = there if there.any() else np.ones(len(there), dtype=bool)
    potential_share, revenue_share = _shares(of.potential, there), _shares(of.revenue, based)
    index = _divided(100 * revenue_share, potential_share)
    counted = ~np.isnan(of.resellers)
    expected = potential_share * fsum(of.resellers[counted])
    gap = expected - of.resellers
    visited = ~np.isnan(of.visits)
    visits_per_account = _divided(of.visits, of.accounts)
    return {
        "accounts": of.accounts,
        "customers": of.customers,
        **_penetration(model, of),
        "potential": where_known(of.potential),
        "potential_share": _cells(potential_share, there),
        "revenue": of.revenue,
        "revenue_share": _cells(revenue_share, based),
        "index": _cells(index, there),
        "visits": where_known(of.visits),
        "visits_per_account": _cells(visits_per_account, visited),
        "resellers": where_known(of.resellers),
        "expected_resellers": _cells(expected, there & counted.any()),
        "gap": _cells(gap, there & counted),
        "lat": where_known(of.lat),
        "lon": where_known(of.lon),
        "finding": _findings(model, of, index, visits_per_account, gap),
    }


def _shares(values: Vector, among: Vector) -> Vector:
    """Give shares of what some territories have together, NaN for others."""
    whole = fsum(values[among])
    return np.where(among, _divided(values, np.full(len(values), whole)), np.nan)


def _divided(above: Vector, below: Vector) -> Vector:
    """Divide; NaN where there is nothing to divide by."""
    divides = ~np.isnan(below) & (below != 0)
    shares: Vector = np.divide(above, below, out=np.full(len(below), np.nan), where=divides)
    return shares


def _cells(values: Vector, known: Vector) -> Vector:
    """Put #N/A where nothing is known, and #DIV/0! where there was nothing to divide by."""
    shown = where_known(values, ExcelError.DIV0)
    return shown if known.all() else np.where(known, shown, no_figures(len(values)))


def _penetration(model: Model, of: Measured) -> dict[str, Vector]:
    """Divide customers by companies, else by accounts; #NUM! where there are more customers."""
    cases = np.where(np.isnan(of.companies), of.accounts, of.companies)
    too_many = (of.customers > cases) & (cases > 0)
    hits = np.minimum(of.customers, cases)
    low, high = wilson(hits, cases, model.settings.number("confidence_level"))
    parts = {"penetration": _divided(hits, cases), "low": low, "high": high}
    shown = {name: where_known(values, ExcelError.DIV0) for name, values in parts.items()}
    if not too_many.any():
        return shown
    wrong = no_figures(len(cases), ExcelError.NUM)
    return {name: np.where(too_many, wrong, values) for name, values in shown.items()}


def _findings(
    model: Model, of: Measured, index: Vector, visits_per_account: Vector, gap: Vector
) -> list[str]:
    """Say of each territory what strikes, the index first."""
    low, high = (model.settings.number(f"territory_{end}") for end in ("low", "high"))
    told = []
    for k, value in enumerate(index):
        visits = visits_per_account[k]
        seen = "" if np.isnan(visits) else f", {visits:.1f} visits per account"
        parts = []
        if np.isnan(value):
            parts.append("no potential known" if np.isnan(of.potential[k]) else "no index")
        else:
            verdict = NEGLECTED if value < low else WELL if value > high else EVEN
            parts.append(f"{verdict}: index {round(value)}{seen if value < low else ''}")
        if gap[k] >= 1:
            parts.append(f"too few resellers ({gap[k]:.1f} missing)")
        if of.customers[k] > of.companies[k]:
            parts.append(f"more customers than companies ({number_text(of.companies[k])})")
        if of.at_zero[k]:
            parts.append(f"{of.at_zero[k]:,} at 0, 0: check the place")
        if of.swapped[k]:
            parts.append(f"lat and lon look swapped in {of.swapped[k]:,}")
        told.append(shortened("; ".join(parts)))
    return told
