"""What accounts tell about themselves, and which of them are the best customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.customers.key_accounts import key_accounts
from xlcrm.cells import number_text, text_of
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, WrongValue, ZeroDenominator, shortened
from xlcrm.model.model import Model
from xlcrm.model.relations import path_to, unmatched
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.reduce.grouping import BLANK, Key, keys_of, names_in
from xlcrm.reduce.population import Population, Rule, require_rows, select

Vector = np.ndarray[Any, np.dtype[np.float64]]
Names = np.ndarray[Any, Any]

ACCOUNTS = Population(
    "accounts",
    "accounts",
    (Rule(~nw.col("account_id").is_null(), "no account_id", ("account_id",), True, "enter it"),),
)
"""The accounts of a model."""

_NUMERIC = (ColumnType.AMOUNT, ColumnType.NUMBER, ColumnType.MEASURED, ColumnType.SHARE)
_UNKNOWN = frozenset({BLANK, *map(unmatched, KINDS)})


@dataclass(frozen=True)
class Attribute:
    """One attribute of n accounts.

    Attributes:
        name: Its name.
        values: n numbers, NaN where it is not known; for texts their places in ``texts``.
        texts: The texts in order, or None for numbers.
        is_date: Whether the numbers are days.
    """

    name: str
    values: Vector
    texts: tuple[str, ...] | None = None
    is_date: bool = False

    def shown(self, number: float) -> str:
        """Write one of its numbers for a person.

        Args:
            number: The number, or the number of a day.
        """
        return date.fromordinal(int(number)).isoformat() if self.is_date else number_text(number)


@dataclass(frozen=True)
class Described:
    """Accounts and what they tell about themselves.

    Attributes:
        accounts: The ids of n accounts, in order.
        attributes: The attributes of which at least one account tells something.
    """

    accounts: Names
    attributes: tuple[Attribute, ...]

    def places(self, accounts: Sequence[str]) -> np.ndarray[Any, Any]:
        """Find accounts, those left out that are not there.

        Args:
            accounts: Ids.
        """
        place = {account: k for k, account in enumerate(self.accounts)}
        return np.array([place[one] for one in accounts if one in place], dtype=np.int64)


def described(model: Model, by: str, usual: Sequence[str]) -> Described:
    """Read what accounts tell about themselves.

    Args:
        model: A model with accounts.
        by: Columns of accounts, or of what they lead to; "" for the usual ones.
        usual: The columns that are read where none is named, as far as they are there.

    Raises:
        NotAvailable: There are no accounts, or none tells anything.
        UnknownName: There is no such column within reach.
        WrongValue: An account or a name stands twice, or a name is a unit of time.
    """
    table = model.table("accounts")
    names = by if by.strip() else ", ".join(name for name in usual if table.column(name))
    keys = keys_of(model, ACCOUNTS, names)
    columns = list(dict.fromkeys(["account_id", *(key.base for key in keys)]))
    selection = select(model, ACCOUNTS, columns)
    frame = selection.counted.select(*columns).collect().to_pandas()
    require_rows(selection, len(frame), ACCOUNTS)
    frame = frame.sort_values("account_id", ignore_index=True)
    twice = frame["account_id"][frame["account_id"].duplicated()]
    if len(twice):
        raise WrongValue(f"accounts has a second row for {twice.iloc[0]!r}: keep one")
    told = [
        _attribute(model, frame, key, name) for key, name in zip(keys, names_in(names), strict=True)
    ]
    known = tuple(one for one in told if not np.isnan(one.values).all())
    if not known:
        tells = f"{names} of accounts" if names else "what accounts are (type, region, industry)"
        raise NotAvailable(f"{tells}: nothing is entered, so nothing can be compared")
    return Described(frame["account_id"].to_numpy(dtype=object), known)


def _attribute(model: Model, frame: pd.DataFrame, key: Key, name: str) -> Attribute:
    path = path_to(model, "accounts", name)
    kind = model.type_of(path.kind, path.column)
    heading = path.column if path.kind == "accounts" else key.name
    codes, distinct = pd.factorize(frame[key.base], use_na_sentinel=False)
    labels: list[Any] = [None if one in _UNKNOWN else one for one in key.labels(list(distinct))]
    if kind in _NUMERIC or kind is ColumnType.DATE:
        is_date = kind is ColumnType.DATE
        numbers = [np.nan if one is None else _number(one, is_date=is_date) for one in labels]
        return Attribute(heading, np.array(numbers, dtype=float)[codes], None, is_date)
    told = [None if one is None else shortened(text_of(one)) for one in labels]
    texts = tuple(sorted({text for text in told if text is not None}))
    place: dict[str | None, float] = {text: float(k) for k, text in enumerate(texts)}
    values = np.array([place.get(text, np.nan) for text in told], dtype=float)
    return Attribute(heading, values[codes], texts)


def _number(label: Any, *, is_date: bool) -> float:
    return float(date.fromisoformat(label).toordinal()) if is_date else float(label)


def best_customers(model: Model, where: Where, period: str, share: float | None) -> list[str]:
    """Name the best customers: key accounts, class A.

    Args:
        model: A model with orders, or with deals won.
        where: Conditions on these.
        period: The days that count.
        share: The share of sales that they bring; None for the setting ``key_account_share``.

    Returns:
        Their ids, the one that brought most first.

    Raises:
        NotAvailable: Nobody brought anything.
        OutOfDomain: The share lies outside 0 to 1.
    """
    try:
        ranked = key_accounts(model, "", where, period, share)
    except ZeroDenominator:
        raise NotAvailable("no account has positive sales: there are no best customers") from None
    return [str(account) for account in ranked["account_id"][ranked["class"] == "A"]]
