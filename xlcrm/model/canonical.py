"""The cells of a column in the one form that all hosts share, and the bytes that are hashed."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import normalize

from xlcrm.cells import Cell, canonical_cell
from xlcrm.errors import ExcelError

_PLAIN = frozenset({float, str, bool, type(None)})
_TEXT = frozenset({str})
_TEXTS = frozenset({str, type(None)})
_END = "\0"
_HEAD = 5
"""Bytes in which marshal writes that a list follows, and its length."""


class Cells(list[Cell]):
    """The cells of a column in canonical form, and the types among them.

    Texts stand as the host has them: whoever reads them composes the few different ones.
    """

    types: frozenset[type]


def canonical_column(cells: Iterable[Any]) -> Cells:
    """Bring the cells of a column, as a host has them, into canonical form.

    Args:
        cells: Raw cells.
    """
    listed = cells if isinstance(cells, Cells) else Cells(cells)
    return _canonical(listed, _joined(listed))


def written_column(cells: Cells) -> tuple[Cells, bytes]:
    """Bring a column into canonical form, and write it for hashing.

    Args:
        cells: Raw cells.

    Returns:
        The cells in canonical form, and their bytes: equal cells give equal bytes in every host.
    """
    joined = _joined(cells)
    plain = _canonical(cells, joined)
    if joined is not None and joined.isascii() and joined.count(_END) == len(plain) - 1:
        return plain, f"{len(plain)} {joined}{_END}".encode("ascii")  # no text holds an end
    return plain, _written_among_others(plain)


def _joined(cells: Cells) -> str | None:
    """Join the cells of a column if they are texts alone: it tells so faster than their types."""
    try:
        return _END.join(cells) if cells else None  # type: ignore[arg-type]  # raises for others
    except TypeError:
        return None


def _canonical(cells: Cells, joined: str | None) -> Cells:
    cells.types = frozenset(map(type, cells)) if joined is None else _TEXT
    if cells.types <= _PLAIN:
        return cells
    plain = Cells(map(canonical_cell, cells))
    plain.types = frozenset(map(type, plain))
    return plain


def types_among(cells: Sequence[Cell]) -> frozenset[type]:
    """Give the types among the cells of a column, found once where they are `Cells`."""
    return cells.types if isinstance(cells, Cells) else frozenset(map(type, cells))


def _written_among_others(cells: Cells) -> bytes:
    content = _written(cells)
    if str not in cells.types:
        return content
    if cells.types <= _TEXTS:
        is_ascii = content[_HEAD:].isascii()  # and so are all texts, without a look at each
    else:
        is_ascii = all(cell.isascii() for cell in cells if isinstance(cell, str))
    return content if is_ascii else _written(_composed(cells))


def _composed(cells: Sequence[Cell]) -> list[Cell]:
    """Compose accents, so that a letter is one sign whatever system wrote it."""
    return [normalize("NFC", cell) if isinstance(cell, str) else cell for cell in cells]


def _written(cells: Sequence[Cell]) -> bytes:
    """Write cells; in marshal's version 2 the bytes depend on the values alone."""
    try:
        return marshal.dumps(list(cells), 2)
    except ValueError:  # an error among them, which marshal does not know
        plain = [int(cell) if isinstance(cell, ExcelError) else cell for cell in cells]
        return marshal.dumps(plain, 2)
