"""What was placed, counted and summed again: in the saved workbook, and as the model sees it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import fsum
from typing import TYPE_CHECKING

from xlcrm.cells import number_text, text_key
from xlcrm.errors import CrmError, ExcelError, NotAvailable, listing
from xlcrm.model.columns import Reading, typed
from xlcrm.model.derived import status_word
from xlcrm.model.model import Model, model_of
from xlcrm.model.relations import mismatches
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.model.table import table_of
from xlcrm.workbook.importing.targets import range_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.cells import Cell, Rows
    from xlcrm.model.table import Table
    from xlcrm.workbook.importing.placing import Part
    from xlcrm.workbook.importing.targets import Target

MOST_NOTES = 5


@dataclass(frozen=True)
class Saved:
    """The saved workbook, read again.

    Attributes:
        targets: Its Tables by kind.
        rows: The rows of those that were read, by kind, without the header.
        model: The model of these, None where there is none.
        notes: Why a Table or the model cannot be read.
    """

    targets: Mapping[str, Target]
    rows: Mapping[str, Rows] = field(repr=False)
    model: Model | None
    notes: Mapping[str, tuple[str, ...]]


def saved(targets: Mapping[str, Target], rows: Mapping[str, Rows], date_system: int) -> Saved:
    """Make a model of the Tables of a workbook.

    Args:
        targets: The workbook's Tables by kind.
        rows: The rows of some of them, by kind.
        date_system: The workbook's.

    Returns:
        The model, and why Tables are not in it.
    """
    tables: list[Table] = []
    notes: dict[str, tuple[str, ...]] = {}
    for kind, body in rows.items():
        try:
            tables.append(table_of(kind, range_of(targets[kind].table, body, date_system)))
        except NotAvailable:
            continue
        except CrmError as error:
            notes[kind] = (error.message,)
    try:
        model = model_of(tables)
    except CrmError as error:
        return Saved(targets, rows, None, {"": (f"the model: {error.message}",)})
    return Saved(targets, rows, model, notes)


# ── control totals ──────────────────────────────────────────────────────────────────────────


def amount_of(kind: str) -> str | None:
    """Name the column of a kind whose sum is the control total: its amount, or what it costs."""
    columns = KINDS[kind].columns
    for column in columns:
        if column.type is ColumnType.AMOUNT and (column.required or column.name == "amount"):
            return column.name
    return None


def total(name: str, cells: Sequence[Cell], reading: Reading) -> float | None:
    """Sum the cells of an amount column that are numbers; None where they cannot be read."""
    try:
        answer = typed(name, ColumnType.AMOUNT, cells, reading)
    except CrmError:
        return None
    return _sum(answer.values.tolist(), bool(answer.problems))


def total_in_model(model: Model | None, kind: str, name: str, start: int, end: int) -> float | None:
    """Sum an amount as the worksheet functions see it, over some of the rows."""
    if model is None or kind not in model.tables:
        return None
    try:
        columns = model.columns(kind, [name])
    except CrmError:
        return None
    problems = any(start <= problem.row < end for problem in columns.problems.get(name, ()))
    return _sum(columns.frame.collect()[name].to_list()[start:end], problems)


def _sum(values: Sequence[float | None], problems: bool) -> float | None:
    """Sum what could be read; where cells could not and none could, there is no sum."""
    read = [value for value in values if value is not None and value == value]
    return None if problems and not read else fsum(read)


# ── what is worth a look ────────────────────────────────────────────────────────────────────


def repeated_keys(parts: Sequence[Part], target: Target) -> list[list[str]]:
    """Find keys that stand in several rows.

    Args:
        parts: What each file contributes to the Table.
        target: The Table.

    Returns:
        For each part, a note on the keys that it repeats, where there are such.
    """
    key = KINDS[target.kind].key
    if key is None:
        return [[] for _ in parts]
    header = target.header_of.get(key, key)
    is_id = KINDS[target.kind].column(key).type is ColumnType.ID
    first: dict[str, str] = {}
    notes: list[list[str]] = []
    for part in parts:
        again: dict[str, list[str]] = defaultdict(list)
        blank = 0
        for cell, place in zip(part.columns.get(header, ()), part.places, strict=False):
            text = _key_text(cell)
            if not text:
                blank += 1
                continue
            folded = text if is_id else text_key(text)
            here = f"row {place + 1}"
            if folded in first:
                again[text].append(here)
            else:
                first[folded] = f"{here} of {part.found.source.label}"
        told = []
        if again:
            one = next(iter(again))
            told.append(
                f"{len(again):,} values of {key} stand again, and are placed again: {one!r} in "
                f"{first[one if is_id else text_key(one)]} and in {listing(again[one])}"
            )
        if blank:
            told.append(f"{blank:,} rows have no {key}")
        notes.append(told)
    return notes


def _key_text(cell: Cell) -> str:
    if cell is None or isinstance(cell, ExcelError):
        return ""
    return number_text(cell) if isinstance(cell, float) else str(cell).strip()


def cells_unread(state: Saved, part: Part, start: int, end: int) -> list[str]:
    """Say which cells of the placed columns the model cannot read, and what it read with doubt."""
    kind = part.found.kind
    if state.model is None or kind not in state.model.tables:
        return []
    told: list[str] = []
    for _, name in part.placed:
        try:
            columns = state.model.columns(kind, [name])
        except CrmError as error:
            told.append(error.message)
            continue
        problems = [p for p in columns.problems.get(name, ()) if start <= p.row < end]
        if problems:
            first = problems[0]
            row = part.places[first.row - start] + 1
            told.append(
                f"{len(problems):,} cells of {name} cannot be read, as in row {row}: {first.why}"
            )
        told += [note for note in columns.notes if "blank rows" not in note]
    return list(dict.fromkeys(told))


def loose_ends(state: Saved, kind: str) -> list[str]:
    """Say which values lead to no row of another Table, and which stages lack a probability."""
    model = state.model
    if model is None or kind not in model.tables:
        return []
    told: list[str] = []
    try:
        found = mismatches(model, kind)
        told += [mismatch.sentence for mismatch in found[:MOST_NOTES]]
        if len(found) > MOST_NOTES:
            rows = sum(mismatch.rows for mismatch in found[MOST_NOTES:])
            told.append(f"{len(found) - MOST_NOTES} more such values in {rows:,} rows")
        if kind in ("deals", "stages"):
            told += _without_probability(model)
    except CrmError as error:
        told.append(error.message)
    return told


def _without_probability(model: Model) -> list[str]:
    """Name the stages of deals for which no chance of winning is configured."""
    if "deals" not in model.tables:
        return []
    frame = model.columns("deals", ["stage"]).frame.collect()
    used = {str(s) for s in frame["stage"].to_list() if isinstance(s, str)}
    open_ones = sorted(stage for stage in used if status_word(stage) is None)
    chances: dict[str, float | None] = {}
    if "stages" in model.tables:
        listed = model.columns("stages", ["stage", "probability"]).frame.collect()
        names, values = listed["stage"].to_list(), listed["probability"].to_list()
        chances = {text_key(str(n)): v for n, v in zip(names, values, strict=True)}
    lacking = []
    for stage in open_ones:
        chance = chances.get(text_key(stage))
        if chance is None or chance != chance:
            lacking.append(repr(stage))
    if not lacking:
        return []
    return [f"no probability for the stages {listing(lacking)}: set it in the Stages table"]
