"""What a KPI is: rows that count, what is added up over them, what by, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import narwhals as nw

from xlcrm.errors import WrongValue, suggestion
from xlcrm.reduce.population import Population
from xlcrm.reduce.sums import COUNT

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from xlcrm.model.model import Model


@dataclass(frozen=True)
class Weighting:
    """How the groups of rows of a sum are weighted.

    Attributes:
        methods: The methods by name, the default first.
        keys: Gives, for a model and a method, the columns that tell a row's weight.
        weigh: Gives, for a model, a method and a small frame with those columns, the weights.
    """

    methods: tuple[str, ...]
    keys: Callable[[Model, str], tuple[str, ...]]
    weigh: Callable[[Model, str, pd.DataFrame], np.ndarray[Any, Any]]

    def method(self, name: str) -> str:
        """Find a method by name; the default for "".

        Raises:
            WrongValue: There is no such method.
        """
        wanted = name.strip().casefold() or self.methods[0]
        if wanted not in self.methods:
            raise WrongValue(f"there is no method {name!r}; {suggestion(wanted, self.methods)}")
        return wanted


class Better(StrEnum):
    """In which direction a figure is good."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Measure:
    """What is added up over the rows that count.

    Attributes:
        sums: Per-row values to add up, by name.
        distinct: Columns whose different values are counted.
        signs: For each sum, column or `COUNT` (the number of rows), how often it enters.
        columns: The columns that the sums look at.
    """

    sums: tuple[tuple[str, nw.Expr | str], ...] = ()
    distinct: tuple[str, ...] = ()
    signs: tuple[tuple[str, float], ...] = ()
    columns: tuple[str, ...] = ()

    def __add__(self, other: Measure) -> Measure:
        return Measure(
            self.sums + other.sums,
            self.distinct + other.distinct,
            self.signs + other.signs,
            self.columns + other.columns,
        )

    def __neg__(self) -> Measure:
        turned = tuple((name, -sign) for name, sign in self.signs)
        return Measure(self.sums, self.distinct, turned, self.columns)

    def __sub__(self, other: Measure) -> Measure:
        return self + -other


def rows() -> Measure:
    """Count the rows."""
    return Measure(signs=((COUNT, 1.0),))


def total(name: str, of: nw.Expr | None = None, columns: Sequence[str] = ()) -> Measure:
    """Add up a column, or an expression over columns under a name of its own.

    Args:
        name: The column, or the name of the sum.
        of: The expression; None for the column itself.
        columns: The columns that the expression looks at.
    """
    return Measure(
        sums=((name, name if of is None else of),),
        signs=((name, 1.0),),
        columns=tuple(columns) or (name,),
    )


def distinct(column: str) -> Measure:
    """Count the different values of a column."""
    return Measure(distinct=(column,), signs=((column, 1.0),), columns=(column,))


@dataclass(frozen=True)
class Kpi:
    """A single figure, declared once; `by`, `where`, `period` and explanation follow from it.

    Attributes:
        name: What a formula calls it, such as ``win_rate``.
        title: What a report calls it.
        words: The definition in one or two sentences.
        source: Where the definition comes from.
        unit: ``deals``, ``money``, ``share``, ``days``, ...
        better: In which direction it is good.
        populations: The rows that count; of several, the first whose table the model has.
        numerator: What is added up.
        denominator: What it is divided by; None for a plain sum.
        weighting: How groups of rows are weighted; None where each counts as it is.
        settings: The settings that it depends on.
    """

    name: str
    title: str
    words: str
    source: str
    unit: str
    better: Better
    populations: tuple[Population, ...]
    numerator: Measure
    denominator: Measure | None = None
    weighting: Weighting | None = None
    settings: tuple[str, ...] = ()

    def population(self, model: Model) -> Population:
        """Give the rows that count in a model.

        Args:
            model: The model whose tables decide.
        """
        present = (p for p in self.populations if p.table in model.tables)
        return next(present, self.populations[0])

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the sums look at."""
        below = self.denominator.columns if self.denominator else ()
        return tuple(dict.fromkeys((*self.numerator.columns, *below)))
