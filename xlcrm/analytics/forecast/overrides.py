"""Who has put an amount of their own in the place of the computed one, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from xlcrm.errors import shortened
from xlcrm.reduce.grouping import Key, groups_of, with_groups

TOLD = ("deal_id", "override_by", "override_why")
"""What is told of an override."""


def told_overrides(rows: nw.LazyFrame[Any] | None, keys: Sequence[Key]) -> pd.DataFrame:
    """Tell of each group who overrode deals of it, and why.

    Args:
        rows: Open deals with ``override``, `TOLD` and the columns of the keys; None where no
            deal has an override.
        keys: What the forecast is grouped by.

    Returns:
        The columns of the keys, ``override_by`` (names, each once) and ``override_why`` (each deal
        with its reason, in the order of their ids); no row for a group without overrides.
    """
    if rows is None:
        headings = [*(key.name for key in keys), "override_by", "override_why"]
        return pd.DataFrame(columns=headings, dtype=object)
    called = with_groups(rows.filter(~nw.col("override").is_null()), keys)
    names = list(dict.fromkeys((*TOLD, *(key.group for key in keys))))
    frame = called.select(*names).collect().to_pandas()
    frame = frame.sort_values("deal_id", ignore_index=True)
    groups = groups_of(frame, keys)
    texts: dict[str, list[str]] = {"override_by": [], "override_why": []}
    for number in range(groups.count if len(frame) else 0):
        own = frame[groups.codes == number]
        names = sorted({str(name) for name in own["override_by"].dropna()})
        texts["override_by"].append(shortened(", ".join(names) or "not told"))
        pairs = zip(own["deal_id"], own["override_why"], strict=True)
        whys = (f"{deal}: {'not told' if pd.isna(why) else why}" for deal, why in pairs)
        texts["override_why"].append(shortened("; ".join(whys)))
    labels = {key.name: of for key, of in zip(keys, groups.labels, strict=True)}
    return pd.DataFrame({**labels, **texts}, index=range(len(texts["override_by"])))
