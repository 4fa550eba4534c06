"""Raw cells of a column become typed values, once; what cannot be read is kept as a problem.

Each type has a fast path for columns that hold one kind of cell, and a slow one that looks at
every distinct value. Nothing is guessed: a cell that does not fit becomes a `Problem`, which
turns into an error where, and only where, its row is needed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from xlcrm.cells import (
    LAST_SERIAL,
    SHIFT_1904,
    Cell,
    date_of_text,
    is_blank,
    number_of_text,
    number_text,
    serial_of,
    text_key,
    text_of,
)
from xlcrm.errors import CrmError, ExcelError, WrongValue
from xlcrm.model.schema import ColumnType

_HALF_MICROSECOND = 0.5e-6 / 86_400
_UNIX_EPOCH_SERIAL = 25_569
_WHITE = " \t\r\n\u00a0\u202f\u2007\u2009\u200a\ufeff"
_YES = frozenset(
    {"true", "yes", "y", "x", "1", "ja", "wahr", "waar", "oui", "vrai", "si", "sí", "да"}
)
_NO = frozenset({"false", "no", "n", "0", "nein", "falsch", "nee", "onwaar", "non", "faux", "нет"})


@dataclass(frozen=True)
class Reading:
    """How the cells of a workbook are to be read: its settings, as far as typing needs them.

    Attributes:
        date_system: 1900 or 1904.
        decimal: The decimal sign of numbers that stand as text, or ``auto``.
        day_first: Whether dates that stand as text begin with the day; None where nobody said.
        text_numbers: ``convert`` reads numbers that stand as text, ``strict`` refuses them.
        aliases: For each column, texts (folded) that mean another text.
    """

    date_system: int = 1900
    decimal: str = "auto"
    day_first: bool | None = None
    text_numbers: str = "convert"
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read: its data row, from 0, the error it becomes, and why."""

    row: int
    code: ExcelError
    why: str


@dataclass(frozen=True)
class Typed:
    """A typed column: values as an array that pandas holds, what is wrong, what is worth saying."""

    values: Any
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def typed(name: str, column_type: ColumnType, cells: Sequence[Cell], reading: Reading) -> Typed:
    """Type a column.

    Args:
        name: The column's name, for messages and aliases.
        column_type: What the column holds.
        cells: Its cells, one a data row.
        reading: How text numbers and dates are to be read.

    Returns:
        numpy float64 for amounts, numbers and shares; datetime64 for dates; a pandas category for
        texts; pandas ``str`` for ids; pandas ``boolean`` for logical values. Blanks are missing.
    """
    if column_type in (ColumnType.AMOUNT, ColumnType.NUMBER):
        return _numbers(name, cells, reading)
    if column_type is ColumnType.MEASURED:
        return _numbers(name, [None if _says_missing(cell) else cell for cell in cells], reading)
    if column_type is ColumnType.SHARE:
        return _shares(name, cells, reading)
    if column_type is ColumnType.DATE:
        return _dates(name, cells, reading)
    if column_type is ColumnType.LOGICAL:
        return _logicals(name, cells)
    aliases = reading.aliases.get(name, {})
    return _ids(name, cells, aliases) if column_type is ColumnType.ID else _texts(cells, aliases)


def inferred(cells: Sequence[Cell]) -> ColumnType:
    """Give the type of a column that no table kind knows: numbers where all cells are numbers."""
    types = set(map(type, cells)) - {type(None)}
    return ColumnType.NUMBER if types == {float} else ColumnType.TEXT


# ── numbers ─────────────────────────────────────────────────────────────────────────────────


def _numbers(name: str, cells: Sequence[Cell], reading: Reading) -> Typed:
    if set(map(type, cells)) <= {float, type(None)}:
        return Typed(np.array(cells, dtype=np.float64))
    texts = [c for c in cells if isinstance(c, str) and not is_blank(c)]
    if texts and reading.text_numbers == "strict":
        return _by_cell(name, cells, _refuse_text_number)
    sign = reading.decimal if reading.decimal != "auto" else decimal_sign(texts, name)
    answer = _by_cell(name, cells, lambda text: number_of_text(text, sign))
    count = len(texts) - sum(
        1 for problem in answer.problems if isinstance(cells[problem.row], str)
    )
    note = (f"{name}: {count} text numbers read as numbers",) if count else ()
    return Typed(answer.values, answer.problems, note)


def _says_missing(cell: Cell) -> bool:
    if isinstance(cell, str):
        return text_key(cell) in ("n/a", "#n/a", "na", "-")
    return cell is ExcelError.NA


def _refuse_text_number(text: str) -> float:
    raise WrongValue(f"{text!r} stands as text; make it a number or set text_numbers to convert")


