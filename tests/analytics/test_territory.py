"""Territories against their potential, and prospects near customers."""

import datetime as dt
from math import pi

import pytest
from customers_given import customers
from given import model_with

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.territory.territory import territory
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, UnknownName, WrongValue
from xlcrm.stats.great_circle import EARTH_RADIUS

NA, DIV0, NUM = ExcelError.NA, ExcelError.DIV0, ExcelError.NUM
AS_OF = dt.date(2026, 3, 15)
DAY = dt.date(2026, 2, 10)
DEGREE = pi * EARTH_RADIUS / 180


def table(*columns, rows):
    return dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))


def orders(*rows):
    """Order lines of account and amount."""
    return {
        "order_id": [f"O{k}" for k in range(len(rows))],
        "account_id": [row[0] for row in rows],
        "date": [row[2] if len(row) > 2 else DAY for row in rows],
        "amount": [row[1] for row in rows],
    }


ACCOUNTS = table(
    "account_id", "region", "potential",
    rows=[("n1", "North", 10.0), ("n2", "North", 20.0), ("s1", "South", 5.0), ("s2", "South", 5.0)],
)  # fmt: skip
REGIONS = table("region", "potential", rows=[("North", 500.0), ("South", 500.0)])
SALES = orders(("n1", 150.0), ("n2", 50.0), ("s1", 60.0))


def asked(by="region", where="", period="last 12 months", show="regions", **tables):
    given = {"accounts": ACCOUNTS, "orders": SALES} | tables
    frame = territory(model_with(AS_OF, **given), by, where, period, show)
    return frame.set_index(frame.columns[0])


def test_two_equal_regions_that_sell_200_and_60():
    frame = asked(regions=REGIONS)
    assert frame.index.tolist() == ["South", "North"]
    assert frame["index"].tolist() == pytest.approx([6000 / 130, 20000 / 130])
    assert [round(one, 1) for one in frame["index"]] == [46.2, 153.8]
    assert frame["revenue"].tolist() == [60.0, 200.0]
    assert frame["revenue_share"].tolist() == pytest.approx([60 / 260, 200 / 260])
    assert frame["potential_share"].tolist() == [0.5, 0.5]
    assert frame["finding"].tolist() == ["neglected: index 46", "worked well: index 154"]


def test_without_regions_the_potential_is_that_of_the_accounts():
    frame = asked()
    assert frame["potential"].to_dict() == {"South": 10.0, "North": 30.0}
    # 60 of 260 with a quarter of the potential.
    assert frame.loc["South", "index"] == pytest.approx(60 / 260 / 0.25 * 100)
    assert frame.loc["South", "finding"] == "as its potential: index 92"


def test_customers_by_companies_else_by_accounts_with_wilsons_interval():
    regions = REGIONS | {"companies": [10.0, None]}
    frame = asked(regions=regions)
    assert frame["accounts"].tolist() == [2.0, 2.0]
    assert frame["customers"].to_dict() == {"South": 1.0, "North": 2.0}
    assert frame["penetration"].to_dict() == {"South": 0.5, "North": 0.2}
    # 2 of 10 at 95 %: 0.0567 to 0.5098 (Brown, Cai and DasGupta 2001 and any table of Wilson's).
    assert frame.loc["North", ["low", "high"]].tolist() == pytest.approx([0.0567, 0.5098], abs=1e-4)
    assert frame.loc["South", ["low", "high"]].tolist() == pytest.approx([0.0945, 0.9055], abs=1e-4)


def test_more_customers_than_companies_is_impossible_and_said():
    frame = asked(regions=REGIONS | {"companies": [1.0, 1.0]})
    assert frame.loc["North", ["penetration", "low", "high"]].tolist() == [NUM] * 3
    assert frame.loc["South", "penetration"] == 1.0
    assert frame.loc["North", "finding"].endswith("; more customers than companies (1)")


def test_who_bought_before_the_period_is_no_customer_of_it():
    old = orders(("n1", 150.0), ("n2", 50.0, dt.date(2024, 1, 1)), ("s1", 60.0))
    frame = asked(orders=old, regions=REGIONS)
    assert frame["customers"].to_dict() == {"South": 1.0, "North": 1.0}
    assert frame.loc["North", "revenue"] == 150.0
    assert asked(orders=old, regions=REGIONS, period="all").loc["North", "revenue"] == 200.0


