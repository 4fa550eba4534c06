"""Customers who are silent for longer than is usual for them."""

import datetime as dt

import pytest
from customers_given import AS_OF, customers
from given import model_with, shuffled

from xlcrm.analytics.customers.dormant import dormant
from xlcrm.analytics.figures import kpi_table
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain

TODAY = dt.date(2026, 3, 31)


def ago(days):
    return TODAY - dt.timedelta(days=days)


def orders(**customers_days):
    """An order of 100 for each customer and day before today."""
    lines = [(name, days) for name, some in customers_days.items() for days in some]
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [name for name, _ in lines],
        "date": [ago(days) for _, days in lines],
        "amount": [100.0] * len(lines),
    }


def asleep(given, *asked, **tables):
    frame = dormant(model_with(TODAY, orders=given, **tables), *asked)
    rows = (dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False))
    return {row["account_id"]: row for row in rows}


def test_the_limit_is_the_longer_of_the_setting_and_two_own_median_gaps():
    given = orders(
        quick=[200, 210, 230, 240],  # gaps 20, 10, 10: limit 180
        slow=[250, 350, 500, 600],  # gaps 100, 150, 100: limit 200
        slower=[250, 390, 520],  # gaps 140, 130: limit 270, so still awake
        awake=[180, 190],
        back=[3, 400],
    )
    found = asleep(given)
    assert set(found) == {"quick", "slow"}
    assert (found["quick"]["silent"], found["quick"]["usual_gap"]) == (200.0, 10.0)
    assert (found["quick"]["limit"], found["slow"]["limit"]) == (180.0, 200.0)
    settings = {"name": ["dormant_after", "dormant_gaps"], "value": [100.0, 1.5]}
    assert set(asleep(given, settings=settings)) == {"quick", "slow", "slower", "awake"}


def test_who_ordered_once_has_the_median_gap_of_its_segment_or_of_all():
    given = orders(
        gold=[300], silver=[300], bare=[300], stranger=[300],
        g1=[10, 130], g2=[10, 150], g3=[10, 410],  # own medians 120, 140, 400: 140 of Gold
        b1=[10, 20], b2=[10, 30],  # 10, 20
    )  # fmt: skip
    names = ["gold", "silver", "bare", "g1", "g2", "g3", "b1", "b2"]
    segments = ["Gold", "Silver", None, "Gold", "Gold", "Gold", "Bronze", "Bronze"]
    found = asleep(given, accounts={"account_id": names, "segment": segments})
    usual = {name: row["usual_gap"] for name, row in found.items()}
    # The median of 120, 140, 400, 10 and 20 is 120.
    assert usual == {"gold": 140.0, "silver": 120.0, "bare": 120.0, "stranger": 120.0}
    assert found["gold"]["limit"] == 280.0
    assert asleep(given)["gold"]["usual_gap"] == 120.0


def test_where_everyone_ordered_once_no_gap_and_no_chance_are_known():
    found = asleep(orders(a=[200], b=[300], c=[20]))
    assert set(found) == {"a", "b"}
    row = found["a"]
    assert row["limit"] == 180.0
    assert row["value"] == 100.0
    assert {row["usual_gap"], row["return_chance"], row["at_stake"]} == {ExcelError.NA}


def test_the_chance_is_that_of_all_silences_as_long_as_this_one():
    back = {f"b{k}": [9, 309, 319, 329] for k in range(3)}  # own gaps 1, 1, 30, and 0.9 so far
    quiet = {f"q{k}": [200, 210, 220] for k in range(2)}  # own gaps 1, 1, and 20 so far
    quieter = {f"z{k}": [600, 610, 620] for k in range(5)}  # own gaps 1, 1, and 60 so far
    found = asleep(orders(**back, **quiet, **quieter))
    # Of those silent for more than 20 own gaps, 3 came back at 30 and 5 still are silent at 60.
    # In a year q0 will have been silent for (200 + 365) / 10 = 56.5 own gaps: a chance of 3/8.
    assert found["q0"]["return_chance"] == pytest.approx(3 / 8)
    assert found["q0"]["at_stake"] == pytest.approx(300 * 3 / 8)
    # Nobody ever came back after 60 own gaps: that is no 0, nobody knows.
    assert found["z0"]["return_chance"] is ExcelError.NA
    assert found["z0"]["at_stake"] is ExcelError.NA


def test_silences_that_go_on_count_as_long_as_they_are_seen():
    back = {f"b{k}": [9, 309, 319, 329] for k in range(3)}  # as above: 30 own gaps
    late = {f"l{k}": [9, 509, 519, 529] for k in range(2)}  # 50 own gaps
    found = asleep(orders(**back, **late, q=[200, 210, 220], z=[400, 410, 420]))
    # After 20 own gaps there are 6: 3 of them come back at 30, 1 is last seen at 40, 2 at 50.
    # S(56.5) / S(20) = 1/2 · 0; in two steps, 3 of 6 and then 2 of 2.
    assert found["q"]["return_chance"] == pytest.approx(1.0)
    assert found["z"]["return_chance"] == pytest.approx(1.0)
    settings = {"name": ["dormant_after"], "value": [100.0]}
    near = asleep(orders(**back, **late, q=[120, 130, 140], z=[400, 410, 420]), settings=settings)
    # 12 to 48.5 own gaps: only the 3 of 6 that came back at 30 had done so by then.
    assert near["q"]["return_chance"] == pytest.approx(1 / 2)


