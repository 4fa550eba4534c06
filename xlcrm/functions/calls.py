"""Calls of worksheet functions, and cells that formulas ask about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlcrm.errors import CrmError
from xlcrm.functions.declaration import WorksheetFunction


@dataclass(frozen=True)
class Call:
    """A call of a worksheet function, as it was made.

    Attributes:
        function: What was called.
        arguments: The arguments in their order, read, defaults filled in.
        error: Why it has no answer, or None.
    """

    function: WorksheetFunction
    arguments: tuple[Any, ...]
    error: CrmError | None = None


@dataclass(frozen=True)
class Asked:
    """A cell that a formula asks about.

    Attributes:
        address: Where it is, as the user sees it.
        call: The CRM call whose answer it shows, or None where it shows none.
    """

    address: str
    call: Call | None
