"""Checks: what each finds in small tables, what its limit is, and when it cannot be made."""

import datetime as dt
from pathlib import Path

import pytest
from given import company, model_with, shuffled

from xlcrm.analytics.checks.checks import CHECKS, checks
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable, WrongValue

AS_OF = dt.date(2026, 3, 15)


def day(text):
    return text and dt.datetime.combine(dt.date.fromisoformat(text), dt.time())


def days(*texts):
    return [day(text) for text in texts]


def table(**columns):
    """Columns of which a single value stands for all rows."""
    count = max(len(cells) for cells in columns.values() if isinstance(cells, list))
    return {n: c if isinstance(c, list) else [c] * count for n, c in columns.items()}


def deals(**columns):
    count = max(len(c) for c in columns.values() if isinstance(c, list))
    default = {"deal_id": [f"d{k + 1}" for k in range(count)], "owner": "Ann", "stage": "Lead",
               "amount": 5.0, "created": day("2026-03-14"), "status": "open",
               "expected_close": day("2026-05-01")}  # fmt: skip
    return table(**(default | columns))


def orders(dates, **columns):
    return table(
        order_id=[f"o{k}" for k in range(len(dates))], date=days(*dates),
        **({"account_id": "A1", "amount": 100.0} | columns),
    )  # fmt: skip


def snapshots(*dates):
    return table(taken_on=days(*dates), deal_id="d1")


def measures(**columns):
    count = max(len(c) for c in columns.values() if isinstance(c, list))
    names = [f"Measure {k + 1}" for k in range(count)]
    default = {"objective_id": "F", "target": 10.0, "actual": None}
    return table(measure_id=[f"m{k + 1}" for k in range(count)], measure=names,
                 **(default | columns))  # fmt: skip


def settings(**given):
    return {"name": list(given), "value": list(given.values())}


def row(name, as_of=AS_OF, **tables):
    found = checks(model_with(as_of, **tables))
    (one,) = [r for r in found.itertuples(index=False) if r.check == name]
    assert all(len(str(text)) <= 255 for text in one)
    return one


def told(name, as_of=AS_OF, **tables):
    one = row(name, as_of, **tables)
    return one.result, one.figure, one.limit, one.found


# ── data ────────────────────────────────────────────────────────────────────────────────────


def test_the_relation_that_loses_the_largest_share_of_rows_is_the_figure():
    given = {
        "orders": orders(["2026-03-01"] * 4, account_id=["A1", "A9", "A9", "A8"],
                         owner=["Ann", "Ann", None, "Bob"]),
        "accounts": {"account_id": ["A1"]},
        "sellers": {"owner": ["Ann"]},
    }  # fmt: skip
    assert told("Rows that lead nowhere", **given) == (
        "look", 0.75, 0.0, "2 of 2 relations have rows that lead nowhere: "
        "orders.account_id 3 of 4 (A9), orders.owner 1 of 3 (Bob)",
    )  # fmt: skip


def test_rows_that_lead_somewhere_are_fine_and_one_table_alone_leads_nowhere():
    accounts = {"account_id": ["A1"]}
    found = told("Rows that lead nowhere", orders=orders(["2026-03-01"]), accounts=accounts)
    assert found == ("ok", 0.0, 0.0, "0 of 1 relations have rows that lead nowhere")
    result, figure, limit, why = told("Rows that lead nowhere", orders=orders(["2026-03-01"]))
    assert (result, figure, limit, why) == ("not checked", "", "", "no table names rows of another")


def test_who_answers_for_a_goal_need_not_be_a_seller():
    given = {"measures": measures(owner=["The board"]), "sellers": {"owner": ["Ann"]}}
    assert told("Rows that lead nowhere", **given)[0] == "not checked"


