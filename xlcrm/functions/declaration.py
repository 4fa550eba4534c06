"""A worksheet function's declaration: read off its signature and docstring, and checked."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_DESCRIPTION = 255
"""Characters that Excel's function wizard shows of a description."""

CATEGORIES = (
    "Data",
    "Figures",
    "Forecast",
    "Pipeline",
    "Sellers",
    "Scorecard",
    "Segments",
    "Marketing",
    "Service",
    "Plans",
    "Project",
    "Help",
)

VBA_KEYWORDS = frozenset(
    """
    addressof and any as boolean byref byte byval call case cdecl close const currency date
    debug declare dim do double each else elseif empty end enum eqv erase error event exit
    false for friend function get global gosub goto if imp implements in input integer is
    let lib like line lock long longlong longptr loop lset me mod name new next not nothing
    null object on open option optional or output paramarray preserve print private property
    ptrsafe public put raiseevent redim rem resume return rset seek select set shared single
    static step stop string sub tab then time to true type typeof unlock until variant wend
    while width with withevents write xor
    """.split()  # noqa: SIM905 - a list of 140 words reads better as words
)


class Kind(StrEnum):
    """What an argument is, and so how a host reads it."""

    MODEL = "model"
    TABLE = "table"
    TABLES = "tables"
    CELL = "cell"
    CONDITIONS = "conditions"
    NUMBERS = "numbers"
    NUMBER = "number"
    LOGICAL = "logical"
    DATE = "date"
    TEXT = "text"


_KIND_OF_ANNOTATION = {
    "Model": Kind.MODEL,
    "Range": Kind.TABLE,
    "tuple[Table, ...]": Kind.TABLES,
    "Asked": Kind.CELL,
    "Where": Kind.CONDITIONS,
    "Numbers": Kind.NUMBERS,
    "float": Kind.NUMBER,
    "float | None": Kind.NUMBER,
    "bool": Kind.LOGICAL,
    "date | None": Kind.DATE,
    "str": Kind.TEXT,
}

_GRAMMAR = ("model", "by", "where", "period", "method")


class BadDeclaration(TypeError):
    """A worksheet function whose declaration breaks a rule of the catalogue."""


@dataclass(frozen=True)
class Argument:
    """One argument of a worksheet function."""

    name: str
    kind: Kind
    help: str
    required: bool
    default: Any


@dataclass(frozen=True)
class WorksheetFunction:
    """One worksheet function as every host sees it.

    Attributes:
        name: What a manager types, such as ``CRM_KPI``.
        category: One of `CATEGORIES`.
        summary: One sentence for the function wizard.
        arguments: In the order of the call.
        returns: The result with its columns and units.
        errors: Each error with its cause.
        method: How it is computed, with its source; "" where there is nothing to choose.
        example: A formula that works in the template.
        call: The Python function itself.
        explain: What CRM_EXPLAIN calls with the same arguments, or None.
    """

    name: str
    category: str
    summary: str
    arguments: tuple[Argument, ...]
    returns: str
    errors: str
    method: str
    example: str
    call: Callable[..., Any]
    explain: Callable[..., Any] | None

    @property
    def usage(self) -> str:
        """The call as help shows it, optional arguments in brackets."""
        names = (a.name if a.required else f"[{a.name}]" for a in self.arguments)
        return f"{self.name}({', '.join(names)})"


