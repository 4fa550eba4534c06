"""The sample's customers tell the story that its docstring promises; all is counted here."""

from datetime import date, timedelta
from itertools import pairwise, product
from math import asin, cos, radians, sin, sqrt

import pandas as pd
import pytest

from xlcrm.workbook.sample import AS_OF, sample_tables

YEARS = {
    "2025": (date(2025, 1, 1), date(2025, 12, 31)),
    "last 12 months": (date(2025, 7, 1), date(2026, 6, 30)),
}
SEGMENTS = ["Bronze", "Gold", "Silver"]


@pytest.fixture(scope="module")
def frames():
    tables = {
        name: pd.DataFrame(list(table.rows), columns=list(table.headers))
        for name, table in sample_tables().items()
    }
    accounts = tables["accounts"].set_index("account_id")
    for name in ("orders", "deals", "activities", "surveys", "timesheets"):
        rows = tables[name]
        for column in ("segment", "region"):
            rows[column] = rows["account_id"].map(accounts[column])
    rates = tables["activities"]["owner"].map(tables["sellers"].set_index("owner")["hourly_cost"])
    tables["activities"]["time_cost"] = tables["activities"]["minutes"] / 60 * rates
    tables["orders"]["margin"] = tables["orders"]["amount"] - tables["orders"]["cost"]
    return tables


@pytest.fixture(scope="module")
def first(frames):
    return frames["orders"].groupby("account_id")["date"].min()


@pytest.fixture(scope="module")
def days(frames):
    """The days on which each customer ordered, in their order."""
    return frames["orders"].groupby("account_id")["date"].agg(lambda rows: sorted(set(rows)))


def between(rows, column, span):
    return rows[(rows[column] >= span[0]) & (rows[column] <= span[1])]


def test_the_new_tables_are_modest(frames):
    counts = {name: len(frames[name]) for name in
              ("regions", "cities", "spend", "timesheets", "surveys", "segment_rules")}  # fmt: skip
    assert counts == {
        "regions": 3,
        "cities": 30,
        "spend": 216,
        "timesheets": 330,
        "surveys": 300,
        "segment_rules": 12,
    }
    assert len(frames["orders"]) < 1_600


def test_what_customers_cost_and_say_lies_in_the_past_and_leads_somewhere(frames):
    for table, column in (("spend", "date"), ("timesheets", "date"), ("surveys", "date"),
                          ("accounts", "created")):  # fmt: skip
        assert frames[table][column].max() <= AS_OF, table
    accounts, customers = set(frames["accounts"]["account_id"]), set(frames["orders"]["account_id"])
    assert set(frames["timesheets"]["account_id"]) == customers
    assert set(frames["surveys"]["account_id"]) <= customers
    assert customers < accounts
    assert set(frames["spend"]["segment"].dropna()) == set(SEGMENTS)
    assert set(frames["accounts"]["region"]) == set(frames["regions"]["region"])
    assert set(frames["accounts"]["city"]) <= set(frames["cities"]["city"])
    assert frames["cities"]["city"].is_unique


def test_nobody_answers_or_is_served_before_the_first_order(frames, first):
    for table in ("surveys", "timesheets"):
        rows = frames[table]
        assert (rows["date"] >= rows["account_id"].map(first)).all(), table


def test_every_segment_wins_customers_in_every_year(frames, first):
    segment = frames["accounts"].set_index("account_id")["segment"]
    for name, (start, end) in YEARS.items():
        new = first[(first >= start) & (first <= end)]
        assert sorted(new.index.map(segment).unique()) == SEGMENTS, name
        assert (new.index.map(segment) == "Gold").sum() == 3
    quarters = pd.PeriodIndex(pd.to_datetime(first), freq="Q").astype(str)
    seen = {str(quarter) for quarter in pd.period_range("2024Q1", "2026Q2", freq="Q")}
    assert set(quarters) == seen


def test_newcomers_are_known_before_they_buy_and_their_first_order_is_a_deal(frames, first):
    accounts = frames["accounts"].set_index("account_id")
    entered = accounts[accounts["created"] >= date(2024, 1, 1)]
    assert entered["segment"].value_counts().to_dict() == {"Gold": 4, "Silver": 4, "Bronze": 2}
    assert (entered["created"] < first[entered.index]).all()
    for account in entered.index:
        orders = frames["orders"][frames["orders"]["account_id"] == account]
        assert orders[orders["date"] == first[account]]["deal_id"].notna().all()


