"""Segments by what deals do not know of."""

from given import AS_OF, company, model_with

from xlcrm.analytics.segments.segments import segments
from xlcrm.errors import ExcelError


def test_deals_that_do_not_lead_to_the_segments_have_no_win_rate():
    tables = company()
    tables["orders"]["channel"] = ["Web"] * len(tables["orders"]["date"])
    model = model_with(AS_OF, **{name: tables[name] for name in ("deals", "orders", "accounts")})
    frame = segments(model, "channel")
    assert set(frame["won"]) == set(frame["high"]) == {ExcelError.NA}
