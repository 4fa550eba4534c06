"""Answers remembered by what they were computed from.

That is the function, its arguments, and the tables and settings that were truly read. A change
elsewhere in the model costs a look-up. That there is no answer, and why, is remembered alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from xlcrm.errors import CrmError
from xlcrm.model.model import Model
from xlcrm.model.settings import Settings, Value

Answer = TypeVar("Answer")
Held = TypeVar("Held")

_NEWEST = 2
"""Answers kept a call: the newest and the one before, for a change that is taken back."""

MOST_CALLS = 10_000
"""Calls whose answers are kept: more than a large workbook has formulas."""

MOST_CELLS = 2_000_000
"""Cells that all answers together may have, some 80 MB."""

Reads = dict[tuple[str, str], Any]
"""What a computation looked at: a table's content and place (None for no table), a setting."""


class _WatchedTables(Mapping[str, Held]):
    """Tables that note which of them are looked at."""

    def __init__(self, tables: Mapping[str, Held], reads: Reads) -> None:
        self._tables = tables
        self._reads = reads

    def __getitem__(self, kind: str) -> Held:
        self._note(kind)
        return self._tables[kind]

    def __contains__(self, kind: object) -> bool:
        self._note(str(kind))
        return kind in self._tables

    def __iter__(self) -> Iterator[str]:
        for kind in self._tables:
            self._note(kind)
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def _note(self, kind: str) -> None:
        self._reads["table", kind] = _content(self._tables, kind)


class _WatchedSettings(Settings):
    """Settings that note which of them are looked at."""

    def __init__(self, settings: Settings, reads: Reads) -> None:
        super().__init__(settings.given)
        self._reads = reads

    def __getitem__(self, name: str) -> Value:
        value = super().__getitem__(name)
        self._reads["setting", name] = value
        return value


def _content(tables: Mapping[str, Any], kind: str) -> tuple[Any, ...] | None:
    """Give a table's content and where its rows stand, since answers may name places."""
    table = tables.get(kind)
    if table is None:
        return None
    return (table.digest, getattr(table, "origin", None), getattr(table, "skipped", ()))


@dataclass
class Memory:
    """Answers by call, each with what it was computed from; calls last asked come last.

    Formulas whose arguments change leave calls behind that no cell makes any more: those not asked
    for longest are dropped.
    """

    _kept: dict[Any, list[tuple[Reads, Any]]] = field(default_factory=dict)
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
            if all(_current(model, what) == value for what, value in known[0].items()):
                self._keep(key, [known, *(other for other in kept if other is not known)])
                return _given(known[1])  # type: ignore[no-any-return]  # kept under the same key
        reads: Reads = {}
        answer: Answer | CrmError
        try:
            answer = compute(watched(model, reads) if model else None)
        except CrmError as error:
            answer = _alike(error)
        self._keep(key, [(reads, answer), *kept])
        return _given(answer)

    def _keep(self, key: Any, answers: list[tuple[Reads, Any]]) -> None:
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


def watched(model: Model, reads: Reads) -> Model:
    """Give a model that answers alike and notes what is read of it.

    Args:
        model: The model.
        reads: Where it is noted.
    """
    reads["table", "aliases"] = _content(model.tables, "aliases")
    reads["model", "as_of"] = model.given_as_of
    return replace(
        model,
        tables=_WatchedTables(model.tables, reads),
        settings=_WatchedSettings(model.settings, reads),
    )


def _current(model: Model | None, what: tuple[str, str]) -> Any:
    if model is None:
        return None
    kind, name = what
    if kind == "table":
        return _content(model.tables, name)
    return model.given_as_of if kind == "model" else model.settings[name]
