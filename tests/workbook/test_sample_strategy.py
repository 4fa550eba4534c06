"""The sample's strategy can be read from the company's goal down to a seller's task."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from given import model_with

from xlcrm.analytics.scorecard.scorecard import scorecard
from xlcrm.analytics.scorecard.strategy_map import strategy_map
from xlcrm.workbook.sample import AS_OF, sample_tables

MONTHS = [str(month) for month in pd.period_range("2024-06", "2026-05", freq="M")]


@pytest.fixture(scope="module")
def frames():
    return {
        name: pd.DataFrame(list(table.rows), columns=list(table.headers))
        for name, table in sample_tables().items()
    }


@pytest.fixture(scope="module")
def model():
    tables = {
        name: dict(zip(table.headers, map(list, zip(*table.rows, strict=True)), strict=True))
        for name, table in sample_tables().items()
    }
    return model_with(**tables)


@pytest.fixture(scope="module")
def card(model):
    return scorecard(model).set_index("measure")


def test_finance_weighs_twice_as_much_as_each_other_perspective(frames):
    assert dict(frames["perspectives"][["perspective", "weight"]].to_numpy()) == {
        "Finance": 40,
        "Customers": 20,
        "Processes": 20,
        "Learning and growth": 20,
    }


def test_goals_serve_goals_of_their_own_perspective_one_level_up(frames):
    goals = frames["objectives"].set_index("objective_id")
    above = {"tactical": "strategic", "operational": "tactical"}
    for goal in goals.itertuples():
        if goal.level == "strategic":
            assert pd.isna(goal.parent_id)
        else:
            parent = goals.loc[goal.parent_id]
            assert parent["perspective"] == goal.perspective
            assert parent["level"] == above[goal.level]
    assert (goals["level"] == "strategic").sum() == 4


def test_the_tasks_of_three_sellers_are_read_from_their_own_deals(frames):
    measures = frames["measures"].merge(
        frames["objectives"], on="objective_id", suffixes=("", "_of_goal")
    )
    tasks = measures[measures["level"] == "operational"]
    assert set(tasks["owner"]) == {"Berg", "Bianchi", "Silva"}
    assert (tasks["owner"] == tasks["owner_of_goal"]).all()
    assert set(tasks["by"]) == {"owner"}
    assert set(tasks["kpi"]) == {"won_amount", "won_deals", "win_rate"}


def test_links_lead_from_learning_up_to_finance(frames):
    place = dict(frames["perspectives"][["perspective", "order"]].to_numpy())
    of = frames["objectives"].set_index("objective_id")["perspective"].map(place)
    links = frames["links"]
    assert 8 <= len(links) <= 12
    assert (links["from_objective"].map(of) >= links["to_objective"].map(of)).all()
    assert links["note"].str.len().gt(20).all()
    reached = {"L2"}
    for _ in range(len(links)):
        reached |= set(links[links["from_objective"].isin(reached)]["to_objective"])
    assert "F2" in reached
    assert {"P", "C", "F"} <= {goal[0] for goal in reached}


def test_the_measures_show_every_case(frames):
    measures = frames["measures"]
    assert len(measures) == 19
    bound = measures["kpi"].notna()
    assert bound.sum() == 11
    assert measures[bound]["actual"].isna().all()
    assert measures["actual"].notna().sum() == 1
    fed = measures["aggregation"].notna()
    assert set(measures[fed]["measure_id"]) == set(frames["actuals"]["measure_id"])
    assert set(measures["aggregation"].dropna()) == {"sum", "mean", "last", "ratio"}
    assert not (bound & fed).any()
    lower = (measures["target"] < measures["red"]) | (measures["direction"] == "lower")
    assert lower.sum() == 4
    told = measures[measures["direction"] == "lower"].iloc[0]
    assert told["target"] == 80
    assert told[["red", "baseline", "stretch"]].isna().all()
    assert measures["band_low"].notna().sum() == 1
    assert measures["where"].dropna().to_list() == ["segment=Gold"] * 2
    assert measures["reviewed"].map(lambda day: 0 < (AS_OF - day).days < 365).all()


def test_the_scorecard_is_a_mix_of_all_colours(card):
    assert card["status"].value_counts().to_dict() == {
        "amber": 9,
        "green": 5,
        "red": 4,
        "missing": 1,
    }
    assert card.index[card["status"] == "missing"].to_list() == ["Sellers certified in the method"]
    assert {"better", "worse", "same"} <= set(card["trend"])


def test_two_targets_come_from_the_plan(frames, card):
    blank = frames["measures"][frames["measures"]["target"].isna()]
    assert blank["measure"].to_list() == [
        "Revenue, last 12 months",
        "Berg: amount won, last quarter",
    ]
    goals = frames["targets"]
    plan = goals[(goals["metric"] == "revenue") & goals["owner"].isna()].set_index("period")
    year = plan["target"].loc["2025-07":"2026-06"]
    assert len(year) == 12
    assert card["target"]["Revenue, last 12 months"] == year.sum() == 6_075_000
    mine = goals[(goals["metric"] == "won_amount") & (goals["owner"] == "Berg")]
    quarter = mine.set_index("period")["target"].loc["2026-01":"2026-03"]
    assert card["target"]["Berg: amount won, last quarter"] == quarter.sum() == 105_300


def test_actual_values_agree_with_the_data(frames, card):
    orders, deals = frames["orders"], frames["deals"]
    year = orders[orders["date"] > date(2025, 6, 30)]
    actual = card["actual"]
    assert actual["Revenue, last 12 months"] == pytest.approx(year["amount"].sum(), abs=0.01)
    margin = 100 * (1 - (year["cost"] * 1.0).sum() / year["amount"].sum())
    assert actual["Gross margin, last 12 months"] == pytest.approx(margin)
    closed = deals[deals["status"].isin(["won", "lost"]) & (deals["closed_on"] > date(2025, 6, 30))]
    silva = closed[closed["owner"] == "Silva"]["status"]
    rate = 100 * (silva == "won").sum() / len(silva)
    assert actual["Silva: win rate, last 12 months"] == pytest.approx(rate)
    firsts = orders.groupby("account_id")["date"].min()
    new = firsts[(firsts >= date(2025, 6, 1)) & (firsts <= date(2026, 5, 31))]
    assert actual["New customers, 12 months"] == len(new)
    visits = frames["activities"][frames["activities"]["kind"] == "visit"]["date"]
    made = visits[(visits >= date(2025, 7, 1)) & (visits <= date(2026, 5, 31))]
    assert actual["Customer visits a seller and month"] == pytest.approx(len(made) / 11 / 12)


def by_month(frames, measure):
    values = frames["actuals"][frames["actuals"]["measure_id"] == measure]
    return values.set_index("period")["actual"]


def test_measures_fed_by_hand_have_the_months_of_two_years(frames):
    for measure in set(frames["actuals"]["measure_id"]):
        assert by_month(frames, measure).index.to_list() == MONTHS, measure
    divided = frames["actuals"].dropna(subset=["denominator"])
    assert set(divided["measure_id"]) == {"M11"}
    ratio = divided["numerator"] / divided["denominator"]
    assert (ratio - divided["actual"]).abs().max() <= 0.005 + 1e-12


@pytest.mark.parametrize(("cause", "effect", "months"), [("M17", "M16", 3), ("M16", "M10", 2)])
def test_a_cause_moves_months_before_its_effect(frames, cause, effect, months):
    """Training moves before quotes in time, and these before recommendation."""
    first, then = (np.diff(by_month(frames, one).to_numpy(dtype=float)) for one in (cause, effect))
    together = {
        lead: np.corrcoef(first[: len(first) - lead], then[lead:])[0, 1] for lead in range(7)
    }
    assert together.pop(months) > 0.8
    assert max(map(abs, together.values())) < 0.7
    goal = frames["measures"].set_index("measure_id")["objective_id"]
    links = frames["links"][["from_objective", "to_objective"]].to_numpy().tolist()
    assert [goal[cause], goal[effect]] in links


def test_the_strategy_map_finds_the_two_links_that_are_there(model):
    found = strategy_map(model).set_index(["cause", "effect"])
    assert len(found) == 12
    seen = found[~found["finding"].isin(["not seen", "no history"])]
    assert set(seen["finding"]) == {"cause first"}
    assert seen["ahead"].to_dict() == {
        ("Train and certify sellers", "Answer every request fast"): 3.0,
        ("Answer every request fast", "Be recommended by customers"): 2.0,
    }
    assert (seen["p"].astype(float) < 0.01).all()


def test_values_by_month_stay_between_the_worst_and_the_best(frames):
    """A month beyond them would be worth 0 or 100, and its changes would not be seen."""
    for measure in ("M10", "M16", "M17"):
        row = frames["measures"].set_index("measure_id").loc[measure]
        values = by_month(frames, measure)
        assert values.min() >= row["red"] - (row["target"] - row["red"]), measure
        assert values.max() <= row["stretch"], measure


def test_initiatives_show_every_case(frames):
    done = frames["initiatives"]
    assert 7 <= len(done) <= 9
    assert set(done["status"]) == {"planned", "running", "done", "stopped"}
    assert (done["start"] < done["due"]).all()
    assert done["progress"].between(0, 1).all()
    begun = done[done["status"] == "running"]
    assert (begun["start"] <= AS_OF).all()
    assert begun[begun["due"] < AS_OF]["name"].to_list() == [
        "Expected closes reviewed every Monday"
    ]
    passed = [
        (AS_OF - start).days / (due - start).days
        for start, due in begun[begun["due"] >= AS_OF][["start", "due"]].to_numpy()
    ]
    assert (begun[begun["due"] >= AS_OF]["progress"] - passed > -0.10).all()
    assert done["measure_id"].value_counts().iloc[:2].to_list() == [2, 1]
    assert (done["spent"] > done["budget"]).sum() == 1
    planned = done[done["status"] == "planned"].iloc[0]
    assert planned["start"] > AS_OF
    assert planned["spent"] == planned["progress"] == 0
