"""The sample's hours of service: a few customers take more of them than they pay for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import AS_OF, Account
from xlcrm.workbook.sample.lines import Line

_PEOPLE = (("Nina Falk", 58.0), ("Oskar Brand", 52.0), ("Pavel Klima", 44.0), ("Rita Conti", 55.0),
           ("Sven Thoma", 49.0))  # fmt: skip
"""Who does the work, and what an hour of them costs."""
_BILLED = 96.0
"""What a customer pays for an hour, in EUR."""
_ROWS = {"Gold": 5, "Silver": 3, "Bronze": 2}
"""How often work for a customer is written down."""
_SHARE = (0.015, 0.05)
"""What service costs of a customer's revenue."""
_COSTLY = {"A-029": 0.62, "A-049": 0.70, "A-059": 0.66, "A-086": 0.95, "A-090": 1.00, "A-109": 1.10}
"""Customers who take far more: the cost of service by their revenue."""
_ROWS_OF_COSTLY = 14
_TASKS = {
    "Service visits": ("Maintenance", "Repair"),
    "Commissioning": ("Start-up", "Training"),
    "Retrofit": ("Installation", "Test"),
}
_PROJECTS = (0.55, 0.25, 0.2)
_SPENT = (0.95, 1.1)
"""The hours spent beside those planned; with the costly ones they are twice as many."""

Work = tuple[date, str, str, str, str, float, float, float, float, float, float]
"""Day, person, project, account, task; hours planned, spent, billable, invoiced; cost, price."""


def timesheets(lines: Sequence[Line]) -> list[Work]:
    """Make the hours of service for each customer, in the order of their days.

    Args:
        lines: The company's order lines.
    """
    chance = Chance(18)
    bought: dict[str, list[Line]] = {}
    for line in lines:
        bought.setdefault(line.account.account_id, []).append(line)
    made = [work for key in sorted(bought) for work in _of_customer(chance, bought[key])]
    return sorted(made, key=lambda work: (work[0], work[3], work[1]))


def _of_customer(chance: Chance, lines: Sequence[Line]) -> Iterator[Work]:
    account = lines[0].account
    share = _COSTLY.get(account.account_id)
    rows = _ROWS[account.segment] if share is None else _ROWS_OF_COSTLY
    cost = sum(line.amount for line in lines) * (share or chance.between(*_SHARE))
    first = lines[0].date
    last = AS_OF if share else lines[-1].date
    for _ in range(rows):
        person, rate = chance.one(_PEOPLE)
        spent = _hours(cost / rows / rate * chance.between(0.7, 1.3))
        yield _written(chance, account, chance.day(first, last), person, rate, spent)


def _written(
    chance: Chance, account: Account, day: date, person: str, rate: float, spent: float
) -> Work:
    costly = account.account_id in _COSTLY
    project = chance.one(list(_TASKS), _PROJECTS)
    planned = _hours(spent / (chance.between(*_SPENT) * (2.0 if costly else 1.0)))
    billable = min(spent, planned)
    invoiced = _hours(billable * (chance.between(0.2, 0.5) if costly else 1.0))
    task = chance.one(_TASKS[project])
    return (day, person, project, account.account_id, task,
            planned, spent, billable, min(billable, invoiced), rate, _BILLED)  # fmt: skip


def _hours(hours: float) -> float:
    """Round to half hours, at least one of them."""
    return max(0.5, round(hours * 2) / 2)
