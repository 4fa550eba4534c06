"""The KPIs of how customers come back and stay away."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlcrm.kpis.declaration import Better, ByCustomer, Kpi, over_customers
from xlcrm.kpis.purchases import Customers, Vector
from xlcrm.kpis.sales import SALES_OF_ACCOUNTS
from xlcrm.model.model import Model

_WAITING = ("dormant_after", "dormant_gaps")
_LOST, _AT_RISK = "customers lost", "customers at risk"
_TOGETHER, _KNOWN = "days together", "customers so far"
_AGAIN, _ALL = "customers who bought again", "customers who bought"
_GAP_DAYS, _GAPS = "days since the purchase before", "purchases after another"
_LOYAL, _OTHERS = "loyal customers", "other customers"


def _churn(_: Model, customers: Customers, method: str) -> Mapping[str, Vector]:
    per_group = customers.purchases.per_group
    started, lost = customers.at_start, customers.lost
    if method == "cohort":
        return {_LOST: per_group(started & lost), _AT_RISK: per_group(started)}
    if method == "start":
        return {_LOST: per_group(lost), _AT_RISK: per_group(started)}
    left = customers.seen & ~lost
    if method == "average":
        return {_LOST: per_group(lost), _AT_RISK: (per_group(started) + per_group(left)) / 2}
    until = np.minimum(customers.end.until, customers.last)
    days = np.where(customers.seen, until - customers.since + 1, 0)
    return {_LOST: per_group(lost), _AT_RISK: per_group(days) / customers.span}


def _relationship(_: Model, customers: Customers, __: str) -> Mapping[str, Vector]:
    from xlcrm.stats.survival import kaplan_meier, restricted_means  # late: no first answer's need

    purchases, end = customers.purchases, customers.end
    known = end.bought > 0
    gone = known & (end.until < customers.last)
    until = np.where(gone, end.last, customers.last)
    durations = (until - purchases.days[purchases.starts])[known].astype(float)
    curve = kaplan_meier(durations, gone[known], purchases.group_of[known])
    count = purchases.per_group(known)
    return {_TOGETHER: restricted_means(curve, purchases.groups) * count, _KNOWN: count}


def _repeats(_: Model, customers: Customers, __: str) -> Mapping[str, Vector]:
    per_group, bought = customers.purchases.per_group, customers.bought
    return {_AGAIN: per_group(bought >= 2), _ALL: per_group(bought >= 1)}


def _gaps(_: Model, customers: Customers, __: str) -> Mapping[str, Vector]:
    purchases = customers.purchases
    days = purchases.days[purchases.again]
    inside = days <= customers.last
    if customers.first is not None:
        inside &= days >= customers.first
    buyers = purchases.customers[purchases.again][inside]
    return {
        _GAP_DAYS: purchases.per_group(purchases.gaps[inside], buyers),
        _GAPS: purchases.per_group(np.ones(len(buyers)), buyers),
    }


def _loyalty(model: Model, customers: Customers, _: str) -> Mapping[str, Vector]:
    per_group = customers.purchases.per_group
    often = customers.bought >= model.settings.number("loyal_orders")
    loyal = customers.seen & often & ~customers.lost
    return {_LOYAL: per_group(loyal), _OTHERS: per_group(customers.seen & ~loyal)}


KPIS = (
    Kpi(
        "churn_rate",
        "Churn rate",
        "Customers at the start of the period who are lost at its end, by customers at the start; "
        "lost is who has not bought for the own waiting time.",
        "docs/methods.md: Customers",
        "share",
        Better.LOWER,
        SALES_OF_ACCOUNTS,
        over_customers(_LOST),
        over_customers(_AT_RISK),
        settings=_WAITING,
        by_customer=ByCustomer(_churn, ("cohort", "start", "average", "exposure")),
    ),
    Kpi(
        "relationship_days",
        "Length of the relationship",
        "The mean days from a customer's first purchase to the last one before being lost, those "
        "not lost at the end of the period counted as still going on (Kaplan and Meier).",
        "docs/methods.md: Customers",
        "days",
        Better.HIGHER,
        SALES_OF_ACCOUNTS,
        over_customers(_TOGETHER),
        over_customers(_KNOWN),
        settings=_WAITING,
        by_customer=ByCustomer(_relationship),
    ),
    Kpi(
        "repeat_rate",
        "Repeat rate",
        "Customers who bought on at least two days of the period, by customers who bought in it.",
        "docs/methods.md: Customers",
        "share",
        Better.HIGHER,
        SALES_OF_ACCOUNTS,
        over_customers(_AGAIN),
        over_customers(_ALL),
        by_customer=ByCustomer(_repeats),
    ),
    Kpi(
        "purchase_gap",
        "Days between purchases",
        "The mean days from a customer's purchase to the next one, over purchases in the period "
        "that have one before them, in the period or earlier.",
        "docs/methods.md: Customers",
        "days",
        Better.LOWER,
        SALES_OF_ACCOUNTS,
        over_customers(_GAP_DAYS),
        over_customers(_GAPS),
        by_customer=ByCustomer(_gaps),
    ),
    Kpi(
        "loyalty_ratio",
        "Loyal to other customers",
        "Loyal customers (enough days with purchases in the period, and not lost at its end) by "
        "the others who bought in the period or were customers at its start.",
        "docs/methods.md: Customers",
        "ratio",
        Better.HIGHER,
        SALES_OF_ACCOUNTS,
        over_customers(_LOYAL),
        over_customers(_OTHERS),
        settings=("loyal_orders", *_WAITING),
        by_customer=ByCustomer(_loyalty),
    ),
)
