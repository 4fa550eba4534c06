"""A workbook's VBA brought to the installed version, everything else left as it is."""

import io
import os
import subprocess
import sys
import textwrap
import warnings
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from package_books import parts, rich_book, with_parts
from pyopenvba import ExcelFile
from pyopenvba.cfb import CFB
from pyopenvba.vba import VBAModuleKind, parse_vba_project

from xlcrm.errors import WrongValue
from xlcrm.functions import catalogue
from xlcrm.hosts.vba import help_text, module_text, standard_modules, workbook_text
from xlcrm.workbook.opening_code import comparable, with_description_call
from xlcrm.workbook.upgrade import upgrade
from xlcrm.workbook.vba_project import vba_project
from xlcrm.workbook.vba_protection import is_protected, unscrambled

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
FUNCTIONS = list(catalogue().values())
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PART = "xl/vbaProject.bin"
HEAD = 'Attribute VB_Name = "ThisWorkbook"\r\nAttribute VB_Customizable = True\r\n'

FORMER = """\
Option Explicit

' Describes the functions of xlcrm in the function wizard; the book counts as unchanged after it.
Private Sub Workbook_Open()
    Dim unchanged As Boolean
    unchanged = ThisWorkbook.Saved
    DescribeGroup1
    DescribeGroup2
    If unchanged Then ThisWorkbook.Saved = True
End Sub

Private Sub Describe(ByVal macro As String, ByVal group As String, _
    ByVal summary As String, ByVal helps As Variant)
    On Error Resume Next
    macro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & macro
    If UBound(helps) < 0 Then
        Application.MacroOptions Macro:=macro, Description:=summary, Category:=group
    Else
        Application.MacroOptions Macro:=macro, Description:=summary, Category:=group, _
            ArgumentDescriptions:=helps
    End If
End Sub

Private Sub DescribeGroup1()
    Describe "CRM_KPI", "CRM Figures", "Compute one figure.", Array( _
        "The model.", _
        "The figure.")
End Sub

Private Sub DescribeGroup2()
    Describe "CRM_VERSION", "CRM Help", "Say the version.", Array()
End Sub
""".replace("\n", "\r\n")
"""What ThisWorkbook held when it described the functions itself."""

OWN = 'Attribute VB_Name = "Mine"\r\nOption Explicit\r\nSub Gr\xfc\xdfe()\r\nEnd Sub\r\n'
CLASS = (
    'Attribute VB_Name = "Customer"\r\n'
    'Attribute VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"\r\n'
    "Attribute VB_Exposed = False\r\nPublic City As String\r\n"
)


def a_book(path, modules=None, this_workbook=None):
    """An .xlsm with data, a button and VBA as a version of xlcrm wrote it."""
    path.write_bytes(_book(modules if modules is None else tuple(modules), this_workbook))
    return path


@cache
def _book(modules, this_workbook):
    modules = standard_modules(FUNCTIONS) if modules is None else modules
    own = workbook_text() if this_workbook is None else this_workbook
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.set_vba_name("ThisWorkbook")
        for name in ("Start", "Data"):
            book.add_worksheet(name).set_vba_name(f"{name}Sheet")
        book.worksheets()[0].write_column("A1", range(50))
        book.worksheets()[0].insert_button("D2", {"macro": "Mine"})
        project = vba_project(modules, own, ["StartSheet", "DataSheet"])
        book.add_vba_project(io.BytesIO(project), is_stream=True)
    return content.getvalue()


def owned(path, held={}):  # noqa: B006 - made once
    """A book of an older version in which its owner has a module, a class and code of a sheet."""
    if held:
        path.write_bytes(held["book"])
        return path
    old = module_text(FUNCTIONS[:3]).replace("Public Function", "' older\r\nPublic Function")
    a_book(path, [old], FORMER)
    with ExcelFile(path) as file:
        project = file.vba_project()
        project.add_module("Mine", OWN)
        project.add_module("Customer", CLASS, kind=VBAModuleKind.other)
        project.get_module("DataSheet").body = "Private Sub Worksheet_Activate()\r\nEnd Sub\r\n"
        file.save()
    held["book"] = path.read_bytes()
    return path