def test_the_oldest_table_tells_how_fresh_the_data_are_and_days_ahead_do_not_count():
    given = {
        "deals": deals(created=days("2026-01-05"), last_update=days("2026-03-14")),
        "orders": orders(["2026-03-05", "2026-12-24"]),  # 10 days before, and one ahead
        "snapshots": snapshots("2025-01-31"),
    }
    assert told("Freshness", **given) == (
        "look", 10.0, 7.0, "newest row by table: orders 2026-03-05, deals 2026-03-14",
    )  # fmt: skip
    assert told("Freshness", **given, settings=settings(fresh_days=10.0))[0] == "ok"


def test_without_events_nothing_is_fresh_or_old():
    one = row("Freshness", snapshots=snapshots("2026-02-28"))
    assert (one.result, one.found[:9]) == ("not checked", "no events")


@pytest.mark.parametrize(
    ("as_of", "figure", "result"),
    [
        ("2026-03-10", 38.0, "ok"),  # 28 days of February and 10 since: due today
        ("2026-03-11", 39.0, "look"),
        ("2026-02-28", 28.0, "ok"),
        ("2026-01-31", 0.0, "ok"),  # the month still runs
    ],
)
def test_the_figures_of_a_month_are_due_on_a_day_of_the_next(as_of, figure, result):
    given = {"orders": orders(["2026-01-02", "2026-01-20"])}
    one = row("Figures of last month in time", dt.date.fromisoformat(as_of), **given)
    assert (one.result, one.figure) == (result, figure)
    assert one.found == "last month with rows: orders 2026-01"


def test_before_the_day_that_figures_are_due_the_month_before_last_is_there_already():
    given = {"orders": orders(["2025-12-30"])}
    one = row("Figures of last month in time", dt.date(2026, 2, 1), **given)
    assert (one.result, one.figure, one.limit) == ("ok", 32.0, 41.0)  # January has 31 days
    one = row("Figures of last month in time", dt.date(2026, 3, 1), **given)
    assert (one.result, one.figure, one.limit) == ("look", 60.0, 38.0)


def test_open_and_won_deals_without_an_amount_are_found():
    given = deals(amount=[None, 1.0, None, None, 2.0], currency=["EUR", "USD", None, "EUR", "EUR"],
                  status=["open", "won", "lost", "won", "on hold"])  # fmt: skip
    assert told("Amounts missing", deals=given) == (
        "look", 2 / 3, 0.0, "2 of 3 deals open or won have no amount: d1, d4",
    )  # fmt: skip
    assert told("Amounts missing", deals=deals(amount=[1.0]))[:2] == ("ok", 0.0)
    none = told("Amounts missing", deals=deals(status=["lost"]))
    assert none == ("not checked", "", "", "there are no deals open or won")


def test_at_most_five_are_named_whatever_their_names():
    given = deals(deal_id=[f"D{k} " + "x" * 300 for k in range(7)], amount=[None] * 7)
    one = row("Amounts missing", deals=given)
    assert one.found.startswith("7 of 7 deals open or won have no amount: D0 x")
    assert one.found.count("D") == 5
    assert one.found.endswith("… and 2 more")


def test_closed_deals_need_a_day():
    given = deals(status=["won", "lost", "open"], closed_on=days("2026-03-01", None, None))
    assert told("Closed deals without a day", deals=given) == (
        "look", 0.5, 0.0, "1 of 2 deals won or lost have no closed_on: d2",
    )  # fmt: skip
    assert told("Closed deals without a day", deals=deals(status=["open"]))[0] == "not checked"


def test_open_deals_past_their_close_are_named_the_longest_first():
    given = deals(expected_close=days("2026-03-14", "2026-03-15", "2026-01-02", None, "2026-06-01"))
    assert told("Open deals past their close", deals=given) == (
        "look", 0.4, 0.15, "2 of 5 open deals are past their expected close: d3, d1",
    )  # fmt: skip
    found = told("Open deals past their close", deals=given, settings=settings(loose_share=0.4))
    assert found[:3] == ("ok", 0.4, 0.4)


# ── pipeline ────────────────────────────────────────────────────────────────────────────────

