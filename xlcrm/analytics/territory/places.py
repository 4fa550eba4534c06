"""Where accounts are: by their own coordinates, else by their city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.territory.accounts import place_of
from xlcrm.cells import Rows, number_text, text_key
from xlcrm.errors import OutOfDomain, shortened
from xlcrm.model.model import Model
from xlcrm.model.schema import ColumnType
from xlcrm.model.table import ROW
from xlcrm.reduce.problems import problem_error
from xlcrm.stats.great_circle import haversine

COLUMNS = ("city", "lat", "lon")
"""The columns of accounts that tell where they are."""

AT_ZERO = "at 0, 0: check the place"
SWAPPED = "lat and lon look swapped"
UNKNOWN = "no place known"

_FAR, _NEAR = 500.0, 100.0
"""Kilometres from its city at which an account is far off, and at which it is there."""

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Places:
    """Where each account is.

    Attributes:
        lat: Latitudes in degrees, NaN where none is known.
        lon: Longitudes in degrees, NaN where none is known.
        notes: What is worth saying of each, "" where nothing is.
    """

    lat: Vector
    lon: Vector
    notes: Vector

    @property
    def known(self) -> Vector:
        """Whether the place of each is known."""
        return ~np.isnan(self.lat)


@dataclass(frozen=True)
class _Cities:
    """What the table of cities says of each account's city."""

    lat: Vector
    lon: Vector
    several: Vector


def columns_of(model: Model) -> tuple[str, ...]:
    """Name the columns of accounts that tell where they are, a country of their own among them.

    Args:
        model: A model with accounts.
    """
    country = _country_of(model)
    return (*COLUMNS, country) if country else COLUMNS


def _country_of(model: Model) -> str | None:
    """Find a column of accounts, not a declared one, that tells the country of their city."""
    accounts = model.table("accounts")
    found = accounts.column("country")
    words = (ColumnType.TEXT, ColumnType.ID)
    return found if found and accounts.type_of(found) in words else None


def places_of(model: Model, accounts: pd.DataFrame, where: Rows) -> Places:
    """Find where accounts are; nothing is looked up outside the model.

    Args:
        model: A model with accounts; cities tell where accounts are that have no coordinates.
        accounts: One row an account with `columns_of`.
        where: The conditions that the accounts met.

    Raises:
        OutOfDomain: A coordinate lies outside the globe.
    """
    lat, lon = (accounts[name].to_numpy(dtype=float) for name in ("lat", "lon"))
    _require_on_globe(model, accounts, where, lat, lon)
    own = ~np.isnan(lat) & ~np.isnan(lon)
    cities = _cities(model, accounts)
    by_city = ~own & ~np.isnan(cities.lat)
    notes = np.full(len(lat), "", dtype=object)
    notes[~own & ~by_city] = UNKNOWN
    named = accounts["city"].notna().to_numpy(dtype=bool)
    for which, why in ((cities.several, "stands for several places"), (None, "is not in Cities")):
        lost = ~own & named & np.isnan(cities.lat)
        lost &= which if which is not None else ~cities.several
        if lost.any():
            names = accounts["city"].to_numpy(dtype=object)[lost]
            notes[lost] = [shortened(f"city '{name}' {why}") for name in names]
    notes[own & (lat == 0) & (lon == 0)] = AT_ZERO
    notes[own & _look_swapped(lat, lon, cities)] = SWAPPED
    return Places(
        np.where(own, lat, np.where(by_city, cities.lat, np.nan)),
        np.where(own, lon, np.where(by_city, cities.lon, np.nan)),
        notes,
    )


def _require_on_globe(
    model: Model, accounts: pd.DataFrame, where: Rows, lat: Vector, lon: Vector
) -> None:
    off = _off_globe(lat, lon)
    if not off.any():
        return
    ids = accounts["account_id"][off]
    row, name = place_of(model, where, ids)
    at = int(np.flatnonzero((accounts["account_id"] == name).to_numpy(dtype=bool))[0])
    raise OutOfDomain(f"accounts, {row}: {_why_off(lat[at], lon[at])}")


def _off_globe(lat: Vector, lon: Vector) -> Vector:
    off: Vector = (np.abs(lat) > 90) | (np.abs(lon) > 180)
    return off


