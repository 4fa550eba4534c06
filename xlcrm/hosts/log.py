"""The log of a user's Excel: errors, faults and slow calls; every call where that is asked for."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from xlcrm.functions import Call
from xlcrm.hosts.session import Place

FILE = "xlcrm.log"
"""The file, beside the user's settings."""

_LARGEST = 1_000_000
"""Bytes at which a new process begins a new file; the one before is kept beside it."""

_LOG = logging.getLogger(__name__)
_ALL = logging.getLogger("xlcrm")


def start(folder: Path, *, every_call: bool) -> None:
    """Write what happens from here on to the log file.

    Args:
        folder: Where the file stands; it is made when the first line is written.
        every_call: Whether each call gets a line, not only errors and slow calls.
    """
    file = folder / FILE
    with suppress(OSError):  # another process may hold the file: then it simply grows
        if file.stat().st_size > _LARGEST:
            file.replace(file.with_suffix(".old.log"))
    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
    )
    _ALL.addHandler(handler)
    _ALL.setLevel(logging.DEBUG if every_call else logging.INFO)


def note(call: Call, at: Place | None, seconds: float, budget: float) -> None:
    """Put down a call that was answered.

    Args:
        call: The call.
        at: The cell that asked, where it is known.
        seconds: How long the answer took.
        budget: How long it may take before the log says so.
    """
    what = f"{call.function.name} at {at}" if at else call.function.name
    if call.error:
        _LOG.info("%s: %s %s", what, call.error.code.text, call.error.message)
    if seconds > budget:
        _LOG.warning("%s took %.1f s, more than its budget of %g s", what, seconds, budget)
    else:
        _LOG.debug("%s took %.1f ms", what, seconds * 1_000)
