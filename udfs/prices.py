"""Segments: what customers pay, against list and market, and what moves them to buy."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.segments.needs import needs, population_of
from xlcrm.analytics.segments.price import price
from xlcrm.analytics.segments.price_volume_mix import price_volume_mix
from xlcrm.conditions import Where
from xlcrm.functions import worksheet_function
from xlcrm.kpis.sales import ORDER_LINES
from xlcrm.model.model import Model


@worksheet_function(
    "Segments", explain=rests_on("Price", ORDER_LINES, settings=("discount_allowed",))
)
def CRM_PRICE(
    model: Model, by: str = "product", where: Where = "", period: str = ""
) -> pd.DataFrame:
    """Compare what customers paid with the list and the market, and find leaking discounts.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: What is compared: product, segment, owner, channel.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that count: 2026, 2026-Q3, last 12 months, YTD; left out: all.

    Returns:
        The columns of by; lines (with a list price), unpriced (lines without), units, list_value,
        revenue, discount, discount_share, realisation (revenue by list value), leakage (what
        discounts beyond the setting discount_allowed cost), leaking (lines with such discounts),
        margin, margin_share, market_index (revenue by value at market prices). A last row (all);
        the most leakage first, equal ones by name.

    Raises:
        #N/A: No order line has a list price and a quantity. In cells: no line of the group has
            one, or no cost or market price is known.
        #DIV/0!: In cells: lines of a list value of 0.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such period.

    Method:
        A line's list price is its own, else its product's; returns count with their sign. Margins
        are over lines with a cost. The market price is the product's market_price.

    Example:
        =CRM_PRICE(Model, "product")
    """
    return price(model, by, where, period)


@worksheet_function(
    "Segments",
    explain=rests_on("Price, volume and mix", ORDER_LINES),
)
def CRM_PRICE_VOLUME_MIX(
    model: Model,
    by: str = "product",
    where: Where = "",
    period: str = "YTD",
    against: str = "",
) -> pd.DataFrame:
    """Explain a change of revenue by price, volume and mix, to the cent.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: What is sold: product, or product with segment, region, channel.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days that are explained, such as YTD, 2026-Q2 or last month.
        against: The days compared with; left out: the same days a year before.

    Returns:
        The columns of by; units_before, units, price_before, price, revenue_before, revenue,
        price_effect, volume_effect, mix_effect, new, discontinued, change, note; a last row
        (all). A line without a quantity counts as one unit, and the note says so.

    Raises:
        #N/A: One of the periods has no orders.
        #DIV/0!: In cells: no units left after returns, so no price.
        #NUM!: The parts do not add up, which is never shown as a table.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such period, or it has no beginning or end.

    Method:
        Volume: total units at the old mix and price; mix: the shift of shares at old prices; price:
        new units at the change of price. The parts add up to the change.

    Example:
        =CRM_PRICE_VOLUME_MIX(Model, "product")
    """
    return price_volume_mix(model, by, where, period, against)


@worksheet_function(
    "Segments",
    explain=rests_on("Needs", population_of, settings=("confidence_level", "least_answers")),
)
def CRM_NEEDS(
    model: Model,
    by: str = "segment",
    where: Where = "",
    period: str = "",
    show: str = "drivers",
) -> pd.DataFrame:
    """Show what moves each segment: price, service, brand, quality; and how prices move sales.

    Args:
        model: The cell of CRM_MODEL, named Model in the template; or a range with headers.
        by: The columns that make the segments.
        where: Conditions joined by semicolons, or a range of column, operator, value.
        period: The days of answers, or of orders for elasticity.
        show: drivers, or elasticity.

    Returns:
        For drivers the columns of by; need, answers, importance (share of the answers that name
        one), index (importance by that of all, 100 is average), score, effect (score less that of
        the segment's other answers), low, high, lever (keep, mend, show or watch); the most
        important of a segment first. For elasticity the columns of by; elasticity, low, high,
        observations (months of products), products, finding (elastic, inelastic, unclear).

    Raises:
        #N/A: No answer names a driver; for elasticity no prices or quantities. In cells: fewer
            answers than least_answers, or too few prices.
        #REF!: There is no such column within reach.
        #VALUE!: There is no such view or period.

    Method:
        Intervals are Welch's. The lever: important (index from 100) and liked (score from the
        segment's) keep, important and not liked mend, less important and liked show, else watch.
        Elasticity is the slope of log units on log price over months, products apart, with
        Student's t; it tells of a link and not of a cause.

    Example:
        =CRM_NEEDS(Model, "segment")
    """
    return needs(model, by, where, period, show)
