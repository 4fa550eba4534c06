"""Who and what the sample company is: sellers, products, stages, accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlcrm.workbook.sample.chance import Chance

AS_OF = date(2026, 6, 17)
FIRST_MONTH = (2024, 1)
MONTHS = 30
"""Months of history; the last, that of `AS_OF`, is little more than half over."""

CURRENCY = "EUR"

SEASON = {
    "January": 6.5,
    "February": 7.0,
    "March": 9.0,
    "April": 7.0,
    "May": 8.0,
    "June": 10.0,
    "July": 7.5,
    "August": 6.0,
    "September": 9.0,
    "October": 8.5,
    "November": 8.0,
    "December": 13.5,
}
"""The part of the year that each month is planned to bring, in percent: budgets end in quarters."""


@dataclass(frozen=True)
class Seller:
    """A seller, and how they sell."""

    owner: str
    first_name: str
    team: str
    seniority: str
    hired: date
    hourly_cost: float
    wins: int
    """Deals won in the 30 months."""
    losses: int
    typical: float
    """The amount of a typical deal."""
    open: int
    unattended: int
    """Open deals that nobody has followed for weeks."""
    diligence: float
    """The share of stages in which a deal gets all the activities that it needs."""
    silence: float
    """The share of lost deals that were left alone before they were lost."""


MANAGERS = {"Hansa": "Maria Keller", "Elbe": "Paul Novak", "Alpine": "Sofia Rossi"}
REGIONS = {"Hansa": "North", "Elbe": "Central", "Alpine": "South"}

REGULAR, STUNTS, SLIPS = "Berg", "Bianchi", "Silva"

SELLERS = (
    Seller("Berg", "Anna", "Hansa", "senior", date(2016, 4, 1), 62.0, 30, 27, 40_000, 8,
           0, 1.00, 0.08),
    Seller("Hoffmann", "Lena", "Hansa", "senior", date(2018, 9, 3), 60.0, 13, 30, 52_000, 8,
           1, 0.80, 0.30),
    Seller("Lund", "Erik", "Hansa", "junior", date(2023, 2, 1), 44.0, 11, 31, 44_000, 7,
           2, 0.60, 0.38),
    Seller("Weber", "Jonas", "Hansa", "senior", date(2019, 1, 7), 58.0, 13, 28, 49_000, 8,
           0, 0.85, 0.28),
    Seller("Braun", "Felix", "Elbe", "senior", date(2017, 6, 12), 60.0, 14, 30, 51_000, 8,
           0, 0.80, 0.30),
    Seller("Dvorak", "Petra", "Elbe", "senior", date(2015, 3, 2), 63.0, 14, 26, 56_000, 8,
           0, 0.90, 0.23),
    Seller("Horak", "Tomas", "Elbe", "junior", date(2022, 10, 3), 45.0, 11, 32, 42_000, 8,
           1, 0.60, 0.38),
    Seller("Moreau", "Ines", "Elbe", "senior", date(2020, 5, 4), 57.0, 12, 29, 50_000, 8,
           1, 0.80, 0.30),
    Seller("Bianchi", "Luca", "Alpine", "senior", date(2014, 11, 3), 66.0, 5, 22, 390_000, 4,
           0, 0.70, 0.36),
    Seller("Costa", "Elena", "Alpine", "junior", date(2023, 8, 1), 43.0, 11, 30, 41_000, 8,
           2, 0.60, 0.36),
    Seller("Ferrari", "Carla", "Alpine", "senior", date(2018, 2, 5), 59.0, 13, 28, 53_000, 8,
           1, 0.80, 0.29),
    Seller("Silva", "Marco", "Alpine", "senior", date(2019, 7, 1), 57.0, 10, 33, 47_000, 11,
           3, 0.45, 0.52),
)  # fmt: skip


@dataclass(frozen=True)
class Product:
    """A product with its price."""

    product: str
    category: str
    list_price: float
    market_price: float
    cost: float
    launched: date


PRODUCTS = (
    Product("Controller S", "Hardware", 1_900.0, 1_790.0, 1_060.0, date(2019, 3, 1)),
    Product("Controller L", "Hardware", 4_800.0, 4_650.0, 2_700.0, date(2020, 9, 1)),
    Product("Sensor pack", "Hardware", 640.0, 560.0, 350.0, date(2018, 5, 1)),
    Product("Gateway", "Hardware", 2_400.0, 2_350.0, 1_320.0, date(2021, 2, 1)),
    Product("Energy Insight", "Software", 6_500.0, 7_100.0, 1_450.0, date(2022, 10, 1)),
    Product("Site licence", "Software", 14_000.0, 14_800.0, 3_100.0, date(2021, 11, 1)),
    Product("Commissioning", "Services", 3_200.0, 3_050.0, 2_150.0, date(2018, 5, 1)),
    Product("Service plan", "Services", 1_250.0, 1_290.0, 690.0, date(2018, 5, 1)),
)


@dataclass(frozen=True)
class Stage:
    """A pipeline stage, with the share of lost deals that came no further."""

    stage: str
    probability: float
    category: str
    stale_after: int
    min_activities: int
    lost_here: float


STAGES = (
    Stage("Lead", 0.20, "pipeline", 30, 1, 0.38),
    Stage("Qualified", 0.35, "pipeline", 30, 2, 0.30),
    Stage("Proposal", 0.50, "best case", 21, 3, 0.18),
    Stage("Negotiation", 0.70, "best case", 14, 2, 0.10),
    Stage("Closing", 0.90, "commit", 7, 1, 0.04),
)


@dataclass(frozen=True)
class Account:
    """A customer or prospect."""

    account_id: str
    name: str
    segment: str
    region: str
    industry: str
    owner: str
    size: int
    potential: float
    created: date
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    type: str = "End customer"
    taste: str = "all"
    """What it buys: controls, energy, or all."""
    complete: bool = True
    """Whether it also buys what belongs to that."""


_INDUSTRIES = {
    "Food": ("Foods", "Dairy", "Bakery"),
    "Health": ("Clinic", "Pharma", "Hospital"),
    "Hotels": ("Hotels", "Resorts", "Inns"),
    "Logistics": ("Logistics", "Freight", "Depots"),
    "Manufacturing": ("Works", "Metals", "Plastics"),
    "Offices": ("Estates", "Towers", "Offices"),
    "Public sector": ("City Works", "University", "Schools"),
    "Retail": ("Stores", "Markets", "Outlets"),
}
_NAMES = (
    "Alder", "Amber", "Arden", "Aster", "Birch", "Brook", "Cedar", "Clover", "Coral", "Crown",
    "Delta", "Eagle", "Elm", "Ember", "Falcon", "Fern", "Forge", "Garnet", "Glade", "Harbour",
    "Hazel", "Heron", "Iris", "Ivory", "Jade", "Juniper", "Kestrel", "Lark", "Linden", "Lotus",
    "Maple", "Marble", "Mercury", "Mill", "Nova", "Oak", "Olive", "Onyx", "Orchard", "Osprey",
    "Pearl", "Pine", "Quarry", "Quartz", "Raven", "Reed", "Ridge", "River", "Robin", "Rowan",
    "Saffron", "Sage", "Silver Lake", "Spruce", "Stone", "Summit", "Tern", "Thistle", "Topaz",
    "Valley",
)  # fmt: skip
_SIZES = {"Gold": (400, 2_500), "Silver": (90, 500), "Bronze": (15, 120)}
_POTENTIALS = {"Gold": (250, 700), "Silver": (70, 220), "Bronze": (15, 70)}
ACCOUNTS = 120


def accounts() -> tuple[Account, ...]:
    """Make the accounts of old: twenty Gold, forty Silver and sixty Bronze, ten for each seller."""
    chance = Chance(1)
    made = []
    for number in range(ACCOUNTS):
        segment = "Gold" if number < 20 else "Silver" if number < 60 else "Bronze"
        seller = SELLERS[number % len(SELLERS)]
        made.append(account(chance, number, segment, seller.owner))
    return tuple(made)


def account(chance: Chance, number: int, segment: str, owner: str) -> Account:
    """Make an account.

    Args:
        chance: The draws.
        number: Its place among all, counted from 0.
        segment: Its segment.
        owner: The seller who looks after it.
    """
    teams = {seller.owner: seller.team for seller in SELLERS}
    industries = list(_INDUSTRIES)
    industry = industries[(number * 5 + number // 12) % len(industries)]
    endings = _INDUSTRIES[industry]
    made = Account(
        account_id=f"A-{number + 1:03d}",
        name=f"{_NAMES[number * 7 % 60]} {endings[number // 60 * 2 % 3]}",
        segment=segment,
        region=REGIONS[teams[owner]],
        industry=industry,
        owner=owner,
        size=round(chance.between(*_SIZES[segment]) / 5) * 5,
        potential=round(chance.between(*_POTENTIALS[segment])) * 1_000.0,
        created=chance.day(date(2018, 1, 1), date(2023, 9, 30)),
    )
    for _ in range(2):
        chance.between(0, 1)  # keeps the draws of the accounts behind it as they were
    return made
