"""What the command prints: tables for people, CSV and JSON for programs, progress while waiting."""

from __future__ import annotations

import csv
import io
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from xlcrm.cells import Rows, safe_for_csv
from xlcrm.errors import ExcelError, shortened

_PATIENCE = 2.0
"""Seconds of silence before progress is shown."""
_EXACT = 1e15
"""Whole numbers below it have all their digits in a cell."""


def as_table(rows: Rows, widest: int | None = None) -> str:
    """Lay rows out for reading: columns aligned, numbers to the right.

    Args:
        rows: Cells; a single one is printed bare and in full.
        widest: How many characters of a cell are shown; None for all.
    """
    if len(rows) == 1 and len(rows[0]) == 1:
        return as_text(rows[0][0])
    shown = [[_rounded(cell) for cell in row] for row in rows]
    if widest:
        shown = [[shortened(text, widest) for text in row] for row in shown]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    right = [_is_numeric([row[k] for row in rows[1:]]) for k in range(len(widths))]
    lines = (
        "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in shown
    )
    return "\n".join(lines)


def as_csv(rows: Rows) -> str:
    """Write rows as CSV; a text that a spreadsheet would run as a formula is guarded by a quote.

    Args:
        rows: Cells.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow(safe_for_csv(c) if isinstance(c, str) else as_text(c) for c in row)
    return out.getvalue().rstrip("\n")


def as_json(rows: Rows) -> str:
    """Write rows as JSON: a value, or an object a row under the names of the first.

    Args:
        rows: Cells.
    """
    plain = [[c.text if isinstance(c, ExcelError) else c for c in row] for row in rows]
    if len(plain) == 1:
        return json.dumps(plain[0][0] if len(plain[0]) == 1 else plain[0], ensure_ascii=False)
    header, *body = plain
    return json.dumps([dict(zip(header, row, strict=True)) for row in body], ensure_ascii=False)


def as_text(cell: Any) -> str:
    """Write a cell in full; numbers with all their digits.

    Args:
        cell: The cell.
    """
    if cell is None:
        return ""
    if isinstance(cell, ExcelError):
        return cell.text
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell)


def _rounded(cell: Any) -> str:
    """Write a cell for reading: thousands set apart from 10,000 on, since years have none."""
    if isinstance(cell, float) and not isinstance(cell, bool):
        if cell.is_integer():
            return f"{cell:,.0f}" if abs(cell) >= 10_000 else f"{cell:.0f}"
        return f"{cell:,.2f}" if abs(cell) >= 100 else f"{cell:.4g}"
    return as_text(cell)


def _is_numeric(column: Sequence[Any]) -> bool:
    held = [cell for cell in column if cell is not None and cell != ""]
    return bool(held) and all(isinstance(cell, (float, ExcelError)) for cell in held)


@contextmanager
def progress(what: str, out: TextIO | None = None) -> Iterator[None]:
    """Tell a person at a terminal that something takes long, from its third second on.

    Args:
        what: What is being done, such as ``recalculating sales.xlsm``.
        out: Where to tell it; standard error where left out. Nothing is told to a file or pipe.
    """
    stream = out or sys.stderr
    if not stream.isatty():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(what, stream, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(what: str, stream: TextIO, done: threading.Event) -> None:
    start, wait, told = time.monotonic(), _PATIENCE, False
    while not done.wait(wait):
        stream.write(f"\r{what} … {time.monotonic() - start:.0f} s")
        stream.flush()
        wait, told = 1.0, True
    if told:
        stream.write("\r" + " " * (len(what) + 16) + "\r")
        stream.flush()
