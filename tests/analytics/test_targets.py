"""Targets: which of them count for what is asked."""

import datetime as dt

import pytest
from given import model_with

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.targets import targets
from xlcrm.errors import WrongValue

SELLERS = {"owner": ["Ann", "Bob", "Cleo"], "manager": ["Mia", "Mia", "Ole"]}


def plan(*rows, **tables):
    names = ("period", "metric", "target", "owner", "segment", "version")
    padded = [(*row, *[None] * (len(names) - len(row))) for row in rows]
    columns = dict(zip(names, map(list, zip(*padded, strict=True)), strict=True))
    return model_with(dt.date(2026, 5, 17), targets=columns, sellers=SELLERS, **tables)


def asked(model, period, by="", where="", metric="revenue"):
    return targets(model, metric, by, where, period_in(model, period))


MONTHS = [(f"2026-0{k}", "revenue", 10.0 * k) for k in range(1, 7)]
BY_OWNER = [
    *((f"2026-0{k}", "revenue", 10.0 * k, "Ann") for k in range(1, 4)),
    *((f"2026-0{k}", "revenue", 1.0 * k, "Bob") for k in range(1, 4)),
    *((f"2026-0{k}", "revenue", 100.0, "Cleo") for k in range(1, 4)),
]


def test_the_months_of_a_quarter_add_up():
    assert asked(plan(*MONTHS), "2026-Q1") == {(): 60.0}
    assert asked(plan(*MONTHS), "this month") == {(): 50.0}


def test_a_period_that_months_do_not_fill_has_no_target():
    assert asked(plan(*MONTHS), "2026") == {}
    assert asked(plan(*MONTHS), "2026-01-01..2026-02-15") == {}
    assert asked(plan(*MONTHS), "all") == {}


def test_the_longest_periods_that_fill_the_days_count_once():
    model = plan(*MONTHS, ("2026-Q1", "revenue", 70.0), ("2026", "revenue", 999.0))
    assert asked(model, "2026-Q1") == {(): 70.0}
    assert asked(model, "2026-02") == {(): 20.0}
    assert asked(model, "2026") == {(): 999.0}


def test_units_of_time_cut_targets_into_whole_units():
    found = asked(plan(*MONTHS), "2026-02..2026-04", "month")
    assert found == {("2026-02",): 20.0, ("2026-03",): 30.0, ("2026-04",): 40.0}
    assert asked(plan(*MONTHS), "", "quarter") == {("2026-Q1",): 60.0, ("2026-Q2",): 150.0}
    assert asked(plan(*MONTHS), "YTD", "month").keys() == {(f"2026-0{k}",) for k in range(1, 5)}


def test_targets_of_owners_stand_for_the_company_where_it_has_none():
    assert asked(plan(*BY_OWNER), "2026-Q1") == {(): 366.0}
    assert asked(plan(*BY_OWNER, *MONTHS), "2026-Q1") == {(): 60.0}


def test_targets_by_owner_and_by_what_owners_lead_to():
    model = plan(*BY_OWNER, *MONTHS)
    assert asked(model, "2026-02", "owner") == {("Ann",): 20.0, ("Bob",): 2.0, ("Cleo",): 100.0}
    assert asked(model, "2026-02", "manager") == {("Mia",): 22.0, ("Ole",): 100.0}
    assert asked(model, "2026-Q1", "month, manager")["2026-03", "Mia"] == 33.0


def test_a_condition_keeps_the_targets_that_it_is_about():
    model = plan(*BY_OWNER, *MONTHS)
    assert asked(model, "2026-Q1", "", "owner=Bob") == {(): 6.0}
    assert asked(model, "2026-Q1", "", "manager=Mia") == {(): 66.0}
    assert asked(model, "2026-Q1", "", "amount>10") == {}
    assert asked(model, "2026-Q1", "", "owner=Nobody") == {}
    assert asked(model, "2026-Q1", "segment") == {}


def test_a_column_that_means_something_else_among_deals_has_no_targets():
    deals = {"deal_id": ["d"], "owner": ["Ann"], "stage": ["Lead"], "created": [46000.0],
             "amount": [1.0], "expected_close": [46100.0], "status": ["open"]}  # fmt: skip
    assert len(asked(plan(*BY_OWNER, deals=deals), "2026-Q1", "manager")) == 2
    deals["manager"] = ["Zed"]
    assert asked(plan(*BY_OWNER, deals=deals), "2026-Q1", "manager") == {}


def test_the_last_version_counts_and_other_metrics_do_not():
    model = plan(
        ("2026-01", "revenue", 1.0, None, None, "1 baseline"),
        ("2026-01", "Revenue", 2.0, None, None, "2 revised"),
        ("2026-01", "won deals", 7.0, None, None, "2 revised"),
    )
    assert asked(model, "2026-01") == {(): 2.0}
    assert asked(model, "2026-01", metric="won_deals") == {(): 7.0}


def test_a_month_that_excel_took_for_a_date_is_that_month():
    model = plan((46082.0, "revenue", 5.0))
    assert asked(model, "2026-03") == {(): 5.0}


def test_a_model_without_targets_has_none():
    assert asked(model_with(dt.date(2026, 5, 1), sellers=SELLERS), "2026-01") == {}


def test_a_period_that_nobody_can_read_is_named():
    with pytest.raises(WrongValue, match="targets: 'sometime' is no period"):
        asked(plan(("sometime", "revenue", 5.0)), "2026-03")
