"""Amounts of several currencies are never added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import narwhals as nw

from xlcrm.cells import text_key
from xlcrm.errors import WrongValue, listing
from xlcrm.model.model import Model
from xlcrm.model.schema import KINDS, ColumnType

_CURRENCY = "currency"


def currency_beside(model: Model, kind: str, columns: Sequence[str]) -> bool:
    """Say whether these columns hold money of a table that names its currency.

    Args:
        model: The model.
        kind: The table's kind.
        columns: Its columns that a figure adds up or is grouped by; a figure by currency never
            adds up two.
    """
    declared = KINDS[kind]
    return (
        _CURRENCY not in columns
        and any(
            column in declared.names and declared.column(column).type is ColumnType.AMOUNT
            for column in columns
        )
        and model.column(kind, _CURRENCY) is not None
    )


def require_one_currency(
    model: Model, kind: str, counted: Callable[[], nw.LazyFrame[Any]], words: str
) -> None:
    """Refuse to add up amounts of several currencies; a blank one goes with any other.

    Args:
        model: The model.
        kind: A table with a currency.
        counted: Gives the rows that count, asked for only where the table is mixed.
        words: The rows that count in words.

    Raises:
        WrongValue: They have several currencies.
    """
    column = [_CURRENCY]
    several = model.fact(
        f"several currencies of {kind}",
        lambda of: len(_counts(of.columns(kind, column).frame)) > 1,
    )
    if not several:
        return
    found = _counts(counted())
    if len(found) > 1:
        mixed = listing(f"{name}({n})" for name, n in found.most_common())
        one = next(iter(found.most_common()))[0]
        raise WrongValue(
            f"mixed currencies {mixed} among {words}: ask for one, such as currency={one}, "
            "or group by currency"
        )


def _counts(frame: nw.LazyFrame[Any]) -> Counter[str]:
    known = frame.filter(~nw.col(_CURRENCY).is_null())
    grouped = known.group_by(_CURRENCY).agg(nw.len().alias("rows")).collect()
    counts: Counter[str] = Counter()
    for name, rows in zip(grouped[_CURRENCY].to_list(), grouped["rows"].to_list(), strict=True):
        if text_key(str(name)):
            counts[text_key(str(name)).upper()] += int(rows)
    return counts
