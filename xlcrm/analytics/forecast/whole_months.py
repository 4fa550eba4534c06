"""The months of a KPI that have ended, as a series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from xlcrm.analytics.forecast.monthly import Monthly, ended, name_of, number_of
from xlcrm.errors import NotAvailable, OutOfDomain, listing
from xlcrm.model.model import Model
from xlcrm.periods import ALL, Period
from xlcrm.stats.series.paths import Vector

GAPS = ("zero", "interpolate")
"""What a month without rows is; the default first."""

FEWEST = 3
"""Months that a series needs."""


@dataclass(frozen=True)
class Series:
    """The whole months of a KPI.

    Attributes:
        first: The first month, counted from January of the year 0.
        values: A value for each month from then on.
        notes: What is to be known of them.
    """

    first: int
    values: Vector
    notes: tuple[str, ...]

    @property
    def after(self) -> int:
        """The month after the last."""
        return self.first + len(self.values)


def series_of(
    model: Model, found: Monthly, period: Period = ALL, gaps: str = GAPS[0], fewest: int = FEWEST
) -> Series:
    """Give the months that have ended as a series.

    Args:
        model: The model, whose setting ``gap_share`` counts.
        found: The KPI by month.
        period: The days that count; months lie in it as a whole.
        gaps: What a month without rows is, one of `GAPS`.
        fewest: How many months it takes.

    Raises:
        NotAvailable: Fewer months have ended.
        OutOfDomain: Too many months have no rows.
    """
    first, last = found.first, found.until
    if period.first:
        begins = number_of(period.first)
        first = max(first, begins if period.first.day == 1 else begins + 1)
    if period.last:
        last = min(last, ended(period.last))
    rows = (
        found.rows[first - found.first : last - found.first + 1] if last >= first else np.empty(0)
    )
    there = np.flatnonzero(rows)
    if len(there):
        end = len(rows) if gaps == "zero" else int(there[-1]) + 1
        first, rows = first + int(there[0]), rows[int(there[0]) : end]
    count = len(rows) if len(there) else 0
    if count < fewest:
        months = "1 whole month" if count == 1 else f"{count} whole months"
        inside = "" if period.is_all else f" in {period.words}"
        raise NotAvailable(
            f"{found.kpi.name} has {months}{inside} by {model.as_of}; it takes {fewest}"
        )
    values = found.whole[first - found.first : first - found.first + count].copy()
    empty = np.flatnonzero(rows == 0)
    most = model.settings.number("gap_share")
    if len(empty) > most * count:
        raise OutOfDomain(
            f"{len(empty)} of {count} months of {found.kpi.name} have no rows, more than "
            f"{most:.0%}: give a later period, or fewer conditions"
        )
    if gaps == "interpolate":
        full = np.flatnonzero(rows)
        values[empty] = np.interp(empty, full, values[full])
    return Series(first, values, _notes(found, first, empty, gaps))


def _notes(found: Monthly, first: int, empty: Iterable[int], gaps: str) -> tuple[str, ...]:
    names = [name_of(first + int(place)) for place in empty]
    notes = []
    if names:
        one, several = ("counts as 0", "count as 0")
        if gaps == "interpolate":
            one, several = ("is interpolated", "are interpolated")
        told = f"1 month without rows {one}"
        if len(names) > 1:
            told = f"{len(names)} months without rows {several}"
        notes.append(f"{told} ({listing(names)})")
    if found.undated == 1:
        notes.append("1 row without a date is left out")
    elif found.undated:
        notes.append(f"{found.undated:,} rows without a date are left out")
    return tuple(notes)
