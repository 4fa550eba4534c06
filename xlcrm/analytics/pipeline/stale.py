"""How long open deals have lain without an update, and how long they may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from xlcrm.cells import text_key
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight, with_days_between
from xlcrm.reduce.problems import require_readable

AGE, IDLE, LIMIT, STALE = "#age", "#idle", "#limit", "#stale"
"""Columns that `with_idle` adds, named as no column of a table is."""

IDLE_FROM: Mapping[str, tuple[str, ...]] = {
    AGE: ("created",),
    IDLE: ("created", "last_update"),
    LIMIT: ("stage",),
    STALE: ("created", "last_update", "stage"),
}
"""What `with_idle` adds, and the columns of deals that it is made from."""

_UP_TO = "#up to"
_TOUCHED = "#touched on"


def tells_updates(model: Model) -> bool:
    """Say whether deals tell when they were last updated: a stale one is known only then."""
    return has_values(model, "deals", "last_update")


def has_values(model: Model, kind: str, column: str) -> bool:
    """Say whether a column of a table holds any value; a table that is not there holds none.

    Args:
        model: The model.
        kind: The table's kind.
        column: The column.
    """
    if not model.column(kind, column):
        return False

    def count(of: Model) -> int:
        frame = of.columns(kind, [column]).frame
        return int(frame.select(nw.col(column).count().alias("n")).collect()["n"].item())

    return model.fact(f"values of {kind}.{column}", count) > 0


def limits(model: Model) -> dict[str, float]:
    """Give the days without an update that each stage allows, by its folded name.

    Args:
        model: A model, with or without stages.
    """
    if "stages" not in model.tables:
        return {}
    require_readable(model, "stages", ["stage", "stale_after"])
    frame = model.columns("stages", ["stage", "stale_after"]).frame.collect().to_pandas()
    told = frame[frame["stage"].notna() & frame["stale_after"].notna()]
    pairs = zip(told["stage"], told["stale_after"], strict=True)
    return {text_key(str(stage)): float(days) for stage, days in pairs}


def with_idle(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add how old deals are, how long they lie idle, and whether that is too long.

    `AGE` and `IDLE` are days up to `as_of`, the latter from the last update, else from creation;
    missing where no date tells, and an age also where creation lies ahead. A deal is stale (`STALE`
    is 1, else 0) where it is idle for more than `LIMIT` days, or has neither date.

    Args:
        model: The model, whose stages and whose setting ``stale_after`` limit the days.
        frame: Deals with the columns of `IDLE_FROM`.
    """
    touched = nw.when(~nw.col("last_update").is_null()).then(nw.col("last_update"))
    dated = frame.with_columns(
        midnight(model.as_of).alias(_UP_TO),
        touched.otherwise(nw.col("created")).alias(_TOUCHED),
        _limit(model).alias(LIMIT),
    )
    timed = with_days_between(dated, AGE, "created", _UP_TO)
    timed = with_days_between(timed, IDLE, _TOUCHED, _UP_TO)
    age, idle = nw.col(AGE), nw.col(IDLE)
    timed = timed.with_columns(
        nw.when(age >= 0.0).then(age).alias(AGE),
        nw.when(idle < 0.0).then(nw.lit(0.0)).otherwise(idle).alias(IDLE),
    )
    stale = idle.is_null() | (idle > nw.col(LIMIT))
    return timed.with_columns(nw.when(stale).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias(STALE))


def _limit(model: Model) -> nw.Expr:
    """Give the days that a deal's stage allows, looking at the different stages."""
    known = limits(model)
    limit = nw.lit(model.settings.number("stale_after"))
    if not known:
        return limit
    spelled = model.columns("deals", ["stage"]).frame.unique().collect()["stage"].to_list()
    for days in sorted(set(known.values())):
        stages = [s for s in spelled if isinstance(s, str) and known.get(text_key(s)) == days]
        if stages:
            limit = nw.when(nw.col("stage").is_in(stages)).then(nw.lit(days)).otherwise(limit)
    return limit
