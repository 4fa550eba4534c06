"""How well a header row fits a kind of table."""

from __future__ import annotations

from collections import Counter
from functools import cache
from math import sqrt
from typing import TYPE_CHECKING

from xlcrm.model.aliases import claims
from xlcrm.model.aliases.assignment import assign, exact_keys
from xlcrm.model.derived import DERIVABLE
from xlcrm.model.schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xlcrm.model.aliases.assignment import HeaderRow
    from xlcrm.model.schema import TableKind

_LEAST_THERE = 0.5
_LEAST_HEADERS = 2

_OWN = {
    "objectives": frozenset({"objective_id", "perspective", "parent_id", "level", "weight"}),
    "measures": frozenset(
        {"measure_id", "objective_id", "perspective", "weight", "direction", "red", "baseline"}
    ),
}
"""Columns of which a table of the kind has one at least, beside the few that all must have."""
_NEVER_BESIDE = {
    "objectives": (("measures", "measure"),),
    "actuals": (("measures", "target"),),
    "perspectives": (("measures", "measure"), ("objectives", "objective")),
}
"""Columns of others that such a table lacks: a table of measures names its objectives too."""


def likeness(row: HeaderRow, kind: TableKind) -> float:
    """Score how well a header row fits a kind; see `xlcrm.model.headers.recognise`.

    Args:
        row: The header row.
        kind: The kind.

    Returns:
        A number from 0, for no table of the kind, to 1.

    Example:
        >>> from xlcrm.model.aliases.assignment import read
        >>> likeness(read(["KPI", "Perspective"]), KINDS["perspectives"])
        0.0
    """
    derivable = DERIVABLE.get(kind.name, frozenset())
    insisted = [name for name in kind.required if name not in derivable]
    assigned = assign(row, kind, insisted)
    there = sum(name in assigned for name in insisted) / len(insisted)
    found = {row.keys[at] for positions in assigned.values() for at in positions}
    if there < _LEAST_THERE or len(found) < _LEAST_HEADERS:
        return 0.0
    unknown = [key for key in row.keys if key and key not in found]
    if _is_another(kind.name, assigned, unknown):
        return 0.0
    known = sum(1 / _kinds_that_know()[key] for key in found)
    return there**2 * sqrt(known / (known + len(unknown)))


def _is_another(kind: str, assigned: Collection[str], unknown: Collection[str]) -> bool:
    """Tell tables of a scorecard, which share most columns, from one another and from targets."""
    # A short list of measures may have nothing of its own; with periods it is one of targets.
    may_be_short = kind == "measures" and "period" not in assigned
    if not may_be_short and kind in _OWN and _OWN[kind].isdisjoint(assigned):
        return True
    return any(_means(key, *other) for other in _NEVER_BESIDE.get(kind, ()) for key in unknown)


def _means(key: str, kind: str, column: str) -> bool:
    """Tell whether a header may mean a column of a kind."""
    return exact_keys(KINDS[kind]).get(key) == column or column in claims(kind).get(key, ())


@cache
def _kinds_that_know() -> Mapping[str, int]:
    """Count for each header the kinds in which it means a column."""
    return Counter(
        key for name, kind in KINDS.items() for key in {*exact_keys(kind), *claims(name)}
    )
