"""What the sample knows of an opportunity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlcrm.workbook.sample.company import Account


@dataclass(frozen=True)
class Deal:
    """An opportunity with what the tables of deals and snapshots need to know of it."""

    deal_id: str
    account: Account
    owner: str
    created: date
    source: str
    stage: int
    reached: int
    amount: float | None
    status: str
    expected_close: date
    first_expected: date
    closed_on: date | None
    last_update: date
    template: str | None
    quality: float
    probability: float | None = None
    forecast_category: str | None = None
    override: float | None = None
    override_by: str | None = None
    override_on: date | None = None
    override_why: str | None = None
    lost_reason: str | None = None
    competitor: str | None = None
    next_action: str | None = None
