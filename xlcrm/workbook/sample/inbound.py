"""Which of the sample's deals came by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import REGULAR, SLIPS
from xlcrm.workbook.sample.deal import Deal

INBOUND = "Inbound"
_OF_WEB = {"Gold": 0.35, "Silver": 0.55, "Bronze": 0.8}
"""How many of the deals from the web came by themselves, by segment."""
_WAITS = ("Web", "Referral", "Own prospecting")
"""Where the deals came from of which the one who waits for requests looked for few himself."""
_OF_THOSE = 0.6
_OF_THE_REGULAR = 0.1


def with_inbound(deals: Sequence[Deal]) -> Iterator[Deal]:
    """Say of some deals that the customer asked first: many of Bronze, most of who waits.

    Args:
        deals: The company's deals.

    Yields:
        The deals, in their order.
    """
    chance = Chance(16)
    for deal in deals:
        drawn = chance.between(0, 1)
        yield replace(deal, source=INBOUND) if drawn < _likely(deal) else deal


def _likely(deal: Deal) -> float:
    if deal.owner == SLIPS:
        return _OF_THOSE if deal.source in _WAITS else 0.0
    if deal.source != "Web":
        return 0.0
    return _OF_THE_REGULAR if deal.owner == REGULAR else _OF_WEB[deal.account.segment]
