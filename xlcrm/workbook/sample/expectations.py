"""How the closes that sellers expect move in the sample: now and then, or every month."""

from __future__ import annotations

from datetime import date, timedelta

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.months import working

Expectations = tuple[tuple[date, date], ...]
"""The days from which a close was expected, each with that close, in their order."""

_MOVES = (0, 1, 2)
_MOVES_WEIGHTS = (0.5, 0.36, 0.14)
_TOLD_LATE = 0.15
"""How often a seller who is steady says only in the last days that a close will not be met."""
_TWO_MONTHS = 0.5
"""How often the one who slips moves a close by two months, not one."""


def steady(chance: Chance, created: date, end: date, final: date) -> Expectations:
    """Let the expected close move seldom, and weeks before it would pass.

    Args:
        chance: The draws.
        created: The day the deal was opened.
        end: The day it ended, or the day it is seen from.
        final: The close expected at last.
    """
    steps: list[tuple[date, date]] = []
    known, expected = end, final
    for _ in range(chance.one(_MOVES, _MOVES_WEIGHTS)):
        earlier = working(expected - timedelta(days=chance.whole(20, 45)))
        ahead = chance.whole(1, 9) if chance.happens(_TOLD_LATE) else chance.whole(16, 34)
        moved = earlier - timedelta(days=ahead)
        if not created + timedelta(days=7) < moved < known:
            break
        steps.append((moved, expected))
        known, expected = moved, earlier
    return ((created, expected), *reversed(steps))


def slipping(chance: Chance, created: date, end: date, final: date) -> Expectations:
    """Let the close be expected late in a month, and moved to the next ones when that comes.

    Args:
        chance: The draws.
        created: The day the deal was opened.
        end: The day it ended, or the day it is seen from.
        final: The close expected at last.
    """
    steps: list[tuple[date, date]] = []
    expected = final
    while True:
        before = expected.replace(day=1) - timedelta(days=1)
        if chance.happens(_TWO_MONTHS):
            before = before.replace(day=1) - timedelta(days=1)
        earlier = working(before.replace(day=chance.whole(21, 27)))
        moved = before.replace(day=chance.whole(21, 28))
        if earlier < created + timedelta(days=30) or moved >= end:
            return ((created, expected), *reversed(steps))
        steps.append((moved, expected))
        expected = earlier
