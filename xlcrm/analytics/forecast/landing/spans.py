"""The periods that are landed, and their targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from xlcrm.analytics.figures import kpi_value
from xlcrm.analytics.forecast.monthly import number_of
from xlcrm.analytics.targets import targets
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, WrongValue
from xlcrm.kpis.declaration import Kpi
from xlcrm.model.model import Model
from xlcrm.periods import Period, label, shifted, start_of

OF_DEALS = ("revenue", "won_amount")
"""The KPIs that open deals add to; the first is the one that targets are set for."""

_STEPS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Span:
    """A period that `as_of` lies in.

    Attributes:
        name: What it is called.
        first: The first day.
        last: The last day.
        step: Months from one like period to the next; 0 where it is no whole months.
    """

    name: str
    first: date
    last: date
    step: int

    @property
    def months(self) -> int:
        """How many months it touches."""
        return number_of(self.last) - number_of(self.first) + 1


def spans_of(model: Model, kpi: Kpi, where: Where, days: Period) -> list[Span]:
    """Find the periods that are landed.

    Args:
        model: The model.
        kpi: The KPI, of which a period that has ended is told.
        where: Conditions on the rows that count.
        days: The period asked for; all time for the month, the quarter and the year.

    Raises:
        NotAvailable: The period has ended, or has not begun.
        WrongValue: It has no beginning or no end.
    """
    as_of, fy_start = model.as_of, int(model.settings.number("fy_start"))
    units = {}
    for unit, step in _STEPS.items():
        first = start_of(as_of, unit, fy_start)
        last = shifted(first, unit, 1) - timedelta(days=1)
        units[first, last] = Span(label(as_of, unit, fy_start), first, last, step)
    if days.is_all:
        return list(units.values())
    if days.first is None or days.last is None:
        raise WrongValue(f"{days.words} has no beginning or no end; give one such as this year")
    if days.last < as_of:
        came = kpi_value(model, kpi.name, where, f"{days.first}..{days.last}")
        raise NotAvailable(
            f"{days.words} has ended: its {kpi.name} is {came:,.12g}; "
            f"give a period that {as_of} lies in"
        )
    if days.first > as_of:
        raise NotAvailable(
            f"{days.words} has not begun by {as_of}: nothing to land; see CRM_FORECAST_SERIES"
        )
    whole = days.first.day == 1 and (days.last + timedelta(days=1)).day == 1
    months = number_of(days.last) - number_of(days.first) + 1
    own = Span(f"{days.first}..{days.last}", days.first, days.last, -(-months // 12) * 12 * whole)
    return [units.get((days.first, days.last), own)]


def target_of(model: Model, kpi: Kpi, where: Where, span: Span) -> tuple[float | None, str]:
    """Find the target of a period; that of revenue stands in for one of what is won.

    Args:
        model: The model, with or without targets.
        kpi: The KPI.
        where: Conditions on the rows that count.
        span: The period.

    Returns:
        The target, None where there is none, and what is to be known of it.
    """
    if "targets" not in model.tables:
        return None, ""
    days = Period(span.first, span.last, span.name)
    metrics = OF_DEALS[::-1] if kpi.name == OF_DEALS[-1] else (kpi.name,)
    for metric in metrics:
        found = targets(model, metric, "", where, days).get(())
        if found is not None:
            return found, "" if metric == kpi.name else f"target of {metric}"
    return None, ""