def acquisition(frames, first, span, lag):
    """Margin by customer and cost by new customer, counted by hand; the rest by created deals."""
    earlier = tuple(day - timedelta(days=lag) for day in span)
    sold = between(frames["orders"], "date", span)
    margin = (
        sold.groupby("segment")["margin"].sum() / sold.groupby("segment")["account_id"].nunique()
    )
    spent = between(frames["spend"], "date", earlier)
    spent = spent[spent["category"] == "Marketing"]
    created = between(frames["deals"], "created", earlier)["segment"].value_counts()
    shared = spent[spent["segment"].isna()]["amount"].sum() * created / created.sum()
    marketing = spent.groupby("segment")["amount"].sum() + shared
    worked = between(frames["activities"], "date", earlier)
    bought = worked["account_id"].map(first).fillna(date(2100, 1, 1))
    time = worked[worked["date"] < bought].groupby("segment")["time_cost"].sum()
    new = first[(first >= span[0]) & (first <= span[1])]
    count = new.index.map(frames["accounts"].set_index("account_id")["segment"]).value_counts()
    return margin, (marketing + time) / count


@pytest.mark.parametrize("lag", [0, 61, 92, 122])
@pytest.mark.parametrize("name", YEARS)
def test_gold_earns_most_and_silver_does_after_what_winning_one_costs(frames, first, name, lag):
    margin, cost = acquisition(frames, first, YEARS[name], lag)
    assert margin["Gold"] > 2 * margin["Silver"] > 2 * margin["Bronze"]
    net = margin - cost
    assert cost["Gold"] > 5 * cost["Silver"]
    assert net.idxmax() == "Silver"
    assert net["Gold"] > 0


def test_the_first_deals_of_customers_took_three_months(frames):
    won = frames["deals"][frames["deals"]["status"] == "won"].sort_values("closed_on")
    firsts = won.groupby("account_id").first()
    took = [(end - start).days for start, end in firsts[["created", "closed_on"]].to_numpy()]
    assert 80 <= pd.Series(took).median() <= 100


def waiting(bought):
    gaps = pd.Series([(later - day).days for day, later in pairwise(bought)], dtype=float)
    return max(180.0, 2 * gaps.median()) if len(gaps) else 180.0


def test_two_gold_and_several_other_customers_are_asleep(frames, days):
    segment = frames["accounts"].set_index("account_id")["segment"]
    asleep = [one for one, bought in days.items() if (AS_OF - bought[-1]).days > waiting(bought)]
    counts = pd.Series(asleep).map(segment).value_counts()
    assert counts.to_dict() == {"Bronze": 6, "Silver": 5, "Gold": 2}


def test_some_left_in_the_last_twelve_months_and_of_some_nobody_knows(days):
    start = date(2025, 7, 1)
    before = {
        one: [day for day in bought if day < start]
        for one, bought in days.items()
        if bought[0] < start
    }
    were = [
        one for one, bought in before.items()
        if bought[-1] + timedelta(days=waiting(bought)) >= start - timedelta(days=1)
    ]  # fmt: skip
    lost = [one for one in were if (AS_OF - days[one][-1]).days > waiting(days[one])]
    silent = [one for one in were if one not in lost and days[one][-1] < start]
    assert 50 <= len(were) <= 60
    assert 5 <= len(lost) <= 8
    assert len(silent) == 3


def test_customers_stay_for_different_lengths(days):
    stayed = {(bought[-1] - bought[0]).days for bought in days if bought[-1] < date(2025, 11, 1)}
    assert len(stayed) >= 10
    assert min(stayed) < 90
    assert max(stayed) > 500


def test_there_are_customers_enough_to_be_ranked_and_they_order_at_different_paces(days):
    assert len(days) == 78
    orders = days.map(len)
    assert orders.nunique() > 20
    assert (orders == 1).sum() >= 2
    assert orders.quantile(0.2) <= 3 < 18 <= orders.quantile(0.8)


def having(frames):
    return frames["orders"].groupby("account_id")["product"].agg(set)


@pytest.mark.parametrize(
    ("has", "sells", "least_lift"),
    [
        ("Controller L", "Gateway", 1.35),
        ("Site licence", "Service plan", 1.9),
        ("Energy Insight", "Service plan", 1.9),
    ],
)
def test_some_products_are_bought_by_the_same_customers(frames, has, sells, least_lift):
    bought = having(frames)
    with_first = bought[bought.map(lambda some: has in some)]
    both = with_first.map(lambda some: sells in some)
    lift = both.mean() / bought.map(lambda some: sells in some).mean()
    assert lift > least_lift
    assert 0.65 < both.mean() < 0.9
    assert (~both).sum() >= 3


