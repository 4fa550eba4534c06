"""Conditions of `where` as tests on rows, over the table's columns and those it leads to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import ge, gt, le, lt, or_
from typing import Any

import narwhals as nw

from xlcrm.cells import date_of_serial, text_key, text_of
from xlcrm.conditions import Condition, number_in
from xlcrm.errors import NotAvailable, WrongValue, suggestion
from xlcrm.model.model import Model
from xlcrm.model.number_texts import decimal_sign
from xlcrm.model.relations import Hop, Path, join_key, path_to
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.periods import Period, is_relative, period
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.problems import require_readable_along

_ORDER: dict[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_SERIAL = re.compile(r"\d{5}([.,]\d+)?", re.ASCII)
_NUMERIC = (ColumnType.AMOUNT, ColumnType.NUMBER, ColumnType.MEASURED, ColumnType.SHARE)


@dataclass(frozen=True)
class Filter:
    """A condition as a test on rows.

    Attributes:
        keeps: The test; False where it cannot be decided.
        words: The condition as written.
        columns: The columns of the table that it looks at.
    """

    keeps: nw.Expr
    words: str
    columns: tuple[str, ...]


def filter_of(model: Model, kind: str, condition: Condition) -> Filter:
    """Turn a condition into a test on the rows of a table.

    Text is compared without case and outer white space; a blank value means a blank cell. With
    ``<>`` a blank cell is kept, as Excel does.

    Args:
        model: The model.
        kind: The table whose rows are tested.
        condition: The condition.

    Raises:
        UnknownName: There is no such column within reach.
        WrongValue: The value does not fit the column, or can be read two ways.
        NotAvailable: ``=`` or ``in`` names a value that the column does not have.
    """
    if condition.values == ("",) and condition.operator not in ("=", "<>"):
        raise WrongValue(f"{words_of(condition)}: a blank can only be compared by = and <>")
    path = path_to(model, kind, condition.column)
    if path.hops:
        require_readable_along(model, path, _distinct(model, kind, path.base))
    column_type = model.type_of(path.kind, path.column)
    met = _met(model, path, condition, column_type)
    column, sources = path.column, [kind, *(hop.kind for hop in path.hops)]
    for source, hop in reversed(list(zip(sources, path.hops, strict=False))):
        met = _carried(model, source, hop, met, column)
        column = hop.column
    blank = condition.values == ("",)
    turned = condition.operator == ("=" if blank else "<>")
    keeps = ~met.fill_null(value=False) if turned else met
    return Filter(keeps, words_of(condition), (path.base,))


def _carried(model: Model, source: str, hop: Hop, met: nw.Expr, column: str) -> nw.Expr:
    """Carry a test on a related table's rows to the rows that lead there."""
    key = KINDS[hop.kind].key or ""
    rows = model.columns(hop.kind, [key, column]).frame.filter(met).select(key).collect()
    key_type = KINDS[hop.kind].column(key).type
    kept = {join_key(name, key_type) for name in rows[key].to_list() if isinstance(name, str)}
    leading = _distinct(model, source, hop.column)
    return nw.col(hop.column).is_in([v for v in leading if join_key(v, key_type) in kept])


def _met(model: Model, path: Path, condition: Condition, column_type: ColumnType) -> nw.Expr:
    """Test for what the condition compares with; ``<>`` is turned round where rows are kept."""
    column = nw.col(path.column)
    if condition.values == ("",):
        return ~column.is_null()
    if column_type in _NUMERIC:
        return _number_test(model, column, condition)
    if column_type is ColumnType.DATE:
        return _date_test(model, column, condition)
    if condition.operator in _ORDER:
        raise WrongValue(f"{words_of(condition)}: such a column is compared by =, <> and in")
    if column_type is ColumnType.LOGICAL:
        return column.is_in([_logical(value) for value in condition.values])
    return _text_test(model, path, condition)


def _number_test(model: Model, column: nw.Expr, condition: Condition) -> nw.Expr:
    numbers = [_number(model, value) for value in condition.values]
    if None in numbers:
        raise WrongValue(f"{words_of(condition)}: {condition.column} holds numbers")
    if condition.operator in _ORDER:
        met: nw.Expr = _ORDER[condition.operator](column, numbers[0])
        return met
    return column.is_in(numbers)


def _number(model: Model, value: str | float) -> float | None:
    """Read a value with the workbook's decimal sign; one that can be read two ways is refused."""
    sign = model.settings.word("decimal")
    if isinstance(value, float):
        return value
    if sign == "auto":
        sign = decimal_sign([value])
    return number_in(value, sign)


def _date_test(model: Model, column: nw.Expr, condition: Condition) -> nw.Expr:
    spans = [_span(model, value) for value in condition.values]
    span = spans[0]
    if condition.operator in ("<", ">="):
        edge = _moment(span.first, condition)
        return column < edge if condition.operator == "<" else column >= edge
    if condition.operator in (">", "<="):
        edge = _moment(span.last, condition)
        return column > edge if condition.operator == ">" else column <= edge
    inside = [
        (column >= _moment(s.first, condition)) & (column <= _moment(s.last, condition))
        for s in spans
    ]
    return reduce(or_, inside)


def _span(model: Model, value: str | float) -> Period:
    """Read a date, a serial number or a period; `as_of` is asked for only by relative periods."""
    if isinstance(value, float) or _SERIAL.fullmatch(value):
        serial = value if isinstance(value, float) else float(value.replace(",", "."))
        day = date_of_serial(serial, model.date_system)
        return Period(day, day, day.isoformat())
    as_of = model.as_of if is_relative(value) else date.min
    return period(value, as_of, int(model.settings.number("fy_start")))


def _moment(day: date | None, condition: Condition) -> nw.Expr:
    if day is None:
        raise WrongValue(f"{words_of(condition)}: the period has no such end")
    return midnight(day)


def _logical(value: str | float) -> bool:
    word = text_key(text_of(value))
    if word in ("true", "yes", "1", "ja", "oui", "si", "да"):
        return True
    if word in ("false", "no", "0", "nein", "nee", "non", "нет"):
        return False
    raise WrongValue(f"{value!r} is neither yes nor no")


def _text_test(model: Model, path: Path, condition: Condition) -> nw.Expr:
    column = nw.col(path.column)
    found = _distinct(model, path.kind, path.column)
    by_key: dict[str, list[str]] = {}
    for name in found:
        by_key.setdefault(text_key(name), []).append(name)
    aliases = model.aliases.get(path.column, {})
    wanted: list[str] = []
    for value in condition.values:
        text = value if isinstance(value, str) else text_of(value)
        key = text_key(aliases.get(text_key(text), text))
        if key not in by_key and condition.operator != "<>":
            raise NotAvailable(f"no {condition.column} {text!r}; {suggestion(text, found)}")
        wanted += by_key.get(key, [])
    return column.is_in(wanted)


def _distinct(model: Model, kind: str, column: str) -> tuple[str, ...]:
    def found(of: Model) -> tuple[str, ...]:
        frame = of.columns(kind, [column]).frame
        unique = frame.select(nw.col(column)).filter(~nw.col(column).is_null()).unique().collect()
        return tuple(sorted(str(value) for value in unique[column].to_list()))

    return model.fact(f"texts of {kind}.{column}", found)


def words_of(condition: Condition) -> str:
    """Write a condition as a manager would."""
    values = ", ".join(text_of(value) for value in condition.values)
    gap = " " if condition.operator == "in" else ""
    return f"{condition.column}{gap}{condition.operator}{gap}{values}"
