"""The computed cells of a workbook file, as they are stored in it."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl

from xlcrm.cells import Rows, canonical_cell
from xlcrm.errors import ExcelError, WrongValue, suggestion
from xlcrm.workbook import package

_AREA = re.compile(r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?(?P<cells>[$A-Za-z0-9:]+)")


def computed_cells(book: str | Path, area: str) -> Rows:
    """Read the stored values of an area.

    Args:
        book: An .xlsx or .xlsm.
        area: Such as ``Forecast!A1:F20``; the first sheet where none is named.

    Returns:
        Rows of cells; dates as ISO text, blanks as None.

    Raises:
        WrongValue: It is no workbook, or has no such sheet, or the area is none.
    """
    found = _AREA.fullmatch(area.strip())
    if not found:
        raise WrongValue(f"{area!r} is no area: write Sheet!A1:F20")
    names = [sheet.name for sheet in package.contents(book).sheets if sheet.is_grid]
    asked = (found["sheet"] or names[0]).strip("'").replace("''", "'")
    by_key = {name.casefold(): name for name in names}
    if asked.casefold() not in by_key:
        raise WrongValue(f"there is no sheet {asked!r}; {suggestion(asked, names)}")
    opened = openpyxl.load_workbook(book, data_only=True, read_only=True)
    try:
        cells = opened[by_key[asked.casefold()]][found["cells"].replace("$", "")]
    except ValueError:
        raise WrongValue(f"{area!r} is no area: write Sheet!A1:F20") from None
    finally:
        opened.close()
    if not isinstance(cells, tuple):
        cells = ((cells,),)
    return [tuple(_shown(cell.value) for cell in row) for row in cells]


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, str) and value.startswith("#") and ExcelError.of_text(value).text == value:
        return ExcelError.of_text(value)
    return canonical_cell(value)
