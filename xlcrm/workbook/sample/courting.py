"""The sample's activities beside deals: newcomers courted, and the North worked well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from xlcrm.workbook.sample.activities import Activity, activity, care
from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import AS_OF, Account
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.months import month_start, working

_COURTED = {"Gold": (9, 14), "Silver": (1, 3), "Bronze": (0, 1)}
"""How often newcomers are met before their first deal is won, beside what the deal asks for."""
_WORKED_WELL = "North"
_EXTRA_VISITS = 70
_SINCE = month_start(12)


def courting(deals: Sequence[Deal], newcomers: Sequence[Account]) -> Iterator[Activity]:
    """Make what was done to win the accounts that entered late, and to keep the Gold ones.

    Args:
        deals: The company's deals.
        newcomers: The accounts that entered late.
    """
    chance = Chance(14)
    for account in newcomers:
        won = min(d.closed_on for d in deals if d.account is account and d.closed_on)
        for _ in range(chance.whole(*_COURTED[account.segment])):
            kind = chance.one(("visit", "call", "mail"), (0.45, 0.35, 0.2))
            yield _done(chance, chance.day(account.created, won), account, kind)
        yield from care(chance, account, won)


def extra_visits(accounts: Sequence[Account]) -> Iterator[Activity]:
    """Let the sellers of one region visit accounts more often than the others do.

    Args:
        accounts: The accounts of old.
    """
    chance = Chance(15)
    there = [one for one in accounts if one.region == _WORKED_WELL and one.segment != "Gold"]
    for _ in range(_EXTRA_VISITS):
        account = chance.one(there)
        yield _done(chance, chance.day(_SINCE, AS_OF), account, "visit")


def _done(chance: Chance, day: date, account: Account, kind: str) -> Activity:
    on = min(working(day), AS_OF - timedelta(days=1))
    return activity(chance, on, account.owner, kind, account.account_id, None, None)
