"""How many units more or fewer each segment buys when prices change."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.no_figure import where_known
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.kpis.sales import ORDER_LINES
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import groups_of, keys_of, label_column, with_groups
from xlcrm.reduce.population import Rule, require_rows, select
from xlcrm.reduce.sums import grouped_sums, totals
from xlcrm.stats.within_slope import WithinSlopes, within_slopes

PRICED_SALES = replace(
    ORDER_LINES,
    words="order lines that tell a price",
    rules=(
        *ORDER_LINES.rules,
        Rule(~nw.col("product").is_null(), "no product", ("product",), True, "enter products"),
        Rule(~nw.col("quantity").is_null(), "no quantity", ("quantity",), True, "enter it"),
        Rule(~nw.col("date").is_null(), "no date", ("date",), True, "enter dates"),
        Rule(nw.col("quantity") > 0.0, "no units above 0", ("quantity",)),
        Rule(nw.col("amount") > 0.0, "no amount above 0", ("amount",)),
    ),
)
"""Order lines that sold units at a price; what was returned or given away tells none."""


def elasticity(model: Model, by: str, where: Where, period: str) -> pd.DataFrame:
    """Estimate the price elasticity of each segment (docs/methods.md: Needs).

    Args:
        model: A model with orders that have quantities.
        by: The columns that make the segments.
        where: Conditions on orders.
        period: The days of orders that count.

    Returns:
        The columns of ``by``; ``elasticity`` (percent of units by percent of price), ``low`` and
        ``high`` at confidence_level, ``observations`` (months of products that sold in 2 at least),
        ``products`` (how many such), ``finding``; sorted by name.

    Raises:
        NotAvailable: No order line tells a price.
    """
    model.table("orders")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    keys = keys_of(model, PRICED_SALES, by)
    product, month = (keys_of(model, PRICED_SALES, name)[0] for name in ("product", "month"))
    # Names that no column of `by` has, since a segment may be one of months or products, too.
    cells = [*keys, replace(product, name="#product"), replace(month, name="#month")]
    asked = list(dict.fromkeys([*(key.base for key in cells), "amount", "quantity"]))
    selection = select(model, PRICED_SALES, asked, where, days)
    rows = with_groups(selection.counted, cells)
    sums = {"amount": "amount", "quantity": "quantity"}
    grouped = grouped_sums(rows, [key.group for key in cells], sums)
    require_rows(selection, len(grouped), PRICED_SALES)
    if grouped.empty:
        inside = "" if days.is_all else f" in {days.words}"
        raise NotAvailable(f"no order line{inside} has units and an amount above 0: no prices")
    sold = totals(grouped, cells, {name: (name, None) for name in sums})
    of = [replace(key, base=label_column(key), months=False, labels=list) for key in keys]
    segments = groups_of(sold, of)
    units = groups_of(sold, [*of, replace(cells[-2], base=label_column(cells[-2]), labels=list)])
    segment_of = np.zeros(units.count, dtype=np.int64)
    segment_of[units.codes] = segments.codes
    amount, quantity = (sold[name].to_numpy(dtype=float) for name in sums)
    found = within_slopes(
        np.log(amount) - np.log(quantity),
        np.log(quantity),
        units.codes,
        segment_of,
        segments.count,
        model.settings.number("confidence_level"),
    )
    labels = dict(zip([key.name for key in keys], segments.labels, strict=True))
    return pd.DataFrame(labels | _figures(found), index=range(segments.count))


def _figures(found: WithinSlopes) -> dict[str, np.ndarray]:
    return {
        "elasticity": where_known(found.slope),
        "low": where_known(found.low),
        "high": where_known(found.high),
        "observations": found.observations,
        "products": found.units,
        "finding": np.select(
            [found.high < -1, found.low > -1], ["elastic", "inelastic"], "unclear"
        ),
    }
