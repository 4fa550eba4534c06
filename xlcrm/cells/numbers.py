"""Numbers that stand as text."""

from __future__ import annotations

import math
import re

from xlcrm.cells.text import WHITE
from xlcrm.errors import OutOfDomain, WrongValue

_SPACES = re.compile("[ \u00a0\u202f\u2009\u2007]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}((,\d{3})+|( \d{3})+)(\.\d*)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}((\.\d{3})+|( \d{3})+)(,\d*)?", re.ASCII),
}
_CURRENCY = re.compile(r"^[A-Z]{3} ?[\d(+-]|\d ?[A-Z]{3}$|[$\u00a2-\u00a5\u20a0-\u20cf]", re.ASCII)


def number_of_text(text: str, decimal: str = ".") -> float:
    """Read a number that stands as text.

    Thousands may be set apart by the other sign or by a space of any kind, a minus may be U+2212
    or stand behind, and accountants' brackets mean a negative number. A percentage is divided by
    a hundred.

    Args:
        text: What the cell holds.
        decimal: The decimal sign, ``.`` or ``,``.

    Raises:
        WrongValue: It is no number, or the signs can be read in two ways.

    Example:
        >>> number_of_text("(1 234,50)", ",")
        -1234.5
    """
    body = _SPACES.sub(" ", text.strip(WHITE)).replace("\u2212", "-")
    negative = False
    if body.startswith("(") and body.endswith(")"):
        negative, body = True, body[1:-1].strip()
    elif body.endswith("-") and len(body) > 1:
        negative, body = True, body[:-1].strip()
    share = body.endswith("%")
    body = body[:-1].strip() if share else body
    if body[:1] in ("+", "-"):
        body = body[0] + body[1:].lstrip()
    if negative and body[:1] in ("+", "-"):
        raise WrongValue(f"{text!r} has two signs")
    other = "," if decimal == "." else "."
    if _GROUPED[decimal].fullmatch(body):
        body = body.replace(other, "").replace(" ", "")
    elif other in body and _NUMBER.fullmatch(body.replace(other, ".")):
        raise WrongValue(f"{text!r} is no number with the decimal sign {decimal!r}")
    body = body.replace(decimal, ".")
    if not _NUMBER.fullmatch(body):
        raise WrongValue(f"{text!r} is no number{_why(text.strip(WHITE))}")
    number = float(body) / (100 if share else 1)
    if not math.isfinite(number):
        raise OutOfDomain(f"{text!r} is too large a number")
    return -number if negative else number


def _why(text: str) -> str:
    """Say what is in the way where it is a currency."""
    if not _CURRENCY.search(text):
        return ""
    return ": give the number alone, and its currency in the column currency"
