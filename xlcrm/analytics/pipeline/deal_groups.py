"""Adding up figures of deals that are already few: those of two snapshots, not of a whole table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.reduce.grouping import Groups, Key, groups_of, with_groups
from xlcrm.reduce.population import overflow
from xlcrm.stats.exact import sums_by_code


def deal_groups(deals: pd.DataFrame, keys: Sequence[Key]) -> Groups:
    """Bring deals to what `by` names.

    Args:
        deals: One row a deal, with the columns that the keys look at.
        keys: What `by` names; one group of all deals where there are none.
    """
    if any(key.months for key in keys):
        deals = with_groups(nw.from_native(deals).lazy(), keys).collect().to_pandas()
    return groups_of(deals, keys)


def labels_of_groups(groups: Groups, keys: Sequence[Key]) -> dict[str, Any]:
    """Give each group's labels, under the keys' headings.

    Args:
        groups: The groups.
        keys: What `by` names.
    """
    return {key.name: labels for key, labels in zip(keys, groups.labels, strict=True)}


def sums_of(groups: Groups, terms: Mapping[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """Add up figures by group, in an order that never matters.

    Args:
        groups: The groups of n rows.
        terms: n numbers each; missing ones are left out.

    Returns:
        One sum a group for each of them.

    Raises:
        OutOfDomain: A sum is beyond the largest number.
    """
    answer = {}
    for name, numbers in terms.items():
        known = np.nan_to_num(np.asarray(numbers, dtype=float), posinf=np.inf, neginf=-np.inf)
        try:
            answer[name] = sums_by_code(known, groups.codes, groups.count)
        except OverflowError:
            raise overflow(name) from None
    return answer


def sizes_of(groups: Groups) -> np.ndarray[Any, Any]:
    """Count the rows of each group, as numbers of a cell.

    Args:
        groups: The groups.
    """
    return np.bincount(groups.codes, minlength=groups.count).astype(float)