def test_a_region_without_accounts_appears_and_one_without_a_row_has_no_potential():
    accounts = table(
        "account_id", "region", rows=[("n1", "north"), ("e1", "East"), ("x", None), ("s1", "South")]
    )
    regions = table("region", "potential", rows=[("North", 500.0), ("South", 500.0), ("West", 1e3)])
    sales = orders(("n1", 150.0), ("e1", 70.0), ("x", 5.0), ("s1", 50.0), ("nobody", 3.0))
    frame = asked(accounts=accounts, orders=sales, regions=regions)
    assert frame.index.tolist() == [
        "West",
        "South",
        "north",
        "(blank)",
        "(not in accounts)",
        "East",
    ]
    west = frame.loc["West"]
    assert west[["accounts", "customers", "revenue", "index"]].tolist() == [0.0] * 4
    assert west[["penetration", "low", "high"]].tolist() == [DIV0] * 3
    assert west[["lat", "lon"]].tolist() == [NA, NA]
    # Shares are of the territories whose potential is known: 150 of 200, at 500 of 2,000.
    assert frame.loc["north", "index"] == pytest.approx(300)
    for name in ("East", "(blank)", "(not in accounts)"):
        unknown = frame.loc[name, ["potential", "potential_share", "revenue_share", "index"]]
        assert unknown.tolist() == [NA] * 4
        assert frame.loc[name, "finding"] == "no potential known"
    assert frame.loc["(not in accounts)", ["accounts", "customers"]].tolist() == [0.0, 1.0]


def test_revenue_is_all_that_was_sold():
    found = model_with(AS_OF, **customers())
    frame = territory(found).set_index("region")
    assert frame["revenue"].sum() == pytest.approx(
        kpi_value(found, "revenue", "", "last 12 months")
    )
    kpi = kpi_table(found, "customers", "region", "", "last 12 months").set_index("region")["value"]
    for name, value in kpi.items():
        assert frame.loc[name, "customers"] == value


VISITS = table(
    "date", "owner", "kind", "account_id", "deal_id",
    rows=[
        (DAY, "Ann", "Visit", "n1", None), (DAY, "Ann", "Kundenbesuch", "n1", None),
        (DAY, "Ann", "Klantenbezoek", "n2", None), (DAY, "Ann", "Visite", None, "D1"),
        (DAY, "Ann", "call", "s1", None), (dt.date(2020, 1, 1), "Ann", "visit", "s1", None),
        (DAY, "Ann", "visit", "who", None), (DAY, "Ann", "visit", None, None),
    ],
)  # fmt: skip
DEALS = {
    "deal_id": ["D1"], "account_id": ["s2"], "owner": ["Ann"], "created": [DAY], "stage": ["Lead"],
    "amount": [1.0], "expected_close": [DAY], "status": ["open"],
}  # fmt: skip


def test_visits_are_counted_in_several_languages_and_by_the_deal_where_no_account_stands():
    frame = asked(activities=VISITS, deals=DEALS, regions=REGIONS)
    assert frame["visits"].to_dict() == {"South": 1.0, "North": 3.0}
    assert frame["visits_per_account"].to_dict() == {"South": 0.5, "North": 1.5}
    assert frame.loc["South", "finding"] == "neglected: index 46, 0.5 visits per account"
    assert asked(activities=VISITS)["visits"].to_dict() == {"South": 0.0, "North": 3.0}


def test_without_activities_nobody_knows_of_visits():
    assert asked()["visits"].tolist() == asked()["visits_per_account"].tolist() == [NA, NA]


def test_resellers_missing_against_the_share_of_potential():
    regions = table(
        "region", "potential", "resellers",
        rows=[("North", 750.0, 3.0), ("South", 250.0, 5.0)],
    )  # fmt: skip
    frame = asked(regions=regions)
    # 8 resellers: three quarters of them are expected in the north.
    assert frame["expected_resellers"].to_dict() == {"North": 6.0, "South": 2.0}
    assert frame["gap"].to_dict() == {"North": 3.0, "South": -3.0}
    assert frame.loc["North", "finding"].endswith("too few resellers (3.0 missing)")


def test_without_resellers_of_regions_accounts_that_resell_are_counted():
    types = {"type": ["Distributor", "Händler", "shop", "customer"]}
    frame = asked(accounts=ACCOUNTS | types, regions=REGIONS)
    assert frame["resellers"].to_dict() == {"South": 0.0, "North": 2.0}
    assert frame["gap"].to_dict() == {"South": 1.0, "North": -1.0}
    assert asked()["resellers"].tolist() == [NA, NA]
    assert asked()["expected_resellers"].tolist() == [NA, NA]


