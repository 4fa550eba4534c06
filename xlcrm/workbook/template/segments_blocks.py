"""What the charts of the sheet Segments are drawn from: plain cells, and titles that name units."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xlcrm.workbook.template.chart_data import Block, chart_data, derived, relabelled
from xlcrm.workbook.template.page import Page
from xlcrm.workbook.template.panel import Answer
from xlcrm.workbook.template.segments_layout import CHART_DATA, TILES

COLUMNS, BARS = 5, 8
"""How many segments charts draw as columns and as bars."""
_STEPS, _PRICES, _FINDINGS, _CHANGES, _RANGES = 7, 13, 8, 9, 20
_FROM_THE_END = 4
"""How many of the changes that are drawn are the last: those that lower most, and that of all."""
_TITLES = TILES + 1
_BLOCKS = TILES + 14


def titles_of(page: Page, found: Mapping[str, Answer], kpi: str, column: str) -> dict[str, str]:
    """Write the titles of charts that name a unit.

    Args:
        page: The sheet.
        found: The answers by their panels.
        kpi: The cell of the figure that is compared.
        column: The cell of the column whose values are counted.

    Returns:
        References to the titles by their charts.
    """
    kind = f"INDEX({found['changes'].spill},1,1)"
    page.write(_TITLES - 1, CHART_DATA + 2, "Titles of charts", "note")
    texts = {
        "economics": '="A customer\'s margin, and what is left of it after acquisition cost, '
                     'thousand "&Currency',
        "cost": '="Cost of winning a customer, thousand "&Currency',
        "steps": '="Revenue before and after, thousand "&Currency',
        "sales": '="Revenue, thousand "&Currency',
        "bridge": '="What was gained and lost, thousand "&Currency',
        "basket": '="Revenue per customer: in the period and ever, thousand "&Currency',
        "leakage": '="Discounts beyond what is allowed, "&Currency',
        "changes": f'=IFERROR("What each "&{kind}&" adds to the change: "&{kpi},"What adds to '
                   'the change")',
        "spread": f'="How many values of "&{column}&" lie in each range"',
    }  # fmt: skip
    for number, text in enumerate(texts.values()):
        page.worded(_TITLES + number, CHART_DATA + 2, text, "calculated")
    return {
        name: f"={page.address(_TITLES + number, CHART_DATA + 2)}"
        for number, name in enumerate(texts)
    }


def blocks_of(page: Page, found: Mapping[str, Answer]) -> dict[str, Block]:
    """Write the plain cells that charts show.

    Args:
        page: The sheet.
        found: The answers by their panels.

    Returns:
        The chart data by their charts.
    """
    row = _BLOCKS
    blocks = {}
    for name, of, names, rows, largest in (
        ("economics", "economics", ("margin_per_customer", "net_per_new", "rank_before",
                                    "rank_after"), COLUMNS, ""),
        ("cost", "economics", ("marketing", "seller_time", "new_customers", "payback"), COLUMNS,
         ""),
        ("steps", "steps", ("amount", "base", "rise", "fall"), _STEPS, ""),
        ("sales", "sales", ("revenue", "win_rate"), BARS, ""),
        ("bridge", "bridge", ("new", "cross_sell", "more", "less", "lost"), BARS, ""),
        ("basket", "basket", ("per_order", "per_customer", "lifetime"), COLUMNS, ""),
        ("price", "price", ("leakage", "realisation"), _PRICES, ""),
        ("profile", "profile", ("lift", "best_share", "base_share"), _FINDINGS, "lift"),
        ("changes", "changes", ("contribution",), _CHANGES, ""),
        ("spread", "spread", ("low", "count"), _RANGES, ""),
    ):  # fmt: skip
        blocks[name] = chart_data(page, row, CHART_DATA, found[of], names, rows, largest)
        row += rows + 3
    finished = {
        "economics": _ranked, "cost": _each, "steps": _stepped, "bridge": _apart,
        "price": _leaking, "profile": _described, "changes": _signed, "spread": _gathered,
    }  # fmt: skip
    return {name: finished.get(name, _as_is)(block) for name, block in blocks.items()}


def _as_is(block: Block) -> Block:
    return block


def _ranked(block: Block) -> Block:
    """Say in the labels how the rank changes."""
    relabelled(
        block,
        lambda n, name: (
            f'{name}&IF(ISNUMBER({block.cell(n, "rank_before")}),CHAR(10)&"rank "&'
            f'{block.cell(n, "rank_before")}&" → "&{block.cell(n, "rank_after")},"")'
        ),
    )
    return block


def _each(block: Block) -> Block:
    """Divide costs by new customers, and say in the labels when they pay back."""
    for name, cost in (("marketing each", "marketing"), ("time each", "seller_time")):
        block = derived(block, name, _by_new(block, cost))
    relabelled(
        block,
        lambda n, name: (
            f"{name}&IF(ISNUMBER({block.cell(n, 'payback')}),CHAR(10)&"
            f'TEXT({block.cell(n, "payback")},"0.0")&" months","")'
        ),
    )
    return block


def _by_new(block: Block, cost: str) -> Callable[[int], str]:
    return lambda n: f"IFERROR({block.cell(n, cost)}/{block.cell(n, 'new_customers')},NA())"


def _stepped(block: Block) -> Block:
    """Part what stands from what came and went, and write amounts into the labels."""

    def part(column: str, *, ends: bool) -> Callable[[int], str]:
        return lambda n: block.cell(n, column) if (n in (0, _STEPS - 1)) == ends else "0"

    for name, formula in (
        ("stands", part("rise", ends=True)),
        ("came", part("rise", ends=False)),
        ("went", part("fall", ends=False)),
    ):
        block = derived(block, name, formula)

    def label(n: int, name: str) -> str:
        amount = block.cell(n, "amount")
        plus = f'IF({amount}>0,"+","")&' if 0 < n < _STEPS - 1 else ""
        return f"{name}&CHAR(10)&{plus}FIXED({amount}/1000,0)"

    relabelled(block, label)
    return block


def _apart(block: Block) -> Block:
    """Leave out the row of all, which would dwarf its parts."""
    for name in ("new", "cross_sell", "more", "less", "lost"):
        block = derived(block, f"{name} of one", _unless_all(block, name))
    relabelled(block, _unnamed_all)
    return block


def _unless_all(block: Block, name: str) -> Callable[[int], str]:
    return lambda n: f'IF({block.named(n)}="(all)",NA(),{block.cell(n, name)})'


def _unnamed_all(_: int, name: str) -> str:
    return f'IF({name}="(all)","",{name})'


def _leaking(block: Block) -> Block:
    return derived(block, "leakage of one", _unless_all(block, "leakage"))


def _of(block: Block, number: int, name: str) -> str:
    """Give the formula, without its sign, of any column of the answer in a row of the chart."""
    return block.named(number).removesuffix("1)") + f"{block.answer.names.index(name) + 1})"


def _described(block: Block) -> Block:
    """Name the attribute with its value, and part what is typical from what may be chance."""

    def when(sign: str) -> Callable[[int], str]:
        def formula(n: int) -> str:
            return f'IF({_of(block, n, "finding")}{sign}"typical",{block.cell(n, "lift")},0)'

        return formula

    for name, sign in (("typical", "="), ("may be chance", "<>")):
        block = derived(block, name, when(sign))
    relabelled(block, lambda n, name: f'{name}&" "&{_of(block, n, "is")}')
    return block


def _signed(block: Block) -> Block:
    """Part what rises from what falls, and both from the change of all.

    Where there are more groups than bars, those in the middle are left out.
    """
    rows = f"ROWS({block.answer.spill})"
    for number in range(_CHANGES):
        from_end = f"{rows}-{_CHANGES - 1 - number}"
        chosen = (
            f"IF({rows}>{_CHANGES + 1},{from_end},{number + 2})"
            if number >= _CHANGES - _FROM_THE_END
            else f"{number + 2}"
        )
        block.page.formula(
            block.row + number,
            block.column + 1,
            f"=IF({number + 1}<{rows},{chosen},NA())",
            "calculated_number",
        )

    def when(condition: str) -> Callable[[int], str]:
        def formula(n: int) -> str:
            value = block.cell(n, "contribution")
            return f"IF({condition.format(name=block.named(n), value=value)},{value},0)"

        return formula

    for name, condition in (
        ("rises", 'AND({name}<>"(all)",{value}>0)'),
        ("falls", 'AND({name}<>"(all)",{value}<0)'),
        ("all", '{name}="(all)"'),
    ):
        block = derived(block, name, when(condition))
    return block


def _gathered(block: Block) -> Block:
    """Let the last bar hold all ranges from there on."""
    counts = block.answer.values("count")
    last = _RANGES - 1
    block = derived(
        block,
        "counted",
        lambda n: (
            block.cell(n, "count")
            if n < last
            else f"SUM({counts})-SUM({block.cell(0, 'count')}:{block.cell(n - 1, 'count')})"
        ),
    )

    def named(n: int, low: str) -> str:
        text = _of(block, n, "label")
        more = f'TEXT({low},"#,##0")&" or more"'
        return text if n < last else f"IF(ROWS({block.answer.spill})>{_RANGES + 1},{more},{text})"

    relabelled(block, named)
    return block
