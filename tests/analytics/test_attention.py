"""CRM_ATTENTION against deals whose every rule is worked out by hand."""

import pandas as pd
import pytest
from given import AS_OF, company, model_with, shuffled

from xlcrm.analytics.pipeline.attention import attention
from xlcrm.analytics.pipeline.pipeline import pipeline
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, UnknownName, WrongValue

NA = ExcelError.NA
CALL = "Call the customer and update the deal"
DATE = "Agree on a new closing date"
ASK = "Find out what holds the customer back"
PLAN = "Plan the next step"


def ago(days):
    """A day that lies so many days before as_of, 15 March."""
    return None if days is None else pd.Timestamp(AS_OF) - pd.Timedelta(days=days)


def deals_of(*rows):
    """A quiet deal for each row, with what the row says otherwise."""
    quiet = {
        "deal_id": "", "account_id": "A1", "owner": "Ann", "stage": "Lead", "status": "open",
        "amount": 10.0, "created": ago(90), "last_update": ago(0), "expected_close": ago(-10),
        "next_action": "Visit",
    }  # fmt: skip
    given = [quiet | {"deal_id": f"d{k + 1}"} | row for k, row in enumerate(rows)]
    return {name: [row[name] for row in given] for name in dict.fromkeys([*quiet, *given[0]])}


def pictures(**closes):
    """Snapshots ten days apart, the last one ten days ago: the closes that each deal showed."""
    columns = {"taken_on": [], "deal_id": [], "expected_close": []}
    for deal, days in closes.items():
        for k, close in enumerate(reversed(days)):
            columns["taken_on"].append(ago(10 * (k + 1)))
            columns["deal_id"].append(deal)
            columns["expected_close"].append(ago(close))
    return columns


def activities(**days):
    rows = [(deal, ago(one)) for deal, some in days.items() for one in some]
    return {
        "date": [when for _, when in rows],
        "owner": ["Ann"] * len(rows),
        "kind": ["call"] * len(rows),
        "deal_id": [deal for deal, _ in rows],
    }


BUSY = activities(**{f"d{k}": [1] for k in range(1, 9)})
STEADY = pictures(d1=[-10])


def found(*rows, by="", where="", period="", rule="", top=None, **tables):
    given = {"activities": BUSY, "snapshots": STEADY} | tables
    given = {kind: table for kind, table in given.items() if table is not None}
    model = model_with(AS_OF, deals=deals_of(*rows), **given)
    return attention(model, by, where, period, rule, top)


def told(answer):
    return dict(zip(answer["deal_id"], answer["reason"], strict=True))


def only(answer):
    (row,) = answer.to_dict("records")
    return row


def test_every_column_of_a_deal_on_which_all_rules_apply():
    late = {
        "last_update": ago(8), "expected_close": ago(12), "next_action": None, "amount": 500.0,
        "account_id": "A7", "owner": "Bob", "stage": "Offer",
    }  # fmt: skip
    answer = found(late, {}, activities=activities(d1=[40, 20], d2=[1]),
                   snapshots=pictures(d1=[40, 30, 20], d2=[-10]))  # fmt: skip
    assert only(answer) == {
        "deal_id": "d1",
        "account_id": "A7",
        "owner": "Bob",
        "stage": "Offer",
        "amount": 500.0,
        "expected_close": "2026-03-03",
        "idle": 8.0,
        "pushes": 3.0,
        "rules": 5.0,
        "reason": "no update for 8 days (7 allowed); no activity for 20 days; overdue by 12 days; "
        "expected close moved later 3 times; no next action",
        "action": f"{CALL}; {DATE}; {ASK}; {PLAN}",
        "unchecked": "none",
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"last_update": ago(7)}, None),
        ({"last_update": ago(8)}, "no update for 8 days (7 allowed)"),
        ({"last_update": ago(14), "stage": "Talks"}, None),
        ({"last_update": ago(15), "stage": "Talks"}, "no update for 15 days (14 allowed in Talks)"),
        ({"last_update": ago(1), "stage": "Hot"}, "no update for 1 day (0 allowed in Hot)"),
        ({"last_update": None, "created": ago(9)}, "no update for 9 days (7 allowed)"),
        ({"last_update": None, "created": ago(7)}, None),
        ({"last_update": None, "created": None}, "no update and no date of creation"),
        ({"last_update": ago(-3)}, None),
    ],
)
def test_a_deal_is_stale_after_the_days_of_its_stage_or_of_the_setting(row, reason):
    stages = {"stage": ["Lead", "Talks", "Hot"], "order": [1.0, 2.0, 3.0],
              "probability": [0.1, 0.5, 0.9], "stale_after": [None, 14.0, 0.0]}  # fmt: skip
    answer = found(row, {}, rule="stale", stages=stages)
    assert told(answer) == ({"d1": reason} if reason else {})


