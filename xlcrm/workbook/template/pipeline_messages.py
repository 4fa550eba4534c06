"""The titles and headings of the sheet Pipeline, which say what is to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.workbook.template.chart_data import Block
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.pipeline_layout import (
    CHARTS,
    FIRST,
    HEADINGS,
    LEADING,
    LIST,
    WITH_CHART,
    place,
)

_PAGES = {
    "alerts": "Alerts: what needs action, with who and by when",
    "stages": "What is open, and who needs a hand",
    "sellers": "Sellers: what they hold, and how it moved",
    "slips": "What slips late in the month, and what is lost",
    "risks": "The deals at risk this month",
    "extremes": "Deals that stand out",
}
"""The title above the first panel of each page."""
_LINKS = {
    "alerts": "Alerts",
    "stages": "Stages",
    "sellers": "Sellers",
    "slips": "Slippage",
    "risks": "Deals at risk this month",
    "extremes": "Exceptional and weak deals",
}
"""What leads from the first page to the others."""
_NOTES = {
    "alerts": "The gravest first:  ▼ high   ▲ medium   ● low   ○ not checked. "
    "Value is money at stake.",
    "stages": "By the expected close asked for; conversion and drop off count all deals so far.",
    "lost": "Largest amount first. Avoidable: what the win rate of followed deals would save.",
    "sellers": "Deals expected in the period that is watched; coverage: value by target less won.",
    "moves": "start + new + pulled in + up - down - pushed - lost - won - dropped = end.",
    "slips": "Rate: slipped by expected. Slipped: lost after the day, or moved out of the month.",
    "risks": "At risk: the amount by the rate at which its seller slips.",
    "needs": "Amount: at stake in the deals that need attention. One deal may count in several.",
    "extremes": "Deviation: distance from the median of like deals, in robust deviations.",
}


def _first(answer: Answer, name: str, by: str, *, but_last: bool = False) -> str:
    """Give the name beside the largest figure of a column; its last row may be that of all."""
    values, names = answer.values(name), answer.values(by)
    if but_last:
        values, names = f"DROP({values},-1)", f"DROP({names},-1)"
    return f"XLOOKUP(MAX({values}),{values},{names})"


def _last(answer: Answer, name: str) -> str:
    """Give the cell of a column in the last row, which holds all."""
    return f"INDEX({answer.spill},ROWS({answer.spill}),{answer.names.index(name) + 1})"


def _million(figure: str) -> str:
    return f'FIXED({figure}/1000000,2)&" million "&Currency'


def _rounded(figure: str) -> str:
    return f"FIXED({figure}/1000,0)"


def _thousand(figure: str) -> str:
    return f'{_rounded(figure)}&" thousand "&Currency'


def write_messages(
    page: Page,
    found: Mapping[str, Answer],
    blocks: Mapping[str, Block],
    figures: Sequence[str],
    watched: str,
    closed: str,
) -> None:
    """Write titles, headings and notes.

    Args:
        page: The sheet.
        found: The answers by their panels.
        blocks: The chart data by their panels.
        figures: The cells of the headline figures.
        watched: The cell of the period that is watched.
        closed: The cell of the period whose closed deals are listed.
    """
    deals, value, _, _, overdue, need, risk = figures
    _say(page, 0, 1, f'"Pipeline: "&ROUND({value}/1000000,1)&" million "&Currency&" open in "'
         f'&{deals}&" deals, "&{overdue}&" overdue; "&{need}&" need attention today"',
         "Pipeline: no figures yet", "title")  # fmt: skip
    _links(page)
    largest = f"MAX({found['stages'].values('value')})"
    saved = f"SUM({found['lost'].values('avoidable')})"
    due = f"SUM({found['risks'].values('amount')})"
    stages, moves, slips, lost = (found[name] for name in ("stages", "moves", "slips", "lost"))
    drop = stages.values("drop_off")
    mover = _first(moves, "pushed", "owner", but_last=True)
    _head(
        page,
        1,
        f'"Funnel: most drop off after "&{_first(stages, "drop_off", "stage")}&", "'
        f'&ROUND(100*MAX({drop}),0)&" %"',
        "Funnel",
    )
    _head(
        page,
        place("today", "idle"),
        f'"Since "&{_last(moves, "since")}&": "&{_thousand(_last(moves, "start"))}&" became "&'
        f'{_rounded(_last(moves, "end"))}&"; "&{_rounded(_last(moves, "won"))}&" won, "&'
        f'{_rounded(_last(moves, "lost"))}&" lost, "&{_rounded(_last(moves, "pushed"))}'
        f'&" pushed out"',
        "How it moved",
    )
    worst = blocks["slips"]
    _head(
        page,
        place("today", "action"),
        f'"Slip risk: "&{worst.cell(0)}&" slips "'
        f'&ROUND(100*{worst.cell(0, "rate")},0)&" % late in the month"',
        "Slip risk",
    )
    today = found["today"]
    _say(
        page,
        LIST,
        1,
        f'"Today: the "&ROWS({today.spill})-1&" largest of "&{need}+0'
        '&" deals that need attention, and what to do"',
        "Today",
    )
    alerts = found["alerts"]
    words = alerts.values("severity")
    counts = '&", "&'.join(
        f'SUMPRODUCT(--({words}="{word}"))&" {word}"' for word in ("high", "medium", "low")
    )
    _head(
        page,
        FIRST["alerts"] - 1,
        f'"Alerts, the "&ROWS({alerts.spill})-1&" gravest: "&{counts}',
        "Alerts",
    )
    _head(
        page,
        FIRST["stages"],
        f'"By stage: most value stands in "&{_first(stages, "value", "stage")}'
        f'&", "&{_million(largest)}',
        "By stage",
    )
    poor = f"SUM({lost.values('poor_follow_up')})/SUM({lost.values('deals')})"
    _head(
        page,
        FIRST["lost"],
        f'"Lost: "&ROUND(100*{poor},0)&" % were followed poorly, "'
        f'&{_million(saved)}&" could have been saved"',
        "Lost",
    )
    sellers = found["sellers"]
    thin = f'COUNTIF({sellers.values("coverage")},"<1")'
    _head(
        page,
        FIRST["sellers"],
        f'"By seller, "&{watched}&": "&{thin}&" of "&ROWS({sellers.spill})-1'
        '&" hold less than their targets still need"',
        "By seller",
    )
    _head(
        page,
        FIRST["moves"],
        f'"Moves by seller: "&IF({_last(moves, "pushed")}>0,{mover}&" pushed out most",'
        '"nothing was pushed out")',
        "Moves by seller",
    )
    _head(
        page,
        FIRST["slips"],
        f'"Slippage: "&{_first(slips, "slipped", "owner")}&" accounts for "'
        f"&ROUND(100*MAX({slips.values('slipped')})/SUM({slips.values('slipped')}),0)"
        '&" % of what slipped"',
        "Slippage",
    )
    _head(
        page,
        FIRST["risks"],
        f'"At risk this month: "&{_thousand(risk)}&" of "&{_thousand(due)}&" due"',
        "At risk this month",
    )
    needs = found["needs"]
    _head(
        page,
        FIRST["needs"],
        f'"Who needs a hand: "&{_first(needs, "needing", "owner")}&", in "'
        f'&MAX({needs.values("needing")})&" deals"',
        "Who needs a hand",
    )
    beyond = f"SUMPRODUCT(--({found['extremes'].values('extreme')}=TRUE))"
    _head(
        page,
        FIRST["extremes"],
        f'"Exceptional and weak deals, "&{closed}&": "&{beyond}&" beyond the limit"',
        "Exceptional and weak deals",
    )
    for name, text in _PAGES.items():
        page.write(0, FIRST[name] - (name in LEADING), text, "title")
    for name, text in _NOTES.items():
        column = FIRST[name] - (name in LEADING)
        page.write(LIST if name in WITH_CHART else CHARTS, column, text, "note")


def _links(page: Page) -> None:
    """Write links to the panels further right, and from them back."""
    link = page.styles.varied("link", valign="vcenter")
    page.write(1, 1, "Who to call today, and why.", "subtitle")
    for column, (name, text) in zip((3, 5, 7, 9, 11, 12), _LINKS.items(), strict=True):
        to = page.at(0, FIRST[name] - (name in LEADING)).replace("$", "")
        page.sheet.write_url(1, column, f"internal:'{page.name}'!{to}", link, f"{text} →")
    for name in _PAGES:
        back = FIRST[name] - (name in LEADING)
        page.sheet.write_url(1, back, f"internal:'{page.name}'!A1", link, "← today")


def _head(page: Page, column: int, text: str, plain: str) -> None:
    _say(page, HEADINGS, column, text, plain)


def _say(page: Page, row: int, column: int, text: str, plain: str, role: str = "heading") -> None:
    """Write a message, or plain words where there are no figures."""
    page.worded(row, column, f'=IFERROR({text},"{plain}")', role)