def _by_cell(name: str, cells: Sequence[Cell], read_text: Callable[[str], float]) -> Typed:
    values = np.full(len(cells), np.nan)
    problems: list[Problem] = []
    known: dict[str, float | CrmError] = {}
    for row, cell in enumerate(cells):
        if isinstance(cell, float):
            values[row] = cell
        elif isinstance(cell, ExcelError):
            problems.append(Problem(row, cell, f"{name} is {cell.text}"))
        elif isinstance(cell, bool):
            why = f"{name} is {str(cell).upper()}, which SUM would ignore and xlcrm refuses"
            problems.append(Problem(row, ExcelError.VALUE, why))
        elif isinstance(cell, str) and not is_blank(cell):
            if cell not in known:
                known[cell] = _attempt(read_text, cell)
            read = known[cell]
            if isinstance(read, CrmError):
                problems.append(Problem(row, read.code, f"{name}: {read.message}"))
            else:
                values[row] = read
    return Typed(values, tuple(problems))


def _attempt(read_text: Callable[[str], float], text: str) -> float | CrmError:
    try:
        return read_text(text)
    except CrmError as error:
        return error


_SIGNS = re.compile(r"[.,]")


def decimal_sign(texts: Sequence[str], name: str = "the column") -> str:
    """Find the decimal sign of numbers that stand as text, from the whole column.

    A text with both signs ends in its decimal one; a sign that stands twice sets thousands
    apart; a sign that is not followed by exactly three digits is decimal.

    Raises:
        WrongValue: The texts disagree, or all of them can be read both ways.
    """
    votes = {vote for text in set(texts) if (vote := _vote(text))}
    if votes <= {".", "?"}:
        doubtful = "?" in votes and "." not in votes
        if not doubtful:
            return "."
    elif votes <= {",", "?"}:
        return ","
    example = next(text for text in texts if _vote(text))
    raise WrongValue(f"{name}: {example!r} can be read two ways: set decimal to '.' or ','")


def _vote(text: str) -> str:
    signs: list[str] = _SIGNS.findall(text)
    if not signs:
        return ""
    if len(set(signs)) == 2:
        return signs[-1]
    other = {".": ",", ",": "."}
    if len(signs) > 1:
        return other[signs[0]]
    digits = re.search(r"[.,](\d*)", text)
    whole = re.search(r"(\d*)[.,]", text)
    grouped = (
        digits and len(digits[1]) == 3 and whole and 1 <= len(whole[1]) <= 3 and whole[1] != "0"
    )
    return "?" if grouped else signs[0]


def _shares(name: str, cells: Sequence[Cell], reading: Reading) -> Typed:
    answer = _numbers(name, cells, reading)
    outside = np.flatnonzero((answer.values < 0) | (answer.values > 1))
    if not outside.size:
        return answer
    problems = [
        Problem(int(row), ExcelError.NUM, _no_share(name, float(answer.values[row])))
        for row in outside
    ]
    return Typed(answer.values, _in_order(answer.problems, problems), answer.notes)


def _no_share(name: str, value: float) -> str:
    if value < 0:
        return f"{name} {number_text(value)} < 0; a share lies between 0 and 1"
    shown = number_text(value)
    return f"{name} {shown} > 1; enter {number_text(value / 100)} or {shown}%"


def _in_order(*problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted((p for some in problems for p in some), key=lambda p: p.row))


# ── dates ───────────────────────────────────────────────────────────────────────────────────


def _dates(name: str, cells: Sequence[Cell], reading: Reading) -> Typed:
    def of_text(text: str) -> float:
        return serial_of(date_of_text(text, reading.day_first), reading.date_system)

    answer = (
        Typed(np.array(cells, dtype=np.float64))
        if set(map(type, cells)) <= {float, type(None)}
        else _by_cell(name, cells, of_text)
    )
    days, problems = days_of_serials(name, answer.values, reading.date_system)
    return Typed(days, _in_order(answer.problems, problems))


def days_of_serials(
    name: str, serials: np.ndarray[Any, Any], date_system: int
) -> tuple[np.ndarray[Any, Any], list[Problem]]:
    """Turn serial numbers into days, and name those that are none.

    Args:
        name: The column's name, for messages.
        serials: Serial numbers, NaN where missing.
        date_system: 1900 or 1904.

    Returns:
        The days as datetime64 in microseconds at midnight, and a problem for each impossible one.
    """
    days = np.floor(serials + _HALF_MICROSECOND) + (SHIFT_1904 if date_system == 1904 else 0)
    bad = (days < 1) | (days > LAST_SERIAL) | (days == 60)
    problems = [
        Problem(int(row), ExcelError.NUM, _no_date(name, float(serials[row])))
        for row in np.flatnonzero(bad)
    ]
    days = np.where(bad, np.nan, days + (days < 60))
    missing = np.isnan(days)
    unix = np.where(missing, 0, days - _UNIX_EPOCH_SERIAL).astype("datetime64[D]")
    moments = unix.astype("datetime64[us]")
    moments[missing] = np.datetime64("NaT")
    return moments, problems


