"""The sample company tells the story that its docstring promises."""

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from xlcrm.cells import Origin, Range
from xlcrm.kpis.catalogue import KPIS
from xlcrm.model.model import model_of
from xlcrm.model.schema import KINDS
from xlcrm.model.table import table_of
from xlcrm.workbook.sample import AS_OF, sample_tables

MONTHS = pd.period_range("2024-01", "2026-06", freq="M")


@pytest.fixture(scope="module")
def frames():
    return {
        name: pd.DataFrame(list(table.rows), columns=list(table.headers))
        for name, table in sample_tables().items()
    }


def monthly(frame, day):
    months = pd.PeriodIndex(pd.to_datetime(frame[day]), freq="M")
    table = frame.assign(month=months).pivot_table(
        index="month", columns="owner", values="amount", aggfunc="sum"
    )
    return table.reindex(MONTHS).fillna(0.0)


def variation(table):
    return table.std() / table.mean()


def test_every_table_has_all_columns_of_its_kind():
    for name, table in sample_tables().items():
        if name != "settings":
            assert table.headers == KINDS[name].names
        assert all(len(row) == len(table.headers) for row in table.rows)


def test_the_company_has_the_promised_size(frames):
    assert len(frames["sellers"]) == 12
    assert len(frames["accounts"]) == 130
    assert 570 <= len(frames["deals"]) <= 630
    assert 1_300 <= len(frames["orders"]) <= 1_700
    assert set(frames["deals"]["status"]) == {"won", "lost", "open", "on hold"}
    assert 1_900 <= len(frames["snapshots"]) <= 2_300
    assert 4_000 <= len(frames["activities"]) <= 5_000
    assert len(frames["targets"]) == 36 + 12 + 2 * 12 * 12
    assert len(frames["seasonality"]) == 12
    assert date(2026, 6, 17) == AS_OF


def test_nothing_has_happened_after_the_day_it_is_seen_from(frames):
    for table, column in (
        ("deals", "created"),
        ("deals", "closed_on"),
        ("deals", "last_update"),
        ("deals", "override_on"),
        ("orders", "date"),
        ("snapshots", "taken_on"),
        ("activities", "date"),
    ):
        days = frames[table][column].dropna()
        assert len(days)
        assert max(days) <= AS_OF, (table, column)


def test_keys_are_unique_and_lead_somewhere(frames):
    for table, key in (
        ("deals", "deal_id"),
        ("accounts", "account_id"),
        ("sellers", "owner"),
        ("perspectives", "perspective"),
        ("objectives", "objective_id"),
        ("measures", "measure_id"),
        ("initiatives", "initiative_id"),
    ):
        assert frames[table][key].is_unique
    assert frames["accounts"]["name"].is_unique
    frames = frames | {"kpis": pd.DataFrame({"name": list(KPIS)})}
    for table, column, target, key in (
        ("deals", "account_id", "accounts", "account_id"),
        ("deals", "owner", "sellers", "owner"),
        ("deals", "stage", "stages", "stage"),
        ("deals", "reached", "stages", "stage"),
        ("orders", "account_id", "accounts", "account_id"),
        ("orders", "product", "products", "product"),
        ("orders", "deal_id", "deals", "deal_id"),
        ("snapshots", "deal_id", "deals", "deal_id"),
        ("activities", "deal_id", "deals", "deal_id"),
        ("activities", "account_id", "accounts", "account_id"),
        ("activities", "owner", "sellers", "owner"),
        ("activities", "stage", "stages", "stage"),
        ("targets", "owner", "sellers", "owner"),
        ("measures", "objective_id", "objectives", "objective_id"),
        ("measures", "kpi", "kpis", "name"),
        ("objectives", "parent_id", "objectives", "objective_id"),
        ("objectives", "perspective", "perspectives", "perspective"),
        ("links", "from_objective", "objectives", "objective_id"),
        ("links", "to_objective", "objectives", "objective_id"),
        ("actuals", "measure_id", "measures", "measure_id"),
        ("initiatives", "measure_id", "measures", "measure_id"),
    ):
        assert set(frames[table][column].dropna()) <= set(frames[target][key]), (table, column)


