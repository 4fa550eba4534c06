"""The sample's measures: most are read from its own data, some are fed by hand, one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xlcrm.workbook.sample.company import AS_OF
from xlcrm.workbook.sample.deal import Deal
from xlcrm.workbook.sample.objectives import KELLER, NOVAK, ROSSI

_YEAR, _QUARTER, _HALF = "last 12 months", "last quarter", "last 6 months"
_AUTUMN, _WINTER, _SPRING = date(2025, 11, 10), date(2026, 1, 12), date(2026, 4, 13)
"""The days of the reviews in which targets and weights were set or confirmed."""


@dataclass(frozen=True)
class Measure:
    """A measure of an objective; see the kind of table for its columns."""

    measure_id: str
    objective_id: str
    measure: str
    unit: str
    owner: str
    reviewed: date
    baseline: float | None = None
    red: float | None = None
    target: float | None = None
    stretch: float | None = None
    band_low: float | None = None
    band_high: float | None = None
    actual: float | None = None
    previous: float | None = None
    period: str | None = None
    kpi: str | None = None
    by: str | None = None
    where: str | None = None
    direction: str | None = None
    aggregation: str | None = None
    weight: float = 1.0


_KNOWN = (
    Measure("M01", "F2", "Revenue, last 12 months", "EUR", KELLER, _WINTER, 5_300_000, 5_400_000,
            stretch=6_700_000, period=_YEAR, kpi="revenue", weight=2.0),
    Measure("M02", "F2", "Revenue from Gold accounts, last 12 months", "EUR", ROSSI, _WINTER,
            3_300_000, 3_400_000, 3_900_000, period=_YEAR, kpi="revenue", where="segment=Gold"),
    Measure("M03", "F3", "Gross margin, last 12 months", "%", NOVAK, _WINTER, 42, 38, 44, 48,
            period=_YEAR, kpi="margin"),
    Measure("M04", "F3", "Price realised of list price, last 12 months", "%", NOVAK, _AUTUMN,
            91, 88, 94, period=_YEAR, kpi="price_realisation"),
    Measure("M05", "F4", "Berg: amount won, last quarter", "EUR", "Berg", _SPRING, 85_000, 85_000,
            period=_QUARTER, kpi="won_amount", by="owner"),
    Measure("M06", "F5", "Bianchi: deals won, last 12 months", "deals", "Bianchi", _SPRING,
            2, 3, 6, period=_YEAR, kpi="won_deals", by="owner"),
    Measure("M07", "C2", "Gold accounts that ordered, last 6 months", "accounts", ROSSI, _WINTER,
            20, 19, 23, 24, period=_HALF, kpi="customers", where="segment=Gold"),
    Measure("M08", "C2", "Customers lost, last 12 months", "%", ROSSI, _WINTER, 12, 16, 8,
            period=_YEAR, kpi="churn_rate"),
    Measure("M09", "C3", "New customers, 12 months", "accounts", KELLER, _AUTUMN, 14, 12, 22,
            period="2025-06..2026-05", aggregation="sum"),
    Measure("M10", "C4", "Net promoter score", "points", ROSSI, _AUTUMN, 25, 20, 40, 55,
            aggregation="last"),
    Measure("M11", "P1", "Customer visits a seller and month", "visits", ROSSI, _AUTUMN, 2, 1, 4,
            band_low=3, band_high=5, direction="band", aggregation="ratio"),
    Measure("M12", "P2", "Sales cycle of deals won, last 12 months", "days", NOVAK, _WINTER,
            target=80, period=_YEAR, kpi="cycle_days", direction="lower"),
    Measure("M14", "P4", "Win rate, last 12 months", "%", NOVAK, _WINTER, 28, 25, 35,
            period=_YEAR, kpi="win_rate"),
    Measure("M15", "P5", "Silva: win rate, last 12 months", "%", "Silva", _SPRING, 22, 25, 32,
            period=_YEAR, kpi="win_rate", by="owner"),
    Measure("M16", "P6", "Quotes sent within three days", "%", ROSSI, _AUTUMN, 55, 50, 70, 90,
            aggregation="mean"),
    Measure("M17", "L2", "Training hours a seller and month", "hours", ROSSI, _AUTUMN, 3, 4, 6, 8,
            aggregation="mean"),
    Measure("M18", "L2", "Sellers certified in the method", "%", ROSSI, _SPRING, 0, 30, 75,
            period=_YEAR),
    Measure("M19", "L3", "Staff turnover of 12 months", "%", KELLER, _AUTUMN, 12, 9, 5, 0,
            aggregation="last"),
)  # fmt: skip
"""All whose values stand elsewhere: in the data, or among the values by month."""


def measures(deals: Sequence[Deal]) -> tuple[Measure, ...]:
    """Give the measures, and type the one value that nothing else tells.

    Args:
        deals: The company's deals.
    """
    pending = [deal for deal in deals if deal.status == "open"]
    late = [deal for deal in pending if deal.expected_close < AS_OF]
    overdue = Measure(
        "M13", "P3", "Open deals past their expected close", "%", NOVAK, _WINTER, 15, 10, 5,
        actual=round(100 * len(late) / len(pending), 1), previous=11.0, period="2026-06",
    )  # fmt: skip
    return tuple(sorted((*_KNOWN, overdue), key=lambda one: one.measure_id))
