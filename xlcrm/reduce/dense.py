"""Grouping columns of pandas by whole numbers counted from 0: several times as fast as by hash.

The rows of a range are columns of pandas whose texts are categories, so each value has a number
already, and the combinations of several columns are few. Sums in exact parts are the same however
rows are grouped; the general way, through narwhals, stays for every other engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.reduce.parts import part_names
from xlcrm.stats.exact import Grid, parts

_ROOM = 1 << 16
_MOST_NUMBERS = 4_096
_MOST_MASKS = 64
_DAY = 86_400 * 1_000_000


@dataclass(frozen=True)
class _Numbered:
    """A column as numbers from 0, and what each of them stands for."""

    codes: np.ndarray[Any, Any]
    values: Any

    @property
    def size(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Known:
    """Which rows of a table meet tests that many figures make, so that each is made once.

    Attributes:
        lasting: The tests worth remembering: other figures make the very same.
        masks: By the identity of a test, the test and for each row whether it meets it.
    """

    lasting: tuple[nw.Expr, ...] = ()
    masks: dict[int, tuple[nw.Expr, np.ndarray[Any, Any]]] = field(default_factory=dict)

    def mask(self, test: nw.Expr) -> np.ndarray[Any, Any] | None:
        """Say for each row whether it meets a test; None where that is not known."""
        return self.masks[id(test)][1] if id(test) in self.masks else None

    def put_down(self, test: nw.Expr, mask: np.ndarray[Any, Any]) -> None:
        """Remember which rows meet a test, if that is worth it and there is room."""
        if len(self.masks) < _MOST_MASKS and any(test is one for one in self.lasting):
            self.masks[id(test)] = test, mask


def pandas_rows(frame: nw.LazyFrame[Any]) -> pd.DataFrame | None:
    """Give the rows behind a frame where they are of pandas, else None.

    Args:
        frame: Rows of any engine.
    """
    if not frame.implementation.is_pandas():
        return None
    rows: pd.DataFrame = frame.collect().to_native()
    return rows


def kept(
    frame: nw.LazyFrame[Any], tests: Sequence[nw.Expr], known: Known | None = None
) -> nw.LazyFrame[Any]:
    """Keep the rows that meet all tests; rows of pandas are copied only by tests that drop some.

    Args:
        frame: Rows of any engine.
        tests: The tests; a row of which one is undecided is dropped.
        known: What is known of these rows; tests of it that are new here are put down in it.
    """
    rows = pandas_rows(frame) if tests else None
    if rows is None:
        return frame.filter(*tests) if tests else frame
    masks = {
        k: mask for k, test in enumerate(tests) if known and (mask := known.mask(test)) is not None
    }
    named = [
        test.fill_null(value=False).alias(f"{k}") for k, test in enumerate(tests) if k not in masks
    ]
    if named:
        met = frame.select(*named).collect()
        found = {int(name): met[name].to_numpy() for name in met.columns}
        masks |= found
        for k, mask in found.items():
            if known:
                known.put_down(tests[k], mask)
    mask = np.logical_and.reduce(list(masks.values()))
    return frame if mask.all() else nw.from_native(rows[mask]).lazy()


def day_numbers(days: pd.Series[Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Count days from 1 January 1970.

    Args:
        days: n days or moments.

    Returns:
        n whole numbers, and whether each day is missing (its number then means nothing).
    """
    stamps = days.to_numpy(dtype="datetime64[us]")
    return stamps.view(np.int64) // _DAY, np.isnat(stamps)


