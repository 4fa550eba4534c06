"""Marketing spend by segment: what names one goes there, the rest is shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.customers.scope import Scope
from xlcrm.cells import text_key
from xlcrm.conditions import Condition
from xlcrm.errors import NotAvailable, UnknownName
from xlcrm.kpis.catalogue import kpi
from xlcrm.model.model import Model
from xlcrm.model.relations import path_to
from xlcrm.periods import Period
from xlcrm.reduce.filters import filter_of
from xlcrm.reduce.grouping import BLANK, keys_of
from xlcrm.reduce.population import Population, Rule, select
from xlcrm.reduce.sums import grouped_sums, labels_of, totals

MARKETING = ("marketing", "маркетинг", "mercadotecnia")
"""What the category of marketing spend is called, in small letters."""

_IS_MARKETING = Rule(nw.col("is_marketing") == 1.0, "no marketing", ("is_marketing",))


def _with_marketing(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    found = model.columns("spend", ["category"]).frame.unique().collect()["category"].to_list()
    meant = [one for one in found if isinstance(one, str) and text_key(one) in MARKETING]
    told = nw.col("category").is_in(meant).fill_null(value=False)
    return frame.with_columns(is_marketing=told.cast(nw.Float64()))


MARKETING_SPEND = Population(
    "spend",
    "marketing spend",
    (
        _IS_MARKETING,
        Rule(~nw.col("amount").is_null(), "no amount", ("amount",), True, "enter amounts"),
    ),
    "date",
    adds={"is_marketing": ("category",)},
    prepare=_with_marketing,
)
"""Spend of the category marketing: sales are counted as sellers' time, overhead stays anyway."""

_NO_TAGS = ("date", "category", "amount", "currency")
"""Columns of spend that are about the cost and name nobody on whom it was spent."""


