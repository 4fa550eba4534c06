"""The sample's measures that are fed by hand: a value a month.

Sellers who were trained more send more quotes in time three months later, and customers who got
their quotes in time recommend the company two months after that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from xlcrm.workbook.sample.activities import Activity
from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import MONTHS, SELLERS
from xlcrm.workbook.sample.lines import Line
from xlcrm.workbook.sample.months import month_start

FIRST, LAST = MONTHS - 25, MONTHS - 2
"""The months that have values, counted from 0: two years up to the last month that is over."""

_QUOTES_FOLLOW, _PRAISE_FOLLOWS = 3, 2
"""By how many months the effect comes after the cause."""
_HOURS, _QUOTES, _POINTS = 3.0, 62.0, 31.0
"""Where training, quotes in time and recommendation lie on the whole."""
_LEFT_UNTIL = 20
"""The month, counted from 0, up to which two people had left within a year; then it was one."""

Reading = tuple[str, str, float, float | None, float | None]
"""Measure, month, value, what is divided, what by."""


def readings(lines: Sequence[Line], done: Sequence[Activity]) -> Iterator[Reading]:
    """Make the values of the measures that no KPI tells, month after month.

    Args:
        lines: The company's order lines, in the order of their days.
        done: Its activities.

    Yields:
        A value of each measure in each month.
    """
    firsts: dict[str, str] = {}
    for line in lines:
        firsts.setdefault(line.account.account_id, f"{line.date:%Y-%m}")
    new = Counter(firsts.values())
    visits = Counter(f"{one.date:%Y-%m}" for one in done if one.kind == "visit")
    hours, quotes, points = _trained()
    people = float(len(SELLERS))
    for number in range(FIRST, LAST + 1):
        month = f"{month_start(number):%Y-%m}"
        made = float(visits[month])
        yield "M09", month, float(new[month]), None, None
        yield "M10", month, points[number], None, None
        yield "M11", month, round(made / people, 2), made, people
        yield "M16", month, quotes[number], None, None
        yield "M17", month, hours[number], None, None
        yield "M19", month, 16.7 if number < _LEFT_UNTIL else 8.3, None, None


def _trained() -> tuple[dict[int, float], dict[int, float], dict[int, float]]:
    """Draw hours of training, and what followed from them: quotes in time, and recommendation."""
    chance = Chance(8)
    begin = FIRST - _QUOTES_FOLLOW - _PRAISE_FOLLOWS
    hours = {
        month: round(_HOURS + 0.02 * (month - FIRST) + chance.between(-1.1, 1.1), 1)
        for month in range(begin, LAST + 1)
    }
    quotes = {
        month: round(
            _QUOTES + 7 * (hours[month - _QUOTES_FOLLOW] - _HOURS) + chance.between(-3.5, 3.5), 1
        )
        for month in range(begin + _QUOTES_FOLLOW, LAST + 1)
    }
    points = {
        month: float(
            round(
                _POINTS
                + 0.8 * (quotes[month - _PRAISE_FOLLOWS] - _QUOTES)
                + chance.between(-2.5, 2.5)
            )
        )
        for month in range(FIRST, LAST + 1)
    }
    return hours, quotes, points
