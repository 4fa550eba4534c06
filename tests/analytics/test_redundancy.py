"""Measures that say the same: groups, the one to keep, and whether there are too many."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from given import model_with, shuffled

from xlcrm.analytics.scorecard.redundancy import redundancy
from xlcrm.errors import NotAvailable, OutOfDomain

AS_OF = dt.date(2026, 1, 15)


def walk(seed, count=24):
    return np.random.default_rng(seed).normal(size=count).cumsum()


def tables(series, weights=None, **more):
    """Measures of one objective by id, each with values by month up to December 2025."""
    names = list(series)
    rows = [
        (name, f"{2024 + k // 12}-{k % 12 + 1:02}", float(value))
        for name, values in series.items()
        for k, value in enumerate(values, 24 - len(values))
        if not np.isnan(value)
    ]
    given = {
        "measures": {
            "measure_id": names,
            "objective_id": ["G"] * len(names),
            "measure": [f"Measure {name}" for name in names],
            "weight": weights or [1.0] * len(names),
            "red": [0.0] * len(names),
            "target": [10.0] * len(names),
            "actual": [5.0] * len(names),
        },
        "objectives": {"objective_id": ["G"], "objective": ["Grow"], "perspective": ["Finance"]},
        "actuals": {
            name: [row[k] for row in rows]
            for k, name in enumerate(("measure_id", "period", "actual"))
        },
    }
    given["measures"] |= more
    return given if rows else {k: v for k, v in given.items() if k != "actuals"}


def found(series, alike=None, weights=None, settings=None, **more):
    given = tables(series, weights, **more)
    if settings:
        given["settings"] = {"name": list(settings), "value": list(settings.values())}
    frame = redundancy(model_with(AS_OF, **given), alike)
    assert list(frame.columns) == [
        "group", "measure", "objective", "share", "alike_to", "correlation", "n", "advice"
    ]  # fmt: skip
    first, *rows = frame.to_dict("records")
    return first, {row["measure"].removeprefix("Measure "): row for row in rows}


A, B, C = walk(1), walk(2), walk(3)


def test_what_moves_alike_is_one_group_of_which_the_largest_share_stays():
    # By hand: b is 3 a + 7 with a little noise, so both are alike; c is on its own.
    noise = 0.2 * np.random.default_rng(9).normal(size=24)
    first, rows = found({"a": A, "b": 3 * A + 7 + noise, "c": C}, weights=[1.0, 2.0, 1.0])
    assert list(rows) == ["b", "a", "c"]
    assert [row["group"] for row in rows.values()] == [1.0, 1.0, 0.0]
    assert [row["share"] for row in rows.values()] == pytest.approx([0.5, 0.25, 0.25])
    assert [row["alike_to"] for row in rows.values()] == ["", "Measure b", ""]
    assert [row["advice"] for row in rows.values()] == [
        "keep", "says the same as Measure b; consider dropping it", "on its own"
    ]  # fmt: skip
    expected = np.corrcoef(np.diff(A), np.diff(3 * A + noise))[0, 1]
    assert rows["a"]["correlation"] == pytest.approx(expected)
    assert [row["n"] for row in rows.values()] == [23.0] * 3
    assert rows["b"]["correlation"] == ""
    assert first == {
        "group": 0.0, "measure": "All measures", "objective": "", "share": 1.0, "alike_to": "",
        "correlation": "", "n": 3.0,
        "advice": "3 measures, at most 25; 1 says the same as another",
    }  # fmt: skip


def test_what_moves_exactly_against_says_the_same():
    _, rows = found({"a": A, "b": -5 * A}, 1.0)
    assert rows["b"]["group"] == 1.0
    assert rows["b"]["correlation"] == pytest.approx(-1.0)


def test_two_that_merely_rise_are_not_alike():
    months = np.arange(24.0)
    _, rows = found({"a": 100 * months + A, "b": 50 * months + B})
    assert np.corrcoef(100 * months + A, 50 * months + B)[0, 1] > 0.99
    assert [row["advice"] for row in rows.values()] == ["on its own"] * 2


def test_alike_is_an_argument_and_a_setting():
    series = {"a": A, "b": A + B}
    r = abs(np.corrcoef(np.diff(A), np.diff(A + B))[0, 1])
    assert 0.3 < r < 0.9
    assert found(series)[1]["b"]["group"] == 0.0
    assert found(series, r - 0.01)[1]["b"]["group"] == 1.0
    assert found(series, r + 0.01)[1]["b"]["group"] == 0.0
    assert found(series, settings={"alike_from": r - 0.01})[1]["b"]["group"] == 1.0
    assert found(series, 0.0)[1]["b"]["group"] == 1.0
    assert found({"a": A, "b": 0.3 * A}, 1.0)[1]["b"]["group"] == 1.0


@pytest.mark.parametrize("alike", [-0.1, 1.1, -1.0])
def test_a_correlation_beyond_0_and_1_is_refused(alike):
    with pytest.raises(OutOfDomain, match="between 0 and 1"):
        found({"a": A}, alike)


def test_every_two_of_a_group_are_alike_and_none_is_chained_in():
    # Changes by hand: b is alike to a and to c, but a and c are not.
    x, y = (np.diff(v) - np.diff(v).mean() for v in (A, B))
    x /= np.linalg.norm(x)
    y -= x * (x @ y)
    y /= np.linalg.norm(y)

    def at(degrees):
        turn = np.radians(degrees)
        return np.append(0.0, np.cumsum(np.cos(turn) * x + np.sin(turn) * y))

    _, rows = found({"a": at(0), "b": at(20), "c": at(45)}, 0.9)  # cos 25° = 0.906, cos 45° = 0.707
    assert [rows[name]["group"] for name in "abc"] == [1.0, 1.0, 0.0]
    assert rows["b"]["correlation"] == pytest.approx(np.cos(np.radians(20)))


def test_groups_are_numbered_and_sorted_by_the_share_of_the_one_to_keep():
    _, rows = found({"a": A, "a2": A, "b": B, "b2": B, "c": C}, weights=[1.0, 2.0, 4.0, 3.0, 9.0])
    assert [(name, row["group"]) for name, row in rows.items()] == [
        ("b", 1.0), ("b2", 1.0), ("a2", 2.0), ("a", 2.0), ("c", 0.0)
    ]  # fmt: skip


def test_ties_of_shares_go_by_name():
    _, rows = found({"z": A, "a": A}, measure=["Alpha", "Beta"])
    assert rows["Beta"]["alike_to"] == "Alpha"


def test_measures_of_one_name_are_told_apart_by_their_id():
    _, rows = found({"a": A, "b": A}, measure=["Revenue", "Revenue"])
    assert list(rows) == ["Revenue (a)", "Revenue (b)"]
    assert rows["Revenue (b)"]["advice"] == ("says the same as Revenue (a); consider dropping it")


@pytest.mark.parametrize(("months", "advice"), [(13, "on its own"), (12, "no history")])
def test_twelve_changes_are_needed(months, advice):
    _, rows = found({"a": A, "b": C[:months]})
    assert (rows["b"]["advice"], rows["b"]["n"]) == (advice, months - 1.0)


def test_too_few_months_in_common_make_no_group():
    early, late = A.copy(), A.copy()
    early[18:], late[:6] = np.nan, np.nan
    _, rows = found({"a": early, "b": late})
    assert [row["advice"] for row in rows.values()] == ["on its own"] * 2
    assert [row["n"] for row in rows.values()] == [17.0, 17.0]


def test_what_never_moves_is_on_its_own():
    _, rows = found({"a": [0.1 + 0.2] * 12 + [0.3] * 12, "b": [5.0] * 24, "c": 2 * np.arange(24.0)})
    assert {row["advice"] for row in rows.values()} == {"on its own"}
    assert {row["n"] for row in rows.values()} == {23.0}


def test_a_measure_without_an_actual_today_keeps_its_share():
    _, rows = found({"a": A, "b": A}, weights=[3.0, 1.0], actual=[None, 5.0])
    assert (rows["a"]["share"], rows["a"]["advice"]) == (0.75, "keep")


def test_a_measure_that_is_not_scored_has_no_share_and_is_dropped_first():
    _, rows = found({"a": A, "b": A}, target=[None, 10.0])
    assert (rows["a"]["share"], rows["b"]["share"]) == (0.0, 1.0)
    assert rows["a"]["alike_to"] == "Measure b"


@pytest.mark.parametrize(
    ("count", "most", "advice"),
    [
        (25, None, "25 measures, at most 25"),
        (26, None, "26 measures: more than 25, too many to steer by"),
        (4, 3.0, "4 measures: more than 3, too many to steer by"),
        (1, None, "1 measure, at most 25"),
    ],
)
def test_more_than_25_measures_are_too_many(count, most, advice):
    settings = {"most_measures": most} if most else None
    first, rows = found({f"m{k:02}": walk(k) for k in range(count)}, settings=settings)
    assert (first["n"], first["advice"]) == (float(count), advice)
    assert len(rows) == count


def test_without_any_history_all_measures_are_listed_still():
    first, rows = found({"a": [], "b": []})
    assert first["n"] == 2.0
    assert [(row["n"], row["advice"]) for row in rows.values()] == [(0.0, "no history")] * 2
    assert redundancy(model_with(None, **tables({"a": []})))["advice"].tolist()[1] == "no history"


def test_without_measures_there_is_no_answer():
    with pytest.raises(NotAvailable):
        redundancy(model_with(AS_OF, objectives=tables({"a": A})["objectives"]))


def test_the_months_that_count_are_a_setting():
    both = np.append(walk(4, 10), walk(5, 14))
    other = np.append(walk(6, 10), walk(5, 14))
    assert found({"a": both, "b": other})[1]["b"]["group"] == 0.0
    _, rows = found({"a": both, "b": other}, settings={"history_months": 14.0})
    assert (rows["b"]["group"], rows["b"]["n"]) == (1.0, 13.0)


def test_measures_are_read_from_kpis_month_by_month():
    counts = np.random.default_rng(5).integers(1, 9, size=24)
    deals = [(m, j) for m, count in enumerate(counts) for j in range(int(count))]
    days = [pd.Timestamp(2024 + m // 12, m % 12 + 1, 10) for m, _ in deals]
    given = tables(
        {"a": 7.0 * counts, "b": [], "c": []},
        kpi=[None, "won_deals", "lost_deals"],
        actual=[5.0, None, None],
    )
    given["deals"] = {
        "deal_id": [f"d{m}-{j}" for m, j in deals],
        "owner": ["Ann"] * len(deals),
        "created": days,
        "closed_on": days,
        "stage": ["Closed"] * len(deals),
        "status": ["won"] * len(deals),
        "amount": [100.0] * len(deals),
    }
    rows = redundancy(model_with(AS_OF, **given)).set_index("measure")
    assert rows.loc["Measure b", "group"] == rows.loc["Measure a", "group"] == 1.0
    assert rows.loc["Measure b", "alike_to"] == "Measure a"
    assert rows.loc["Measure b", "correlation"] == pytest.approx(1.0)
    assert rows.loc["Measure c", "advice"] in ("on its own", "no history")


def test_the_order_of_rows_changes_nothing():
    series = {f"m{k}": (A if k % 2 else B) + 0.2 * walk(k) for k in range(7)}
    given = tables(series, [0.1 * k for k in range(1, 8)])
    first, *others = (
        redundancy(model_with(AS_OF, **{k: shuffled(v, seed) for k, v in given.items()}))
        for seed in range(4)
    )
    for other in others:
        assert other.to_dict("records") == first.to_dict("records")
