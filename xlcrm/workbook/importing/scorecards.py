"""Scorecards as people keep them: names instead of ids, headings between rows, blanks below."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from xlcrm.analytics.scorecard.binding import is_percent
from xlcrm.cells import is_blank, number_of_text, number_text, text_of
from xlcrm.errors import ExcelError, OutOfDomain, WrongValue, listing
from xlcrm.kpis.catalogue import is_share
from xlcrm.model.named_rows import NAMED, ONE_OBJECTIVE, ids_of_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.cells import Cell
    from xlcrm.workbook.importing.placing import Part
    from xlcrm.workbook.importing.targets import Target

_LIMITS = ("baseline", "red", "target", "stretch", "band_low", "band_high")
_NUMBERS = (*_LIMITS, "actual", "previous")
_WHERE_BLANK = {
    "measures": {
        "perspective": "write it in every row, or their objectives belong to no perspective",
        "objective_id": "write it in every row, or the scorecard cannot tell what they measure",
        "weight": "a blank weight counts as 1",
    },
    "objectives": {
        "perspective": "write it in every row, or they belong to no perspective",
        "weight": "a blank weight counts as 1",
    },
    "initiatives": {"measure_id": "write it in every row, or they move no measure"},
}
"""Columns that mostly stand in every row or in none, and what a blank one leads to."""


def completed(part: Part, target: Target) -> Part:
    """Give the rows of a scorecard what they lack, and say what may be wrong with them.

    Rows of measures that hold one text alone are headings and left out. Where a table has no
    ids, names are the ids; where measures name no objective, their perspective is it.

    Args:
        part: What a file contributes; of other kinds than objectives, measures and initiatives it
            stays as it is.
        target: The Table.

    Returns:
        The part with what was added, left out and noticed.
    """
    if target.kind not in NAMED:
        return part
    if target.kind == "measures":
        part = _with_objectives(_without_headings(part), target)
        part = _in_percent(part, target)
    part = _with_ids(part, target)
    notes = _blanks(part, target)
    if target.kind == "measures":
        notes += [*_unmeasured(part, target), *_percents(part, target)]
        notes += _mixed_weights(part, target)
    return replace(part, notes=(*part.notes, *notes))


def column(part: Part, target: Target, name: str) -> list[str | None] | None:
    """Give the texts of a declared column; None where the part does not have it.

    Args:
        part: What a file contributes.
        target: The Table.
        name: The column as its kind declares it.
    """
    cells = part.columns.get(target.header_of.get(name, name))
    return None if cells is None else [text_of_cell(cell) for cell in cells]


def with_column(part: Part, target: Target, name: str, cells: Sequence[Cell]) -> Part:
    """Set a declared column of a part.

    Args:
        part: What a file contributes.
        target: The Table.
        name: The column as its kind declares it.
        cells: A cell for each row.
    """
    return replace(part, columns={**part.columns, target.header_of.get(name, name): cells})


def weights_of(part: Part, target: Target) -> list[float | None]:
    """Give the weights of measures; None for a blank and for what is no number."""
    cells = part.columns.get(target.header_of.get("weight", "weight"), [None] * part.rows)
    return [_number(cell) for cell in cells]


def _number(cell: Cell) -> float | None:
    if isinstance(cell, str):
        with suppress(WrongValue, OutOfDomain):
            return number_of_text(cell, "," if "," in cell else ".")
        return None
    return float(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else None


def text_of_cell(cell: Cell) -> str | None:
    """Give what a cell says; None for a blank or an error."""
    if is_blank(cell) or isinstance(cell, ExcelError):
        return None
    return text_of(cell).strip() or None


# ── what is left out or added ───────────────────────────────────────────────────────────────


def _without_headings(part: Part) -> Part:
    rows = list(zip(*part.columns.values(), strict=True))
    filled = [[cell for cell in row if not is_blank(cell)] for row in rows]
    heads = {k for k, cells in enumerate(filled) if len(cells) == 1 and isinstance(cells[0], str)}
    if not heads or len(heads) == len(rows):
        return part
    keep = [k for k in range(len(rows)) if k not in heads]
    named = (f"row {part.places[k] + 1} {filled[k][0]!r}" for k in sorted(heads))
    reason = (
        f"{len(heads)} rows that hold one text alone, like headings: {listing(named)}; write it "
        "into a column perspective of the rows below"
    )
    return replace(
        part,
        columns={header: [cells[k] for k in keep] for header, cells in part.columns.items()},
        rows=len(keep),
        places=[part.places[k] for k in keep],
        could_not_place=(*part.could_not_place, reason),
    )


def _with_objectives(part: Part, target: Target) -> Part:
    """Let perspectives be the objectives of measures that name none."""
    if any(column(part, target, "objective_id") or ()):
        return part
    perspectives = column(part, target, "perspective") or []
    if any(perspectives):
        note = "no objectives named: each perspective is the objective of its measures"
        return _noting(with_column(part, target, "objective_id", perspectives), note)
    note = f"neither objectives nor perspectives named: all measures serve one, {ONE_OBJECTIVE!r}"
    return _noting(with_column(part, target, "objective_id", [ONE_OBJECTIVE] * part.rows), note)


def _with_ids(part: Part, target: Target) -> Part:
    named = NAMED[target.kind]
    names = column(part, target, named.name)
    if names is None or any(column(part, target, named.id) or ()):
        return part
    within = column(part, target, named.within) if named.within else None
    ids, _ = ids_of_names(names, within or [None] * part.rows)
    note = f"no ids: {named.id} is the {named.name}"
    longer = sorted({one for one, name in zip(ids, names, strict=True) if one and one != name})
    if longer:
        note += f"; where one stands several times, {named.within} and {named.name}: "
        note += listing(map(repr, longer))
    return _noting(with_column(part, target, named.id, ids), note)


def _in_percent(part: Part, target: Target) -> Part:
    """Write 45 for the text 45 % where the unit is percent and a KPI gives the actual in it.

    Elsewhere all values of a measure are read alike, as shares, and stay as they are.
    """
    kpis, units = column(part, target, "kpi"), column(part, target, "unit")
    if kpis is None or units is None:
        return part
    shares = [
        bool(kpi and unit) and is_percent(str(unit)) and is_share(str(kpi))
        for kpi, unit in zip(kpis, units, strict=True)
    ]
    changed = 0
    for name in _LIMITS:
        cells = list(part.columns.get(target.header_of.get(name, name), ()))
        for k, cell in enumerate(cells):
            if shares[k] and isinstance(cell, str) and _is_percent(cell):
                number = _number(cell.strip()[:-1])
                if number is not None:
                    cells[k] = number
                    changed += 1
        if cells:
            part = with_column(part, target, name, cells)
    if not changed:
        return part
    note = f"{changed:,} values with % written as numbers in %, the unit of their measures"
    return _noting(part, note)


def _noting(part: Part, note: str) -> Part:
    return replace(part, notes=(*part.notes, note))


# ── what may be wrong ───────────────────────────────────────────────────────────────────────


def _blanks(part: Part, target: Target) -> list[str]:
    """Count the blanks of columns that stand in some rows and not in others."""
    notes = []
    for name, advice in _WHERE_BLANK[target.kind].items():
        texts = column(part, target, name) or []
        if name == "perspective" and texts == column(part, target, "objective_id"):
            continue  # then the blanks of the objective tell it
        blank = [k for k, text in enumerate(texts) if text is None]
        if blank and len(blank) < len(texts):
            notes.append(
                f"{name} is blank in {len(blank):,} of {len(texts):,} rows, as in row "
                f"{part.places[blank[0]] + 1}, and nothing was filled in: {advice}"
            )
    return notes


def _unmeasured(part: Part, target: Target) -> list[str]:
    """Count the measures that have nothing to be scored by."""
    texts = [column(part, target, name) for name in ("target", "band_low", "actual", "kpi")]
    there = [one for one in texts if one is not None]
    rows = [k for k, cells in enumerate(zip(*there, strict=True)) if not any(cells)]
    if not rows:
        return []
    names = column(part, target, "measure") or [None] * part.rows
    return [
        f"{len(rows):,} rows have neither target nor actual, as row {part.places[rows[0]] + 1} "
        f"{names[rows[0]] or ''!r}: delete them in the file if they are headings or remarks"
    ]


def _percents(part: Part, target: Target) -> list[str]:
    """Count the measures of which one value is written with % and another is a number above 1."""
    columns = {name: part.columns.get(target.header_of.get(name, name)) for name in _NUMBERS}
    held = {name: cells for name, cells in columns.items() if cells is not None}
    found = []
    for k in range(part.rows):
        values = {name: cells[k] for name, cells in held.items()}
        written = {n: v for n, v in values.items() if isinstance(v, str) and _is_percent(v)}
        plain = {n: v for n, v in values.items() if isinstance(v, float) and abs(v) > 1}
        if written and plain:
            (one, text), (other, number) = next(iter(written.items())), next(iter(plain.items()))
            found.append(
                f"row {part.places[k] + 1} ({one} {text.strip()}, {other} {number_text(number)})"
            )
    if not found:
        return []
    return [
        f"{len(found):,} rows have values with % beside numbers above 1: {listing(found, 2)}; 75% "
        "is read as 0.75, so write all values of a measure alike"
    ]


def _mixed_weights(part: Part, target: Target) -> list[str]:
    cells = part.columns.get(target.header_of.get("weight", "weight"), ())
    percents = sum(isinstance(cell, str) and _is_percent(cell) for cell in cells)
    if not percents or not any(isinstance(cell, float) and cell > 1 for cell in cells):
        return []
    return [f"{percents:,} weights have a % and others are above 1: 40% counts as 0.4, 40 as 40"]


def _is_percent(text: str) -> bool:
    return text.strip()[-1:] == "%"
