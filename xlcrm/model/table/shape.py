"""What every table can be asked, whatever holds its rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import narwhals as nw

from xlcrm.model.columns import Problem, Reading
from xlcrm.model.schema import ColumnType, TableKind

ROW = "#row"
"""Asked for as a column, it numbers the data rows of a table of cells."""


@dataclass(frozen=True)
class Columns:
    """Typed columns of a table, as one frame.

    Attributes:
        frame: A lazy frame with the columns asked for.
        problems: Cells that could not be read, by column.
        notes: What is worth saying about how the cells were read.
        read: The table's own columns that these were read from; None where that is not known.
    """

    frame: nw.LazyFrame[Any]
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    read: frozenset[str] | None = None


class Table(Protocol):
    """Rows of one kind, whatever holds them."""

    @property
    def kind(self) -> TableKind:
        """What one row is."""
        ...

    @property
    def digest(self) -> str:
        """A hash of the content: equal data has an equal digest in every host."""
        ...

    @property
    def label(self) -> str:
        """Where the rows come from, in a few words."""
        ...

    def column(self, name: str) -> str | None:
        """Find the column that goes by ``name``, a declared name or a header; None if none."""
        ...

    def type_of(self, column: str) -> ColumnType:
        """Say what a column holds."""
        ...

    def columns(self, names: Sequence[str], reading: Reading) -> Columns:
        """Give columns, typed."""
        ...

    def place(self, row: int) -> str:
        """Say where the data row with the number ``row``, from 0, stands for the user."""
        ...

    def trace(self, column: str | None = None) -> Hashable:
        """Give what stays equal as long as answers that read the table, or a column, stay valid."""
        ...

    def after(self, equal: Any) -> Table:
        """Give the table to keep of this one and an equal one that was read before.

        It has the columns that are typed already, and stands where this one stands.
        """
        ...

    def __len__(self) -> int:
        """Count the rows."""
        ...
