"""Accounts that a small frame holds, grouped by what the model knows about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.segments.price_volume_mix import ALL
from xlcrm.model.model import Model
from xlcrm.model.relations import Hop, Path, join_key, unmatched, values_along
from xlcrm.model.schema import KINDS
from xlcrm.reduce.grouping import Groups, Key, groups_of, keys_of
from xlcrm.reduce.population import Population
from xlcrm.reduce.problems import require_readable_along

Ids = Sequence[Any] | np.ndarray[Any, Any]

_ACCOUNTS = Population("accounts", "accounts")
_TO_ACCOUNTS = Hop("account_id", "accounts")


def account_groups(model: Model, by: str, accounts: Ids) -> tuple[Groups, list[str]]:
    """Group accounts by columns of accounts and of what these lead to.

    An account is in one group, whoever sold to it: ``owner`` is the one who looks after it.

    Args:
        model: The model.
        by: Names joined by commas, "" for none.
        accounts: The ids of n accounts.

    Returns:
        The groups, of which the last is `ALL` and holds no account, and the headings of their
        labels; without names one group of all.

    Raises:
        NotAvailable: The model has no accounts.
        UnknownName: Accounts lead to no such column.
        WrongValue: A name stands twice, or is a unit of time.
    """
    keys = keys_of(model, _ACCOUNTS, by)
    labels = {key.name: _labels(model, key, accounts) for key in keys}
    if not keys:
        return Groups(np.zeros(len(accounts), dtype=np.int64), (), 1), []
    told = [Key(name, name, list) for name in labels]
    groups = groups_of(pd.DataFrame(labels), told)
    listed = tuple(np.append(column, ALL) for column in groups.labels)
    return Groups(groups.codes, listed, groups.count + 1), list(labels)


def _labels(model: Model, key: Key, accounts: Ids) -> pd.Series[Any]:
    values, known = values_of_accounts(model, key.base, accounts)
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    names = np.empty(len(distinct) + 1, dtype=object)
    names[:] = [*key.labels(list(distinct)), unmatched("accounts")]
    return pd.Series(names[np.where(known, codes, len(distinct))], dtype=object)


def values_of_accounts(
    model: Model, column: str, accounts: Ids
) -> tuple[pd.Series[Any], np.ndarray[Any, Any]]:
    """Look up a column of accounts.

    Args:
        model: A model with accounts.
        column: The column.
        accounts: The ids of n accounts.

    Returns:
        n values, missing where they are blank or there is no such account, and whether there is.

    Raises:
        ErrorInData: The cell of one of them cannot be read.
        WrongValue: An account stands twice.
    """
    path = Path((_TO_ACCOUNTS,), "accounts", column)
    require_readable_along(model, path, accounts)
    known = values_along(model, path)
    key_type = KINDS["accounts"].column("account_id").type
    ids = [join_key(one, key_type) for one in accounts]
    there = np.array([one in known for one in ids], dtype=bool)
    return pd.Series([known.get(one) for one in ids], dtype=object), there
