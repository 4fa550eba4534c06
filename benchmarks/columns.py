"""Cells of a sheet to typed columns, against xlwings' own conversion to a DataFrame."""

from __future__ import annotations

from typing import Any

import pandas as pd

from benchmarks.deals import HEADERS, cells
from benchmarks.pairs import Ratio, compared
from tests.hosts.com_stubs import com_server
from xlcrm.cells import Range
from xlcrm.model.model import model_of
from xlcrm.model.table import table_of


def ratios() -> list[Ratio]:
    """Type 100,000 deals of 12 columns, three columns of them and all."""
    rows = cells(100_000)
    whole = [*rows, *((None,) * 12 for _ in range(1_048_576 - len(rows)))]

    def typed(names: tuple[str, ...]) -> Any:
        return model_of([table_of("deals", Range(rows))]).columns("deals", names)

    with com_server():
        from xlwings.conversion import read

        def converted() -> Any:
            return read(None, rows, {"convert": pd.DataFrame}, engine_name="excel")

        return [
            compared(
                "100,000 x 12 cells to three typed columns",
                lambda: typed(("owner", "amount", "created")),
                converted,
                "xlwings to a DataFrame",
                at_least=10,
            ),
            compared(
                "100,000 x 12 cells to twelve typed columns",
                lambda: typed(HEADERS),
                converted,
                "xlwings to a DataFrame",
                at_least=3,
            ),
            compared(
                "a whole-column reference of 1,048,576 rows to a handle",
                lambda: table_of("deals", Range(whole)).digest,
                lambda: table_of("deals", Range(rows)).digest,
                "its 100,000 used rows alone",
                at_most=2,
            ),
        ]
