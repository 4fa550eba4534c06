"""What `by` names: columns of the table and of those it leads to, and units of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.errors import WrongValue
from xlcrm.model.model import Model
from xlcrm.model.relations import Path, join_key, path_to, unmatched, values_along
from xlcrm.model.schema import KINDS
from xlcrm.periods import CALENDAR, label
from xlcrm.reduce.dense import months_of, pandas_rows
from xlcrm.reduce.population import Population
from xlcrm.reduce.problems import require_readable_along

BLANK = "(blank)"
"""The label of rows whose group is blank."""

FIGURES = frozenset(
    """
    value n won commit best_case weighted open total overdue override deals method revenue share
    orders customers basket per_customer closed win_rate low high replaced override_by
    override_why create_and_close landing note mean deviation p10 p50 p90 target probability rho
    unit movers average quality age progress stale gap coverage reached moved_on conversion
    since until start new pulled_in up down pushed lost dropped end months expected slipped
    lost_late pushed_late rate expected_deals slipped_deals rate_deals no_amount lost_early
    poor_share undated at_risk at_risk_deals unattended no_next_action unchecked needing amount
    amount_share cumulative poor_follow_up poor_amount avoidable periods forecast actual wape
    bias skill brier seller_bias units_before units price_before price revenue_before
    price_effect volume_effect mix_effect discontinued change cohort_open immature rest p_value
    adjusted different drop_off words trust step base rise fall before now change_share
    rate_effect mix_effect contribution rank customers_share margin contact_cost service_cost
    profit profit_share profit_cumulative new_customers marketing seller_time cac
    margin_per_customer net_per_new payback rank_before rank_after finding per_order lifetime years
    highest lowest cross_sell more less after wallet_share accounts penetration potential
    potential_share revenue_share index visits visits_per_account resellers expected_resellers lat
    lon need answers importance score effect lever elasticity observations products lines unpriced
    list_value discount discount_share realisation leakage leaking margin_share market_index
    recency frequency monetary expected_orders expected_revenue clv p_alive at_start lost_new
    figure retained undecided churn churn_at_most revenue_lost exposure cohort days survival median
    horizon mean_so_far attribute is best best_share base_share lift p class
    """.split()  # noqa: SIM905 - a list of words
)
"""Headings of figures: a column of `by` that is called so is shown with its table's name."""


@dataclass(frozen=True)
class Key:
    """One name of `by`.

    Attributes:
        name: The heading of its column in the result.
        base: The column of the table that it looks at.
        labels: Turns the distinct values by which rows are grouped into labels.
        months: Whether rows are grouped by the month of the base column, not by its value.
    """

    name: str
    base: str
    labels: Callable[[Sequence[Any]], list[Any]]
    months: bool = False

    @property
    def group(self) -> str:
        """The column by which rows are grouped first, see `with_groups`."""
        return f"months of {self.base}" if self.months else self.base


def keys_of(model: Model, population: Population, by: str) -> tuple[Key, ...]:
    """Read a `by` argument.

    Args:
        model: The model.
        population: The rows that are grouped; units of time cut its date.
        by: One or several names joined by commas: columns, or day, week, month, quarter, year.

    Raises:
        UnknownName: There is no such column within reach.
        WrongValue: A name stands twice, or a unit of time is asked of rows without a date.
    """
    keys = tuple(_key(model, population, name) for name in names_in(by))
    headings = [key.name for key in keys]
    if len(set(headings)) < len(headings):
        raise WrongValue(f"by names a column twice: {by}")
    return keys


def names_in(by: str) -> list[str]:
    """Give the names that a `by` argument joins by commas.

    Args:
        by: The argument.
    """
    return [name.strip() for name in by.split(",") if name.strip()]


def _key(model: Model, population: Population, name: str) -> Key:
    unit = name.casefold()
    if unit in CALENDAR:
        if population.date is None:
            raise WrongValue(f"{population.words} have no date to cut by {unit}")
        fy_start = int(model.settings.number("fy_start"))
        if unit in ("day", "week"):
            return Key(unit, population.date, lambda days: [_time_label(d, unit) for d in days])
        return Key(
            unit,
            population.date,
            lambda months: [_month_label(m, unit, fy_start) for m in months],
            months=True,
        )
    if unit in population.offers and model.column(population.table, unit) is None:
        return Key(unit, unit, lambda values: [_text_label(v) for v in values])
    path = path_to(model, population.table, name)
    qualified = "." in name or path.column in FIGURES
    heading = f"{path.kind}.{path.column}" if qualified else path.column
    if not path.hops:
        return Key(heading, path.column, lambda values: [_text_label(v) for v in values])
    return Key(heading, path.base, lambda values: _labels_along(model, path, values))


