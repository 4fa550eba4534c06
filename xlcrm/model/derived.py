"""What tables leave out and the rest of the row tells: a status, a closing date, an id.

A column is derived only where the table does not have it, or has it without a single value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import text_key
from xlcrm.errors import ExcelError, NotAvailable, WrongValue, listing, suggestion
from xlcrm.model.columns import Problem, Typed
from xlcrm.model.directions import DIRECTIONS, direction_word, unknown_direction
from xlcrm.model.named_rows import (
    NAMED,
    ONE_OBJECTIVE,
    id_of_name,
    ids_of_names,
    objective_of_perspective,
    told_twice,
)
from xlcrm.model.schema import ColumnType, TableKind

DERIVABLE: Mapping[str, frozenset[str]] = {
    "deals": frozenset({"status", "closed_on", "expected_close", "created"}),
    "objectives": frozenset({"objective_id"}),
    "measures": frozenset({"measure_id", "objective_id"}),
    "initiatives": frozenset({"initiative_id"}),
}
"""Columns that a table may lack, since they are told from others or may be blank."""

STATUSES = ("open", "won", "lost", "on hold")

_WORDS = {
    "won": "won, closed won, closedwon, win, gewonnen, gagné, gagnée, gagne, ganado, ganada, "
    "выиграна, выиграно, выигран, успешно реализовано",
    "lost": "lost, closed lost, closedlost, verloren, verlies, perdu, perdue, perdido, perdida, "
    "проиграна, проиграно, проигран, закрыто и не реализовано",
    "on hold": "on hold, hold, paused, in wacht, pausiert, zurückgestellt, en veille, en attente, "
    "en espera, приостановлена, отложена",
    "open": "open, in progress, active, actief, offen, lopend, en cours, ouvert, ouverte, abierto, "
    "abierta, en curso, открыта, в работе",
}
_STATUS_OF = {
    text_key(word): status for status, words in _WORDS.items() for word in words.split(",")
}


def status_word(text: str) -> str | None:
    """Read a word for a status in any language known here; None for any other word."""
    return _STATUS_OF.get(text_key(text))


def derive(kind_name: str, name: str, read: Callable[[str], Typed]) -> Typed:
    """Read a column of cells, or tell it from others where the table lacks it.

    Args:
        kind_name: The table's kind.
        name: The column asked for.
        read: Reads a column as it stands in the table.
    """
    answer = read(name)
    if kind_name == "deals" and name in ("status", "closed_on"):
        return _of_deal(name, answer, read)
    if kind_name == "measures" and name == "direction":
        return _in_words(answer, DIRECTIONS, direction_word, unknown_direction)
    if name in DERIVABLE.get(kind_name, ()) and kind_name in NAMED and _is_empty(answer):
        if name == NAMED[kind_name].id:
            return id_of_name(kind_name, lambda n: derive(kind_name, n, read))
        return objective_of_perspective(read("perspective"), len(answer.values))
    return answer


def _of_deal(name: str, answer: Typed, read: Callable[[str], Typed]) -> Typed:
    if name == "status":
        if _is_empty(answer):
            return _status_of_stage(read("stage"))
        return _in_words(answer, STATUSES, status_word, _unknown_status)
    if not _is_empty(answer):
        return answer
    status = derive("deals", "status", read)
    expected = read("expected_close")
    closed = np.isin(np.asarray(status.values, dtype=object), ("won", "lost"))
    values = np.where(closed, expected.values, np.datetime64("NaT"))
    note = "closed_on is read from expected_close, for deals won or lost"
    problems = tuple(p for p in expected.problems if closed[p.row])
    return Typed(values, problems, () if _is_empty(expected) else (note,))


def _is_empty(answer: Typed) -> bool:
    return not answer.problems and bool(pd.isna(answer.values).all())


def _status_of_stage(stage: Typed) -> Typed:
    found = [_STATUS_OF.get(text_key(text), "open") for text in stage.values.categories]
    note = "status is read from the stage: won, lost, on hold, else open"
    return Typed(_recoded(stage.values, found, STATUSES), stage.problems, (note,))


def _in_words(
    answer: Typed,
    known: Sequence[str],
    meaning: Callable[[str], str | None],
    unknown: Callable[[str], str],
) -> Typed:
    """Read a column of a few known words; any other word is a problem of its row."""
    values = answer.values
    categories = list(values.categories)
    found = [meaning(text) for text in categories]
    strange = {k: text for k, text in enumerate(categories) if found[k] is None}
    problems = [
        Problem(int(row), ExcelError.NA, unknown(strange[int(values.codes[row])]))
        for row in np.flatnonzero(np.isin(values.codes, list(strange)))
    ]
    merged = sorted([*answer.problems, *problems], key=lambda problem: problem.row)
    return Typed(_recoded(values, found, known), tuple(merged), answer.notes)


def _unknown_status(text: str) -> str:
    return f"status {text!r} is none of {listing(STATUSES)}; {suggestion(text, STATUSES)}"


def _recoded(
    values: pd.Categorical, found: Sequence[str | None], known: Sequence[str]
) -> pd.Categorical:
    codes = np.array([known.index(s) if s else -1 for s in found] + [-1])
    return pd.Categorical.from_codes(
        codes[values.codes], categories=pd.Index(list(known), dtype="str")
    )


# ── the same for frames ─────────────────────────────────────────────────────────────────────

_DTYPES = {
    ColumnType.AMOUNT: nw.Float64(),
    ColumnType.NUMBER: nw.Float64(),
    ColumnType.SHARE: nw.Float64(),
    ColumnType.MEASURED: nw.Float64(),
    ColumnType.DATE: nw.Datetime("us"),
    ColumnType.LOGICAL: nw.Boolean(),
}


def derived_expressions(
    kind: TableKind,
    names: Sequence[str],
    frame: nw.LazyFrame[Any],
    aliases: Mapping[str, Mapping[str, str]],
) -> list[nw.Expr]:
    """Give an expression for each column asked for: as it stands, told from others, or blank.

    Args:
        kind: The table's kind.
        names: The columns asked for.
        frame: The table's rows.
        aliases: For each column, folded texts that mean another text.

    Raises:
        NotAvailable: A status or a direction is none of those known.
        WrongValue: Two rows that have a name and no id cannot be told apart.
    """
    return [
        _renamed(frame, name, _expression(kind, name, frame), aliases.get(name, {})).alias(name)
        for name in names
    ]


def _expression(kind: TableKind, name: str, frame: nw.LazyFrame[Any]) -> nw.Expr:
    schema = frame.collect_schema()
    if kind.name == "deals" and name == "status":
        return _status_expression(frame)
    if kind.name == "measures" and name == "direction" and name in schema:
        return _worded(frame, name, direction_word, unknown_direction, DIRECTIONS)
    if kind.name in NAMED and name in DERIVABLE[kind.name] and not _has_any(frame, name):
        return _id_expression(kind, frame) if name == kind.key else _objective_expression(frame)
    if kind.name == "deals" and name == "closed_on" and not _has_any(frame, name):
        closed = _status_expression(frame).is_in(["won", "lost"])
        return nw.when(closed).then(_expression(kind, "expected_close", frame))
    dtype: Any = _DTYPES.get(kind.column(name).type) if name in kind.names else None
    if name not in schema:
        return nw.lit(None).cast(dtype or nw.String())
    found, column = schema[name], nw.col(name)
    if name in kind.names and dtype is None:
        return _as_text(column, found)
    column = column if dtype is None else column.cast(dtype)
    if dtype == nw.Float64 or found.is_float():
        return column.fill_nan(None)  # some engines count NaN as a number
    if found == nw.Datetime:
        # A day, as cells have it: a period ends with its last. Spark truncates to an aware moment.
        return column.dt.truncate("1d").cast(nw.Datetime("us"))
    return column


def _as_text(column: nw.Expr, dtype: Any) -> nw.Expr:
    """Write the numbers of a column of names as a cell's number is written: 7, not 7.0."""
    if not dtype.is_numeric():
        return column
    text = column.cast(nw.String())
    return text.str.replace_all(r"\.0$", "") if dtype.is_float() else text


