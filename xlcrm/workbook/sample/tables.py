"""The sample as tables: headers and rows by kind, every column of the kind in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from xlcrm.model.schema import kind
from xlcrm.workbook.sample.activities import activities
from xlcrm.workbook.sample.assortment import main_product, suited
from xlcrm.workbook.sample.company import (
    AS_OF,
    CURRENCY,
    MANAGERS,
    PRODUCTS,
    REGIONS,
    SEASON,
    SELLERS,
    STAGES,
    Account,
    accounts,
)
from xlcrm.workbook.sample.courting import courting, extra_visits
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.goals import fitted, targets
from xlcrm.workbook.sample.history import snapshots
from xlcrm.workbook.sample.inbound import with_inbound
from xlcrm.workbook.sample.initiatives import INITIATIVES
from xlcrm.workbook.sample.lines import Line
from xlcrm.workbook.sample.measures import measures
from xlcrm.workbook.sample.newcomers import newcomers
from xlcrm.workbook.sample.objectives import LINKS, OBJECTIVES, PERSPECTIVES
from xlcrm.workbook.sample.office import office_work
from xlcrm.workbook.sample.pipeline import deals
from xlcrm.workbook.sample.places import CITIES, TERRITORIES, Region, settled, with_resellers
from xlcrm.workbook.sample.readings import readings
from xlcrm.workbook.sample.sales import orders, repeats, repeats_of_newcomers
from xlcrm.workbook.sample.segment_rules import segment_rules
from xlcrm.workbook.sample.spend import Spend, spend
from xlcrm.workbook.sample.surveys import surveys
from xlcrm.workbook.sample.timesheets import timesheets

Value = str | float | date | None

_SHORT, _LONG = "Ctrl L", "Controller L"
"""What some of the first deals call a product, and what an alias reads it as."""


@dataclass(frozen=True)
class SampleTable:
    """The rows of one kind, with a header for each of its columns."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@cache
def sample_tables() -> Mapping[str, SampleTable]:
    """Give the sample company's tables by kind; equal in every call and every build."""
    of_old = with_resellers(settled(accounts(), 13))
    drawn = tuple(with_inbound(deals(of_old)))
    entered, drawn_for_all = newcomers(drawn)
    clients = (*of_old, *entered)
    again = (*repeats(of_old, drawn), *repeats_of_newcomers(drawn_for_all, entered))
    again = tuple(suited(again))
    pipeline = fitted(drawn_for_all, again)
    lines = orders(pipeline, again)
    done = activities(pipeline, of_old)
    done += [*courting(pipeline, entered), *extra_visits(of_old)]
    done += office_work(done)
    done.sort(key=lambda one: (one.date, one.owner, one.deal_id or "", one.kind))
    tables = {
        "deals": _table("deals", pipeline, _deal),
        "orders": _table("orders", lines, _order),
        "accounts": _table("accounts", clients, lambda one: _account(one, lines)),
        "sellers": _table("sellers", SELLERS, _seller),
        "products": _table("products", PRODUCTS, vars),
        "stages": _table(
            "stages", enumerate(STAGES, 1), lambda one: {**vars(one[1]), "order": one[0]}
        ),
        "snapshots": _table("snapshots", snapshots(pipeline), _snapshot),
        "activities": _table("activities", done, vars),
        "targets": _table("targets", targets(lines, pipeline), _target),
        "seasonality": _table("seasonality", SEASON.items(), _season),
        "perspectives": _table("perspectives", PERSPECTIVES, _in_order("perspectives")),
        "objectives": _table("objectives", OBJECTIVES, _in_order("objectives")),
        "links": _table("links", LINKS, _in_order("links")),
        "measures": _table("measures", measures(pipeline), vars),
        "actuals": _table("actuals", readings(lines, done), _in_order("actuals")),
        "initiatives": _table("initiatives", INITIATIVES, vars),
        "regions": _table("regions", TERRITORIES, _region),
        "cities": _table("cities", CITIES, _in_order("cities")),
        "spend": _table("spend", spend(), _spent),
        "timesheets": _table("timesheets", timesheets(lines), _in_order("timesheets")),
        "surveys": _table("surveys", surveys(lines), _in_order("surveys")),
        "segment_rules": _table("segment_rules", segment_rules(), _in_order("segment_rules")),
        "settings": SampleTable(("name", "value"), (("as_of", AS_OF),)),
        "aliases": _table("aliases", [("product", _SHORT, _LONG)], _in_order("aliases")),
    }
    return MappingProxyType(tables)


def _table(
    name: str, items: Iterable[Any], read: Callable[[Any], Mapping[str, Any]]
) -> SampleTable:
    headers = kind(name).names
    made = (read(item) for item in items)
    return SampleTable(headers, tuple(tuple(row.get(column) for column in headers) for row in made))


def _in_order(name: str) -> Callable[[Sequence[Any]], Mapping[str, Value]]:
    """Read rows that have the columns of a kind in their order."""
    names = kind(name).names
    return lambda row: dict(zip(names, row, strict=True))


def _deal(deal: Deal) -> Mapping[str, Value]:
    product = main_product(deal).product
    short = product == _LONG and deal.created < date(2024, 4, 1)
    return {
        **vars(deal),
        "expected_close": deal.expected_close,
        "account_id": deal.account.account_id,
        "stage": STAGES[deal.stage].stage,
        "reached": STAGES[deal.reached].stage,
        "currency": CURRENCY,
        "product": _SHORT if short else product,
    }


def _order(line: Line) -> Mapping[str, Value]:
    return {
        **vars(line),
        "account_id": line.account.account_id,
        "currency": CURRENCY,
        "list_price": line.product.list_price,
        "cost": line.cost,
        "product": line.product.product,
    }


def _account(account: Account, lines: Sequence[Line]) -> Mapping[str, Value]:
    days = [line.date for line in lines if line.account.account_id == account.account_id]
    lately = bool(days) and max(days) > AS_OF - timedelta(days=365)
    return {
        **vars(account),
        "status": "Active" if lately or not days else "Inactive",
    }


def _region(region: Region) -> Mapping[str, Value]:
    name, potential, companies, population, resellers, area = region
    return {
        "region": name,
        "potential": potential,
        "companies": companies,
        "population": population,
        "resellers": resellers,
        "area": area,
    }


def _spent(cost: Spend) -> Mapping[str, Value]:
    names = ("date", "category", "amount", "campaign", "segment", "channel")
    return dict(zip(names, cost, strict=True))


def _seller(seller: Any) -> Mapping[str, Value]:
    return {
        **vars(seller),
        "name": f"{seller.first_name} {seller.owner}",
        "manager": MANAGERS[seller.team],
        "region": REGIONS[seller.team],
    }


def _snapshot(picture: tuple[date, Deal, int, float | None, date, str]) -> Mapping[str, Value]:
    day, deal, stage, amount, expected, status = picture
    return {
        "taken_on": day,
        "deal_id": deal.deal_id,
        "stage": STAGES[stage].stage,
        "amount": amount,
        "expected_close": expected,
        "status": status,
        "owner": deal.owner,
    }


def _target(target: tuple[str, str, float, str | None]) -> Mapping[str, Value]:
    metric, period, goal, owner = target
    return {"period": period, "metric": metric, "target": goal, "owner": owner}


def _season(season: tuple[str, float]) -> Mapping[str, Value]:
    return {"period": season[0], "weight": season[1]}