def _labels_along(model: Model, path: Path, values: Sequence[Any]) -> list[Any]:
    first = path.hops[0].kind
    key = KINDS[first].key or ""
    key_type = KINDS[first].column(key).type
    require_readable_along(model, path, values)
    known = values_along(model, path)
    answer = []
    for value in values:
        if _missing(value):
            answer.append(BLANK)
            continue
        folded = join_key(value, key_type)
        answer.append(_text_label(known[folded]) if folded in known else unmatched(first))
    return answer


def _time_label(day: Any, unit: str) -> str:
    return BLANK if _missing(day) else label(pd.Timestamp(day).date(), unit)


def _month_label(month: Any, unit: str, fy_start: int) -> str:
    """Name the month, quarter or year of a month counted from January of the year 0."""
    if _missing(month):
        return BLANK
    year, place = divmod(int(month), 12)
    return label(date(year, place + 1, 1), unit, fy_start)


def _text_label(value: Any) -> Any:
    if _missing(value):
        return BLANK
    if isinstance(value, (date, pd.Timestamp)):
        return pd.Timestamp(value).date().isoformat()
    return value if isinstance(value, (str, bool)) else float(value)


def _missing(value: Any) -> bool:
    return bool(pd.isna(value))


def with_groups(frame: nw.LazyFrame[Any], keys: Sequence[Key]) -> nw.LazyFrame[Any]:
    """Add the columns by which rows are grouped where they are not the table's own.

    Months are counted here, on the rows, since far fewer groups than days then remain.

    Args:
        frame: The rows that count.
        keys: What `by` names.
    """
    cut = [key for key in keys if key.months]
    rows = pandas_rows(frame) if cut else None
    if rows is not None:
        months = {key.group: months_of(rows[key.base]) for key in cut}
        return nw.from_native(rows.assign(**months)).lazy()
    added = [
        (nw.col(key.base).dt.year().cast(nw.Float64()) * 12
         + nw.col(key.base).dt.month().cast(nw.Float64()) - 1).alias(key.group)
        for key in cut
    ]  # fmt: skip
    return frame.with_columns(*added) if added else frame


@dataclass(frozen=True)
class Groups:
    """Rows of a small frame brought to what `by` names.

    Attributes:
        codes: The group of each row, whole numbers from 0 in the order of the labels.
        labels: For each key, the label of each group.
        count: How many groups there are.
    """

    codes: np.ndarray[Any, Any]
    labels: tuple[np.ndarray[Any, Any], ...]
    count: int


def groups_of(grouped: pd.DataFrame, keys: Sequence[Key]) -> Groups:
    """Label the rows of a small frame and number the combinations of labels in their order.

    Args:
        grouped: A frame with the columns by which rows were grouped.
        keys: What `by` names; one group of all rows where there are none.
    """
    if not keys:
        return Groups(np.zeros(len(grouped), dtype=np.int64), (), 1)
    ranked = [_ranked(grouped[key.group], key) for key in keys]
    sizes = [max(len(order), 1) for _, order in ranked]
    combined = np.ravel_multi_index([places for places, _ in ranked], sizes)
    found, codes = np.unique(combined, return_inverse=True)
    parts = np.unravel_index(found, sizes)
    labels = [order[part] for (_, order), part in zip(ranked, parts, strict=True)]
    return Groups(codes, tuple(labels), len(found))


def _ranked(values: pd.Series[Any], key: Key) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give the place of each row's label among the labels in order: numbers first, then texts."""
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    labels = key.labels(list(distinct))
    order = sorted(set(labels), key=lambda one: (isinstance(one, str), one))
    place = {one: k for k, one in enumerate(order)}
    places = np.array([place[one] for one in labels], dtype=np.int64)
    listed = np.empty(len(order), dtype=object)
    listed[:] = order
    return places[codes], listed


def in_order(frame: pd.DataFrame, names: Sequence[str], ascending: Sequence[bool]) -> pd.DataFrame:
    """Sort a result by columns of which some are labels, numbers before texts.

    Args:
        frame: The result.
        names: The columns, the first deciding first.
        ascending: For each of them, whether the smallest comes first.

    Returns:
        A new frame.
    """
    return frame.sort_values(
        list(names),
        ascending=list(ascending),
        key=lambda column: pd.factorize(column, sort=True)[0],
        ignore_index=True,
    )


def label_column(key: Key) -> str:
    """Name the column of a key's labels so that no sum or count can be named like it."""
    return f"by {key.name}"
