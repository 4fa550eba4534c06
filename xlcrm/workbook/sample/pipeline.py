"""The sample's deals: won, lost, open and on hold, and the way each of them went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import (
    AS_OF,
    REGULAR,
    SELLERS,
    SLIPS,
    STAGES,
    STUNTS,
    Account,
    Seller,
)
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.expectations import (
    Expectations,
    slipping,
    steady,
)
from xlcrm.workbook.sample.months import (
    STUNT_AMOUNTS,
    month_end,
    month_start,
    winning_months,
    working,
)
from xlcrm.workbook.sample.overrides import called_by_managers

_SCALE = {"Gold": 1.35, "Silver": 0.85, "Bronze": 0.40}
"""A segment's deals beside the seller's typical one."""
_WON_IN = {"Gold": 0.52, "Silver": 0.36, "Bronze": 0.12}
_LOST_IN = {"Gold": 0.17, "Silver": 0.31, "Bronze": 0.52}
_OPEN_IN = {"Gold": 0.34, "Silver": 0.36, "Bronze": 0.30}
_ON_HOLD = 14
_LATE_LOSSES = 0.6
"""How many losses of the one who slips come when the month is nearly over."""
_SOURCES = ("Web", "Referral", "Fair", "Own prospecting", "Partner")
_TEMPLATES = ("Guide A", "Guide B", None)
_REASONS = ("Price", "No decision", "No budget", "Competitor", "Timing")
_COMPETITORS = ("Voltara", "Kontrol AG", "Sensis")
_NEXT = (
    "Send offer",
    "Call the buyer",
    "Site visit",
    "Agree on terms",
    "Meet the plant manager",
    "Ask for the order",
)


def deals(accounts: Sequence[Account]) -> tuple[Deal, ...]:
    """Make the deals, in the order of their creation.

    Args:
        accounts: The company's accounts.
    """
    chance = Chance(2)
    made = [
        deal
        for seller in SELLERS
        for deal in _of_seller(chance, seller, [a for a in accounts if a.owner == seller.owner])
    ]
    made = _on_hold(chance, made)
    made.sort(key=lambda deal: (deal.created, deal.owner, deal.account.account_id, deal.status))
    numbered = [replace(d, deal_id=f"D-{n:04d}") for n, d in enumerate(made, 1)]
    return tuple(called_by_managers(numbered))


def _of_seller(chance: Chance, seller: Seller, accounts: list[Account]) -> Iterator[Deal]:
    for month in winning_months(chance, seller):
        yield _won(chance, seller, accounts, month)
    for number in range(seller.losses):
        yield _lost(chance, seller, accounts, number)
    for number in range(seller.open):
        yield _open(chance, seller, accounts, number)


def _account(chance: Chance, accounts: list[Account], weights: dict[str, float]) -> Account:
    segments = list(dict.fromkeys(account.segment for account in accounts))
    segment = chance.one(segments, [weights[name] for name in segments])
    return chance.one([account for account in accounts if account.segment == segment])


def _amount(chance: Chance, seller: Seller, account: Account) -> float:
    spread = chance.middling(0.45, 1.65)
    return float(round(seller.typical * _SCALE[account.segment] * spread / 50) * 50)


def _won(chance: Chance, seller: Seller, accounts: list[Account], month: int) -> Deal:
    last = min(month_end(month_start(month)), AS_OF - timedelta(days=2))
    start = month_start(month)
    closed = chance.day(max(start, working(start + timedelta(days=chance.whole(0, 12)))), last)
    cycle = int(chance.middling(35, 120)) if seller.owner == REGULAR else _cycle(chance, 30, 150)
    weights = {"Gold": 1.0, "Silver": 0.0, "Bronze": 0.0} if seller.owner == STUNTS else _WON_IN
    account = _account(chance, accounts, weights)
    amount = _amount(chance, seller, account)
    if seller.owner == REGULAR:
        amount = float(round(chance.between(37_000, 43_500) / 50) * 50)
    if seller.owner == STUNTS:
        amount = STUNT_AMOUNTS[month]
    return _closed(chance, seller, account, closed, cycle, amount, "won", len(STAGES) - 1)


def _lost(chance: Chance, seller: Seller, accounts: list[Account], number: int) -> Deal:
    first, last = month_start(0), AS_OF - timedelta(days=3)
    span = (last - first).days / seller.losses
    start = first + timedelta(days=int(span * number))
    closed = chance.day(start, start + timedelta(days=int(span)))
    if seller.owner == SLIPS and chance.happens(_LATE_LOSSES):
        closed = _late_in_month(chance, closed)
    account = _account(chance, accounts, _LOST_IN)
    reached = chance.one(range(len(STAGES)), [stage.lost_here for stage in STAGES])
    amount = _amount(chance, seller, account) * (0.6 if seller.owner == STUNTS else 1.0)
    made = _closed(
        chance, seller, account, closed, _cycle(chance, 20, 190), amount, "lost", reached
    )
    reason = chance.one(_REASONS, (0.28, 0.27, 0.2, 0.15, 0.1))
    rival = chance.one(_COMPETITORS) if reason == "Competitor" or chance.happens(0.25) else None
    return replace(made, lost_reason=reason, competitor=rival)


def _closed(
    chance: Chance,
    seller: Seller,
    account: Account,
    closed: date,
    cycle: int,
    amount: float,
    status: str,
    reached: int,
) -> Deal:
    created = closed - timedelta(days=cycle)
    good = status == "won"
    return Deal(
        deal_id="",
        account=account,
        owner=seller.owner,
        created=created,
        source=chance.one(_SOURCES, (0.24, 0.28, 0.12, 0.24, 0.12)),
        stage=reached,
        reached=reached,
        amount=amount,
        status=status,
        expectations=_until(chance, seller, created, closed, good=good),
        closed_on=closed,
        last_update=closed,
        template=chance.one(_TEMPLATES, (0.45, 0.25, 0.3) if good else (0.25, 0.35, 0.4)),
        quality=round(chance.middling(0.5, 1.0) if good else chance.middling(0.1, 0.9), 1),
    )


def _late_in_month(chance: Chance, day: date) -> date:
    """Give a working day of the last third of the month that is over by then."""
    late = working(day.replace(day=chance.whole(23, 28)))
    before = day.replace(day=1) - timedelta(days=1)
    return late if late < AS_OF else working(before.replace(day=chance.whole(23, 28)))


def _until(
    chance: Chance, seller: Seller, created: date, closed: date, *, good: bool
) -> Expectations:
    """Give the closes expected until a deal was won, soon before the last, or lost."""
    if seller.owner == SLIPS:
        final = min(closed + timedelta(days=chance.whole(0, 4)), month_end(closed))
        return slipping(chance, created, closed, final)
    ahead = chance.whole(0, 7) if good else chance.whole(8, 70)
    return steady(chance, created, closed, closed + timedelta(days=ahead))


def _cycle(chance: Chance, low: int, high: int) -> int:
    return int(chance.middling(low, high))


_OPEN_STAGES = (0, 1, 2, 3, 1, 0, 2, 4, 1, 3, 0)
_AHEAD = ((60, 185), (45, 160), (25, 125), (12, 80), (4, 40))
"""Days until an open deal is expected to close, by stage."""
_DUE_SHARE = 0.32
"""How many of the deals in the last stages are expected before the month is over."""
_SMALLER = 0.65
"""The size of deals that are due or overdue, beside others."""
_OVERDUE, _DUE = (1, 3, 5, 7, 9), (0, 2, 6)
"""Which of the open deals of the one who slips are past their expected close, or due."""


def _open(chance: Chance, seller: Seller, accounts: list[Account], number: int) -> Deal:
    stage = _OPEN_STAGES[(number + len(seller.owner)) % len(_OPEN_STAGES)]
    account = _account(chance, accounts, _OPEN_IN)
    amount = _amount(chance, seller, account) * (0.55 if seller.owner == STUNTS else 1.0)
    slips = seller.owner == SLIPS
    created = AS_OF - timedelta(days=_cycle(chance, 8 + 14 * stage, 60 + 35 * stage))
    overdue = (
        number in _OVERDUE if slips else (seller.diligence < 0.85 and number == len(seller.owner))
    )
    due = (
        number in _DUE
        if slips
        else (stage >= 3 and seller.owner != STUNTS and chance.happens(_DUE_SHARE))
    )
    silent = not overdue and not due and _rank(seller, number) < seller.unattended
    expected = AS_OF + timedelta(days=chance.whole(*_AHEAD[stage]))
    update = AS_OF - timedelta(days=chance.whole(0, 6 if seller.owner == REGULAR else 12))
    if due:
        expected = AS_OF + timedelta(days=chance.whole(5, 12) if slips else chance.whole(1, 13))
        created -= timedelta(days=90) if slips else timedelta(days=0)
    if overdue:
        created -= timedelta(days=60)
        expected = AS_OF - timedelta(days=chance.whole(4, 45))
        update = expected - timedelta(days=chance.whole(1, 14))
    if due or overdue:
        amount *= _SMALLER
    if silent:
        created -= timedelta(days=60)
        update = AS_OF - timedelta(days=chance.whole(31, 58))
    expected = working(expected)
    path = slipping if slips else steady
    hope = 1.15 if seller.owner == SLIPS else chance.between(0.85, 1.0)
    own = STAGES[stage].probability * hope
    blank = chance.happens(0.15)
    return Deal(
        deal_id="",
        account=account,
        owner=seller.owner,
        created=created,
        source=chance.one(_SOURCES),
        stage=stage,
        reached=min(len(STAGES) - 1, stage + chance.happens(0.08)),
        amount=float(round(amount / 50) * 50),
        status="open",
        expectations=path(chance, created, max(created, working(update)), expected),
        closed_on=None,
        last_update=max(created, working(update)),
        template=chance.one(_TEMPLATES),
        quality=round(chance.middling(0.1, 1.0), 1),
        probability=round(min(0.95, own) / 0.05) * 5 / 100,
        forecast_category="commit" if stage == 3 and chance.happens(0.3) else None,
        competitor=chance.one(_COMPETITORS) if chance.happens(0.3) else None,
        next_action=None if blank or silent else chance.one(_NEXT),
    )


def _rank(seller: Seller, number: int) -> int:
    """Count an open deal among the seller's, from the newest; those that slip are left out."""
    left = [n for n in range(seller.open) if seller.owner != SLIPS or n not in _OVERDUE + _DUE]
    return left[::-1].index(number)


def _on_hold(chance: Chance, made: list[Deal]) -> list[Deal]:
    """Put some lost deals of the last year on hold instead."""
    recent = [d for d in made if d.status == "lost" and d.closed_on and d.closed_on.year == 2026]
    chosen = {id(deal) for deal in recent[:: max(1, len(recent) // _ON_HOLD)][:_ON_HOLD]}
    return [
        replace(
            deal,
            status="on hold",
            held_on=deal.closed_on,
            closed_on=None,
            lost_reason=None,
            expectations=_put_off(chance, deal),
        )
        if id(deal) in chosen
        else deal
        for deal in made
    ]


def _put_off(chance: Chance, deal: Deal) -> Expectations:
    held = deal.closed_on or AS_OF
    late = working(AS_OF + timedelta(days=chance.whole(60, 200)))
    return (*deal.expectations, (held, late))
