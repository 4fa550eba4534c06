"""The VBA that carries the worksheet functions in Excel, generated from the catalogue.

`xlcrm_module.bas` beside this file reads arguments, keeps the connection to Python and marks
errors; here it gets one wrapper for each function of the catalogue. A second module describes the
functions to the function wizard, so that ThisWorkbook, where a book's owner may have code of
their own, needs no more than one call.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.functions import VBA_KEYWORDS, BadDeclaration, Kind
from xlcrm.hosts.setup import XLWINGS_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlcrm.functions import WorksheetFunction

MODULE = "xlcrm"
"""The name of the standard module with the functions."""

DESCRIBE = "XlcrmDescribe"
"""The macro that a book calls when it opens."""

HOST = "xlcrm.hosts.excel"
"""The Python module whose functions the wrappers call."""

LONGEST_LINE = 1_023
MOST_CONTINUATIONS = 24
LONGEST_PROCEDURE = 60_000
"""VBA compiles at most 64 KB of one procedure; its source is about as long."""

_WIDTH = 100
_GROUP = 10
"""Functions described by one procedure, so that none grows too long."""

_TYPOGRAPHY = str.maketrans(
    {
        "\u2013": "-",  # dashes and the minus sign
        "\u2014": "-",
        "\u2212": "-",
        "\u00d7": "x",
        "\u00f7": "/",
        "\u00b7": "-",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2264": "<=",
        "\u2265": ">=",
        "\u2260": "<>",
        "\u2192": "->",
        "\u00b1": "+/-",
        "\u20ac": "EUR",
    }
)
_LETTERS = {Kind.TABLE: "t", Kind.CELL: "c"}


def module_text(functions: Iterable[WorksheetFunction]) -> str:
    """Write the standard module with a wrapper for each function.

    Args:
        functions: The functions, in the order of the module.

    Returns:
        The module's text as a VBA project holds it: ASCII, lines ended by CR LF.

    Raises:
        BadDeclaration: VBA cannot hold a function: a name, a length or a number of arguments.
    """
    template = Path(__file__).with_name("xlcrm_module.bas").read_text("ascii")
    wrappers = "\n\n".join(_wrapper(function) for function in functions)
    filled = template.replace("{version}", XLWINGS_VERSION).replace("{host}", HOST)
    return finished(filled.replace("{functions}", wrappers))


def help_text(functions: Iterable[WorksheetFunction]) -> str:
    """Write the standard module that describes the functions to the function wizard.

    A description can stand beside the code, but categories and the help of arguments exist in
    Excel's memory only and are told anew when the book opens.

    Args:
        functions: The functions, in any order.

    Returns:
        The module's text as a VBA project holds it: ASCII, lines ended by CR LF.

    Raises:
        BadDeclaration: VBA cannot hold the description of a function.
    """
    listed = list(functions)
    groups = [listed[n : n + _GROUP] for n in range(0, len(listed), _GROUP)]
    calls = "\n".join(f"    DescribeGroup{n}" for n in range(1, len(groups) + 1))
    subs = "\n\n".join(
        "\n".join([f"Private Sub DescribeGroup{n}()", *map(_description, group), "End Sub"])
        for n, group in enumerate(groups, 1)
    )
    template = Path(__file__).with_name("xlcrm_help.bas").read_text("ascii")
    return finished(template.replace("{calls}", calls).replace("{groups}", subs))


def standard_modules(functions: Iterable[WorksheetFunction]) -> tuple[str, ...]:
    """Write all standard modules that a workbook carries.

    Args:
        functions: The functions, in the order of the module.

    Returns:
        The texts of the modules, see `module_text` and `help_text`.
    """
    listed = list(functions)
    return module_text(listed), help_text(listed)


def workbook_text() -> str:
    """Write the code of ThisWorkbook below the module's own attributes.

    Returns:
        ASCII, lines ended by CR LF.
    """
    return finished(_WORKBOOK)


_WORKBOOK = f"""\
Option Explicit

Private Sub Workbook_Open()
    {DESCRIBE}
End Sub
"""


def _wrapper(function: WorksheetFunction) -> str:
    name = function.name
    for argument in function.arguments:
        _check_identifier(name, argument.name)
    # All optional: Excel itself would answer for a required one, and CRM_ERROR know no reason.
    parameters = [f"Optional ByVal {argument.name} As Variant" for argument in function.arguments]
    kinds = "".join(_LETTERS.get(argument.kind, "v") for argument in function.arguments)
    passed = [_quoted(name), _quoted(kinds), *(argument.name for argument in function.arguments)]
    return "\n".join(
        [
            _folded(f"Public Function {name}(", parameters, ") As Variant"),
            f"Attribute {name}.VB_Description = {_quoted(function.summary)}",
            f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n14"',
            _folded(f"    {name} = XlcrmAnswer(", passed, ")"),
            "End Function",
        ]
    )


def _description(function: WorksheetFunction) -> str:
    head = ", ".join(map(_quoted, (function.name, f"CRM {function.category}", function.summary)))
    helps = ", _\n        ".join(_quoted(argument.help) for argument in function.arguments)
    return (
        f"    Describe {head}, Array( _\n        {helps})"
        if helps
        else (f"    Describe {head}, Array()")
    )


def _folded(head: str, items: list[str], tail: str) -> str:
    """Lay out a list over continuation lines."""
    lines = [head]
    for number, item in enumerate(items):
        piece = item if number == len(items) - 1 else item + ", "
        if len(lines[-1]) + len(piece) + len(tail) > _WIDTH:
            lines.append("        ")
        lines[-1] += piece
    return " _\n".join(line.rstrip() for line in lines) + tail


def _quoted(text: str) -> str:
    return '"' + _ascii(text).replace('"', '""') + '"'


def _ascii(text: str) -> str:
    """Bring text into ASCII, since a module holds bytes of the reader's own code page."""
    plain = unicodedata.normalize("NFKD", text.translate(_TYPOGRAPHY))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(plain.encode("ascii", "replace").decode("ascii").split())


def _check_identifier(function: str, name: str) -> None:
    reserved = name.casefold() in VBA_KEYWORDS or name.casefold() in ("caller", "xlcrmanswer")
    if reserved or not name.isascii() or not name.isidentifier() or name.startswith("_"):
        raise BadDeclaration(f"{function}: VBA cannot have an argument named {name!r}")


def finished(text: str) -> str:
    """Check VBA's limits on a text and end its lines as VBA does.

    Args:
        text: The text of a module.

    Returns:
        The same code with lines ended by CR LF.

    Raises:
        BadDeclaration: It is not in ASCII, or VBA cannot hold it.
    """
    if not text.isascii():
        raise BadDeclaration("a VBA module is written in ASCII")
    procedure, length, continuations = "", 0, 0
    for line in text.splitlines():
        if line.startswith(("Public ", "Private ")):
            procedure, length = line.strip()[:60], 0
        length += len(line) + 2
        continuations = continuations + 1 if line.endswith(" _") else 0
        if len(line) > LONGEST_LINE:
            raise BadDeclaration(f"VBA: a line of {len(line)} characters in {procedure}")
        if continuations > MOST_CONTINUATIONS:
            raise BadDeclaration(
                f"VBA: more than {MOST_CONTINUATIONS} continuations in {procedure}"
            )
        if length > LONGEST_PROCEDURE:
            raise BadDeclaration(f"VBA: too long a procedure: {procedure}")
    return "\r\n".join(text.splitlines()) + "\r\n"
