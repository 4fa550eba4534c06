"""What exports leave out of deals and the rest of the row tells: status, closing date.

A column is derived only where the table does not have it, or has it without a single value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.cells import text_key
from xlcrm.errors import ExcelError, listing, suggestion
from xlcrm.model.columns import Problem, Typed
from xlcrm.model.schema import ColumnType, TableKind

DERIVABLE: Mapping[str, frozenset[str]] = {
    "deals": frozenset({"status", "closed_on", "expected_close", "created"}),
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
    if kind_name != "deals" or name not in ("status", "closed_on"):
        return answer
    if name == "status":
        if _is_empty(answer):
            return _status_of_stage(read("stage"))
        return _known_statuses(answer)
    if not _is_empty(answer):
        return answer
    status = derive(kind_name, "status", read)
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
    return Typed(_recoded(stage.values, found), stage.problems, (note,))


def _known_statuses(status: Typed) -> Typed:
    categories = list(status.values.categories)
    found = [_STATUS_OF.get(text_key(text)) for text in categories]
    unknown = {k: text for k, text in enumerate(categories) if found[k] is None}
    problems = [
        Problem(int(row), ExcelError.NA, _unknown_status(unknown[int(status.values.codes[row])]))
        for row in np.flatnonzero(np.isin(status.values.codes, list(unknown)))
    ]
    merged = sorted([*status.problems, *problems], key=lambda problem: problem.row)
    return Typed(_recoded(status.values, found), tuple(merged), status.notes)


def _unknown_status(text: str) -> str:
    return f"status {text!r} is none of {listing(STATUSES)}; {suggestion(text, STATUSES)}"


def _recoded(values: pd.Categorical, found: Sequence[str | None]) -> pd.Categorical:
    codes = np.array([STATUSES.index(s) if s else -1 for s in found] + [-1])
    return pd.Categorical.from_codes(
        codes[values.codes], categories=pd.Index(STATUSES, dtype="str")
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
    kind: TableKind, names: Sequence[str], present: Sequence[str]
) -> list[nw.Expr]:
    """Give an expression for each column asked for: as it stands, told from others, or blank.

    Args:
        kind: The table's kind.
        names: The columns asked for.
        present: The columns that the frame has.
    """
    return [_expression(kind, name, present).alias(name) for name in names]


def _expression(kind: TableKind, name: str, present: Sequence[str]) -> nw.Expr:
    declared = name in kind.names
    dtype: Any = _DTYPES.get(kind.column(name).type, nw.String()) if declared else None
    if kind.name == "deals" and name == "status":
        return _status_expression("status" if name in present else "stage", name in present)
    if name in present:
        column = nw.col(name)
        return column.cast(dtype) if dtype is not None and dtype != nw.String() else column
    if kind.name == "deals" and name == "closed_on" and "expected_close" in present:
        status = _expression(kind, "status", present)
        closed = status.is_in(["won", "lost"])
        return nw.when(closed).then(nw.col("expected_close").cast(nw.Datetime("us")))
    return nw.lit(None).cast(dtype or nw.String())


def _status_expression(column: str, is_status: bool) -> nw.Expr:
    folded = nw.col(column).cast(nw.String()).str.strip_chars().str.to_lowercase()
    answer = nw.lit("open") if not is_status else nw.lit(None).cast(nw.String())
    for status in STATUSES:
        words = sorted(word for word, means in _STATUS_OF.items() if means == status)
        answer = nw.when(folded.is_in(words)).then(nw.lit(status)).otherwise(answer)
    return answer
