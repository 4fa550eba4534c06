"""Recency, frequency and money of customers: how recent, frequent and valuable buyers they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.customers.rfm_segments import (
    HIGHEST,
    cell_of,
    require_segments,
    segment_rules,
    segments_by_cell,
)
from xlcrm.analytics.customers.sales_days import (
    SalesDays,
    days_up_to_now,
    in_order_of,
    sales_days,
)
from xlcrm.analytics.figures import period_in, ratio
from xlcrm.analytics.no_figure import no_figures
from xlcrm.analytics.options import method_named
from xlcrm.analytics.segments.account_groups import account_groups
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, WrongValue
from xlcrm.model.model import Model
from xlcrm.reduce.grouping import Key, groups_of, in_order, label_column, names_in
from xlcrm.stats.exact import sums_by_code
from xlcrm.stats.natural_breaks import natural_breaks
from xlcrm.stats.quantile_scores import quantile_scores, scored_from

Vector = np.ndarray[Any, Any]

SEGMENT = "rfm_segment"
"""The word of `by` for the segment that RFM gives."""

METHODS = ("quintiles", "jenks")
_LONG = 1e15


@dataclass(frozen=True)
class Scored:
    """Customers with an order, k of them, and their scores.

    Attributes:
        accounts: Their ids, in no order.
        recency: Days since the last order.
        frequency: Days with an order.
        monetary: Net sales.
        r: The score of recency, 1 to 5, 5 for the fewest days.
        f: The score of frequency.
        m: The score of money.
    """

    accounts: Vector
    recency: Vector
    frequency: Vector
    monetary: Vector
    r: Vector
    f: Vector
    m: Vector


def rfm(
    model: Model, by: str = "", where: Where = "", period: str = "", method: str = "quintiles"
) -> pd.DataFrame:
    """Score customers by recency, frequency and money (docs/methods.md, RFM).

    Args:
        model: A model with orders, or with deals won.
        by: "" for a row a customer; `SEGMENT` and columns of accounts for a row a group.
        where: Conditions on what was sold.
        period: The days that count; recency is counted from the last of them, or from `as_of`.
        method: One of `METHODS`.

    Returns:
        ``account_id``, ``recency`` (days), ``frequency`` (days with orders), ``monetary`` (net
        sales), the scores ``r``, ``f``, ``m`` (1 to 5), ``segment`` and ``why``; the highest sum of
        scores first, then the most money, then by account. With ``by`` its columns, ``customers``,
        their ``share``, ``revenue``, ``revenue_share``, and the means ``recency``, ``frequency``
        and ``monetary``; the highest mean sum of scores first, then by name.

    Raises:
        NotAvailable: Fewer customers than the setting ``rfm_least`` have an order, or no rule
            holds the scores of some.
        UnknownName: Accounts lead to no such column.
        WrongValue: There is no such method, a name stands twice, or two rules hold the same scores.
    """
    chosen = method_named(method, METHODS)
    names = _names(by)
    customers = scored(model, where, period, chosen)
    cells = cell_of(customers.r, customers.f, customers.m).astype(np.int64)
    known = segments_by_cell(segment_rules(model))
    require_segments(known, cells)
    if names:
        return _by_groups(model, names, customers, known[cells])
    money = customers.monetary
    order = in_order_of(customers.accounts, -(customers.r + customers.f + customers.m), -money)
    told = {name: getattr(customers, name)[order] for name in ("recency", "frequency", "monetary")}
    scores = {name: getattr(customers, name)[order] for name in "rfm"}
    return pd.DataFrame(
        {
            "account_id": customers.accounts[order],
            **told,
            **scores,
            "segment": known[cells[order]],
            "why": _reasons(customers, cells)[cells[order]],
        }
    )


def scored(model: Model, where: Where, period: str, method: str) -> Scored:
    """Measure and score customers who have an order.

    Args:
        model: A model with orders, or with deals won.
        where: Conditions on what was sold.
        period: The days that count.
        method: One of `METHODS`.

    Raises:
        NotAvailable: They are fewer than the setting ``rfm_least``.
    """
    days, last = days_up_to_now(model, period_in(model, period))
    sold = sales_days(model, where, days)
    accounts, recency, frequency, monetary = _measured(sold, last)
    least = model.settings.number("rfm_least")
    if len(accounts) < least:
        raise NotAvailable(
            f"{len(accounts):,} customers ordered in {days.words}: scores need {least:g} to rank; "
            "take more days, or lower the setting rfm_least"
        )
    scores = [_scores(values, method) for values in (-recency, frequency, monetary)]
    return Scored(accounts, recency, frequency, monetary, *scores)


def _measured(sold: SalesDays, last: int) -> tuple[Vector, Vector, Vector, Vector]:
    """Give id, days since the last order, days with orders and net sales of who has an order."""
    customers, days = sold.different(ordered=True)
    frequency = np.bincount(customers, minlength=len(sold.accounts)).astype(float)
    latest = np.zeros(len(sold.accounts))
    is_last = np.diff(customers, append=-1) != 0
    latest[customers[is_last]] = days[is_last]
    there = frequency > 0
    money = sold.revenue()
    if there.all():
        return sold.accounts, last - latest, frequency, money
    return sold.accounts[there], last - latest[there], frequency[there], money[there]


def _scores(values: Vector, method: str) -> Vector:
    if method == METHODS[0]:
        return quantile_scores(values, HIGHEST)
    lowest = natural_breaks(values, HIGHEST)
    # With fewer classes than scores each class has the score of its middle, as a tied rank has.
    classes = np.arange(1, len(lowest) + 1)
    scores = -(-HIGHEST * (2 * classes - 1) // (2 * len(lowest)))
    return scored_from(values, lowest, scores, HIGHEST)


def _reasons(customers: Scored, cells: Vector) -> Vector:
    """Say for each combination of scores that occurs what limits its customers lie within."""
    words = []
    for name, measure, told in (
        ("r", customers.recency, _recency),
        ("f", customers.frequency, _frequency),
        ("m", customers.monetary, _money),
    ):
        scores = getattr(customers, name)
        found = [measure[scores == score] for score in range(1, HIGHEST + 1)]
        occurring = [score for score in range(HIGHEST) if len(found[score])]
        words.append(
            {
                score: f"{name} {score + 1}: "
                + told(
                    float(found[score].min()),
                    float(found[score].max()),
                    is_lowest=score == occurring[0],
                    is_highest=score == occurring[-1],
                )
                for score in occurring
            }
        )
    answer = np.full(HIGHEST**3, "", dtype=object)
    for cell in np.flatnonzero(np.bincount(cells)):
        rest, m = divmod(int(cell), HIGHEST)
        r, f = divmod(rest, HIGHEST)
        answer[cell] = "; ".join((words[0][r], words[1][f], words[2][m]))
    return answer


def _recency(low: float, high: float, *, is_lowest: bool, is_highest: bool) -> str:
    if is_lowest == is_highest:
        return f"ordered {_span(low, high)} ago"
    return f"ordered within {_days(high)}" if is_highest else f"ordered {_days(low)} ago or earlier"


def _frequency(low: float, high: float, *, is_lowest: bool, is_highest: bool) -> str:
    if is_lowest == is_highest:
        return f"{_span(low, high)} with orders"
    return (
        f"at least {_days(low)} with orders" if is_highest else f"at most {_days(high)} with orders"
    )


def _span(low: float, high: float) -> str:
    return _days(low) if low == high else f"{low:,.0f} to {_days(high)}"


def _days(count: float) -> str:
    return "1 day" if count == 1 else f"{count:,.0f} days"


def _money(low: float, high: float, *, is_lowest: bool, is_highest: bool) -> str:
    if is_lowest == is_highest:
        return _amount(low) if low == high else f"{_amount(low)} to {_amount(high)}"
    return f"at least {_amount(low)}" if is_highest else f"at most {_amount(high)}"


def _amount(value: float) -> str:
    if abs(value) >= _LONG or 0 < abs(value) < 1:
        return f"{value:.3g}"
    return f"{value:,.2f}".removesuffix(".00")


def _names(by: str) -> list[str]:
    """Read `by`: `SEGMENT` however it is written, and columns of accounts as they are."""
    names = [
        SEGMENT if text_key(name).replace(" ", "_") == SEGMENT else name for name in names_in(by)
    ]
    if names.count(SEGMENT) > 1:
        raise WrongValue(f"by names {SEGMENT} twice: {by}")
    return names


def _by_groups(model: Model, names: list[str], customers: Scored, segments: Vector) -> pd.DataFrame:
    others = [name for name in names if name != SEGMENT]
    labels: dict[str, Any] = {SEGMENT: segments}
    if others:
        groups, headings = account_groups(model, ",".join(others), list(customers.accounts))
        columns = zip(headings, groups.labels, strict=True)
        labels |= {name: values[groups.codes] for name, values in columns}
        place = iter(headings)
        headings = [SEGMENT if name == SEGMENT else next(place) for name in names]
    else:
        headings = [SEGMENT]
    keys = [Key(name, name, list) for name in headings]
    found = groups_of(pd.DataFrame({name: labels[name] for name in headings}), keys)
    return _finished(
        customers, found.codes, found.count, dict(zip(headings, found.labels, strict=True))
    )


def _finished(
    customers: Scored, codes: Vector, count: int, labels: dict[str, Vector]
) -> pd.DataFrame:
    counts = np.bincount(codes, minlength=count).astype(float)
    revenue = sums_by_code(customers.monetary, codes, count)
    means = {
        name: sums_by_code(getattr(customers, name), codes, count) / counts
        for name in ("recency", "frequency")
    }
    whole = float(sums_by_code(customers.monetary, np.zeros_like(codes), 1)[0])
    score = np.bincount(codes, customers.r + customers.f + customers.m, count) / counts
    headed = {label_column(Key(name, name, list)): cells for name, cells in labels.items()}
    frame = pd.DataFrame(
        {
            **headed,
            "score": -score,
            "customers": counts,
            "share": counts / len(customers.accounts),
            "revenue": revenue,
            "revenue_share": _shares(revenue, whole),
            **means,
            "monetary": revenue / counts,
        }
    )
    ordered = in_order(frame, ["score", *headed], [True] * (1 + len(headed)))
    return ordered.drop(columns="score").set_axis(
        [*labels, *frame.columns[len(labels) + 1 :]], axis=1
    )


def _shares(parts: Vector, whole: float) -> Vector:
    """Divide by the whole; a share of less than nothing has no meaning."""
    if whole < 0:
        return no_figures(len(parts), ExcelError.NUM)
    shares: Vector = ratio(parts, np.full(len(parts), whole))
    return shares
