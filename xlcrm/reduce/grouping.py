"""What `by` names: columns of the table and of those it leads to, and units of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from xlcrm.errors import WrongValue
from xlcrm.model.model import Model
from xlcrm.model.relations import Path, join_key, path_to, unmatched, values_along
from xlcrm.model.schema import KINDS
from xlcrm.periods import CALENDAR, label
from xlcrm.reduce.population import Population

BLANK = "(blank)"
"""The label of rows whose group is blank."""


@dataclass(frozen=True)
class Key:
    """One name of `by`.

    Attributes:
        name: The heading of its column in the result.
        base: The column of the table by which rows are grouped first.
        labels: Turns the distinct values of the base column into labels.
    """

    name: str
    base: str
    labels: Callable[[Sequence[Any]], list[Any]]


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
    names = [name.strip() for name in by.split(",") if name.strip()]
    keys = tuple(_key(model, population, name) for name in names)
    headings = [key.name for key in keys]
    if len(set(headings)) < len(headings):
        raise WrongValue(f"by names a column twice: {by}")
    return keys


def _key(model: Model, population: Population, name: str) -> Key:
    unit = name.casefold()
    if unit in CALENDAR:
        if population.date is None:
            raise WrongValue(f"{population.words} have no date to cut by {unit}")
        fy_start = int(model.settings.number("fy_start"))
        return Key(
            unit, population.date, lambda days: [_time_label(d, unit, fy_start) for d in days]
        )
    path = path_to(model, population.table, name)
    heading = name if "." in name else path.column
    if not path.hops:
        return Key(heading, path.column, lambda values: [_text_label(v) for v in values])
    return Key(heading, path.base, lambda values: _labels_along(model, path, values))


def _labels_along(model: Model, path: Path, values: Sequence[Any]) -> list[Any]:
    first = path.hops[0].kind
    key = KINDS[first].key or ""
    key_type = KINDS[first].column(key).type
    known = values_along(model, path)
    answer = []
    for value in values:
        if _missing(value):
            answer.append(BLANK)
            continue
        folded = join_key(value, key_type)
        answer.append(_text_label(known[folded]) if folded in known else unmatched(first))
    return answer


def _time_label(day: Any, unit: str, fy_start: int) -> str:
    return BLANK if _missing(day) else label(pd.Timestamp(day).date(), unit, fy_start)


def _text_label(value: Any) -> Any:
    if _missing(value):
        return BLANK
    if isinstance(value, (date, pd.Timestamp)):
        return pd.Timestamp(value).date().isoformat()
    return value if isinstance(value, (str, bool)) else float(value)


def _missing(value: Any) -> bool:
    return bool(pd.isna(value))


def with_labels(grouped: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    """Put the labels of each key beside the base columns of a small frame.

    Args:
        grouped: A frame with the base columns of all keys.
        keys: What `by` names.

    Returns:
        A new frame with one column a key in front, under the key's heading, prefixed so that it
        cannot hide a base column: see `label_column`.
    """
    labelled = grouped.copy()
    for key in keys:
        codes, distinct = pd.factorize(grouped[key.base], use_na_sentinel=False)
        labels = pd.Series(key.labels(list(distinct)), dtype=object)
        labelled[label_column(key)] = labels.to_numpy()[codes] if len(labels) else []
    return labelled


def label_column(key: Key) -> str:
    """Name the column that holds a key's labels while base columns are still there."""
    return f"by {key.name}"
