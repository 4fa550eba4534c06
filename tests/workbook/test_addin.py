"""The add-in: a file that Excel takes for one, its ribbon, and what its buttons do."""

import io
import posixpath
import re
import warnings
import zipfile
from unittest import mock
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from package_books import with_parts
from pyopenvba.apps.excel import ExcelApplication, Workbook
from pyopenvba.interpreter import EMPTY, VBAArray, VBAObject, member, method, parse_module, setter
from pyopenvba.interpreter._objects import MemberSpec
from pyopenvba.interpreter._values import error
from vba_linter import complaints

from xlcrm.errors import WrongValue
from xlcrm.functions import catalogue
from xlcrm.hosts.vba import standard_modules
from xlcrm.workbook.addin import add_in, build_add_in
from xlcrm.workbook.addin.building import RIBBON, module_texts, this_workbook_text

CUSTOM_UI = "{http://schemas.microsoft.com/office/2009/07/customui}"
RIBBON_MODULE = module_texts()[-1]


@pytest.fixture(scope="module")
def built():
    return add_in()


@pytest.fixture(scope="module")
def held(built):
    with zipfile.ZipFile(io.BytesIO(built)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def code_in(book):
    with warnings.catch_warnings():  # olevba calls its parser by old names
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser
    parser = VBA_Parser("xlcrm.xlam", data=book)
    found = {stream.rpartition("/")[2]: code for _, stream, _, code in parser.extract_macros()}
    parser.close()
    return found


# ── the file ────────────────────────────────────────────────────────────────────────────────


def test_another_reader_finds_the_modules_with_every_function(built):
    found = code_in(built)
    assert list(found) == [
        "ThisWorkbook",
        "IntelliSenseSheet",
        "xlcrm",
        "xlcrm_help",
        "xlcrm_ribbon",
    ]
    for text in standard_modules(catalogue().values()):
        assert text in found.values()
    assert re.findall(r"^Public Function (\w+)\(", found["xlcrm"], re.M) == list(catalogue())
    assert found["ThisWorkbook"].endswith(this_workbook_text())


def test_the_package_says_that_it_is_an_add_in(held):
    types = ElementTree.fromstring(held["[Content_Types].xml"])  # noqa: S314 - written just now
    kinds = {node.get("PartName"): node.get("ContentType") for node in types}
    assert kinds["/xl/workbook.xml"] == "application/vnd.ms-excel.addin.macroEnabled.main+xml"
    endings = {node.get("Extension") for node in types}
    for name in held.keys() - {"[Content_Types].xml"}:
        assert f"/{name}" in kinds or name.rpartition(".")[2] in endings
    assert all(name.lstrip("/") in held for name in kinds if name)


def test_every_relationship_leads_to_a_part_and_every_part_is_reached(held):
    reached = {"[Content_Types].xml"}
    for name in [name for name in held if name.endswith(".rels")]:
        folder = posixpath.dirname(posixpath.dirname(name))
        links = list(ElementTree.fromstring(held[name]))  # noqa: S314 - written just now
        assert len({link.get("Id") for link in links}) == len(links)
        reached |= {
            posixpath.normpath(posixpath.join(folder, link.get("Target"))) for link in links
        }
        reached.add(name)
    assert reached == set(held)


def test_the_ribbon_hangs_on_the_package_itself(held):
    links = ElementTree.fromstring(held["_rels/.rels"])  # noqa: S314 - written just now
    kinds = {link.get("Target"): link.get("Type") for link in links}
    assert (
        kinds[RIBBON] == "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
    )


def test_other_programs_open_it(built):
    workbook = {"[Content_Types]": lambda data: data.replace(b".addin.", b".sheet.")}
    book = openpyxl.load_workbook(io.BytesIO(with_parts(built, **workbook)), keep_vba=True)
    assert book.sheetnames == ["_IntelliSense_"]
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(built)).get_sheet_by_index(0)
    assert [row[0] for row in rows.to_python()] == ["FunctionInfo", *catalogue()]


def test_equal_code_gives_equal_bytes(built):
    assert add_in() == built


def test_an_add_in_is_named_so(tmp_path):
    with pytest.raises(WrongValue, match=r"xlcrm\.xlsm must end in \.xlam"):
        build_add_in(tmp_path / "xlcrm.xlsm")
    assert not list(tmp_path.iterdir())
    build_add_in(tmp_path / "xlcrm.xlam")
    assert (tmp_path / "xlcrm.xlam").read_bytes() == add_in()


# ── the ribbon and its module ───────────────────────────────────────────────────────────────