def test_limits_are_settings():
    low = {"name": ["territory_low", "territory_high"], "value": [40.0, 160.0]}
    frame = asked(regions=REGIONS, settings=low)
    assert frame["finding"].tolist() == [
        "as its potential: index 46",
        "as its potential: index 154",
    ]


def test_conditions_on_accounts_choose_accounts_and_regions_and_others_choose_sales():
    accounts = ACCOUNTS | {"owner": ["Ann", "Bob", "Ann", "Bob"]}
    sales = SALES | {"product": ["P1", "P2", "P1"], "owner": ["Bob", "Bob", "Ann"]}
    of_ann = asked(where="owner=Ann", accounts=accounts, orders=sales)
    assert of_ann["accounts"].to_dict() == {"South": 1.0, "North": 1.0}
    assert of_ann["revenue"].to_dict() == {"South": 60.0, "North": 150.0}
    of_product = asked(where="product=P1", accounts=accounts, orders=sales)
    assert of_product["accounts"].to_dict() == {"South": 2.0, "North": 2.0}
    assert of_product["revenue"].to_dict() == {"South": 60.0, "North": 150.0}
    north = asked(where="region in North, north", regions=REGIONS)
    assert north.index.tolist() == ["North"]
    assert north["index"].tolist() == [100.0]


def test_territories_by_any_column_of_accounts():
    accounts = ACCOUNTS | {"owner": ["Ann", "Bob", "Ann", "Ann"]}
    frame = asked("owner", accounts=accounts, regions=REGIONS)
    assert frame["revenue"].to_dict() == {"Ann": 210.0, "Bob": 50.0}
    assert frame["potential"].to_dict() == {"Ann": 20.0, "Bob": 20.0}
    both = asked("region, owner", accounts=accounts, regions=REGIONS)
    assert len(both) == 3


# ── places ──────────────────────────────────────────────────────────────────────────────────


def places(*rows):
    """Accounts of id, region, city, lat and lon."""
    return table("account_id", "region", "city", "lat", "lon", rows=rows)


CITIES = table(
    "city", "country", "lat", "lon",
    rows=[("Bremen", "DE", 53.0, 9.0), ("Springfield", "US", 39.8, -89.6),
          ("springfield", "US", 42.1, -72.6), ("Linz", "AT", 48.3, 14.3),
          ("Linz", "AT", 48.3, 14.3)],
)  # fmt: skip


def test_the_middle_of_a_territory_across_the_antimeridian():
    accounts = places(("a", "Fiji", None, 0.0, 178.0), ("b", "Fiji", None, 0.0, -176.0))
    frame = asked(accounts=accounts, orders=orders(("a", 1.0)))
    assert frame.loc["Fiji", ["lat", "lon"]].tolist() == pytest.approx([0.0, -179.0])


def test_prospects_with_the_nearest_customer():
    accounts = places(
        ("c1", "N", None, 50.0, 10.0), ("c2", "N", None, 50.0, 179.5),
        ("old", "N", None, 50.9, 10.0), ("p1", "N", None, 52.0, 10.0),
        ("p2", "S", None, 50.0, -179.5), ("p3", "S", None, None, None),
        ("p0", "S", None, 48.0, 10.0),
    ) | {"owner": ["Ann"] * 6 + [None], "potential": [1.0] * 6 + [None]}  # fmt: skip
    sales = orders(("c1", 1.0), ("c2", 1.0), ("old", 1.0, dt.date(2020, 1, 1)))
    frame = asked(accounts=accounts, orders=sales, show="accounts")
    assert frame.index.tolist() == ["p2", "p0", "p1", "p3"]
    assert frame["nearest"].tolist() == ["c2", "c1", "c1", NA]
    assert frame.loc["p1", "distance"] == pytest.approx(2 * DEGREE)
    assert frame.loc["p2", "distance"] == pytest.approx(71.48, abs=0.01)  # 1° of 50° north
    assert frame.loc["p3", ["lat", "lon", "distance", "note"]].tolist() == [
        NA, NA, NA, "no place known"
    ]  # fmt: skip
    assert frame.loc["p0", ["owner", "potential"]].tolist() == ["", NA]
    assert frame["region"].tolist() == ["S", "S", "N", "S"]


