"""Parts of the file against the schemas of ECMA-376, and against those of the Open XML SDK.

The schemas are not ours to carry. Those of the standard (ECMA-376, 5th edition, Transitional, with
those of its packages beside them) are looked for in the folder that XLCRM_OOXML_SCHEMAS names; lxml
reads them. Those of Microsoft's Open XML SDK come with openxml-audit, whose program
XLCRM_OPENXML_AUDIT names: .ci/run installs it into an environment of its own.
"""

import json
import os
import re
import shutil
import subprocess
import zipfile
from functools import cache
from pathlib import Path

import pytest
from file_books import FILES, SHORT, content_types, file_named, parts_of, template

FOLDER = Path(os.environ.get("XLCRM_OOXML_SCHEMAS", "no folder"))
AUDIT = os.environ.get("XLCRM_OPENXML_AUDIT") or shutil.which("openxml-audit")
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
ROOTS = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "sml.xsd",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "dml-main.xsd",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "dml-chart.xsd",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing":
        "dml-spreadsheetDrawing.xsd",
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties":
        "shared-documentPropertiesExtended.xsd",
    "http://schemas.openxmlformats.org/package/2006/content-types": "opc-contentTypes.xsd",
    "http://schemas.openxmlformats.org/package/2006/relationships": "opc-relationships.xsd",
}  # fmt: skip
UNREAD = ("docProps/core.xml", "xl/vbaProject.bin")
"""Core properties are declared over Dublin Core, whose schemas are not in the standard's file."""

needs_schemas = pytest.mark.skipif(
    not (FOLDER / "sml.xsd").is_file(),
    reason="XLCRM_OOXML_SCHEMAS names no folder with the schemas of ECMA-376 (sml.xsd)",
)
needs_audit = pytest.mark.skipif(
    AUDIT is None, reason="openxml-audit is neither named by XLCRM_OPENXML_AUDIT nor on the path"
)
KNOWN = {
    # XlsxWriter writes what Excel writes for "show #N/A as an empty cell"; the SDK declares the
    # element of this extension without its attribute.
    ("/xl/charts/chart#.xml", "dispNaAsBlank", "The 'val' attribute is not declared."),
}


# ── the schemas of the standard ─────────────────────────────────────────────────────────────


@cache
def schema(name):
    from lxml import etree

    places = [FOLDER / name, FOLDER.parent / "OpenPackagingConventions-XMLSchema" / name]
    return etree.XMLSchema(etree.parse(next(place for place in places if place.is_file())))


def core(data):
    """A part as the standard knows it: without extensions, and without xml:space in a text.

    The standard declares no xml:space for the text, the value and the formula of a cell; Excel
    writes it there all the same, since a reader of XML need not keep blanks without it.
    """
    from lxml import etree

    root = etree.fromstring(data)
    ignored = root.attrib.pop(f"{{{COMPATIBILITY}}}Ignorable", "").split()
    foreign = {root.nsmap[prefix] for prefix in ignored}
    for element in [*root.iter("{*}extLst", f"{{{COMPATIBILITY}}}AlternateContent")]:
        element.getparent().remove(element)
    for element in root.iter() if foreign else ():
        for name in [name for name in element.attrib if etree.QName(name).namespace in foreign]:
            del element.attrib[name]
    for element in root.iter("{*}v", "{*}f", "{*}t"):
        element.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", None)
    return root


def complaints(name, data):
    from lxml import etree

    root = core(data)
    rules = schema(ROOTS[etree.QName(root).namespace])
    if rules.validate(root):
        return set()
    return {(re.sub(r"\d+", "#", name), error.message) for error in rules.error_log}


@needs_schemas
@pytest.mark.parametrize("name", FILES)
def test_every_part_passes_the_schemas_of_the_standard(name):
    pytest.importorskip("lxml", reason="lxml validates against the standard's schemas")
    found, read = set(), 0
    for part, data in parts_of(file_named(name)).items():
        if part not in UNREAD and not part.endswith(".vml"):
            found |= complaints(part, data)
            read += 1
    assert found == set()
    assert read > 15


