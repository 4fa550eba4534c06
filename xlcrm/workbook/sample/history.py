"""The sample's snapshots: the pipeline as it stood at the end of each of the last months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from xlcrm.workbook.sample.company import AS_OF, MONTHS, SLIPS
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.pipeline import month_start, pushed

_PICTURES = 12

Picture = tuple[date, Deal, int, float | None, date, str]
"""Day, deal, stage, amount, expected close, status."""


def snapshots(deals: Sequence[Deal]) -> Iterator[Picture]:
    """Picture the pipeline at month ends: what was open, and what had closed in the month.

    Args:
        deals: The company's deals.

    Yields:
        A picture of each deal on each of the days.
    """
    for number in range(MONTHS - _PICTURES + 1, MONTHS + 1):
        day = month_start(number) - timedelta(days=1)
        month = month_start(number - 1)
        for deal in deals:
            gone = deal.closed_on is not None and deal.closed_on < month
            if deal.created <= day and not gone:
                yield _picture(deal, day)


def _picture(deal: Deal, day: date) -> Picture:
    if deal.closed_on is not None and deal.closed_on <= day:
        return day, deal, deal.stage, deal.amount, deal.expected_close, deal.status
    end = deal.closed_on or AS_OF
    passed = (day - deal.created).days / max(1, (end - deal.created).days)
    stage = min(deal.reached, int(passed * (deal.reached + 1)))
    status = "on hold" if deal.status == "on hold" and day == AS_OF else "open"
    if day == AS_OF:
        return day, deal, deal.stage, deal.amount, deal.expected_close, status
    return day, deal, stage, _amount(deal, stage), _expected(deal, day), status


def _amount(deal: Deal, stage: int) -> float | None:
    """Give the amount that was thought of before the proposal was made."""
    if deal.amount is None or stage >= 2:
        return deal.amount
    factor = (0.9, 1.0, 1.0, 1.1, 1.0)[deal.created.toordinal() % 5]
    return float(round(deal.amount * factor / 50) * 50)


def _expected(deal: Deal, day: date) -> date:
    """Give the close expected that day: it moves on as it comes near, and for some as it likes."""
    hoped = pushed(deal.first_expected, day)
    if deal.status == "open" and deal.owner == SLIPS:
        months = (AS_OF.year - day.year) * 12 + AS_OF.month - day.month
        return max(hoped - timedelta(days=30 * max(0, months - 1)), day + timedelta(days=9))
    return min(hoped, deal.expected_close) if deal.status == "open" else hoped