ENDS = ("2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28")


def test_every_month_end_has_a_snapshot_within_days_of_it():
    name = "Snapshots at the turn of the month"
    found = told(name, snapshots=snapshots(*ENDS))
    assert found == ("ok", 1.0, 1.0, "0 of 6 month ends have no snapshot within 3 days")
    near = ("2025-09-27", "2025-11-03", "2025-12-04", "2026-01-01", "2026-01-31", "2026-02-28")
    found = told(name, snapshots=snapshots(*near))  # 4 December is 4 days after November
    assert found[::3] == ("look", "1 of 6 month ends have no snapshot within 3 days: 2025-11")
    assert found[1] == pytest.approx(5 / 6)
    assert told(name, snapshots=snapshots(*near), settings=settings(snapshot_days=4.0))[1] == 1


def test_a_month_end_is_missed_only_once_its_days_are_over():
    given = {"snapshots": snapshots(*ENDS[:-1], "2025-08-31")}
    name = "Snapshots at the turn of the month"
    assert told(name, dt.date(2026, 3, 3), **given)[:2] == ("ok", 1.0)
    assert told(name, dt.date(2026, 3, 4), **given)[0] == "look"


def test_snapshots_grow_old_after_a_month_and_those_ahead_do_not_count():
    given = {"snapshots": snapshots("2026-02-12", "2026-04-01")}
    assert told("Snapshot age", **given) == ("ok", 31.0, 31.0, "the last snapshot is of 2026-02-12")
    assert told("Snapshot age", dt.date(2026, 3, 16), **given)[:2] == ("look", 32.0)
    assert told("Snapshot age", dt.date(2026, 2, 1), **given,
                orders=orders(["2026-01-01"]))[0] == "not checked"  # fmt: skip
    assert row("Snapshot age", deals=deals(amount=[1.0])).found == (
        "the model has no rows of snapshots"
    )


# ── strategy ────────────────────────────────────────────────────────────────────────────────


def test_a_measure_has_a_target_or_both_ends_of_a_band():
    given = measures(target=[1.0, None, None, None], band_low=[None, 1.0, 1.0, None],
                     band_high=[None, 2.0, None, None])  # fmt: skip
    assert told("Measures without a target", measures=given) == (
        "look", 0.5, 0.0, "2 of 4 measures have neither target nor band: Measure 3, Measure 4",
    )  # fmt: skip
    assert told("Measures without a target", measures=measures(target=[1.0]))[:2] == ("ok", 0.0)


def test_a_target_of_the_plan_is_a_target():
    given = measures(kpi=["won_amount", "lost_amount"], target=[None, None], period=["2026"] * 2,
                     perspective=["Finance"] * 2)  # fmt: skip
    plan = {"period": ["2026"], "metric": ["won_amount"], "target": [100.0]}
    found = told("Measures without a target", measures=given, targets=plan, deals=deals(amount=[1]))
    assert found[:2] == ("look", 0.5)
    assert found[3].endswith("Measure 2")


def test_limits_of_a_share_are_in_its_unit():
    given = measures(kpi=["win_rate", "win_rate", "margin", "won_amount"],
                     unit=["%", "%", None, "%"], target=[45.0, 0.45, 35.0, 0.5])  # fmt: skip
    assert told("Limits in another unit", measures=given) == (
        "look", 2 / 3, 0.0,
        "2 of 3 measures read from a share have limits that are not in their unit: Measure 2, "
        "Measure 3",
    )  # fmt: skip


