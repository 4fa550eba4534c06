"""Latitudes beyond the poles, swapped coordinates, decimal commas, and the place 0, 0."""

import pytest

from xlcrm.cells import Origin, Range
from xlcrm.errors import ExcelError
from xlcrm.hosts.session import Place

ORDERS = (
    ("Order id", "Account id", "Date", "Amount"),
    ("O1", "c", 46000.0, 100.0),
    ("O2", "d", 46000.0, 50.0),
)
HEADERS = ("Account id", "Region", "City", "Lat", "Lon")
CUSTOMER = ("c", "North", None, 53.1, 8.8)
CITIES = (("City", "Country", "Lat", "Lon"), ("Bremen", "DE", 53.08, 8.8))
SHOWN = ["account_id", "owner", "region", "lat", "lon", "nearest", "distance", "potential", "note"]


def model(excel, *accounts, **others):
    given = {"accounts": (HEADERS, CUSTOMER, *accounts), "orders": ORDERS} | others
    handles = [
        excel.session.call(
            "CRM_TABLE", [kind, Range(rows, Origin(name=kind))], at=Place("Book", kind, "A1")
        )
        for kind, rows in given.items()
    ]
    return excel.value("CRM_MODEL", tuple(tuple(row) for ((*row,),) in handles))


def finding_of_the_north(excel, *accounts, **others):
    asked = model(excel, *accounts, **others)
    (found,) = (row for row in excel.rows("CRM_TERRITORY", asked) if row[0] == "North")
    return found[-1]


def refused(excel, *accounts, where="", **others):
    return excel.refusal("CRM_TERRITORY", model(excel, *accounts, **others), "region", where)


def prospects(excel, *accounts, **others):
    """What is shown of each prospect, by its id."""
    asked = model(excel, *accounts, **others)
    header, *body = excel.rows("CRM_TERRITORY", asked, "region", "", "all", "accounts")
    assert header == SHOWN
    return {row[0]: dict(zip(header, row, strict=True)) for row in body}


# ── 59 places ───────────────────────────────────────────────────────────────────────────────


def test_a_latitude_beyond_the_pole_is_refused_with_its_row(excel):
    error, sentence = refused(excel, ("d", "North", None, 91.0, 100.0))
    assert error == "#NUM!"
    assert sentence == "accounts, row 3: latitude 91 lies outside -90 to 90; enter degrees"


def test_coordinates_that_would_fit_the_other_way_round_are_suspected_to_be_swapped(excel):
    error, sentence = refused(excel, ("d", "North", None, -122.4, 37.8))
    assert error == "#NUM!"
    assert sentence == (
        "accounts, row 3: latitude -122.4 lies outside -90 to 90; lat and lon look swapped"
    )


def test_a_longitude_beyond_the_antimeridian_is_refused(excel):
    error, sentence = refused(excel, ("d", "North", None, 10.0, 181.0))
    assert error == "#NUM!"
    assert sentence.startswith("accounts, row 3: longitude 181 lies outside -180 to 180")


def test_of_several_wrong_places_the_first_row_is_named_and_none_that_does_not_count(excel):
    rows = ("z", "North", None, 91.0, 0.0), ("d", "South", None, -95.0, 0.0)
    assert "row 3: latitude 91" in refused(excel, *rows)[1]
    assert "row 4: latitude -95" in refused(excel, *rows, where="region=South")[1]
    assert len(excel.rows("CRM_TERRITORY", model(excel, *rows), "region", "region<>South")) == 1
    fine = model(excel, ("d", "North", None, 50.0, 0.0), rows[1])
    assert len(excel.rows("CRM_TERRITORY", fine, "region", "region=North")) == 2


def test_the_poles_and_the_antimeridian_are_places(excel):
    found = prospects(
        excel,
        ("d", "North", None, -17.0, 179.9),
        ("e", "North", None, 90.0, 180.0),
        ("f", "North", None, -17.0, -179.9),
    )
    assert found["e"]["note"] == ""
    assert found["e"]["distance"] == pytest.approx((90 - 53.1) * 111.195, abs=0.1)
    assert found["f"]["nearest"] == "d"
    assert found["f"]["distance"] == pytest.approx(0.2 * 111.195 * 0.9563, abs=0.01)


def test_swapped_coordinates_that_are_possible_are_noted_where_the_city_tells(excel):
    found = prospects(excel, ("p", "North", "Bremen", 8.8, 53.08), cities=CITIES)
    assert found["p"]["note"] == "lat and lon look swapped"
    finding = finding_of_the_north(excel, ("p", "North", "Bremen", 8.8, 53.08), cities=CITIES)
    assert finding.endswith("lat and lon look swapped in 1")


def test_a_decimal_comma_is_a_decimal_comma(excel):
    found = prospects(excel, ("p", "North", None, "52,5", "13,25"))
    assert (found["p"]["lat"], found["p"]["lon"]) == (52.5, 13.25)


def test_the_place_zero_zero_is_counted_and_warned_of(excel):
    found = prospects(excel, ("p", "North", None, 0.0, 0.0), ("q", "North", None, 0.0, 1.0))
    assert found["p"]["note"] == "at 0, 0: check the place"
    assert found["p"]["nearest"] == "c"
    assert found["q"]["note"] == ""
    finding = finding_of_the_north(excel, ("p", "North", None, 0.0, 0.0))
    assert finding.endswith("1 at 0, 0: check the place")


def test_a_city_beyond_the_pole_is_refused_where_an_account_lies_in_it(excel):
    cities = (*CITIES, ("Thule", "GL", 176.5, -68.8))
    error, sentence = refused(excel, ("d", "North", "Thule", None, None), cities=cities)
    assert error == "#NUM!"
    assert sentence == (
        "cities, row 3: latitude 176.5 lies outside -90 to 90; lat and lon look swapped"
    )
    assert (
        prospects(excel, ("p", "North", "Bremen", None, None), cities=cities)["p"]["lat"] == 53.08
    )


def test_an_error_cell_in_a_city_that_is_needed_is_handed_on(excel):
    cities = (*CITIES, ("Linz", "AT", int(ExcelError.NA), 14.3))
    assert refused(excel, ("d", "North", "linz", None, None), cities=cities)[0] == "#N/A"
    assert prospects(excel, ("p", "North", "Bremen", None, None), cities=cities)["p"]["note"] == ""
