"""What `by` and `where` ask of customers, carried to every table that names accounts.

The segment of an order is that of its account, so an activity, an opportunity or an hour of service
belongs to the segment of its own account, also where that account never ordered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.cells import text_key, text_of
from xlcrm.conditions import Condition, Where, conditions
from xlcrm.errors import UnknownName
from xlcrm.kpis.catalogue import kpi
from xlcrm.model.model import Model
from xlcrm.model.relations import join_key, path_to
from xlcrm.model.schema import KINDS
from xlcrm.reduce.filters import filter_of
from xlcrm.reduce.grouping import Key, keys_of, names_in
from xlcrm.reduce.population import Population, Rule, select

ACCOUNT = "account_id"

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Scope:
    """What was asked of customers, read from what was sold.

    Attributes:
        table: The table of what was sold: orders, or deals won.
        names: What `by` names.
        keys: What it groups by, one a name.
        of_accounts: The conditions on accounts.
        others: The conditions on what was sold.
    """

    table: str
    names: tuple[str, ...]
    keys: tuple[Key, ...]
    of_accounts: tuple[Condition, ...]
    others: tuple[Condition, ...]

    @property
    def is_of_accounts(self) -> bool:
        """Whether all groups are told by the account alone."""
        return all(key.base == ACCOUNT for key in self.keys)

    @property
    def without_conditions(self) -> Scope:
        """The same groups of everyone."""
        return replace(self, of_accounts=(), others=())


def scope_of(model: Model, by: str, where: Where) -> Scope:
    """Read `by` and `where` from what was sold.

    Args:
        model: A model with orders, or with deals won.
        by: What is grouped by.
        where: Conditions.

    Raises:
        UnknownName: There is no such column within reach.
    """
    population = kpi("customers").population(model)
    model.table(population.table)
    keys = keys_of(model, population, by)
    asked = conditions(where)
    told = [path_to(model, population.table, one.column).base == ACCOUNT for one in asked]
    return Scope(
        population.table,
        tuple(names_in(by)),
        keys,
        tuple(one for one, is_told in zip(asked, told, strict=True) if is_told),
        tuple(one for one, is_told in zip(asked, told, strict=True) if not is_told),
    )


def keys_on(model: Model, scope: Scope, population: Population) -> tuple[Key, ...]:
    """Find the groups on the rows of another table that names accounts.

    Args:
        model: The model.
        scope: What was asked.
        population: The rows.

    Raises:
        UnknownName: The rows do not lead to a column that is not told by the account.
    """
    pairs = zip(scope.names, scope.keys, strict=True)
    return tuple(
        key if key.base == ACCOUNT else replace(keys_of(model, population, name)[0], name=key.name)
        for name, key in pairs
    )


def within_scope(model: Model, scope: Scope, population: Population) -> Population:
    """Give the rows of another table that meet the conditions which no account tells.

    Args:
        model: The model.
        scope: What was asked.
        population: The rows.

    Raises:
        UnknownName: The rows do not lead to a column of the conditions.
    """
    filters = [filter_of(model, population.table, condition) for condition in scope.others]
    added = [Rule(one.keeps, f"not {one.words}", one.columns) for one in filters]
    return replace(population, rules=(*population.rules, *added))


def meet(model: Model, scope: Scope, accounts: pd.Series[Any]) -> Mask:
    """Say which accounts meet the conditions on accounts.

    Args:
        model: The model.
        scope: What was asked.
        accounts: n accounts, in any order, missing where none is named.
    """
    codes, known = pd.factorize(accounts)
    kept = np.ones(len(known) + 1, dtype=bool)  # the last stands for no account
    for condition in scope.of_accounts:
        kept &= np.array([*_met(model, scope, condition, list(known)), _is_turned(condition)])
    return kept[codes]


def _is_turned(condition: Condition) -> bool:
    """Say whether a row is kept of which the condition cannot be decided, see `filter_of`."""
    return condition.operator == ("=" if condition.values == ("",) else "<>")


def _met(model: Model, scope: Scope, condition: Condition, accounts: list[Any]) -> list[bool]:
    path = path_to(model, scope.table, condition.column)
    turned = _is_turned(condition)
    if not path.hops:
        aliases = model.aliases.get(ACCOUNT, {})
        texts = [text_of(value) for value in condition.values]
        wanted = {text_key(aliases.get(text_key(text), text)) for text in texts}
        if condition.values == ("",):
            return [condition.operator == "<>"] * len(accounts)
        return [(text_key(str(one)) in wanted) != turned for one in accounts]
    there = Population("accounts", "accounts")
    on_accounts = replace(condition, column=f"{path.kind}.{path.column}")
    found = filter_of(model, "accounts", on_accounts)
    rows = replace(there, rules=(Rule(found.keeps, found.words, found.columns),))
    key_type = KINDS["accounts"].column(ACCOUNT).type
    every, some = (
        {join_key(one, key_type) for one in frame[ACCOUNT].to_list() if isinstance(one, str)}
        for frame in (
            select(model, population, [ACCOUNT]).counted.select(ACCOUNT).collect()
            for population in (there, rows)
        )
    )
    folded = [join_key(one, key_type) for one in accounts]
    return [one in some or (turned and one not in every) for one in folded]


def require_accounts(scope: Scope, what: str) -> None:
    """Refuse groups that the account alone does not tell.

    Args:
        scope: What was asked.
        what: What is grouped, in words.

    Raises:
        UnknownName: There is such a group.
    """
    for name, key in zip(scope.names, scope.keys, strict=True):
        if key.base != ACCOUNT:
            raise UnknownName(f"{what} is told by account_id or columns of accounts, not {name!r}")
