"""The cells of a column in the one form that all hosts share, and the bytes that are hashed."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from contextlib import suppress
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
    listed.types = _types(listed)
    if listed.types <= _PLAIN:
        return listed
    plain = Cells(map(canonical_cell, listed))
    plain.types = frozenset(map(type, plain))
    return plain


def _types(cells: Cells) -> frozenset[type]:
    with suppress(TypeError):  # joined, texts are told several times as fast as by their types
        if "".join(cells):  # type: ignore[arg-type]
            return _TEXT
    return frozenset(map(type, cells))


def types_among(cells: Sequence[Cell]) -> frozenset[type]:
    """Give the types among the cells of a column, found once where they are `Cells`."""
    return cells.types if isinstance(cells, Cells) else frozenset(map(type, cells))


def written(cells: Cells) -> bytes:
    """Write the cells of a column for hashing: equal cells give equal bytes in every host.

    Args:
        cells: Cells in canonical form.
    """
    if cells.types == _TEXT:
        joined = _END.join(cells)  # type: ignore[arg-type]  # texts alone
        if joined.isascii() and joined.count(_END) == len(cells) - 1:  # no text holds an end
            return f"{len(cells)} {joined}{_END}".encode("ascii")
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
