"""What the charts of the sheet Pipeline are drawn from: plain cells, and titles that name units."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xlcrm.workbook.template.chart_data import Block, chart_data, derived, relabelled
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.pipeline_layout import CHART_DATA, TILES

_STAGES, _STEPS, _SLIPS, _LOST, _SELLERS, _NEEDS = 7, 10, 8, 7, 12, 12
"""How many rows each chart draws."""
_TITLES = TILES + 1
_BLOCKS = TILES + 8


def titles_of(page: Page, moves: Answer, watched: str) -> list[str]:
    """Write the titles of charts that name a unit.

    Args:
        page: The sheet.
        moves: The waterfall by seller.
        watched: The cell of the period that is watched.

    Returns:
        References to the titles.
    """
    last = f"INDEX({moves.spill},ROWS({moves.spill})"
    since, until = (f"{last},{moves.names.index(name) + 1})" for name in ("since", "until"))
    page.write(_TITLES - 1, CHART_DATA + 2, "Titles of charts", "note")
    texts = (
        f'=IFERROR("Open deals expected "&{watched}&", thousand "&Currency&", "&{since}&" to "'
        f'&{until},"Open deals, thousand "&Currency)',
        '="Share of expected money that slipped, and thousand "&Currency&" due this month"',
        '="Lost by reason, thousand "&Currency&", and the share of all so far"',
        f'="Open deals and what targets still need, "&{watched}&", thousand "&Currency',
        '="Open deals by stage, thousand "&Currency',
    )
    for number, text in enumerate(texts):
        page.worded(_TITLES + number, CHART_DATA + 2, text, "calculated")
    return [f"={page.address(_TITLES + number, CHART_DATA + 2)}" for number in range(len(texts))]


def blocks_of(page: Page, found: Mapping[str, Answer], steps: Answer) -> dict[str, Block]:
    """Write the plain cells that charts show.

    Args:
        page: The sheet.
        found: The answers by their panels.
        steps: The steps of the waterfall.

    Returns:
        The chart data by their panels, and ``open`` for what stages hold.
    """
    row = _BLOCKS
    names = ("reached", "moved_on", "drop_off")
    stages = chart_data(page, row, CHART_DATA, found["stages"], names, _STAGES)
    stages = derived(
        stages, "dropped", lambda n: f"{stages.cell(n, 'reached')}-{stages.cell(n, 'moved_on')}"
    )
    relabelled(
        stages,
        lambda n, name: (
            f'{name}&": "&{stages.cell(n, "reached")}&" deals, "'
            f'&ROUND(100*{stages.cell(n, "drop_off")},0)&" % drop off"'
        ),
    )
    row += _STAGES + 3
    moved = chart_data(page, row, CHART_DATA, steps, ("amount", "base", "rise", "fall"), _STEPS)

    def is_one(number: int, *words: str) -> str:
        return "OR(" + ",".join(f'{moved.named(number)}="{word}"' for word in words) + ")"

    def part(column: str, *words: str, other: bool = False) -> Callable[[int], str]:
        def formula(number: int) -> str:
            here, value = is_one(number, *words), moved.cell(number, column)
            return f"IF({here},0,{value})" if other else f"IF({here},{value},0)"

        return formula

    for name, formula in (
        ("total", part("rise", "start", "end")),
        ("came in", part("rise", "start", "end", other=True)),
        ("gone", part("fall", "won", other=True)),
        ("sold", part("fall", "won")),
    ):
        moved = derived(moved, name, formula)
    relabelled(moved, lambda n, name: f"{name}&CHAR(10)&{_signed(moved.cell(n, 'amount'), n)}")
    row += _STEPS + 3
    slips = chart_data(page, row, CHART_DATA, found["slips"], ("rate", "at_risk"), _SLIPS, "rate")
    row += _SLIPS + 3
    lost = chart_data(
        page, row, CHART_DATA, found["lost"], ("amount", "poor_amount", "cumulative"), _LOST
    )
    lost = derived(
        lost, "followed", lambda n: f"{lost.cell(n, 'amount')}-N({lost.cell(n, 'poor_amount')})"
    )
    row += _LOST + 3
    sellers = chart_data(
        page, row, CHART_DATA, found["sellers"], ("value", "won", "target"), _SELLERS, "value"
    )
    sellers = derived(
        sellers,
        "needed",
        lambda n: f"MAX(0,N({sellers.cell(n, 'target')})-N({sellers.cell(n, 'won')}))",
    )
    row += _SELLERS + 3
    needs = chart_data(
        page, row, CHART_DATA, found["needs"], ("open", "needing"), _NEEDS, "needing"
    )
    needs = derived(needs, "fine", lambda n: f"{needs.cell(n, 'open')}-{needs.cell(n, 'needing')}")
    row += _NEEDS + 3
    held = chart_data(page, row, CHART_DATA, found["stages"], ("value", "weighted"), _STAGES)
    return {
        "stages": stages, "steps": moved, "slips": slips, "lost": lost, "sellers": sellers,
        "needs": needs, "open": held,
    }  # fmt: skip


def _signed(amount: str, number: int) -> str:
    """Write the amount of a step in thousands: with its sign between the first and the last."""
    plus = f'IF({amount}>0,"+","")&' if 0 < number < _STEPS - 1 else ""
    return f'IF({amount}=0,"",{plus}FIXED({amount}/1000,0))'
