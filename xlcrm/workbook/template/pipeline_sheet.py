"""The sheet Pipeline: what is open, how it moved, and what needs a hand today."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from xlcrm.workbook.template.inputs import PERIODS, WHERE_HINT, Tile, free_input, tiles
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import (
    Answer,
    account_name,
    dashed,
    put,
    ruled,
    signals,
    status_colours,
    trouble,
)
from xlcrm.workbook.template.pipeline_charts import write_charts
from xlcrm.workbook.template.pipeline_layout import (
    ANSWERS,
    CHARTS,
    FIRST,
    INPUTS,
    LEADING,
    STEPS,
    TABLES,
    TILES,
    TROUBLE,
    WITH_CHART,
    place,
    set_up,
)
from xlcrm.workbook.template.pipeline_messages import write_messages
from xlcrm.workbook.template.style import SEVERITY

NAME = "Pipeline"

_CLOSE_HINT = "The days of expected close that count: a year, quarter, month, span, or all."
_WATCHED_HINT = "The expected close that is watched; coverage compares with its targets."
_FIRST_HINT = "The day of the first snapshot. Blank: a month before the second."
_LAST_HINT = "The day of the second snapshot. Blank: the newest."
_CLOSED_HINT = "The days of closing that count: a year, quarter, month, span, or all."
_MONTHS_HINT = "The months that are judged, such as last 12 months, or all."
_CLOSED = ("last quarter", "last 12 months", "this year", "last year", "all")
_SEVERITIES = ("high", "medium", "low")


@dataclass(frozen=True)
class Asked:
    """The cells of what was asked for."""

    period: str
    top: str
    watched: str
    first: str
    last: str
    where: str
    severity: str
    alerts: str
    lost: str
    months: str
    closed: str
    each: str


def write_pipeline(workbook: Any, page: Page) -> None:
    """Write the sheet.

    Args:
        workbook: The workbook being written.
        page: The sheet.
    """
    set_up(page)
    of = _asked(page)
    found = {name: _answer(page, name, formula) for name, formula in _formulas(of).items()}
    steps = put(
        page,
        INPUTS,
        STEPS,
        f'=CRM_WATERFALL(Model,,{of.where},{of.watched},{of.first},{of.last},"steps")',
        ANSWERS["steps"],
        room=12,
    )
    _customers(page, found["today"])
    signals(page, found["alerts"], FIRST["alerts"] - 1, head="severity", valign="vcenter")
    alerts = found["alerts"]
    status_colours(page, alerts.row + 1, alerts.column, alerts.room, SEVERITY)
    for name, answer in found.items():
        ruled(answer, before=int(name in LEADING))
    first = ("stages", "today", "needs", "slips", "risks", "sellers")
    trouble(page, TROUBLE, 1, [*(found[name] for name in first), steps])
    for name, answer in found.items():
        if name != "today":
            trouble(page, TROUBLE, answer.column, [answer])
    figures = _tiles(page, of, found)
    blocks = write_charts(workbook, page, found, steps, of.watched)
    write_messages(page, found, blocks, figures, of.watched, of.closed)


def _asked(page: Page) -> Asked:
    """Write the inputs, each at the answers that it changes."""
    alerts, lost, slips, extremes = (
        FIRST[name] for name in ("alerts", "lost", "slips", "extremes")
    )
    ask = partial(free_input, page, INPUTS)
    return Asked(
        period=ask(1, "Expected close", "all", _CLOSE_HINT, PERIODS),
        top=ask(3, "Deals listed", 15.0, "How many deals to list."),
        watched=ask(5, "Waterfall, coverage of", "this quarter", _WATCHED_HINT, PERIODS),
        first=ask(7, "From snapshot of", None, _FIRST_HINT, role="input_date"),
        last=ask(9, "To snapshot of", None, _LAST_HINT, role="input_date"),
        where=ask(11, "Only deals where", None, WHERE_HINT),
        severity=ask(alerts, "Severity", None, "Blank for all.", _SEVERITIES),
        alerts=ask(alerts + 1, "Alerts listed", 25.0, "How many alerts to list."),
        lost=ask(lost, "Closed in", "last 12 months", _CLOSED_HINT, _CLOSED),
        months=ask(slips, "Months judged", "all", _MONTHS_HINT, PERIODS),
        closed=ask(extremes, "Closed in", "last quarter", _CLOSED_HINT, _CLOSED),
        each=ask(extremes + 2, "Each side", 5.0, "How many deals of each side to list."),
    )


def _formulas(of: Asked) -> dict[str, str]:
    """Give the call that answers each panel."""
    return {
        "today": f"CRM_ATTENTION(Model,,{of.where},{of.period},,{of.top})",
        "alerts": f"CRM_ALERTS(Model,{of.where},{of.severity},{of.alerts})",
        "stages": f'CRM_PIPELINE(Model,"stage",{of.where},{of.period})',
        "lost": f"CRM_LOST_REASONS(Model,,{of.where},{of.lost})",
        "sellers": f'CRM_PIPELINE(Model,"owner",{of.where},{of.watched})',
        "moves": f'CRM_WATERFALL(Model,"owner",{of.where},{of.watched},{of.first},{of.last})',
        "slips": f'CRM_SLIPPAGE(Model,"owner",{of.where},{of.months})',
        "risks": f'CRM_SLIPPAGE(Model,"owner",{of.where},{of.months},,"deals")',
        "needs": f'CRM_ATTENTION(Model,"owner",{of.where},{of.period})',
        "extremes": f"CRM_EXTREME_DEALS(Model,{of.where},{of.closed},{of.each})",
    }


def _answer(page: Page, name: str, formula: str) -> Answer:
    row = TABLES if name in WITH_CHART else CHARTS + 1
    return put(page, row, FIRST[name], dashed(formula), ANSWERS[name], valign="vcenter")


def _customers(page: Page, today: Answer) -> None:
    """Write the names of customers before the deals that need attention."""
    column = today.column - 1
    page.write(today.row, column, "customer", "head")
    look = page.styles.varied("answer", valign="vcenter")
    account = place("today", "account_id")
    for row in range(today.row + 1, today.row + 61):
        text = account_name(page.at(row, account))
        page.sheet.write_formula(row, column, text, look, "")


def _tiles(page: Page, of: Asked, found: dict[str, Answer]) -> list[str]:
    """Write the headline figures, and give their cells."""
    value, target, won = (
        f"SUM({found['sellers'].values(name)})" for name in ("value", "target", "won")
    )

    def total(name: str, column: str) -> str:
        return f'=IFERROR(SUM({found[name].values(column)}),"-")'

    plain = tiles(
        page,
        TILES,
        1,
        (
            Tile("Open deals", total("stages", "deals"), "by their expected close"),
            Tile('="Open value, "&Currency', total("stages", "value"), "if all is won"),
            Tile('="By probability, "&Currency', total("stages", "weighted"), "what it will bring"),
            Tile(f'="Coverage, "&{of.watched}', f'=IFERROR({value}/MAX(0,{target}-{won}),"-")',
                 "open by what the target still needs", "0.00"),
            Tile("Overdue deals", total("stages", "overdue"), "close has passed"),
        ),
    )  # fmt: skip
    wide = tiles(
        page,
        TILES,
        11,
        (
            Tile("Deals that need attention today", total("needs", "needing"),
                 "stale, unattended, overdue, pushed again and again, or without a next action"),
            Tile('="At risk of slipping this month, "&Currency', total("risks", "at_risk"),
                 "due this month, by the rate at which each seller slips"),
        ),
        gap=1,
    )  # fmt: skip
    return [*plain, *wide]
