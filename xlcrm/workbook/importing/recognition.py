"""Which kind of table a sheet of a file is, where its header row stands, what its headers mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlcrm.cells import column_letters, is_blank
from xlcrm.errors import CrmError, listing
from xlcrm.model.derived import DERIVABLE
from xlcrm.model.headers import Matched, find_header_row, match, recognise
from xlcrm.model.schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlcrm.cells import Cell, Rows
    from xlcrm.model.sources import SourceSheet

    HeaderAliases = Iterable[tuple[str, str]]

_NEARLY_AS_GOOD = 0.8
_FEW_HEADERS = 3
_TOTALS = frozenset(
    ("total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "totaal")
) | frozenset(("totale", "somme", "total général", "suma", "total general", "итого", "всего"))


@dataclass(frozen=True)
class Found:
    """A sheet that is a table of a kind.

    Attributes:
        source: The sheet.
        matched: What its headers mean.
        rows: Its data rows, blank ones left out.
        places: The position in the sheet, from 0, of each data row.
        blank_rows: How many blank rows were left out.
        notes: What is worth saying.
    """

    source: SourceSheet
    matched: Matched
    rows: Rows = field(repr=False)
    places: Sequence[int] = field(repr=False)
    blank_rows: int
    notes: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What one row is."""
        return self.matched.kind


@dataclass(frozen=True)
class Unplaced:
    """A file or sheet that cannot be placed, and why."""

    file: str
    sheet: str
    reason: str
    kind: str | None = None
    rows: int = 0
    notes: tuple[str, ...] = ()


def recognised(source: SourceSheet, aliases: HeaderAliases = ()) -> Found | Unplaced:
    """Tell what table a sheet is.

    The kind is the one that its headers fit best; where the file or sheet is called after another
    kind that they may be too, that one.

    Args:
        source: A sheet of a file.
        aliases: The workbook's own aliases, pairs of a header and the column it means.

    Returns:
        The table, or why it is none.
    """
    aliases = tuple(aliases)
    at = _header_row(source)
    if at is None:
        filled = sum(map(_has_content, source.rows))
        reason = "is not a table: no row has headers of a known kind" if filled else "is blank"
        return _unplaced(source, reason, rows=filled)
    headers = source.rows[at]
    candidates = recognise(headers)
    best, score = _chosen(candidates, source)
    matched, reason = _matched(best, headers, aliases)
    below = source.rows[at + 1 :]
    places = [at + 1 + k for k, row in enumerate(below) if _has_content(row)]
    if matched is None:
        return _unplaced(source, f"looks like {best}, but {reason}", best, len(places))
    if thin := _too_thin(matched, source):
        return _unplaced(source, thin, best, len(places))
    rows = [source.rows[place] for place in places] if len(places) < len(below) else below
    last = places[-1] if places else at
    blank = last - at - len(places)
    if not rows:
        return _unplaced(source, f"has the headers of {best} and no rows", best)
    notes = [*source.notes, *_doubts(best, score, candidates), *_totals(rows, places)]
    if at:
        notes.append(f"its headers stand in row {at + 1}; what is above is left out")
    return Found(source, matched, rows, places, blank, tuple(notes))


def letters_of(position: int) -> str:
    """Name a column of a file as a sheet would: position 0 is ``A``."""
    return column_letters(position + 1)


def _header_row(source: SourceSheet) -> int | None:
    """Find the header row; what stands above it are titles, which are narrower.

    In a list of fields a row of data may read like headers, under a header row of its own.
    """
    at = find_header_row(source.rows)
    if at is None:
        return None
    widths = [sum(not is_blank(cell) for cell in row) for row in source.rows[: at + 1]]
    widest = widths.index(max(widths))
    return widest if recognise(source.rows[widest]) else None


def _chosen(candidates: Sequence[tuple[str, float]], source: SourceSheet) -> tuple[str, float]:
    """Choose the kind that the file or sheet is called after, else the one that fits best."""
    named = _names_in(source)
    return next((one for one in candidates if one[0] in named), candidates[0])


def _unplaced(source: SourceSheet, reason: str, kind: str | None = None, rows: int = 0) -> Unplaced:
    return Unplaced(source.file, source.sheet, reason, kind, rows, source.notes)


def _matched(
    kind: str, headers: Sequence[Cell], aliases: HeaderAliases
) -> tuple[Matched | None, str]:
    try:
        derivable = DERIVABLE.get(kind, frozenset())
        return match(kind, headers, aliases, derivable=derivable), ""
    except CrmError as error:
        return None, error.message


def _names_in(source: SourceSheet) -> frozenset[str]:
    """Find the kinds that a file or sheet is called after: ``lead_data`` after leads."""
    text = f"{source.file.rpartition('.')[0]} {source.sheet}"
    words = set(re.findall(r"[a-z]+", text.casefold()))
    return frozenset(name for name in KINDS if name in words or _one_of(name) in words)


def _one_of(kind: str) -> str:
    return kind[:-3] + "y" if kind.endswith("ies") else kind.removesuffix("s")


def _too_thin(matched: Matched, source: SourceSheet) -> str:
    """Say why so little is understood that filling a Table would harm it; "" where it would not.

    Tables that link two others have one or two known headers, and rows of no kind.
    """
    headers = [text for text in matched.headers if text]
    known = [h for h, c in zip(matched.headers, matched.columns, strict=True) if h and c]
    if len(known) >= _FEW_HEADERS or 2 * len(known) > len(headers):
        return ""
    if matched.kind in _names_in(source):
        return ""
    return (
        f"is not a table: it looks like {matched.kind}, but of its {len(headers)} headers only "
        f"{listing(known)} are understood; name the file {matched.kind} if it is one"
    )


def _has_content(row: Sequence[Cell]) -> bool:
    first = row[0] if row else None
    if first is not None and (not isinstance(first, str) or first[:1].isalnum()):
        return True
    return any(not is_blank(cell) for cell in row)


def _doubts(kind: str, score: float, candidates: Sequence[tuple[str, float]]) -> list[str]:
    others = [
        name for name, other in candidates if name != kind and other >= _NEARLY_AS_GOOD * score
    ]
    return [f"it is read as {kind}, and may be {' or '.join(others)}"] if others else []


def _totals(rows: Rows, places: Sequence[int]) -> list[str]:
    found = []
    for row, place in zip(rows, places, strict=True):
        cell = next((cell for cell in row if cell is not None), None)
        if isinstance(cell, str) and cell.strip(" :").casefold() in _TOTALS:
            found.append(f"row {place + 1}")
    if not found:
        return []
    verb = "looks like a total" if len(found) == 1 else "look like totals"
    return [f"{listing(found)} {verb}: delete them in the file, or they count twice"]