def months_of(days: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Count the months of days from January of the year 0.

    Every day between the first and the last is looked up once, not every row.

    Args:
        days: n days or moments; missing ones give a missing month.

    Returns:
        n whole numbers as float.
    """
    numbers, missing = day_numbers(days)
    if missing.all():
        return np.full(len(numbers), np.nan)
    if missing.any():
        numbers = np.where(missing, numbers[~missing].min(), numbers)
    first, last = numbers.min(), numbers.max()
    calendar = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]")
    months = calendar.astype(np.int64) + 1970 * 12
    found: np.ndarray[Any, Any] = months.astype(float)[numbers - first]
    if missing.any():
        found[missing] = np.nan
    return found


def days_between(start: pd.Series[Any], end: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Count the days from one date to another.

    Args:
        start: n days or moments.
        end: n days or moments.

    Returns:
        n whole numbers as float, missing where a day is.
    """
    (first, unknown), (last, missing) = day_numbers(start), day_numbers(end)
    between: np.ndarray[Any, Any] = (last - first).astype(float)
    if unknown.any() or missing.any():
        between[unknown | missing] = np.nan
    return between


def grouped(
    rows: pd.DataFrame, keys: Sequence[str], sums: Mapping[str, tuple[str, Grid]], count: str
) -> pd.DataFrame | None:
    """Add up columns over the rows of each combination of keys.

    Args:
        rows: The rows.
        keys: The columns whose values make the groups; none for one group of all rows.
        sums: By the name of the sum, a column of numbers (missing ones are left out) with the grids
            of its exact parts.
        count: What the column of the number of rows is called.

    Returns:
        One row a group: keys, the number of rows, and the two parts of each sum. None where there
        are too many combinations for this to be the faster way.
    """
    if not len(rows):
        return None
    if not keys:
        return _added_up(rows, sums, count)
    columns = [_numbered(rows[key]) for key in keys]
    sizes = [column.size for column in columns]
    cells = float(np.prod([float(size) for size in sizes]))
    if cells > max(_ROOM, len(rows)):
        return None
    codes = columns[0].codes.astype(np.int64)
    for column in columns[1:]:
        codes *= column.size
        codes += column.codes
    counts = np.bincount(codes, minlength=int(cells))
    there = np.flatnonzero(counts)
    places = np.unravel_index(there, sizes)
    answer: dict[str, Any] = {
        key: column.values[place] for key, column, place in zip(keys, columns, places, strict=True)
    }
    answer[count] = counts[there]
    for name, (of, on) in sums.items():
        for part, heading in zip(parts(_terms(rows, of), on), part_names(name), strict=True):
            answer[heading] = np.bincount(codes, part, int(cells))[there]
    return pd.DataFrame(answer)


def largest(rows: pd.DataFrame, column: str) -> float:
    """Give the largest absolute value of a column of numbers, 0 where it has none.

    Args:
        rows: The rows.
        column: The column.
    """
    return float(np.abs(_terms(rows, column)).max(initial=0.0))


def _added_up(rows: pd.DataFrame, sums: Mapping[str, tuple[str, Grid]], count: str) -> pd.DataFrame:
    answer: dict[str, Any] = {count: [len(rows)]}
    for name, (of, on) in sums.items():
        for part, heading in zip(parts(_terms(rows, of), on), part_names(name), strict=True):
            answer[heading] = [part.sum()]
    return pd.DataFrame(answer)


def _terms(rows: pd.DataFrame, column: str) -> np.ndarray[Any, Any]:
    """Take a column of numbers, 0 in place of missing ones."""
    terms: np.ndarray[Any, Any] = rows[column].to_numpy(dtype=float)
    missing = np.isnan(terms)
    return np.where(missing, 0.0, terms) if missing.any() else terms


def _numbered(column: pd.Series[Any]) -> _Numbered:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        known = np.arange(len(column.cat.categories))
        if (codes < 0).any():
            codes, known = codes + 1, np.append(-1, known)  # a missing value is -1
        return _Numbered(codes, pd.Categorical.from_codes(known, dtype=column.dtype))
    if column.dtype == np.float64 and (small := _small_numbers(column.to_numpy())) is not None:
        return small
    found: tuple[Any, Any] = pd.factorize(column, use_na_sentinel=False)
    return _Numbered(*found)


def _small_numbers(numbers: np.ndarray[Any, Any]) -> _Numbered | None:
    """Number whole numbers that lie near each other by themselves."""
    low, high = numbers.min(initial=np.inf), numbers.max(initial=-np.inf)
    if not (np.isfinite(low) and np.isfinite(high) and high - low < _MOST_NUMBERS):
        return None
    codes = (numbers - low).astype(np.int64)
    if not (codes + low == numbers).all():
        return None
    return _Numbered(codes, low + np.arange(high - low + 1.0))
