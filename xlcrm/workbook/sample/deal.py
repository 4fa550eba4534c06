"""What the sample knows of an opportunity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlcrm.workbook.sample.company import AS_OF, Account


@dataclass(frozen=True)
class Deal:
    """An opportunity with what the tables that tell of it need to know."""

    deal_id: str
    account: Account
    owner: str
    created: date
    source: str
    stage: int
    reached: int
    amount: float | None
    status: str
    expectations: tuple[tuple[date, date], ...]
    """The days from which a close was expected, each with that close, in their order."""
    closed_on: date | None
    last_update: date
    template: str | None
    quality: float
    held_on: date | None = None
    probability: float | None = None
    forecast_category: str | None = None
    override: float | None = None
    override_by: str | None = None
    override_on: date | None = None
    override_why: str | None = None
    lost_reason: str | None = None
    competitor: str | None = None
    next_action: str | None = None

    @property
    def expected_close(self) -> date:
        """The close expected at last."""
        return self.expectations[-1][1]

    @property
    def ended(self) -> date | None:
        """The day on which it was won, lost or put on hold."""
        return self.closed_on or self.held_on

    def expected_on(self, day: date) -> date:
        """Give the close that was expected on a day."""
        known = [close for since, close in self.expectations if since <= day]
        return known[-1] if known else self.expectations[0][1]

    def stage_on(self, day: date) -> int:
        """Give the place of the stage in which it stood on a day; all stages take equally long."""
        end = self.ended or AS_OF
        if day >= end:
            return self.stage
        passed = (day - self.created).days / max(1, (end - self.created).days)
        return min(self.reached, int(passed * (self.reached + 1)))