def code_in(path):
    """What another reader of VBA finds: the text of each module."""
    with warnings.catch_warnings():  # olevba calls its parser by old names
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser
    parser = VBA_Parser(str(path), data=Path(path).read_bytes())
    found = {stream.rpartition("/")[2]: code for _, stream, _, code in parser.extract_macros()}
    parser.close()
    return found


def body(text):
    return "".join(line for line in text.splitlines(True) if not line.startswith("Attribute VB_"))


def project_of(path):
    return CFB.from_bytes(parts(path)[PART])


def changed(path, edit):
    """Change the CFB of a book's project."""
    project = project_of(path)
    edit(project)
    path.write_bytes(with_parts(path, **{"vbaProject.bin": lambda _: project.to_bytes()}))
    return path


# ── what is replaced, and what stays ────────────────────────────────────────────────────────


def test_our_modules_are_replaced_and_the_owners_stay(tmp_path):
    path = owned(tmp_path / "book.xlsm")
    before, before_code = parts(path), code_in(path)
    done = upgrade(path)
    assert done.sentence == "upgraded the VBA of book.xlsm: xlcrm, xlcrm_help, ThisWorkbook"
    after, code = parts(path), code_in(path)
    assert {name for name in before if before[name] != after[name]} == {PART}
    assert list(before) == list(after)
    assert code["xlcrm"] == module_text(FUNCTIONS)
    assert code["xlcrm_help"] == help_text(FUNCTIONS)
    assert body(code["ThisWorkbook"]) == workbook_text()
    assert code["Mine"] == OWN
    for name in ("Mine", "Customer", "StartSheet", "DataSheet"):
        assert code[name] == before_code[name]
    openpyxl.load_workbook(path, keep_vba=True)


def test_other_streams_of_the_project_stay_byte_for_byte(tmp_path):
    path = owned(tmp_path / "book.xlsm")

    def add_form(project):
        project.add_substorage_at((), "Dialog", b"\x01" * 16)
        project.add_stream_at(("Dialog",), "f", b"designer" * 700)
        project.write_stream_in_storage("VBA", "Mine", _packed("p-code of Mine", OWN))

    before = project_of(changed(path, add_form))
    references = parse_vba_project(before)
    upgrade(path)
    after = project_of(path)
    assert after.get_stream_at(("Dialog",), "f") == b"designer" * 700
    for name in ("Customer", "DataSheet", "StartSheet", "Mine"):
        one, other = (p.get_stream_in_storage("VBA", name) for p in (before, after))
        assert one == other
    held = parse_vba_project(after)
    ends = references.dir_modules_offset
    assert held.dir_raw[:ends] == references.dir_raw[:ends]  # name, code page, references
    listing = [p.get_stream("PROJECT").decode().split("\r\n") for p in (before, after)]
    assert set(listing[0]) <= set(listing[1])
    assert "Module=xlcrm_help" in listing[1]


def _packed(_, text):
    from pyopenvba.vba import compress

    return compress(text.encode("cp1252"))


def test_compiled_code_is_reset_so_that_excel_compiles_the_text(tmp_path):
    def add_cache(project):
        project.add_stream_to_storage("VBA", "__SRP_0", b"compiled")
        project.write_stream_in_storage(
            "VBA", "_VBA_PROJECT", b"\xcc\x61\xb2\0\0\x01\0" + b"p" * 90
        )

    path = changed(owned(tmp_path / "book.xlsm"), add_cache)
    upgrade(path)
    project = project_of(path)
    assert project.get_stream_in_storage("VBA", "_VBA_PROJECT") == b"\xcc\x61\xff\xff\0\0\0"
    assert "__SRP_0" not in project.list_streams_in_storage("VBA")


def test_letters_outside_the_code_page_come_back_as_they_were(tmp_path):
    own = 'Option Explicit\r\nPublic Const WHO = "\x81\x8d\xfc"\r\n'  # no letters of cp1252
    path = a_book(tmp_path / "book.xlsm", [])

    def write(project):
        stream = project.get_stream_in_storage("VBA", "ThisWorkbook")
        from pyopenvba.vba import compress, decompress

        text = decompress(stream).split(b"Option")[0] + own.encode("latin-1")
        project.write_stream_in_storage("VBA", "ThisWorkbook", compress(text))

    upgrade(changed(path, write))
    from pyopenvba.vba import decompress

    text = decompress(project_of(path).get_stream_in_storage("VBA", "ThisWorkbook"))
    assert own.encode("latin-1") in text
    assert text.endswith(b"Private Sub Workbook_Open()\r\n    XlcrmDescribe\r\nEnd Sub\r\n")


