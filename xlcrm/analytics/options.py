"""Words that choose: the options and methods of analyses."""

from __future__ import annotations

from collections.abc import Iterable

from xlcrm.cells import text_key
from xlcrm.errors import WrongValue, suggestion


def option(argument: str, word: str, choices: Iterable[str]) -> str:
    """Find what an argument chooses; the first choice for "".

    Args:
        argument: The argument's name.
        word: What was given, whatever its case.
        choices: What may be chosen, the default first.

    Raises:
        WrongValue: There is no such choice.
    """
    return _chosen(word, choices, f"{argument} is no")


def method_named(method: str, methods: Iterable[str]) -> str:
    """Find a method by its name; the first for "".

    Args:
        method: Its name, whatever its case.
        methods: The methods, the default first.

    Raises:
        WrongValue: There is no such method.
    """
    return _chosen(method, methods, "there is no method")


def _chosen(word: str, choices: Iterable[str], refused: str) -> str:
    known = tuple(choices)
    wanted = text_key(word) or known[0]
    if wanted not in known:
        raise WrongValue(f"{refused} {word!r}; {suggestion(wanted, known)}")
    return wanted
