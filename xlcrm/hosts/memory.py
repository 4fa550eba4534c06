"""Answers remembered by what they were computed from.

That is the function, its arguments, and the tables and settings that were truly read. A change
elsewhere in the model costs a look-up. That there is no answer, and why, is remembered alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from xlcrm.errors import CrmError
from xlcrm.model.model import Model
from xlcrm.model.reads import Reads

Answer = TypeVar("Answer")

_NEWEST = 2
"""Answers kept a call: the newest and the one before, for a change that is taken back."""

MOST_CALLS = 10_000
"""Calls whose answers are kept: more than a large workbook has formulas."""

MOST_CELLS = 2_000_000
"""Cells that all answers together may have, some 80 MB."""

Seen = dict[tuple[str, str], Any]
"""What a computation looked at, each with what it found there."""


@dataclass
class Memory:
    """Answers by call, each with what it was computed from; calls last asked come last.

    Formulas whose arguments change leave calls behind that no cell makes any more: those not asked
    for longest are dropped.
    """

    _kept: dict[Any, list[tuple[Seen, Any]]] = field(default_factory=dict)
    _cells: int = 0

    def answer(
        self, key: Any, model: Model | None, compute: Callable[[Model | None], Answer]
    ) -> Answer:
        """Give the answer to a call, computing it only where something it reads has changed.

        Args:
            key: The function and all arguments but the model.
            model: The model that is asked, if any.
            compute: Computes the answer from a model that notes what is read.

        Raises:
            CrmError: There is no answer, now or when it was computed.
        """
        kept = self._kept.get(key, [])
        for known in kept:
            if all(_found(model, *read) == value for read, value in known[0].items()):
                self._keep(key, [known, *(other for other in kept if other is not known)])
                return _given(known[1])  # type: ignore[no-any-return]  # kept under the same key
        reads: Reads = {("table", "aliases")}
        answer: Answer | CrmError
        try:
            answer = compute(model.noting(reads) if model else None)
        except CrmError as error:
            answer = _alike(error)
        seen = {read: _found(model, *read) for read in reads}
        self._keep(key, [(seen, answer), *kept])
        return _given(answer)

    def _keep(self, key: Any, answers: list[tuple[Seen, Any]]) -> None:
        """Put a call last, with the newest of its answers, and drop the first calls if need be."""
        self._drop(key)
        self._kept[key] = answers[:_NEWEST]
        self._cells += sum(_size(answer) for _, answer in self._kept[key])
        while len(self._kept) > MOST_CALLS or (self._cells > MOST_CELLS and len(self._kept) > 1):
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Any) -> None:
        self._cells -= sum(_size(answer) for _, answer in self._kept.pop(key, ()))


def _given(answer: Answer | CrmError) -> Answer:
    if isinstance(answer, CrmError):
        raise _alike(answer)
    return answer


def _alike(error: CrmError) -> CrmError:
    """Give an equal error without its traceback, whose frames hold on to tables."""
    alike = type(error).__new__(type(error), *error.args)
    vars(alike).update(vars(error))
    return alike


def _size(answer: Any) -> int:
    """Count the cells of an answer; all its rows are equally wide."""
    return len(answer) * len(answer[0]) if isinstance(answer, list) and answer else 1


def _found(model: Model | None, what: str, name: str) -> Any:
    """Give what a computation finds in a model; what it rested on is unchanged where it is equal.

    A table is its content and the place of its rows, since answers may name places.
    """
    if model is None:
        return None
    if what == "setting":
        return model.settings[name]
    if what == "day":
        try:
            return model.as_of
        except CrmError:
            return None
    if what == "kinds":
        return sorted(model.tables)
    kind, _, column = name.partition(".")
    table = model.tables.get(kind)
    if table is not None and what == "headers":
        return getattr(table, "headers", table.digest)
    return table and table.trace(column or None)
