"""A KPI in a period and in the one before, or why there is no figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.errors import (
    CrmError,
    ErrorInData,
    ExcelError,
    NotAvailable,
    UnknownName,
    WrongValue,
)
from xlcrm.model.model import Model
from xlcrm.periods import Period, period_before

Read = Callable[[str], dict[str, float | ExcelError]]
"""Reads a figure over the days that a `period` argument names: by group, "" for the whole."""

_WHOLE = ""
_GRAVEST = (WrongValue, UnknownName)


@dataclass(frozen=True)
class Figure:
    """A figure now and before.

    Attributes:
        of: The group that it is of, "" for the whole.
        value: What it is, or the error that stands for it.
        previous: What it was, or the error that stands for it.
        note: Why there is none, or "".
        error: What kept it from being computed, or None.
    """

    of: str
    value: float | ExcelError
    previous: float | ExcelError
    note: str = ""
    error: CrmError | None = None


def text_of(days: Period) -> str:
    """Write a period as a `period` argument.

    Args:
        days: The period.
    """
    return "all" if days.is_all else f"{days.first or ''}..{days.last or ''}"


def days_before(model: Model, period: str) -> Period:
    """Give the period before the one that a `period` argument names, as far as that has run.

    Args:
        model: The model whose `as_of` counts.
        period: The argument.

    Raises:
        WrongValue: The period has no beginning or no end.
        NotAvailable: Nothing tells the day the figures are seen from.
    """
    return period_before(period_in(model, period), model.as_of)


def figures(read: Read, now: str, before: Callable[[], str]) -> list[Figure]:
    """Read a figure over two periods; what cannot be read is told, not raised.

    Args:
        read: Reads it.
        now: The period, as an argument.
        before: Gives the period before as an argument, or raises why there is none.

    Returns:
        One figure a group that it has now; one of the whole where it has none.

    Raises:
        ErrorInData: A cell that is needed holds an error or cannot be read.
    """
    values, error = _attempt(lambda: read(now))
    if error is not None or not values:
        failed = error or NotAvailable("no rows in the period")
        return [Figure(_WHOLE, _cell(failed), ExcelError.NA, failed.message, failed)]
    earlier, lack = _attempt(lambda: read(before()))
    answer = []
    for of, value in values.items():
        previous = earlier.get(of, ExcelError.NA if lack is None else _cell(lack))
        note = ""
        if isinstance(value, ExcelError):
            note = "nothing to divide by"
        elif isinstance(previous, ExcelError):
            note = f"no figure before: {lack.message if lack else 'no rows then'}"
        answer.append(Figure(of, value, previous, note))
    return answer


def _attempt(
    read: Callable[[], dict[str, float | ExcelError]],
) -> tuple[dict[str, float | ExcelError], CrmError | None]:
    try:
        return read(), None
    except ErrorInData:
        raise
    except CrmError as error:
        return {}, error


def _cell(error: CrmError) -> ExcelError:
    """Give what stands for an error in a cell; what one table does not have others may."""
    return ExcelError.NA if isinstance(error, UnknownName) else error.code


def by_group(frame: pd.DataFrame) -> dict[str, float | ExcelError]:
    """Give the figures of a table by the label in its first column.

    Args:
        frame: A label, ``value``, and more.
    """
    pairs = zip(frame.iloc[:, 0], frame["value"], strict=True)
    return {str(of): v if isinstance(v, ExcelError) else float(v) for of, v in pairs}


def gravest(errors: Iterable[CrmError | None], otherwise: str) -> CrmError:
    """Choose the error to raise where there is no figure at all: a mistake in what was asked first.

    Args:
        errors: What kept the figures from being computed.
        otherwise: What to say where nothing did.
    """
    found = [error for error in errors if error is not None]
    for kind in _GRAVEST:
        for error in found:
            if isinstance(error, kind):
                return error
    said = "; ".join(dict.fromkeys(error.message for error in found))
    return NotAvailable(f"{otherwise}: {said}" if said else otherwise)
