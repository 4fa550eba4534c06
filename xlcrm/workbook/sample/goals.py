"""The sample's goals: a year's revenue by months and sellers, and how near sales came to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from xlcrm.workbook.sample.company import (
    AS_OF,
    FIRST_MONTH,
    MONTHS,
    REGULAR,
    SEASON,
    SELLERS,
    STUNTS,
)
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.lines import Line
from xlcrm.workbook.sample.months import month_end

YEARS = {2024: 5_000_000, 2025: 5_600_000, 2026: 6_600_000}
"""The revenue that the company plans for a year, in EUR."""

WON = 4_200_000
"""What deals won are to bring of the current year's revenue; the rest is ordered again."""

_ATTAINED = (
    (0.94, 1.03, 0.97, 1.06, 0.92, 1.14, 0.98, 1.05, 0.95, 1.02, 0.93, 1.12),
    (1.04, 0.91, 1.01, 0.98, 1.08, 1.13, 0.90, 0.96, 1.03, 0.99, 0.88, 1.10),
    (0.91, 0.97, 1.08, 0.86, 0.90, 0.93),
)
"""The part of each month's goal that sales reached; of the last month's, for the days so far."""

_LEAST, _MOST = 0.45, 1.9
"""How far amounts may be moved to reach it."""
_ROUND = 100

Month = tuple[int, int]
Target = tuple[str, str, float, str | None]
"""Metric, period, goal, seller or None for the company."""


def company_goals() -> dict[Month, int]:
    """Give the revenue planned for each month of the three years, in EUR."""
    return {
        (year, month): round(whole * weight / 100)
        for year, whole in YEARS.items()
        for month, weight in enumerate(SEASON.values(), 1)
    }


def fitted(deals: Sequence[Deal], again: Sequence[Line]) -> tuple[Deal, ...]:
    """Change the amounts of deals won so that each month's sales come as near its goal as planned.

    The amounts of the one who is regular and of the one who lives by stunts stay as they are.

    Args:
        deals: The company's deals.
        again: The lines of repeat orders.
    """
    fixed = dict.fromkeys(_past(), 0.0)
    free = dict(fixed)
    for line in again:
        fixed[line.date.year, line.date.month] += line.amount
    for deal in deals:
        if deal.status == "won" and deal.closed_on and deal.amount:
            part = free if _may_change(deal) else fixed
            part[deal.closed_on.year, deal.closed_on.month] += deal.amount
    wanted = _wanted()
    factors = {
        month: min(_MOST, max(_LEAST, (wanted[month] - fixed[month]) / max(1.0, free[month])))
        for month in fixed
    }
    return tuple(_scaled(deal, factors) for deal in deals)


def _past() -> Iterator[Month]:
    for number in range(MONTHS):
        yield FIRST_MONTH[0] + number // 12, number % 12 + 1


def _wanted() -> dict[Month, float]:
    goals = company_goals()
    attained = (share for year in _ATTAINED for share in year)
    wanted = {month: goals[month] * share for month, share in zip(_past(), attained, strict=True)}
    wanted[AS_OF.year, AS_OF.month] *= AS_OF.day / month_end(AS_OF).day
    return wanted


def _may_change(deal: Deal) -> bool:
    return deal.owner not in (REGULAR, STUNTS)


def _scaled(deal: Deal, factors: dict[Month, float]) -> Deal:
    if deal.status != "won" or not deal.closed_on or not deal.amount or not _may_change(deal):
        return deal
    factor = factors[deal.closed_on.year, deal.closed_on.month]
    return replace(deal, amount=float(round(deal.amount * factor / 50) * 50))


def targets(lines: Sequence[Line], deals: Sequence[Deal]) -> Iterator[Target]:
    """Set the goals: by month for the company, and in the current year for each seller.

    Half of a seller's part is that of the sales of the two years before; half is equal for all.

    Args:
        lines: The company's order lines.
        deals: The company's deals.

    Yields:
        Of revenue, then of the amount won in the current year: the goals of the company, then
        those of the sellers; by month, they add up.
    """
    begin = date(AS_OF.year, 1, 1)
    sold = [(line.owner, line.amount) for line in lines if line.date < begin]
    won = [
        (deal.owner, deal.amount or 0.0)
        for deal in deals
        if deal.status == "won" and deal.closed_on and deal.closed_on < begin
    ]
    revenue = company_goals()
    amount = {
        (AS_OF.year, month): round(WON * weight / 100)
        for month, weight in enumerate(SEASON.values(), 1)
    }
    yield from _set("revenue", revenue, sold)
    yield from _set("won_amount", amount, won)


def _set(
    metric: str, goals: Mapping[Month, int], before: Sequence[tuple[str, float]]
) -> Iterator[Target]:
    for (year, month), goal in goals.items():
        yield metric, f"{year}-{month:02d}", float(goal), None
    whole = sum(amount for _, amount in before)
    parts = [
        sum(amount for owner, amount in before if owner == one.owner) / whole / 2
        + 1 / len(SELLERS) / 2
        for one in SELLERS
    ]
    shared = {month: _shared(goals[AS_OF.year, month], parts) for month in range(1, 13)}
    for place, seller in enumerate(SELLERS):
        for month, sums in shared.items():
            yield metric, f"{AS_OF.year}-{month:02d}", sums[place], seller.owner


def _shared(whole: int, parts: Sequence[float]) -> list[float]:
    """Share a sum in hundreds; those that lose most by rounding get the hundreds left over."""
    units = whole // _ROUND
    exact = [units * part for part in parts]
    given = [int(one) for one in exact]
    by_loss = sorted(range(len(parts)), key=lambda n: (given[n] - exact[n], n))
    for place in by_loss[: units - sum(given)]:
        given[place] += 1
    return [float(one * _ROUND) for one in given]
