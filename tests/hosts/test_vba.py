import io
import os
import re
import subprocess
import sys
import warnings
import zipfile
from importlib.metadata import version
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from com_stubs import a_function
from pyopenvba.interpreter import parse_module
from vba_linter import bare, complaints, procedures

from xlcrm.functions import BadDeclaration, catalogue
from xlcrm.hosts.setup import XLWINGS_VERSION
from xlcrm.hosts.vba import (
    help_text,
    module_text,
    standard_modules,
    workbook_text,
)
from xlcrm.workbook.vba_project import vba_project

KPI = a_function(
    "CRM_KPI",
    "Figures",
    "Compute one figure \u2013 a \u201crate\u201d, \u2265 0.",
    model="Model",
    kpi="str",
    by=("str", ""),
    where=("Where", None),
    period=("str", "all"),
    level=("float | None", None),
    method=("str", "exact"),
)
TABLE = a_function("CRM_TABLE", kind="str", rows="Range")
MODEL = a_function("CRM_MODEL", handles="tuple[Table, ...]", as_of=("float | None", None))
ERROR = a_function("CRM_ERROR", "Help", asked="Asked")
VERSION = a_function("CRM_VERSION", "Help")
FUNCTIONS = [TABLE, MODEL, KPI, ERROR, VERSION]
MANY = [
    a_function(
        f"CRM_NUMBER_{n}", "Segments", "x" * 255, **{f"argument_{k}": "str" for k in range(14)}
    )
    for n in range(90)
]


def unfolded(text):
    return re.sub(r" _\r\n +", " ", text)


# ── the module ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("function", FUNCTIONS + MANY[:1], ids=lambda f: f.name)
def test_every_argument_is_named_and_in_order(function):
    declared = re.search(
        rf"^Public Function {function.name}\((.*)\) As Variant\r$",
        unfolded(module_text([function])),
        re.M,
    )[1]
    names = [argument.name for argument in function.arguments]
    assert re.findall(r"ByVal (\w+) As Variant", declared) == names
    assert declared.count("As Variant") == len(names)


def test_every_argument_may_be_left_out_so_that_the_session_says_which_is_missing():
    declared = unfolded(module_text([KPI])).partition("Public Function CRM_KPI(")[2].splitlines()[0]
    assert declared.count("Optional ByVal") == declared.count(" As Variant") - 1 == 7


def test_a_wrapper_hands_over_its_arguments_with_their_kinds():
    text = module_text(FUNCTIONS)
    called = dict(re.findall(r" = XlcrmAnswer\(\"(\w+)\", (.*)\)\r", unfolded(text)))
    assert called["CRM_KPI"] == '"vvvvvvv", model, kpi, by, where, period, level, method'
    assert called["CRM_TABLE"] == '"vt", kind, rows'
    assert called["CRM_MODEL"] == '"vv", handles, as_of'
    assert called["CRM_ERROR"] == '"c", asked'
    assert called["CRM_VERSION"] == '""'


def test_a_description_stands_beside_its_function_in_ascii():
    assert (
        ") As Variant\r\n"
        'Attribute CRM_KPI.VB_Description = "Compute one figure - a ""rate"", >= 0."\r\n'
    ) in module_text([KPI])


@pytest.mark.parametrize("write", [module_text, help_text])
@pytest.mark.parametrize("functions", [FUNCTIONS, MANY, []], ids=["few", "many", "none"])
def test_vba_can_hold_the_text(write, functions):
    text = write(functions)
    assert text.isascii()
    assert "\n" not in text.replace("\r\n", "")
    assert not re.search(r"\{[a-z]+\}", text)  # every blank of the template is filled
    assert max(map(len, text.splitlines())) <= 1_023
    assert not re.search(r"(?: _\r\n.*){25}", text)
    assert all(len(body) < 64_000 for body in procedures(text).values())


@pytest.mark.parametrize(
    "text",
    [module_text(FUNCTIONS), help_text(FUNCTIONS), workbook_text()],
    ids=["module", "help", "book"],
)
def test_the_text_is_vba(text):
    parsed = parse_module(text)  # raises where it is not
    assert [procedure.name for procedure in parsed.procedures] == list(procedures(text))


def test_the_module_does_nothing_that_a_function_must_not():
    code = "".join(bare(text) for text in (*standard_modules(FUNCTIONS), workbook_text()))
    for word in (
        "OnTime",
        "CalculateFull",
        "Shell",
        "CreateObject",
        "Timer",
        "cmd.exe",
        "FullName",
    ):
        assert word.casefold() not in code.casefold()
    assert set(re.findall(r"ThisWorkbook\.\w+", module_text(FUNCTIONS))) == {
        "ThisWorkbook.Date1904"
    }


