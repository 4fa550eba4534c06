"""Columns of words, keys and logical values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from xlcrm.cells import WHITE, Cell, is_blank, text_key, text_of
from xlcrm.errors import ExcelError
from xlcrm.model.canonical import types_among
from xlcrm.model.typed import Problem, Typed, is_readable, problems_among

_YES = frozenset(
    {"true", "yes", "y", "x", "1", "ja", "wahr", "waar", "oui", "vrai", "si", "sí", "да"}
)
_NO = frozenset({"false", "no", "n", "0", "nein", "falsch", "nee", "onwaar", "non", "faux", "нет"})


def texts(name: str, cells: Sequence[Cell], aliases: Mapping[str, str]) -> Typed:
    """Read a column of words: spellings that fold to one are one category."""
    if types_among(cells) <= {str, type(None)}:
        coded = pa.array(cells, pa.string()).dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        found: list[str] = coded.dictionary.to_pylist()
        problems: tuple[Problem, ...] = ()
    else:
        texts = [None if is_blank(c) or not is_readable(c) else text_of(c) for c in cells]
        problems = problems_among(cells, name)
        codes, uniques = pd.factorize(np.array(texts, dtype=object))
        found = list(uniques)
    return Typed(_merged(codes, found, aliases), problems)


def _merged(codes: Any, found: list[str], aliases: Mapping[str, str]) -> pd.Categorical:
    """Join spellings that differ only in case or white space; the commonest one is shown."""
    counts = np.bincount(codes[codes >= 0], minlength=len(found))
    spelling: dict[str, Counter[str]] = {}
    keys = []
    for text, count in zip(found, counts, strict=True):
        meant = aliases.get(text_key(text)) or normalize("NFC", text)
        keys.append(text_key(meant))
        aliased = text_key(text) in aliases
        weight = len(codes) + 1 if aliased else int(count)  # an alias settles the spelling
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


def ids(name: str, cells: Sequence[Cell], aliases: Mapping[str, str]) -> Typed:
    """Read a column of keys: to the letter, outer white space cut."""
    types = types_among(cells)
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    if not types <= {str, type(None)}:
        notes = _id_notes(name, cells, types)
        problems = problems_among(cells, name)
        cells = [text_of(c) if c is not None and is_readable(c) else None for c in cells]
    listed = pa.array(cells, pa.string())
    if not pc.all(pc.string_is_ascii(listed)).as_py():
        listed = pc.utf8_normalize(listed, "NFC")
    trimmed = pc.utf8_trim(listed, characters=WHITE)
    values = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    if aliases:
        meant = {text: aliases.get(text_key(text)) for text in values.unique().to_pylist() if text}
        renamed = {text: new for text, new in meant.items() if new}
        if renamed:
            values = pa.array([renamed.get(v, v) for v in values.to_pylist()], pa.string())
    return Typed(pd.array(values, dtype="str"), problems, notes)


def _id_notes(name: str, cells: Sequence[Cell], types: frozenset[type]) -> tuple[str, ...]:
    notes = []
    if float in types and any(isinstance(c, float) and abs(c) >= 1e15 for c in cells):
        notes.append(f"{name}: an id lost digits, since a cell keeps 15 of them; store ids as text")
    if float in types and str in types:
        notes.append(
            f"{name}: numbers and texts are mixed; the number 1 and the text '1' are one id"
        )
    return tuple(notes)


def logicals(name: str, cells: Sequence[Cell]) -> Typed:
    """Read a column of yes and no, in the languages known here."""
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
