"""The saved workbook read again: are the rows and sums there that the files had?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.errors import ErrorInData
from xlcrm.model.columns import Reading
from xlcrm.model.schema import JOINS
from xlcrm.workbook import package
from xlcrm.workbook.importing import control
from xlcrm.workbook.importing.filling import Filling
from xlcrm.workbook.importing.placing import Part
from xlcrm.workbook.importing.recognition import Found, Unplaced
from xlcrm.workbook.importing.report import Imported
from xlcrm.workbook.importing.targets import PARAMETERS, bodies, filled, targets_of
from xlcrm.workbook.importing.upserts import keys_in

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_back(book: Path, fillings: Sequence[Filling]) -> control.Saved:
    """Read what the saved workbook holds, with the Tables that the filled ones lead to."""
    held = package.contents(book)
    targets = targets_of(held)
    wanted = {filling.target.kind for filling in fillings}
    wanted |= {target for kind in wanted for target in JOINS[kind].values()}
    wanted |= {*PARAMETERS, *(("deals",) if "stages" in wanted else ())}
    there = [kind for kind in targets if kind in wanted]
    rows = bodies(book, [targets[kind].table for kind in there])
    by_kind = {kind: rows[targets[kind].table.name] for kind in there}
    return control.saved(targets, by_kind, 1904 if held.date1904 else 1900)


def checked(
    drafts: Sequence[Imported],
    looked_at: Sequence[Found | Unplaced],
    fillings: Sequence[Filling],
    state: control.Saved,
    reading: Reading,
) -> list[Imported]:
    """Complete what became of each file by what the saved workbook holds."""
    starts = {id(p.found): start for f in fillings for p, start in _with_starts(f.parts)}
    of_source = {id(part.found): (f, k) for f in fillings for k, part in enumerate(f.parts)}
    completed = []
    for draft, one in zip(drafts, looked_at, strict=True):
        if isinstance(one, Unplaced):
            completed.append(draft)
            continue
        filling, number = of_source[id(one)]
        completed.append(_completed(draft, filling, number, starts[id(one)], state, reading))
    return completed


def _with_starts(parts: Sequence[Part]) -> list[tuple[Part, int]]:
    placed, start = [], 0
    for part in parts:
        placed.append((part, start))
        start += part.rows
    return placed


def _completed(
    draft: Imported,
    filling: Filling,
    number: int,
    start: int,
    state: control.Saved,
    reading: Reading,
) -> Imported:
    part, kind = filling.parts[number], filling.target.kind
    target, rows = state.targets[kind], filled(state.rows[kind])
    problems = [*state.notes.get("", ()), *state.notes.get(kind, ())]
    if filling.laid_over is not None:
        missing = filling.laid_over.applied[number] - keys_in(target, target.table.headers, rows)
        there = draft.rows_placed - len(missing)
        return replace(draft, rows_in_workbook=there, notes=(*draft.notes, *problems))
    end = start + part.rows
    model = state.model
    table = model.tables.get(kind) if model else None
    amount = draft.amount
    if amount is not None:
        header = target.header_of.get(amount.column, amount.column)
        at = target.table.headers.index(header)
        cells = [row[at] for row in rows[start:end]]
        amount = replace(
            amount,
            workbook=control.total(amount.column, cells, reading),
            model=control.total_in_model(model, kind, amount.column, start, end),
        )
    try:
        told = [*control.cells_unread(state, part, start, end), *control.loose_ends(state, kind)]
    except ErrorInData as error:
        told = [error.message]
    return replace(
        draft,
        rows_in_workbook=len(rows[start:end]),
        rows_in_model=0 if table is None else max(0, min(len(table), end) - start),
        amount=amount,
        notes=(*draft.notes, *problems, *told),
    )
