"""What can go wrong, and which Excel error each becomes."""

from __future__ import annotations

from difflib import get_close_matches
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_MESSAGE = 255
"""Characters of a message: what one text in a table result may hold."""


class ExcelError(IntEnum):
    """Excel's error values, each with the integer that COM hands over for such a cell."""

    NULL = -2146826288
    DIV0 = -2146826281
    VALUE = -2146826273
    REF = -2146826265
    NAME = -2146826259
    NUM = -2146826252
    NA = -2146826246
    GETTING_DATA = -2146826245
    SPILL = -2146826243
    CONNECT = -2146826242
    BLOCKED = -2146826241
    UNKNOWN = -2146826240
    FIELD = -2146826239
    CALC = -2146826238

    @property
    def text(self) -> str:
        """The error as a cell shows it, such as ``#DIV/0!``."""
        return _TEXTS[self]

    @classmethod
    def of_text(cls, text: str) -> ExcelError:
        """Find the error that a cell shows as ``text``; an unknown one is #VALUE!."""
        return _BY_TEXT.get(text.strip().upper(), cls.VALUE)


_TEXTS = {
    ExcelError.NULL: "#NULL!",
    ExcelError.DIV0: "#DIV/0!",
    ExcelError.VALUE: "#VALUE!",
    ExcelError.REF: "#REF!",
    ExcelError.NAME: "#NAME?",
    ExcelError.NUM: "#NUM!",
    ExcelError.NA: "#N/A",
    ExcelError.GETTING_DATA: "#GETTING_DATA",
    ExcelError.SPILL: "#SPILL!",
    ExcelError.CONNECT: "#CONNECT!",
    ExcelError.BLOCKED: "#BLOCKED!",
    ExcelError.UNKNOWN: "#UNKNOWN!",
    ExcelError.FIELD: "#FIELD!",
    ExcelError.CALC: "#CALC!",
}
_BY_TEXT = {text: error for error, text in _TEXTS.items()}


class CrmError(Exception):
    """A question that cannot be answered: one sentence for a person, one error for a cell."""

    code: ExcelError = ExcelError.VALUE

    def __init__(self, message: str) -> None:
        super().__init__(shortened(message))

    @property
    def message(self) -> str:
        """What is wrong, where, and what to do; at most 255 characters."""
        return str(self.args[0])


class WrongValue(CrmError):
    """Wrong type, shape or option: #VALUE!."""

    code: ExcelError = ExcelError.VALUE


class OutOfDomain(CrmError):
    """Numbers that are valid but impossible here, an overflow, a fit that failed: #NUM!."""

    code: ExcelError = ExcelError.NUM


class NotAvailable(CrmError):
    """Not enough data, or no such seller, period or segment: #N/A."""

    code: ExcelError = ExcelError.NA


class ZeroDenominator(CrmError):
    """A ratio whose denominator is truly 0: #DIV/0!."""

    code: ExcelError = ExcelError.DIV0


class UnknownName(CrmError):
    """A column or header that is not in the table: #REF!."""

    code: ExcelError = ExcelError.REF


class ErrorInData(CrmError):
    """An error cell among the data, handed on unchanged."""

    def __init__(self, code: ExcelError, message: str) -> None:
        super().__init__(message)
        self.code = code


def shortened(text: str, length: int = LONGEST_MESSAGE) -> str:
    """Cut ``text`` to ``length`` characters, with an ellipsis where something is cut."""
    return text if len(text) <= length else text[: length - 1] + "…"


def listing(items: Iterable[str], most: int = 5) -> str:
    """Join ``items`` for a message, naming at most ``most`` of them and counting the rest."""
    names = list(items)
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Say which of the ``known`` names ``name`` may mean, or which there are; for messages."""
    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in names}
    near = get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(repr(folded[match]) for match in near)}?"
    return f"there are {listing(names)}" if names else "there are none"