def test_every_deal_won_has_an_order_of_its_amount(frames):
    deals, orders = frames["deals"], frames["orders"]
    won = deals[deals["status"] == "won"].set_index("deal_id")["amount"].astype(float)
    ordered = orders.dropna(subset=["deal_id"]).groupby("deal_id")["amount"].sum()
    pd.testing.assert_series_equal(won.sort_index(), ordered.sort_index(), check_names=False)


def test_closed_deals_say_how_far_they_came(frames):
    deals = frames["deals"]
    closed = deals[deals["status"].isin(["won", "lost"])]
    assert closed["reached"].notna().all()
    assert closed["closed_on"].notna().all()
    assert deals[deals["status"] == "open"]["closed_on"].isna().all()
    assert (closed["created"] <= closed["closed_on"]).all()


@pytest.mark.parametrize("source", ["deals won", "orders"])
def test_berg_is_regular_and_bianchi_is_not(frames, source):
    if source == "orders":
        table = monthly(frames["orders"], "date")
    else:
        deals = frames["deals"]
        table = monthly(deals[deals["status"] == "won"], "closed_on")
    varies = variation(table)
    assert varies.idxmin() == "Berg"
    assert varies.idxmax() == "Bianchi"
    assert table.sum().idxmax() == "Bianchi"
    assert (table.mean() / (1 + varies)).idxmax() == "Berg"


def test_silva_slips(frames):
    deals, pictures = frames["deals"], frames["snapshots"]
    pending = deals[deals["status"] == "open"]
    late = pending[pending["expected_close"] < AS_OF]
    counts = late["owner"].value_counts()
    assert counts.idxmax() == "Silva"
    assert counts["Silva"] >= 4
    ends = pictures["taken_on"].map(lambda day: day.day > 20) & (pictures["status"] == "open")
    open_ones = pictures[ends].sort_values(["deal_id", "taken_on"])
    days = pd.to_datetime(open_ones["expected_close"])
    moved = days.groupby(open_ones["deal_id"]).diff().dt.days
    mean = moved.groupby(open_ones["owner"]).mean()
    assert mean["Silva"] > 15
    assert mean.drop("Silva").max() < 8


def slip_rates(frames):
    """Say what part of the amount expected in a month was lost after the 20th, or moved on."""
    deals = {row["deal_id"]: row for row in frames["deals"].to_dict("records")}
    pictures = {}
    for row in frames["snapshots"].to_dict("records"):
        pictures.setdefault(row["taken_on"], {})[row["deal_id"]] = row
    expected, slipped = {}, {}
    for month in pd.period_range("2025-07", "2026-05", freq="M"):
        until_20th = month.start_time.date() + timedelta(days=19)
        last_day = month.end_time.date()
        known = pictures[max(day for day in pictures if day <= until_20th)]
        later = pictures[min(day for day in pictures if day > last_day)]
        for deal_id, row in known.items():
            close = row["expected_close"]
            if row["status"] != "open" or pd.Period(close, "M") != month:
                continue
            owner, closed = row["owner"], deals[deal_id]["closed_on"]
            lost = deals[deal_id]["status"] == "lost" and until_20th < closed <= last_day
            moved = deal_id in later and later[deal_id]["expected_close"] > last_day
            expected[owner] = expected.get(owner, 0.0) + row["amount"]
            slipped[owner] = slipped.get(owner, 0.0) + row["amount"] * (lost or moved)
    return {owner: slipped[owner] / expected[owner] for owner in expected}


def test_snapshots_alone_show_who_slips_late_in_the_month(frames):
    rates = slip_rates(frames)
    assert set(rates) == set(frames["sellers"]["owner"])
    assert max(rates, key=rates.get) == "Silva"
    assert 0.6 < rates["Silva"] < 0.85
    assert sum(rate < 0.35 for rate in rates.values()) >= 10
    assert rates["Berg"] == 0
    assert sum(rate < rates["Silva"] / 2 for rate in rates.values()) >= 10


def test_an_open_deal_of_silva_was_pushed_three_times(frames):
    pictures, deals = frames["snapshots"], frames["deals"]
    pending = deals[(deals["status"] == "open") & (deals["owner"] == "Silva")]
    pushes = {
        deal_id: sum(one < other for one, other in pairwise(rows["expected_close"]))
        for deal_id, rows in pictures.sort_values("taken_on").groupby("deal_id")
    }
    assert max(pushes.get(deal_id, 0) for deal_id in pending["deal_id"]) >= 3


