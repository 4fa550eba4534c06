"""Which headers stand for which columns, in six languages and ten export layouts.

Each TOML file beside this one is a source: a language, or the exports of one CRM. It lists, for
every kind of table and every column, the headers that mean the column, set off by commas; the
earlier a header stands in its list, the better it is. Case, accents, spaces and punctuation do
not matter. Exact column names are not listed: they always count.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from unicodedata import category, normalize

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEPARATOR = ","
_ACCENTS = [chr(code) for code in range(0x300, 0x370)]
_ASCII_SIGNS = [c for c in map(chr, range(128)) if not c.isalnum() and c != _SEPARATOR]
# Letters that Unicode does not take apart; the first is the Turkish i without a dot.
_PLAIN_LETTERS = {"\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"}
_ONLY_WHAT_COUNTS = str.maketrans(_PLAIN_LETTERS | dict.fromkeys([*_ASCII_SIGNS, *_ACCENTS], ""))


def header_key(text: str) -> str:
    """Reduce a header to what counts when headers are compared.

    Args:
        text: The header as the cell has it.

    Returns:
        Its letters and digits without case and accents; a header that has none, such as ``%``,
        stays itself. Blank text gives an empty key.

    Example:
        >>> header_key(" Deal - Título* ")
        'dealtitulo'
    """
    return _folded(text).replace(_SEPARATOR, "") or text.strip().casefold()


def _folded(text: str) -> str:
    """Drop case, accents and every sign but the separator."""
    if not text.isascii():
        # Twice, since compatibility forms hide capitals and folding may compose anew.
        text = normalize("NFKD", normalize("NFKD", text).casefold())
    text = text.casefold().translate(_ONLY_WHAT_COUNTS)
    if text.isascii() or text.isalnum():
        return text
    return "".join(filter(_counts, text))


def _counts(character: str) -> bool:
    """Tell whether a character is a letter, a digit, a vowel sign or the separator."""
    return character.isalnum() or character == _SEPARATOR or category(character)[0] == "M"


@cache
def claims(kind: str) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """Say which columns of a kind a header may stand for.

    Args:
        kind: The name of the table kind.

    Returns:
        For each header key the columns that claim it, and for each of these its place in the
        list of every source that has it.

    Example:
        >>> claims("deals")[header_key("Sales Agent")]["owner"]["en"]
        4
    """
    import tomllib  # late: exact column names need no aliases, and no parser of them

    found: dict[str, dict[str, dict[str, int]]] = {}
    for source, sections in _sections().items():
        for column, headers in tomllib.loads(sections.get(kind, "")).items():
            for place, key in enumerate(_folded(headers).split(_SEPARATOR)):
                found.setdefault(key, {}).setdefault(column, {}).setdefault(source, place)
    return MappingProxyType(found)


@cache
def _sections() -> Mapping[str, Mapping[str, str]]:
    """Read every source, cut into the sections of its kinds.

    A section is parsed when its kind is asked for: all of them take ten times as long.
    """
    sections = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        _, *parts = re.split(r"^\[(\w+)\]$", file.read_text("utf-8"), flags=re.MULTILINE)
        sections[file.stem] = dict(zip(parts[::2], parts[1::2], strict=True))
    return MappingProxyType(sections)
