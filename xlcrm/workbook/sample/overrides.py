"""What the sample's managers made of the forecast: overrides, omissions, and a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from xlcrm.workbook.sample.company import AS_OF, MANAGERS, SELLERS
from xlcrm.workbook.sample.deal import Deal

_WHY = (
    (0.60, "The buyer told us that the budget was cut"),
    (0.40, "Only the first of two sites is decided this year"),
    (1.15, "Service plan for three years was agreed on the phone"),
    (0.00, "The customer waits for a grant; nothing before next year"),
    (0.80, "A discount will be needed against Voltara"),
)


def called_by_managers(made: Sequence[Deal]) -> Iterator[Deal]:
    """Let managers override five open deals, omit two, and leave one without an amount.

    Args:
        made: All deals, in their order.

    Yields:
        The deals.
    """
    managers = {seller.owner: MANAGERS[seller.team] for seller in SELLERS}
    pending = [deal.deal_id for deal in made if deal.status == "open"]
    overridden = dict(zip(pending[7::17], _WHY, strict=False))
    omitted, blank = pending[11::47][:2], pending[-4]
    for number, deal in enumerate(made):
        if deal.deal_id in overridden and deal.amount:
            factor, why = overridden[deal.deal_id]
            day = AS_OF - timedelta(days=3 + number % 17)
            yield replace(
                deal,
                override=float(round(deal.amount * factor / 500) * 500),
                override_by=managers[deal.owner],
                override_on=max(day, deal.created),
                override_why=why,
            )
        elif deal.deal_id in omitted:
            yield replace(deal, forecast_category="omitted")
        elif deal.deal_id == blank:
            yield replace(deal, amount=None)
        else:
            yield deal
