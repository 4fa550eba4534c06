"""What the data is: every kind of table, its columns, and how tables lead to one another.

The declarations stand in :mod:`xlcrm.model.kinds`; this is the door through which they are read.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue, suggestion
from xlcrm.model.kinds import customers, operations, plans, sales
from xlcrm.model.kinds.shape import Column, ColumnType, TableKind

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["JOINS", "KINDS", "Column", "ColumnType", "TableKind", "joins_of", "kind"]

KINDS: Mapping[str, TableKind] = MappingProxyType(
    {
        declared.name: declared
        for room in (sales, customers, plans, operations)
        for declared in room.KINDS
    }
)
"""Every table kind by its name."""

_JOINED_UNDER_ANOTHER_NAME = {
    "objectives": {"parent_id": "objectives"},
    "links": {"from_objective": "objectives", "to_objective": "objectives"},
    "timesheets": {"person": "sellers"},
    "capacity": {"person": "sellers"},
}


def _joins() -> Mapping[str, Mapping[str, str]]:
    """Follow every column that is called like another kind's key, and the exceptions."""
    of_key = {target.key: target.name for target in KINDS.values() if target.key}
    return MappingProxyType(
        {
            name: MappingProxyType(
                {
                    column: of_key[column]
                    for column in source.names
                    if column in of_key and column != source.key
                }
                | _JOINED_UNDER_ANOTHER_NAME.get(name, {})
            )
            for name, source in KINDS.items()
        }
    )


JOINS: Mapping[str, Mapping[str, str]] = _joins()
"""For each kind, the columns that lead to another kind, and to which."""


def kind(name: str) -> TableKind:
    """Find a table kind by its name, whatever its case.

    Args:
        name: The kind's name, such as ``"deals"``.

    Returns:
        The table kind.

    Raises:
        WrongValue: If there is no such kind; the message names near misses.

    Example:
        >>> kind("deals").row_is
        'an opportunity'
    """
    found = KINDS.get(name.strip().casefold())
    if found is None:
        raise WrongValue(f"there is no table kind {name!r}; {suggestion(name, KINDS)}")
    return found


def joins_of(name: str) -> Mapping[str, str]:
    """List the columns of a kind that lead to other kinds.

    Args:
        name: The kind's name, such as ``"deals"``.

    Returns:
        For each such column, the kind whose key it holds.

    Raises:
        WrongValue: If there is no such kind.

    Example:
        >>> joins_of("contacts")["account_id"]
        'accounts'
    """
    return JOINS[kind(name).name]