def test_twice_changes_nothing(tmp_path):
    path = owned(tmp_path / "book.xlsm")
    upgrade(path)
    once, stamp = path.read_bytes(), path.stat().st_mtime_ns
    done = upgrade(path)
    assert done.sentence == "book.xlsm is current"
    assert path.read_bytes() == once
    assert path.stat().st_mtime_ns == stamp


def test_what_the_editor_lays_out_anew_is_current(tmp_path):
    path = a_book(tmp_path / "book.xlsm")
    with ExcelFile(path) as file:
        text = (
            file.get_module("xlcrm").replace("answer", "Answer").replace("    If ", "        If ")
        )
        text = text.replace('VB_Description = "', 'VB_Description = "Own: ')
        file.set_module("xlcrm", text)
        file.save()
    assert not upgrade(path).modules


def test_another_text_is_not_current_though_only_its_case_differs(tmp_path):
    path = a_book(tmp_path / "book.xlsm")
    with ExcelFile(path) as file:
        text = file.get_module("xlcrm_help")
        file.set_module("xlcrm_help", text.replace('"CRM Help"', '"CRM help"'))
        file.save()
    assert upgrade(path).modules == ("xlcrm_help",)


def test_a_copy_is_written_where_it_is_asked_for(tmp_path):
    path, out = owned(tmp_path / "book.xlsm"), tmp_path / "new.xlsm"
    before = path.read_bytes()
    assert upgrade(path, out).book == "new.xlsm"
    assert path.read_bytes() == before
    assert code_in(out)["xlcrm"] == module_text(FUNCTIONS)
    again = tmp_path / "again.xlsm"
    assert upgrade(out, again).sentence == "again.xlsm is current"
    assert again.read_bytes() == out.read_bytes()
    with pytest.raises(WrongValue, match=r"must end in \.xlsm"):
        upgrade(path, tmp_path / "new.xlsx")


def test_the_template_is_current_or_made_so_by_what_it_differs_in(tmp_path):
    from xlcrm.workbook.template import template_path

    path = tmp_path / "book.xlsm"
    path.write_bytes(template_path().read_bytes())
    upgrade(path)
    assert not upgrade(path).modules
    before, after = parts(template_path()), parts(path)
    assert {name for name in before if before[name] != after[name]} <= {PART}


# ── the workbook's own module ───────────────────────────────────────────────────────────────

CALL = "Private Sub Workbook_Open()\r\n    XlcrmDescribe\r\nEnd Sub\r\n"


@pytest.mark.parametrize(
    "text", ["", "Option Explicit\r\n", FORMER, FORMER.replace("macro", "Macro")]
)
def test_code_of_ours_is_replaced(text):
    assert with_description_call(HEAD + text) == HEAD + workbook_text()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Sub A()\r\nEnd Sub\r\n", "Sub A()\r\nEnd Sub\r\n\r\n" + CALL),
        (
            "Private Sub Workbook_Open()\r\n    Greet\r\nEnd Sub\r\n",
            "Private Sub Workbook_Open()\r\n    XlcrmDescribe\r\n    Greet\r\nEnd Sub\r\n",
        ),
        (
            'PUBLIC SUB workbook_open( ) \' me\r\nAttribute Workbook_Open.VB_Description = "x"\r\n'
            "Greet\r\nEnd Sub",
            'PUBLIC SUB workbook_open( ) \' me\r\nAttribute Workbook_Open.VB_Description = "x"\r\n'
            "    XlcrmDescribe\r\nGreet\r\nEnd Sub",
        ),
        (
            "Sub Workbook_Open(): Greet: End Sub\r\nSub B()\r\nEnd Sub\r\n",
            "Sub Workbook_Open(): XlcrmDescribe: Greet: End Sub\r\nSub B()\r\nEnd Sub\r\n",
        ),
        (
            "' Sub Workbook_Open()\r\nSub B()\r\nEnd Sub\r\n",
            "' Sub Workbook_Open()\r\nSub B()\r\nEnd Sub\r\n\r\n" + CALL,
        ),
        (
            "Sub Workbook_Open()\r\n' XlcrmDescribe\r\nEnd Sub\r\n",
            "Sub Workbook_Open()\r\n    XlcrmDescribe\r\n' XlcrmDescribe\r\nEnd Sub\r\n",
        ),
    ],
)
def test_a_call_is_put_into_the_owners_code_once(before, after):
    assert with_description_call(HEAD + before) == HEAD + after
    assert with_description_call(HEAD + after) == HEAD + after