def test_an_objective_is_measured_by_what_measures_one_below_it():
    name = "Objectives without a measure below them"
    tree = {
        "objective_id": ["F", "F1", "F2", "C"],
        "objective": ["Grow", "Sell", "Save", None],
        "parent_id": [None, "F", "F", "nowhere"],
    }
    given = measures(objective_id=["F1"])
    assert told(name, objectives=tree, measures=given) == (
        "look", 0.5, 0.0,
        "2 of 4 objectives have no measure, nor has one below them: C, Save",
    )  # fmt: skip
    every = measures(objective_id=["F1", "F2", "C"])
    assert told(name, objectives=tree, measures=every)[:2] == ("ok", 0.0)
    circle = tree | {"parent_id": ["F1", "F", "F", None]}
    assert told(name, objectives=circle, measures=given)[1] == 0.5
    assert told(name, measures=given)[0] == "not checked"


def test_initiatives_serve_a_measure_that_there_is():
    given = {"initiative_id": ["i1", "i2", "i3", "i4"], "measure_id": ["m1", "m9", None, "m1"],
             "name": ["Train", "Call", "Travel", "Ask"]}  # fmt: skip
    some = measures(target=[1.0])
    assert told("Initiatives without a measure", initiatives=given, measures=some) == (
        "look", 0.5, 0.0, "2 of 4 initiatives serve no measure that there is: Call, Travel",
    )  # fmt: skip
    fine = given | {"measure_id": ["m1"] * 4}
    found = told("Initiatives without a measure", initiatives=fine, measures=some)
    assert found[:2] == ("ok", 0.0)


def activities(*rows):
    kinds, of_deals, accounts = zip(*rows, strict=True)
    return table(date=days(*["2026-03-10"] * len(rows)), owner="Ann", kind=list(kinds),
                 deal_id=list(of_deals), account_id=list(accounts))  # fmt: skip


def test_activities_for_nobody_are_counted_by_kind_and_office_work_is_none():
    given = activities(("call", "d1", None), ("visit", None, "A1"), ("admin", None, None),
                       ("call", None, None), *[("visit", None, None)] * 2)  # fmt: skip
    assert told("Activities without a goal", activities=given) == (
        "look", 0.6, 0.15, "3 of 5 activities name neither deal nor account: visit 2, call 1",
    )  # fmt: skip
    fine = activities(("call", "d1", None), ("admin", None, None))
    assert told("Activities without a goal", activities=fine)[:2] == ("ok", 0.0)
    blind = activities(("call", None, None), ("admin", None, None))
    assert told("Activities without a goal", activities=blind)[:2] == ("look", 1.0)


def test_targets_grow_old_a_year_after_their_review():
    given = measures(reviewed=days("2025-03-14", "2024-03-15", None, "2025-03-15"))
    assert told("Targets long unreviewed", measures=given) == (
        "look", 730.0, 365.0,
        "2 of 4 measures were reviewed too long ago, 1 say no day: Measure 2, Measure 1",
    )  # fmt: skip
    fresh = measures(reviewed=days("2025-03-15"))
    assert told("Targets long unreviewed", measures=fresh)[:2] == ("ok", 365.0)
    assert told("Targets long unreviewed", measures=measures(target=[1.0]))[0] == "not checked"


def test_too_many_measures_are_more_than_the_setting_allows():
    given = {"measures": measures(target=[1.0] * 26)}
    assert told("Too many measures", **given) == ("look", 26.0, 25.0, "26 measures")
    found = told("Too many measures", **given, settings=settings(most_measures=26.0))
    assert found[0] == "ok"


def test_an_actual_that_is_typed_beside_a_kpi_is_not_used():
    given = measures(kpi=["revenue", None, "margin"], actual=[1.0, 2.0, None])
    assert told("Typed actuals that are not used", measures=given) == (
        "look", 1.0, 0.0,
        "1 of 3 measures name a kpi and hold an actual that is typed: Measure 1",
    )  # fmt: skip
    given = measures(kpi=["revenue"], actual=[ExcelError.NA])
    assert told("Typed actuals that are not used", measures=given)[:2] == ("ok", 0.0)


