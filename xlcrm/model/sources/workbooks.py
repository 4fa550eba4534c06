"""Workbooks that somebody else made, read in a process of their own with limits."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcrm.cells import canonical
from xlcrm.errors import CrmError, ExcelError, OutOfDomain, WrongValue
from xlcrm.model.sources.sheet import SourceSheet

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlcrm.cells import Rows

LARGEST_FILE = 256 * 2**20
LEAST_SECONDS, MOST_SECONDS = 5, 60
MEMORY = 512 * 2**20

_SECONDS_A_MEGABYTE = 5
_MEMORY_A_BYTE = 20
"""A large file may take more memory; a small one that wants much is hostile."""
_PROCESS = Path(__file__).with_name("reading_process.py")


def read_workbook(
    path: str | Path, sheets: Collection[str] | None = None
) -> tuple[SourceSheet, ...]:
    """Read the sheets of a workbook: what its cells show, dates as serial numbers.

    Args:
        path: An .xlsx or .xlsm.
        sheets: The names of the sheets to read; None for all.

    Returns:
        The sheets of cells in the workbook's order, blank rows and columns at their ends cut.

    Raises:
        WrongValue: It is damaged, or needs more time or memory than a workbook of its size should.
        OutOfDomain: A cell holds a number that is not finite.

    Example:
        >>> read_workbook("deals.xlsx")[0].sheet  # doctest: +SKIP
        'Deals'
    """
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError:
        raise WrongValue(f"there is no file {path.name}") from None
    if size > LARGEST_FILE:
        raise WrongValue(f"{path.name} is larger than {LARGEST_FILE // 2**20} MB: divide it")
    seconds = ceil(
        min(MOST_SECONDS, LEAST_SECONDS + _SECONDS_A_MEGABYTE * max(0.0, size / 2**20 - 1))
    )
    wanted = None if sheets is None else sorted(sheets)
    answer = _asked(path, MEMORY + _MEMORY_A_BYTE * size, seconds, wanted)
    return tuple(_sheets(path.name, BytesIO(answer)))


def _asked(path: Path, memory: int, seconds: int, wanted: list[str] | None) -> bytes:
    """Run the reading process, and give what it wrote."""
    command = [sys.executable, "-P", str(_PROCESS), str(path.resolve()), str(memory), str(seconds)]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OPENPYXL_LXML": "False",  # the parser of the standard library bounds entities
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own script, by this interpreter
            [*command, json.dumps(wanted)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        raise WrongValue(
            f"{path.name} takes longer than {seconds} seconds to read: it is damaged, or made to "
            "harm; save the sheet you need as CSV"
        ) from None
    if done.returncode:
        raise _too_hungry(path.name)
    return done.stdout


def _too_hungry(name: str) -> CrmError:
    return WrongValue(
        f"{name} needs more memory or time than a workbook of its size should: "
        "save the sheet you need as CSV"
    )


def _sheets(name: str, answer: BytesIO) -> list[SourceSheet]:
    found: list[SourceSheet] = []
    system = 1900
    while True:
        try:
            told = marshal.load(answer)  # noqa: S302 - written by our own script
        except EOFError:
            return found
        if told[0] == "failed":
            raise _failure(name, told[1])
        if told[0] == "book":
            system = told[1]
            continue
        _, title, dated, has_errors = told
        rows: list[Any] = []
        while (block := marshal.load(answer)) is not None:  # noqa: S302
            rows += map(tuple, block)
        if has_errors:
            rows = [tuple(map(_with_error, row)) for row in rows]
        found.append(
            SourceSheet(name, title, _canonical(name, title, rows), system, frozenset(dated))
        )


def _failure(name: str, what: str) -> CrmError:
    if what == "memory":
        return _too_hungry(name)
    if what == "number":
        return OutOfDomain(f"{name} holds a number that is none, such as NaN: correct it there")
    return WrongValue(f"{name} is damaged or no workbook: open it in Excel and save it anew")


def _with_error(cell: Any) -> Any:
    return ExcelError.of_text(cell.decode()) if isinstance(cell, bytes) else cell


def _canonical(name: str, sheet: str, rows: list[Any]) -> Rows:
    try:
        return canonical(rows)
    except OutOfDomain as error:
        raise OutOfDomain(f"{name}, sheet {sheet}: {error.message}") from None
