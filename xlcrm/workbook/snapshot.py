"""Snapshots: a picture of the pipeline, added to the Snapshots Table of a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from xlcrm.analytics.pipeline.snapshots import IDENTIFIED
from xlcrm.cells import Rows
from xlcrm.errors import WrongValue
from xlcrm.model.model import Model, model_of
from xlcrm.model.table import table_of
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.problems import require_readable
from xlcrm.workbook import package
from xlcrm.workbook.importing.targets import (
    PARAMETERS,
    bodies,
    filled,
    range_of,
    targets_of,
)

_SHOWN = ("deal_id", "stage", "amount", "expected_close", "status", "owner")


@dataclass(frozen=True)
class Taken:
    """What a snapshot added.

    Attributes:
        day: The day of the picture.
        deals: How many deals it shows.
        replaced: Rows of an earlier picture of the same day.
        before: The day of the picture before it, or None.
    """

    day: date
    deals: int
    replaced: int
    before: date | None

    @property
    def sentence(self) -> str:
        """What was done, in one line."""
        since = f"open, on hold, or closed since {self.before}" if self.before else "open or closed"
        again = f"; replaces {self.replaced:,} rows of the same day" if self.replaced else ""
        return f"snapshot of {self.day}: {self.deals:,} deals that are {since}{again}"


def take_snapshot(book: str | Path, on: date | None = None) -> Taken:
    """Add a picture of the pipeline to the Snapshots Table of a workbook.

    It shows the deals that are open or on hold, and those that have closed since the picture
    before, so that every deal's end is seen once. A picture of the same day is replaced.

    Args:
        book: The workbook; it is replaced at once when all is ready.
        on: The day of the picture; None for the workbook's `as_of`.

    Returns:
        What was added.

    Raises:
        WrongValue: The workbook has no Table of deals or snapshots, or cannot be saved.
        CrmError: A cell of the deals cannot be read.
    """
    book = Path(book)
    held = package.contents(book)
    system = 1904 if held.date1904 else 1900
    targets = targets_of(held)
    for kind in ("deals", "snapshots"):
        if kind not in targets:
            raise WrongValue(f"{book.name} has no Table of {kind}: begin with xlcrm new")
    wanted = [targets[k] for k in ("deals", "snapshots", "stages", *PARAMETERS) if k in targets]
    read = bodies(book, [target.table for target in wanted])
    rows = {one.kind: filled(read[one.table.name]) for one in wanted}
    model = model_of(
        table_of(one.kind, range_of(one.table, rows[one.kind], system))
        for one in wanted
        if rows[one.kind]
    )
    day = on or model.as_of
    target = targets["snapshots"]
    kept, days = _kept(model, rows["snapshots"], day)
    before = max((one for one in days if one < day), default=None)
    added = _picture(model, day, before)
    names = [target.header_of[name] for name in ("taken_on", *_SHOWN)]
    places = [target.table.headers.index(name) for name in names]
    blank = [None] * len(target.table.headers)
    shown = [_placed(blank, places, row) for row in added]
    package.fill_table(book, book, target.table.name, target.table.headers, [*kept, *shown])
    replaced = len(rows["snapshots"]) - len(kept)
    return Taken(day, len(shown), replaced, before)


def _placed(blank: list[None], places: list[int], row: tuple[Any, ...]) -> list[Any]:
    cells: list[Any] = list(blank)
    for place, cell in zip(places, row, strict=True):
        cells[place] = cell
    return cells


def _kept(model: Model, rows: Rows, day: date) -> tuple[Rows, set[date]]:
    """Give the rows of other days, and the days on which pictures were taken."""
    if not rows:
        return [], set()
    require_readable(model, "snapshots", ["taken_on"])
    taken = model.columns("snapshots", ["taken_on"]).frame.collect()["taken_on"].to_list()
    days = [None if pd.isna(one) else pd.Timestamp(one).date() for one in taken]
    kept = [row for row, of in zip(rows, days, strict=True) if of != day]
    return kept, {one for one in days if one is not None}


def _picture(model: Model, day: date, before: date | None) -> list[tuple[Any, ...]]:
    pending = nw.col("status").is_in(["open", "on hold"])
    if before is None:
        shown = ~nw.col("status").is_null()
    else:
        closed = (nw.col("closed_on") > midnight(before)).fill_null(value=False)
        shown = pending | closed
    rule = Rule(shown, "closed before", ("status", "closed_on"))
    deals = Population("deals", "deals", (IDENTIFIED, rule))
    frame = select(model, deals, _SHOWN).counted.select(*_SHOWN).collect().to_pandas()
    frame = frame.sort_values("deal_id", ignore_index=True)
    moment = datetime.combine(day, datetime.min.time())
    columns = [[_cell(value) for value in frame[name]] for name in _SHOWN]
    return [(moment, *cells) for cells in zip(*columns, strict=True)]


def _cell(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value if isinstance(value, str) else float(value)
