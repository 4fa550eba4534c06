"""Values as cells of a sheet's XML, and back."""

from __future__ import annotations

import math
import re

from xlcrm.errors import ExcelError

Value = float | int | str | bool | ExcelError | None
"""What a cell shows: a number, a text, a logical value, an error, or nothing."""

LONGEST_TEXT = 32_767
"""UTF-16 units that a cell holds."""

_UNSAFE = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NEEDS_SPACE = re.compile(r"\A\s|\s\Z|[\n\t]|  ")
_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def number_text(value: float) -> str:
    """Write a finite number in the fewest digits that read back the same; 2.0 is ``2``."""
    text = repr(value)
    if text.endswith(".0"):
        return "0" if text == "-0.0" else text[:-2]
    return text


def text_xml(value: str) -> str:
    """Write text for an XML element of a cell.

    What XML cannot hold becomes ``_xHHHH_``, as Excel writes it; what is longer than a cell
    holds ends with an ellipsis.
    """
    if len(value) > LONGEST_TEXT // 2 and len(value.encode("utf-16-le", "replace")) // 2 > (
        LONGEST_TEXT
    ):
        cut = value.encode("utf-16-le", "replace")[: 2 * (LONGEST_TEXT - 1)]
        value = cut.decode("utf-16-le", "ignore") + "…"
    return _UNSAFE.sub(_safe, value) if _UNSAFE.search(value) else value


def _safe(match: re.Match[str]) -> str:
    sign = match[0]
    if "\ud800" <= sign <= "\udfff":  # half a pair: no encoding has it
        return "\ufffd"
    return _REFERENCES.get(sign) or f"_x{ord(sign):04X}_"


def space(value: str) -> str:
    """Return the attribute that keeps blanks and line breaks, where a text has such."""
    return ' xml:space="preserve"' if _NEEDS_SPACE.search(value) else ""


def unescaped(value: str) -> str:
    """Read ``_xHHHH_`` in a text as the character that it stands for."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value


def settled(value: object) -> Value:
    """Bring a result to the five kinds that a cell shows; what no cell shows becomes an error.

    Args:
        value: A result of a calculation.

    Returns:
        float, str, bool, an error or None; a number that is not finite is #NUM!, anything else
        that no cell can show #VALUE!.
    """
    if value is None or isinstance(value, ExcelError | bool | str):
        return value
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return ExcelError.NUM
        return number if math.isfinite(number) else ExcelError.NUM
    return ExcelError.VALUE


_STORED = frozenset(
    (
        ExcelError.NULL,
        ExcelError.DIV0,
        ExcelError.VALUE,
        ExcelError.REF,
        ExcelError.NAME,
        ExcelError.NUM,
        ExcelError.NA,
        ExcelError.GETTING_DATA,
    )
)
"""The errors that stand in files; Excel writes #VALUE! for any other, and so do we: programs that
read the file refuse a word they do not know."""


def cached_xml(value: Value, prefix: str = "") -> tuple[str | None, str]:
    """Write a value as a formula's result.

    Args:
        value: The value; None is written as an empty text, as Excel does.
        prefix: What stands before the element's name.

    Returns:
        The cell's ``t`` attribute, None for a number, and its ``<v>`` element.
    """
    kind: str | None
    keep = ""
    if isinstance(value, ExcelError):
        kind, shown = "e", (value if value in _STORED else ExcelError.VALUE).text
    elif isinstance(value, bool):
        kind, shown = "b", str(int(value))
    elif value is None or isinstance(value, str):
        kind, shown = "str", text_xml(value or "")
        keep = space(value or "")
    else:
        kind, shown = None, number_text(float(value))
    return kind, f"<{prefix}v{keep}>{shown}</{prefix}v>"


def read(kind: str | None, shown: str, shared: list[str] | None) -> Value:
    """Read a cell's value.

    Args:
        kind: The cell's ``t`` attribute.
        shown: The text of its ``<v>`` or ``<is>``.
        shared: The workbook's shared texts.

    Returns:
        The value; what cannot be read is #VALUE!.
    """
    if kind in (None, "n"):
        return _number(shown)
    if kind == "b":
        return shown.strip() in ("1", "true")
    if kind == "e":
        return ExcelError.of_text(shown)
    if kind == "s":
        index = int(shown) if shown.strip().isdecimal() else -1
        inside = shared is not None and 0 <= index < len(shared)
        return unescaped(shared[index]) if shared is not None and inside else ExcelError.VALUE
    return unescaped(shown)


def _number(shown: str) -> Value:
    try:
        number = float(shown)
    except ValueError:
        return ExcelError.VALUE if shown else None
    return number if math.isfinite(number) else ExcelError.NUM


def same(one: Value, other: Value) -> bool:
    """Say whether two values show the same; nothing and an empty text do, 1 and TRUE do not."""
    if one in (None, "") and other in (None, ""):
        return True
    kinds = [isinstance(value, bool | ExcelError) for value in (one, other)]
    if any(kinds):
        return type(one) is type(other) and one == other
    return one == other
