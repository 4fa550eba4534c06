"""Which territories are neglected: sales, visits and resellers against potential."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.options import option
from xlcrm.analytics.territory.accounts import Accounts, accounts_of, place_of, scope_of
from xlcrm.analytics.territory.measured import Measured, figures_of
from xlcrm.analytics.territory.places import AT_ZERO, SWAPPED, Places, columns_of, places_of
from xlcrm.analytics.territory.prospects import prospects
from xlcrm.analytics.territory.regions import Regions, region_key, regions_of
from xlcrm.analytics.territory.work import buyers_of, sold_in, visits_of
from xlcrm.cells import Rows, number_text, text_key
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, OutOfDomain
from xlcrm.model.model import Model
from xlcrm.model.relations import unmatched
from xlcrm.reduce.grouping import BLANK, in_order
from xlcrm.reduce.population import overflow
from xlcrm.stats.exact import sums_by_code
from xlcrm.stats.great_circle import mean_places

SHOWS = ("regions", "accounts")
"""What can be shown of territories; the default first."""

RESELLER_WORDS = (
    "resell", "distribut", "dealer", "wholesale", "point of sale", "händler", "haendler",
    "wiederverk", "verdeler", "revendeur", "grossist", "groothandel", "point de vente",
    "revendedor", "distribuidor", "mayorista", "дилер", "реселлер", "дистриб",
)  # fmt: skip
"""An account whose type holds one of these, in small letters, resells."""

_FIRST = "#index"

Vector = np.ndarray[Any, Any]


def territory(
    model: Model,
    by: str = "region",
    where: Where = "",
    period: str = "last 12 months",
    show: str = "regions",
) -> pd.DataFrame:
    """Compare territories with their potential, or list prospects near customers.

    Args:
        model: A model with accounts and sales; regions, activities and cities add what they know.
        by: The column that makes the territories, seen from accounts.
        where: Conditions on accounts; one that accounts do not know is on what was sold.
        period: The days of sales and visits that count.
        show: One of `SHOWS`.

    Returns:
        For regions the columns of ``by``; ``accounts`` and ``customers`` (who bought in the
        period), ``penetration`` with Wilson's ``low`` and ``high``, ``potential`` and
        ``potential_share``, ``revenue`` and ``revenue_share``, ``index`` (in percent),
        ``visits``, ``visits_per_account``, ``resellers``, ``expected_resellers`` and ``gap``
        (those missing), ``lat`` and ``lon`` (the middle, in degrees), ``finding``; the lowest
        index first (docs/methods.md: Territory). For accounts see `prospects`.

    Raises:
        NotAvailable: There are no accounts, or no sales to ask for.
        OutOfDomain: A coordinate lies outside the globe, or a potential is negative.
        WrongValue: An account or a region stands twice, or there is no such view or period.
    """
    shown = option("show", show, SHOWS)
    by = by if by.strip() else "region"
    model.table("accounts")  # where there is none, that is what to say
    days = period_in(model, period)
    scope = scope_of(model, where)
    columns = ["owner", "type", "potential", *columns_of(model)]
    accounts = accounts_of(model, by, scope.of_accounts, columns)
    places = places_of(model, accounts.rows, scope.of_accounts)
    _require_potential(model, accounts, scope.of_accounts)
    buyers = buyers_of(model, scope.of_sales, days)
    if shown == "accounts":
        ever = buyers_of(model, scope.of_sales, None)
        return prospects(accounts, places, buyers["account_id"], ever["account_id"])
    regions = regions_of(model, by, scope.of_accounts)
    known = _known(accounts, buyers, regions, narrowed=bool(scope.of_accounts))
    visits = _visits(known, visits_of(model, days))
    try:
        measured = _measured(known, regions, accounts, places, visits)
        figures = figures_of(model, measured)
    except OverflowError:
        raise overflow("the potential or revenue of territories") from None
    names = [key.name for key in accounts.keys]
    named = {name: [label[k] for label in known.labels] for k, name in enumerate(names)}
    frame = pd.DataFrame(named | figures)
    numbers = [np.inf if isinstance(one, ExcelError) else one for one in figures["index"]]
    frame[_FIRST] = np.array(numbers, dtype=float)
    return in_order(frame, [_FIRST, *names], [True] * (1 + len(names))).drop(columns=_FIRST)


@dataclass(frozen=True)
class _Known:
    """The territories: their labels, the territory of each account, and what was sold there."""

    labels: Sequence[tuple[Any, ...]]
    of_account: Mapping[Any, int]
    sold: Mapping[int, tuple[float, float]]


def _known(
    accounts: Accounts, buyers: pd.DataFrame, regions: Regions | None, *, narrowed: bool
) -> _Known:
    """Number the territories: those of accounts, regions without any, and sales to nobody known.

    Sales to nobody known count only where no condition asks for accounts, which they cannot meet.
    """
    labels = list(zip(*accounts.labels, strict=True))
    there = {region_key(label[0]) for label in labels}
    if regions:
        labels += [(name,) for name in regions.names if region_key(name) not in there]
    nobody = [(word,) * len(accounts.keys) for word in (BLANK, unmatched("accounts"))]
    labels += [label for label in nobody if label not in labels]
    blank, other = (labels.index(label) for label in nobody)
    of_account = dict(zip(accounts.rows["account_id"], accounts.codes.tolist(), strict=True))
    if narrowed:
        buyers = buyers[buyers["account_id"].isin(list(of_account))]
    sold = sold_in(buyers, of_account, blank, other)
    of_regions = [code for code, label in enumerate(labels) if label not in nobody]
    used = {*accounts.codes.tolist(), *of_regions, *sold}
    place = {code: k for k, code in enumerate(sorted(used))}
    return _Known(
        [labels[code] for code in sorted(used)],
        {name: place[code] for name, code in of_account.items()},
        {place[code]: figures for code, figures in sold.items()},
    )


def _measured(
    known: _Known, regions: Regions | None, accounts: Accounts, places: Places, visits: Vector
) -> Measured:
    """Reduce accounts to their territories, beside what the regions say themselves."""
    count, rows = len(known.labels), accounts.rows
    codes = np.array([known.of_account[name] for name in rows["account_id"]], dtype=np.intp)
    there = places.known
    lat, lon = mean_places(places.lat[there], places.lon[there], codes[there], count)
    own = rows["potential"].to_numpy(dtype=float)
    told = ~np.isnan(own)
    sums = sums_by_code(own[told], codes[told], count)
    potential = np.where(np.bincount(codes[told], minlength=count) > 0, sums, np.nan)
    sells = _is_reseller(rows["type"])
    resellers = np.bincount(codes[sells], minlength=count).astype(float)
    if not sells.any():
        resellers[:] = np.nan
    companies = np.full(count, np.nan)
    if regions:
        named = [label[0] for label in known.labels]
        told_by = {name: regions.of(name, named) for name in regions.figures}
        companies = told_by["companies"]
        potential = _either(told_by["potential"], potential)
        resellers = _either(told_by["resellers"], resellers)
    sold = [known.sold.get(k, (0.0, 0.0)) for k in range(count)]
    return Measured(
        accounts=np.bincount(codes, minlength=count).astype(float),
        customers=np.array([buyers for _, buyers in sold]),
        companies=companies,
        potential=potential,
        revenue=np.array([amount for amount, _ in sold]),
        resellers=resellers,
        visits=visits,
        lat=lat,
        lon=lon,
        at_zero=np.bincount(codes[places.notes == AT_ZERO], minlength=count),
        swapped=np.bincount(codes[places.notes == SWAPPED], minlength=count),
    )


def _either(of_regions: Vector, of_accounts: Vector) -> Vector:
    """Take one source for all territories, since figures of two cannot be compared."""
    return of_accounts if np.isnan(of_regions).all() else of_regions


def _is_reseller(types: pd.Series[Any]) -> Vector:
    codes, found = pd.factorize(types)
    meant = [any(word in text_key(str(one)) for word in RESELLER_WORDS) for one in found]
    return np.array([*meant, False], dtype=bool)[codes]


def _visits(known: _Known, visits: Mapping[str, float] | None) -> Vector:
    """Add up the visits to the accounts of each territory, NaN where nobody noted any account."""
    count = len(known.labels)
    if visits is None:
        return np.full(count, np.nan)
    there = [(known.of_account[name], n) for name, n in visits.items() if name in known.of_account]
    codes = np.array([code for code, _ in there], dtype=np.intp)
    return np.bincount(codes, np.array([n for _, n in there]), count).astype(float)


def _require_potential(model: Model, accounts: Accounts, where: Rows) -> None:
    potential = accounts.rows.set_index("account_id")["potential"]
    below = potential[potential < 0]
    if len(below):
        row, name = place_of(model, where, below.index.to_series())
        raise OutOfDomain(
            f"accounts, {row}: potential {number_text(float(below[name]))} is negative"
        )
