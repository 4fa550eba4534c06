"""The titles and headings of the sheet Segments, which say what is to be seen."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.segments_layout import FIRST, HEADINGS, LIST, place

_PAGES = {
    "sales": "Sales and win rate, and what explains a change",
    "bridge": "Who bought more and less, and what customers spend",
    "price": "Prices and discounts, and how values spread",
    "needs": "What moves customers, and who is the best",
}
"""The title above the first panel of each page."""
_LINKS = {
    "sales": "Sales and win rate",
    "changes": "What explains it",
    "bridge": "Who bought more",
    "basket": "Basket",
    "price": "Prices",
    "needs": "Needs and levers",
    "profile": "Who is the best customer",
    "spread": "Spread",
}
"""What leads from the first page to the others."""
_LINKS_AT = (5, 7, 9, 10, 11, 12, 14, 16)
"""The columns of the links, wide enough for each."""
_NOTES = {
    "economics": "cac: marketing and sellers' time by new customers. Ranks by margin per customer "
    "before and after it; payback in months.",
    "moves": "Account by account, to the cent.",
    "sales": "Largest revenue first. Win rate: deals won by won or lost, with its 95 % interval.",
    "bridge": "before + new + cross_sell + more + less + lost = after; by name.",
    "basket": "Sales by orders, by customers of the period, and by customers so far; years so far.",
    "price": "Most leakage first. Leaking: lines with a discount beyond the allowed one.",
    "needs": "Index 100 is average; effect: score less that of the segment's other answers; a "
    "dash: too few answers to judge.",
    "profile": "Best: class A; base: all accounts. A finding holds beyond chance (Holm).",
    "changes": "Contributions add up to the change: rate (the group's own) and mix (its weight).",
    "spread": "A value at a limit belongs to the range above it.",
}


def _last(answer: Answer, name: str) -> str:
    """Give the cell of a column in the last row, which holds all."""
    return f"INDEX({answer.spill},ROWS({answer.spill}),{answer.names.index(name) + 1})"


def _kind(answer: Answer) -> str:
    """Give the name of what an answer is cut by."""
    return f"INDEX({answer.spill},1,1)"


def _second(answer: Answer, name: str) -> str:
    """Give the cell of a column in the first row below the headers."""
    return f"INDEX({answer.spill},2,{answer.names.index(name) + 1})"


def _but_all(answer: Answer, name: str) -> str:
    """Give a column with a dash in place of the figure of all."""
    return f'IF({answer.values("by")}="(all)","-",{answer.values(name)})'


def _where(answer: Answer, name: str, sought: str, told: str = "by") -> str:
    """Give what another column says where one has a value."""
    return f"XLOOKUP({sought},{answer.values(name)},{answer.values(told)})"


def _ranked(economics: Answer, rank: str, told: str = "by") -> str:
    """Give what a column says of the group that ranks first."""
    return _where(economics, rank, "1", told)


def _thousand(figure: str) -> str:
    return f'TEXT({figure}/1000,"#,##0")'


def _any(figure: str) -> str:
    """Write a figure of any unit."""
    return f'IF(ABS({figure})>=100,TEXT({figure},"#,##0"),TEXT({figure},"0.0##"))'


def _percent(figure: str) -> str:
    return f'ROUND(100*{figure},0)&" %"'


def write_messages(page: Page, found: Mapping[str, Answer], kpi: str) -> None:
    """Write titles, headings and notes.

    Args:
        page: The sheet.
        found: The answers by their panels.
        kpi: The cell of the figure that is compared.
    """
    _title(page, found["economics"], found["sales"])
    _links(page)
    _first_page(page, found)
    _head(page, "sales", f'"By "&{_kind(found["sales"])}&": "&{_sold(found["sales"])}', "Sales")
    _bridge(page, found["bridge"])
    _prices(page, found)
    _moved(page, found)
    _explained(page, found, kpi)
    for name, text in _PAGES.items():
        page.write(0, FIRST[name], text, "title")
    for name, text in _NOTES.items():
        page.write(LIST, FIRST[name], text, "note")


def _title(page: Page, economics: Answer, sales: Answer) -> None:
    """Say who earns most, before and after what it costs to win a customer."""
    before, after = (_ranked(economics, rank) for rank in ("rank_before", "rank_after"))
    carries = f'{_second(sales, "by")}&" brings "&{_percent(_second(sales, "share"))}&" of revenue"'
    flip = (
        f'{before}&" earns most per customer, "&IF({before}={after},"before and after acquisition '
        f'cost","but after acquisition cost "&{after}&" does")'
    )
    page.worded(
        0,
        1,
        f'=IFERROR({flip}&"; "&{carries},IFERROR("Segments: "&{carries},'
        '"Segments: no figures yet"))',
        "title",
    )


def _links(page: Page) -> None:
    """Write links to the panels further right, and from them back."""
    link = page.styles.varied("link", valign="vcenter")
    page.write(1, 1, "Which carry us, what a customer costs, what changed.", "subtitle")
    for column, (name, text) in zip(_LINKS_AT, _LINKS.items(), strict=True):
        to = page.at(0, FIRST[name]).replace("$", "")
        page.sheet.write_url(1, column, f"internal:'{page.name}'!{to}", link, f"{text} →")
    for name in _PAGES:
        page.sheet.write_url(1, FIRST[name], f"internal:'{page.name}'!A1", link, "← economics")


def _first_page(page: Page, found: Mapping[str, Answer]) -> None:
    economics, steps = found["economics"], found["steps"]
    best, earned, kept = (
        _ranked(economics, "rank_before", told)
        for told in ("by", "margin_per_customer", "net_per_new")
    )
    _head(
        page,
        "economics",
        f'"A customer in "&{best}&" earns "'
        f'&{_thousand(earned)}&", after acquisition cost "&{_thousand(kept)}'
        '&" thousand "&Currency',
        "What a customer earns",
    )
    payback = economics.values("payback")
    _say(
        page,
        HEADINGS,
        place("economics", "cac"),
        f'"Pays back fastest: "&{_where(economics, "payback", f"MIN({payback})")}&", in "'
        f'&TEXT(MIN({payback}),"0.0")&" months"',
        "What winning a customer costs",
    )
    amounts = [f"INDEX({steps.spill},{row},2)" for row in (2, 8, 7)]
    before, after, lost = amounts
    _say(
        page,
        HEADINGS,
        place("economics", "rank_after"),
        f'"Revenue went from "&TEXT({before}/1000000,"0.00")&" to "&TEXT({after}/1000000,"0.00")'
        f'&" million "&Currency&"; lost customers took "&{_thousand(f"-{lost}")}&" thousand"',
        "What changed",
    )


def _sold(sales: Answer) -> str:
    rates = sales.values("win_rate")
    return (
        f'{_second(sales, "by")}&" brings "&{_percent(_second(sales, "share"))}&" of revenue; "'
        f'&{_where(sales, "win_rate", f"MAX({rates})")}&" wins most, "&{_percent(f"MAX({rates})")}'
    )


def _bridge(page: Page, bridge: Answer) -> None:
    """Name the groups whose sales rose and fell most; the last row is that of all."""
    kinds, change = bridge.values("by"), bridge.values("change")
    parts, unit = _but_all(bridge, "change"), '" thousand "&Currency'

    def one(which: str, sign: str, words: str, otherwise: str) -> str:
        figure = f"{which}({parts})"
        found = f'"{words}"&XLOOKUP({figure},{change},{kinds})&", "&{_signed(figure)}&{unit}'
        return f'IF({figure}{sign}0,{found},"{otherwise}")'

    gained = one("MAX", ">", "Most gained: ", "None gained")
    lost = one("MIN", "<", "most lost: ", "none lost")
    _head(page, "bridge", f'{gained}&"; "&{lost}', "What changed")


def _spoken(kpi: str) -> str:
    """Write the name of a figure as a sentence begins."""
    return f'UPPER(LEFT({kpi},1))&MID(SUBSTITUTE({kpi},"_"," "),2,99)'


def _signed(figure: str) -> str:
    return f'TEXT({figure}/1000,"+#,##0;-#,##0;0")'


def _prices(page: Page, found: Mapping[str, Answer]) -> None:
    basket, price = found["basket"], found["price"]
    longest = f"MAX({_but_all(basket, 'lifetime')})"
    _head(
        page,
        "basket",
        f'"Basket: "&{_second(basket, "by")}&" orders most at a time, "'
        f'&{_thousand(_second(basket, "per_order"))}&" thousand "&Currency&"; over its lifetime a '
        f'customer in "&{_where(basket, "lifetime", longest)}&" brought "&{_thousand(longest)}',
        "Basket",
    )
    worst, leaked, total = (
        _second(price, "by"), _second(price, "leakage"), _last(price, "leakage")
    )  # fmt: skip
    _head(
        page,
        "price",
        f'IF({total}>0,"Prices: "&{worst}&" leaks "&TEXT({leaked},"#,##0")&" of "'
        f'&TEXT({total},"#,##0")&" "&Currency&" beyond the discount allowed, and realises "'
        f'&{_percent(_second(price, "realisation"))}&" of list","Prices: no discount is beyond '
        'the one allowed")',
        "Prices",
    )


def _moved(page: Page, found: Mapping[str, Answer]) -> None:
    needs, profile = found["needs"], found["profile"]
    levers = needs.values("lever")
    mend = (
        f'TEXTJOIN(", ",TRUE,FILTER({needs.values("need")}&" in "&{needs.values("by")},'
        f'{levers}="mend"))'
    )
    _head(page, "needs", f'"Important and not liked: "&{mend}', "What moves customers")
    typical = (
        f'TEXTJOIN(", ",TRUE,FILTER({profile.values("attribute")}&" "&{profile.values("is")},'
        f'{profile.values("finding")}="typical"))'
    )
    _head(page, "profile", f'"The typical best customer: "&{typical}', "Who is a best customer")


def _explained(page: Page, found: Mapping[str, Answer], kpi: str) -> None:
    changes, spread = found["changes"], found["spread"]
    kinds, parts = changes.values("by"), changes.values("contribution")
    groups = _but_all(changes, "contribution")
    change = _last(changes, "change")
    most = f"IF({change}<0,MIN({groups}),MAX({groups}))"
    by_whom, plus = f"XLOOKUP({most},{parts},{kinds})", f'IF({most}>0,"+","")'
    _head(
        page,
        "changes",
        f'{_spoken(kpi)}&" went from "&{_any(_last(changes, "before"))}&" to "'
        f'&{_any(_last(changes, "now"))}&"; most by "&{by_whom}&", "&{plus}&{_any(most)}',
        "What explains the change",
    )
    counts, most_of_all = spread.values("count"), f"MAX({spread.values('share')})"
    _head(
        page,
        "spread",
        f'"Of "&TEXT(SUM({counts}),"#,##0")&" values most lie in "'
        f'&{_where(spread, "count", f"MAX({counts})", "label")}&": "'
        f"&{_percent(most_of_all)}",
        "How values spread",
    )


def _head(page: Page, name: str, text: str, plain: str) -> None:
    _say(page, HEADINGS, FIRST[name], text, plain)


def _say(page: Page, row: int, column: int, text: str, plain: str) -> None:
    """Write a message, or plain words where there are no figures."""
    page.answer(row, column, f'=IFERROR({text},"{plain}")', "heading")
