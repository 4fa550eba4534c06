"""Handles: text in a cell that stands for a table or a model, by the hash of its content."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from xlcrm.cells import Cell, text_of
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable, WrongValue
from xlcrm.model.model import Model, model_of
from xlcrm.model.table import Table

_KEPT = 2
"""Handles that a cell keeps."""

_HANDLE = re.compile(r"#([0-9a-f]{16})\s*$")


class LostHandle(NotAvailable):
    """A handle whose data this process does not have, or has no longer."""


@dataclass
class Handles:
    """What the handles in cells stand for: tables and models by the hash of their content.

    Attributes:
        tables: Tables by hash.
        models: Models by hash.
        date_system: The workbook's, 1900 or 1904.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    date_system: int = 1900
    _of_cell: dict[Hashable, list[str]] = field(default_factory=dict, repr=False)

    def held_by(self, cell: Hashable, handle: Any) -> None:
        """Note that a cell shows a handle, and drop what no cell shows or has just shown.

        A cell keeps its newest and the one before, for a change that is taken back.

        Args:
            cell: The cell.
            handle: What it shows now; anything but a handle is of no account.
        """
        found = _HANDLE.search(handle) if isinstance(handle, str) else None
        if not found:
            return
        before = self._of_cell.get(cell, [])
        newest = [found[1], *(digest for digest in before if digest != found[1])]
        self._of_cell[cell] = newest[:_KEPT]
        self._drop(newest[_KEPT:])

    def kept(self, answer: Any) -> Any:
        """Keep an answer that is a table or a model, and give the handle in its place.

        Args:
            answer: What a function returned.

        Returns:
            The handle as text for a table or a model, anything else as it is.
        """
        if isinstance(answer, Model):
            known = self.models.get(answer.digest)
            if known is None or any(known.tables[k] is not t for k, t in answer.tables.items()):
                self.models[answer.digest] = answer
            return f"model: {len(answer.tables)} tables #{answer.digest}"
        if hasattr(answer, "digest"):
            equal = self.tables.get(answer.digest)
            self.tables[answer.digest] = answer.after(equal) if equal else answer
            return f"{answer.kind.name}: {len(answer):,} rows · {answer.label} #{answer.digest}"
        return answer

    def forget(self, cells: Iterable[Hashable]) -> None:
        """Note that cells show nothing any more, and drop what no other cell shows."""
        gone = {digest for cell in cells for digest in self._of_cell.pop(cell, ())}
        self._drop(gone)

    def _drop(self, gone: Collection[str]) -> None:
        if not gone:
            return
        shown = {digest for digests in self._of_cell.values() for digest in digests}
        for digest in set(gone) - shown:
            self.tables.pop(digest, None)
            self.models.pop(digest, None)

    def lost(self, cells: Iterable[Any]) -> list[str]:
        """Give the handles among cells that stand for nothing here.

        Args:
            cells: Arguments as cells hold them, scalars or rows.
        """
        known = self.tables.keys() | self.models.keys()
        found: dict[str, None] = {}
        for cell in cells:
            if isinstance(cell, (tuple, list)):
                found |= dict.fromkeys(self.lost(cell))
            elif isinstance(cell, str):
                handle = _HANDLE.search(cell)
                if handle and handle[1] not in known:
                    found[cell] = None
        return list(found)

    def table(self, handle: Cell) -> Table:
        """Give the table that a handle stands for.

        Raises:
            ErrorInData: The cell holds an error.
            WrongValue: The cell holds no handle.
            LostHandle: The process no longer has the table.
        """
        digest = _digest(handle)
        if digest not in self.tables:
            raise LostHandle("the data changed, press Refresh: this handle stands for no table")
        return self.tables[digest]

    def model(self, handle: Cell) -> Model:
        """Give the model that a handle stands for; of a table's handle, a model of that table.

        Raises:
            ErrorInData: The cell holds an error.
            WrongValue: The cell holds no handle.
            LostHandle: The process no longer has the data.
        """
        digest = _digest(handle)
        if digest in self.models:
            return self.models[digest]
        if digest in self.tables:
            return model_of([self.tables[digest]])
        raise LostHandle("the data changed, press Refresh: this handle stands for no model")


def _digest(handle: Cell) -> str:
    if isinstance(handle, ExcelError):
        raise ErrorInData(handle, f"the model's cell is {handle.text}; CRM_ERROR on it tells why")
    found = _HANDLE.search(text_of(handle))
    if not found:
        raise WrongValue(
            f"{text_of(handle)!r} is no model: give the cell of CRM_MODEL or CRM_TABLE, or a range"
        )
    return found[1]