@dataclass(frozen=True)
class Marketing:
    """Marketing spend by group.

    Attributes:
        frame: The headings of the scope's keys and ``marketing``; None where there is no spend.
        unshared: What is shared with nobody.
        reason: Why it is not, or "".
        is_lacking: Whether a part belongs to the groups that nothing can tell apart.
    """

    frame: pd.DataFrame | None
    unshared: float = 0.0
    reason: str = ""
    is_lacking: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the company enters this cost at all."""
        return self.frame is not None

    @property
    def remark(self) -> str:
        """What a reader of a figure that rests on it must know, or ""."""
        if not self.is_kept:
            return "without marketing: no spend"
        return "marketing is not known by segment" if self.is_lacking else ""


Tag = tuple[Any, ...]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Count = Callable[[Scope], pd.DataFrame]
"""Counts by group what spend is shared by: opportunities, or new customers."""


def marketing(model: Model, scope: Scope, days: Period, count: Count | None) -> Marketing:
    """Add up marketing spend by group, and share what names no group.

    A cost that names a group goes there. Any other is shared by what is counted, among all that
    fit what it does name, whether they meet the conditions or not; those that do not keep theirs.

    Args:
        model: The model, with or without spend.
        scope: The groups and conditions.
        days: The days of the spend.
        count: What it is shared by; None to share nothing.
    """
    if "spend" not in model.tables or not len(model.table("spend")):
        return Marketing(None)
    wide, tags = _with_tags(model, scope)
    asked = (*scope.of_accounts, *scope.others)
    known = tuple(one for one in asked if _column(model, scope, one.column))
    spent = _spent(model, tags, days)
    meeting = _spent(model, tags, days, [_on_spend(model, scope, one) for one in known])
    reason, is_lacking, shares = "it names no segment, and none is to share it", False, None
    if count is not None:
        try:
            shares = _Shares(count(wide.without_conditions), count(wide), tuple(tags))
            reason = "there is nothing to share it by in these days"
        except (UnknownName, NotAvailable) as error:
            reason, is_lacking = error.message, True
    headings = [key.name for key in scope.keys]
    parts: list[pd.DataFrame] = []
    unshared = 0.0
    for tag, amount in spent.items():
        named = dict(zip(tags, tag, strict=True))
        is_direct = all(named.get(heading) is not None for heading in headings)
        shared = None
        if shares is not None and not (is_direct and len(known) == len(asked)):
            shared = shares.of(tag, amount, headings)
        if shared is not None:
            parts.append(shared)
        elif is_direct and tag in meeting:
            group = {heading: [named[heading]] for heading in headings}
            parts.append(pd.DataFrame({**group, "marketing": [meeting[tag]]}))
        elif not is_direct and (tag in meeting or None in tag or not known):
            unshared += amount
    columns = [*headings, "marketing"]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    is_lacking = is_lacking and unshared != 0
    return Marketing(frame, unshared, reason if unshared else "", is_lacking)


@dataclass(frozen=True)
class _Shares:
    """What spend is shared by: all counted, and those of them that meet the conditions."""

    every: pd.DataFrame
    meeting: pd.DataFrame
    tags: tuple[str, ...]

    def of(self, tag: Tag, amount: float, headings: list[str]) -> pd.DataFrame | None:
        """Share an amount among what fits its tag; None where nothing does."""
        whole = self.every["n"].to_numpy(dtype=float)[self._fit(self.every, tag)].sum()
        if not whole:
            return None
        part = self.meeting[self._fit(self.meeting, tag)]
        return part[headings].assign(marketing=part["n"].astype(float) / whole * amount)

    def _fit(self, frame: pd.DataFrame, tag: Tag) -> Mask:
        fits = np.ones(len(frame), dtype=bool)
        for heading, wanted in zip(self.tags, tag, strict=True):
            if wanted is not None:
                fits &= np.array([folded(one) == folded(wanted) for one in frame[heading]], bool)
        return fits


def folded(label: Any) -> Any:
    """Bring a label to what is equal in all tables, however each of them writes a name."""
    return text_key(label) if isinstance(label, str) else label


def _column(model: Model, scope: Scope, name: str) -> str:
    """Give the column of spend that a name of `by` or `where` means, "" where there is none."""
    column = model.table("spend").column(path_to(model, scope.table, name).column)
    return "" if column is None or column in _NO_TAGS else column


def _on_spend(model: Model, scope: Scope, condition: Condition) -> Condition:
    return replace(condition, column=_column(model, scope, condition.column))


def _with_tags(model: Model, scope: Scope) -> tuple[Scope, dict[str, str]]:
    """Widen the groups by conditions on what spend may name; say which column names each group."""
    sold = kpi("customers").population(model)
    names, keys = list(scope.names), list(scope.keys)
    for condition in (*scope.of_accounts, *scope.others):
        if _column(model, scope, condition.column):
            (key,) = keys_of(model, sold, condition.column)
            if key.name not in [one.name for one in keys]:
                names.append(condition.column)
                keys.append(key)
    found = {key.name: _column(model, scope, n) for n, key in zip(names, keys, strict=True)}
    tags = {heading: column for heading, column in found.items() if column}
    return replace(scope, names=tuple(names), keys=tuple(keys)), tags


def _spent(
    model: Model, tags: Mapping[str, str], days: Period, asked: Sequence[Condition] = ()
) -> dict[Tag, float]:
    """Add up marketing spend by what it names, None where it names nothing."""
    try:
        filters = [filter_of(model, "spend", condition) for condition in asked]
    except NotAvailable:  # a value that no spend names
        return {}
    added = [Rule(one.keeps, f"not {one.words}", one.columns) for one in filters]
    population = replace(MARKETING_SPEND, rules=(*MARKETING_SPEND.rules, *added))
    keys = [keys_of(model, population, f"spend.{column}")[0] for column in tags.values()]
    keys = [replace(key, name=heading) for key, heading in zip(keys, tags, strict=True)]
    rows = select(model, population, [*tags.values(), "amount"], period=days).counted
    answer = totals(grouped_sums(rows, [key.group for key in keys], {"amount": "amount"}), keys,
                    {"amount": ("amount", None)})  # fmt: skip
    columns = [[None if one == BLANK else one for one in labels]
               for labels in labels_of(answer, keys).values()]  # fmt: skip
    named = zip(*columns, strict=True) if columns else [()] * len(answer)
    return {tag: float(amount) for tag, amount in zip(named, answer["amount"], strict=True)}
