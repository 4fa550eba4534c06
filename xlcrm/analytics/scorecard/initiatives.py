"""The initiatives: what they cost, how far they are, and what they brought."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.scorecard.listing import listed
from xlcrm.analytics.scorecard.rows import positions
from xlcrm.analytics.scorecard.rules import scored_at
from xlcrm.analytics.scorecard.scorecard import order_of
from xlcrm.analytics.scorecard.standing import NOTHING, initiatives_of, iso_days, standing
from xlcrm.analytics.scorecard.strategy import Strategy, strategy
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError
from xlcrm.model.model import Model
from xlcrm.stats.exact import sums_by_code

Vector = np.ndarray[Any, np.dtype[np.float64]]


def initiatives(
    model: Model, where: Where = "", period: str = "", method: str = ""
) -> pd.DataFrame:
    """List the initiatives (docs/methods.md: Initiatives).

    Args:
        model: A model with measures and initiatives, and a day to look from.
        where: Conditions on initiatives; they choose what is listed and change no figure.
        period: What measures are read over; "" for the period of each.
        method: The scoring rule (docs/methods.md: Scores).

    Returns:
        ``initiative``, ``measure``, ``objective``, ``perspective``, ``owner``, ``status``
        (planned, on time, late, done, stopped), ``due`` (ISO text), ``budget``, ``spent``,
        ``burn`` (spent by budget), ``progress`` and ``time`` (shares of 1), ``expected`` and
        ``achieved`` (in the measure's unit), ``points`` (of its score), ``money_per_point``. By
        perspective, objective, measure, name and id.

    Raises:
        NotAvailable: There are no initiatives, none meets the conditions, one names a measure
            that is not there, or there is no day to look from.
        OutOfDomain: An initiative is due before it starts, or the strategy is out of order.
        WrongValue: An initiative or a measure stands twice.
    """
    made = initiatives_of(model)
    found = strategy(model, method, period)
    measures = found.measures
    at = positions(model, "initiatives", made["measure_id"], measures["measure_id"], "measure")
    stand = standing(model, made)
    part = _parts(made["expected_effect"].to_numpy(dtype=float), stand.begun, at, len(measures))
    with np.errstate(over="ignore", invalid="ignore"):  # `_figures` says what went beyond
        way, gain = _gains(model, measures, method)
        achieved = np.where(stand.begun, way[at] * part, 0.0)
        points = np.where(stand.begun, gain[at] * part, 0.0)
    spent, budget = (made[name].to_numpy(dtype=float) for name in ("spent", "budget"))
    of = found.objectives.iloc[measures["at"].to_numpy()[at]]
    frame = pd.DataFrame(
        {
            "initiative": made["name"],
            "measure": measures["measure"].to_numpy(dtype=object)[at],
            "objective": of["objective"].to_numpy(dtype=object),
            "perspective": of["perspective"].to_numpy(dtype=object),
            "owner": made["owner"],
            "status": stand.status,
            "due": iso_days(made["due"]),
            "budget": budget,
            "spent": spent,
            "burn": _by(spent, budget, budget == 0, budget < 0),
            "progress": made["progress"],
            "time": _figures(stand.time),
            "expected": made["expected_effect"],
            "achieved": _figures(achieved),
            "points": _figures(points),
            "money_per_point": _by(spent, points, points <= NOTHING),
        }
    )
    return listed(model, "initiatives", frame, _order(found, made, at), where)


def _gains(model: Model, measures: pd.DataFrame, method: str) -> tuple[Vector, Vector]:
    """Give the way of each measure from its baseline, in its unit and in points of its score."""
    actual, baseline = (measures[name].to_numpy(dtype=float) for name in ("actual", "baseline"))
    before = scored_at(model, measures, baseline, method)
    return actual - baseline, measures["score"].to_numpy(dtype=float) - before


def _parts(effect: Vector, begun: Any, at: Any, count: int) -> Vector:
    """Split what each of some measures gained over its initiatives that have begun.

    Args:
        effect: The effect expected of each initiative, NaN where none is stated.
        begun: Which have begun; the others get nothing.
        at: The measure of each.
        count: How many measures there are.

    Returns:
        Shares that add up to 1 over the initiatives of a measure, by the size of their effects,
        evenly where none states one.
    """
    size = np.where(begun & ~np.isnan(effect), np.abs(effect), 0.0)
    largest = np.zeros(count)
    np.maximum.at(largest, at, size)
    # Powers of 2 scale exactly: no sum overflows, and no measure's sizes drown another's.
    size = np.ldexp(size, -np.frexp(largest)[1][at])
    whole = sums_by_code(size, at, count)[at]
    heads = np.bincount(at[begun], minlength=count)[at]
    parts: Vector = begun / np.maximum(heads, 1)
    np.divide(size, whole, out=parts, where=whole > 0)
    return parts


def _by(top: Vector, below: Vector, zero: Any, negative: Any = False) -> Any:
    """Divide; #N/A where one is missing, else #DIV/0! or #NUM! where they say so."""
    known = ~np.isnan(top) & ~np.isnan(below)
    fine = known & ~zero & ~np.asarray(negative)
    with np.errstate(over="ignore"):
        answer = _figures(np.divide(top, below, out=np.full(len(top), np.nan), where=fine))
    answer[known & zero] = ExcelError.DIV0
    answer[known & negative] = ExcelError.NUM
    return answer


def _figures(values: Vector) -> Any:
    """Put #N/A where a number is missing, and #NUM! where it is beyond the largest one."""
    answer = values.astype(object)
    answer[np.isnan(values)] = ExcelError.NA
    answer[np.isinf(values)] = ExcelError.NUM
    return answer


def _order(found: Strategy, made: pd.DataFrame, at: Any) -> Any:
    """Give the rows as their measures stand on the scorecard, then by name and id."""
    place = np.argsort(order_of(found))
    ids, names = (
        pd.factorize(made[name].astype(str), sort=True)[0] for name in ("initiative_id", "name")
    )
    return np.lexsort((ids, names, place[at]))
