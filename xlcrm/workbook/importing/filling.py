"""The Tables that files fill: which rows each gets, and what each file can be told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.cells import text_key
from xlcrm.model.columns import Reading
from xlcrm.workbook.importing import control
from xlcrm.workbook.importing.objectives import joined
from xlcrm.workbook.importing.placing import Part, body_of, cells_of, part_of
from xlcrm.workbook.importing.recognition import Found, Unplaced
from xlcrm.workbook.importing.report import Imported, Totals
from xlcrm.workbook.importing.scorecards import completed
from xlcrm.workbook.importing.targets import Target, bodies, filled
from xlcrm.workbook.importing.upserts import KEYS, Upserted, upserted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.cells import Cell, Rows


_OF_MEASURES = ("objectives", "perspectives")
"""The kinds whose Tables get a row more for what measures name."""


@dataclass(frozen=True)
class Filling:
    """A Table that is filled: its parts, its new rows, and how many it had.

    One without parts keeps the rows it had and has others added.
    """

    target: Target
    parts: tuple[Part, ...]
    headers: list[str]
    rows: Rows = field(repr=False)
    replaced: int
    laid_over: Upserted | None = None


def fillings_of(
    book: Path,
    targets: Mapping[str, Target],
    before: Mapping[str, Rows],
    found: Sequence[Found],
    reading: Reading,
    system: int,
) -> list[Filling]:
    """Bring the rows of files into the shape of the Tables that they fill.

    Args:
        book: The workbook.
        targets: Its Tables by kind.
        before: The rows of some of them, by name.
        found: The files' tables, in the order given.
        reading: How texts are to be read.
        system: The workbook's date system.

    Returns:
        What each Table gets, one for each kind found, and for those of a scorecard's objectives
        and perspectives where rows are added to them.
    """
    kinds = list(dict.fromkeys(one.kind for one in found))
    needed = [*kinds, *(k for k in _OF_MEASURES if "measures" in kinds and k in targets)]
    unread = [targets[k].table for k in needed if targets[k].table.name not in before]
    held = {name: filled(rows) for name, rows in {**before, **bodies(book, unread)}.items()}
    whole = joined(
        {
            kind: tuple(
                completed(part_of(one, targets[kind], reading, system), targets[kind])
                for one in found
                if one.kind == kind
            )
            for kind in kinds
        },
        targets,
        held,
        reading,
    )
    fillings = []
    others = [*whole.added, *(["perspectives"] if whole.renamed else [])]
    for kind in dict.fromkeys([*kinds, *others]):
        target, parts = targets[kind], whole.parts.get(kind, ())
        headers, rows = body_of(target, parts)
        existing = held[target.table.name]
        if kind == "perspectives" and whole.renamed:
            existing = rows = _renamed(target, existing, whole.renamed)
        if kind in whole.added:
            headers, rows = _with_rows(
                target, headers, rows if parts else existing, whole.added[kind]
            )
        if kind in KEYS:
            laid = upserted(target, existing, parts, headers, system)
            fillings.append(Filling(target, parts, headers, laid.rows, 0, laid))
        else:
            fillings.append(Filling(target, parts, headers, rows, len(existing)))
    return fillings


def _with_rows(
    target: Target, headers: list[str], rows: Rows, added: Sequence[Mapping[str, Cell]]
) -> tuple[list[str], Rows]:
    """Add rows, given by declared columns, behind those of a Table."""
    named = [{target.header_of.get(n, n): cell for n, cell in row.items()} for row in added]
    order = list(dict.fromkeys([*headers, *(header for row in named for header in row)]))
    blank = (None,) * (len(order) - len(headers))
    new: Rows = [tuple(row.get(header) for header in order) for row in named]
    return order, [*((*row, *blank) for row in rows), *new]


def _renamed(target: Target, rows: Rows, names: Mapping[str, str]) -> Rows:
    """Give perspectives other names, by their folded ones."""
    at = target.table.headers.index(target.header_of["perspective"])
    return [(*row[:at], names.get(text_key(str(row[at])), row[at]), *row[at + 1 :]) for row in rows]


def drafts_of(
    looked_at: Sequence[Found | Unplaced], fillings: Sequence[Filling], reading: Reading
) -> list[Imported]:
    """Say what becomes of each file, as far as it is known before saving."""
    of_source = {id(part.found): (f, k) for f in fillings for k, part in enumerate(f.parts)}
    repeated = {f.target.kind: control.repeated_keys(f.parts, f.target) for f in fillings}
    drafts = []
    for one in looked_at:
        if isinstance(one, Unplaced):
            drafts.append(
                Imported(
                    one.file,
                    one.sheet,
                    one.kind,
                    rows_in_file=one.rows,
                    could_not_place=(one.reason,),
                    notes=one.notes,
                )
            )
            continue
        filling, number = of_source[id(one)]
        drafts.append(_draft(filling, number, repeated[one.kind][number], reading))
    return drafts


def _draft(filling: Filling, number: int, repeated: list[str], reading: Reading) -> Imported:
    part = filling.parts[number]
    found, laid = part.found, filling.laid_over
    refused = laid.refused[number] if laid else ()
    return Imported(
        file=found.source.file,
        sheet=found.source.sheet,
        kind=found.kind,
        table=filling.target.table.name,
        rows_in_file=len(found.rows),
        blank_rows=found.blank_rows,
        rows_placed=laid.counts[number] if laid else part.rows,
        rows_replaced=filling.replaced if number == 0 else 0,
        amount=_totals(filling, part, reading),
        placed=part.placed,
        kept=part.kept,
        could_not_place=(*part.could_not_place, *refused),
        notes=(*part.notes, *repeated),
    )


def _totals(filling: Filling, part: Part, reading: Reading) -> Totals | None:
    name = control.amount_of(part.found.kind)
    position = part.found.matched.by_column.get(name) if name else None
    if name is None or position is None:
        return None
    header = filling.target.header_of.get(name, name)
    in_file = control.total(name, cells_of(part.found, position), reading)
    return Totals(name, in_file, control.total(name, part.columns[header], reading))