def test_customers_have_few_products_or_many(frames):
    sizes = having(frames).map(len)
    assert sizes.min() <= 3
    assert sizes.max() == 7
    assert sizes.nunique() >= 5


def test_an_order_holds_each_product_once(frames):
    lines = frames["orders"].groupby(["order_id", "product"])["amount"]
    assert lines.size().max() == 1


def test_the_south_is_neglected_and_the_north_worked_well(frames):
    regions = frames["regions"].set_index("region")
    sold = between(frames["orders"], "date", YEARS["last 12 months"])
    share = sold.groupby("region")["amount"].sum() / sold["amount"].sum()
    index = 100 * share / (regions["potential"] / regions["potential"].sum())
    assert index["South"] < 75
    assert 100 < index["Central"] < 120
    assert index["North"] > 130
    visits = frames["activities"][frames["activities"]["kind"] == "visit"]
    visits = between(visits, "date", YEARS["last 12 months"])["region"].value_counts()
    by_account = visits / frames["accounts"]["region"].value_counts()
    assert by_account["North"] > by_account["Central"] > by_account["South"]
    assert by_account["North"] > 1.4 * by_account["South"]


def test_the_south_has_too_few_resellers(frames):
    regions = frames["regions"].set_index("region")
    wanted = regions["resellers"].sum() * regions["potential"] / regions["potential"].sum()
    gap = wanted - regions["resellers"]
    assert gap["South"] > 5
    assert gap["North"] < -4
    accounts = frames["accounts"]
    resell = accounts[accounts["type"].isin(["Distributor", "Installer"])]
    assert set(accounts["type"]) == {"End customer", "Distributor", "Installer"}
    assert resell["region"].value_counts().to_dict() == regions["resellers"].to_dict()
    assert resell["account_id"].isin(frames["orders"]["account_id"]).sum() >= 10


def kilometres(one, other):
    lat, lon, lat_2, lon_2 = map(radians, (*one, *other))
    half = sin((lat_2 - lat) / 2) ** 2 + cos(lat) * cos(lat_2) * sin((lon_2 - lon) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [("Hamburg", "Kiel", 86), ("Dresden", "Prague", 118), ("Milan", "Turin", 126),
     ("Hamburg", "Milan", 900)],
)  # fmt: skip
def test_cities_lie_where_they_do(frames, one, other, far):
    places = frames["cities"].set_index("city")[["lat", "lon"]]
    assert kilometres(places.loc[one], places.loc[other]) == pytest.approx(far, rel=0.03)


def test_accounts_are_in_their_cities_and_some_have_no_place_of_their_own(frames):
    accounts = frames["accounts"].merge(frames["cities"], on="city", suffixes=("", "_of_city"))
    assert len(accounts) == 130
    known = accounts.dropna(subset=["lat", "lon"])
    assert len(accounts) - len(known) == 21
    for row in known.itertuples():
        assert kilometres((row.lat, row.lon), (row.lat_of_city, row.lon_of_city)) < 9
    country = accounts.groupby("region")["country"].agg(set)
    assert country["North"] == {"Germany"}
    assert country["Central"] == {"Germany", "Czechia"}
    assert country["South"] == {"Italy", "Switzerland", "Austria"}


def test_most_prospects_live_beside_a_customer(frames):
    accounts = frames["accounts"]
    buys = accounts["account_id"].isin(frames["orders"]["account_id"])
    beside = accounts[~buys]["city"].isin(accounts[buys]["city"])
    assert len(beside) == 52
    assert beside.mean() > 0.7


def test_discounts_stay_within_a_tenth_but_for_silva(frames):
    orders = frames["orders"]
    assert orders[["list_price", "quantity"]].notna().all(axis=None)
    listed = orders["list_price"] * orders["quantity"]
    given = (listed - orders["amount"]) / listed
    assert given.between(-1e-9, 0.25).all()
    beyond = given > 0.1 + 1e-3
    others = beyond[orders["owner"] != "Silva"]
    assert 0.01 < others.mean() < 0.03
    leaked = (listed * (given - 0.1)).where(beyond, 0.0).groupby(orders["owner"]).sum()
    assert leaked.idxmax() == "Silva"
    assert leaked["Silva"] > 0.75 * leaked.sum()
    paid = orders.groupby("owner")["amount"].sum() / listed.groupby(orders["owner"]).sum()
    assert paid.idxmin() == "Silva"
    assert paid["Silva"] < 0.88
    assert paid.drop("Silva").min() > 0.95


