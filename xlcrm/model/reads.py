"""Tables and settings that put down which of them are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from xlcrm.model.settings import Settings, Value

Held = TypeVar("Held")

Reads = set[tuple[str, str]]
"""What was looked at: ("table", kind), ("column", kind.column), ("headers", kind), ("kinds", "")
for which tables there are, ("setting", name), ("day", "as_of") for the day of the figures."""


class NotedTables(Mapping[str, Held]):
    """Tables that put down which of them are looked at, those that are not there too."""

    def __init__(self, tables: Mapping[str, Held], reads: Reads) -> None:
        self._tables = tables
        self._reads = reads

    def __getitem__(self, kind: str) -> Held:
        self._reads.add(("table", kind))
        return self._tables[kind]

    def __contains__(self, kind: object) -> bool:
        self._reads.add(("headers", str(kind)))
        return kind in self._tables

    def __iter__(self) -> Iterator[str]:
        self._reads.add(("kinds", ""))
        return iter(self._tables)

    def __len__(self) -> int:
        self._reads.add(("kinds", ""))
        return len(self._tables)


class NotedSettings(Settings):
    """Settings that put down which of them are looked at."""

    def __init__(self, settings: Settings, reads: Reads) -> None:
        super().__init__(settings.given)
        self._settings = settings
        self._reads = reads

    def __getitem__(self, name: str) -> Value:
        self._reads.add(("setting", name))
        return self._settings[name]
