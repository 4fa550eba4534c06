"""Adding up the rows that count, by group, so that the order of rows never matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.reduce.grouping import Key, label_column, with_labels
from xlcrm.reduce.population import overflow
from xlcrm.stats.exact import grid, parts, sums_by_code

Weights = np.ndarray[Any, Any]

COUNT = "n"
"""The column that counts the rows of a group."""


def grouped_sums(
    frame: nw.LazyFrame[Any],
    keys: Sequence[str],
    sums: Mapping[str, nw.Expr],
) -> pd.DataFrame:
    """Add up columns over the rows of each group.

    Args:
        frame: The rows that count.
        keys: The columns whose values make the groups; none for one group of all rows.
        sums: The columns to add up, by the name of their sum; missing values are left out.

    Returns:
        One row a group, sorted by the keys: keys, the sums (exact parts, see `totals`), and ``n``,
        the number of rows. No group where there are no rows.

    Raises:
        OutOfDomain: A sum is beyond the largest number.
    """
    names = list(sums)
    if not names:
        return _sorted(_grouped(frame, keys, []), keys)
    with_terms = frame.select(
        *map(nw.col, dict.fromkeys(keys)), *(e.alias(n) for n, e in sums.items())
    )
    largest = with_terms.select(
        nw.len().alias(COUNT), *(nw.col(name).abs().max().alias(name) for name in names)
    ).collect()
    rows = int(largest[COUNT].item())
    split = []
    for name in names:
        top = largest[name].item()
        try:
            on = grid(0.0 if top is None or np.isnan(top) else float(top), rows)
        except OverflowError:
            raise overflow(name) from None
        coarse, fine = parts(nw.col(name), on)
        split += [coarse.alias(coarse_part(name)), fine.alias(fine_part(name))]
    cut = with_terms.with_columns(*split)
    columns = [part(name) for name in names for part in (coarse_part, fine_part)]
    return _sorted(_grouped(cut, keys, columns), keys)


def coarse_part(name: str) -> str:
    """Name the column of the coarse part of a sum."""
    return f"{name} coarse"


def fine_part(name: str) -> str:
    """Name the column of the fine part of a sum."""
    return f"{name} fine"


def _grouped(frame: nw.LazyFrame[Any], keys: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    sums = [nw.col(name).sum() for name in columns]
    if not keys:
        answer = frame.select(nw.len().alias(COUNT), *sums).collect().to_pandas()
        return answer[answer[COUNT] > 0]
    grouped = frame.group_by(*dict.fromkeys(keys)).agg(nw.len().alias(COUNT), *sums)
    return grouped.collect().to_pandas()


def _sorted(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Sort by the keys, so that no engine's order of groups is seen."""
    for name in keys:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = frame[name].astype("str")
    return (
        frame.sort_values(list(keys), ignore_index=True) if keys else frame.reset_index(drop=True)
    )


def totals(
    grouped: pd.DataFrame,
    keys: Sequence[Key],
    sums: Sequence[str],
    distinct: Sequence[str] = (),
    weights: Weights | None = None,
) -> pd.DataFrame:
    """Bring groups to what `by` names: label them, join equal labels, round the sums once.

    Args:
        grouped: A result of `grouped_sums` over the base columns of ``keys``, ``distinct`` and
            whatever tells the weights.
        keys: What `by` names; none for one total.
        sums: The names of the sums.
        distinct: Columns whose different values are counted.
        weights: What the sums of each group are multiplied by, or None.

    Returns:
        One row a combination of labels, sorted by them: the labels under `label_column`, the sums,
        the numbers of different values, and ``n``. One row of zeros where `by` names nothing and
        no row counts.

    Raises:
        OutOfDomain: A sum is beyond the largest number.
    """
    labelled = with_labels(grouped, keys)
    codes, labels = _groups(labelled, keys)
    columns: dict[str, Any] = {str(name): labels[name] for name in labels}
    for name in sums:
        columns[name] = _totals_of(labelled, name, codes, len(labels), weights)
    for name in distinct:
        different = labelled.groupby(codes)[name].nunique()
        columns[name] = different.reindex(range(len(labels)), fill_value=0).to_numpy()
    columns[COUNT] = np.bincount(codes, labelled[COUNT], len(labels)).astype(np.int64)
    return pd.DataFrame(columns, index=labels.index)


def _groups(
    labelled: pd.DataFrame, keys: Sequence[Key]
) -> tuple[np.ndarray[Any, Any], pd.DataFrame]:
    """Number the combinations of labels, in their order; one where there are no keys."""
    if not keys:
        return np.zeros(len(labelled), dtype=np.int64), pd.DataFrame(index=range(1))
    by = [label_column(key) for key in keys]
    groups = labelled.groupby(by, sort=True, dropna=False)
    codes = groups.ngroup().to_numpy()
    first = labelled[by].assign(code=codes).drop_duplicates("code").sort_values("code")
    return codes, first[by].reset_index(drop=True)


def _totals_of(
    labelled: pd.DataFrame, name: str, codes: Any, groups: int, weights: Weights | None
) -> np.ndarray[Any, Any]:
    coarse = labelled[coarse_part(name)].to_numpy(dtype=float)
    fine = labelled[fine_part(name)].to_numpy(dtype=float)
    if weights is None:
        answer = np.bincount(codes, coarse, groups) + np.bincount(codes, fine, groups)
    else:
        answer = sums_by_code((coarse + fine) * weights, codes, groups)
    if not np.isfinite(answer).all():
        raise overflow(name)
    return answer


def labels_of(answer: pd.DataFrame, keys: Sequence[Key]) -> dict[str, pd.Series[Any]]:
    """Give the labels of a result of `totals`, under the keys' headings."""
    return {key.name: answer[label_column(key)] for key in keys}
