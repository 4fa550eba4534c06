"""Objectives and perspectives that a scorecard names, and that their Tables do not have yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xlcrm.cells import number_text, text_key
from xlcrm.errors import listing
from xlcrm.model.perspective_sides import side_of
from xlcrm.workbook.importing.scorecards import column, text_of_cell, weights_of, with_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlcrm.cells import Cell, Rows
    from xlcrm.model.columns import Reading
    from xlcrm.workbook.importing.placing import Part
    from xlcrm.workbook.importing.targets import Target

    Parts = Mapping[str, tuple[Part, ...]]
    Row = dict[str, Cell]
    """A row that is added: the cells of declared columns."""


@dataclass(frozen=True)
class Joined:
    """What files contribute, and the rows that other Tables need for it.

    Attributes:
        parts: What each file contributes, by kind.
        added: Rows to be added to the Tables of other kinds.
        renamed: New names, by the folded old one, of perspectives that nothing names yet.
    """

    parts: Parts
    added: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


def joined(
    parts: Parts, targets: Mapping[str, Target], held: Mapping[str, Rows], reading: Reading
) -> Joined:
    """Lead measures to their objectives, and objectives to their perspectives.

    A measure that names an objective in words gets its id where the Table Objectives has one of
    that name. Objectives that it does not have are added to it with their perspective. So are
    perspectives to the Table Perspectives if that has rows; where it has one of the same side
    that no objective names yet, as in an empty workbook, that one takes the name and keeps its
    order and weight.

    Args:
        parts: What each file contributes, by kind.
        targets: The workbook's Tables by kind.
        held: The rows of these Tables, by name.
        reading: The workbook's own aliases of names.

    Returns:
        The parts with what was changed noted in them, and the rows to be added.
    """
    if "measures" not in parts:
        return Joined(parts)
    done: list[Part] = []
    added: dict[str, list[Row]] = {"objectives": [], "perspectives": []}
    known = _known(parts, targets, held)
    meant = reading.aliases.get("perspective", {})
    listed = _listed(parts, targets, held, meant)
    idle = _idle(parts, targets, held, meant)
    renamed: dict[str, str] = {}
    for part in parts["measures"]:
        target = targets["measures"]
        ids = column(part, target, "objective_id") or []
        part, ids = _by_id(part, target, ids, known)
        perspectives = column(part, target, "perspective") or [None] * len(ids)
        notes: list[str] = []
        if "objectives" in targets:
            whole = not known
            new, doubts = _new_objectives(ids, perspectives, known)
            weighed = _weighed(new, ids, weights_of(part, target)) if whole else []
            added["objectives"] += new
            notes += [*_told("Objectives", [_shown(row) for row in new]), *doubts, *weighed]
        else:
            notes.append("the workbook has no Table Objectives: objectives stand in Measures only")
        if listed:
            fresh = _new_perspectives(perspectives, listed, meant)
            called = _renamed(fresh, idle)
            renamed |= {text_key(old): new for old, new in called.items()}
            notes += _told_renamed(called)
            fresh = [name for name in fresh if name not in called.values()]
            added["perspectives"] += [{"perspective": name} for name in fresh]
            notes += _told("Perspectives", fresh)
        done.append(replace(part, notes=(*part.notes, *notes)))
    return Joined(
        {**parts, "measures": tuple(done)}, {k: rows for k, rows in added.items() if rows}, renamed
    )


def _known(parts: Parts, targets: Mapping[str, Target], held: Mapping[str, Rows]) -> dict[str, str]:
    """List the ids of objectives by their folded ids and names; ids win over names."""
    ids = _cells("objectives", "objective_id", parts, targets, held)
    names = _cells("objectives", "objective", parts, targets, held)
    known: dict[str, str] = {}
    for one, name in zip(ids, names or ids, strict=True):
        if name and (one or name):
            known.setdefault(text_key(name), one or name)
    known |= {text_key(one): one for one in ids if one}
    return known


def _listed(
    parts: Parts,
    targets: Mapping[str, Target],
    held: Mapping[str, Rows],
    meant: Mapping[str, str],
) -> set[str]:
    """Fold the perspectives that the Table Perspectives has or gets."""
    names = _cells("perspectives", "perspective", parts, targets, held)
    return {_folded(name, meant) for name in names if name}


def _idle(
    parts: Parts, targets: Mapping[str, Target], held: Mapping[str, Rows], meant: Mapping[str, str]
) -> dict[int, str]:
    """List the perspectives of the Table that nothing names, by their side; files are no part."""
    if "perspectives" in parts:
        return {}
    named = _cells("objectives", "perspective", parts, targets, held)
    for part in parts["measures"]:
        named += column(part, targets["measures"], "perspective") or []
    used = {_folded(name, meant) for name in named if name}
    free = [
        name
        for name in _cells("perspectives", "perspective", parts, targets, held)
        if name and _folded(name, meant) not in used
    ]
    sides = {side_of(name): name for name in reversed(free)}
    return {side: name for side, name in sides.items() if side is not None}


def _renamed(fresh: Sequence[str], idle: dict[int, str]) -> dict[str, str]:
    """Give idle perspectives the first new name of their side; each is given away once."""
    called = {}
    for name in fresh:
        side = side_of(name)
        if side is not None and side in idle:
            called[idle.pop(side)] = name
    return called


def _told_renamed(called: Mapping[str, str]) -> list[str]:
    if not called:
        return []
    shown = listing(f"{old} is now {new}" for old, new in called.items())
    return [f"perspectives named as in the file, with the weights they had: {shown}"]


def _folded(name: str, meant: Mapping[str, str]) -> str:
    return text_key(meant.get(text_key(name), name))


def _cells(
    kind: str,
    name: str,
    parts: Parts,
    targets: Mapping[str, Target],
    held: Mapping[str, Rows],
) -> list[str | None]:
    """Give a column as it will stand in a Table: of the files that fill it, else as it stands."""
    target = targets.get(kind)
    if target is None:
        return []
    if kind in parts:
        return [
            cell
            for part in parts[kind]
            for cell in column(part, target, name) or [None] * part.rows
        ]
    rows = held.get(target.table.name, [])
    header = target.header_of.get(name)
    if header is None:
        return [None] * len(rows)
    at = target.table.headers.index(header)
    return [text_of_cell(row[at]) for row in rows]


def _by_id(
    part: Part, target: Target, ids: list[str | None], known: Mapping[str, str]
) -> tuple[Part, list[str | None]]:
    """Write the id of an objective where a measure names it in words, or in another case."""
    first: dict[str, str] = {}
    read = [
        known.get(text_key(one)) or first.setdefault(text_key(one), one) if one else one
        for one in ids
    ]
    changed = {a: b for a, b in zip(ids, read, strict=True) if a and b and a != b}
    if not changed:
        return part, ids
    shown = listing(f"{name!r} is {one!r}" for name, one in changed.items())
    part = with_column(part, target, "objective_id", read)
    note = f"objectives named in other words or letters: {shown}"
    return replace(part, notes=(*part.notes, note)), read


def _new_objectives(
    ids: Sequence[str | None], perspectives: Sequence[str | None], known: dict[str, str]
) -> tuple[list[Row], list[str]]:
    """List objectives that are not known with the first perspective that their measures name."""
    new: dict[str, Row] = {}
    others: dict[str, set[str]] = {}
    for one, perspective in zip(ids, perspectives, strict=True):
        if one is None or (text_key(one) in known and one not in new):
            continue
        known[text_key(one)] = one
        row = new.setdefault(one, {"objective_id": one, "objective": one, "perspective": None})
        row["perspective"] = row["perspective"] or perspective
        if perspective:
            others.setdefault(one, set()).add(text_key(perspective))
    doubts = [
        f"objective {one!r} stands in {len(found)} perspectives; it is added to "
        f"{new[one]['perspective']!r}"
        for one, found in others.items()
        if len(found) > 1
    ]
    return list(new.values()), doubts


def _weighed(
    new: Sequence[Row], ids: Sequence[str | None], weights: Sequence[float | None]
) -> list[str]:
    """Weigh objectives by the sums of their measures' weights.

    Scorecards mostly weigh measures within their perspective, or over all. Then the sums keep for
    each measure the share that it had; where all are alike, blanks say the same.
    """
    sums = {row["objective_id"]: 0.0 for row in new}
    for one, weight in zip(ids, weights, strict=True):
        if one in sums:
            if weight is None:
                return []
            sums[one] += weight
    rounded = {one: round(total, 10) for one, total in sums.items()}
    if len(set(rounded.values())) < 2 or min(rounded.values()) <= 0:
        return []
    for row in new:
        row["weight"] = rounded[row["objective_id"]]
    shown = listing(f"{one} {number_text(total)}" for one, total in rounded.items())
    return [f"objectives weigh what their measures weigh together: {shown}"]


def _new_perspectives(
    names: Sequence[str | None], listed: set[str], meant: Mapping[str, str]
) -> list[str]:
    fresh = []
    for name in names:
        if name and _folded(name, meant) not in listed:
            listed.add(_folded(name, meant))
            fresh.append(meant.get(text_key(name), name))
    return fresh


def _shown(row: Row) -> str:
    return f"{row['objective']} ({row['perspective'] or 'no perspective'})"


def _told(table: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [f"{len(names):,} rows added to {table}: {listing(names)}"]
