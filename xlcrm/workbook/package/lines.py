"""The cells of many rows as XML: column by column, since a column is mostly of one kind."""

from __future__ import annotations

from datetime import date
from itertools import islice, repeat
from math import isfinite
from typing import TYPE_CHECKING

from xlcrm.workbook.package.dates import serial
from xlcrm.workbook.package.references import column_letters
from xlcrm.workbook.package.values import cached_xml, settled, space, text_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BLOCK = 4096
"""Rows that are written together: enough to win by columns, few enough for the cache."""

_MOST_REMEMBERED = 200_000


def lines(
    prefix: str,
    rows: Iterable[Sequence[object]],
    number: int,
    left: int,
    styles: Sequence[str],
    *,
    date1904: bool,
) -> Iterator[str]:
    """Write the cells of rows of values.

    Args:
        prefix: What stands before the sheet's element names.
        rows: The values, each row as wide as there are styles.
        number: The first row's number.
        left: The first column's number.
        styles: The ``s`` attribute of each column, with a blank before it, or nothing.
        date1904: Whether the workbook counts days from 1904.

    Yields:
        The cells of each row.

    Raises:
        WrongValue: A date cannot be counted.
    """
    texts = _Texts(prefix)
    starts = [f'<{prefix}c r="{column_letters(left + index)}' for index in range(len(styles))]
    trailing, end = f".0</{prefix}v>", f"</{prefix}v>"
    source = iter(rows)
    while block := list(islice(source, _BLOCK)):
        texts.forget()
        columns = [
            _column(prefix, texts, start, style, number, values, date1904)
            for start, style, values in zip(starts, styles, zip(*block, strict=True), strict=True)
        ]
        for cells in zip(*columns, strict=True):
            # No text has a bare "<", so this shortens numbers and nothing else: 2.0 to 2.
            yield "".join(cells).replace(trailing, end)
        number += len(block)


def text_cell(prefix: str, value: str) -> str:
    """Write a text from behind a cell's attributes to its end; it stays text in any case."""
    p = prefix
    return f' t="inlineStr"><{p}is><{p}t{space(value)}>{text_xml(value)}</{p}t></{p}is></{p}c>'


class _Texts(dict[str, str]):
    """Texts as written, since most come again."""

    def __init__(self, prefix: str) -> None:
        super().__init__({"": "/>"})
        self._prefix = prefix

    def __missing__(self, value: str) -> str:
        written = self[value] = text_cell(self._prefix, value)
        return written

    def forget(self) -> None:
        """Let go of what was remembered, when it is much."""
        if len(self) > _MOST_REMEMBERED:
            self.clear()
            self[""] = "/>"


def _column(
    prefix: str,
    texts: _Texts,
    start: str,
    style: str,
    number: int,
    values: tuple[object, ...],
    date1904: bool,
) -> Sequence[str]:
    kinds = set(map(type, values))
    numbered = enumerate(values, number)
    if kinds == {float} and all(map(isfinite, values)):  # type: ignore[arg-type]
        opening, closing = f'"{style}><{prefix}v>', f"</{prefix}v></{prefix}c>"
        return [f"{start}{row}{opening}{value!r}{closing}" for row, value in numbered]
    if kinds == {str}:
        return [f'{start}{row}"{style}{texts[value]}' for row, value in numbered]  # type: ignore[index]
    if kinds == {type(None)} and not style:
        return [""] * len(values)
    return [
        f'{start}{row}"{style}{shown}' if shown != "/>" or style else ""
        for row, shown in zip(
            range(number, number + len(values)),
            map(_shown, repeat(prefix), repeat(texts), values, repeat(date1904)),
            strict=True,
        )
    ]


def _shown(prefix: str, texts: _Texts, value: object, date1904: bool) -> str:
    """Write any value from behind its cell's attributes to the cell's end."""
    if value is None or _is_no_time(value):
        return "/>"
    if isinstance(value, date):
        value = serial(value, date1904=date1904)
    if isinstance(value, str):
        return texts[value]
    kind, inner = cached_xml(settled(value), prefix)
    mark = "" if kind is None else f' t="{kind}"'
    return f"{mark}>{inner}</{prefix}c>"


def _is_no_time(value: object) -> bool:
    """Say whether this is pandas' missing date, which is a date and equals nothing."""
    return isinstance(value, date) and value != value
