"""What a check is: a figure, its limit, and what to do where the figure lies beyond it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xlcrm.errors import (
    NotAvailable,
    OutOfDomain,
    UnknownName,
    WrongValue,
    ZeroDenominator,
    listing,
    shortened,
)
from xlcrm.model.model import Model
from xlcrm.reduce.population import Population, select

AREAS = ("data", "pipeline", "strategy")
"""What checks are about."""

LACKS = (NotAvailable, OutOfDomain, UnknownName, WrongValue, ZeroDenominator)
"""Errors that leave a check unchecked; an unreadable cell is none of them and is handed on."""

LONGEST_NAME = 30
"""Characters of a name, so that five of them fit into a cell beside what was looked at."""


@dataclass(frozen=True)
class Finding:
    """What a check finds.

    Attributes:
        figure: The figure that is compared with the limit.
        words: What was looked at.
        names: What was found, by name, the gravest first.
        limit: The limit where it depends on the data; None for that of the check.
    """

    figure: float
    words: str
    names: Sequence[str] = ()
    limit: float | None = None

    @property
    def found(self) -> str:
        """What was found in words, with up to five names, as a cell shows it."""
        return shortened(f"{self.words}: {listing(self.names)}" if self.names else self.words)


@dataclass(frozen=True)
class Check:
    """A check of what the figures rest on, declared once.

    Attributes:
        area: One of `AREAS`.
        name: What it is called.
        tables: The tables without which nothing can be checked.
        find: Finds the figure; raises one of `LACKS` where there is nothing to find it in.
        limit: The limit, or the name of the setting that holds it.
        advice: What to do.
        least: Whether the limit is the least that is good, and not the most.
    """

    area: str
    name: str
    tables: tuple[str, ...]
    find: Callable[[Model], Finding]
    limit: float | str
    advice: str
    least: bool = False

    def limit_in(self, model: Model, finding: Finding) -> float:
        """Give the limit that counts: the finding's own, the setting's, or the number.

        Args:
            model: The model, whose settings count.
            finding: What the check finds in it.
        """
        if finding.limit is not None:
            return finding.limit
        return self.limit if isinstance(self.limit, float) else model.settings.number(self.limit)


def part(rows: str, wrong: str, count: int, among: int, names: Sequence[str] = ()) -> Finding:
    """Find the share of rows that something is wrong with.

    Args:
        rows: The rows in words, such as "open deals".
        wrong: What is wrong with some, such as "have no amount".
        count: With how many it is.
        among: How many there are.
        names: The wrong ones by name.

    Raises:
        NotAvailable: There are no rows.
    """
    if not among:
        raise NotAvailable(f"there are no {rows}")
    return Finding(count / among, f"{count:,} of {among:,} {rows} {wrong}", names)


def rows_of(model: Model, kind: str, columns: Sequence[str]) -> pd.DataFrame:
    """Give the rows of a small table.

    Args:
        model: A model with the table.
        kind: The table's kind.
        columns: Its columns that are needed.

    Returns:
        The columns as texts, floats and moments, missing where blank.
    """
    selected = select(model, Population(kind, kind), columns).counted
    frame = selected.select(*columns).collect().to_pandas()
    words = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(words, "str")).reset_index(drop=True)


def named(first: Any, other: Any = None) -> str:
    """Name a row by its words, or else by its id, cut to `LONGEST_NAME`.

    Args:
        first: The words, missing where blank.
        other: The id, missing where blank.
    """
    name = next((str(name) for name in (first, other) if not pd.isna(name)), "(no name)")
    return shortened(name, LONGEST_NAME)