def test_pictures_agree_with_the_deals(frames):
    deals = {row["deal_id"]: row for row in frames["deals"].to_dict("records")}
    days = sorted(set(frames["snapshots"]["taken_on"]))
    assert len(days) == 23
    assert {day.day for day in days} == {15, 28, 30, 31}
    pictured = {day: set() for day in days}
    for row in frames["snapshots"].to_dict("records"):
        deal, day = deals[row["deal_id"]], row["taken_on"]
        pictured[day].add(row["deal_id"])
        closed = isinstance(deal["closed_on"], date) and deal["closed_on"] <= day
        assert deal["created"] <= day
        assert row["owner"] == deal["owner"]
        assert row["status"] == deal["status"] if closed else row["status"] in ("open", "on hold")
        if closed:
            assert row["amount"] == deal["amount"]
            assert row["expected_close"] == deal["expected_close"]
    for day in days:
        for deal in deals.values():
            over = isinstance(deal["closed_on"], date) and deal["closed_on"] <= day
            if deal["created"] <= day and not over:
                assert deal["deal_id"] in pictured[day]


def test_some_open_deals_are_expected_before_the_month_ends(frames):
    deals = frames["deals"]
    pending = deals[deals["status"] == "open"]
    close = pending["expected_close"]
    due = pending[(close > AS_OF) & (close <= date(2026, 6, 30))]
    assert 8 <= len(due) <= 15
    assert due["owner"].value_counts().idxmax() == "Silva"
    assert (pending["expected_close"] > date(2026, 6, 30)).sum() > 60


def followed(frames):
    """Give each deal with the days of its activities, in their order."""
    days = frames["activities"].dropna(subset=["deal_id"]).groupby("deal_id")["date"].apply(sorted)
    return [(row, days.get(row["deal_id"], [])) for row in frames["deals"].to_dict("records")]


def test_a_third_of_lost_deals_were_left_alone_and_no_won_ones(frames):
    alone = {"lost": [], "won": []}
    for deal, days in followed(frames):
        assert all(deal["created"] <= day for day in days)
        if deal["status"] in alone:
            assert days[-1] <= deal["closed_on"]
            steps = pairwise([deal["created"], *days, deal["closed_on"]])
            gap = max((later - day).days for day, later in steps)
            alone[deal["status"]].append((deal["owner"], gap > 30))
    assert not any(left for _, left in alone["won"])
    assert sum(left for _, left in alone["lost"]) / len(alone["lost"]) == pytest.approx(
        0.32, abs=0.01
    )
    shares = pd.DataFrame(alone["lost"]).groupby(0)[1].mean()
    assert shares.idxmin() == "Berg"
    assert shares.idxmax() == "Silva"


def test_some_open_deals_are_followed_by_nobody(frames):
    unattended = [
        deal["owner"]
        for deal, days in followed(frames)
        if deal["status"] == "open"
        and not isinstance(deal["next_action"], str)
        and (AS_OF - max(days, default=deal["created"])).days > 21
    ]
    assert 8 <= len(unattended) <= 16
    assert unattended.count("Silva") >= 3
    assert "Berg" not in unattended


def test_office_work_takes_42_percent_of_the_minutes(frames):
    done = frames["activities"]
    office = done[done["kind"] == "admin"]
    assert office["minutes"].sum() / done["minutes"].sum() == pytest.approx(0.42, abs=0.003)
    shares = office.groupby("owner")["minutes"].sum() / done.groupby("owner")["minutes"].sum()
    assert shares.idxmin() == "Berg"
    assert shares.idxmax() == "Silva"
    assert office[["account_id", "deal_id", "stage"]].isna().all(axis=None)
    assert set(done["kind"]) == {"call", "visit", "mail", "quote", "reminder", "admin"}