def test_a_deal_without_dates_is_idle_for_nobody_knows_how_long():
    assert only(found({"last_update": None, "created": None}, {}))["idle"] == NA


@pytest.mark.parametrize(
    ("created", "done", "reason"),
    [
        (90, [14], None),
        (90, [15], "no activity for 15 days"),
        (90, [40, 15, 60], "no activity for 15 days"),
        (90, [15, -5], "no activity for 15 days"),  # what lies ahead is not done yet
        (14, [], None),
        (15, [], "no activity since its creation 15 days ago"),
        (5, [30], None),
        (None, [], "no activity at all"),
        (None, [15], "no activity for 15 days"),
        (None, [3], None),
    ],
)
def test_a_deal_is_unattended_after_the_days_without_an_activity(created, done, reason):
    answer = found({"created": ago(created)}, activities=activities(d1=done, other=[1]))
    assert told(answer) == ({"d1": reason} if reason else {})
    if reason:
        assert answer["action"].tolist() == [CALL]


@pytest.mark.parametrize(
    ("close", "reason"), [(0, None), (1, "overdue by 1 day"), (30, "overdue by 30 days")]
)
def test_a_deal_is_overdue_from_the_day_after_its_expected_close(close, reason):
    answer = found({"expected_close": ago(close)}, snapshots=pictures(d1=[close]))
    assert told(answer) == ({"d1": reason} if reason else {})
    assert answer["action"].tolist() == ([DATE] if reason else [])


@pytest.mark.parametrize(
    ("shown", "now", "pushes"),
    [
        ([40, 30, 20], -10, 3),  # the last push is that from the last picture to today
        ([40, 30, 20], 20, 2),
        ([40, 30, 35, 30], 30, 2),  # earlier and later again
        ([40, None, 30], -10, 2),
        ([40, 30, 20], None, 2),
        ([], -10, 0),
    ],
)
def test_pushes_are_moves_of_the_expected_close_to_a_later_day(shown, now, pushes):
    answer = found({"expected_close": ago(now), "next_action": None},
                   snapshots=pictures(d1=shown, d2=[0]))  # fmt: skip
    assert only(answer)["pushes"] == pushes
    assert ("expected close moved later" in only(answer)["reason"]) == (pushes >= 3)


def test_the_limit_of_pushes_is_a_setting():
    one = {"name": ["push_limit"], "value": [1.0]}
    answer = found({}, snapshots=pictures(d1=[0]), settings=one)
    assert told(answer) == {"d1": "expected close moved later once"}
    assert answer["action"].tolist() == [ASK]


def test_pictures_taken_after_the_day_of_looking_do_not_count():
    shown = pictures(d1=[40, 30])
    shown["taken_on"] = [ago(10), ago(-10)]
    assert only(found({"expected_close": ago(40), "next_action": None}, snapshots=shown))[
        "pushes"] == 0  # fmt: skip


