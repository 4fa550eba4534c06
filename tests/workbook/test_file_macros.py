"""Macros of the file: modules belong to sheets, buttons to macros."""

import re
from html import unescape

import pytest
import xlsxwriter
from file_books import MAIN, parts_of, root_of, sheets, template, vba_project_of

SUB = re.compile(r"^(?:Public +)?Sub +(\w+) *\(([^)]*)\)", re.M | re.I)
CALLED = (
    ("xl/drawings/vmlDrawing", r"<x:FmlaMacro>([^<]*)</x:FmlaMacro>"),
    ("xl/drawings/drawing", r'\bmacro="([^"]+)"'),
    ("xl/worksheets/sheet", r'<controlPr\b[^>]*\bmacro="([^"]+)"'),
    ("xl/ctrlProps/", r'\bmacro="([^"]+)"'),
)


def macros(path):
    """The macros that a button may call: public, without arguments, in a standard module."""
    return {
        name.casefold(): module
        for file, text in vba_project_of(path).texts.items()
        if file.endswith(".bas")
        for module in [file.removesuffix(".bas")]
        for name, arguments in SUB.findall(text)
        if not arguments.strip()
    }


def called(path):
    """The macros that buttons and shapes name, as written, with the part that names them."""
    return [
        (name, unescape(macro))
        for name, data in parts_of(path).items()
        for start, pattern in CALLED
        if name.startswith(start) and not name.endswith(".rels")
        for macro in re.findall(pattern, data.decode("utf-8"))
    ]


def missing(path):
    """The calls that lead nowhere."""
    there = macros(path)
    lost = []
    for part, macro in called(path):
        book, _, name = macro.rpartition("!")
        module, _, name = name.rpartition(".")
        home = there.get(name.casefold())
        if book not in ("", "[0]") or home is None or module not in ("", home):
            lost.append((part, macro))
    return lost


def code_names(path):
    """The code names of the workbook and of each sheet."""
    workbook = root_of(path, "xl/workbook.xml")
    names = [workbook.find(f"{MAIN}workbookPr").attrib["codeName"]]
    for part in sheets(path).values():
        properties = re.search(rb"<sheetPr\b[^>]*>", parts_of(path)[part])
        names.append(re.search(rb'\bcodeName="([^"]*)"', properties[0])[1].decode("utf-8"))
    return names


def test_every_sheet_has_its_module_and_every_module_its_sheet():
    project = vba_project_of(template())
    assert project.documents == code_names(template())
    assert len(set(project.documents)) == len(sheets(template())) + 1


def test_the_project_holds_the_modules_that_it_declares():
    project = vba_project_of(template())
    declared = project.documents + project.standard
    assert sorted(project.streams) == sorted(declared)
    files = [f"{name}.cls" for name in project.documents]
    files += [f"{name}.bas" for name in project.standard]
    assert sorted(project.texts) == sorted(files)


def test_each_module_says_its_own_name_and_what_it_belongs_to():
    texts = vba_project_of(template()).texts
    workbook, *others = vba_project_of(template()).documents
    bases = {workbook: "00020819", **dict.fromkeys(others, "00020820")}
    for file, text in texts.items():
        name, _, kind = file.rpartition(".")
        assert text.startswith(f'Attribute VB_Name = "{name}"')
        base = re.search(r'^Attribute VB_Base = "0\{(\w{8})-', text, re.M)
        assert (base[1] if base else None) == bases.get(name), name
        assert (kind == "bas") == (name not in bases)


def test_no_two_modules_differ_in_case_alone_nor_bear_a_macros_name():
    project = vba_project_of(template())
    modules = {name.casefold() for name in project.documents + project.standard}
    assert len(modules) == len(project.documents + project.standard)
    assert not modules & macros(template()).keys()


def test_every_button_calls_a_macro_that_is_there():
    assert missing(template()) == []


@pytest.fixture
def with_buttons(tmp_path):
    """A book with the template's macros, and buttons that call the given ones."""
    project = tmp_path / "vbaProject.bin"
    project.write_bytes(parts_of(template())["xl/vbaProject.bin"])

    def made(*calls):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.xlsm"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            book.add_vba_project(project)
            for row, macro in enumerate(calls):
                sheet.insert_button(row * 3, 1, {"macro": macro, "caption": "Press"})
        return path

    return made


def test_buttons_are_read_with_the_macros_they_call(with_buttons):
    path = with_buttons("First", "Second")
    assert called(path) == [
        ("xl/drawings/vmlDrawing1.vml", "[0]!First"),
        ("xl/drawings/vmlDrawing1.vml", "[0]!Second"),
    ]
    assert called(with_buttons()) == []


def test_a_button_without_a_macro_is_found(with_buttons):
    project = vba_project_of(template())
    public = sorted(macros(template()))
    path = with_buttons("GoneMacro", *public, f"{project.standard[0]}.GoneToo")
    lost = [macro for _, macro in missing(path)]
    assert lost == ["[0]!GoneMacro", f"[0]!{project.standard[0]}.GoneToo"]


def test_macros_with_arguments_and_private_ones_are_no_buttons_macros():
    text = "Sub A()\nEnd Sub\nPublic Sub B(x)\nEnd Sub\nPrivate Sub C()\nEnd Sub\nPublic Sub D( )\n"
    assert [(name, given.strip()) for name, given in SUB.findall(text)] == [
        ("A", ""), ("B", "x"), ("D", "")
    ]  # fmt: skip