def declared(
    call: Callable[..., Any], category: str, explain: Callable[..., Any] | None = None
) -> WorksheetFunction:
    """Read the declaration off a Python function, and refuse what breaks a rule.

    Args:
        call: The function, with annotations and a docstring.
        category: One of `CATEGORIES`.
        explain: What CRM_EXPLAIN calls with the same arguments.

    Raises:
        BadDeclaration: The declaration breaks a rule.
    """
    name = call.__name__
    _check_name(name)
    if category not in CATEGORIES:
        raise BadDeclaration(f"{name}: there is no category {category!r}")
    help_text = _sections(inspect.getdoc(call) or "")
    helps = _argument_helps(help_text.get("Args", ""))
    arguments = tuple(
        _argument(name, parameter, helps)
        for parameter in inspect.signature(call).parameters.values()
    )
    _check_order(name, arguments)
    summary, example = help_text.get("", ""), help_text.get("Example", "")
    for what, text in [("help", summary), ("Returns", help_text.get("Returns", ""))]:
        if not text:
            raise BadDeclaration(f"{name} has no {what}")
    if not example.startswith("="):
        raise BadDeclaration(f"{name} has no Example formula")
    _check_length(name, "help", summary)
    return WorksheetFunction(
        name=name,
        category=category,
        summary=summary,
        arguments=arguments,
        returns=help_text["Returns"],
        errors=help_text.get("Raises", ""),
        method=help_text.get("Method", ""),
        example=example,
        call=call,
        explain=explain,
    )


def _argument(function: str, parameter: inspect.Parameter, helps: dict[str, str]) -> Argument:
    name = parameter.name
    kind = _KIND_OF_ANNOTATION.get(str(parameter.annotation))
    if kind is None:
        raise BadDeclaration(f"{function}: no host can read {name}: {parameter.annotation}")
    if name.casefold() in (*VBA_KEYWORDS, "caller"):
        raise BadDeclaration(f"{function}: VBA cannot have an argument named {name!r}")
    if not helps.get(name):
        raise BadDeclaration(f"{function}: argument {name} has no help")
    _check_length(function, name, helps[name])
    required = parameter.default is inspect.Parameter.empty
    return Argument(name, kind, helps[name], required, None if required else parameter.default)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise BadDeclaration(f"{name}: a worksheet function's name is upper case")
    if re.fullmatch(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*|R|C", name):
        raise BadDeclaration(f"{name} is a cell address")


def _check_order(name: str, arguments: tuple[Argument, ...]) -> None:
    """Hold the grammar: model, one subject, by, where, period, own options, method."""
    names = [argument.name for argument in arguments]
    ranked = [n for n in names if n in _GRAMMAR]
    if ranked != sorted(ranked, key=_GRAMMAR.index):
        raise BadDeclaration(f"{name}: the order is {', '.join(_GRAMMAR)}, not {', '.join(ranked)}")
    if "model" in names[1:]:
        raise BadDeclaration(f"{name}: model comes first")
    if "method" in names[:-1]:
        raise BadDeclaration(f"{name}: method comes last")
    common = [names.index(n) for n in ("by", "where", "period") if n in names]
    if common and (common != list(range(common[0], common[-1] + 1)) or common[0] > 2):
        raise BadDeclaration(f"{name}: own options stand behind by, where and period")
    optional = [not argument.required for argument in arguments]
    if optional != sorted(optional):
        raise BadDeclaration(f"{name}: a required argument stands behind an optional one")


def _check_length(function: str, what: str, text: str) -> None:
    if len(text) > LONGEST_DESCRIPTION:
        raise BadDeclaration(
            f"{function}: the description of {what} has {len(text)} characters, "
            f"{LONGEST_DESCRIPTION} at most"
        )


_SECTION = re.compile(r"(Args|Returns|Raises|Method|Example):\s*")


def _sections(doc: str) -> dict[str, str]:
    """Split a docstring at its section headings; the text before them has the key ""."""
    found: dict[str, list[str]] = {"": []}
    current = ""
    for line in doc.splitlines():
        heading = _SECTION.fullmatch(line)
        if heading:
            current = heading[1]
            found[current] = []
        else:
            found[current].append(line)
    return {
        heading: "\n".join(lines) if heading == "Args" else " ".join(" ".join(lines).split())
        for heading, lines in found.items()
    }


def _argument_helps(section: str) -> dict[str, str]:
    helps: dict[str, list[str]] = {}
    for line in section.splitlines():
        start = re.fullmatch(r"    (\w+): (.*)", line)
        if start:
            helps[start[1]] = [start[2]]
        elif helps and line.strip():
            helps[next(reversed(helps))].append(line.strip())
    return {name: " ".join(" ".join(lines).split()) for name, lines in helps.items()}