def test_a_deal_that_a_snapshot_shows_twice_is_refused():
    shown = pictures(d1=[40, 30])
    shown["taken_on"] = [ago(10)] * 2
    with pytest.raises(WrongValue, match="shows a deal twice: d1"):
        found({}, snapshots=shown)


def test_rules_whose_data_are_missing_are_named_beside_every_deal():
    answer = found({"next_action": None}, {"last_update": ago(30)},
                   activities=None, snapshots=None)  # fmt: skip
    assert answer["unchecked"].tolist() == [
        "unattended: no activities with a deal_id; pushed: no snapshots with expected_close"
    ] * 2  # fmt: skip
    assert answer["pushes"].tolist() == [NA, NA]
    table = deals_of({"last_update": None, "expected_close": ago(3)})
    del table["next_action"]
    bare = attention(model_with(AS_OF, deals=table, activities=BUSY, snapshots=STEADY))
    assert bare["unchecked"].tolist() == [
        "stale: deals without last_update; no next action: deals without next_action"
    ]


@pytest.mark.parametrize(
    ("rule", "table"),
    [("unattended", "activities"), ("pushed", "snapshots"), ("Pushed", "snapshots")],
)
def test_a_rule_that_is_asked_for_and_cannot_be_checked_is_not_available(rule, table):
    with pytest.raises(NotAvailable, match=f"no {table}"):
        found({"next_action": None}, rule=rule, **{table: None})


def test_an_all_clear_is_given_only_where_all_rules_could_be_checked():
    assert found({}, {}).empty
    assert list(found({}, {}).columns)[:2] == ["deal_id", "account_id"]
    with pytest.raises(NotAvailable, match="not checked: pushed: no snapshots"):
        found({}, {}, snapshots=None)
    assert found({}, snapshots=None, rule="stale").empty


def test_one_rule_lists_its_deals_with_all_their_reasons():
    answer = found({"next_action": None}, {"next_action": None, "last_update": ago(9)},
                   rule="stale")  # fmt: skip
    assert told(answer) == {"d2": "no update for 9 days (7 allowed); no next action"}
    assert told(found({"next_action": None}, {}, rule="no_next_action")) == {"d1": "no next action"}


def test_the_largest_amount_stands_first_and_a_missing_one_counts_nothing():
    rows = [{"amount": amount, "next_action": None} for amount in (5.0, None, 70.0, 5.0, -1.0)]
    answer = found(*rows)
    assert answer["deal_id"].tolist() == ["d3", "d1", "d4", "d2", "d5"]
    assert answer["amount"].tolist() == [70.0, 5.0, 5.0, "", -1.0]
    assert found(*rows, top=2.0)["deal_id"].tolist() == ["d3", "d1"]


def test_a_list_price_stands_in_for_a_missing_amount_where_the_setting_says_so():
    rows = [{"amount": 5.0, "product": "P"}, {"amount": None, "product": "P", "next_action": None}]
    answer = found(*rows, products={"product": ["P"], "list_price": [40.0]},
                   settings={"name": ["missing_amount"], "value": ["list price"]})  # fmt: skip
    assert answer["amount"].tolist() == [40.0]


def test_closed_deals_and_those_on_hold_need_nothing():
    rows = [{"status": s, "next_action": None} for s in ("won", "lost", "on hold", "open")]
    assert found(*rows)["deal_id"].tolist() == ["d4"]


def test_period_and_conditions_choose_the_deals():
    rows = [{"expected_close": ago(k), "next_action": None} for k in (20, -1, -40)]
    assert found(*rows, period="2026-03")["deal_id"].tolist() == ["d2"]
    assert found(*rows, where="expected_close>2026-04-01")["deal_id"].tolist() == ["d3"]
    with pytest.raises(NotAvailable, match="no open deals match"):
        found(*rows, period="2025")


