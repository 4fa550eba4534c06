"""The file read by the rules of its standards, part by part, for the tests of its bytes."""

from __future__ import annotations

import atexit
import posixpath
import re
import warnings
import zipfile
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from xml.etree import ElementTree

from openpyxl.utils import range_boundaries
from package_books import parts, rich_book

from xlcrm.errors import ExcelError
from xlcrm.hosts.headless import recalculated
from xlcrm.workbook import package
from xlcrm.workbook.template import template_path

FILES = ("template", "rewritten", "computed")
"""The committed file, the same with much written into it, and another program's small one."""

SHORT = ("template", "computed")
"""Those of them for what takes seconds a file."""

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ANSWERS = (
    ((" two  blanks & <more> ",),),
    ((1.5,),),
    ((True,),),
    ((ExcelError.NA,),),
    (("_x0041_ is no A", 2.0, ""), (ExcelError.DIV0, False, "x" * 255)),
    ((3.0, 1.0), (4.0, "a"), (5.0, ""), (6.0, False)),
)
"""Results of every kind, some larger and some smaller than what stood there."""


@cache
def template():
    """The committed template."""
    return template_path()


def _folder():
    """A folder for a file that every test of this process reads, removed at its end."""
    folder = Path(mkdtemp())
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


def _cut(rows, ref):
    """As much of a result as the area of its formula holds."""
    left, top, right, bottom = range_boundaries(ref)
    return [row[: right - left + 1] for row in rows[: bottom - top + 1]]


@cache
def rewritten():
    """The template with Tables filled and other results written into many formulas."""
    filled, out = _folder() / "filled.xlsm", _folder() / "rewritten.xlsm"
    old = {table.name: table.headers for table in package.contents(template()).tables}
    package.fill_tables(
        template(),
        filled,
        {
            "Deals": (old["Deals"], [[f" new & {n}"] + [None] * 24 for n in range(900)]),
            "Orders": ((*old["Orders"], "a column more"), [["one"] * 12 + [True]]),
            "Surveys": (old["Surveys"], []),
        },
    )
    results = {}
    for sheet in ("Start", "Forecast", "Scorecard", "Goals", "Strategy map", "Model"):
        given = zip(package.formulas(filled, sheet), cycle(ANSWERS), strict=False)
        results[sheet] = {formula.cell: _cut(rows, formula.ref or "A1") for formula, rows in given}
    written = package.write_cached(filled, out, results)
    assert written.cells > 1_000
    assert not written.blocked
    return out


@cache
def computed():
    """Another program's book, computed by our host, filled, and given results that need more."""
    book, out = _folder() / "small.xlsx", _folder() / "computed.xlsx"
    rich_book(book)
    recalculated(book, out)
    rows = [["d & 1", 1, 45_000, " won "], ["=d2", None, None, "<x>"], ["d3", -2.5, 1, "_x0041_"]]
    headers = ("deal_id", "amount", "created", "stage", "won?")
    package.fill_tables(out, out, {"Deals": (headers, [[*row, True] for row in rows * 3])})
    one, *_, wide, tall = ANSWERS
    results = {"B1": one, "C1": ANSWERS[2], "A3": tall * 2, "E3": _cut(wide, "A1:B2")}
    written = package.write_cached(out, out, {"Out": {c: list(r) for c, r in results.items()}})
    assert written.cells > 15
    assert not written.blocked
    return out


def file_named(name):
    """One of the files by its name here."""
    return {"template": template, "rewritten": rewritten, "computed": computed}[name]()


@dataclass(frozen=True)
class Relation:
    """A relationship: of which part, by which id, of which kind, to which part."""

    source: str
    id: str
    kind: str
    target: str
    is_external: bool


def names_in(path):
    """The names of the entries, as often as they are there."""
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@cache
def parts_of(path):
    """All parts by their names."""
    return parts(path)


def root_of(path, part):
    """The root of a part."""
    return ElementTree.fromstring(parts_of(path)[part])  # noqa: S314 - we wrote it


def text_of(path, part):
    """A part as text."""
    return parts_of(path)[part].decode("utf-8")


def overlapping(areas):
    """Two areas that have a cell in common, by going along the rows."""
    open_areas = []
    for area in sorted(areas, key=lambda area: area[1]):
        open_areas = [other for other in open_areas if other[3] >= area[1]]
        for other in open_areas:
            if other[0] <= area[2] and area[0] <= other[2]:
                return area, other
        open_areas.append(area)
    return None


def content_types(path):
    """The content type of each part, and what is declared but not there."""
    root = root_of(path, "[Content_Types].xml")
    defaults, overrides = {}, {}
    for entry in root:
        if "Extension" in entry.attrib:
            defaults[entry.attrib["Extension"].lower()] = entry.attrib["ContentType"]
        else:
            overrides[entry.attrib["PartName"].removeprefix("/")] = entry.attrib["ContentType"]
    found = {
        name: overrides.get(name, defaults.get(name.rpartition(".")[2].lower()))
        for name in parts_of(path)
        if name != "[Content_Types].xml"
    }
    return found, overrides.keys() - found.keys()


@cache
def relations(path):
    """All relationships of the package."""
    found = []
    for name in parts_of(path):
        if not name.endswith(".rels"):
            continue
        folder, _, file = name.rpartition("_rels/")
        source = folder + file.removesuffix(".rels")
        for entry in root_of(path, name):
            target = entry.attrib["Target"]
            is_external = entry.attrib.get("TargetMode") == "External"
            if not is_external:
                base = "" if target.startswith("/") else folder
                target = posixpath.normpath(base + target.removeprefix("/"))
            kind = entry.attrib["Type"]
            found.append(Relation(source, entry.attrib["Id"], kind, target, is_external))
    return found


@cache
def sheets(path):
    """The part of each sheet by the sheet's name, in their order."""
    by_id = {one.id: one.target for one in relations(path) if one.source == "xl/workbook.xml"}
    workbook = root_of(path, "xl/workbook.xml")
    return {
        sheet.attrib["name"]: by_id[sheet.attrib[f"{{{OFFICE}}}id"]]
        for sheet in workbook.iter(f"{MAIN}sheet")
    }


@cache
def shared_strings(path):
    """The texts of the shared strings, without their formats."""
    return [
        "".join(text.text or "" for text in item.iter(f"{MAIN}t"))
        for item in root_of(path, "xl/sharedStrings.xml")
    ]


@dataclass(frozen=True)
class VbaProject:
    """What a VBA project declares and what it holds: modules of documents and standard ones."""

    documents: list[str]
    standard: list[str]
    texts: dict[str, str]
    streams: list[str]


@cache
def vba_project_of(path):
    """The project of a workbook, as olevba reads it."""
    with warnings.catch_warnings():  # olevba calls its parser by old names
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser

        parser = VBA_Parser("vbaProject.bin", data=parts_of(path)["xl/vbaProject.bin"])
        texts = {file: text for _, _, file, text in parser.extract_macros()}
        declared = parser.ole_file.openstream("PROJECT").read().decode("latin-1")
        streams = [names[1] for names in parser.ole_file.listdir() if names[0] == "VBA"]
        parser.close()
    return VbaProject(
        documents=re.findall(r"^Document=(\w+)/", declared, re.M),
        standard=re.findall(r"^Module=(\w+)\r?$", declared, re.M),
        texts=texts,
        streams=[name for name in streams if name not in ("dir", "_VBA_PROJECT")],
    )
