"""The sample's strategy: objectives in four perspectives, and measures read off its own data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from xlcrm.workbook.sample.activities import Activity
from xlcrm.workbook.sample.company import AS_OF, SELLERS
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.sales import Line

_FINANCE, _CUSTOMERS = "Finance", "Customers"
_PROCESSES, _LEARNING = "Processes", "Learning and growth"
_KELLER, _NOVAK, _ROSSI = "Maria Keller", "Paul Novak", "Sofia Rossi"

Objective = tuple[str, str, str, str | None, str, float, str]
"""Id, objective, perspective, parent, level, weight, owner."""

OBJECTIVES: tuple[Objective, ...] = (
    ("F1", "Grow profitably", _FINANCE, None, "strategic", 1.0, _KELLER),
    ("F2", "Grow revenue with Gold accounts", _FINANCE, "F1", "tactical", 2.0, _KELLER),
    ("F3", "Protect the margin", _FINANCE, "F1", "tactical", 1.0, _NOVAK),
    ("C1", "Be the supplier that customers recommend", _CUSTOMERS, "F1", "strategic", 1.0, _ROSSI),
    ("C2", "Keep and deepen Gold accounts", _CUSTOMERS, "C1", "tactical", 2.0, _ROSSI),
    ("C3", "Win new customers", _CUSTOMERS, "C1", "tactical", 1.0, _KELLER),
    ("P1", "Sell by one disciplined method", _PROCESSES, "C1", "strategic", 1.0, _NOVAK),
    ("P2", "Shorten the sales cycle", _PROCESSES, "P1", "tactical", 1.0, _NOVAK),
    ("P3", "Forecast honestly", _PROCESSES, "P1", "tactical", 1.0, _NOVAK),
    ("L1", "Build a team that learns", _LEARNING, "P1", "strategic", 1.0, _ROSSI),
    ("L2", "Train and certify sellers", _LEARNING, "L1", "tactical", 2.0, _ROSSI),
    ("L3", "Keep good people", _LEARNING, "L1", "tactical", 1.0, _KELLER),
)


@dataclass(frozen=True)
class Measure:
    """A measure of an objective."""

    measure_id: str
    objective_id: str
    measure: str
    unit: str
    baseline: float
    red: float
    target: float
    actual: float | None
    previous: float | None
    owner: str
    weight: float = 1.0
    stretch: float | None = None
    band: tuple[float, float] | None = None
    kpi: str | None = None


@dataclass(frozen=True)
class Year:
    """The orders and deals of a span of days, and what measures read off them."""

    first: date
    last: date
    deals: Sequence[Deal]
    lines: Sequence[Line]
    done: Sequence[Activity]

    @property
    def sold(self) -> list[Line]:
        """The order lines of the span."""
        return [line for line in self.lines if self.first <= line.date <= self.last]

    def closed(self, *status: str) -> list[Deal]:
        """Give the deals closed in the span."""
        return [
            deal
            for deal in self.deals
            if deal.status in status
            and deal.closed_on
            and self.first <= deal.closed_on <= self.last
        ]

    def revenue(self) -> float:
        """Add up what was sold."""
        return sum(line.amount for line in self.sold)

    def gold_share(self) -> float:
        """Give the percentage of revenue from Gold accounts."""
        gold = sum(line.amount for line in self.sold if line.account.segment == "Gold")
        return round(100 * gold / self.revenue(), 1)

    def margin(self) -> float:
        """Give the gross margin in percent of revenue."""
        cost = sum(line.cost for line in self.sold)
        return round(100 * (1 - cost / self.revenue()), 1)

    def discount(self) -> float:
        """Give the discount in percent of list prices."""
        listed = sum(line.quantity * line.product.list_price for line in self.sold)
        return round(100 * (1 - self.revenue() / listed), 1)

    def win_rate(self) -> float:
        """Give the deals won in percent of those closed."""
        return round(100 * len(self.closed("won")) / len(self.closed("won", "lost")), 1)

    def cycle(self) -> float:
        """Give the mean days from creation to win."""
        days = [(d.closed_on - d.created).days for d in self.closed("won") if d.closed_on]
        return round(sum(days) / len(days), 1)

    def new_customers(self) -> float:
        """Count the accounts whose first order fell into the span."""
        before = {line.account.account_id for line in self.lines if line.date < self.first}
        return float(len({line.account.account_id for line in self.sold} - before))

    def gold_buying(self) -> float:
        """Give the Gold accounts that ordered in the span's second half, in percent."""
        half = self.first + (self.last - self.first) / 2
        late = [line for line in self.sold if line.date > half]
        gold = {line.account.account_id for line in late if line.account.segment == "Gold"}
        return round(100 * len(gold) / 20, 1)

    def visits(self) -> float:
        """Give the visits that a seller makes in a month of the span."""
        made = [a for a in self.done if a.kind == "visit" and self.first <= a.date <= self.last]
        months = ((self.last - self.first).days + 1) / 365 * 12
        return round(len(made) / len(SELLERS) / months, 1)