def _renamed(
    frame: nw.LazyFrame[Any], name: str, column: nw.Expr, aliases: Mapping[str, str]
) -> nw.Expr:
    """Read names as what they are aliases of, looking at the different ones."""
    if not aliases:
        return column
    for word in _words(frame.select(column.alias(name)), name):
        if means := aliases.get(text_key(word)):
            column = nw.when(nw.col(name) == word).then(nw.lit(means)).otherwise(column)
    return column


def _words(frame: nw.LazyFrame[Any], name: str) -> list[str]:
    words = frame.filter(~nw.col(name).is_null()).select(name).unique().collect()[name]
    return sorted(map(str, words.to_list()))


def _has_any(frame: nw.LazyFrame[Any], name: str) -> bool:
    if name not in frame.collect_schema():
        return False
    return bool(frame.select(nw.col(name).count().alias("n")).collect()["n"].item())


def _status_expression(frame: nw.LazyFrame[Any]) -> nw.Expr:
    """Map the few different words of status, or else of stage, not the many rows."""
    source = "status" if _has_any(frame, "status") else "stage"
    if source not in frame.collect_schema():
        return nw.lit(None).cast(nw.String())
    if source == "status":
        return _worded(frame, source, status_word, _unknown_status, STATUSES)
    return _worded(frame, source, lambda word: status_word(word) or "open", str, STATUSES)


def _worded(
    frame: nw.LazyFrame[Any],
    source: str,
    meaning: Callable[[str], str | None],
    unknown: Callable[[str], str],
    known: Sequence[str],
) -> nw.Expr:
    told = {word: meaning(word) for word in _words(frame, source)}
    if strange := [word for word, means in told.items() if means is None]:
        raise NotAvailable(unknown(strange[0]))
    if told and all(word == means for word, means in told.items()):
        return nw.col(source)
    answer = nw.lit(None).cast(nw.String())
    for one in known:
        words = [word for word, means in told.items() if means == one]
        answer = nw.when(nw.col(source).is_in(words)).then(nw.lit(one)).otherwise(answer)
    return answer


def _id_expression(kind: TableKind, frame: nw.LazyFrame[Any]) -> nw.Expr:
    """Take the names for ids, told apart by what the rows belong to."""
    named = NAMED[kind.name]
    name = _expression(kind, named.name, frame)
    within = _expression(kind, named.within, frame) if named.within else nw.lit("")
    pairs = frame.select(name.alias("name"), within.cast(nw.String()).alias("within"))
    listed = pairs.filter(~nw.col("name").is_null()).collect()
    names, of = listed["name"].to_list(), listed["within"].to_list()
    _, again = ids_of_names(names, of)
    if again:
        first = min(again, key=lambda row: (names[row], of[row] or ""))
        raise WrongValue(told_twice(kind.name, names[first], of[first]))
    twice = sorted(one for one, count in Counter(names).items() if count > 1)
    if not twice:
        return name
    joined = nw.concat_str([within, name], separator=": ")
    return nw.when(name.is_in(twice), ~within.is_null()).then(joined).otherwise(name)


def _objective_expression(frame: nw.LazyFrame[Any]) -> nw.Expr:
    if _has_any(frame, "perspective"):
        return nw.col("perspective").cast(nw.String())
    return nw.lit(ONE_OBJECTIVE)
