"""The rest of a period by its open deals: those of CRM_FORECAST, and how they may come out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from xlcrm.analytics.forecast.open_values import open_deals, rho_of, total_of
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError
from xlcrm.kpis.open_deals import EXPECTED, OVERDUE
from xlcrm.kpis.probability import Chances
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.stats.bernoulli_sums import Distribution


@dataclass(frozen=True)
class Pending:
    """What open deals bring a period to.

    Attributes:
        expected: What they are expected to bring, and deals not created yet, in money.
        law: The distribution of what is won already and of open deals.
        added: What deals not created yet bring, taken as certain.
        words: What the figures rest on.
    """

    expected: float
    law: Distribution
    added: float
    words: str

    def quantile(self, chance: float) -> float:
        """Give what is not exceeded with a chance.

        Args:
            chance: Between 0 and 1.
        """
        return self.law.quantile(chance) + self.added

    def reaching(self, target: float, *, beyond: bool = False) -> float:
        """Give the chance of a target or more.

        Args:
            target: The target.
            beyond: Whether more than the target is asked for.
        """
        aim = target - self.added
        return self.law.reaching(math.nextafter(aim, math.inf) if beyond else aim)


def pending(model: Model, where: Where, first: date, last: date, actual: float) -> Pending:
    """Find what open deals bring until the end of a period.

    Args:
        model: A model with deals and stages.
        where: Conditions on deals.
        first: The first day of the period, or of the month of `as_of` where that is later.
        last: Its last day.
        actual: What is won so far, in money.

    Raises:
        NotAvailable: A stage has no probability, or no open deal an amount.
        OutOfDomain: A sum may be beyond the largest number.
    """
    told = forecast(model, "month", where, f"{first}..{last}")
    created = [one for one in told["create_and_close"] if not isinstance(one, ExcelError)]
    added = math.fsum(float(one) for one in created)
    expected = math.fsum(told["weighted"].tolist()) + added
    chances = Chances(model, EXPECTED.method(""))
    days = Period(first, last, f"{first}..{last}")
    deals = open_deals(model, (), where, days, OVERDUE[0], chances)
    law = total_of(deals, actual, rho_of(model, None))
    words = f"{len(deals):,} open deals by probability ({chances.words})"
    if added:
        words += f", and {added:,.0f} of deals not created yet, taken as certain"
    return Pending(expected, law, added, words)
