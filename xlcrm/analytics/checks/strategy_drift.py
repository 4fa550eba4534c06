"""Whether business has moved away from what the strategy was made for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from xlcrm.analytics.checks.declaration import LACKS, Check, Finding, named, rows_of
from xlcrm.analytics.figures import kpi_table
from xlcrm.cells import text_key
from xlcrm.errors import ExcelError, NotAvailable, WrongValue
from xlcrm.model.model import Model
from xlcrm.model.relations import unmatched
from xlcrm.periods import shifted, start_of
from xlcrm.reduce.grouping import BLANK

_RATES = {"margin": "margin", "win_rate": "win rate"}
"""The figures whose drift is looked at, as they are called in words."""

_NO_SEGMENT = (BLANK, unmatched("accounts"))


def _year_up_to(day: date) -> str:
    """Give the twelve months up to a day, its own month among them, as far as it has run."""
    return f"{shifted(start_of(day, 'month'), 'month', -11)}..{day}"


def _drift(model: Model) -> Finding:
    """Find the rate of a segment that has changed most since targets were last reviewed."""
    reviewed = rows_of(model, "measures", ["reviewed"])["reviewed"].dropna()
    since = max((day.date() for day in reviewed if day.date() <= model.as_of), default=None)
    if since is None:
        raise NotAvailable("no measure says when it was reviewed")
    changes: list[tuple[float, str]] = []
    lacks = []
    for kpi in _RATES:
        try:
            changes += _changes(model, kpi, since)
        except LACKS as lack:
            lacks.append(lack.message)
    if not changes:
        raise NotAvailable(lacks[0] if lacks else f"no segment has rates both now and by {since}")
    changes.sort(key=lambda one: (-abs(one[0]), one[1]))
    limit = model.settings.number("drift_limit")
    names = [words for change, words in changes if abs(change) > limit]
    words = f"{len(names)} of {len(changes)} rates by segment have moved since {since}"
    return Finding(abs(changes[0][0]), words, names)


def _changes(model: Model, kpi: str, since: date) -> Iterator[tuple[float, str]]:
    """Give the relative change of a rate of each segment that has it at both times, in words."""
    before, after = _rates(model, kpi, since), _rates(model, kpi, model.as_of)
    for segment in sorted(before.keys() & after.keys()):
        then, now = before[segment], after[segment]
        if then:
            change = (now - then) / abs(then)
            told = f"{named(segment)} {_RATES[kpi]} {100 * then:.0f} % to {100 * now:.0f} %"
            yield change, told


def _rates(model: Model, kpi: str, day: date) -> Mapping[str, float]:
    """Give a rate by segment over the year up to a day; a rate of few deals is chance."""
    least = model.settings.number("least_deals") if kpi == "win_rate" else 1.0
    return {
        segment: value
        for segment, value, rows in _by_segment(model, kpi, day)
        if rows >= least and segment not in _NO_SEGMENT
    }


def _by_segment(model: Model, kpi: str, day: date) -> Iterator[tuple[str, float, float]]:
    found = kpi_table(model, kpi, "segment", period=_year_up_to(day))
    for segment, value, rows in found.itertuples(index=False):
        if not isinstance(value, ExcelError):
            yield str(segment), float(value), float(rows)


def _mix(model: Model) -> Finding:
    """Find the segment whose share of revenue is farthest from the one planned."""
    planned = _planned(model)
    revenue: dict[str, float] = {}
    for segment, value, _ in _by_segment(model, "revenue", model.as_of):
        revenue[text_key(segment)] = revenue.get(text_key(segment), 0.0) + value
    total = sum(revenue.values())
    if total <= 0:
        raise NotAvailable("there is no revenue in the last 12 months to take shares of")
    gaps = []
    for segment, share in planned.items():
        now = revenue.get(text_key(segment), 0.0) / total
        gaps.append(
            (abs(now - share), f"{named(segment)} {100 * now:.0f} % for {100 * share:.0f} %")
        )
    gaps.sort(key=lambda one: (-one[0], one[1]))
    limit = model.settings.number("drift_limit")
    names = [words for gap, words in gaps if gap > limit]
    words = f"{len(names)} of {len(gaps)} segments are far from their planned share of revenue"
    return Finding(gaps[0][0], words, names)


def _planned(model: Model) -> Mapping[str, float]:
    """Give the planned share of each segment, which rows for several owners may repeat."""
    rows = rows_of(model, "allocation", ["segment", "share"])
    rows = rows[rows["segment"].notna() & rows["share"].notna()]
    planned: dict[str, float] = {}
    for segment, share in sorted(zip(rows["segment"], rows["share"], strict=True)):
        if planned.setdefault(segment, share) != share:
            raise WrongValue(f"allocation gives {segment!r} two shares: keep one")
    if not planned:
        raise NotAvailable("allocation holds no share")
    return planned


CHECKS: tuple[Check, ...] = (
    Check(
        "strategy",
        "Drift since targets were set",
        ("measures",),
        _drift,
        "drift_limit",
        "Analyse the segments named, and set their targets anew",
    ),
    Check(
        "strategy",
        "Mix against plan",
        ("allocation",),
        _mix,
        "drift_limit",
        "Move effort to the segments that lag, or plan the mix anew",
    ),
)
"""The checks of drift."""
