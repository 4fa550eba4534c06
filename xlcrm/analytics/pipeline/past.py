"""The model as it stood on a past day, as far as a snapshot tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from xlcrm.analytics.pipeline.snapshots import SHOWN, days_taken, last_by, picture
from xlcrm.errors import NotAvailable
from xlcrm.model.model import Model
from xlcrm.model.schema import kind
from xlcrm.model.table.of_frames import FrameTable

OLDEST = timedelta(days=31)
"""How old a snapshot may be to tell how things stood."""

_LATER = frozenset(
    {
        "closed_on", "lost_reason", "last_update", "reached", "probability", "forecast_category",
        "override", "override_by", "override_on", "override_why", "next_action",
    }
)  # fmt: skip
"""Columns of deals that may say what came after the snapshot."""


def model_on(model: Model, day: date) -> Model:
    """Give a model whose deals are those that the last snapshot by a day shows.

    What a deal is once and for all, such as its account, is read from the deals of today.

    Args:
        model: A model with deals and snapshots.
        day: The day.

    Raises:
        NotAvailable: There is no snapshot of the month before.
    """
    taken = last_by(days_taken(model), day)
    if taken is None or day - taken > OLDEST:
        raise NotAvailable(f"how deals stood on {day} is not known: no snapshot of that month")
    table = model.fact(f"deals on {taken}", lambda of: _deals(of, taken))
    return replace(model, tables={**model.tables, "deals": table}, given_as_of=taken, _facts={})


def _deals(model: Model, taken: date) -> FrameTable:
    deals = kind("deals")
    lasting = [name for name in deals.names if name not in _LATER and name not in SHOWN]
    known = model.columns("deals", ["deal_id", *lasting]).frame.collect().to_pandas()
    known["deal_id"] = known["deal_id"].astype(object)
    shown = picture(model, taken)
    then = shown.merge(known.drop_duplicates("deal_id"), on="deal_id", how="left")
    digest = f"{model.table('deals').digest} {model.table('snapshots').digest} {taken}"
    return FrameTable(deals, then, digest, f"deals on {taken}")