@pytest.mark.parametrize("functions", [FUNCTIONS, MANY, catalogue().values()])
def test_a_compiler_would_not_complain(functions):
    module, helps = standard_modules(functions)
    assert complaints(module) == []
    assert complaints(helps, workbook_text()) == []
    assert complaints(workbook_text()) == []


SOUND = """\
Option Explicit
Private Const LIMIT As Long = 3
Public Function Best(ByVal given As Variant) As Variant
    Dim found As Long
    found = Least(given, LIMIT)
    Best = found
End Function
Private Function Least(ByVal one As Long, _
    ByVal other As Long) As Long
    Least = one ' or found where it is less
    If other < one Then Least = other
End Function
"""


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ("", "", None),
        ("Option Explicit", "", "no Option Explicit"),
        ("found", "next", "Best: next is a keyword"),
        ("given", "left", "Best: left hides what VBA or Excel calls so"),
        ("LIMIT As", "line As", "line is a keyword"),
        ("Dim found As", "Dim found As Long, spare As", "Best: spare is not used"),
        ("    Dim found As Long\n", "", "Best: found is not declared"),
        ("Dim found As", "Dim given As String, found As", "Best: given is declared twice"),
        ("Public Function Best", "Public Function least", "least is declared twice"),
        ("Least(given, LIMIT)", "given", "Least is not called"),
        ("= found", '= Shell("cmd")', "Shell is used"),
        ("= found", '= CreateObject("a.b")', "CreateObject is used"),
        ("= found", '= Application.Run("a")', "Application.Run is used"),
        ("= found", '= Evaluate("=1+" & found)', 'Evaluate of ("" & found)'),
        ("= found", "= [A1]", "brackets evaluate text"),
        ("= found", "= cell.Worksheet.Evaluate(cell.Formula)", None),
        ("= found", '= "Shell" \' Shell', None),
        ("= found", "= " + "1 + " * 300 + "1", "a line of 1212 characters"),
        ("= found", "= 1" + " + _\n    1" * 25, "more than 24 continuations"),
        ("= found", "= found" + "\n    Best = found" * 4_000, "Best has "),
        ("less", "m\u00e4\u00dfig", "not in ASCII"),
    ],
)
def test_the_linter_knows_what_vba_refuses(was, becomes, complaint):
    found = complaints(SOUND.replace(was, becomes).replace("\n", "\r\n"))
    if complaint is None:
        assert found == []
    else:
        assert any(why.startswith(complaint) for why in found), found


def test_the_dll_is_that_of_the_xlwings_that_is_installed():
    assert version("xlwings") == XLWINGS_VERSION
    assert set(re.findall(r"xlwings\d\d-(.+?)\.dll", module_text([]))) == {XLWINGS_VERSION}


def test_the_command_names_no_path_of_a_book():
    constant = re.search(r'Const SERVE As String = "(.*)"\r', module_text([]))[1].replace('""', '"')
    assert constant.endswith(""" -B -c "import xlwings; xlwings.serve('$(CLSID)')\"""")


@pytest.mark.parametrize("name", ["größe", "_hidden", "caller", "xlcrmanswer"])
def test_a_name_that_vba_cannot_have_is_refused(name):
    argument = KPI.arguments[0].__class__(name, KPI.arguments[0].kind, "Help.", True, None)
    function = KPI.__class__(**(vars(KPI) | {"arguments": (argument,)}))
    with pytest.raises(BadDeclaration, match="CRM_KPI"):
        module_text([function])


def test_too_many_arguments_are_refused():
    function = a_function("CRM_WIDE", **{f"argument_{n}": "str" for n in range(30)})
    with pytest.raises(BadDeclaration, match="24 continuations"):
        help_text([function])


def test_the_workbooks_own_module_only_calls():
    assert workbook_text() == (
        "Option Explicit\r\n\r\nPrivate Sub Workbook_Open()\r\n    XlcrmDescribe\r\nEnd Sub\r\n"
    )


def test_help_is_hidden_from_the_list_of_macros_and_told_by_one_of_them():
    text = help_text(FUNCTIONS)
    assert text.startswith(
        'Attribute VB_Name = "xlcrm_help"\r\nOption Explicit\r\nOption Private Module\r\n'
    )
    assert re.findall(r"^Public .*?(?=\r)", text, re.M) == ["Public Sub XlcrmDescribe()"]
    told = procedures(help_text(MANY))["XlcrmDescribe"]
    assert re.findall(r"DescribeGroup(\d+)", told) == [str(n) for n in range(1, 10)]