# Margins: Gold fell from 40 % to 30 %, by a quarter; Silver kept its 50 %. 31 January 2025 and
# earlier lies outside the year up to 20 January 2026, which begins in February.
SEGMENTS = {"account_id": ["A1", "A2"], "segment": ["Gold", "Silver"]}
REVIEWED = measures(reviewed=days("2025-01-20", "2024-01-20"))
LINES = orders(
    ["2024-02-01", "2025-01-20", "2024-06-01", "2024-01-31", "2025-04-01", "2026-03-15",
     "2025-05-05", "2026-03-16"],
    account_id=["A1", "A1", "A2", "A1", "A1", "A1", "A2", "A2"],
    cost=[50.0, 70.0, 50.0, 0.0, 65.0, 75.0, 50.0, 0.0],
)  # fmt: skip


def test_the_margin_of_a_segment_drifts_from_the_year_before_targets_were_set():
    given = {"orders": LINES, "accounts": SEGMENTS, "measures": REVIEWED}
    result, figure, limit, found = told("Drift since targets were set", **given)
    assert (result, limit) == ("look", 0.2)
    assert figure == pytest.approx(0.25)
    assert found == (
        "1 of 2 rates by segment have moved since 2025-01-20: Gold margin 40 % to 30 %"
    )
    bearing = settings(drift_limit=0.3)
    assert told("Drift since targets were set", **given, settings=bearing)[0] == "ok"


def test_a_win_rate_drifts_where_it_rests_on_enough_deals():
    def closed(won_then, won_now, count):
        """As many deals a year, of which some are won."""
        status = ["won" if k < n else "lost" for n in (won_then, won_now) for k in range(count)]
        return deals(status=status, account_id="A1", closed_on=days(
            *["2024-12-01"] * count, *["2026-01-10"] * count))  # fmt: skip

    rest = {"accounts": SEGMENTS, "measures": REVIEWED}
    found = told("Drift since targets were set", deals=closed(2, 5, 10), **rest)
    assert found[0] == "look"
    assert found[1] == pytest.approx(1.5)
    assert found[3].endswith("Gold win rate 20 % to 50 %")
    few = told("Drift since targets were set", deals=closed(2, 5, 9), **rest)
    assert few[0] == "not checked"


def test_drift_is_not_checked_without_segments_or_reviews():
    name = "Drift since targets were set"
    assert told(name, orders=LINES, measures=REVIEWED)[3].startswith("no column 'segment'")
    no_review = measures(target=[1.0])
    assert told(name, orders=LINES, accounts=SEGMENTS, measures=no_review)[0] == "not checked"
    assert told(name, orders=LINES, accounts=SEGMENTS)[0] == "not checked"


def test_the_mix_of_the_last_12_months_is_held_against_the_plan():
    given = {
        # since 1 April 2025: Gold 30, Silver 60, no segment 10
        "orders": orders(["2025-03-31", "2025-04-01", "2026-03-15", "2026-01-01", "2026-03-16"],
                         account_id=["A1", "A1", "A2", "A3", "A1"],
                         amount=[999.0, 30.0, 60.0, 10.0, 999.0]),
        "accounts": {"account_id": ["A1", "A2", "A3"], "segment": ["Gold", "Silver", None]},
    }  # fmt: skip
    plan = table(segment=["Gold", "gold", "Silver", "Bronze"], share=[0.55, 0.55, 0.35, 0.1],
                 owner=["Ann", "Bob", None, None])  # fmt: skip
    result, figure, limit, found = told("Mix against plan", allocation=plan, **given)
    assert (result, limit) == ("look", 0.2)
    assert figure == pytest.approx(0.25)
    words = "2 of 3 segments are far from their planned share of revenue"
    assert found == f"{words}: Gold 30 % for 55 %, Silver 60 % for 35 %"
    near = {"segment": ["Gold", "Silver"], "share": [0.4, 0.6]}
    assert told("Mix against plan", allocation=near, **given)[0] == "ok"
    twice = {"segment": ["Gold", "Gold"], "share": [0.4, 0.6]}
    assert told("Mix against plan", allocation=twice, **given)[::3] == (
        "not checked", "allocation gives 'Gold' two shares: keep one",
    )  # fmt: skip
    assert told("Mix against plan", **given)[3] == "the model has no rows of allocation"