def measures(
    deals: Sequence[Deal], lines: Sequence[Line], done: Sequence[Activity]
) -> tuple[Measure, ...]:
    """Make the measures; where the sample's own data tell the actual value, they do.

    Args:
        deals: The company's deals.
        lines: Its order lines.
        done: Its activities.
    """
    now = Year(date(2025, 7, 1), AS_OF, deals, lines, done)
    before = Year(date(2024, 7, 1), date(2025, 6, 30), deals, lines, done)

    def read(figure: Callable[[Year], float], digits: int = 1) -> tuple[float, float]:
        return round(figure(now), digits), round(figure(before), digits)

    pending = [deal for deal in deals if deal.status == "open"]
    late = [deal for deal in pending if deal.expected_close < AS_OF]
    overdue = round(100 * len(late) / len(pending), 1)
    return (
        Measure("M01", "F2", "Revenue, last 12 months", "EUR", 5_300_000, 5_400_000, 6_075_000,
                *read(Year.revenue, -3), _KELLER, 2.0, 6_700_000, kpi="revenue"),
        Measure("M02", "F2", "Gold accounts in revenue", "%", 60, 58, 68,
                *read(Year.gold_share), _ROSSI),
        Measure("M03", "F3", "Gross margin", "%", 44, 40, 48, *read(Year.margin), _NOVAK,
                stretch=52, kpi="margin"),
        Measure("M04", "F3", "Discount on list prices", "%", 9, 12, 6,
                *read(Year.discount), _NOVAK),
        Measure("M05", "C1", "Net promoter score", "points", 25, 20, 40, 34, 31, _ROSSI,
                stretch=50),
        Measure("M06", "C2", "Gold accounts with an order in 6 months", "%", 80, 75, 90,
                *read(Year.gold_buying), _ROSSI),
        Measure("M07", "C3", "New customers, last 12 months", "accounts", 12, 10, 18,
                *read(Year.new_customers), _KELLER),
        Measure("M08", "P1", "Win rate", "%", 28, 25, 35, *read(Year.win_rate), _NOVAK,
                kpi="win_rate"),
        Measure("M09", "P1", "Customer visits a seller and month", "visits", 2, 1, 4,
                *read(Year.visits), _ROSSI, band=(3, 5)),
        Measure("M10", "P2", "Sales cycle of deals won", "days", 95, 100, 80,
                *read(Year.cycle), _NOVAK, kpi="cycle_days"),
        Measure("M11", "P3", "Open deals past their expected close", "%", 15, 10, 5,
                overdue, 11.0, _NOVAK),
        Measure("M12", "L2", "Training days a seller", "days", 2, 2, 5, 3.5, 3.0, _ROSSI),
        Measure("M13", "L2", "Sellers certified in the method", "%", 0, 30, 75, None, None,
                _ROSSI),
        Measure("M14", "L3", "Staff turnover, last 12 months", "%", 12, 15, 8, 8.3, 16.7,
                _KELLER, stretch=0),
    )  # fmt: skip
