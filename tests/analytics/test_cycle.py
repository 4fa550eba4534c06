"""The health of the phases of the CRM cycle, computed by hand."""

import datetime as dt

import pandas as pd
import pytest
from given import company, model_with, shuffled

from xlcrm.analytics.cycle import PHASES, cycle
from xlcrm.errors import ExcelError, NotAvailable, UnknownName, WrongValue
from xlcrm.kpis.catalogue import COMPOSITES, KPIS

AS_OF = dt.date(2026, 6, 30)


def days(*texts):
    return [pd.Timestamp(text) for text in texts]


def deals(*rows):
    """Closed deals: status, closing date, days from creation, amount, reason."""
    closed = [pd.Timestamp(row[1]) for row in rows]
    return {
        "deal_id": [f"d{k}" for k in range(len(rows))],
        "account_id": ["A"] * len(rows),
        "owner": ["Ann", "Bob"] * (len(rows) // 2) + ["Ann"] * (len(rows) % 2),
        "stage": ["Lead"] * len(rows),
        "amount": [row[3] for row in rows],
        "created": [day - pd.Timedelta(days=row[2]) for day, row in zip(closed, rows, strict=True)],
        "expected_close": closed,
        "closed_on": closed,
        "status": [row[0] for row in rows],
        "lost_reason": [row[4] for row in rows],
    }


DEALS = deals(
    ("won", "2025-02-01", 50, 100.0, None),
    ("lost", "2025-02-01", 10, 10.0, "Price"),
    ("won", "2026-02-01", 40, 104.0, None),
    ("won", "2026-02-02", 50, 104.0, None),
    ("lost", "2026-03-01", 10, 10.0, None),
    ("lost", "2026-03-01", 10, 10.0, "Price"),
)
COMPLAINTS = {
    "date": days(*["2025-02-01"] * 10, *["2026-02-01"] * 9),
    "account_id": ["A"] * 19,
}


def rows_of(frame):
    listed = [dict(zip(frame, row, strict=True)) for row in frame.itertuples(index=False)]
    return {row["kpi"] or row["phase"]: row for row in listed}


def asked(where="", period="2026", settings=None, **tables):
    if settings:
        tables["settings"] = {"name": list(settings), "value": list(settings.values())}
    return rows_of(cycle(model_with(AS_OF, **tables), where, period))


def test_every_phase_has_a_row_of_its_own_before_its_indicators():
    frame = cycle(model_with(AS_OF, deals=DEALS), "", "2026")
    assert list(frame.columns) == [
        "phase", "indicator", "kpi", "value", "previous", "change", "score", "coverage", "status",
        "note",
    ]  # fmt: skip
    assert list(dict.fromkeys(frame["phase"])) == ["understand", "offer", "sell", "retain"]
    first = frame.groupby("phase", sort=False).first()
    assert set(first["indicator"]) == {"(all)"}
    assert len(frame) == 4 + 3 + 3 + 3 + 5
    assert {name for names in PHASES.values() for name in names} <= {*KPIS, *COMPOSITES}


def test_a_change_is_worth_50_points_for_each_span():
    found = asked(deals=DEALS, complaints=COMPLAINTS)
    # win rate 2 of 4 after 1 of 2; 45 days after 50; 104 after 100; 9 complaints after 10
    told = {name: found[name] for name in ("win_rate", "cycle_days", "average_deal", "complaints")}
    assert {name: row["value"] for name, row in told.items()} == {
        "win_rate": 0.5, "cycle_days": 45.0, "average_deal": 104.0, "complaints": 9.0,
    }  # fmt: skip
    assert {name: row["previous"] for name, row in told.items()} == {
        "win_rate": 0.5, "cycle_days": 50.0, "average_deal": 100.0, "complaints": 10.0,
    }  # fmt: skip
    changes = [row["change"] for row in told.values()]
    assert changes == pytest.approx([0.0, -0.1, 0.04, -0.1], abs=1e-15)
    scores = [row["score"] for row in told.values()]
    assert scores == pytest.approx([50.0, 75.0, 60.0, 75.0], abs=1e-12)
    assert [row["status"] for row in told.values()] == ["same", "better", "better", "better"]


def test_a_phase_is_the_mean_of_its_indicators():
    sell = asked(deals=DEALS)["sell"]
    assert sell["score"] == pytest.approx((50.0 + 75.0 + 60.0) / 3, abs=1e-12)
    assert (sell["coverage"], sell["status"], sell["indicator"]) == (1.0, "better", "(all)")
    assert [sell[name] for name in ("kpi", "value", "previous", "change")] == [""] * 4


def test_reasons_that_are_no_longer_entered_make_understanding_worse():
    found = asked(deals=DEALS)
    row = found["lost_reason_known"]
    assert (row["value"], row["previous"], row["change"], row["score"]) == (0.5, 1.0, -0.5, 0.0)
    assert row["status"] == "worse"


def test_a_phase_with_too_few_scores_is_insufficient_and_one_without_any_is_missing():
    found = asked(deals=DEALS)
    understand = found["understand"]
    assert (understand["score"], understand["coverage"]) == (0.0, 1 / 3)
    assert understand["status"] == "insufficient"
    offer = found["offer"]
    assert (offer["score"], offer["coverage"], offer["status"]) == (ExcelError.NA, 0.0, "missing")
    enough = asked(deals=DEALS, settings={"coverage_needed": 0.3})["understand"]
    assert enough["status"] == "worse"


def test_an_indicator_without_a_table_keeps_its_row_as_missing():
    row = asked(deals=DEALS)["complaints"]
    cells = [row[name] for name in ("value", "previous", "change", "score")]
    assert cells == [ExcelError.NA] * 4
    assert all(type(cell) is ExcelError for cell in cells)
    assert row["status"] == "missing"
    assert row["indicator"] == "Complaints"


def test_the_span_is_a_setting():
    found = asked(deals=DEALS, settings={"cycle_span": 0.4})
    assert found["cycle_days"]["score"] == pytest.approx(62.5, abs=1e-12)
    found = asked(deals=DEALS, settings={"cycle_span": 0.0})
    scores = [found[name]["score"] for name in PHASES["sell"]]
    assert scores == [50.0, 100.0, 100.0]


def test_nothing_after_nothing_is_as_before_and_something_after_nothing_is_missing():
    late = {"date": days("2026-03-01"), "account_id": ["A"]}
    found = asked(deals=DEALS, complaints=late)["complaints"]
    assert (found["value"], found["previous"]) == (1.0, 0.0)
    assert (found["change"], found["score"]) == (ExcelError.NA, ExcelError.NA)
    early = {"date": days("2020-03-01"), "account_id": ["A"]}
    found = asked(deals=DEALS, complaints=early)["complaints"]
    assert (found["value"], found["previous"], found["change"], found["score"]) == (0, 0, 0, 50.0)


def test_a_loss_that_became_a_gain_is_better():
    orders = {
        "order_id": ["1", "2"],
        "account_id": ["A", "A"],
        "date": days("2025-02-01", "2026-02-01"),
        "amount": [100.0, 100.0],
        "cost": [110.0, 90.0],
    }
    row = asked(orders=orders)["margin"]
    assert (row["value"], row["previous"]) == (0.1, -0.1)
    assert row["change"] == pytest.approx(2.0)
    assert (row["score"], row["status"]) == (100.0, "better")


def test_the_running_period_is_compared_with_as_much_of_the_one_before():
    found = rows_of(cycle(model_with(dt.date(2026, 2, 1), deals=DEALS), "", "2026"))
    assert found["average_deal"]["previous"] == 100.0
    both = {"date": days("2025-01-05", "2026-01-05"), "account_id": ["A", "A"]}
    model = model_with(dt.date(2026, 1, 31), deals=DEALS, complaints=both)
    found = rows_of(cycle(model, "", "2026"))
    assert found["complaints"]["score"] == 50.0
    assert isinstance(found["average_deal"]["previous"], ExcelError)


# ── the scorecard ───────────────────────────────────────────────────────────────────────────


def measures(**columns):
    count = len(columns["kpi"])
    given = {
        "measure_id": [f"m{k}" for k in range(count)],
        "objective_id": ["O"] * count,
        "measure": [f"Measure {k}" for k in range(count)],
        "red": [0.0] * count,
        "target": [1.0] * count,
        "actual": [None] * count,
        "period": ["2026"] * count,
    }
    return {"measures": given | columns}


def test_the_score_of_a_measure_counts_in_place():
    # a win rate of 0.5 half way from red 0 to target 1 scores 50; from red 0.5 it scores 33.3
    one = measures(kpi=["Win rate"], red=[0.5], target=[1.0])
    row = asked(deals=DEALS, **one)["win_rate"]
    assert (row["value"], row["previous"], row["change"]) == (0.5, 0.5, 0.0)
    assert row["score"] == pytest.approx(100 / 3, abs=0.1)
    assert row["status"] == "worse"


def test_several_measures_of_a_kpi_count_with_their_mean():
    two = measures(kpi=["win_rate", "win_rate"], red=[0.5, 0.0], target=[1.0, 1.0])
    row = asked(deals=DEALS, **two)["win_rate"]
    assert row["score"] == pytest.approx((100 / 3 + 50.0) / 2, abs=0.1)


def test_a_measure_of_a_part_does_not_count_for_the_whole():
    part = measures(kpi=["win_rate", "win_rate"], where=["owner=Ann", None], by=[None, "owner"],
                    owner=["Ann", "Bob"], red=[0.5, 0.5])  # fmt: skip
    assert asked(deals=DEALS, **part)["win_rate"]["score"] == 50.0


def test_the_scorecard_is_not_asked_where_conditions_are():
    one = measures(kpi=["win_rate"], red=[0.5], target=[1.0])
    assert asked("owner=Ann", deals=DEALS, **one)["win_rate"]["score"] != pytest.approx(100 / 3)


# ── errors ──────────────────────────────────────────────────────────────────────────────────


def test_without_any_score_the_reason_is_told():
    model = model_with(AS_OF, accounts={"account_id": ["A"], "segment": ["Gold"]})
    with pytest.raises(NotAvailable, match="no indicator has figures to compare"):
        cycle(model, "", "2026")


@pytest.mark.parametrize(
    ("where", "span", "error", "said"),
    [
        ("nosuch=1", "2026", UnknownName, "no column 'nosuch'"),
        ("amount>", "2026", WrongValue, "blank"),
        ("", "all", WrongValue, "no period before it"),
        ("", "someday", WrongValue, "no period"),
    ],
)
def test_a_mistake_in_what_is_asked_is_named(where, span, error, said):
    with pytest.raises(error, match=said):
        cycle(model_with(AS_OF, deals=DEALS), where, span)


def test_the_order_of_rows_changes_nothing_and_every_cell_is_one_of_excel():
    tables = company(120)
    frame = cycle(model_with(dt.date(2026, 2, 1), **tables), "", "last 3 months")
    mixed = {kind: shuffled(columns) for kind, columns in tables.items()}
    again = cycle(model_with(dt.date(2026, 2, 1), **mixed), "", "last 3 months")
    assert rows_of(frame) == rows_of(again)
    assert {type(cell) for row in frame.itertuples(index=False) for cell in row} <= {
        float, str, ExcelError,
    }  # fmt: skip
    scores = [score for score in frame["score"] if type(score) is float]
    assert scores
    assert all(0.0 <= score <= 100.0 for score in scores)


def test_the_share_of_accounts_with_a_segment_is_of_all_accounts_and_a_missing_figure_says_why():
    accounts = {
        "account_id": ["A", "B", "C", "D"],
        "segment": ["Gold", None, "Gold", "Gold"],
        "created": days("2023-01-01", "2024-01-01", "2026-02-01", "2027-01-01"),
    }
    found = asked(deals=DEALS, accounts=accounts)
    # 2 of the 3 accounts that there are by the end of June 2026; 1 of 2 a year before
    share = found["segmented_share"]
    assert share["value"] == pytest.approx(2 / 3)
    assert share["previous"] == 0.5
    assert share["note"] == ""
    assert found["complaints"]["note"].startswith("the model has no rows of complaints")