def test_beyond_what_was_seen_the_curve_keeps_its_last_value():
    back = {f"b{k}": [9, 309, 319, 329] for k in range(3)}
    found = asleep(orders(**back, q=[250, 260, 270], r=[200, 210, 220]))
    # q waits for 25 own gaps and r for 20; at 30 only the three that come back are left, so S is 0.
    assert found["r"]["return_chance"] == 1.0
    found = asleep(orders(**back, q=[320, 330, 340], r=[200, 210, 220]))
    # Now q is still silent at 32. r looks ahead to 56.5 gaps, where nobody was ever seen.
    assert found["r"]["return_chance"] == pytest.approx(3 / 4)
    assert found["q"]["return_chance"] is ExcelError.NA


def test_value_is_what_was_sold_in_the_year_up_to_the_last_order():
    given = orders(a=[200, 210, 220, 564, 565, 900])
    assert asleep(given)["a"]["value"] == 400.0
    with_return = given | {"amount": [100.0, -30.0, 7.0, 7.0, 7.0, 7.0]}
    assert asleep(with_return)["a"]["value"] == 84.0


def test_a_return_is_a_sign_of_life():
    given = orders(a=[100, 400], b=[300, 400]) | {"amount": [-10.0, 100.0, 50.0, 50.0]}
    assert set(asleep(given)) == {"b"}


def test_who_looks_after_the_customer_and_the_last_contact_stand_beside():
    given = orders(a=[200], b=[200], c=[200])
    accounts = {"account_id": ["a", "b"], "owner": ["Ann", None]}
    activities = {
        "date": [ago(90), ago(30), ago(-2), ago(1)],
        "owner": ["Ann"] * 4,
        "kind": ["call"] * 4,
        "account_id": ["a", "a", "a", None],
    }
    found = asleep(given, accounts=accounts, activities=activities)
    assert [found[name]["owner"] for name in "abc"] == ["Ann", "", ""]
    assert [found[name]["last_touch"] for name in "abc"] == ["2026-03-01", "", ""]
    assert found["a"]["last_order"] == "2025-09-12"
    bare = asleep(given)["a"]
    assert (bare["owner"], bare["last_touch"]) == ("", "")


def test_what_comes_after_as_of_is_not_known_yet():
    assert set(asleep(orders(a=[200, -3], b=[200]))) == {"a", "b"}


def test_the_most_at_stake_stands_first_and_unknown_chances_last():
    tables = customers(2000)
    frame = dormant(model_with(AS_OF.date(), **tables))
    known = [not isinstance(cell, ExcelError) for cell in frame["at_stake"]]
    assert known == sorted(known, reverse=True)
    stakes = [cell for cell, is_known in zip(frame["at_stake"], known, strict=True) if is_known]
    assert len(stakes) > 20
    assert stakes == sorted(stakes, reverse=True)
    rest = frame[[not one for one in known]]
    order = list(zip(-rest["value"], rest["account_id"], strict=True))
    assert order == sorted(order)
    chances = [cell for cell in frame["return_chance"] if not isinstance(cell, ExcelError)]
    assert all(0 <= chance <= 1 for chance in chances)
    few = dormant(model_with(AS_OF.date(), **tables), "", 5.0)
    assert few.astype(object).equals(frame.head(5).astype(object))


def test_repeat_customers_are_dormant_exactly_where_they_count_as_lost():
    tables = customers(600)
    model = model_with(AS_OF.date(), **tables)
    table = kpi_table(model, "churn_rate", "account_id")
    lost = {a for a, v in zip(table["account_id"], table["value"], strict=True) if v == 1.0}
    gaps = kpi_table(model, "purchase_gap", "account_id")
    again = {
        a
        for a, v in zip(gaps["account_id"], gaps["value"], strict=True)
        if not isinstance(v, ExcelError)
    }
    found = set(dormant(model)["account_id"])
    assert found & again == lost & again
    assert found <= lost


def test_conditions_choose_the_orders():
    given = orders(a=[200], b=[300]) | {"owner": ["Ann", "Bob"]}
    assert set(asleep(given, "owner=Bob")) == {"b"}


def test_conditions_leave_the_chance_of_a_return_as_it_is():
    given = orders(a=[200, 210, 220], b=[1, 250, 260, 270], c=[300, 310], d=[2, 12, 500])
    whole = asleep(given)
    assert asleep(given, "account_id=a")["a"] == whole["a"]


def test_nobody_asleep_nobody_buying_and_a_top_of_none_are_refused():
    with pytest.raises(NotAvailable, match="nobody is dormant"):
        asleep(orders(a=[3]))
    with pytest.raises(NotAvailable, match="nobody bought"):
        asleep(orders(a=[-3]))
    with pytest.raises(OutOfDomain):
        asleep(orders(a=[300]), "", 0.0)


def test_the_order_of_rows_changes_no_bit():
    tables = customers(400)
    expected = dormant(model_with(AS_OF.date(), **tables))
    for seed in range(3):
        mixed = {kind: shuffled(columns, seed) for kind, columns in tables.items()}
        assert dormant(model_with(AS_OF.date(), **mixed)).equals(expected)