# ── all of them ─────────────────────────────────────────────────────────────────────────────


def everything():
    kinds = ("deals", "orders", "accounts", "sellers", "snapshots", "activities")
    return {kind: columns for kind, columns in company(40).items() if kind in kinds} | {
        "measures": measures(reviewed=days("2025-11-30", "2024-01-01"), target=[None, 1.0]),
        "objectives": {"objective_id": ["F", "C"], "objective": ["Grow", "Keep"]},
        "initiatives": {"initiative_id": ["i"], "measure_id": ["m9"], "name": ["Train"]},
        "allocation": {"segment": ["Gold", "Silver"], "share": [0.9, 0.1]},
    }


def test_what_asks_for_a_look_stands_first_then_what_is_not_checked_each_as_declared():
    found = checks(model_with(AS_OF, **everything()))
    assert list(found.columns) == [
        "area", "check", "result", "figure", "limit", "found", "advice"]  # fmt: skip
    assert sorted(found["check"]) == sorted(check.name for check in CHECKS)
    results = list(found["result"])
    assert results == sorted(results, key=["look", "not checked", "ok"].index)
    places = {check.name: place for place, check in enumerate(CHECKS)}
    for result in set(results):
        order = [places[name] for name in found["check"][found["result"] == result]]
        assert order == sorted(order)


def test_the_order_of_rows_changes_nothing():
    expected = checks(model_with(AS_OF, **everything()))
    other = {kind: shuffled(columns) for kind, columns in everything().items()}
    assert checks(model_with(AS_OF, **other)).equals(expected)


def test_an_area_has_its_own_checks_alone():
    model = model_with(AS_OF, **everything())
    whole = checks(model)
    for area in ("data", "Pipeline", "strategy"):
        own = whole[whole["area"] == area.casefold()].reset_index(drop=True)
        assert own.astype(object).equals(checks(model, area).astype(object))
    with pytest.raises(WrongValue, match="did you mean 'data'"):
        checks(model, "dat")


def test_where_nothing_can_be_checked_there_is_no_answer():
    with pytest.raises(NotAvailable, match="nothing could be checked"):
        checks(model_with(AS_OF, accounts={"account_id": ["A1"]}))
    with pytest.raises(NotAvailable, match="no rows of snapshots"):
        checks(model_with(AS_OF, deals=deals(amount=[1.0])), "pipeline")


def test_an_unreadable_cell_is_handed_on_where_a_check_needs_it():
    spoilt = deals(amount=[ExcelError.DIV0, 1.0], status=["open", "won"])
    with pytest.raises(ErrorInData, match="amount"):
        checks(model_with(AS_OF, deals=spoilt))
    lost = deals(amount=[ExcelError.DIV0, 1.0], status=["lost", "won"])
    assert told("Amounts missing", deals=lost)[:2] == ("ok", 0.0)
    skipping = settings(errors="skip")
    assert told("Amounts missing", deals=spoilt, settings=skipping)[:2] == ("ok", 0.0)


def test_amounts_in_several_currencies_leave_only_their_own_checks_unchecked():
    mixed = deals(amount=[1.0, 2.0], currency=["EUR", "USD"], status="won", account_id="A1",
                  closed_on=day("2026-03-01"))  # fmt: skip
    plan = {"segment": ["Gold"], "share": [1.0]}
    found = told("Mix against plan", deals=mixed, accounts=SEGMENTS, allocation=plan)
    assert (found[0], found[3][:16]) == ("not checked", "mixed currencies")


def test_the_documentation_lists_every_check():
    page = Path(__file__).parents[2] / "docs" / "methods.md"
    section = page.read_text(encoding="utf-8").split("\n## Checks\n")[1].split("\n## ")[0]
    assert all(f"| {check.name} |" in section for check in CHECKS)
