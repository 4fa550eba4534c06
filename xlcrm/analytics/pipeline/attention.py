"""Which open deals need attention today, why, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.pipeline.attention_rules import (
    ACTIONS,
    OWN_LIMIT,
    RULES,
    Findings,
    findings,
    require_checked,
    rule_named,
    unchecked,
    unchecked_words,
)
from xlcrm.analytics.pipeline.stale import AGE, IDLE, IDLE_FROM, LIMIT, STALE, limits, with_idle
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue, shortened
from xlcrm.kpis.open_deals import OPEN, OPEN_VALUED, VALUE, list_price_weights, with_value
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import BLANK, Key, groups_of, keys_of, with_groups
from xlcrm.reduce.population import Population, overflow, select
from xlcrm.stats.exact import sums_by_code

_SHOWN = ("deal_id", "account_id", "owner", "stage", "expected_close")
_READ = (*_SHOWN, "created", "last_update", "next_action")
_AMOUNT, _AT_STAKE = "#amount", "#at stake"


def _prepared(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    return with_idle(model, with_value(model, frame))


_WATCHED = Population(
    OPEN.table,
    OPEN.words,
    OPEN.rules,
    date=OPEN.date,
    adds={**OPEN_VALUED.adds, **IDLE_FROM},
    prepare=_prepared,
)
"""All open deals, valued or not, with how long they lie idle."""


def attention(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    rule: str = "",
    top: float | None = None,
) -> pd.DataFrame:
    """List the open deals that need attention (docs/methods.md, Attention).

    Args:
        model: A model with deals; stages, activities and snapshots tell more.
        by: Columns and units of time, for counts; "" for one row a deal.
        where: Conditions on deals.
        period: The days of expected close that count.
        rule: The one rule that matters; "" for all.
        top: How many deals to list; None for all.

    Returns:
        ``deal_id``, ``account_id``, ``owner``, ``stage``, ``amount`` ("" where there is none),
        ``expected_close`` (ISO text), ``idle`` in days, ``pushes``, ``rules`` (how many apply),
        ``reason``, ``action``, ``unchecked`` (rules whose data are missing, else none); the
        largest amount first, equal ones by deal. With ``by``: its columns, ``open``, ``needing``,
        ``amount`` (of those needing), a count for each rule, ``rate``, ``unchecked``.

    Raises:
        NotAvailable: There are no open deals, the data of the rule are missing, or no deal needs
            attention while not all rules could be checked.
        OutOfDomain: ``top`` is below 1.
        WrongValue: There is no such rule, or ``top`` is given with ``by``.
    """
    wanted = rule_named(rule)
    if top is not None and top < 1:
        raise OutOfDomain(f"top {top:g} lists no deal; give 1 or more")
    if top is not None and by.strip():
        raise WrongValue("top limits a list of deals: leave it out where by counts them")
    model.table("deals")  # where there is none, that is what to say, not a missing date
    lacks = unchecked(model)
    require_checked(wanted, lacks)
    keys = keys_of(model, _WATCHED, by)
    deals = _open_deals(model, keys, where, period_in(model, period))
    found = findings(model, deals, lacks)
    needing = np.zeros(len(deals), dtype=bool)
    for name, applies in found.applies.items():
        if wanted in ("", name):
            needing |= applies
    if keys:
        return _counted(deals, found, needing, keys, unchecked_words(lacks))
    if not needing.any() and lacks and not wanted:
        raise NotAvailable(
            f"none of {len(deals):,} open deals needs attention as far as can be seen; not "
            f"checked: {unchecked_words(lacks)}"
        )
    return _listed(deals, found, needing, unchecked_words(lacks), top)


def _open_deals(model: Model, keys: Sequence[Key], where: Where, days: Period) -> pd.DataFrame:
    """Give all open deals, one row each, the largest amount first."""
    told = [*VALUE.keys(model, ""), "value", AGE, IDLE, LIMIT, STALE]
    names = list(dict.fromkeys([*(key.group for key in keys), *_READ, *told]))
    asked = [*(key.base for key in keys), *_READ, *told]
    selection = select(model, _WATCHED, asked, where, days)
    deals = with_groups(selection.counted, keys).select(*names).collect().to_pandas()
    if deals.empty:
        raise NotAvailable("no open deals match: there is nothing to attend to")
    texts = ["deal_id", "account_id", "owner", "stage", "next_action"]
    deals[texts] = deals[texts].astype(object)
    amount = deals["value"].to_numpy(dtype=float) * list_price_weights(model, deals, "value_from")
    own = set(limits(model))
    codes, stages = pd.factorize(deals["stage"])
    limited = [text_key(str(stage)) in own for stage in stages]
    deals[OWN_LIMIT] = np.array([*limited, False])[codes]
    deals[_AMOUNT] = amount
    deals[_AT_STAKE] = np.nan_to_num(amount)
    order = [_AT_STAKE, "deal_id", *(name for name in _READ if name != "deal_id")]
    ascending = [name != _AT_STAKE for name in order]
    return deals.sort_values(order, ascending=ascending, ignore_index=True)


def _listed(
    deals: pd.DataFrame, found: Findings, needing: Any, not_checked: str, top: float | None
) -> pd.DataFrame:
    rows = np.flatnonzero(needing)[: None if top is None else int(top)]
    shown = deals.iloc[rows]
    idle = shown[IDLE].to_numpy(dtype=float)
    answer = {
        "deal_id": shown["deal_id"].fillna(BLANK),
        **{name: shown[name].fillna("") for name in ("account_id", "owner", "stage")},
        "amount": np.where(np.isnan(shown[_AMOUNT]), "", shown[_AMOUNT].astype(object)),
        "expected_close": shown["expected_close"].dt.strftime("%Y-%m-%d").fillna(""),
        "idle": [ExcelError.NA if np.isnan(days) else days for days in idle],
        "pushes": [ExcelError.NA] * len(rows) if found.pushes is None else found.pushes[rows],
        "rules": sum((found.applies[name][rows] for name in found.applies), np.zeros(len(rows))),
        "reason": _joined([reasons[rows] for reasons in found.reasons.values()]),
        "action": _joined(_actions(found.applies, rows)),
        "unchecked": [shortened(not_checked)] * len(rows),
    }
    return pd.DataFrame(
        {name: pd.Series(list(column), dtype=object) for name, column in answer.items()}
    )


def _actions(applies: Mapping[str, Any], rows: Any) -> list[Any]:
    """Give for each thing to do the deals that call for it."""
    answer = []
    for action, rules in ACTIONS.items():
        called = [applies[name][rows] for name in rules if name in applies]
        if called:
            answer.append(np.where(np.any(called, axis=0), action, ""))
    return answer


def _joined(parts: Sequence[Any]) -> list[str]:
    """Join the parts of each row that say something."""
    lines = zip(*parts, strict=True) if parts else ()
    return [shortened("; ".join(part for part in line if part)) for line in lines]


def _counted(
    deals: pd.DataFrame, found: Findings, needing: Any, keys: Sequence[Key], not_checked: str
) -> pd.DataFrame:
    groups = groups_of(deals, keys)

    def count(rows: Any) -> Any:
        return np.bincount(groups.codes[rows], minlength=groups.count).astype(float)

    try:
        at_stake = np.where(needing, deals[_AT_STAKE].to_numpy(dtype=float), 0.0)
        amount = sums_by_code(at_stake, groups.codes, groups.count)
    except OverflowError:
        raise overflow("amount") from None
    everything = count(np.ones(len(deals), dtype=bool))
    answer: dict[str, Any] = {
        key.name: labels for key, labels in zip(keys, groups.labels, strict=True)
    }
    answer |= {"open": everything, "needing": count(needing), "amount": amount}
    for name in RULES:
        known = name in found.applies
        counts = count(found.applies[name]) if known else [ExcelError.NA] * groups.count
        answer[name.replace(" ", "_")] = pd.Series(counts, dtype=None if known else object)
    answer["rate"] = answer["needing"] / everything
    answer["unchecked"] = shortened(not_checked)
    return pd.DataFrame(answer, index=range(groups.count))