@needs_schemas
def test_a_part_that_breaks_the_standard_is_found():
    pytest.importorskip("lxml", reason="lxml validates against the standard's schemas")
    data = parts_of(template())["xl/worksheets/sheet1.xml"]
    for old, new in [(b"pageMargins ", b"pageMargin "), (b' t="str"', b' t="string"'),
                     (b' r="B1"', b' r="B1" unheard="1"')]:  # fmt: skip
        assert old in data
        broken = data.replace(old, new)
        assert complaints("xl/worksheets/sheet1.xml", broken)


# ── the schemas of the Open XML SDK ─────────────────────────────────────────────────────────


def shape(xml):
    """The names and kinds of values in an element; numbers and references count as alike."""
    xml = re.sub(rb">[^<]+<", b"><", xml)
    return re.sub(rb'"(?:[-\d.: ]|[A-Z]{1,3}\d)*"', b'"#"', xml)


def thinned(source, path):
    """A file that keeps the first of all cells and texts alike: what says nothing new is left out.

    The Open XML SDK's rules take half a minute over all cells of the template, and seconds so.
    """
    seen = set()

    def new(xml):
        if (key := shape(xml)) in seen:
            return False
        seen.add(key)
        return True

    def row(found):
        kept = [one for one in re.findall(rb"<c\b[^>]*?/>|<c\b.*?</c>", found[2], re.S) if new(one)]
        return found[1] + b"".join(kept) + found[3] if kept or new(found[1]) else b""

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts_of(source).items():
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(<row\b[^>]*[^/>]>)(.*?)(</row>)", row, data, flags=re.S)
            archive.writestr(name, data)
    return path


def audited(path):
    """What the program says of a file: part, element and sentence, as often as said."""
    done = subprocess.run(  # noqa: S603
        [AUDIT, "--format", "office2021", "--max-errors", "0", "--output", "json", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    (report,) = json.loads(done.stdout)
    assert report["format"] == "office2021"
    return {
        (
            re.sub(r"\d+", "#", error["part_uri"] or ""),
            re.sub(r"\[\d+\]", "", error["path"] or "").rpartition("/")[2],
            error["description"],
        )
        for error in report["errors"]
    }


@needs_audit
@pytest.mark.parametrize("name", SHORT)
def test_the_file_passes_the_rules_of_the_open_xml_sdk(name, tmp_path):
    file = file_named(name)
    assert audited(thinned(file, tmp_path / f"thin{file.suffix}")) <= KNOWN


@needs_audit
def test_a_file_that_breaks_the_rules_is_found(tmp_path):
    small, broken = file_named("computed"), tmp_path / "broken.xlsx"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, data in parts_of(small).items():
            data = data.replace(b' t="s"', b' t="shared"')
            archive.writestr(name, data.replace(b"<pageMargins", b"<pageMargin"))
    said = " ".join(sentence for _, _, sentence in audited(broken))
    assert "shared" in said
    assert "pageMargin" in said


def test_thinning_keeps_a_cell_of_every_shape(tmp_path):
    thin = parts_of(thinned(template(), tmp_path / "thin.xlsm"))
    whole = parts_of(template())
    assert thin.keys() == whole.keys()
    sheets = [name for name in whole if name.startswith("xl/worksheets/sheet")]
    kept = {name: len(thin[name]) / len(whole[name]) for name in sheets}
    assert min(kept.values()) < 0.05
    cell = re.compile(rb"<c\b[^>]*?/>|<c\b.*?</c>", re.S)
    left = {shape(one) for name in sheets for one in cell.findall(thin[name])}
    assert {shape(one) for one in cell.findall(whole[sheets[-1]])} <= left
    assert {shape(one) for one in cell.findall(whole[sheets[1]])} <= left


def test_every_kind_of_part_has_its_schema():
    types, _ = content_types(template())
    kinds = {
        re.search(rb"<(?!\?)[^>]*?\bxmlns(?::\w+)?=\"([^\"]+)\"", parts_of(template())[part])[1]
        for part in types
        if part not in UNREAD and not part.endswith(".vml")
    }
    assert {kind.decode() for kind in kinds} <= ROOTS.keys()