def _no_date(name: str, serial: float) -> str:
    return f"{name} {number_text(serial)} is no date: serials go from 1 to {LAST_SERIAL} without 60"


# ── texts ───────────────────────────────────────────────────────────────────────────────────


def _texts(cells: Sequence[Cell], aliases: Mapping[str, str]) -> Typed:
    if set(map(type, cells)) <= {str, type(None)}:
        coded = pa.array(cells, pa.string()).dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        found: list[str] = coded.dictionary.to_pylist()
        problems: tuple[Problem, ...] = ()
    else:
        texts = [None if isinstance(c, ExcelError) or is_blank(c) else text_of(c) for c in cells]
        problems = _errors_among(cells)
        codes, uniques = pd.factorize(np.array(texts, dtype=object))
        found = list(uniques)
    return Typed(_merged(codes, found, aliases), problems)


def _merged(codes: Any, found: list[str], aliases: Mapping[str, str]) -> pd.Categorical:
    """Join spellings that differ only in case or white space; the commonest one is shown."""
    counts = np.bincount(codes[codes >= 0], minlength=len(found))
    spelling: dict[str, Counter[str]] = {}
    keys = []
    for text, count in zip(found, counts, strict=True):
        meant = aliases.get(text_key(text), text)
        keys.append(text_key(meant))
        weight = int(count) if meant is text else len(codes) + 1  # an alias settles the spelling
        spelling.setdefault(keys[-1], Counter())[" ".join(meant.split())] += weight
    shown = {
        key: min(texts, key=lambda t, texts=texts: (-texts[t], t))  # type: ignore[misc]
        for key, texts in spelling.items()
        if key
    }
    order = sorted(shown, key=lambda key: (shown[key].casefold(), shown[key]))
    place = {key: k for k, key in enumerate(order)}
    lookup = np.array([place.get(key, -1) for key in keys] + [-1])
    return pd.Categorical.from_codes(
        lookup[codes], categories=pd.Index([shown[k] for k in order], dtype="str")
    )


def _errors_among(cells: Sequence[Cell], name: str = "a text") -> tuple[Problem, ...]:
    return tuple(
        Problem(row, cell, f"{name} is {cell.text}")
        for row, cell in enumerate(cells)
        if isinstance(cell, ExcelError)
    )


def _ids(name: str, cells: Sequence[Cell], aliases: Mapping[str, str]) -> Typed:
    types = set(map(type, cells))
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    if not types <= {str, type(None)}:
        notes = _id_notes(name, cells, types)
        problems = _errors_among(cells, name)
        cells = [None if c is None or isinstance(c, ExcelError) else text_of(c) for c in cells]
    trimmed = pc.utf8_trim(pa.array(cells, pa.string()), characters=_WHITE)
    values = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    if aliases:
        meant = {text: aliases.get(text_key(text)) for text in values.unique().to_pylist() if text}
        renamed = {text: new for text, new in meant.items() if new}
        if renamed:
            values = pa.array([renamed.get(v, v) for v in values.to_pylist()], pa.string())
    return Typed(pd.array(values, dtype="str"), problems, notes)


def _id_notes(name: str, cells: Sequence[Cell], types: set[type]) -> tuple[str, ...]:
    notes = []
    if float in types and any(isinstance(c, float) and abs(c) >= 1e15 for c in cells):
        notes.append(f"{name}: an id lost digits, since a cell keeps 15 of them; store ids as text")
    if float in types and str in types:
        notes.append(
            f"{name}: numbers and texts are mixed; the number 1 and the text '1' are one id"
        )
    return tuple(notes)


def _logicals(name: str, cells: Sequence[Cell]) -> Typed:
    values: list[bool | None] = []
    problems = []
    for row, cell in enumerate(cells):
        word = "" if isinstance(cell, ExcelError) else text_key(text_of(cell))
        values.append(True if word in _YES else False if word in _NO else None)
        if isinstance(cell, ExcelError):
            problems.append(Problem(row, cell, f"{name} is {cell.text}"))
        elif word and values[-1] is None:
            problems.append(
                Problem(row, ExcelError.VALUE, f"{name}: {word!r} is neither yes nor no")
            )
    return Typed(pd.array(values, dtype="boolean"), tuple(problems))
