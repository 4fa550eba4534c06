"""CRM calls inside formula texts: found, cleaned of what Excel wraps round them, made explicit.

Engines hand a function values only. What else a function needs is written into the formula before
it is loaded: that an argument was left out, where a range stands, which cell is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlcrm.functions import Kind, WorksheetFunction

LEFT_OUT = "\u2060left out\u2060"
"""What stands in a formula for an argument that was left out; no one types a word joiner."""

_OPEN, _CLOSE = "([{", ")]}"
_FOREIGN = r"(?:'[^']*\[\d+\][^']*'!|\[\d+\]!|_xludf\.|_xlfn\.|_xll\.)"


@dataclass(frozen=True)
class FoundCall:
    """A call inside a formula.

    Attributes:
        name: The function.
        start: Where its name begins.
        end: Where its closing bracket ends.
        arguments: Start and end of each argument.
    """

    name: str
    start: int
    end: int
    arguments: tuple[tuple[int, int], ...]


def explicit(formula: str, sheet: str, functions: Mapping[str, WorksheetFunction]) -> str:
    """Rewrite a formula for an engine that hands over values only.

    Prefixes that Excel writes before foreign functions go, and ``SINGLE`` round a CRM call with
    them. An argument left out becomes `LEFT_OUT`; behind a range that is read as a table stands
    its text; a cell that is asked about is replaced by its text with the sheet.

    Args:
        formula: As the file has it, with or without the equals sign.
        sheet: The sheet on which it stands.
        functions: The catalogue.

    Example:
        >>> from xlcrm.functions import catalogue
        >>> explicit("=[1]!CRM_ERROR(B3)", "Start", catalogue())
        '=CRM_ERROR("Start!B3")'
    """
    if "CRM_" not in formula.upper():
        return formula
    cleaned = _without_single(_without_prefixes(formula, functions), functions)
    return _rewritten(cleaned, sheet, functions)


def _without_prefixes(formula: str, functions: Mapping[str, WorksheetFunction]) -> str:
    names = "|".join(map(re.escape, functions))
    return re.sub(rf"{_FOREIGN}({names})(?=\()", r"\1", formula, flags=re.IGNORECASE)


def _without_single(formula: str, functions: Mapping[str, WorksheetFunction]) -> str:
    """Take away the implicit intersection that Excel writes round unknown functions."""
    for wrapper in ("_xlfn.SINGLE", "SINGLE"):
        for call in reversed(calls(formula, (wrapper,))):
            if len(call.arguments) == 1:
                inner = formula[slice(*call.arguments[0])].strip()
                if inner.split("(")[0].upper() in functions:
                    formula = formula[: call.start] + inner + formula[call.end :]
    return formula


def _rewritten(formula: str, sheet: str, functions: Mapping[str, WorksheetFunction]) -> str:
    answer, at = [], 0
    for call in calls(formula, tuple(functions)):
        if call.start < at:
            continue  # inside a call that is already rewritten
        answer += [formula[at : call.start], _call(formula, call, sheet, functions)]
        at = call.end
    return "".join([*answer, formula[at:]])


def _call(
    formula: str, call: FoundCall, sheet: str, functions: Mapping[str, WorksheetFunction]
) -> str:
    declared = functions[call.name.upper()]
    written = []
    for k, (start, end) in enumerate(call.arguments):
        text = formula[start:end].strip()
        kind = declared.arguments[k].kind if k < len(declared.arguments) else Kind.TEXT
        written += _argument(text, kind, sheet, functions)
    return f"{declared.name}({','.join(written)})"


def _argument(
    text: str, kind: Kind, sheet: str, functions: Mapping[str, WorksheetFunction]
) -> list[str]:
    if not text:
        return [_quoted(LEFT_OUT)] * (2 if kind is Kind.TABLE else 1)
    if kind is Kind.CELL:
        return [_quoted(asked_text(text, sheet))]
    inner = _rewritten(text, sheet, functions)
    return [inner, _quoted(text)] if kind is Kind.TABLE else [inner]


def asked_text(text: str, sheet: str) -> str:
    """Give the text by which a cell that is asked about is known.

    Args:
        text: The reference, or a formula, as written.
        sheet: The sheet on which it is written.
    """
    if re.fullmatch(r"\$?[A-Za-z]{1,3}\$?\d+#?", text):
        return f"{_sheet_name(sheet)}!{text.replace('$', '')}"
    return text


def _sheet_name(sheet: str) -> str:
    return sheet if re.fullmatch(r"\w+", sheet) else "'" + sheet.replace("'", "''") + "'"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def calls(formula: str, names: tuple[str, ...]) -> list[FoundCall]:
    """Find the calls of functions in a formula, outer ones before those inside them.

    Args:
        formula: The formula.
        names: The functions looked for.
    """
    pattern = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, names))})\(", re.IGNORECASE)
    literal = _literal_spans(formula)
    found = []
    for match in pattern.finditer(formula):
        if any(start <= match.start() < end for start, end in literal):
            continue
        arguments, end = _arguments(formula, match.end())
        found.append(FoundCall(match[1], match.start(), end, arguments))
    return found


_LITERAL = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')


def _literal_spans(formula: str) -> list[tuple[int, int]]:
    return [match.span() for match in _LITERAL.finditer(formula)]


def _arguments(formula: str, start: int) -> tuple[tuple[tuple[int, int], ...], int]:
    """Cut the arguments behind an opening bracket; also give where the closing one ends."""
    found: list[tuple[int, int]] = []
    depth, at, begin = 0, start, start
    while at < len(formula):
        sign = formula[at]
        if sign in "\"'":
            literal = _LITERAL.match(formula, at)
            at = literal.end() if literal else len(formula)
            continue
        if sign in _OPEN:
            depth += 1
        elif sign in _CLOSE and depth:
            depth -= 1
        elif sign == ")":
            if formula[start:at].strip() or found:
                found.append((begin, at))
            return tuple(found), at + 1
        elif sign == "," and not depth:
            found.append((begin, at))
            begin = at + 1
        at += 1
    return tuple(found), len(formula)
