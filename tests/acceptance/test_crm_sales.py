"""A real company's pipeline: 8,800 deals of Maven Analytics' CRM Sales Opportunities.

Figures computed by others stand in ../shared/data/expected.json, some of them rounded; those are
compared as rounded, and again in full with pandas, which reads the files by itself here.
"""

import csv
import datetime as dt
import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from given import range_of

from xlcrm.analytics.customers.key_accounts import key_accounts
from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.segments.segments import segments
from xlcrm.errors import NotAvailable
from xlcrm.model.model import model_of
from xlcrm.model.relations import mismatches
from xlcrm.model.table import table_of

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (DATA / "crm_sales" / "sales_pipeline.csv").exists(),
    reason=f"the real data are no part of the project, and not in {DATA}",
)
EXACT = {"rel": 0, "abs": 1e-9}
DATES = ("engage_date", "close_date")
NUMBERS = ("close_value", "sales_price", "employees")
FILES = {
    "deals": "sales_pipeline",
    "products": "products",
    "sellers": "sales_teams",
    "accounts": "accounts",
}
NAMES = {
    "opportunity_id": "Deal id", "sales_agent": "Owner", "account": "Account id",
    "deal_stage": "Stage", "engage_date": "Created", "close_date": "Closed on",
    "close_value": "Amount", "manager": "Manager", "regional_office": "Region",
    "sales_price": "List price", "sector": "Industry", "employees": "Size",
    "product": "Product", "series": "Category",
}  # fmt: skip
LIST_PRICE = {"name": ["missing_amount"], "value": ["list price"]}
ALIAS = {"column": ["product"], "found": ["GTXPro"], "means": ["GTX Pro"]}
STAGES = {
    "stage": ["Prospecting", "Engaging"],
    "order": [1.0, 2.0],
    "probability": [0.25, 0.5],
}


def cell(header, text):
    if text and header in DATES:
        return dt.date.fromisoformat(text)
    return (float(text) if header in NUMBERS else text) if text else None


def table(kind):
    """A file as a range: its own cells under headers that the model knows."""
    path = DATA / "crm_sales" / f"{FILES[kind]}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = {
        NAMES[name]: [cell(name, row[place]) for row in rows]
        for place, name in enumerate(header)
        if name in NAMES
    }
    if kind == "deals":
        columns["Expected close"] = [None] * len(rows)
    return table_of(kind, range_of(columns, kind))


@cache
def tables():
    return tuple(table(kind) for kind in FILES)


@cache
def model(*, alias=True, list_price=False):
    more = {"stages": STAGES} | ({"aliases": ALIAS} if alias else {})
    more |= {"settings": LIST_PRICE} if list_price else {}
    return model_of(
        [*tables(), *(table_of(k, range_of(columns, k)) for k, columns in more.items())]
    )


@cache
def expected():
    return json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["crm_sales"]


@cache
def frame():
    """The files joined by pandas, without a line of the product."""
    files = {kind: pd.read_csv(DATA / "crm_sales" / f"{name}.csv") for kind, name in FILES.items()}
    deals = files["deals"].replace({"product": {"GTXPro": "GTX Pro"}})
    deals = deals.merge(files["sellers"], on="sales_agent", how="left")
    deals = deals.merge(files["accounts"], on="account", how="left")
    return deals.merge(files["products"], on="product", how="left")


def closed():
    return frame()[frame()["deal_stage"].isin(["Won", "Lost"])]


def won():
    return frame()[frame()["deal_stage"] == "Won"]


def by(kpi, column, **asked):
    answer = kpi_table(model(), kpi, column, **asked)
    return dict(zip(answer.iloc[:, 0], answer["value"], strict=True))


def known(groups):
    return {name: value for name, value in groups.items() if name != "(blank)"}


def test_the_figures_of_the_whole_company():
    days = (pd.to_datetime(won()["close_date"]) - pd.to_datetime(won()["engage_date"])).dt.days
    figures = {
        "won_deals": (4238, len(won())),
        "lost_deals": (2473, int((closed()["deal_stage"] == "Lost").sum())),
        "open_deals": (expected()["open_deals"], len(frame()) - len(closed())),
        "opportunities_created": (expected()["rows"], len(frame())),
        "won_amount": (10_005_534, won()["close_value"].sum()),
        "win_rate": (0.6315005, len(won()) / len(closed())),
        "average_deal": (2360.9094, won()["close_value"].mean()),
        "cycle_days": (51.782, days.mean()),
    }
    for kpi, (published, computed) in figures.items():
        found = kpi_value(model(), kpi)
        assert found == pytest.approx(computed, **EXACT), kpi
        digits = len(repr(published).partition(".")[2]) if isinstance(published, float) else 0
        assert round(found, digits) == published or abs(found - published) < 1e-7, kpi