def test_of_customers_as_near_the_first_by_id_is_named():
    accounts = places(
        ("c2", "N", None, 1.0, 0.0), ("c1", "N", None, -1.0, 0.0), ("p", "N", None, 0.0, 0.5)
    )
    sales = orders(("c1", 1.0), ("c2", 1.0))
    assert asked(accounts=accounts, orders=sales, show="accounts")["nearest"].tolist() == ["c1"]


def test_a_city_tells_the_place_unless_it_stands_for_several():
    accounts = places(
        ("c", "N", "Linz", None, None), ("p1", "N", " BREMEN ", None, None),
        ("p2", "N", "Springfield", None, None), ("p3", "N", "Atlantis", None, 1.0),
        ("p4", "N", "Bremen", 48.3, 14.3),
    )  # fmt: skip
    frame = asked(accounts=accounts, orders=orders(("c", 1.0)), cities=CITIES, show="accounts")
    assert frame.index.tolist() == ["p4", "p1", "p2", "p3"]
    assert frame["note"].tolist() == [
        "", "", "city 'Springfield' stands for several places", "city 'Atlantis' is not in Cities",
    ]  # fmt: skip
    assert frame.loc["p1", ["lat", "lon"]].tolist() == [53.0, 9.0]
    assert frame.loc["p4", "distance"] == pytest.approx(0, abs=1e-6)


def test_a_country_beside_the_city_says_which_is_meant():
    accounts = places(("c", "N", "Paris", None, None), ("p", "N", "paris", None, None))
    cities = table(
        "city",
        "country",
        "lat",
        "lon",
        rows=[("Paris", "FR", 48.9, 2.4), ("Paris", "US", 33.7, -95.6)],
    )
    more = {"Country": ["fr", "US"]}
    frame = asked(
        accounts=accounts | more, orders=orders(("c", 1.0)), cities=cities, show="accounts"
    )
    assert frame.loc["p", ["lat", "lon", "note"]].tolist() == [33.7, -95.6, ""]
    assert 7_000 < frame.loc["p", "distance"] < 8_500


def test_without_a_customer_whose_place_is_known_nobody_is_near():
    accounts = places(("c", "N", None, None, None), ("p", "N", None, 1.0, 1.0))
    frame = asked(accounts=accounts, orders=orders(("c", 1.0)), show="accounts")
    assert frame.loc["p", ["nearest", "distance", "note"]].tolist() == [
        NA, NA, "no customer has a known place"
    ]  # fmt: skip


# ── what is refused ─────────────────────────────────────────────────────────────────────────


def test_an_account_or_a_region_that_stands_twice_is_refused():
    with pytest.raises(WrongValue, match="accounts, row 6: 'n1' has a second row"):
        asked(accounts={name: [*column, column[0]] for name, column in ACCOUNTS.items()})
    with pytest.raises(WrongValue, match="regions, row 4: a second row for 'NORTH'"):
        asked(regions=table("region", "potential", rows=[("North", 1), ("South", 1), ("NORTH", 2)]))


def test_a_negative_potential_is_refused():
    with pytest.raises(OutOfDomain, match="regions, row 3: potential -5 is negative"):
        asked(regions=table("region", "potential", rows=[("North", 1.0), ("South", -5.0)]))
    with pytest.raises(OutOfDomain, match="accounts, row 4: potential -1 is negative"):
        asked(accounts=ACCOUNTS | {"potential": [1.0, 1.0, -1.0, 1.0]})


def test_nobody_and_nothing_to_show():
    with pytest.raises(NotAvailable, match="every account that matches has bought"):
        asked(orders=orders(*((name, 1.0) for name in ACCOUNTS["account_id"])), show="accounts")
    with pytest.raises(WrongValue, match="show is no 'map'"):
        asked(show="map")
    with pytest.raises(UnknownName, match="no column 'colour'"):
        asked("colour")
    with pytest.raises(UnknownName, match="no column 'colour'"):
        asked(where="colour=red")


def test_a_share_of_nothing_divides_nothing():
    frame = asked(regions=table("region", "potential", rows=[("North", 0.0), ("South", 0.0)]))
    assert frame["potential_share"].tolist() == frame["index"].tolist() == [DIV0, DIV0]
    frame = asked(orders=orders(("n1", 5.0), ("s1", -5.0)))
    assert frame["revenue_share"].tolist() == frame["index"].tolist() == [DIV0, DIV0]