def test_every_button_calls_a_macro_made_for_ribbons(held):
    root = ElementTree.fromstring(held[RIBBON])  # noqa: S314 - written just now
    assert root.tag == f"{CUSTOM_UI}customUI"
    assert [tab.get("label") for tab in root.iter(f"{CUSTOM_UI}tab")] == ["xlcrm"]
    buttons = list(root.iter(f"{CUSTOM_UI}button"))
    labels = ["Refresh", "Why this error?", "Explain", "Functions"]
    assert [button.get("label") for button in buttons] == labels
    macros = re.findall(r"^Public Sub (\w+)\(control As IRibbonControl\)\r$", RIBBON_MODULE, re.M)
    assert [button.get("onAction") for button in buttons] == macros
    for button in buttons:
        assert button.get("imageMso")
        assert button.get("screentip")
        assert 0 < len(button.get("supertip")) <= 1_024
    named = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(named) == len(set(named)) == 1 + 3 + 4


@pytest.mark.parametrize("text", [RIBBON_MODULE, this_workbook_text()], ids=["ribbon", "book"])
def test_the_text_is_vba(text):
    parse_module(text.replace("WithEvents ", ""))  # raises where it is not
    assert complaints(text) == []


def test_the_names_that_modules_call_across_are_there():
    declared = set(re.findall(r"^Public (?:Sub|Function) (\w+)", "".join(module_texts()), re.M))
    called = set(re.findall(r"\b(CRM_\w+|Xlcrm\w+)\b", RIBBON_MODULE + this_workbook_text()))
    assert called <= declared


# ── what the buttons do ─────────────────────────────────────────────────────────────────────

FUNCTIONS = """
Public refreshed As Long
Public Function CRM_ERROR(Optional ByVal cell As Variant) As Variant
    CRM_ERROR = CVErr(2042)
    If cell.Address(False, False) = "B2" Then CRM_ERROR = "Deals row 7: amount is text."
    If cell.Address(False, False) = "B3" Then CRM_ERROR = Array("")
    If cell.Address(False, False) = "B4" Then CRM_ERROR = String$(5000, "x")
End Function
Public Function CRM_EXPLAIN(Optional ByVal cell As Variant, Optional ByVal rows As Variant) As Variant
    Dim found(0 To 2, 0 To 1) As Variant, r As Long
    CRM_EXPLAIN = CVErr(2042)
    If cell.Address(False, False) = "B4" Then CRM_EXPLAIN = Array("item", "value")
    If cell.Address(False, False) <> "B3" Then Exit Function
    found(0, 0) = "item": found(0, 1) = "value"
    found(1, 0) = "figure": found(1, 1) = "win rate"
    found(2, 0) = "rows": found(2, 1) = 8800
    CRM_EXPLAIN = found
End Function
Public Sub XlcrmRefresh()
    refreshed = refreshed + 1
End Sub
Public Function Refreshes() As Long
    Refreshes = refreshed
End Function
"""  # noqa: E501


@pytest.fixture
def excel(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Forecast").write_column("B1", range(5))
    app = ExcelApplication.open(path, with_vba=False)
    app.add_module(FUNCTIONS, name="xlcrm")
    return app


def pressed(app, button, cell):
    """Press a button with a cell selected, and give what is said and what stands over it."""
    if not any(module.name == "xlcrm_ribbon" for module in app.interpreter.modules.values()):
        app.add_module(RIBBON_MODULE.replace("\r\n", "\n"), name="xlcrm_ribbon")
    app.workbooks()[0].sheets_[0].vba_get("Range", [cell]).vba_get("Select", [])
    app.interpreter.run(button, [VBAObject()])
    return [(prompt, title) for _, prompt, title, _ in app.dialogs]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("B2", "Deals row 7: amount is text."),
        ("B3", "There is no error in this cell."),
        ("B4", "x" * 900),
        ("B5", "This cell has no CRM function."),
    ],
)
def test_why_this_error_says_the_reason_of_the_active_cell(excel, cell, said):
    assert pressed(excel, "XlcrmOnWhy", cell) == [(said, f"xlcrm - {cell}")]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "B3",
            "figure: win rate\nrows: 8800\n\nAll of it: enter =CRM_EXPLAIN(B3) in a free cell.",
        ),
        ("B2", "Deals row 7: amount is text."),
        ("B5", "This cell has no CRM function."),
    ],
)
def test_explain_says_the_first_rows_of_the_explanation(excel, cell, said):
    assert pressed(excel, "XlcrmOnExplain", cell) == [(said, f"xlcrm - {cell}")]


def test_refresh_reads_the_tables_again_and_says_nothing(excel):
    assert pressed(excel, "XlcrmOnRefresh", "B2") == []
    assert excel.run("Refreshes") == 1


# ── links ───────────────────────────────────────────────────────────────────────────────────

