"""A real company's contracts: 7,043 subscribers of a telephone company, of whom 1,869 left.

Figures computed by others stand in ../shared/data/expected.json. The file tells months of tenure
and who left last month; here contracts began so many months before yesterday, and ended today. Who
has 0 months joined this month and was there yesterday.
"""

import csv
import datetime as dt
import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from given import model_with

from xlcrm.analytics.retention.churn import churn
from xlcrm.analytics.retention.survival import survival

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (DATA / "telco_churn").is_dir(),
    reason=f"the real data are no part of the project, and not in {DATA}",
)
TODAY = pd.Timestamp("2026-03-15")
COLUMNS = ("Contract", "InternetService", "PaymentMethod", "MonthlyCharges")
BANDS = {12: "00-12", 24: "13-24", 48: "25-48", 72: "49-72"}


def began(months):
    return (TODAY - pd.Timedelta(days=1) - pd.DateOffset(months=months)).date()


@cache
def people():
    path = DATA / "telco_churn" / "Telco-Customer-Churn.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def company():
    accounts = {"account_id": [row["customerID"] for row in people()]}
    tenures = [int(row["tenure"]) for row in people()]
    days = {months: began(months) for months in set(tenures)}
    accounts["created"] = [days[months] for months in tenures]
    accounts["lost_on"] = [TODAY.date() if row["Churn"] == "Yes" else None for row in people()]
    accounts |= {name: [row[name] for row in people()] for name in COLUMNS[:3]}
    accounts["Band"] = [next(name for most, name in BANDS.items() if t <= most) for t in tenures]
    bills = {
        "order_id": [f"B{k}" for k in range(len(people()))],
        "account_id": accounts["account_id"],
        "date": [TODAY.date() - dt.timedelta(days=1)] * len(people()),
        "amount": [float(row["MonthlyCharges"]) for row in people()],
    }
    return model_with(TODAY.date(), accounts=accounts, orders=bills)


@cache
def published():
    return json.loads((DATA / "expected.json").read_text("utf-8"))["telco"]


def by(column):
    return churn(company(), column, period="2026-03-15").set_index(column)


def test_the_share_that_left_and_what_they_paid():
    frame = churn(company(), period="2026-03-15")
    assert frame[["lost", "at_start", "undecided"]].to_numpy().tolist() == [[1869.0, 7043.0, 0.0]]
    assert round(frame["churn"][0], 5) == published()["churn_rate"]
    assert round(frame["revenue_lost"][0], 2) == published()["monthly_charges_lost"]


def test_the_share_that_left_by_contract():
    frame = by("Contract")
    for name, (lost, all_of_them, share) in published()["by_Contract"].items():
        row = frame.loc[name]
        assert (row["lost"], row["at_start"], round(row["churn"], 6)) == (lost, all_of_them, share)


@pytest.mark.parametrize("column", ["InternetService", "PaymentMethod"])
def test_the_share_that_left_by_service_and_payment(column):
    assert by(column)["churn"].round(6).to_dict() == published()[f"by_{column}"]


def test_the_share_that_left_by_band_of_tenure():
    shares = by("Band")["churn"].round(6).tolist()
    assert shares == published()["by_tenure_band_0-12,13-24,25-48,49-72"]


def test_the_share_that_stays_longer_than_one_two_and_five_years():
    frame = survival(company())
    stay = lambda months: frame["days"] <= (TODAY.date() - began(months)).days  # noqa: E731
    rows = [frame[stay(months)].iloc[-1] for months in (12, 24, 60)]
    first, *others = published()["KM_survival_S(12),S(24),S(60)"]
    assert round(rows[0]["survival"], 4) == first
    assert [round(row["survival"], 6) for row in rows[1:]] == others
    # lifelines 0.30.3, KaplanMeierFitter().fit(tenure, churned) at 95 %.
    low = [0.834169, 0.778313, 0.650227]
    assert [round(row["low"], 6) for row in rows] == low
    assert [round(row["high"], 6) for row in rows] == [0.851783, 0.798735, 0.678157]


def test_means_by_contract_are_longer_than_what_was_seen():
    frame = survival(company(), "Contract", show="means").set_index("Contract")
    assert frame["lost"].to_dict() == {
        "Month-to-month": 1655.0, "One year": 166.0, "Two year": 48.0,
    }  # fmt: skip
    # lifelines: restricted_mean_survival_time up to 72 months, here 30.4 days each.
    peer = {"Month-to-month": 36.29790, "One year": 66.41747, "Two year": 71.54033}
    for name, months in peer.items():
        assert frame["mean"][name] / (365.25 / 12) == pytest.approx(months, abs=0.05)
        assert frame["low"][name] < frame["mean"][name] < frame["high"][name]
        assert frame["mean_so_far"][name] < frame["mean"][name]
