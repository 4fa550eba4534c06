"""The grammar of `period`, and the calendar words of `by`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from xlcrm.errors import WrongValue

CALENDAR = ("day", "week", "month", "quarter", "year")
"""The words of `by` that cut time."""


@dataclass(frozen=True)
class Period:
    """A span of days.

    Attributes:
        first: The first day, or None for no beginning.
        last: The last day, or None for no end.
        words: The period as a reader is told it.
    """

    first: date | None
    last: date | None
    words: str

    @property
    def is_all(self) -> bool:
        """Whether the period has neither beginning nor end."""
        return self.first is None and self.last is None


ALL = Period(None, None, "all time")

_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_RELATIVE = re.compile(r"\b(this|last|next|[yqm]td)\b")
_NAMED = re.compile(
    r"(?P<which>this|last|next)\s+(?:(?P<count>\d+)\s+)?(?P<unit>day|week|month|quarter|year)s?"
)
_YEAR = re.compile(r"(\d{4})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})[- ]?q([1-4])", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})", re.ASCII)


def is_relative(text: str) -> bool:
    """Say whether a `period` argument counts from `as_of`."""
    return bool(_RELATIVE.search(text.casefold()))


def period(text: str, as_of: date, fy_start: int = 1) -> Period:
    """Read a `period` argument.

    Args:
        text: ``2026``, ``2026-Q3``, ``2026-03``, ``2026-W12``, ``2026-03-04``, a span such as
            ``2026-01..2026-06``, ``this month``, ``last quarter``, ``next 3 months``,
            ``last 12 months`` (whole months, the current one included), ``YTD``, ``QTD``,
            ``MTD``, or ``all``.
        as_of: The day that relative periods count from.
        fy_start: The month in which the fiscal year starts; with another month than January
            years and quarters are fiscal, named after the year in which they end.

    Raises:
        WrongValue: The text is no period.

    Example:
        >>> period("2026-Q1", date(2026, 3, 4)).last
        datetime.date(2026, 3, 31)
    """
    body = " ".join(text.casefold().split())
    if body in ("", "all"):
        return ALL
    try:
        return _read(text, body, as_of, fy_start)
    except (ValueError, OverflowError):
        raise WrongValue(f"{text!r} is no period of the calendar") from None


def _read(text: str, body: str, as_of: date, fy_start: int) -> Period:
    if ".." in body:
        return _span(text, body, as_of, fy_start)
    if body in ("ytd", "qtd", "mtd"):
        unit = {"y": "year", "q": "quarter", "m": "month"}[body[0]]
        return Period(start_of(as_of, unit, fy_start), as_of, f"{unit} to {as_of}")
    relative = _NAMED.fullmatch(body)
    if relative:
        return _relative(relative, as_of, fy_start, body)
    return _absolute(text, body, fy_start)


def _span(text: str, body: str, as_of: date, fy_start: int) -> Period:
    head, _, tail = body.partition("..")
    first = period(head, as_of, fy_start).first if head else None
    last = period(tail, as_of, fy_start).last if tail else None
    if (head and first is None) or (tail and last is None):
        raise WrongValue(f"{text!r} is no span: write two periods, such as 2026-01..2026-06")
    if first and last and first > last:
        raise WrongValue(f"the period {text!r} ends before it starts")
    return Period(first, last, body)


def _relative(found: re.Match[str], as_of: date, fy_start: int, words: str) -> Period:
    which, unit = found["which"], found["unit"]
    count = int(found["count"] or 1)
    if count < 1:
        raise WrongValue(f"{words!r} is no period")
    here = start_of(as_of, unit, fy_start)
    if which == "this":
        first, after = here, shifted(here, unit, count)
    elif which == "next":
        first, after = shifted(here, unit, 1), shifted(here, unit, 1 + count)
    elif found["count"]:
        first, after = shifted(here, unit, 1 - count), shifted(here, unit, 1)
    else:
        first, after = shifted(here, unit, -1), here
    last = after - timedelta(days=1)
    return Period(first, last, f"{words} ({first} to {last})")


def _absolute(text: str, body: str, fy_start: int) -> Period:
    if found := _DAY.fullmatch(body):
        day = date(int(found[1]), int(found[2]), int(found[3]))
        return Period(day, day, body)
    if found := _MONTH.fullmatch(body):
        first, unit = date(int(found[1]), int(found[2]), 1), "month"
    elif found := _WEEK.fullmatch(body):
        first, unit = date.fromisocalendar(int(found[1]), int(found[2]), 1), "week"
    elif found := _QUARTER.fullmatch(body):
        first = shifted(_fiscal_year(int(found[1]), fy_start), "month", 3 * int(found[2]) - 3)
        unit = "quarter"
    elif found := _YEAR.fullmatch(body):
        first, unit = _fiscal_year(int(found[1]), fy_start), "year"
    else:
        raise WrongValue(
            f"{text!r} is no period: write 2026, 2026-Q3, 2026-03, 2026-01..2026-06, "
            "this month, last quarter, YTD or last 12 months"
        )
    return Period(first, shifted(first, unit, 1) - timedelta(days=1), body)


def _fiscal_year(year: int, fy_start: int) -> date:
    return date(year if fy_start == 1 else year - 1, fy_start, 1)


def period_before(of: Period, as_of: date) -> Period:
    """Give the period of the same length before one, as far as that one has run.

    Args:
        of: A period with a beginning and an end.
        as_of: The day up to which it has run, where it lies within the period.

    Raises:
        WrongValue: The period has no beginning or no end.

    Example:
        >>> period_before(period("2026-Q2", date(2026, 5, 10)), date(2026, 5, 10)).last
        datetime.date(2026, 2, 10)
    """
    if of.first is None or of.last is None:
        raise WrongValue(f"{of.words} has no period before it: name one with beginning and end")
    months = _months_of(of.first, of.last + timedelta(days=1))
    to_date = next((n for unit, n in _MONTHS_OF.items() if of.words.startswith(f"{unit} to ")), 0)
    reached = min(of.last, as_of) if as_of >= of.first else of.last
    if not (months or to_date):
        days = (of.last - of.first).days + 1
        first, last = of.first - timedelta(days=days), reached - timedelta(days=days)
        return Period(first, last, f"{first} to {last}")
    first = shifted(of.first, "month", -(to_date or months))
    last = first + _same_day(of.first, reached, first)
    if reached == of.last and not to_date:
        last = of.first - timedelta(days=1)
    return Period(first, last, f"{first} to {last}")


def _months_of(first: date, after: date) -> int:
    """Count the whole months of a span; 0 where it does not begin and end with one."""
    whole = first.day == 1 and after.day == 1
    return 12 * (after.year - first.year) + after.month - first.month if whole else 0


def _same_day(first: date, reached: date, start: date) -> timedelta:
    """Say how long after another start the same day of the same month comes, if it has one."""
    month = shifted(start, "month", 12 * (reached.year - first.year) + reached.month - first.month)
    end = shifted(month, "month", 1) - timedelta(days=1)
    return month.replace(day=min(reached.day, end.day)) - start


def start_of(day: date, unit: str, fy_start: int = 1) -> date:
    """Give the first day of the day, week, month, quarter or year that ``day`` is in."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = day.year * 12 + day.month - fy_start
    months -= months % _MONTHS_OF[unit]
    months += fy_start - 1
    return date(months // 12, months % 12 + 1, 1)


def shifted(start: date, unit: str, count: int) -> date:
    """Give the first day of the unit ``count`` units after the one that begins on ``start``."""
    if unit in ("day", "week"):
        return start + timedelta(days=count * (7 if unit == "week" else 1))
    months = start.year * 12 + start.month - 1 + count * _MONTHS_OF[unit]
    return date(months // 12, months % 12 + 1, 1)


def label(day: date, unit: str, fy_start: int = 1) -> str:
    """Name the unit of time that ``day`` is in, so that names sort as time does.

    Args:
        day: Any day.
        unit: One of `CALENDAR`.
        fy_start: The month in which the fiscal year starts.

    Example:
        >>> label(date(2027, 1, 1), "week")
        '2026-W53'
    """
    if unit == "day":
        return day.isoformat()
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if unit == "month":
        return f"{day.year}-{day.month:02d}"
    first = start_of(day, "year", fy_start)
    year = first.year + (1 if fy_start > 1 else 0)
    if unit == "year":
        return str(year)
    quarter = ((day.year * 12 + day.month) - (first.year * 12 + first.month)) // 3 + 1
    return f"{year}-Q{quarter}"
