"""Tables whose rows a frame of any engine holds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw

from xlcrm.model.aliases import header_key
from xlcrm.model.columns import Reading
from xlcrm.model.derived import DERIVABLE, derived_expressions
from xlcrm.model.schema import ColumnType, TableKind
from xlcrm.model.table.shape import ROW, Columns

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


@dataclass(frozen=True, eq=False)
class FrameTable:
    """A table whose rows a pandas, Polars, DuckDB or Spark frame holds, already typed.

    Attributes:
        kind: What one row is.
        native: The frame; its columns have declared names.
        digest: A hash or name that changes with the content.
        label: Where the rows come from.
    """

    kind: TableKind
    native: IntoFrame = field(repr=False)
    digest: str
    label: str = "frame"
    _read: dict[Any, nw.Series[Any]] = field(default_factory=dict, repr=False)

    def trace(self, column: str | None = None) -> Hashable:  # noqa: ARG002 - has one digest
        """Give the digest: a frame is given as a whole."""
        return self.digest

    def after(self, equal: FrameTable) -> FrameTable:
        """Give the table to keep of this one and an equal one that was read before: that one."""
        return equal

    def __len__(self) -> int:
        """Count the rows."""
        counted = self._lazy().select(nw.len().alias("n")).collect()
        return int(counted["n"].item())

    def column(self, name: str) -> str | None:
        """Find the column that goes by ``name``; None if there is none."""
        names = [*DERIVABLE.get(self.kind.name, ()), *self._lazy().collect_schema().names()]
        if name in names:
            return name
        return {header_key(known): known for known in names}.get(header_key(name))

    def type_of(self, column: str) -> ColumnType:
        """Say what a column holds."""
        if column in self.kind.names:
            return self.kind.column(column).type
        dtype = self._lazy().collect_schema()[column]
        if dtype.is_temporal():
            return ColumnType.DATE
        if dtype == nw.Boolean:
            return ColumnType.LOGICAL
        return ColumnType.NUMBER if dtype.is_numeric() else ColumnType.TEXT

    def columns(self, names: Sequence[str], reading: Reading) -> Columns:
        """Give columns; a declared column that the frame lacks is all blank.

        Rows are numbered in the order of their key, since frames of most engines have no other.
        A frame in memory keeps the columns that were read; of others they are computed in place.
        """
        wanted = list(dict.fromkeys(names)) or [self._order]
        frame = nw.from_native(self.native)
        if isinstance(frame, nw.LazyFrame):
            return Columns(self._expressed(wanted, reading))
        keys = {name: (name, *reading.aliases.get(name, {}).items()) for name in wanted}
        if missing := [name for name in wanted if keys[name] not in self._read]:
            # Beside a column of the frame's own, one that it lacks is blank in every row.
            own = [] if self._order in missing else [self._order]
            found = self._expressed([*missing, *own], reading).collect()
            self._read.update({keys[name]: found[name] for name in missing})
        return Columns(frame.select(*(self._read[keys[name]] for name in wanted)).lazy())

    def _expressed(self, names: list[str], reading: Reading) -> nw.LazyFrame[Any]:
        lazy = self._lazy()
        if ROW in names:
            lazy = lazy.with_row_index(ROW, order_by=[self._order])
        return lazy.select(*derived_expressions(self.kind, names, lazy, reading.aliases))

    def place(self, row: int) -> str:
        """Name a data row."""
        return f"row {row + 1} by {self._order}"

    @property
    def _order(self) -> str:
        """The column that rows are numbered by: the key, else the first there is."""
        names = self._lazy().collect_schema().names()
        return self.kind.key if self.kind.key in names else names[0]

    def _lazy(self) -> nw.LazyFrame[Any]:
        return nw.from_native(self.native).lazy()
