"""What needs action: deals, targets, pipelines, late months, trends, each with who and by when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from typing import Any

import pandas as pd

from xlcrm.analytics.forecast.revenue_range import forecast_range
from xlcrm.analytics.forecast.trend import trend
from xlcrm.analytics.pipeline.attention import attention
from xlcrm.analytics.pipeline.pipeline import pipeline
from xlcrm.analytics.pipeline.slippage import slippage
from xlcrm.cells import number_text, text_key
from xlcrm.conditions import Where
from xlcrm.errors import (
    NotAvailable,
    OutOfDomain,
    UnknownName,
    WrongValue,
    ZeroDenominator,
    shortened,
    suggestion,
)
from xlcrm.kpis.open_deals import OPEN
from xlcrm.model.model import Model
from xlcrm.periods import shifted, start_of
from xlcrm.reduce.population import select

SEVERITIES = ("high", "medium", "low")
NOT_CHECKED = "not checked"
"""Stands in place of a severity where a rule lacks data."""

_PERIODS = {"month": "this month", "quarter": "this quarter", "year": "this year"}


@dataclass(frozen=True)
class Alert:
    """Something that needs action.

    Attributes:
        severity: One of `SEVERITIES`, or `NOT_CHECKED`.
        rule: What it was found by.
        subject: The deal, seller, period or figure that it is about.
        value: Money at stake; 0 where there is none.
        action: What to do.
        owner: Who is to do it.
        due: By when, as ISO text.
        reason: Why, in words.
    """

    severity: str
    rule: str
    subject: str
    value: float
    action: str
    owner: str
    due: str
    reason: str


def alerts(
    model: Model, where: Where = "", severity: str = "", top: float | None = None
) -> pd.DataFrame:
    """List what needs action (docs/methods.md, Alerts).

    Args:
        model: A model with deals; targets, snapshots and activities let more rules be checked.
        where: Conditions on deals.
        severity: One of `SEVERITIES`; "" for all, and for the rules that could not be checked.
        top: How many to list; None for all.

    Returns:
        The columns of `Alert`: the gravest first, then the largest value, then by rule and subject.

    Raises:
        NotAvailable: There are no deals, no rule could be checked, or nothing needs action.
        OutOfDomain: top is below 1.
        UnknownName: A condition names no column of deals or related tables.
        WrongValue: There is no such severity.
    """
    wanted = text_key(severity)
    if wanted and wanted not in SEVERITIES:
        raise WrongValue(f"severity is no {severity!r}; {suggestion(wanted, SEVERITIES)}")
    if top is not None and not top >= 1:
        raise OutOfDomain(f"top is {number_text(top)}: list 1 alert or more")
    select(model, OPEN, ["deal_id"], where)  # a wrong condition is wrong for every rule
    found = [alert for rule, find in RULES.items() for alert in _found(rule, find, model, where)]
    if all(alert.severity == NOT_CHECKED for alert in found) and len(found) == len(RULES):
        raise NotAvailable(f"nothing could be checked: {found[0].reason}")
    if wanted:
        found = [alert for alert in found if alert.severity == wanted]
    if not found:
        raise NotAvailable("nothing needs action: no rule found anything")
    order = (*SEVERITIES, NOT_CHECKED)
    found.sort(key=lambda a: (order.index(a.severity), -a.value, a.rule, a.subject))
    shown = found[: int(top)] if top is not None else found
    return pd.DataFrame([astuple(one) for one in shown], columns=[f.name for f in fields(Alert)])


def _found(
    rule: str, find: Callable[[Model, Where], Iterator[Alert]], model: Model, where: Where
) -> list[Alert]:
    """Check a rule, or say why it cannot be checked."""
    try:
        return list(find(model, where))
    except (NotAvailable, UnknownName, ZeroDenominator, OutOfDomain) as lack:
        reason = shortened(lack.message)
        return [Alert(NOT_CHECKED, rule, "all", 0.0, "Provide the data", "all", "-", reason)]


def _deals(model: Model, where: Where) -> Iterator[Alert]:
    """Open deals to which rules of attention apply, graver the more of them do."""
    in_days = {"high": 1, "medium": 3, "low": 7}
    for deal in _rows(attention(model, where=where)):
        grade = "high" if deal["rules"] >= 3 else "medium" if deal["rules"] == 2 else "low"
        due = model.as_of + timedelta(days=in_days[grade])
        yield Alert(
            grade,
            "deal needs attention",
            str(deal["deal_id"]),
            float(deal["amount"]) if isinstance(deal["amount"], float) else 0.0,
            str(deal["action"]),
            str(deal["owner"]) or "not told",
            due.isoformat(),
            str(deal["reason"]),
        )


def _targets(model: Model, where: Where) -> Iterator[Alert]:
    """Targets of the company that are less likely to be reached than wanted."""
    wanted = model.settings.number("chance_wanted")
    checked = False
    for unit, period in _PERIODS.items():
        (told,) = _rows(forecast_range(model, "", where, period))
        if not isinstance(told["probability"], float):
            continue
        checked = True
        if told["probability"] < wanted:
            missing = max(0.0, told["target"] - told["mean"])
            yield Alert(
                "high" if told["probability"] < wanted / 2 else "medium",
                "target at risk",
                f"revenue {period}",
                missing,
                f"Win or pull in what moves it most: {told['movers']}",
                "all",
                _end(model, unit).isoformat(),
                f"{told['target']:,.0f} {period} is reached with a chance of "
                f"{100 * told['probability']:.0f} %, {told['mean']:,.0f} expected",
            )
    if not checked:
        raise NotAvailable("the Targets table sets no revenue for this month, quarter or year")


def _coverage(model: Model, where: Where) -> Iterator[Alert]:
    """Sellers whose open deals of the quarter do not hold what their target still needs."""
    wanted = model.settings.number("coverage_wanted")
    rows = pipeline(model, "owner", where, "this quarter")
    if not any(isinstance(target, float) for target in rows["target"]):
        raise NotAvailable("the Targets table sets no owner a revenue for this quarter")
    for seller in _rows(rows):
        if not isinstance(seller["coverage"], float) or seller["coverage"] >= wanted:
            continue
        needed = wanted * (seller["target"] - seller["won"]) - seller["value"]
        yield Alert(
            "medium" if seller["coverage"] < wanted / 2 else "low",
            "thin pipeline",
            str(seller["owner"]),
            needed,
            "Open new opportunities, or bring later ones forward",
            str(seller["owner"]),
            _end(model, "quarter").isoformat(),
            f"open deals of this quarter are {seller['coverage']:.1f} times what the target needs, "
            f"{number_text(wanted)} times is wanted",
        )


def _slips(model: Model, where: Where) -> Iterator[Alert]:
    """Sellers who slip late in the month, and have deals in this one."""
    limit = model.settings.number("slip_limit")
    for seller in _rows(slippage(model, "owner", where)):
        risky = isinstance(seller["rate"], float) and seller["rate"] > limit
        if not risky or not seller["at_risk"]:
            continue
        late = start_of(model.as_of, "month") + timedelta(
            days=int(model.settings.number("late_month_day")) - 1
        )
        yield Alert(
            "high" if seller["rate"] > 2 * limit else "medium",
            "late slippage",
            str(seller["owner"]),
            float(seller["rate"] * seller["at_risk"]),
            f"Ask the {seller['at_risk_deals']:.0f} customers for a date, and correct the forecast",
            str(seller["owner"]),
            max(model.as_of, late).isoformat(),
            f"{100 * seller['rate']:.0f} % of what {seller['owner']} expected slipped late in past "
            f"months; {seller['at_risk']:,.0f} is expected this month",
        )


def _trends(model: Model, where: Where) -> Iterator[Alert]:
    """Sales that decline."""
    for window in _rows(trend(model, "won_amount", where)):
        if window["label"] == "declining":
            yield Alert(
                "high",
                "declining sales",
                f"last {window['months']:.0f} months",
                0.0,
                "Look at CRM_FORECAST_SERIES and at which segments decline",
                "all",
                _end(model, "month").isoformat(),
                str(window["words"]),
            )


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows of a small result, each by the names of its columns."""
    for row in frame.itertuples(index=False):
        yield dict(zip(frame.columns, row, strict=True))


def _end(model: Model, unit: str) -> date:
    """Give the last day of the unit of time that `as_of` is in."""
    start = start_of(model.as_of, unit, int(model.settings.number("fy_start")))
    return shifted(start, unit, 1) - timedelta(days=1)


RULES: dict[str, Callable[[Model, Where], Iterator[Alert]]] = {
    "deal needs attention": _deals,
    "target at risk": _targets,
    "thin pipeline": _coverage,
    "late slippage": _slips,
    "declining sales": _trends,
}
"""How alerts are found, by what they are called."""
