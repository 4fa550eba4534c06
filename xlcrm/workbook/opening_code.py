"""The code of ThisWorkbook in a book that somebody owns: one call is put in, all else is kept."""

from __future__ import annotations

import re

from xlcrm.hosts.vba import DESCRIBE, workbook_text

_HEADER = re.compile(r"(?:Attribute [^\n]*\n)*")
_PROCEDURE = re.compile(
    r"^[ \t]*(?:(?:Public|Private|Friend)[ \t]+)?(?:Static[ \t]+)?"
    r"(?:Sub|Function|Property[ \t]+[GLS]et)[ \t]+(\w+).*?"
    r"(?:^|:)[ \t]*End[ \t]+(?:Sub|Function|Property)\b[^\n]*(?:\n|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_OPENING = re.compile(
    r"^([^\n'\"]*\bSub[ \t]+Workbook_Open[ \t]*\([ \t]*\))([^\n]*)(\n(?:Attribute [^\n]*\n)*)",
    re.IGNORECASE | re.MULTILINE,
)
_CALL = re.compile(rf"^[^'\"\n]*\b{DESCRIBE}\b", re.IGNORECASE | re.MULTILINE)
_GROUP = re.compile(r"^[ \t]*DescribeGroup\d+[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE)
_TITLE = re.compile(r"^' Describes the functions of xlcrm[^\n]*\n", re.IGNORECASE | re.MULTILINE)
_BLANKS = re.compile(r"(?:\r?\n){3,}")
_STRING = re.compile(r'("[^"\n]*")')

_FORMER = f"""\
Option Explicit
Private Sub Workbook_Open()
    Dim unchanged As Boolean
    unchanged = ThisWorkbook.Saved
    {DESCRIBE}
    If unchanged Then ThisWorkbook.Saved = True
End Sub
"""
"""What the code that once described the functions itself comes to when it calls the macro."""

_NEW_PROCEDURE = f"Private Sub Workbook_Open()\r\n    {DESCRIBE}\r\nEnd Sub\r\n"


def with_description_call(text: str) -> str:
    """Let a workbook's own module call the macro that describes the functions when it opens.

    Code that xlcrm wrote is replaced, procedures of its that described functions there are taken
    out, and whatever else stands there is kept.

    Args:
        text: The module's whole text, its attributes first.

    Returns:
        The new text; the same one where the call is there already.
    """
    header = _HEADER.match(text)
    assert header is not None  # it matches nothing too
    body = text[header.end() :]
    kept = _PROCEDURE.sub(lambda match: "" if _is_former(match) else match[0], body)
    if kept != body:
        kept = _BLANKS.sub("\r\n\r\n", _TITLE.sub("", kept))
    procedures = list(_PROCEDURE.finditer(kept))
    for found in reversed(procedures):
        if found[1].casefold() == "workbook_open":
            kept = kept[: found.start()] + _calling(found[0]) + kept[found.end() :]
    own = workbook_text()
    if comparable(kept) in ("", "Option Explicit".casefold(), comparable(_FORMER)):
        kept = own
    elif not any(found[1].casefold() == "workbook_open" for found in procedures):
        kept = kept.rstrip() + "\r\n\r\n" + _NEW_PROCEDURE
    return header[0] + kept


def comparable(text: str) -> str:
    """Bring code to a form that is equal where the editor wrote the same code otherwise.

    Excel's editor changes the case of names everywhere when it meets one in another case, lays
    out lines anew and adds attributes; comments do nothing.

    Args:
        text: The text of a module.
    """
    joined = re.sub(r" _\r?\n", " ", text)
    lines = (" ".join(line.split()) for line in joined.splitlines())
    code = [line for line in lines if line and not line.startswith(("'", "Attribute "))]
    pieces = _STRING.split("\n".join(code))
    return "".join(piece if n % 2 else piece.casefold() for n, piece in enumerate(pieces))


def _is_former(procedure: re.Match[str]) -> bool:
    """Say whether a procedure is one by which ThisWorkbook once described the functions."""
    name, code = procedure[1].casefold(), comparable(procedure[0])
    if name == "describe":
        return "application.macrooptions macro:=macro, description:=summary" in code
    return bool(re.fullmatch(r"describegroup\d+", name)) and all(
        line.startswith('describe "CRM_') for line in code.splitlines()[1:-1]
    )


def _calling(procedure: str) -> str:
    """Put the call into a Workbook_Open that lacks it."""
    if _CALL.search(procedure):
        return _GROUP.sub("", procedure)
    if _GROUP.search(procedure):
        first = _GROUP.sub(f"    {DESCRIBE}\r\n", procedure, count=1)
        return _GROUP.sub("", first)
    return _OPENING.sub(_begun, procedure, count=1)


def _begun(opening: re.Match[str]) -> str:
    head, rest, end = opening.groups()
    if rest.strip() and not rest.strip().startswith("'"):
        return f"{head}: {DESCRIBE}{rest}{end}"  # more statements stand on the line
    return f"{head}{rest}{end}    {DESCRIBE}\r\n"
