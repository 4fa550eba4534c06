"""The accounts of each territory, and which conditions are about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import Cell, Rows
from xlcrm.conditions import Condition, Where, conditions
from xlcrm.errors import NotAvailable, UnknownName, WrongValue
from xlcrm.model.model import Model
from xlcrm.model.relations import path_to
from xlcrm.model.table import ROW
from xlcrm.reduce.grouping import Key, groups_of, keys_of, with_groups
from xlcrm.reduce.population import Population, Rule, select

ACCOUNTS = Population(
    "accounts",
    "accounts",
    (Rule(~nw.col("account_id").is_null(), "no account_id", ("account_id",)),),
)
"""Customers and prospects; one without an id cannot be told from others."""

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Scope:
    """What was asked, parted by what it is about.

    Attributes:
        of_accounts: The conditions on accounts, as rows of column, operator and value.
        of_sales: Those that accounts do not know, which are on what was sold.
    """

    of_accounts: Rows
    of_sales: Rows


@dataclass(frozen=True)
class Accounts:
    """The accounts that count, each in its territory.

    Attributes:
        rows: One row an account, by its id, with the columns asked for.
        keys: What makes the territories.
        codes: The territory of each account, whole numbers from 0 in the order of the labels.
        labels: For each key, the label of each territory.
    """

    rows: pd.DataFrame
    keys: tuple[Key, ...]
    codes: Vector
    labels: tuple[Vector, ...]


def scope_of(model: Model, where: Where) -> Scope:
    """Part conditions into those on accounts and those that only sales can meet.

    Args:
        model: A model with accounts.
        where: The conditions.

    Raises:
        WrongValue: A part is no condition, or names a column of several tables.
    """
    of_accounts: list[tuple[Cell, ...]] = []
    of_sales: list[tuple[Cell, ...]] = []
    for condition in conditions(where):
        try:
            path_to(model, "accounts", condition.column)
        except UnknownName:
            of_sales.append(as_row(condition))
        else:
            of_accounts.append(as_row(condition))
    return Scope(of_accounts, of_sales)


def as_row(condition: Condition, column: str = "") -> tuple[Cell, ...]:
    """Write a condition as a row of a range.

    Args:
        condition: The condition.
        column: Another column that it is to be about; "" for its own.
    """
    value: Cell = condition.values[0]
    if condition.operator == "in":
        value = ", ".join("'" + str(one).replace("'", "''") + "'" for one in condition.values)
    return (column or condition.column, condition.operator, value)


def accounts_of(model: Model, by: str, where: Rows, columns: Sequence[str]) -> Accounts:
    """Find the accounts that count, and the territory of each.

    Args:
        model: A model with accounts.
        by: The columns that make the territories.
        where: Conditions on accounts.
        columns: The columns of accounts that are needed beside their id.

    Raises:
        NotAvailable: There are none.
        WrongValue: An account stands twice.
    """
    keys = keys_of(model, ACCOUNTS, by)
    asked = list(dict.fromkeys(["account_id", *(key.base for key in keys), *columns]))
    counted = select(model, ACCOUNTS, asked, where).counted
    rows = with_groups(counted, keys).collect().to_pandas()
    if rows.empty:
        raise NotAvailable("no accounts match: there is no territory")
    rows = rows.sort_values("account_id", key=lambda ids: ids.astype(object), ignore_index=True)
    if (twice := rows["account_id"].duplicated()).any():
        row, name = place_of(model, where, rows["account_id"][twice])
        raise WrongValue(f"accounts, {row}: {name!r} has a second row: keep one")
    groups = groups_of(rows, keys)
    return Accounts(rows, keys, groups.codes, groups.labels)


def place_of(model: Model, where: Rows, ids: pd.Series[Any]) -> tuple[str, str]:
    """Say in which row the uppermost of some accounts stands, its last row, and which it is.

    Args:
        model: The model.
        where: The conditions that the accounts met.
        ids: The accounts.

    Returns:
        The row as the user sees it, and the account's id.
    """
    numbered = select(model, ACCOUNTS, ["account_id"], where, numbered=True).counted
    found = numbered.select("account_id", ROW).collect().to_pandas()
    refused = found[found["account_id"].isin(set(ids))]
    last = refused.groupby("account_id")[ROW].max()
    row, name = min(zip(last.to_list(), last.index.to_list(), strict=True))
    return model.table("accounts").place(int(row)), str(name)