def _why_off(lat: float, lon: float) -> str:
    """Say which coordinate is wrong, and whether it is the other one's."""
    if abs(lat) > 90:
        fits = abs(lat) <= 180 and not abs(lon) > 90
        hint = "lat and lon look swapped" if fits else "enter degrees"
        return f"latitude {number_text(lat)} lies outside -90 to 90; {hint}"
    return f"longitude {number_text(lon)} lies outside -180 to 180; enter degrees, west negative"


def _look_swapped(lat: Vector, lon: Vector, cities: _Cities) -> Vector:
    """Say which coordinates lie far from their account's city, and near it the other way round."""
    told = ~np.isnan(cities.lat) & ~np.isnan(lat) & ~np.isnan(lon) & (np.abs(lon) <= 90)
    swapped = np.zeros(len(lat), dtype=bool)
    if told.any():
        city = cities.lat[told], cities.lon[told]
        as_is = haversine(lat[told], lon[told], *city)
        turned = haversine(lon[told], lat[told], *city)
        swapped[told] = (as_is > _FAR) & (turned < _NEAR)
    return swapped


def _cities(model: Model, accounts: pd.DataFrame) -> _Cities:
    """Look each account's city up; one that stands for several places is not used."""
    nowhere = np.full(len(accounts), np.nan)
    none = np.zeros(len(accounts), dtype=bool)
    codes, names = pd.factorize(accounts["city"])
    if "cities" not in model.tables or not len(names):
        return _Cities(nowhere, nowhere, none)
    table = _table(model, {text_key(str(name)) for name in names})
    keys = np.array([*(text_key(str(name)) for name in names), ""], dtype=object)[codes]
    lat, lon, several = _looked_up(table, ["city"], pd.DataFrame({"city": keys}))
    country = _country_of(model)
    if several.any() and country:
        places, lands = pd.factorize(accounts[country])
        folded = np.array([*(text_key(str(one)) for one in lands), ""], dtype=object)[places]
        both = pd.DataFrame({"city": keys, "country": folded})
        found = _looked_up(table, ["city", "country"], both)
        settled = several & ~np.isnan(found[0])
        lat, lon = np.where(settled, found[0], lat), np.where(settled, found[1], lon)
        several = several & ~settled
    return _Cities(lat, lon, several)


def _table(model: Model, used: set[str]) -> pd.DataFrame:
    """Read the cities that accounts name; city and country are folded.

    Raises:
        OutOfDomain: A coordinate of one lies outside the globe.
    """
    found = model.columns("cities", ["city", "country", "lat", "lon", ROW])
    table = found.frame.collect().to_pandas()
    names = [text_key(name) if isinstance(name, str) else "" for name in table["city"]]
    known = np.array([name in used for name in names], dtype=bool)
    if model.settings.word("errors") != "skip":
        rows = set(table[ROW][known])
        for name, problems in found.problems.items():
            for problem in problems:
                if name == "city" or problem.row in rows:
                    raise problem_error(model, "cities", name, problem)
    lands = [text_key(name) if isinstance(name, str) else "" for name in table["country"]]
    table = table.assign(city=names, country=lands)[known]
    lat, lon = (table[name].to_numpy(dtype=float) for name in ("lat", "lon"))
    if (off := _off_globe(lat, lon)).any():
        at = int(np.flatnonzero(off)[table[ROW][off].argmin()])
        place = model.table("cities").place(int(table[ROW].iloc[at]))
        raise OutOfDomain(f"cities, {place}: {_why_off(lat[at], lon[at])}")
    located: pd.DataFrame = table[~np.isnan(lat) & ~np.isnan(lon)]
    return located


def _looked_up(
    table: pd.DataFrame, by: list[str], asked: pd.DataFrame
) -> tuple[Vector, Vector, Vector]:
    """Find the one place of each name, and which names have several."""
    places = table.drop_duplicates([*by, "lat", "lon"])
    several = places.duplicated(by, keep=False)
    first = places.drop_duplicates(by).assign(several=several)
    found = asked.merge(first[[*by, "lat", "lon", "several"]], on=by, how="left")
    many = found["several"].eq(other=True).to_numpy(dtype=bool)
    lat, lon = (found[name].to_numpy(dtype=float) for name in ("lat", "lon"))
    return np.where(many, np.nan, lat), np.where(many, np.nan, lon), many
