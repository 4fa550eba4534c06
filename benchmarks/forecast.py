"""Expected revenue over a million deals, against the same reduction written by hand in pandas."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from benchmarks.deals import CHANCES, STAGES, frame, stages
from benchmarks.pairs import Ratio, compared
from xlcrm.analytics.figures import kpi_table
from xlcrm.cells import Range
from xlcrm.model.model import model_of
from xlcrm.model.schema import kind
from xlcrm.model.table import FrameTable, table_of


def ratios() -> list[Ratio]:
    """Sum amount times probability by owner and month over 1,000,000 deals."""
    deals = frame(1_000_000)
    tables = [FrameTable(kind("deals"), deals, "benchmark"), table_of("stages", Range(stages()))]
    model = model_of(tables, date(2026, 1, 1))
    chances = pd.DataFrame({"stage": list(STAGES), "chance": CHANCES})
    plain = deals.astype({"owner": "str", "stage": "str", "status": "str"})

    def ours() -> pd.DataFrame:
        return kpi_table(model, "expected_revenue", "owner, month", method="configured")

    def by_hand(rows: pd.DataFrame) -> pd.DataFrame:
        pending = rows[rows["status"] == "open"].merge(chances, on="stage", how="left")
        pending["expected"] = pending["amount"] * pending["chance"]
        pending["month"] = pending["expected_close"].dt.to_period("M")
        groups = pending.groupby(["owner", "month"], observed=True)
        return groups["expected"].sum().reset_index()

    theirs = by_hand(deals).sort_values(["owner", "month"])["expected"].to_numpy()
    assert np.allclose(ours()["value"].to_numpy(), theirs, rtol=1e-12)
    what = "expected revenue by owner and month over 1,000,000 deals"
    return [
        compared(what, ours, lambda: by_hand(deals), "pandas on the same columns", at_most=1),
        compared(what, ours, lambda: by_hand(plain), "pandas on columns of text", at_most=1),
    ]
