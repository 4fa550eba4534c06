"""The sample's snapshots: the pipeline in the middle and at the end of each of the last months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from xlcrm.workbook.sample.company import AS_OF, MONTHS
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.months import month_end, month_start

_MONTHS_PICTURED = 12
_MIDDLE = 15
_SHOWN_AFTER = timedelta(days=31)
"""For how long a deal that was won or lost is still pictured."""

Picture = tuple[date, Deal, int, float | None, date, str]
"""Day, deal, stage, amount, expected close, status."""


def snapshots(deals: Sequence[Deal]) -> Iterator[Picture]:
    """Picture the pipeline twice a month: what was open, and what had closed lately.

    Args:
        deals: The company's deals.

    Yields:
        A picture of each deal on each of the days.
    """
    for day in _days():
        for deal in deals:
            gone = deal.closed_on is not None and deal.closed_on < day - _SHOWN_AFTER
            if deal.created <= day and not gone:
                yield _picture(deal, day)


def _days() -> Iterator[date]:
    for number in range(MONTHS - _MONTHS_PICTURED, MONTHS):
        first = month_start(number)
        yield from (d for d in (first.replace(day=_MIDDLE), month_end(first)) if d <= AS_OF)


def _picture(deal: Deal, day: date) -> Picture:
    stage, expected = deal.stage_on(day), deal.expected_on(day)
    if deal.ended is not None and deal.ended <= day:
        return day, deal, deal.stage, deal.amount, expected, deal.status
    return day, deal, stage, _amount(deal, stage), expected, "open"


def _amount(deal: Deal, stage: int) -> float | None:
    """Give the amount that was thought of before the proposal was made."""
    if deal.amount is None or stage >= 2 or (stage >= deal.stage and deal.status == "open"):
        return deal.amount
    factor = (0.9, 1.0, 1.0, 1.1, 1.0)[deal.created.toordinal() % 5]
    return float(round(deal.amount * factor / 50) * 50)