def test_hardware_is_dearer_than_elsewhere_and_software_cheaper(frames):
    products = frames["products"].assign(
        dearer=lambda rows: rows["list_price"] > rows["market_price"]
    )
    assert products.groupby("category")["dearer"].mean().to_dict() == {
        "Hardware": 1.0,
        "Services": 0.5,
        "Software": 0.0,
    }


@pytest.mark.parametrize("name", [*YEARS, "all"])
def test_a_few_customers_cost_more_than_they_bring(frames, name):
    span = YEARS.get(name, (date(2023, 1, 1), AS_OF))
    sold, done, served = (
        between(frames[table], "date", span) for table in ("orders", "activities", "timesheets")
    )
    profit = sold.groupby("account_id")["margin"].sum()
    contact = done["time_cost"] + done["cost"].fillna(0)
    for cost in (contact, served["spent_hours"] * served["cost_rate"]):
        accounts = done["account_id"] if cost is contact else served["account_id"]
        profit = profit.sub(cost.groupby(accounts).sum().reindex(profit.index), fill_value=0)
    curve = profit.sort_values(ascending=False).cumsum() / profit.sum()
    assert 1.02 < curve.max() < 1.25
    assert 4 <= (profit < 0).sum() <= 12
    if name == "all":
        losing = profit[profit < 0]
        assert len(losing) == 6
        segment = frames["accounts"].set_index("account_id")["segment"]
        assert losing.index.map(segment).value_counts().to_dict() == {"Bronze": 3, "Silver": 3}


def test_hours_are_spent_planned_and_invoiced_as_they_should(frames):
    hours = frames["timesheets"]
    assert (hours["billable_hours"] <= hours["spent_hours"]).all()
    assert (hours["invoiced_hours"] <= hours["billable_hours"]).all()
    assert (hours["planned_hours"] > 0).all()
    spent = hours.groupby("account_id")["spent_hours"].sum()
    planned = hours.groupby("account_id")["planned_hours"].sum()
    assert (spent / planned > 1.6).sum() == 6


def test_bronze_speaks_of_the_price_and_gold_of_service(frames):
    answers = frames["surveys"]
    named = pd.crosstab(answers["segment"], answers["driver"], normalize="index")
    assert named.idxmax(axis=1).to_dict() == {
        "Bronze": "Price",
        "Gold": "Service",
        "Silver": "Quality",
    }
    assert answers.groupby(["segment", "driver"]).size().min() >= 5
    score = answers.pivot_table("score", "segment", "driver")
    assert score.loc["Bronze"].idxmin() == "Price"
    assert score.loc["Gold"].idxmax() == "Service"
    assert answers["score"].between(0, 10).all()
    assert (answers["score"] % 1 == 0).all()
    promoters, detractors = (answers["score"] >= 9).mean(), (answers["score"] <= 6).mean()
    assert 25 < 100 * (promoters - detractors) < 37


def test_silva_waits_for_requests_and_bronze_comes_by_itself(frames):
    deals = frames["deals"].assign(inbound=frames["deals"]["source"] == "Inbound")
    assert 0.1 < deals["inbound"].mean() < 0.2
    waits = deals.groupby("owner")["inbound"].mean()
    assert waits.idxmax() == "Silva"
    assert waits["Silva"] > 2 * waits.drop("Silva").max()
    others = deals[~deals["owner"].isin(["Silva", "Berg"])]
    shares = others.groupby("segment")["inbound"].mean()
    assert shares["Bronze"] > shares["Gold"]


def test_every_combination_of_scores_has_a_segment(frames):
    rules = frames["segment_rules"]
    for scores in product(range(1, 6), repeat=3):
        held = pd.Series(True, index=rules.index)
        for name, score in zip("rfm", scores, strict=True):
            held &= (rules[f"{name}_from"] <= score) & (score <= rules[f"{name}_to"])
        assert held.any(), scores
    assert {"Champions", "Lost", "Can't Lose Them"} <= set(rules["segment"])


def test_most_marketing_goes_to_gold_and_some_to_no_segment(frames):
    spent = frames["spend"]
    assert set(spent["category"]) == {"Marketing", "Sales"}
    parts = spent.groupby(spent["segment"].fillna("none"))["amount"].sum()
    assert parts["Gold"] > 0.5 * parts.sum()
    assert 0.1 < parts["none"] / parts.sum() < 0.25
    months = set(spent["date"])
    assert {day.day for day in months} == {1}
    assert len(months) == 36
    assert min(months) == date(2023, 7, 1)
