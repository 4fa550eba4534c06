"""How long customers stay: days are counted from 1 January 2025, which is day 0."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from given import model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.retention.survival import survival
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

CDNOW = Path(__file__).parents[3] / "shared" / "data" / "cdnow"
SHORT = {"dormant_after": 10.0, "dormant_gaps": 0.0}


def day(number):
    return dt.date(2025, 1, 1) + dt.timedelta(days=number)


def orders(**days):
    lines = [(name, number) for name, some in days.items() for number in some]
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [name for name, _ in lines],
        "date": [day(number) for _, number in lines],
        "amount": [1.0] * len(lines),
    }


def company(as_of, given_settings=SHORT, **days):
    tables = {"name": [*given_settings], "value": [*given_settings.values()]}
    return model_with(day(as_of), orders=orders(**days), settings=tables)


def six(**more):
    """Relationships of 1, 2+, 3, 3, 5+ and 6 days."""
    lost = {"one": [0, 1], "three": [4, 5, 7], "also_three": [2, 5], "six": [9, 15]}
    return company(50, **lost, two_so_far=[48], five_so_far=[45], **more)


def contracts(as_of, **rows):
    """Accounts by id: days created and lost, and a group."""
    return model_with(
        day(as_of),
        accounts={
            "account_id": list(rows),
            "created": [day(row[0]) for row in rows.values()],
            "lost_on": [None if row[1] is None else day(row[1]) for row in rows.values()],
            "segment": [row[2] if len(row) > 2 else "all" for row in rows.values()],
        },
    )


def test_the_curve_of_six_relationships():
    frame = survival(six())
    assert list(frame) == ["days", "at_risk", "lost", "survival", "low", "high"]
    assert frame["days"].tolist() == [0.0, 1.0, 3.0, 6.0]
    assert frame["at_risk"].tolist() == [6.0, 6.0, 4.0, 1.0]
    assert frame["lost"].tolist() == [0.0, 1.0, 2.0, 1.0]
    assert [round(share, 3) for share in frame["survival"]] == [1.0, 0.833, 0.417, 0.0]
    # lifelines 0.30.3 at 95 %: KaplanMeierFitter().fit([1, 2, 3, 3, 5, 6], [1, 0, 1, 1, 0, 1]).
    assert frame["low"].tolist()[:3] == pytest.approx([1.0, 0.273123, 0.055992], abs=5e-7)
    assert frame["high"].tolist()[:3] == pytest.approx([1.0, 0.974712, 0.766522], abs=5e-7)
    assert frame["low"].tolist()[3] is frame["high"].tolist()[3] is ExcelError.NA


def test_the_means_of_six_relationships():
    frame = survival(six(), show="Means")
    assert list(frame) == [
        "customers", "lost", "median", "mean", "low", "high", "horizon", "mean_so_far",
    ]  # fmt: skip
    (row,) = frame.to_dict("records")
    assert (row["customers"], row["lost"], row["median"], row["horizon"]) == (6.0, 4.0, 3.0, 6.0)
    assert row["mean"] == pytest.approx(47 / 12)
    assert row["mean_so_far"] == pytest.approx(20 / 6)
    # After day 1 lie 35/12 of the area, after day 3 15/12.
    error = ((35 / 12) ** 2 / 30 + (15 / 12) ** 2 * 2 / 8) ** 0.5
    assert row["low"] == pytest.approx(47 / 12 - 1.959964 * error, abs=1e-6)
    assert row["high"] == pytest.approx(47 / 12 + 1.959964 * error, abs=1e-6)


def test_a_horizon_cuts_the_curve_and_the_mean():
    (row,) = survival(six(), horizon=4.0, show="means").to_dict("records")
    assert row["mean"] == pytest.approx(37 / 12)
    assert row["horizon"] == 4.0
    assert row["high"] <= 4.0
    assert survival(six(), horizon=4.0)["days"].tolist() == [0.0, 1.0, 3.0]
    for wrong in (0.0, -5.0, 6.5):
        with pytest.raises(OutOfDomain, match="horizon"):
            survival(six(), horizon=wrong)


def test_the_mean_is_the_kpi_and_so_far_it_is_too_short():
    model = six(late=[40, 44], later=[30, 33])
    (row,) = survival(model, show="means").to_dict("records")
    assert row["mean"] == kpi_value(model, "relationship_days")
    assert row["mean_so_far"] < row["mean"]


def test_who_bought_once_and_left_had_a_relationship_of_no_day():
    frame = survival(company(50, once=[3], long=[0, 8]))
    assert frame["days"].tolist() == [0.0, 8.0]
    assert frame["survival"].tolist() == [0.5, 0.0]
    frame = survival(company(50, once=[3]), show="means")
    assert frame[["median", "mean", "horizon"]].to_numpy().tolist() == [[0.0, 0.0, 0.0]]
    assert frame["low"].tolist() == frame["high"].tolist() == [ExcelError.NA]


def test_contracts_last_from_their_first_day_to_the_one_they_end_on():
    rows = {
        "one": (0, 1), "two": (48, None), "three": (4, 7), "more": (2, 5), "five": (45, 60),
        "six": (9, 15), "ahead": (51, None), "wrong": (9, 8),
    }  # fmt: skip
    frame = survival(contracts(50, **rows))
    assert [round(share, 3) for share in frame["survival"]] == [1.0, 0.833, 0.417, 0.0]
    assert frame["at_risk"].tolist() == [6.0, 6.0, 4.0, 1.0]


def test_groups_have_curves_and_horizons_of_their_own():
    model = contracts(
        100, a=(0, 10, "Gold"), b=(0, None, "Gold"), c=(60, 70, "New"), d=(70, None, "New"),
        e=(5, 25, "Past"), f=(5, 9, "Past"), g=(90, None, "Young"),
    )  # fmt: skip
    means = survival(model, "segment", show="means").set_index("segment")
    assert means["horizon"].to_dict() == {"Gold": 100.0, "New": 30.0, "Past": 100.0, "Young": 10.0}
    assert means["mean"].to_dict() == {"Gold": 55.0, "New": 20.0, "Past": 12.0, "Young": 10.0}
    assert means["median"].to_dict() == {
        "Gold": 10.0, "New": 10.0, "Past": 4.0, "Young": ExcelError.NA,
    }  # fmt: skip
    assert means["low"]["Young"] is ExcelError.NA  # nobody left: no spread to tell by
    curve = survival(model, "segment")
    assert curve[["segment", "days", "survival"]].to_numpy().tolist() == [
        ["Gold", 0.0, 1.0], ["Gold", 10.0, 0.5], ["New", 0.0, 1.0], ["New", 10.0, 0.5],
        ["Past", 0.0, 1.0], ["Past", 4.0, 0.5], ["Past", 20.0, 0.0], ["Young", 0.0, 1.0],
    ]  # fmt: skip
    cut = survival(model, "segment", horizon=15.0, show="means").set_index("segment")
    assert cut["horizon"].to_dict() == {"Gold": 15.0, "New": 15.0, "Past": 15.0, "Young": 10.0}
    assert cut["mean"].to_dict() == {"Gold": 12.5, "New": 12.5, "Past": 9.5, "Young": 10.0}


def test_what_makes_no_sense_is_refused():
    with pytest.raises(WrongValue, match="did you mean 'curve'"):
        survival(six(), show="curv")
    with pytest.raises(WrongValue, match="ask CRM_KPI for relationship_days by year"):
        survival(six(), "year")
    with pytest.raises(NotAvailable, match="no customers"):
        survival(six(), where="amount>5")
    with pytest.raises(NotAvailable, match="accounts"):
        survival(six(), leaving="contract")


@pytest.mark.skipif(not CDNOW.is_dir(), reason="the folder ../shared/data is absent")
def test_buyers_of_records_stay_as_a_plain_product_over_their_days_says():
    lines = [line.split() for line in (CDNOW / "CDNOW_sample.txt").read_text().splitlines()]
    days = pd.to_datetime([line[2] for line in lines], format="%Y%m%d")
    sold = {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [line[1] for line in lines],
        "date": [stamp.date() for stamp in days],
        "amount": [float(line[4]) for line in lines],
    }
    model = model_with(dt.date(1998, 6, 30), orders=sold, settings={
        "name": ["dormant_gaps"], "value": [0.0],
    })  # fmt: skip
    spans = pd.DataFrame({"who": sold["account_id"], "day": days}).groupby("who")["day"]
    first, last = spans.min(), spans.max()
    over = last + pd.Timedelta(days=180) < pd.Timestamp("1998-06-30")
    stayed = (last.where(over, pd.Timestamp("1998-06-30")) - first).dt.days
    frame = survival(model)
    assert frame["at_risk"].iloc[0] == 2357.0
    for row in frame.iloc[:: len(frame) // 20].to_dict("records"):
        ends = sorted(set(stayed[over & (stayed <= row["days"])]))
        share = np.prod([1 - (over & (stayed == t)).sum() / (stayed >= t).sum() for t in ends])
        assert row["survival"] == pytest.approx(share, rel=1e-12)


some_days = st.lists(st.integers(0, 60), min_size=1, max_size=5)


@settings(max_examples=10, deadline=None)
@given(st.lists(some_days, min_size=1, max_size=10), st.integers(0, 9))
def test_curves_fall_and_add_up_whatever_the_order_of_rows(days, seed):
    given_ = orders(**{f"c{k}": some for k, some in enumerate(days)})
    given_["product"] = [f"P{k % 2}" for k in range(len(given_["date"]))]
    short = {"name": [*SHORT], "value": [*SHORT.values()]}
    models = [
        model_with(day(70), orders=rows, settings=short)
        for rows in (given_, shuffled(given_, seed))
    ]
    for by in ("", "product"):
        curve, again = (survival(model, by).astype(object) for model in models)
        assert curve.equals(again)
        means = survival(models[0], by, show="means")
        for place, row in enumerate(means.to_dict("records")):
            own = curve if not by else curve[curve["product"] == row["product"]]
            assert own["lost"].sum() == row["lost"]
            assert own["at_risk"].iloc[0] == row["customers"]
            assert own["days"].is_monotonic_increasing
            assert own["survival"].is_monotonic_decreasing
            assert row["mean_so_far"] <= row["mean"] + 1e-9
            assert row["mean"] <= row["horizon"] + 1e-9
            if row["horizon"] == means["horizon"].max() and not by:
                known = kpi_table(models[0], "relationship_days", by)["value"][place]
                assert row["mean"] == pytest.approx(known)
