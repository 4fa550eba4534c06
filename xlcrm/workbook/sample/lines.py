"""What the sample knows of an order line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlcrm.workbook.sample.company import Account, Product


@dataclass(frozen=True)
class Line:
    """An order line."""

    order_id: str
    account: Account
    date: date
    amount: float
    quantity: float
    product: Product
    channel: str
    owner: str
    deal_id: str | None

    @property
    def cost(self) -> float:
        """What the line costs."""
        return self.quantity * self.product.cost
