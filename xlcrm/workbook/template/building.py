"""The template as a file: all sheets, the VBA, and every figure computed."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from xlcrm.functions import catalogue
from xlcrm.hosts.headless import recalculated
from xlcrm.hosts.vba import standard_modules, workbook_text
from xlcrm.workbook.template import (
    customers_sheet,
    forecast_sheet,
    functions_sheet,
    goals_sheet,
    model_sheet,
    pipeline_sheet,
    scorecard_sheet,
    segments_sheet,
    start_sheet,
    strategy_map_sheet,
    territory_sheet,
)
from xlcrm.workbook.template.data_sheets import define_lists, write_data, write_lists
from xlcrm.workbook.template.page import Page, Role, added, code_name
from xlcrm.workbook.template.style import Styles
from xlcrm.workbook.template.tables import DATA, starting_rows
from xlcrm.workbook.vba_project import WORKBOOK, vba_project

LISTS = "Lists"
CALC_ID = 191029
"""The calculation engine that the file says it was computed by: Excel computes older ones anew."""

_CREATED = datetime(2026, 6, 30, tzinfo=UTC).replace(tzinfo=None)
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "use_future_functions": True,
}


def build(path: str | Path, *, empty: bool = False) -> None:
    """Write the template, with all figures computed.

    Equal code gives equal bytes in every part.

    Args:
        path: The .xlsm to write; what it held is replaced.
        empty: Whether to leave out the sample company. Then most answers show #N/A.

    Raises:
        WrongValue: The file cannot be written.
    """
    recalculated_bytes(path, written(empty=empty))


def recalculated_bytes(path: str | Path, book: bytes) -> None:
    """Save a workbook with its figures computed.

    Args:
        path: Where to save it.
        book: The workbook's bytes.
    """
    Path(path).write_bytes(book)
    recalculated(path, path)


def written(*, empty: bool = False) -> bytes:
    """Give the template's bytes before its figures are computed.

    Args:
        empty: Whether to leave out the sample company.
    """
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {**_OPTIONS, "in_memory": True})
    workbook.set_calc_mode("auto", CALC_ID)
    workbook.calc_on_load = False
    workbook.set_properties(
        {"title": "xlcrm", "subject": "CRM analytics in Excel cells", "created": _CREATED}
    )
    workbook.set_size(2400, 1500)
    pages = _pages(workbook)
    _fill(workbook, pages, empty=empty)
    _add_vba(workbook, list(pages))
    workbook.close()
    return content.getvalue()


def _pages(workbook: Any) -> dict[str, Page]:
    """Add all sheets in their order."""
    styles = Styles(workbook)
    answers = (
        start_sheet.NAME,
        forecast_sheet.NAME,
        pipeline_sheet.NAME,
        scorecard_sheet.NAME,
        goals_sheet.NAME,
        strategy_map_sheet.NAME,
        segments_sheet.NAME,
        customers_sheet.NAME,
        territory_sheet.NAME,
    )
    data = [table.name for table in DATA]
    data.insert(data.index("Aliases") + 1, LISTS)
    workings = (model_sheet.NAME, functions_sheet.NAME, functions_sheet.INTELLISENSE)
    roles = (
        dict.fromkeys(answers, Role.ANSWERS)
        | dict.fromkeys(data, Role.DATA)
        | dict.fromkeys(workings, Role.WORKINGS)
    )
    return {name: added(workbook, name, role, styles) for name, role in roles.items()}


def _fill(workbook: Any, pages: dict[str, Page], *, empty: bool) -> None:
    rows = starting_rows(empty=empty)
    for table in DATA:
        write_data(pages[table.name], table, rows[table.name])
    write_lists(pages[LISTS], rows)
    define_lists(workbook)
    handles = model_sheet.write_model(workbook, pages[model_sheet.NAME])
    forecasts = forecast_sheet.write_forecast(workbook, pages[forecast_sheet.NAME])
    pipeline_sheet.write_pipeline(workbook, pages[pipeline_sheet.NAME])
    sides = scorecard_sheet.write_scorecard(workbook, pages[scorecard_sheet.NAME])
    goals_sheet.write_goals(workbook, pages[goals_sheet.NAME])
    strategy_map_sheet.write_strategy_map(workbook, pages[strategy_map_sheet.NAME], sides)
    sales = segments_sheet.write_segments(workbook, pages[segments_sheet.NAME])
    customers_sheet.write_customers(workbook, pages[customers_sheet.NAME])
    territory_sheet.write_territory(workbook, pages[territory_sheet.NAME])
    start_sheet.write_start(workbook, pages[start_sheet.NAME], handles, forecasts, sales)
    functions_sheet.write_functions(pages[functions_sheet.NAME])
    functions_sheet.write_intellisense(pages[functions_sheet.INTELLISENSE])


def _add_vba(workbook: Any, names: list[str]) -> None:
    codes = [code_name(name) for name in names]
    project = vba_project(standard_modules(catalogue().values()), workbook_text(), codes)
    workbook.set_vba_name(WORKBOOK)
    workbook.add_vba_project(io.BytesIO(project), is_stream=True)