def test_former_descriptions_go_from_the_owners_code():
    mixed = FORMER.replace(
        "    DescribeGroup1\r\n    DescribeGroup2\r\n",
        "    DescribeGroup1\r\n    DescribeGroup2\r\n    Greet\r\n",
    )
    mixed += '\r\nPrivate Sub Greet()\r\n    MsgBox "Hello"\r\nEnd Sub\r\n'
    assert with_description_call(HEAD + mixed) == HEAD + (
        "Option Explicit\r\n\r\nPrivate Sub Workbook_Open()\r\n    Dim unchanged As Boolean\r\n"
        "    unchanged = ThisWorkbook.Saved\r\n    XlcrmDescribe\r\n    Greet\r\n"
        "    If unchanged Then ThisWorkbook.Saved = True\r\nEnd Sub\r\n\r\n"
        'Private Sub Greet()\r\n    MsgBox "Hello"\r\nEnd Sub\r\n'
    )


def test_an_own_sub_describe_is_not_taken_for_ours():
    own = "Sub Describe()\r\n    MsgBox 1\r\nEnd Sub\r\n\r\n" + CALL
    assert with_description_call(HEAD + own) == HEAD + own


def test_comparable_code_ignores_what_the_editor_may_change():
    one = 'Attribute X.VB_Description = "a"\r\nDim a As Long, _\r\n    b\r\n  A = "It" \' why\r\n'
    other = "Dim A As Long, b\r\na = \"It\" ' why\r\n\r\n' note\r\n"
    assert comparable(one) == comparable(other)
    assert comparable('a = "It"') != comparable('a = "it"')


def test_the_workbooks_module_is_found_under_the_name_of_another_language(tmp_path):
    path = a_book(tmp_path / "book.xlsm", [])
    with ExcelFile(path) as file:
        file.vba_project().rename_module("ThisWorkbook", "DieseArbeitsmappe")
        file.save()
    assert upgrade(path).modules == ("xlcrm", "xlcrm_help")
    with ExcelFile(path) as file:
        file.vba_project().get_module("DieseArbeitsmappe").body = ""
        file.save()
    assert upgrade(path).modules == ("DieseArbeitsmappe",)


# ── books that have no VBA yet ──────────────────────────────────────────────────────────────

MACRO_BOOK = (
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
)


def without_vba(path):
    path.write_bytes(
        with_parts(rich_book(), **{"[Content_Types]": lambda data: data.replace(*MACRO_BOOK)})
    )
    return path


def test_a_macro_workbook_without_vba_gets_a_project(tmp_path):
    path = without_vba(tmp_path / "book.xlsm")
    before = parts(path)
    assert upgrade(path).modules == ("xlcrm", "xlcrm_help")
    after, code = parts(path), code_in(path)
    assert after.keys() - before.keys() == {PART}
    assert {name for name in before if before[name] != after[name]} == {
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
        "xl/workbook.xml",
        *(f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3)),
    }
    assert sorted(code) == ["Sheet1", "Sheet2", "Sheet3", "ThisWorkbook", "xlcrm", "xlcrm_help"]
    assert body(code["ThisWorkbook"]) == workbook_text()
    book = openpyxl.load_workbook(path, keep_vba=True)
    assert [sheet.sheet_properties.codeName for sheet in book] == ["Sheet1", "Sheet2", "Sheet3"]
    assert not upgrade(path).modules


@pytest.mark.parametrize("name", ["book.xlsx", "book.xlsm"])
def test_a_workbook_that_cannot_hold_macros_is_refused_with_advice(tmp_path, name):
    path = tmp_path / name
    before = rich_book(path)
    with pytest.raises(WrongValue, match=rf"{name} cannot hold macros: .*\.xlsm"):
        upgrade(path)
    assert path.read_bytes() == before


