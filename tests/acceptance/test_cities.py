"""34,006 real cities (GeoNames): distances and nearest neighbours against what others computed."""

import csv
import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from given import model_with

from xlcrm.analytics.territory.territory import territory

CITIES = Path(__file__).parents[3] / "shared" / "data" / "geo" / "geonames_cities15000.csv"
pytestmark = pytest.mark.skipif(
    not CITIES.exists(), reason=f"the real data are no part of the project, and not in {CITIES}"
)
AS_OF = dt.date(2026, 3, 15)
EARTH = 6371.0088


@cache
def rows():
    with CITIES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def world():
    return {
        "city": [row["name"] for row in rows()],
        "country": [row["countrycode"] for row in rows()],
        "lat": [float(row["latitude"]) for row in rows()],
        "lon": [float(row["longitude"]) for row in rows()],
    }


def bought(*accounts):
    return {
        "order_id": [f"O{k}" for k in range(len(accounts))],
        "account_id": list(accounts),
        "date": [dt.date(2026, 1, 5)] * len(accounts),
        "amount": [100.0] * len(accounts),
    }


def asked(accounts, orders, cities=None):
    tables = {"accounts": accounts, "orders": orders} | ({"cities": cities} if cities else {})
    frame = territory(model_with(AS_OF, **tables), "segment", "", "", "accounts")
    return frame.set_index("account_id")


@pytest.mark.parametrize(
    ("customer", "prospect", "distance"),
    [
        (("Paris", "FR"), ("London", "GB"), 343.771),
        (("Madrid", "ES"), ("Barcelona", "ES"), 504.242),
        (("Berlin", "DE"), ("Munich", "DE"), 504.852),
    ],
)
def test_distances_between_cities_that_their_country_tells_apart(customer, prospect, distance):
    accounts = {
        "account_id": ["c", "p"],
        "segment": ["all"] * 2,
        "City": [customer[0], prospect[0]],
        "Country": [customer[1], prospect[1]],
    }
    found = asked(accounts, bought("c"), world())
    assert found.loc["p", "nearest"] == "c"
    assert round(found.loc["p", "distance"], 3) == distance


def test_a_name_that_several_cities_have_is_not_used():
    places = {}
    for row in rows():
        places.setdefault(row["name"].casefold(), set()).add((row["latitude"], row["longitude"]))
    assert len(places["paris"]) > 1
    names = ["Paris", "Reykjavík", "London", "Madrid"]
    accounts = {"account_id": ["a", "b", "c", "d"], "segment": ["x"] * 4, "city": names}
    found = asked(accounts, bought("nobody"), world())
    for name, note in zip(names, found.loc[list("abcd"), "note"], strict=True):
        several = len(places[name.casefold()]) > 1
        assert (note == f"city '{name}' stands for several places") == several


def test_the_nearest_of_a_thousand_customers_is_what_looking_at_all_of_them_finds():
    cities = world()
    chance = np.random.default_rng(5)
    places = chance.choice(len(cities["city"]), 4_000, replace=False)
    customers, others = places[:1_000], places[1_000:]
    lat, lon = (np.array(cities[name]) for name in ("lat", "lon"))
    accounts = {
        "account_id": [f"A{k:05}" for k in places],
        "segment": ["all"] * len(places),
        "lat": lat[places].tolist(),
        "lon": lon[places].tolist(),
    }
    found = asked(accounts, bought(*(f"A{k:05}" for k in customers)))
    # The spherical law of cosines, by angles between vectors: not the formula that is tested.
    north, east = np.radians(lat), np.radians(lon)
    spot = np.array([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    angle = np.arccos(np.clip(spot[:, others].T @ spot[:, customers], -1, 1))
    best = {f"A{k:05}": f"A{c:05}" for k, c in zip(others, customers[angle.argmin(1)], strict=True)}
    assert len(found) == 3_000
    assert found["nearest"].to_dict() == best
    nearest = dict(zip((f"A{k:05}" for k in others), EARTH * angle.min(1), strict=True))
    for name, distance in found["distance"].items():
        assert distance == pytest.approx(nearest[name], abs=1e-3)
    assert (np.diff(found["distance"].to_numpy(dtype=float)) >= 0).all()
