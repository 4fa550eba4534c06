"""The sample's customers of the last months: accounts that entered when their first deal began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import ACCOUNTS, Account, account
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.places import settled

_ENTERED = (
    ("Gold", "Braun", (2025, 4)),
    ("Gold", "Weber", (2025, 7)),
    ("Gold", "Lund", (2025, 11)),
    ("Gold", "Ferrari", (2026, 2)),
    ("Silver", "Horak", (2025, 6)),
    ("Silver", "Costa", (2026, 1)),
    ("Silver", "Braun", (2026, 3)),
    ("Silver", "Weber", (2026, 4)),
    ("Bronze", "Weber", (2025, 5)),
    ("Bronze", "Berg", (2026, 2)),
)
"""Segment and seller of each, and the month in which its first deal was won."""
_KNOWN_BEFORE = (60, 240)
"""The days before the deal began since when the account is known."""


def newcomers(deals: Sequence[Deal]) -> tuple[tuple[Account, ...], tuple[Deal, ...]]:
    """Make the accounts that entered late, and let each be the one that a deal was won with.

    The deals were drawn for older accounts, which keep their other ones.

    Args:
        deals: The company's deals.

    Returns:
        The new accounts, and all deals.
    """
    chosen = tuple(_chosen(deals))
    chance = Chance(9)
    made = settled(
        [
            replace(
                account(chance, ACCOUNTS + number, deal.account.segment, deal.owner),
                created=deal.created - timedelta(days=chance.whole(*_KNOWN_BEFORE)),
            )
            for number, deal in enumerate(chosen)
        ],
        11,
    )
    with_whom = {deal.deal_id: one for deal, one in zip(chosen, made, strict=True)}
    return made, tuple(replace(d, account=with_whom.get(d.deal_id, d.account)) for d in deals)


def _chosen(deals: Sequence[Deal]) -> Iterator[Deal]:
    """Choose the deals: never the first of an account, unless it was a customer before."""
    won = [(deal.closed_on, deal) for deal in deals if deal.status == "won" and deal.closed_on]
    won.sort(key=lambda one: (one[0], one[1].deal_id))
    firsts: dict[str, str] = {}
    for _, deal in won:
        firsts.setdefault(deal.account.account_id, deal.deal_id)
    for segment, owner, month in _ENTERED:
        yield next(
            deal
            for closed, deal in won
            if (deal.account.segment, deal.owner, (closed.year, closed.month))
            == (segment, owner, month)
            and (segment == "Gold" or deal.deal_id not in firsts.values())
        )