# ── signatures and locks ────────────────────────────────────────────────────────────────────

KINDS = {
    "vbaProjectSignature": "http://schemas.microsoft.com/office/2006/relationships/",
    "vbaProjectSignatureAgile": "http://schemas.microsoft.com/office/2014/relationships/",
    "vbaProjectSignatureV3": "http://schemas.microsoft.com/office/2020/07/relationships/",
}


def signed(path, also=""):
    """Put the parts of a signature into a book, as Excel writes them."""
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{place}{kind}" Target="{kind}.bin"/>'
        for n, (kind, place) in enumerate(KINDS.items(), 1)
    )
    overrides = "".join(
        f'<Override PartName="/xl/{kind}.bin" ContentType="application/vnd.ms-office.{kind}"/>'
        for kind in KINDS
    )
    held = parts(path)
    held["[Content_Types].xml"] = held["[Content_Types].xml"].replace(
        b"</Types>", overrides.encode() + b"</Types>"
    )
    held["xl/_rels/vbaProject.bin.rels"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns='
        f'"http://schemas.openxmlformats.org/package/2006/relationships">{links}{also}'
        "</Relationships>"
    ).encode()
    held |= {f"xl/{kind}.bin": b"signature" * 40 for kind in KINDS}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in held.items():
            package.writestr(name, data)
    return path


def test_a_signature_that_no_longer_holds_is_taken_out_and_said(tmp_path):
    path = owned(tmp_path / "book.xlsm")
    unsigned = parts(path)
    done = upgrade(signed(path))
    assert done.sentence.endswith(
        "; its digital signature no longer held and was taken out: sign it again"
    )
    after = parts(path)
    assert list(after) == list(unsigned)
    assert {name for name in after if after[name] != unsigned[name]} == {PART}


def test_other_links_of_the_project_stay(tmp_path):
    also = '<Relationship Id="rId9" Type="http://other/kind" Target="other.bin"/>'
    path = signed(owned(tmp_path / "book.xlsm"), also)
    assert upgrade(path).was_signed
    links = parts(path)["xl/_rels/vbaProject.bin.rels"].decode()
    assert links.count("<Relationship ") == 1
    assert also in links


def test_a_current_book_keeps_its_signature(tmp_path):
    path = signed(a_book(tmp_path / "book.xlsm"))
    before = path.read_bytes()
    assert upgrade(path).sentence == "book.xlsm is current"
    assert path.read_bytes() == before


