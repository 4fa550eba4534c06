"""Whether the history of the pipeline is kept."""

from __future__ import annotations

from datetime import timedelta

from xlcrm.analytics.checks.declaration import Check, Finding
from xlcrm.analytics.pipeline.snapshots import days_taken, last_by
from xlcrm.cells import number_text
from xlcrm.errors import NotAvailable
from xlcrm.model.model import Model
from xlcrm.periods import label, shifted, start_of

_MONTHS = 6
_A_MONTH = 31.0


def _turns(model: Model) -> Finding:
    """Find the share of the last month ends round which a snapshot was taken.

    A month end whose days are not over yet counts only once it has its snapshot.
    """
    within = model.settings.number("snapshot_days")
    taken = [day for day in days_taken(model) if day <= model.as_of]
    this = start_of(model.as_of, "month")
    ends = [shifted(this, "month", -k) - timedelta(days=1) for k in range(_MONTHS)]
    has = [any(abs((day - end).days) <= within for day in taken) for end in ends]
    told = [
        (end, kept)
        for end, kept in zip(ends, has, strict=True)
        if kept or (model.as_of - end).days > within
    ]
    if not told:
        raise NotAvailable("no month has ended yet for which a snapshot is due")
    without = [label(end, "month") for end, kept in told if not kept]
    share = 1 - len(without) / len(told)
    words = f"{len(without)} of {len(told)} month ends have no snapshot within"
    return Finding(share, f"{words} {number_text(within)} days", without)


def _age(model: Model) -> Finding:
    last = last_by(days_taken(model), model.as_of)
    if last is None:
        raise NotAvailable(f"there is no snapshot up to {model.as_of}")
    return Finding(float((model.as_of - last).days), f"the last snapshot is of {last}")


CHECKS: tuple[Check, ...] = (
    Check(
        "pipeline",
        "Snapshots at the turn of the month",
        ("snapshots",),
        _turns,
        1.0,
        "Take a snapshot at the end of every month: what is not kept cannot be compared later",
        least=True,
    ),
    Check(
        "pipeline",
        "Snapshot age",
        ("snapshots",),
        _age,
        _A_MONTH,
        "Take a snapshot today",
    ),
)
"""The checks of the pipeline."""
