"""Which header a column that has none may be meant by."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from xlcrm.model.aliases import claims, header_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlcrm.model.aliases.assignment import HeaderRow

_LIKE_NAME = 0.6
_LIKE_ALIAS = 0.8  # aliases are long, and alike in their first words


def nearest(row: HeaderRow, kind: str, column: str, taken: Collection[int]) -> str | None:
    """Find a header that may be a column's name or one of its aliases, misspelt.

    Args:
        row: The header row.
        kind: The name of the table kind.
        column: The column that has no header.
        taken: The positions of headers that other columns have.

    Returns:
        The header as written, or None where none is alike. One that means another column of the
        kind is never offered, even if it is not used: it is not misspelt.

    Example:
        >>> from xlcrm.model.aliases.assignment import read
        >>> nearest(read(["Sales Agnet", "Manager"]), "sellers", "owner", ())
        'Sales Agnet'
    """
    known = claims(kind)
    spare = {
        key: row.texts[position]
        for position, key in enumerate(row.keys)
        if key and position not in taken and key not in known
    }
    aliases = [alias for alias, columns in known.items() if column in columns]
    near = get_close_matches(header_key(column), spare, n=1, cutoff=_LIKE_NAME)
    for alias in aliases:
        near = near or get_close_matches(alias, spare, n=1, cutoff=_LIKE_ALIAS)
    return spare[near[0]] if near else None