HERE = "C:\\Users\\Ann\\AddIns\\xlcrm.xlam"
ELSEWHERE = "D:\\old\\XLCRM.xlam"
CLOUD = "https://firm.sharepoint.com/tools/xlcrm.xlam"
OTHER = "D:\\old\\prices.xlsx"


class Opened:
    """Excel with the add-in and a book whose formulas link to other files."""

    def __init__(self, path, links, *, saved):
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet()
        self.app = ExcelApplication.open(path, with_vba=False)
        self.links, self.changed, self.told = links, [], []
        self.book = self.app.workbooks()[0]
        self.book.saved = saved
        text = this_workbook_text().replace("WithEvents ", "").replace("Private Sub", "Public Sub")
        self.app.add_module(text.replace("\r\n", "\n"), name="addin")
        self.app.add_module("Public Sub XlcrmDescribe()\nThisWorkbook.Told\nEnd Sub", name="help")
        self.addin = AddIn(self)
        known = self.app.interpreter.host.global_object
        self.app.interpreter.host.global_object = lambda name: (
            self.addin if name == "thisworkbook" else known(name)
        )

    def run(self, macro, *arguments):
        specs = [
            MemberSpec("LinkSources", "method", lambda *_: _array(self.links), varargs=True),
            MemberSpec("ChangeLink", "method", self.change, varargs=True),
        ]
        with mock.patch.dict(Workbook._vba_members, {spec.name.lower(): spec for spec in specs}):
            self.app.interpreter.run(macro, list(arguments))

    def change(self, book, name, new_name, kind):
        assert book.vba_get("Application", []).vba_get("DisplayAlerts", []) is False
        book.saved = False
        self.changed.append((name, new_name, int(kind)))


class AddIn(VBAObject):
    """ThisWorkbook of the add-in: what is done to it, in order."""

    vba_type_name = "Workbook"

    def __init__(self, excel):
        self.excel, self.done, self.hidden = excel, [], True

    @member
    def FullName(self):
        return HERE

    @member
    def Name(self):
        return "xlcrm.xlam"

    @method
    def Told(self):
        assert not self.hidden, "Excel cannot edit a macro on a hidden workbook"
        self.done.append("described")

    @member
    def IsAddin(self):
        return self.hidden

    @setter("IsAddin")
    def _hide(self, hidden):
        self.hidden = hidden

    @member
    def Saved(self):
        return True

    @setter("Saved")
    def _save(self, saved):
        self.done.append(f"saved is {saved}")


def _array(items):
    return VBAArray([(1, len(items))], items=list(items)) if items else EMPTY


@pytest.mark.parametrize("saved", [True, False])
@pytest.mark.parametrize(
    ("links", "changed"),
    [
        ([], []),
        ([OTHER], []),
        ([HERE], []),
        ([HERE.upper()], []),
        ([ELSEWHERE], [ELSEWHERE]),
        ([OTHER, CLOUD, HERE, ELSEWHERE], [CLOUD, ELSEWHERE]),
        (["xlcrm.xlam"], ["xlcrm.xlam"]),
        (["D:\\old\\my xlcrm.xlam", "D:\\xlcrm.xlam\\other.xlam"], []),
    ],
)
def test_links_to_the_add_in_elsewhere_are_led_here(tmp_path, links, changed, saved):
    excel = Opened(tmp_path / "book.xlsx", links, saved=saved)
    excel.run("watched_WorkbookOpen", excel.book)
    assert excel.changed == [(link, HERE, 1) for link in changed]
    assert excel.book.vba_get("Saved", []) is saved
    assert excel.app.application.vba_get("DisplayAlerts", []) is True


def test_opening_the_add_in_describes_while_shown_and_repairs_books_already_open(tmp_path):
    excel = Opened(tmp_path / "book.xlsx", [ELSEWHERE], saved=True)
    excel.run("Workbook_Open")
    assert excel.addin.done == ["described", "saved is True"]
    assert excel.addin.hidden
    assert excel.changed == [(ELSEWHERE, HERE, 1)]
    assert excel.book.vba_get("Saved", []) is True


def test_the_add_in_itself_is_left_alone(tmp_path):
    excel = Opened(tmp_path / "book.xlsx", [ELSEWHERE], saved=True)
    excel.run("Relink", excel.addin)
    assert excel.changed == []


def test_a_book_that_refuses_stays_as_it_is_and_alerts_come_back(tmp_path):
    excel = Opened(tmp_path / "book.xlsx", [ELSEWHERE, CLOUD], saved=True)

    def refuse(*_):
        raise error(1004, "the workbook is protected")

    excel.change = refuse
    excel.run("watched_WorkbookOpen", excel.book)
    assert excel.book.vba_get("Saved", []) is True
    assert excel.app.application.vba_get("DisplayAlerts", []) is True
