"""The sample company tells the story that its docstring promises."""

from datetime import date

import pandas as pd
import pytest

from xlcrm.cells import Origin, Range
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
    assert len(frames["accounts"]) == 120
    assert 570 <= len(frames["deals"]) <= 630
    assert 1_300 <= len(frames["orders"]) <= 1_700
    assert set(frames["deals"]["status"]) == {"won", "lost", "open", "on hold"}
    assert date(2026, 6, 30) == AS_OF


def test_nothing_has_happened_after_the_day_it_is_seen_from(frames):
    for table, column in (
        ("deals", "created"),
        ("deals", "closed_on"),
        ("deals", "last_update"),
        ("deals", "override_on"),
        ("orders", "date"),
        ("snapshots", "taken_on"),
    ):
        days = frames[table][column].dropna()
        assert len(days)
        assert max(days) <= AS_OF, (table, column)


def test_keys_are_unique_and_lead_somewhere(frames):
    for table, key in (("deals", "deal_id"), ("accounts", "account_id"), ("sellers", "owner")):
        assert frames[table][key].is_unique
    assert frames["accounts"]["name"].is_unique
    for table, column, target, key in (
        ("deals", "account_id", "accounts", "account_id"),
        ("deals", "owner", "sellers", "owner"),
        ("deals", "stage", "stages", "stage"),
        ("deals", "reached", "stages", "stage"),
        ("orders", "account_id", "accounts", "account_id"),
        ("orders", "product", "products", "product"),
        ("orders", "deal_id", "deals", "deal_id"),
        ("snapshots", "deal_id", "deals", "deal_id"),
        ("measures", "objective_id", "objectives", "objective_id"),
        ("objectives", "parent_id", "objectives", "objective_id"),
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
    open_ones = pictures[pictures["status"] == "open"].sort_values(["deal_id", "taken_on"])
    days = pd.to_datetime(open_ones["expected_close"])
    moved = days.groupby(open_ones["deal_id"]).diff().dt.days
    mean = moved.groupby(open_ones["owner"]).mean()
    assert mean["Silva"] > 20
    assert mean.drop("Silva").max() < 12


def test_gold_carries_the_company_and_bronze_loses(frames):
    segment = frames["accounts"].set_index("account_id")["segment"]
    sales = frames["orders"].groupby(frames["orders"]["account_id"].map(segment))["amount"].sum()
    assert sales["Gold"] / sales.sum() > 0.6
    closed = frames["deals"][frames["deals"]["status"].isin(["won", "lost"])]
    won = (closed["status"] == "won").groupby(closed["account_id"].map(segment)).mean()
    assert won["Gold"] > 0.5 > won["Silver"] > 0.2 > won["Bronze"]


def test_managers_have_overridden_five_deals_with_reasons(frames):
    called = frames["deals"][frames["deals"]["override"].notna()]
    assert len(called) == 5
    assert called[["override_by", "override_on", "override_why"]].notna().all(axis=None)
    assert set(called["status"]) == {"open"}
    assert set(called["override_by"]) <= set(frames["sellers"]["manager"])


def test_one_open_deal_has_no_amount(frames):
    assert frames["deals"]["amount"].isna().sum() == 1


def test_the_measures_show_every_case(frames):
    measures = frames["measures"]
    assert len(measures) == 14
    assert measures["actual"].isna().sum() == 1
    assert (measures["target"] < measures["red"]).sum() == 4
    assert measures["band_low"].notna().sum() == 1
    assert set(frames["objectives"]["perspective"]) == {
        "Finance",
        "Customers",
        "Processes",
        "Learning and growth",
    }


def test_measures_of_the_past_year_agree_with_the_data(frames):
    orders = frames["orders"]
    year = orders[orders["date"] > date(2025, 6, 30)]
    actual = frames["measures"].set_index("measure")["actual"]
    assert actual["Revenue, last 12 months"] == pytest.approx(year["amount"].sum(), abs=500)
    margin = 100 * (1 - year["cost"].sum() / year["amount"].sum())
    assert actual["Gross margin"] == pytest.approx(margin, abs=0.05)


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
