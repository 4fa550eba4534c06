"""The sample's deals: won, lost, open and on hold, and the way each of them went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import (
    AS_OF,
    FIRST_MONTH,
    MONTHS,
    REGULAR,
    SELLERS,
    SLIPS,
    STAGES,
    STUNTS,
    Account,
    Seller,
)
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.overrides import called_by_managers

_SCALE = {"Gold": 1.35, "Silver": 0.85, "Bronze": 0.40}
"""A segment's deals beside the seller's typical one."""
_WON_IN = {"Gold": 0.52, "Silver": 0.36, "Bronze": 0.12}
_LOST_IN = {"Gold": 0.17, "Silver": 0.31, "Bronze": 0.52}
_OPEN_IN = {"Gold": 0.34, "Silver": 0.36, "Bronze": 0.30}
_ON_HOLD = 14
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


def month_start(number: int) -> date:
    """Give the first day of a month of the history, counted from 0."""
    months = FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 1 + number
    return date(months // 12, months % 12 + 1, 1)


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
    for number, month in enumerate(_winning_months(chance, seller)):
        yield _won(chance, seller, accounts, month, number)
    for number in range(seller.losses):
        yield _lost(chance, seller, accounts, number)
    for number in range(seller.open):
        yield _open(chance, seller, accounts, number)


def _winning_months(chance: Chance, seller: Seller) -> list[int]:
    """Choose the months of wins: evenly spread, but not to the day."""
    if seller.owner == REGULAR:
        return list(range(MONTHS))
    if seller.owner == STUNTS:
        return [4, 11, 17, 23, 27]
    step = MONTHS / seller.wins
    return [min(MONTHS - 1, int(step * (n + chance.between(0.1, 0.9)))) for n in range(seller.wins)]


def _account(chance: Chance, accounts: list[Account], weights: dict[str, float]) -> Account:
    segments = list(dict.fromkeys(account.segment for account in accounts))
    segment = chance.one(segments, [weights[name] for name in segments])
    return chance.one([account for account in accounts if account.segment == segment])


def _amount(chance: Chance, seller: Seller, account: Account) -> float:
    spread = chance.middling(0.45, 1.65)
    return float(round(seller.typical * _SCALE[account.segment] * spread / 50) * 50)


def _won(chance: Chance, seller: Seller, accounts: list[Account], month: int, number: int) -> Deal:
    last = month_start(month + 1) - timedelta(days=1)
    closed = chance.day(month_start(month), min(last, AS_OF - timedelta(days=2)))
    cycle = int(chance.middling(35, 120)) if seller.owner == REGULAR else _cycle(chance, 30, 150)
    weights = {"Gold": 1.0, "Silver": 0.0, "Bronze": 0.0} if seller.owner == STUNTS else _WON_IN
    account = _account(chance, accounts, weights)
    amount = _amount(chance, seller, account)
    if seller.owner == REGULAR:
        amount = float(round(chance.between(37_000, 43_500) / 50) * 50)
    if seller.owner == STUNTS:
        amount = (310_000.0, 455_000.0, 365_000.0, 420_000.0, 385_000.0)[number]
    return _closed(chance, seller, account, closed, cycle, amount, "won", len(STAGES) - 1)


def _lost(chance: Chance, seller: Seller, accounts: list[Account], number: int) -> Deal:
    first, last = month_start(0), AS_OF - timedelta(days=3)
    span = (last - first).days / seller.losses
    start = first + timedelta(days=int(span * number))
    closed = chance.day(start, start + timedelta(days=int(span)))
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
    hope = 0.35 if seller.owner == SLIPS else chance.between(0.8, 1.15)
    first = created + timedelta(days=max(10, int(cycle * hope)))
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
        expected_close=pushed(first, closed),
        first_expected=first,
        closed_on=closed,
        last_update=closed,
        template=chance.one(_TEMPLATES, (0.45, 0.25, 0.3) if good else (0.25, 0.35, 0.4)),
        quality=round(chance.middling(0.5, 1.0) if good else chance.middling(0.1, 0.9), 1),
    )


def pushed(first: date, today: date) -> date:
    """Give the closing date that a seller hopes for: moved by 30 days each time it passes."""
    months = max(0, -(-(today - first).days // 30))
    return first + timedelta(days=30 * months)


def _cycle(chance: Chance, low: int, high: int) -> int:
    return int(chance.middling(low, high))


_OPEN_STAGES = (0, 1, 2, 3, 1, 0, 2, 4, 1, 3, 0)
_AHEAD = ((60, 185), (45, 160), (25, 125), (12, 80), (4, 40))
"""Days until an open deal is expected to close, by stage."""


def _open(chance: Chance, seller: Seller, accounts: list[Account], number: int) -> Deal:
    stage = _OPEN_STAGES[(number + len(seller.owner)) % len(_OPEN_STAGES)]
    account = _account(chance, accounts, _OPEN_IN)
    amount = _amount(chance, seller, account) * (0.55 if seller.owner == STUNTS else 1.0)
    created = AS_OF - timedelta(days=_cycle(chance, 8 + 14 * stage, 60 + 35 * stage))
    expected = AS_OF + timedelta(days=chance.whole(*_AHEAD[stage]))
    update = AS_OF - timedelta(days=chance.whole(0, 24))
    overdue = number in (1, 3, 5, 7, 9) if seller.owner == SLIPS else number == len(seller.owner)
    if overdue:
        created -= timedelta(days=60)
        expected = AS_OF - timedelta(days=chance.whole(4, 55))
        update = expected - timedelta(days=chance.whole(5, 25))
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
        expected_close=expected,
        first_expected=_first_hope(chance, seller, created, expected),
        closed_on=None,
        last_update=max(created, update),
        template=chance.one(_TEMPLATES),
        quality=round(chance.middling(0.1, 1.0), 1),
        probability=round(min(0.95, own) / 0.05) * 5 / 100,
        forecast_category="commit" if stage == 3 and chance.happens(0.3) else None,
        competitor=chance.one(_COMPETITORS) if chance.happens(0.3) else None,
        next_action=None if blank else chance.one(_NEXT),
    )


def _first_hope(chance: Chance, seller: Seller, created: date, expected: date) -> date:
    """Give the closing date hoped for at first; the one who slips hoped for a much earlier one."""
    if seller.owner == SLIPS:
        months = max(1, (expected - created).days // 30 - 1)
    else:
        months = chance.one((0, 1), (0.8, 0.2))
    return expected - timedelta(days=30 * months)


def _on_hold(chance: Chance, made: list[Deal]) -> list[Deal]:
    """Put some lost deals of the last year on hold instead."""
    recent = [d for d in made if d.status == "lost" and d.closed_on and d.closed_on.year == 2026]
    chosen = {id(deal) for deal in recent[:: max(1, len(recent) // _ON_HOLD)][:_ON_HOLD]}
    return [
        replace(
            deal,
            status="on hold",
            closed_on=None,
            lost_reason=None,
            expected_close=AS_OF + timedelta(days=chance.whole(60, 200)),
        )
        if id(deal) in chosen
        else deal
        for deal in made
    ]
