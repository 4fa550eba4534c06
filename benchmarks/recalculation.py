"""A whole workbook computed and written, against the engine's bare loading of the same file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import formualizer
import xlsxwriter

from benchmarks.deals import cells, stages
from benchmarks.pairs import Ratio, compared, timed
from xlcrm.hosts import headless

_SPILLS = (
    *(f'CRM_KPI(Model,"{kpi}","{by}")' for kpi in ("won_amount", "win_rate", "open_amount",
      "won_deals") for by in ("owner", "month", "product", "stage")),
    'CRM_FORECAST(Model,"month")', 'CRM_FORECAST(Model,"owner")', "CRM_STAGE_RATES(Model)",
    'CRM_SEGMENTS(Model,"product")',
)  # fmt: skip
_SCALARS = (
    "won_deals", "lost_deals", "open_deals", "won_amount", "open_amount", "win_rate",
    "average_deal", "cycle_days",
)  # fmt: skip


def ratios() -> list[Ratio]:
    """Recalculate 100,000 deals of 12 columns under 30 CRM formulas, 20 of them spills."""
    with tempfile.TemporaryDirectory() as folder:
        book, out = Path(folder, "deals.xlsx"), Path(folder, "out.xlsx")
        _write(book)
        whole = compared(
            "recalculating 100,000 x 12 with 30 CRM formulas, written back",
            lambda: headless.recalculated(book, out),
            lambda: formualizer.load_workbook(str(book)),
            "the engine's loading alone",
            at_most=3.5,
            runs=5,
        )
        return [whole, _after_a_setting(book)]


def _after_a_setting(book: Path) -> Ratio:
    """Change one setting in the open book: nothing is loaded, hashed or typed again."""
    firsts, seconds = [], []
    for _ in range(5):
        opened = None

        def first() -> None:
            nonlocal opened
            opened = headless.opened(book)
            headless.evaluate(opened)

        firsts.append(timed(first))
        assert opened is not None

        def second(opened: headless.Book = opened) -> None:
            headless.changed(opened, "Settings", "B2", 20.0)

        seconds.append(timed(second))
    ours, peer = sorted(seconds)[2], sorted(firsts)[2]
    what = "recalculating the open book after one changed setting"
    return Ratio(what, ours, peer, "its first calculation", 0.1, faster=False)


def _write(path: Path) -> None:
    """Write the workbook: three Tables, the model, and 30 formulas."""
    with xlsxwriter.Workbook(path) as book:
        tables = {"Deals": cells(100_000), "Stages": stages(),
                  "Settings": [("name", "value"), ("prior_strength", 10.0)]}  # fmt: skip
        model, answers = book.add_worksheet("Model"), book.add_worksheet("Answers")
        for row, (name, rows) in enumerate(tables.items(), start=1):
            sheet = book.add_worksheet(name)
            options = {
                "name": name,
                "columns": [{"header": header} for header in rows[0]],
                "data": rows[1:],
            }
            sheet.add_table(0, 0, len(rows) - 1, len(rows[0]) - 1, options)
            model.write_formula(row, 0, f'=CRM_TABLE("{name.lower()}",{name}[#All])')
        model.write_formula(0, 0, f"=CRM_MODEL(A2:A{len(tables) + 1})")
        book.define_name("Model", "=Model!$A$1")
        for row, kpi in enumerate(_SCALARS):
            answers.write_formula(row, 0, f'=CRM_KPI(Model,"{kpi}")')
        answers.write_formula(10, 0, '=CRM_KPI(Model,"expected_revenue")')
        answers.write_formula(11, 0, '=CRM_KPI(Model,"revenue")')
        for k, formula in enumerate(_SPILLS):
            column = 2 + 13 * k
            answers.write_dynamic_array_formula(0, column, 0, column, "=" + formula)