@pytest.mark.parametrize(
    ("column", "key", "own", "groups"),
    [
        ("owner", "by_sales_agent", "sales_agent", 30),
        ("manager", "by_manager", "manager", 6),
        ("sellers.region", "by_regional_office", "regional_office", 3),
        ("product", "by_product_n", "product", 7),
        ("industry", "by_sector", "sector", 10),
    ],
)
def test_won_and_closed_deals_by_group(column, key, own, groups):
    published = expected()[key]
    grouped = closed().groupby(own)["deal_stage"]
    rates = grouped.apply(lambda stage: (stage == "Won").mean()).to_dict()
    assert len(published) == len(rates) == groups
    found = known(by("win_rate", column))
    assert found == pytest.approx(rates, **EXACT)
    assert {name: round(value, 6) for name, value in found.items()} == {
        name: rate for name, (_, _, rate, _) in published.items()
    }
    counted = kpi_table(model(), "win_rate", column)
    assert known(dict(zip(counted.iloc[:, 0], counted["n"], strict=True))) == {
        name: n for name, (_, n, _, _) in published.items()
    }
    for kpi, place in (("won_deals", 0), ("won_amount", 3)):
        assert known(by(kpi, column)) == {name: row[place] for name, row in published.items()}


def test_won_deals_by_month_of_closing():
    assert by("won_amount", "month") == expected()["won_revenue_by_close_month"]
    assert by("won_deals", "month") == expected()["won_count_by_close_month"]


def test_a_period_and_a_condition_are_the_same_rows_as_a_group():
    assert kpi_value(model(), "won_amount", period="2017-06") == 1_338_466
    assert kpi_value(model(), "won_deals", "manager=Cara Losch") == 480
    assert kpi_value(model(), "win_rate", "industry=retail; sellers.region=West") == pytest.approx(
        (closed().query("sector == 'retail' and regional_office == 'West'")["deal_stage"] == "Won")
        .mean(), **EXACT
    )  # fmt: skip


def test_gtxpro_does_not_join_silently():
    plain = model(alias=False)
    found = kpi_table(plain, "won_deals", "category").set_index("category")["value"]
    missed = frame()["product"].eq("GTX Pro") & frame()["deal_stage"].eq("Won")
    assert found["(not in products)"] == missed.sum() == expected()["by_product_n"]["GTX Pro"][0]
    (mismatch,) = [m for m in mismatches(plain, "deals") if m.column == "product"]
    assert (mismatch.value, mismatch.near, mismatch.target) == ("GTXPro", "GTX Pro", "products")
    assert mismatch.rows == frame()["product"].eq("GTX Pro").sum()
    told = explain_kpi(plain, "won_deals")
    assert any("'GTXPro'" in str(text) and "Aliases" in str(text) for text in told["value"])


def test_an_alias_joins_gtxpro():
    assert not [m for m in mismatches(model(), "deals") if m.column == "product"]
    computed = won().groupby("series")["close_value"].sum().to_dict()
    assert by("won_amount", "category") == computed
    assert kpi_value(model(), "won_deals", "product=GTXPro") == 729


def test_deals_without_an_account_are_a_group_of_their_own():
    blank = by("opportunities_created", "industry")["(blank)"]
    assert blank == expected()["null_account_rows"]


def test_expected_revenue_says_how_many_deals_lack_an_amount_and_what_to_do():
    with pytest.raises(NotAvailable) as caught:
        kpi_value(model(), "expected_revenue")
    assert "2,089 open deals have no amount" in caught.value.message
    assert "set missing_amount to list price" in caught.value.message


def test_list_prices_stand_in_for_missing_amounts():
    priced = model(list_price=True)
    pending = frame()[~frame()["deal_stage"].isin(["Won", "Lost"])]
    chance = pending["deal_stage"].map({"Prospecting": 0.25, "Engaging": 0.5})
    worth = (pending["sales_price"] * chance).sum()
    assert kpi_value(priced, "open_amount") == expected()["open_list_value"]
    assert kpi_value(priced, "expected_revenue", method="configured") == pytest.approx(
        worth, **EXACT
    )
    answer = kpi_table(priced, "open_amount", "sellers.region", "stage=Engaging")
    assert (
        dict(zip(answer.iloc[:, 0], answer["value"], strict=True))
        == (expected()["engaging_open_by_region_list_value"])
    )


def test_without_the_alias_open_deals_of_gtxpro_have_no_list_price():
    plain = model(alias=False, list_price=True)
    pending = frame()[~frame()["deal_stage"].isin(["Won", "Lost"])]
    others = pending[pending["product"] != "GTX Pro"]
    assert kpi_value(plain, "open_amount") == others["sales_price"].sum()
    told = explain_kpi(plain, "open_amount").set_index("item")["value"]
    assert told["left out: no amount"] == len(pending) - len(others)


def test_abc_classes_of_the_accounts():
    found = key_accounts(model())
    published = expected()["abc_accounts"]
    assert found["class"].value_counts().to_dict() == {k: published[k] for k in "ABC"}
    assert (
        dict(zip(found["account_id"][:5], found["revenue"][:5], strict=True)) == published["top5"]
    )
    computed = won().groupby("account")["close_value"].sum().sort_values(ascending=False)
    assert found["revenue"].tolist() == computed.tolist()
    assert len(found) == published["n"]


def test_segments_by_sector_show_what_was_won():
    found = segments(model(), "industry").set_index("industry")
    for name, (deals, n, rate, amount) in expected()["by_sector"].items():
        row = found.loc[name]
        assert (row["won"], row["closed"], row["revenue"]) == (deals, n, amount)
        assert row["low"] < rate < row["high"]
    customers = won().groupby("sector")["account"].nunique().to_dict()
    assert known(found["customers"].to_dict()) == customers
