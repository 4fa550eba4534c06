"""What VBA's compiler would say of a module, and what no module of ours may do."""

import re

from xlcrm.functions import VBA_KEYWORDS

KEYWORDS = VBA_KEYWORDS | {"addressof", "attribute", "circle", "const", "debug", "me", "rem"}
FORBIDDEN = re.findall(
    r"\S+",
    "Shell CreateObject GetObject Timer OnTime CalculateFull CalculateFullRebuild SendKeys "
    "ExecuteExcel4Macro DoEvents Application.Run CallByName",
)
BUILT_IN = set(
    re.findall(
        r"\w+",
        """
        abs array asc ccur cdate cdbl chr cint clng cstr cverr environ err filelen format freefile
        iif instr instrrev isarray isempty iserror ismissing isnull isnumeric isobject join lbound
        lcase left len mid msgbox now replace right split strcomp strconv strptr timeserial trim
        typename ubound ucase val vartype application activecell activeworkbook activesheet range
        cells worksheets workbooks thisworkbook
        """,
    )
)
"""Functions and objects of VBA and Excel, which a name of ours would hide."""

_PROCEDURE = re.compile(
    r"^(Public |Private )?(Sub|Function) (\w+)\((.*?)\)( As \w+)?$(.*?)^End \2$", re.M | re.S
)
_EVENT = re.compile(r"Workbook_|\w+_WorkbookOpen")


def complaints(text, called_from=""):
    """List what is wrong with a module; other modules that call it may be given."""
    assert "\n" not in text.replace("\r\n", ""), "lines end by CR LF"
    found = list(_limits(text))
    code = bare(text)
    found += [f"{word} is used" for word in FORBIDDEN if _has(word, code)]
    found += [
        f"Evaluate of {what}" for what in re.findall(r"Evaluate\b(.*)", code) if not _own(what)
    ]
    if "[" in code:
        found.append("brackets evaluate text")
    head = code.partition("Sub ")[0].partition("Function ")[0]
    if "Option Explicit" not in head:
        found.append("no Option Explicit")
    return found + list(_names(code, bare(called_from)))


def bare(text):
    """The statements, one a line, without attributes, comments and the insides of strings."""
    text = re.sub(r"^Attribute .*\r?\n", "", text, flags=re.M)
    text = re.sub(r"^#If .*?\n(.*?)^#Else.*?^#End If", r"\1", text, flags=re.M | re.S)
    text = re.sub(r'"(?:[^"\r\n]|"")*"', '""', text)
    text = re.sub(r"'.*", "", text).replace("\r\n", "\n")
    return "\n".join(line.strip() for line in re.sub(r" _\n", " ", text).split("\n"))


def _limits(text):
    if not text.isascii():
        yield "not in ASCII"
    for line in text.split("\r\n"):
        if len(line) > 1_023:
            yield f"a line of {len(line)} characters"
    if re.search(r"(?: _\r\n[^\r\n]*){25}", text):
        yield "more than 24 continuations"
    for name, body in procedures(text).items():
        if len(body) > 64_000:
            yield f"{name} has {len(body)} characters"


def procedures(text):
    """Each procedure's text by its name."""
    found = re.findall(
        r"^(?:Public |Private )?(Sub|Function) (\w+)(.*?)^End \1",
        re.sub(r" _\r\n +", " ", text),
        re.M | re.S,
    )
    return {name: body for _, name, body in found}


def _names(code, called_from):
    outside = _PROCEDURE.sub("", code)
    shared = _declared(outside, r"(?:Private|Public|Const|Dim|WithEvents) ")
    names = [match[3] for match in _PROCEDURE.finditer(code)]
    api = re.findall(r"Declare PtrSafe (?:Function|Sub) (\w+)", outside)
    yield from (f"{name} is declared twice" for name in _twice([*shared, *names]))
    for name in [*shared, *names, *api]:
        yield from _refused(name)
    for name in shared:
        if len(re.findall(rf"\b{name}\b", code)) < 2:
            yield f"{name} is not used"
    for match in _PROCEDURE.finditer(code):
        visibility, _, name, parameters, _, body = match.groups()
        calls = len(re.findall(rf"\b{name}\b", code + called_from)) - body.count(f"{name} =")
        if (visibility or "").strip() == "Private" and calls < 2 and not _EVENT.match(name):
            yield f"{name} is not called"
        yield from _inside(name, parameters, body, {*shared, *api})


def _inside(procedure, parameters, body, shared):
    given = re.findall(r"(\w+)(?:\(\))? As \w+", parameters)
    own = _declared(body, r"Dim ")
    yield from (f"{procedure}: {name} is declared twice" for name in _twice([*given, *own]))
    for name in [*given, *own]:
        yield from (f"{procedure}: {why}" for why in _refused(name))
    for name in own:
        if len(re.findall(rf"\b{name}\b", body)) < 2:
            yield f"{procedure}: {name} is not used"
    known = {name.casefold() for name in (*given, *own, *shared, procedure)}
    for name in re.findall(
        r"^(?:Set |For Each |For |ReDim |If .* Then )?([A-Za-z]\w*)(?:\(.*?\))? (?:=|In) ",
        body,
        re.M,
    ):
        if name.casefold() not in known | {"if", "elseif", "const", "loop", "do", "case"}:
            yield f"{procedure}: {name} is not declared"


def _declared(code, behind):
    lists = re.findall(rf"^(?:Private |Public )?(?:{behind})+(\w+(?:\(.*?\))? As .*)$", code, re.M)
    return [name for part in lists for name in re.findall(r"(?:^|, )(\w+)(?:\(.*?\))? As ", part)]


def _refused(name):
    if name.casefold() in KEYWORDS:
        yield f"{name} is a keyword"
    if name.casefold() in BUILT_IN:
        yield f"{name} hides what VBA or Excel calls so"


def _twice(names):
    folded = [name.casefold() for name in names]
    return sorted({name for name in folded if folded.count(name) > 1})


def _own(argument):
    return re.fullmatch(r"\((\w+)\.Formula\)", argument.strip())


def _has(word, code):
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", code, re.I)