def scrambled(held, seed=0x6A, key=0x3C):
    """Scramble a setting by [MS-OVBA] 2.4.3.2."""
    out = [seed, seed ^ 2, seed ^ key]
    clear = key
    for byte in [*range((seed & 6) // 2), *len(held).to_bytes(4, "little"), *held]:
        out.append(byte ^ (out[-2] + clear) % 256)
        clear = byte
    return bytes(out).hex().upper().encode()


@pytest.mark.parametrize(
    ("protection", "password", "visibility"),
    [
        (b"0705D8E3D8EDDBF1DBF1DBF1DBF1", b"0E0CD1ECDFF4E7F5E7F5E7", b"1517CAF1D6F9D7F9D706"),
        (b"DFDD63469DFA78FE78FE78FE78FE", b"BEBC02A73E591C5A1C5A1C", b"9D9F2184DF62E062E09D"),
        (b"DBD966ECE4F0E4F0E4F0E4F0", b"5557E86E18E919E919E9", b"CFCD72F0961011111111EE"),
    ],
)
def test_settings_that_excel_wrote_are_read(protection, password, visibility):
    assert unscrambled(protection) == b"\0\0\0\0"
    assert unscrambled(password) == b"\0"
    assert unscrambled(visibility) == b"\xff"
    listing = b'ID="{1}"\r\nCMG="%s"\r\nDPB="%s"\r\nGC="%s"\r\n' % (
        protection,
        password,
        visibility,
    )
    assert not is_protected(listing)


@pytest.mark.parametrize("seed", range(0, 256, 15))
def test_what_was_scrambled_is_read_back(seed):
    held = b"\xff" + bytes(range(100, 128))
    assert unscrambled(scrambled(held, seed)) == held


@pytest.mark.parametrize(
    ("setting", "value", "locked"),
    [
        (b"CMG", scrambled(b"\x01\0\0\0"), True),
        (b"CMG", scrambled(b"\0\0\0\0"), False),
        (b"DPB", scrambled(b"\xff" + b"h" * 28), True),
        (b"DPB", scrambled(b"\0"), False),
        (b"GC", scrambled(b"\0"), True),
        (b"GC", scrambled(b"\xff"), False),
        (b"GC", b"", False),
        (b"DPB", b"unviewable", True),
        (b"DPB", b"0E0C", True),
    ],
)
def test_a_locked_project_is_refused_with_advice(tmp_path, setting, value, locked):
    def write(project):
        lines = project.get_stream("PROJECT").split(b"\r\n")
        new = [
            b'%s="%s"' % (setting, value) if line.startswith(setting + b"=") else line
            for line in lines
        ]
        assert new != lines
        project.write_stream("PROJECT", b"\r\n".join(new))

    path = changed(owned(tmp_path / "book.xlsm"), write)
    before = path.read_bytes()
    if not locked:
        assert upgrade(path).modules
        return
    with pytest.raises(WrongValue, match=r"is locked: .*Alt.F11.*upgrade again") as caught:
        upgrade(path)
    assert len(caught.value.message) <= 255
    assert path.read_bytes() == before


# ── what is refused, and what a crash leaves ────────────────────────────────────────────────


def test_an_own_module_under_a_name_of_ours_is_refused(tmp_path):
    path = a_book(tmp_path / "book.xlsm", [])
    with ExcelFile(path) as file:
        file.vba_project().add_module("Xlcrm", "Sub Mine()\r\nEnd Sub\r\n")
        file.save()
    with pytest.raises(WrongValue, match="has its own module Xlcrm: give it another name"):
        upgrade(path)


def test_a_second_copy_of_the_functions_is_refused(tmp_path):
    path = a_book(tmp_path / "book.xlsm")
    with ExcelFile(path) as file:
        copy = module_text(FUNCTIONS[:2]).replace('VB_Name = "xlcrm"', 'VB_Name = "xlcrm1"')
        file.vba_project().add_module("xlcrm1", copy)
        file.save()
    with pytest.raises(WrongValue, match="a second time in its module xlcrm1: remove it"):
        upgrade(path)


def test_an_add_in_is_made_anew_instead(tmp_path):
    path = tmp_path / "xlcrm.xlam"
    addin = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
    types = {"[Content_Types]": lambda data: data.replace(MACRO_BOOK[1], addin)}
    path.write_bytes(with_parts(a_book(tmp_path / "book.xlsm"), **types))
    with pytest.raises(WrongValue, match=r"xlcrm build --addin xlcrm\.xlam"):
        upgrade(path)


@pytest.mark.parametrize("damage", [b"", b"no project", COMPOUND_FILE + b"\0" * 600])
def test_a_damaged_project_is_said(tmp_path, damage):
    path = owned(tmp_path / "book.xlsm")
    path.write_bytes(with_parts(path, **{"vbaProject.bin": lambda _: damage}))
    before = path.read_bytes()
    with pytest.raises(WrongValue, match=r"book\.xlsm: the VBA project cannot be read"):
        upgrade(path)
    assert path.read_bytes() == before


def test_a_failure_while_saving_leaves_the_book(tmp_path, monkeypatch):
    path = owned(tmp_path / "book.xlsm")
    before = path.read_bytes()

    def fail(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WrongValue, match="it is unchanged"):
        upgrade(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_process_that_is_killed_while_saving_leaves_the_old_book(tmp_path, moment):
    path = owned(tmp_path / "book.xlsm")
    before = path.read_bytes()
    script = textwrap.dedent("""
        import os, signal, sys
        from xlcrm.workbook.upgrade import upgrade
        setattr(os, sys.argv[2], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        upgrade(sys.argv[1])
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, str(path), moment]
    ended = subprocess.run(command, env=environment, check=False)  # noqa: S603
    assert ended.returncode == -9
    assert path.read_bytes() == before
    assert upgrade(path).modules
