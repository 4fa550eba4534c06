"""Settings and aliases: rows with a name that is known get the new value, others are added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.cells import is_blank, text_key, text_of
from xlcrm.errors import CrmError, ExcelError
from xlcrm.model.headers import header_key
from xlcrm.model.settings import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.cells import Cell, Rows
    from xlcrm.workbook.importing.placing import Part
    from xlcrm.workbook.importing.targets import Target

KEYS = {"settings": ("name",), "aliases": ("column", "found")}
"""The kinds whose rows are renewed one by one, and the columns that tell a row from others."""

_MOST_NAMED = 5
_NEEDED = {"settings": ("name",), "aliases": ("column", "found", "means")}


@dataclass(frozen=True)
class Upserted:
    """The rows of a Table after others were laid over them.

    Attributes:
        headers: The Table's headers, new ones behind them.
        rows: Its rows.
        applied: The keys that each part gave, in order of the parts.
        refused: For each part, what was left out, and why.
        counts: For each part, how many rows were taken.
    """

    headers: list[str]
    rows: Rows
    applied: tuple[frozenset[tuple[str, ...]], ...]
    refused: tuple[tuple[str, ...], ...]
    counts: tuple[int, ...]


def upserted(
    target: Target, existing: Rows, parts: Sequence[Part], headers: list[str], date_system: int
) -> Upserted:
    """Lay rows over those of a Settings or Aliases Table.

    Args:
        target: The Table.
        existing: Its rows, without blank ones.
        parts: What each file contributes, the later one counting.
        headers: The Table's headers, with the new ones of the parts behind them.
        date_system: The workbook's.

    Returns:
        The rows: those that were there in their order, then the new ones.
    """
    place = {header: k for k, header in enumerate(headers)}
    keys = [place[target.header_of.get(name, name)] for name in KEYS[target.kind]]
    rows = [[*row, *[None] * (len(headers) - len(row))] for row in existing]
    at: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows):
        at.setdefault(_key(target.kind, row, keys), number)
    applied: list[frozenset[tuple[str, ...]]] = []
    refused: list[tuple[str, ...]] = []
    counts: list[int] = []
    for part in parts:
        seen: set[tuple[str, ...]] = set()
        left: list[str] = []
        for number, cells in enumerate(zip(*part.columns.values(), strict=True)):
            new = dict(zip(part.columns, cells, strict=True))
            if reason := _unfit(target, new, date_system):
                left.append(f"row {part.places[number] + 1}: {reason}")
                continue
            key = tuple(_folded(target.kind, new.get(headers[k])) for k in keys)
            if key not in at:
                at[key] = len(rows)
                rows.append([None] * len(headers))
            for header, cell in new.items():
                rows[at[key]][place[header]] = cell
            seen.add(key)
        applied.append(frozenset(seen))
        counts.append(part.rows - len(left))
        refused.append(_some(left))
    body: Rows = [tuple(row) for row in rows]
    return Upserted(headers, body, tuple(applied), tuple(refused), tuple(counts))


def _some(left: list[str]) -> tuple[str, ...]:
    """Name the first rows that were left out, and count the others."""
    others = len(left) - _MOST_NAMED
    return (*left[:_MOST_NAMED], *([f"{others:,} more rows"] if others > 0 else []))


def keys_in(target: Target, headers: Sequence[str], rows: Rows) -> frozenset[tuple[str, ...]]:
    """List the keys of the rows of a Settings or Aliases Table."""
    place = {header: k for k, header in enumerate(headers)}
    keys = [place[target.header_of.get(name, name)] for name in KEYS[target.kind]]
    return frozenset(_key(target.kind, row, keys) for row in rows)


def _key(kind: str, row: Sequence[Cell], keys: Sequence[int]) -> tuple[str, ...]:
    return tuple(_folded(kind, row[k]) for k in keys)


def _folded(kind: str, cell: Cell) -> str:
    """Fold a name; in that of a setting a blank is as good as an underscore."""
    if isinstance(cell, ExcelError):
        return cell.text
    folded = text_key(text_of(cell))
    return folded.replace(" ", "_") if kind == "settings" else folded


def _unfit(target: Target, row: dict[str, Cell], date_system: int) -> str:
    """Say why a row cannot be taken; "" where it can."""
    cells = {name: row.get(target.header_of.get(name, name)) for name in _NEEDED[target.kind]}
    if missing := [name for name, cell in cells.items() if is_blank(cell)]:
        return f"{header_key(missing[0])} is blank"
    if target.kind != "settings":
        return ""
    try:
        settings_of([(cells["name"], row.get(target.header_of.get("value", "value")))], date_system)
    except CrmError as error:
        return error.message
    return ""
