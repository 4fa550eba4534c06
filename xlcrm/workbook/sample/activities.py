"""The sample's activities: how each deal was followed, or left alone, and visits to customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import AS_OF, SELLERS, STAGES, Account, Seller
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.months import month_start, working

_APART = 22
"""The days between activities on a deal that is followed; never more than 30."""
_SILENCE = (34, 58)
"""For how many days a deal was left alone before it was lost."""
_LONG_ENOUGH = 75
"""The days that a deal must have lasted to be left alone for so long."""
_CARE = (60, 130)
"""The days between activities with a Gold account that are about no deal."""

_KINDS = (
    {"call": 0.5, "mail": 0.4, "visit": 0.1},
    {"call": 0.35, "visit": 0.45, "mail": 0.2},
    {"reminder": 0.5, "call": 0.3, "visit": 0.2},
    {"visit": 0.4, "call": 0.4, "reminder": 0.2},
    {"call": 0.45, "mail": 0.3, "visit": 0.25},
)
"""What is done in each stage, with weights; a proposal begins with a quote."""
_PROPOSAL = 2
_MINUTES = {"call": (10, 30), "visit": (75, 165), "mail": (5, 15), "quote": (60, 150),
            "reminder": (5, 15)}  # fmt: skip
_CHANNELS = {"call": "phone", "visit": "on site", "mail": "mail", "quote": "mail",
             "reminder": "phone"}  # fmt: skip
_TRAVEL = (30, 160)
"""What a visit costs, in EUR."""


@dataclass(frozen=True)
class Activity:
    """Something a seller did, and for whom."""

    date: date
    owner: str
    kind: str
    account_id: str | None
    deal_id: str | None
    minutes: float
    cost: float | None
    channel: str | None
    stage: str | None


def activities(deals: Sequence[Deal], accounts: Sequence[Account]) -> list[Activity]:
    """Make what was done for deals and for customers; the office work is made elsewhere.

    Args:
        deals: The company's deals.
        accounts: Its accounts.
    """
    chance = Chance(4)
    sellers = {one.owner: one for one in SELLERS}
    alone = {deal.deal_id for one in SELLERS for deal in _left_alone(chance, one, deals)}
    done = [
        _touch(chance, deal, day)
        for deal in deals
        for day in _days(chance, deal, sellers[deal.owner], alone=deal.deal_id in alone)
    ]
    done = list(_with_quotes(chance, done))
    done += [one for account in accounts for one in care(chance, account, month_start(0))]
    return done


def _left_alone(chance: Chance, seller: Seller, deals: Sequence[Deal]) -> list[Deal]:
    """Choose the lost deals of a seller that were left alone before they were lost."""
    lost = [deal for deal in deals if deal.owner == seller.owner and deal.status == "lost"]
    fit = [d for d in lost if d.closed_on and (d.closed_on - d.created).days >= _LONG_ENOUGH]
    ranked = sorted(fit, key=lambda deal: (chance.between(0, 1), deal.deal_id))
    return ranked[: round(seller.silence * len(lost))]


def _days(chance: Chance, deal: Deal, seller: Seller, *, alone: bool) -> Iterator[date]:
    """Give the days on which something was done: in every stage, and evenly over it."""
    end = deal.ended or AS_OF
    last = deal.ended or deal.last_update
    if alone:
        last = end - timedelta(days=chance.whole(*_SILENCE))
    length = (end - deal.created).days / (deal.reached + 1)
    given = deal.created
    for stage in range(deal.reached + 1):
        needed = STAGES[stage].min_activities - (not chance.happens(seller.diligence))
        count = max(needed, ceil(length / _APART))
        for number in range(count):
            passed = length * (stage + (number + chance.between(0.37, 0.63)) / count)
            day = max(deal.created, working(deal.created + timedelta(days=int(passed))))
            if day <= last:
                given = day
                yield day
    if deal.status == "open" and last > given:
        yield last


def _touch(chance: Chance, deal: Deal, day: date) -> Activity:
    stage = deal.stage_on(day)
    kinds = _KINDS[stage]
    kind = chance.one(list(kinds), list(kinds.values()))
    return activity(
        chance, day, deal.owner, kind, deal.account.account_id, deal.deal_id, STAGES[stage].stage
    )


def _with_quotes(chance: Chance, done: Sequence[Activity]) -> Iterator[Activity]:
    """Let the first activity of a deal in its proposal stage be the quote."""
    quoted: set[str | None] = set()
    for one in done:
        if one.stage == STAGES[_PROPOSAL].stage and one.deal_id not in quoted:
            quoted.add(one.deal_id)
            yield activity(
                chance, one.date, one.owner, "quote", one.account_id, one.deal_id, one.stage
            )
        else:
            yield one


def care(chance: Chance, account: Account, since: date) -> Iterator[Activity]:
    """Let a Gold account be called and visited without a deal.

    Args:
        chance: The draws.
        account: The account; of other segments nobody is cared for so.
        since: The day from which.
    """
    if account.segment != "Gold":
        return
    day = since + timedelta(days=chance.whole(5, 60))
    while day <= AS_OF:
        kind = chance.one(("visit", "call"), (0.6, 0.4))
        yield activity(chance, working(day), account.owner, kind, account.account_id, None, None)
        day += timedelta(days=chance.whole(*_CARE))


def activity(
    chance: Chance,
    day: date,
    owner: str,
    kind: str,
    account_id: str | None,
    deal_id: str | None,
    stage: str | None,
) -> Activity:
    """Make an activity: how long it took, what it cost and by which way depend on its kind.

    Args:
        chance: The draws.
        day: The day it was done.
        owner: The seller who did it.
        kind: What was done.
        account_id: For whom, if anybody.
        deal_id: For which deal, if any.
        stage: The stage in which that deal stood.
    """
    low, high = _MINUTES[kind]
    minutes = float(round(chance.between(low, high) / 5) * 5)
    cost = float(round(chance.between(*_TRAVEL))) if kind == "visit" else None
    channel = "web" if kind == "call" and chance.happens(0.2) else _CHANNELS[kind]
    return Activity(day, owner, kind, account_id, deal_id, minutes, cost, channel, stage)
