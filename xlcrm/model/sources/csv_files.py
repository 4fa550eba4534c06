"""CSV files: their encoding, their delimiter, and which of their texts are plainly numbers."""

from __future__ import annotations

import csv
import re
from collections import Counter
from io import StringIO
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import is_normalized, normalize

from xlcrm.cells import MOST_COLUMNS, is_blank
from xlcrm.errors import WrongValue
from xlcrm.model.sources.sheet import SourceSheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlcrm.cells import Cell

LARGEST_FILE = 512 * 2**20

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe\0\0", "utf-32", "UTF-32"),
    (b"\0\0\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE = 2**16
_SAMPLED_RECORDS = 200
_NOT_CSV = (
    (b"PK\3\4", "is a zip file or workbook with the name of a CSV file: name it .xlsx"),
    (b"\xd0\xcf\x11\xe0", "is an old workbook with the name of a CSV file: save it as .xlsx"),
    (b"PAR1", "is a Parquet file: write it as CSV"),
    (b"%PDF", "is a PDF: export the data as CSV"),
    (b"\x1f\x8b", "is packed: unpack it first"),
)
_WEB_PAGE = re.compile(rb"\s*<(!doctype|html|\?xml|table)\b", re.IGNORECASE)
# A whole number of 16 digits or more is an identifier: a cell would lose its last digits.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,30})?")
_IDENTIFIER = re.compile(r"0[0-9]+|[0-9]{16,}|[0-9]+[eE][0-9]+|\+[0-9]+")
_STARTS_A_NUMBER = frozenset("-+0123456789")
_MAY_BE_BLANK = frozenset(["", *" \t\r\n\u00a0\u202f\u2007\u2009\u200a\ufeff"])


def read_csv(path: str | Path) -> SourceSheet:
    """Read a CSV file.

    Encoding and delimiter are found from the content. A text is a number where it is written
    like ``1234.5``; leading zeros, 16 digits and more, and forms like ``1E5`` make the whole
    column one of identifiers, which stay text. Dates and decimal commas stay text too.

    Args:
        path: The file.

    Returns:
        Its rows, with a note on the encoding where it is not UTF-8.

    Raises:
        WrongValue: It cannot be read, is too large, or is no text.
    """
    path = Path(path)
    text, notes = decoded(_content(path), path.name)
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    delimiter, text = _declared(text)
    delimiter = delimiter or delimiter_of(text)
    records, remark = _records(text, delimiter, path.name)
    if delimiter != ",":
        notes = (*notes, f"its delimiter is the {_DELIMITERS.get(delimiter, repr(delimiter))}")
    width = max(map(len, records), default=0)
    if width > MOST_COLUMNS:
        raise WrongValue(f"{path.name} has {width:,} columns, more than a sheet")
    columns = list(zip_longest(*records, fillvalue=""))
    rows = list(zip(*map(_cells, columns), strict=True))
    return SourceSheet(path.name, "", rows, texts=columns, notes=(*notes, *remark))


# ── encoding ────────────────────────────────────────────────────────────────────────────────


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise WrongValue(f"{path.name} is larger than {LARGEST_FILE // 2**20} MB: divide it")
        data = path.read_bytes()
    except FileNotFoundError:
        raise WrongValue(f"there is no file {path.name}") from None
    except OSError as error:
        raise WrongValue(f"{path.name} cannot be read: {error.strerror}") from None
    for magic, what in _NOT_CSV:
        if data.startswith(magic):
            raise WrongValue(f"{path.name} {what}")
    if _WEB_PAGE.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise WrongValue(f"{path.name} is a web page or XML: export the data as CSV")
    return data


def decoded(data: bytes, name: str = "the file") -> tuple[str, tuple[str, ...]]:
    r"""Read bytes as text: by their mark, else as UTF-8, else as Windows-1252.

    Args:
        data: The content of a text file.
        name: The file's name, for messages.

    Returns:
        The text, and a note on its encoding where that is not plain UTF-8.

    Raises:
        WrongValue: It is no text.

    Example:
        >>> decoded(b"Citro\xebn")[0]
        'Citroën'
    """
    for mark, encoding, shown in _BOMS:
        if data.startswith(mark):
            return _marked(data, encoding, shown, name)
    if b"\0" in data[:4096]:
        return _marked(data, _of_zeros(data[:4096], name), "UTF-16", name)
    try:
        return data.decode(), ()
    except UnicodeDecodeError:
        return _not_quite_utf8(data)


def _marked(data: bytes, encoding: str, shown: str, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        return data.decode(encoding), () if shown == "UTF-8" else (f"it is read as {shown}",)
    except UnicodeDecodeError as error:
        raise WrongValue(
            f"{name} says it is {shown} and is not, from byte {error.start:,}: save it as UTF-8"
        ) from None


def _of_zeros(data: bytes, name: str) -> str:
    """Tell the order of UTF-16 without a mark by where its zero bytes stand."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if max(even, odd) * 4 < len(data) or min(even, odd) * 10 > max(even, odd):
        raise WrongValue(f"{name} is no text: it holds zero bytes")
    return "utf-16-be" if even > odd else "utf-16-le"


def _not_quite_utf8(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Read text that is not clean UTF-8: damaged UTF-8, or a code page of Windows."""
    patched = data.decode(errors="replace")
    damaged = patched.count("\ufffd")
    whole = sum(not sign.isascii() for sign in patched) - damaged
    if whole > 10 * damaged:
        return patched, (f"{damaged} of its signs are damaged: it is not clean UTF-8",)
    note = "it is read as Windows-1252, since it is not UTF-8; save it as UTF-8 if names look wrong"
    try:
        return data.decode("cp1252"), (note,)
    except UnicodeDecodeError:
        return data.decode("latin-1"), (note.replace("Windows-1252", "Latin-1"),)


# ── records ─────────────────────────────────────────────────────────────────────────────────


def _declared(text: str) -> tuple[str, str]:
    """Take the line ``sep=;`` away with which some exports begin."""
    found = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    return (found[1], text[found.end() :]) if found else ("", text)


def delimiter_of(text: str) -> str:
    r"""Find the sign that sets fields apart.

    Args:
        text: The text of a CSV file.

    Returns:
        The sign by which most records have the same number of fields, more fields counting more;
        a comma where no sign does.

    Example:
        >>> delimiter_of("name;amount;rate\nAnn;1,5;2,5\nBob;2,0;3,5\n")
        ';'
    """
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE and "\n" in sample:
        sample = sample[: sample.rindex("\n") + 1]
    return max(_DELIMITERS, key=lambda delimiter: _fit(sample, delimiter))


def _fit(sample: str, delimiter: str) -> float:
    try:
        reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
        widths = Counter(len(record) for record in islice(reader, _SAMPLED_RECORDS) if any(record))
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, records = max(widths.items(), key=lambda item: (item[0] > 1, item[1]))
    return (1 - 1 / width) * records / widths.total()


def _records(text: str, delimiter: str, name: str) -> tuple[list[list[str]], tuple[str, ...]]:
    """Cut a text into records; quotes that do not pair never swallow the rows behind them."""
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)), ()
    except csv.Error:
        remark = "its quotes do not pair: they are read as signs of the text"
    lines = StringIO(text, newline="")
    try:
        return list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)), (remark,)
    except csv.Error:
        most = csv.field_size_limit()
        raise WrongValue(f"{name} has a field of more than {most:,} signs: it is no CSV") from None


# ── cells ───────────────────────────────────────────────────────────────────────────────────


def _cells(column: Sequence[str]) -> list[Cell]:
    """Read the texts of a column as cells."""
    starts = {text[:1] for text in column}
    if starts.isdisjoint(_STARTS_A_NUMBER):
        if starts.isdisjoint(_MAY_BE_BLANK):
            return list(column)
        return [text if text and not is_blank(text) else None for text in column]
    known: dict[str, Cell] = {}
    identifiers = False
    for text in set(column):
        if text[:1] not in _STARTS_A_NUMBER:
            known[text] = text if text and not is_blank(text) else None
        elif _NUMBER.fullmatch(text):
            known[text] = float(text) + 0.0  # minus 0 is 0
        else:
            known[text] = text
            identifiers = identifiers or _IDENTIFIER.fullmatch(text) is not None
    if identifiers:
        known = {text: None if cell is None else text for text, cell in known.items()}
    return list(map(known.__getitem__, column))
