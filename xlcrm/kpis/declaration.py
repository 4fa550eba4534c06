"""What a KPI is: rows that count, what is added up over them, what by, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

    from xlcrm.kpis.purchases import Customers
    from xlcrm.model.model import Model


def _method(name: str, methods: Sequence[str]) -> str:
    wanted = name.strip().casefold() or methods[0]
    if wanted not in methods:
        raise WrongValue(f"there is no method {name!r}; {suggestion(wanted, methods)}")
    return wanted


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
        return _method(name, self.methods)


@dataclass(frozen=True)
class ByCustomer:
    """Where sums come from that no row has of itself: the days on which each customer bought.

    The sums have the names by which numerator and denominator call them, see `over_customers`.

    Attributes:
        sums: Gives, for a model, its customers over a span of days and a method, the sums by
            name, a number a group.
        methods: The methods by name, the default first; none where there is nothing to choose.
    """

    sums: Callable[[Model, Customers, str], Mapping[str, np.ndarray[Any, Any]]]
    methods: tuple[str, ...] = ()


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


def over_customers(name: str) -> Measure:
    """Take a sum over customers by its name, see `ByCustomer`."""
    return Measure(signs=((name, 1.0),), columns=("account_id", "date"))


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
        is_state: Whether it is a state on a day, such as what is open, and not what a period
            brought: then months do not add up to a quarter, its last day counts.
        by_customer: Where sums over customers come from; None for sums over rows.
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
    is_state: bool = False
    by_customer: ByCustomer | None = None

    def method(self, name: str) -> str:
        """Find one of the KPI's methods by name; the default for "".

        Args:
            name: The method, whatever its case.

        Raises:
            WrongValue: There is no such method, or none to choose from.
        """
        if self.methods:
            return _method(name, self.methods)
        if name.strip():
            raise WrongValue(f"{self.name} has one method; leave the argument out")
        return ""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods by name, the default first; none where there is nothing to choose."""
        chosen = self.weighting or self.by_customer
        return chosen.methods if chosen else ()

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
