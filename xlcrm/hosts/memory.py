"""Answers remembered by what they were computed from.

That is the function, its arguments, and the tables and settings that were truly read. A change
elsewhere in the model costs a look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from xlcrm.model.model import Model
from xlcrm.model.settings import Settings, Value

Answer = TypeVar("Answer")
Held = TypeVar("Held")

_NEWEST = 2
"""Answers kept a call: the newest and the one before, for a change that is taken back."""

Reads = dict[tuple[str, str], Any]
"""What a computation looked at: the digest of a table (None where there is none), a setting."""


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
        self._reads["table", kind] = _digest(self._tables, kind)


class _WatchedSettings(Settings):
    """Settings that note which of them are looked at."""

    def __init__(self, settings: Settings, reads: Reads) -> None:
        super().__init__(settings.given)
        self._reads = reads

    def __getitem__(self, name: str) -> Value:
        value = super().__getitem__(name)
        self._reads["setting", name] = value
        return value


def _digest(tables: Mapping[str, Any], kind: str) -> str | None:
    return tables[kind].digest if kind in tables else None


@dataclass
class Memory:
    """Answers by call; each with what it was computed from."""

    _kept: dict[Any, list[tuple[Reads, Any]]] = field(default_factory=dict)

    def answer(
        self, key: Any, model: Model | None, compute: Callable[[Model | None], Answer]
    ) -> Answer:
        """Give the answer to a call, computing it only where something it reads has changed.

        Args:
            key: The function and all arguments but the model.
            model: The model that is asked, if any.
            compute: Computes the answer from a model that notes what is read.
        """
        kept = self._kept.setdefault(key, [])
        for seen, known in kept:
            if all(_current(model, what) == value for what, value in seen.items()):
                return known  # type: ignore[no-any-return]  # kept under the same key
        reads: Reads = {}
        answer = compute(watched(model, reads) if model else None)
        kept.insert(0, (reads, answer))
        del kept[_NEWEST:]
        return answer


def watched(model: Model, reads: Reads) -> Model:
    """Give a model that answers alike and notes what is read of it.

    Args:
        model: The model.
        reads: Where it is noted.
    """
    reads["table", "aliases"] = _digest(model.tables, "aliases")
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
        return _digest(model.tables, name)
    return model.given_as_of if kind == "model" else model.settings[name]
