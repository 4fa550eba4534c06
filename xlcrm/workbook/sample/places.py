"""Where the sample's accounts are, who resells, and what its three regions could buy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlcrm.workbook.sample.chance import Chance
from xlcrm.workbook.sample.company import Account

City = tuple[str, str, float, float]
"""Name, country, latitude, longitude; in degrees, to a hundredth."""

_NORTH: tuple[City, ...] = (
    ("Hamburg", "Germany", 53.55, 9.99),
    ("Bremen", "Germany", 53.08, 8.81),
    ("Hannover", "Germany", 52.37, 9.73),
    ("Kiel", "Germany", 54.32, 10.13),
    ("Lübeck", "Germany", 53.87, 10.69),
    ("Rostock", "Germany", 54.09, 12.14),
    ("Oldenburg", "Germany", 53.14, 8.21),
    ("Schwerin", "Germany", 53.63, 11.41),
    ("Flensburg", "Germany", 54.79, 9.44),
    ("Lüneburg", "Germany", 53.25, 10.42),
)
_CENTRAL: tuple[City, ...] = (
    ("Dresden", "Germany", 51.05, 13.74),
    ("Leipzig", "Germany", 51.34, 12.37),
    ("Prague", "Czechia", 50.09, 14.42),
    ("Magdeburg", "Germany", 52.13, 11.63),
    ("Chemnitz", "Germany", 50.84, 12.93),
    ("Erfurt", "Germany", 50.98, 11.04),
    ("Pilsen", "Czechia", 49.75, 13.38),
    ("Liberec", "Czechia", 50.77, 15.06),
    ("Hradec Králové", "Czechia", 50.21, 15.83),
    ("Ústí nad Labem", "Czechia", 50.66, 14.03),
)
_SOUTH: tuple[City, ...] = (
    ("Milan", "Italy", 45.46, 9.19),
    ("Turin", "Italy", 45.07, 7.69),
    ("Verona", "Italy", 45.44, 10.99),
    ("Zürich", "Switzerland", 47.37, 8.55),
    ("Innsbruck", "Austria", 47.26, 11.39),
    ("Salzburg", "Austria", 47.80, 13.04),
    ("Bolzano", "Italy", 46.49, 11.34),
    ("Bergamo", "Italy", 45.70, 9.67),
    ("Lugano", "Switzerland", 46.01, 8.96),
    ("Trento", "Italy", 46.07, 11.12),
)
_WEIGHTS = (5, 3, 3, 2, 2, 2, 1, 1, 1, 1)
"""How many accounts are in the places of a region: most in the large ones, which come first."""
_IN = {"North": _NORTH, "Central": _CENTRAL, "South": _SOUTH}
CITIES = (*_NORTH, *_CENTRAL, *_SOUTH)

_WITHOUT_PLACE = 6
"""Every so manieth account has a city and no place of its own on the map."""
_ROUND_TOWN = 0.06
"""How far from the middle of their city accounts are, in degrees."""

_RESELLERS = {"North": (3, 6), "Central": (2, 5), "South": (1, 2)}
"""How many distributors and installers work in each region: too few in the South."""
_TRADES = (("Distributor", ("Retail", "Logistics")), ("Installer", ("Manufacturing", "Offices")))

Region = tuple[str, float, float, float, float, float]
"""Name, potential in EUR a year, companies, population, resellers, area in km²."""

TERRITORIES: tuple[Region, ...] = (
    ("North", 11_500_000.0, 420.0, 9_600_000.0, float(sum(_RESELLERS["North"])), 63_000.0),
    ("Central", 14_000_000.0, 560.0, 11_200_000.0, float(sum(_RESELLERS["Central"])), 78_000.0),
    ("South", 26_000_000.0, 940.0, 21_500_000.0, float(sum(_RESELLERS["South"])), 112_000.0),
)

_TASTES = {"controls": 0.4, "energy": 0.4, "all": 0.2}
_COMPLETE = 0.7
"""How many buy what belongs to what they have: a gateway, or a service plan."""


def settled(accounts: Sequence[Account], part: int) -> tuple[Account, ...]:
    """Give accounts a city, most of them a place on the map, and a taste.

    Args:
        accounts: Accounts that have none yet.
        part: Which draws to take.
    """
    chance = Chance(part)
    return tuple(_placed(chance, account, number) for number, account in enumerate(accounts, 1))


def with_resellers(accounts: Sequence[Account]) -> tuple[Account, ...]:
    """Let some accounts of each region be distributors and installers.

    Args:
        accounts: The accounts of old.
    """
    types = dict(_types(accounts))
    return tuple(replace(one, type=types.get(one.account_id, one.type)) for one in accounts)


def _placed(chance: Chance, account: Account, number: int) -> Account:
    city, _, lat, lon = chance.one(_IN[account.region], _WEIGHTS)
    north, east = (chance.between(-_ROUND_TOWN, _ROUND_TOWN) for _ in range(2))
    taste = chance.one(list(_TASTES), list(_TASTES.values()))
    known = number % _WITHOUT_PLACE != 0
    return replace(
        account,
        city=city,
        lat=round(lat + north, 3) if known else None,
        lon=round(lon + east, 3) if known else None,
        taste=taste,
        complete=chance.happens(_COMPLETE),
    )


def _types(accounts: Sequence[Account]) -> Iterator[tuple[str, str]]:
    """Choose the resellers of each region among accounts of their trades, every other one."""
    for region, counts in _RESELLERS.items():
        for (name, trades), count in zip(_TRADES, counts, strict=True):
            fit = [a for a in accounts if a.region == region and a.industry in trades]
            yield from ((one.account_id, name) for one in fit[::2][:count])
