"""The open deals of a forecast one by one, and how what they bring is distributed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.conditions import Where
from xlcrm.errors import OutOfDomain
from xlcrm.kpis.open_deals import (
    EXPECTED,
    FROM_OVERRIDE,
    came_from,
    chances_of,
    expected_population,
    list_price_weights,
)
from xlcrm.kpis.probability import Chances
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import BLANK, Key, with_groups
from xlcrm.reduce.population import overflow, require_rows, select
from xlcrm.stats.bernoulli_sums import Distribution, distribution

NAMED = ("deal_id", "owner")
"""The columns that say to a reader which deal it is."""


def open_deals(
    model: Model,
    keys: Sequence[Key],
    where: Where,
    days: Period,
    overdue: str,
    chances: Chances,
    also: Sequence[str] = (),
) -> pd.DataFrame:
    """Give the open deals of a forecast one by one, those that CRM_FORECAST adds up.

    Args:
        model: A model with deals and stages.
        keys: What `by` names, of the population of such deals.
        where: Conditions on deals.
        days: The days that count, by expected close.
        overdue: What happens to overdue deals, one of `OVERDUE`.
        chances: The probabilities in force.
        also: More columns of open deals that are wanted, such as those of `NAMED`.

    Returns:
        One row a deal, in no order: the columns by which ``keys`` group rows, ``also``, ``value``
        (in money; the manager's override in place of the amount), ``chance`` (1 for an override)
        and ``certain`` (whether it is an override).

    Raises:
        NotAvailable: No open deal has an amount, or a stage has no probability.
    """
    population = expected_population(overdue)
    weighed_by = EXPECTED.keys(model, chances.method)
    selection = select(
        model, population, [*(k.base for k in keys), *weighed_by, *also, "worth"], where, days
    )
    names = dict.fromkeys([*(key.group for key in keys), *weighed_by, *also, "worth"])
    frame = with_groups(selection.counted, keys).select(*names).collect().to_pandas()
    require_rows(selection, len(frame), population)
    deals = frame[list(dict.fromkeys([*(key.group for key in keys), *also]))].copy()
    deals["value"] = frame["worth"].to_numpy(dtype=float) * list_price_weights(
        model, frame, "worth_from"
    )
    deals["chance"] = chances_of(chances, frame)
    deals["certain"] = came_from(FROM_OVERRIDE, frame, "worth_from")
    return deals


def named(deals: pd.DataFrame) -> pd.DataFrame:
    """Write what says to a reader which deal it is as texts, "(blank)" where nothing does.

    Args:
        deals: Deals with the columns of `NAMED`.

    Returns:
        A new frame, sorted by the names and what else tells deals apart.
    """
    texts = {}
    for name in NAMED:
        column = deals[name].astype(object)
        texts[name] = column.where(column.notna(), BLANK).astype(str)
    dated = [name for name in ("expected_on",) if name in deals]
    order = [*NAMED, "value", "chance", *dated]
    return deals.assign(**texts).sort_values(order, ignore_index=True)


def total_of(deals: pd.DataFrame, won: float, rho: float) -> Distribution:
    """Give the distribution of what is won in the end (docs/methods.md, Forecast range).

    Args:
        deals: Open deals with ``value`` and ``chance``.
        won: What is won already, in money.
        rho: How much the outcomes of open deals hang together, from 0 to below 1.

    Raises:
        OutOfDomain: A sum may be beyond the largest number.
    """
    try:
        return distribution(*with_won(deals, won), rho)
    except OverflowError:
        raise overflow("worth") from None


def with_won(deals: pd.DataFrame, won: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give values and chances of open deals, and last what is won already, which is certain."""
    values, chances = (deals[name].to_numpy(dtype=float) for name in ("value", "chance"))
    return np.append(values, won), np.append(chances, 1.0)


def weighted(deals: pd.DataFrame) -> float:
    """Add up open deals by probability, in money; in any order the same."""
    return math.fsum((deals["value"].to_numpy() * deals["chance"].to_numpy()).tolist())


def framed(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a result of rows of cells: errors among numbers stay what they are.

    Args:
        rows: At least one row, all with the same columns.
    """
    columns = {}
    for name in rows[0]:
        cells = [row[name] for row in rows]
        numbers = all(type(cell) is float for cell in cells)
        columns[name] = pd.Series(cells, dtype=float if numbers else object)
    return pd.DataFrame(columns)


def rho_of(model: Model, rho: float | None) -> float:
    """Say how much the outcomes of open deals hang together: as asked, else as set.

    Args:
        model: The model with the setting ``rho``.
        rho: What was asked for, or None.

    Raises:
        OutOfDomain: It is not from 0 to below 1.
    """
    wanted = model.settings.number("rho") if rho is None else rho
    if not 0 <= wanted < 1:
        raise OutOfDomain(f"rho {wanted:g} is not from 0 to below 1; 0 means independent deals")
    return float(wanted)


def checked_target(target: float | None) -> float | None:
    """Give back a target that was typed, None where it was left out.

    Raises:
        OutOfDomain: It is negative.
    """
    if target is None:
        return None
    if not target >= 0:
        raise OutOfDomain(f"target {target:g} is negative; give the revenue to reach")
    return float(target)