def test_by_counts_the_deals_of_each_group_and_each_rule():
    rows = [
        {"owner": "Ann", "amount": 100.0, "last_update": ago(30), "next_action": None},
        {"owner": "Ann", "amount": 7.0},
        {"owner": "Ann", "amount": None, "expected_close": ago(2)},
        {"owner": None, "amount": 3.0},
    ]
    answer = found(*rows, by="owner")
    assert answer.to_dict("records") == [
        {"owner": "(blank)", "open": 1, "needing": 0, "amount": 0, "stale": 0, "unattended": 0,
         "overdue": 0, "pushed": 0, "no_next_action": 0, "rate": 0, "unchecked": "none"},
        {"owner": "Ann", "open": 3, "needing": 2, "amount": 100, "stale": 1, "unattended": 0,
         "overdue": 1, "pushed": 0, "no_next_action": 1, "rate": 2 / 3, "unchecked": "none"},
    ]  # fmt: skip
    stale = found(*rows, by="owner", rule="stale").to_dict("records")[1]
    assert (stale["needing"], stale["amount"], stale["rate"]) == (1, 100, 1 / 3)
    assert (stale["overdue"], stale["no_next_action"]) == (1, 1)
    blind = found(*rows, by="owner", activities=None).to_dict("records")[1]
    assert (blind["unattended"], blind["stale"]) == (NA, 1)
    assert blind["unchecked"] == "unattended: no activities with a deal_id"


def test_blank_names_and_days_are_shown_as_such():
    blank = dict.fromkeys(("deal_id", "account_id", "owner", "stage", "expected_close"))
    row = only(found(blank | {"last_update": ago(20)}, {}))
    assert row["deal_id"] == "(blank)"
    assert {row[name] for name in ("account_id", "owner", "stage", "expected_close")} == {""}


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"rule": "sleepy"}, WrongValue),
        ({"top": 0.0}, OutOfDomain),
        ({"by": "owner", "top": 3.0}, WrongValue),
        ({"by": "nosuch"}, UnknownName),
        ({"period": "soon"}, WrongValue),
    ],
)
def test_wrong_arguments_are_refused(asked, error):
    with pytest.raises(error):
        found({"next_action": None}, **asked)


# ── laws ────────────────────────────────────────────────────────────────────────────────────

GIVEN = company(150)
MODEL = model_with(AS_OF, **GIVEN)


@pytest.mark.parametrize("by", ["", "owner", "segment, month"])
def test_no_order_of_rows_changes_a_figure(by):
    mixed = {kind: shuffled(columns, 8) for kind, columns in GIVEN.items()}
    one, other = (attention(m, by) for m in (MODEL, model_with(AS_OF, **mixed)))
    assert len(one) > 3
    assert one.to_dict("list") == other.to_dict("list")


@pytest.mark.parametrize("by", ["owner", "stage", "manager, quarter"])
def test_the_groups_count_what_is_listed(by):
    listed, groups = attention(MODEL), attention(MODEL, by)
    assert groups["needing"].sum() == len(listed)
    told_by_rules = groups[["stale", "unattended", "overdue", "pushed", "no_next_action"]]
    assert told_by_rules.to_numpy().sum() == listed["rules"].sum()


def test_as_many_deals_are_open_stale_and_overdue_as_in_the_pipeline():
    groups, open_deals = attention(MODEL, "owner"), pipeline(MODEL, "owner")
    open_deals = open_deals[open_deals["deals"] > 0]
    for here, there in (("open", "deals"), ("stale", "stale"), ("overdue", "overdue")):
        assert groups[here].tolist() == open_deals[there].tolist()


def test_texts_are_short_enough_for_a_cell_and_figures_are_numbers_or_errors():
    named = "A stage whose name is " + "long " * 60
    answer = found({"stage": named, "last_update": ago(99)},
                   stages={"stage": [named], "order": [1.0], "probability": [0.1],
                           "stale_after": [3.0]})  # fmt: skip
    assert len(only(answer)["reason"]) <= 255
    kinds = {type(cell) for row in attention(MODEL).to_dict("records") for cell in row.values()}
    assert kinds <= {float, str, ExcelError}