def test_the_book_describes_each_function_and_each_argument():
    text = unfolded(help_text(FUNCTIONS))
    helps = 'Array( "Help of kind.", "Help of rows.")'
    assert f'Describe "CRM_TABLE", "CRM Data", "Do something.", {helps}' in text
    assert 'Describe "CRM_VERSION", "CRM Help", "Do something.", Array()' in text
    assert "If unchanged Then ThisWorkbook.Saved = True" in text


# ── the project ─────────────────────────────────────────────────────────────────────────────

SHEETS = {"Start": "shStart", "Sales pipeline": "shPipeline", "Data": "shData", "Lists": "Sheet1"}


def workbook(project):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.add_vba_project(io.BytesIO(project), is_stream=True)
        book.set_vba_name("ThisWorkbook")
        for name, code_name in SHEETS.items():
            book.add_worksheet(name).set_vba_name(code_name)
    return content.getvalue()


@pytest.fixture(scope="module")
def project():
    return vba_project(standard_modules(FUNCTIONS), workbook_text(), list(SHEETS.values()))


@pytest.fixture(scope="module")
def book(project):
    return workbook(project)


def code_in(book):
    with warnings.catch_warnings():  # olevba calls its parser by old names
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser
    parser = VBA_Parser("book.xlsm", data=book)
    found = {stream.rpartition("/")[2]: code for _, stream, _, code in parser.extract_macros()}
    parser.close()
    return found


def test_another_reader_finds_the_same_text(book):
    found = code_in(book)
    assert found["xlcrm"] == module_text(FUNCTIONS)
    assert found["xlcrm_help"] == help_text(FUNCTIONS)
    header, _, body = found["ThisWorkbook"].partition("VB_Customizable = True\r\n")
    assert 'Attribute VB_Base = "0{00020819-0000-0000-C000-000000000046}"' in header
    assert body == workbook_text()


def test_modules_are_named_as_the_sheets_are_in_code(book):
    openpyxl.load_workbook(io.BytesIO(book), keep_vba=True)
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        roots = {
            part: ElementTree.fromstring(package.read(part))  # noqa: S314 - written just now
            for part in package.namelist()
            if re.fullmatch(r"xl/(workbook|worksheets/sheet\d+)\.xml", part)
        }
    names = [
        element.get("codeName")
        for root in roots.values()
        for element in root
        if element.tag.endswith(("}workbookPr", "}sheetPr"))
    ]
    assert sorted(names) == sorted(["ThisWorkbook", *SHEETS.values()])
    assert sorted(code_in(book)) == sorted([*names, "xlcrm", "xlcrm_help"])


def test_the_project_holds_no_compiled_code(project):
    from pyopenvba.cfb import CFB

    parts = CFB.from_bytes(project)
    assert parts.get_stream_in_storage("VBA", "_VBA_PROJECT") == b"\xcc\x61\xff\xff\x00\x00\x00"
    assert not [name for name in parts.list_streams() if name.startswith("__SRP")]


def test_equal_texts_give_equal_bytes(project):
    program = (
        "import hashlib; from test_vba import *; print(hashlib.sha256(vba_project("
        "standard_modules(FUNCTIONS), workbook_text(), list(SHEETS.values()))).hexdigest())"
    )
    path = os.pathsep.join(sys.path)
    made = {
        subprocess.run(  # noqa: S603 - our own interpreter and text
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in [("1", "UTC"), ("2", "Asia/Tokyo")]
    }
    assert len(made) == 1
    assert project == vba_project(
        standard_modules(FUNCTIONS), workbook_text(), list(SHEETS.values())
    )


@pytest.mark.parametrize(
    "names",
    [
        ["a b"],
        ["1st"],
        ["x" * 32],
        ["Sheet1", "sheet1"],
        ["XLCRM_Help"],
        ["XLCRM"],
        ["ThisWorkbook"],
        [""],
    ],
)
def test_bad_code_names_are_refused(names):
    with pytest.raises(ValueError, match="VBA name"):
        vba_project(standard_modules([]), workbook_text(), names)


def test_a_module_without_a_name_is_refused():
    with pytest.raises(ValueError, match="VB_Name"):
        vba_project(["Option Explicit\r\n"], "", ["Sheet1"])
