"""Numbers that stand as text in a column: which sign is the decimal one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from xlcrm.cells import number_of_text
from xlcrm.errors import WrongValue

_SIGNS = re.compile(r"[.,]")
_LIKE_A_NUMBER = re.compile(r"[0-9.,\s()+%\u2212-]+")
_DOUBTFUL = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_OTHER = {".": ",", ",": "."}


def number_reader(texts: Iterable[str], decimal: str = "auto") -> Callable[[str], float]:
    """Give what reads the numbers among the texts of a column.

    Args:
        texts: The column's texts.
        decimal: ``.``, ``,`` or ``auto``; with this, texts that do not tell the sign are refused
            where they have one.
    """
    try:
        sign = decimal_sign(texts) if decimal == "auto" else decimal
    except WrongValue as error:
        return partial(_refused, error.message)
    return partial(number_of_text, decimal=sign)


def _refused(why: str, text: str) -> float:
    if _vote(text):
        raise WrongValue(why)
    return number_of_text(text)


def decimal_sign(texts: Iterable[str]) -> str:
    """Find the decimal sign of numbers that stand as text, from all of them.

    A text with both signs ends in its decimal one; a sign that stands twice sets thousands apart;
    a sign that is not followed by exactly three digits is decimal.

    Args:
        texts: The texts; those that are no numbers say nothing.

    Raises:
        WrongValue: The texts disagree, or all of them can be read both ways.
    """
    votes = {vote: text for text in sorted(set(texts), reverse=True) if (vote := _vote(text))}
    if "." in votes and "," in votes:
        why = f"{votes['.']!r} and {votes[',']!r} do not have one decimal sign"
    elif set(votes) == {"?"}:
        why = f"{votes['?']!r} can be read two ways"
    else:
        return "," if "," in votes else "."
    raise WrongValue(f"{why}: give numbers, or set decimal to '.' or ','")


def _vote(text: str) -> str:
    """Tell a text's decimal sign; ``?`` where it may be either, "" where it has none."""
    signs: list[str] = _SIGNS.findall(text)
    if not signs or not _LIKE_A_NUMBER.fullmatch(text):
        return ""
    if len(set(signs)) == 2:
        return signs[-1]
    if len(signs) > 1:
        return _OTHER[signs[0]]
    return "?" if _DOUBTFUL.fullmatch(text.strip(" ()+%\u2212-")) else signs[0]
