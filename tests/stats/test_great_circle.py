"""Distances on the globe, the nearest place and the middle of places."""

import csv
from math import pi
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats.great_circle import EARTH_RADIUS, haversine, mean_places, nearest, unit_vectors

CITIES = Path(__file__).parents[3] / "shared" / "data" / "geo" / "geonames_cities15000.csv"
LATITUDES = st.floats(-90, 90, allow_nan=False)
LONGITUDES = st.floats(-180, 180, allow_nan=False)


def apart(*places):
    return float(haversine(*(np.array(one) for place in places for one in place)))


def test_a_quarter_of_the_globe_is_a_quarter_of_its_girth():
    quarter = pi * EARTH_RADIUS / 2
    assert apart((0.0, 0.0), (90.0, 77.0)) == pytest.approx(quarter)
    assert apart((0.0, 0.0), (0.0, 90.0)) == pytest.approx(quarter)
    assert apart((-90.0, 12.0), (90.0, -50.0)) == pytest.approx(2 * quarter)


def test_a_degree_across_the_antimeridian_is_a_degree():
    degree = pi * EARTH_RADIUS / 180
    assert apart((0.0, 179.5), (0.0, -179.5)) == pytest.approx(degree)
    assert apart((-17.0, 180.0), (-17.0, -180.0)) == pytest.approx(0, abs=1e-9)


def test_a_pole_is_one_place_whatever_its_longitude():
    assert apart((90.0, -120.0), (90.0, 60.0)) == pytest.approx(0, abs=1e-9)


def test_the_worked_example_of_sinnotts_formula():
    # Nashville BNA to Los Angeles LAX as rosettacode.org works it, there with a radius of 6372.8.
    assert apart((36.12, -86.67), (33.94, -118.40)) * 6372.8 / EARTH_RADIUS == pytest.approx(
        2887.2599506071106, abs=1e-9
    )


@pytest.mark.skipif(not CITIES.exists(), reason="the folder ../shared/data/geo is absent")
def test_distances_between_capitals_computed_by_others():
    with CITIES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    def city(name, country):
        found = [r for r in rows if (r["name"], r["countrycode"]) == (name, country)]
        best = max(found, key=lambda r: float(r["population"]))
        return float(best["latitude"]), float(best["longitude"])

    paris, london = city("Paris", "FR"), city("London", "GB")
    assert round(apart(paris, london), 3) == 343.771
    assert round(apart(city("Madrid", "ES"), city("Barcelona", "ES")), 3) == 504.242
    assert round(apart(city("Berlin", "DE"), city("Munich", "DE")), 3) == 504.852


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_distance_is_the_angle_between_two_vectors(lat, lon, other_lat, other_lon):
    one, other = (
        unit_vectors(np.array([a]), np.array([b]))[0]
        for a, b in ((lat, lon), (other_lat, other_lon))
    )
    angle = np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other)
    assert apart((lat, lon), (other_lat, other_lon)) == pytest.approx(
        EARTH_RADIUS * angle, abs=1e-3
    )


def middle(*places):
    lat, lon = np.array(places, dtype=float).T
    found = mean_places(lat, lon, np.zeros(len(lat), dtype=np.intp), 1)
    return tuple(float(one[0]) for one in found)


def test_the_middle_across_the_antimeridian_is_not_on_the_other_side_of_the_world():
    lat, lon = middle((0, 178), (0, -178))
    assert (lat, abs(lon)) == pytest.approx((0, 180))
    assert middle((0, 179), (0, -177)) == pytest.approx((0, -179))


def test_the_middle_of_places_round_a_pole_is_the_pole():
    assert middle((80, 0), (80, 90), (80, 180), (80, -90))[0] == pytest.approx(90)


def test_the_middle_of_two_places_on_a_meridian_lies_half_way():
    assert middle((10, 20), (50, 20)) == pytest.approx((30, 20))


def test_places_on_opposite_sides_have_no_middle_and_no_place_has_none():
    assert np.isnan(middle((0, 0), (0, 180))).all()
    lat, lon = mean_places(np.ones(1), np.ones(1), np.array([1]), 2)
    assert np.isnan([lat[0], lon[0]]).all()
    assert (lat[1], lon[1]) == pytest.approx((1, 1))


PLACES = st.lists(st.tuples(LATITUDES, LONGITUDES), min_size=1, max_size=30)
ON_A_GRID = st.lists(
    st.tuples(
        st.sampled_from([-90.0, -45.0, 0.0, 45.0, 90.0]),
        st.sampled_from([-180.0, -90.0, 0.0, 90.0, 180.0]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(PLACES, ON_A_GRID), st.one_of(PLACES, ON_A_GRID))
def test_the_nearest_is_what_looking_at_all_finds(places, others):
    lat, lon = np.array(places).T
    other_lat, other_lon = np.array(others).T
    which, distance = nearest(lat, lon, other_lat, other_lon)
    every = haversine(lat[:, None], lon[:, None], other_lat, other_lon)
    assert distance == pytest.approx(every.min(axis=1), abs=1e-3)
    expected = (every <= every.min(axis=1)[:, None] + 1e-6).argmax(axis=1)
    close = (every <= every.min(axis=1)[:, None] + 1e-2).sum(axis=1)
    sure = (which == expected) | (close > 1)
    assert sure.all()


def test_of_many_that_are_as_near_the_first_is_taken():
    # Seen from the pole, all places of a latitude are as near.
    others = np.full(500, 60.0), np.linspace(-180, 179, 500)
    assert nearest(np.array([90.0]), np.array([0.0]), *others)[0].tolist() == [0]


def test_of_several_at_one_place_the_first_is_taken():
    which, distance = nearest(
        np.array([1.0]), np.array([1.0]), np.array([5.0, 2.0, 2.0]), np.array([1.0, 1.0, 1.0])
    )
    assert which.tolist() == [1]
    assert distance.tolist() == pytest.approx([pi * EARTH_RADIUS / 180])