def test_sales_come_near_the_goals_and_this_year_lags(frames):
    goals = frames["targets"][frames["targets"]["metric"] == "revenue"]
    company = goals[goals["owner"].isna()].set_index("period")["target"]
    months = pd.PeriodIndex(pd.to_datetime(frames["orders"]["date"]), freq="M").astype(str)
    sold = frames["orders"].groupby(months)["amount"].sum()
    attained = (sold / company).loc["2024-01":"2026-05"]
    assert len(attained) == 29
    assert attained.between(0.75, 1.25).all()
    so_far = company.loc["2026-01":"2026-05"].sum() + company["2026-06"] * 17 / 30
    assert 0.92 < sold.loc["2026-01":"2026-06"].sum() / so_far < 0.97


def test_goals_of_sellers_add_up_to_those_of_the_company(frames):
    goals = frames["targets"][frames["targets"]["metric"] == "revenue"]
    company = goals[goals["owner"].isna()].set_index("period")["target"]
    parts = goals.dropna(subset=["owner"]).groupby("period")["target"].sum()
    assert list(company.index) == [
        str(month) for month in pd.period_range("2024-01", "2026-12", freq="M")
    ]
    assert parts.to_dict() == company.loc["2026-01":].to_dict()
    weights = frames["seasonality"]["weight"]
    assert weights.sum() == pytest.approx(100)
    for year in ("2024", "2025", "2026"):
        month = company[company.index.str.startswith(year)]
        assert (month / month.sum()).to_list() == pytest.approx((weights / 100).to_list())


def test_goals_of_deals_won_are_a_part_of_those_of_revenue(frames):
    goals = frames["targets"].set_index(["metric", "period"])
    whole = goals[goals["owner"].isna()]["target"]
    parts = goals.dropna(subset=["owner"])["target"].groupby(level=[0, 1]).sum()
    assert parts["won_amount"].to_dict() == whole["won_amount"].to_dict()
    assert whole["won_amount"].sum() == 4_200_000
    assert (whole["won_amount"] < whole["revenue"].loc["2026-01":]).all()


def test_gold_carries_the_company_and_bronze_loses(frames):
    segment = frames["accounts"].set_index("account_id")["segment"]
    sales = frames["orders"].groupby(frames["orders"]["account_id"].map(segment))["amount"].sum()
    assert sales["Gold"] / sales.sum() > 0.6
    closed = frames["deals"][frames["deals"]["status"].isin(["won", "lost"])]
    won = (closed["status"] == "won").groupby(closed["account_id"].map(segment)).mean()
    assert won["Gold"] > 0.5 > won["Silver"] > 0.2 > won["Bronze"]


def test_two_gold_accounts_have_stopped_ordering(frames):
    accounts, orders = frames["accounts"], frames["orders"]
    known = accounts["created"] < date(2024, 1, 1)
    gold = accounts[(accounts["segment"] == "Gold") & known]["account_id"]
    newest = orders.groupby("account_id")["date"].max().loc[list(gold)]
    assert (newest < date(2025, 11, 1)).sum() == 2
    assert (newest > date(2026, 3, 1)).sum() == 18
    oldest = orders.groupby("account_id")["date"].min().loc[list(gold)]
    assert (oldest < date(2024, 5, 1)).all()


def test_managers_have_overridden_five_deals_with_reasons(frames):
    called = frames["deals"][frames["deals"]["override"].notna()]
    assert len(called) == 5
    assert called[["override_by", "override_on", "override_why"]].notna().all(axis=None)
    assert set(called["status"]) == {"open"}
    assert set(called["override_by"]) <= set(frames["sellers"]["manager"])


def test_one_open_deal_has_no_amount(frames):
    assert frames["deals"]["amount"].isna().sum() == 1


def test_the_model_reads_every_cell_of_it():
    tables = {}
    for name, table in sample_tables().items():
        rows = [tuple(float((cell - date(1899, 12, 30)).days) if isinstance(cell, date) else
                      float(cell) if isinstance(cell, int) else cell for cell in row)
                for row in table.rows]  # fmt: skip
        tables[name] = table_of(name, Range([table.headers, *rows], Origin(name)))
    model = model_of(tables.values())
    assert model.as_of == AS_OF
    for name in sample_tables():
        if name not in ("settings", "aliases"):
            columns = model.columns(name, list(model.table(name).kind.names))
            assert not columns.problems, name


def test_the_sample_is_the_same_every_time():
    first = sample_tables()
    sample_tables.cache_clear()
    assert sample_tables() == first
