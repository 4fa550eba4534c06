"""Adding up the rows that count, by group, so that the order of rows never matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.reduce.dense import grouped, largest, pandas_rows
from xlcrm.reduce.grouping import Groups, Key, groups_of, label_column
from xlcrm.reduce.parts import part_names, term
from xlcrm.reduce.population import overflow
from xlcrm.stats.exact import Grid, grid, parts, sums_by_code

Weights = np.ndarray[Any, Any]

COUNT = "#n"
"""The column that counts the rows of a group."""


def grouped_sums(
    frame: nw.LazyFrame[Any],
    keys: Sequence[str],
    sums: Mapping[str, nw.Expr | str],
) -> pd.DataFrame:
    """Add up columns over the rows of each group.

    Args:
        frame: The rows that count.
        keys: The columns whose values make the groups; none for one group of all rows.
        sums: What is added up, a column or an expression, by the name of the sum; missing values
            are left out.

    Returns:
        One row a group, in no order: keys, the sums (exact parts, see `totals`), and `COUNT`,
        the number of rows. No group where there are no rows.

    Raises:
        OutOfDomain: A sum is beyond the largest number.
    """
    if not sums:
        return _grouped(frame, keys, {})
    terms = [of.alias(term(name)) for name, of in sums.items() if not isinstance(of, str)]
    rows = frame.with_columns(*terms) if terms else frame
    added = {name: of if isinstance(of, str) else term(name) for name, of in sums.items()}
    count, tops = _extent(rows, added)
    grids = {}
    for name, of in added.items():
        try:
            on = grid(tops[name], count)
        except OverflowError:
            raise overflow(name) from None
        grids[name] = (of, on)
    return _grouped(rows, keys, grids)


def _extent(frame: nw.LazyFrame[Any], added: Mapping[str, str]) -> tuple[int, dict[str, float]]:
    """Count the rows, and give the largest absolute value of each sum's terms."""
    rows = pandas_rows(frame)
    if rows is not None:
        return len(rows), {name: largest(rows, of) for name, of in added.items()}
    sizes = [nw.col(of).abs().max().alias(name) for name, of in added.items()]
    found = frame.select(nw.len().alias(COUNT), *sizes).collect()
    tops = {name: found[name].item() for name in added}
    return int(found[COUNT].item()), {
        name: 0.0 if top is None or np.isnan(top) else float(top) for name, top in tops.items()
    }


def _grouped(
    frame: nw.LazyFrame[Any], keys: Sequence[str], sums: Mapping[str, tuple[str, Grid]]
) -> pd.DataFrame:
    names = list(dict.fromkeys(keys))
    rows = pandas_rows(frame)
    if rows is not None and (answer := grouped(rows, names, sums, COUNT)) is not None:
        return answer
    split, added = [], [nw.len().alias(COUNT)]
    for name, (of, on) in sums.items():
        for part, column in zip(parts(nw.col(of), on), part_names(name), strict=True):
            split.append(part.alias(column))
            added.append(nw.col(column).sum())
    frame = frame.with_columns(*split) if split else frame
    if not names:
        answer = frame.select(*added).collect().to_pandas()
        return answer[answer[COUNT] > 0].reset_index(drop=True)
    return frame.group_by(*names).agg(*added).collect().to_pandas()


def totals(
    grouped: pd.DataFrame,
    keys: Sequence[Key],
    sums: Mapping[str, tuple[str, Weights | None]],
    distinct: Sequence[str] = (),
) -> pd.DataFrame:
    """Bring groups to what `by` names: label them, join equal labels, round the sums once.

    Args:
        grouped: A result of `grouped_sums` over the base columns of ``keys``, ``distinct`` and
            whatever tells the weights.
        keys: What `by` names; none for one total.
        sums: For each sum of the result, the sum of the groups that it is made of, and what each
            group's is multiplied by, or None.
        distinct: Columns whose different values are counted.

    Returns:
        One row a combination of labels, sorted by them: the labels under `label_column`, the sums,
        the numbers of different values, and `COUNT`. One row of zeros where `by` names nothing and
        no row counts.

    Raises:
        OutOfDomain: A sum is beyond the largest number.
    """
    groups = groups_of(grouped, keys)
    columns: dict[str, Any] = {
        label_column(key): labels for key, labels in zip(keys, groups.labels, strict=True)
    }
    for name, (of, weights) in sums.items():
        columns[name] = _totals_of(grouped, of, groups, weights)
    for name in distinct:
        columns[name] = _different(grouped[name], groups)
    columns[COUNT] = np.bincount(groups.codes, grouped[COUNT], groups.count).astype(np.int64)
    return pd.DataFrame(columns, index=range(groups.count))


def _different(values: pd.Series[Any], groups: Groups) -> np.ndarray[Any, Any]:
    """Count the different values of each group, blanks aside."""
    codes, known = pd.factorize(values)
    there = codes >= 0
    pairs = np.unique(groups.codes[there] * len(known) + codes[there])
    return np.bincount(pairs // max(len(known), 1), minlength=groups.count)


def _totals_of(
    grouped: pd.DataFrame, name: str, groups: Groups, weights: Weights | None
) -> np.ndarray[Any, Any]:
    coarse, fine = (grouped[part].to_numpy(dtype=float) for part in part_names(name))
    codes, count = groups.codes, groups.count
    if weights is None:
        answer = np.bincount(codes, coarse, count) + np.bincount(codes, fine, count)
    else:
        answer = sums_by_code((coarse + fine) * weights, codes, count)
    if not np.isfinite(answer).all():
        raise overflow(name)
    return answer


def labels_of(answer: pd.DataFrame, keys: Sequence[Key]) -> dict[str, pd.Series[Any]]:
    """Give the labels of a result of `totals`, under the keys' headings."""
    return {key.name: answer[label_column(key)] for key in keys}
