"""What a table kind and its columns are, and the short words in which they are declared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from xlcrm.errors import UnknownName, suggestion


class ColumnType(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    """Words of few distinct values: an owner, a stage, a product. They become categories."""
    ID = "id"
    """Words of many distinct values: keys, names of single things, free remarks."""
    AMOUNT = "amount"
    """Money."""
    NUMBER = "number"
    """A count or measure that is not money."""
    MEASURED = "measured"
    """A value that may be missing: blank, N/A and #N/A all say that there is none yet."""
    SHARE = "share"
    """A part of one, 0 to 1; a cell may say 12%."""
    DATE = "date"
    """A day, or a moment of it."""
    LOGICAL = "logical"
    """Yes or no."""


@dataclass(frozen=True)
class Column:
    """A column of a table kind."""

    name: str
    type: ColumnType
    meaning: str
    """One sentence for a manager, at most 255 characters."""
    unit: str = ""
    required: bool = False


@dataclass(frozen=True)
class TableKind:
    """A kind of table: what one row is, and the columns it may have."""

    name: str
    row_is: str
    columns: tuple[Column, ...]
    key: str | None = None
    """The column by which other tables join to this one."""

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the columns without which a table of this kind says nothing."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in their declared order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Find the column called ``name``.

        Args:
            name: The column's declared name, such as ``"expected_close"``.

        Returns:
            The column.

        Raises:
            UnknownName: If the kind has no such column; the message names near misses.

        Example:
            >>> from xlcrm.model.schema import kind
            >>> kind("deals").column("amount").unit
            'money'
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownName(f"{self.name} has no column {name!r}; {suggestion(name, self.names)}")


def text(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of words with few distinct values."""
    return Column(name, ColumnType.TEXT, meaning, required=required)


def identifier(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of keys, names or remarks."""
    return Column(name, ColumnType.ID, meaning, required=required)


def amount(name: str, meaning: str, *, unit: str = "money", required: bool = False) -> Column:
    """Declare a column of money."""
    return Column(name, ColumnType.AMOUNT, meaning, unit, required)


def number(name: str, meaning: str, *, unit: str = "", required: bool = False) -> Column:
    """Declare a column of counts or measures."""
    return Column(name, ColumnType.NUMBER, meaning, unit, required)


def measured(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of values that may be missing."""
    return Column(name, ColumnType.MEASURED, meaning, required=required)


def share(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of parts of one."""
    return Column(name, ColumnType.SHARE, meaning, "share", required)


def date(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of days."""
    return Column(name, ColumnType.DATE, meaning, required=required)


def logical(name: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of yes and no."""
    return Column(name, ColumnType.LOGICAL, meaning, required=required)
