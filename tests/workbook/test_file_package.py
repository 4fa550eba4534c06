"""The package of the file: parts, relationships, Tables, names and cells agree with each other."""

import posixpath
import re
from html import unescape

import pytest
from file_books import (
    FILES,
    MAIN,
    OFFICE,
    content_types,
    file_named,
    names_in,
    overlapping,
    parts_of,
    relations,
    rewritten,
    root_of,
    shared_strings,
    sheets,
    template,
    text_of,
)
from openpyxl.utils import range_boundaries

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
TYPES = {
    "worksheet": f"{SPREADSHEET}worksheet+xml",
    "sharedStrings": f"{SPREADSHEET}sharedStrings+xml",
    "styles": f"{SPREADSHEET}styles+xml",
    "table": f"{SPREADSHEET}table+xml",
    "sheetMetadata": f"{SPREADSHEET}sheetMetadata+xml",
    "comments": f"{SPREADSHEET}comments+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
    "vbaProject": "application/vnd.ms-office.vbaProject",
    "extended-properties": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "core-properties": "application/vnd.openxmlformats-package.core-properties+xml",
}
PATHS = re.compile(rb":\\|\\\\\w|/(?:home|Users|root|tmp|work|var|mnt)/|file:/|absPath")
CELL = re.compile(r'<c r="([A-Z]+)(\d+)"((?: [\w:]+="[^"]*")*)(?:/>|>(.*?)</c>)', re.S)


@pytest.fixture(params=FILES)
def file(request):
    return file_named(request.param)


def tables(file):
    """The root of each Table's part by the part's name, and the sheet that it stands on."""
    return {
        one.target: (root_of(file, one.target), one.source)
        for one in relations(file)
        if one.kind == f"{OFFICE}/table"
    }


# ── parts ───────────────────────────────────────────────────────────────────────────────────


def test_no_part_is_there_twice(file):
    names = [name.casefold() for name in names_in(file)]
    assert len(set(names)) == len(names)


def test_every_part_has_a_content_type_and_every_type_its_part(file):
    types, unused = content_types(file)
    assert not unused
    assert [name for name, kind in types.items() if kind is None] == []
    plain = {name for name, kind in types.items() if kind == "application/xml"}
    assert not plain


def test_every_relationship_leads_to_a_part_of_its_kind(file):
    types, _ = content_types(file)
    for one in relations(file):
        if one.is_external:
            continue
        assert one.target in types, one
        kind = one.kind.rpartition("/")[2]
        if kind == "officeDocument":
            assert types[one.target].endswith("main+xml")
        else:
            assert types[one.target] == TYPES[kind], one


def test_no_part_is_an_orphan_and_no_relationship_lacks_its_source(file):
    reached, links = set(), relations(file)
    waiting = [""]
    while waiting:
        source = waiting.pop()
        targets = {one.target for one in links if one.source == source and not one.is_external}
        waiting += targets - reached
        reached |= targets
    own = {name for name in parts_of(file) if name.endswith(".rels")} | {"[Content_Types].xml"}
    assert parts_of(file).keys() - own == reached
    assert {one.source for one in links} <= reached | {""}


def test_ids_of_relationships_are_unique_and_are_those_that_a_part_uses(file):
    by_source = {}
    for one in relations(file):
        by_source.setdefault(one.source, []).append(one.id)
    for source, ids in by_source.items():
        assert len(set(ids)) == len(ids), source
    for name, data in parts_of(file).items():
        if name.endswith((".xml", ".vml")) and not name.startswith("docProps"):
            used = set(re.findall(r'\b(?:r|o):(?:id|relid|embed)="([^"]+)"', data.decode("utf-8")))
            there = by_source.get(name, [])
            assert used <= set(there), name
            implied = ("theme", "styles", "sharedStrings", "sheetMetadata", "vbaProject")
            comments = ("comments",)
            for one in relations(file):
                if one.source == name and one.kind.rpartition("/")[2] not in implied + comments:
                    assert one.id in used, one


def test_nothing_is_linked_outside_but_pages_that_a_reader_clicks(file):
    outside = [one for one in relations(file) if one.is_external]
    assert all(one.kind.endswith("/hyperlink") for one in outside)
    assert all(one.target.startswith("https://") for one in outside)
    assert not any("externalLink" in name for name in parts_of(file))


def test_no_part_holds_a_path_of_a_machine(file):
    for name, data in parts_of(file).items():
        if name.endswith((".xml", ".rels", ".vml")):
            assert not PATHS.findall(data), name


# ── workbook ────────────────────────────────────────────────────────────────────────────────


def test_the_file_is_not_computed_at_opening_and_knows_a_new_excel():
    calculation = re.search(r"<calcPr\b[^>]*>", text_of(template(), "xl/workbook.xml"))[0]
    assert "fullCalcOnLoad" not in calculation
    assert "forceFullCalc" not in calculation
    assert int(re.search(r'calcId="(\d+)"', calculation)[1]) >= 191029


def test_a_file_written_back_is_computed_as_it_was():
    assert text_of(rewritten(), "xl/workbook.xml") == text_of(template(), "xl/workbook.xml")


def test_titles_of_the_properties_are_the_sheets(file):
    app = root_of(file, "docProps/app.xml")
    titles = [e.text for e in app.iter() if e.tag.endswith("}lpstr")]
    names = [name for name in titles if name not in ("Worksheets", "Named Ranges")]
    assert names[: len(sheets(file))] == list(sheets(file))
    workbook = root_of(file, "xl/workbook.xml")
    ranges = [
        name
        for name in workbook.iter(f"{MAIN}definedName")
        if "!" in name.text and name.get("hidden") is None
    ]
    assert len(names) == len(sheets(file)) + len(ranges)


def test_names_refer_to_sheets_and_columns_that_are_there(file):
    workbook = root_of(file, "xl/workbook.xml")
    columns = {
        root.get("name"): {
            unescape(column.get("name")) for column in root.iter(f"{MAIN}tableColumn")
        }
        for root, _ in tables(file).values()
    }
    seen = set()
    for name in workbook.iter(f"{MAIN}definedName"):
        key = (name.get("name").casefold(), name.get("localSheetId"))
        assert key not in seen
        seen.add(key)
        assert int(name.get("localSheetId", 0)) < len(sheets(file))
        assert "#REF!" not in name.text
        assert "[" not in re.sub(r"\b\w+\[[^\[\]]*\]", "", name.text), "another book"
        for quoted, plain in re.findall(r"(?:'((?:[^']|'')+)'|(\b[\w.]+))!", name.text):
            assert (quoted.replace("''", "'") or plain) in sheets(file), name.text
        for table, column in re.findall(r"\b(\w+)\[([^\[\]#]*)\]", name.text):
            assert column in columns[table], name.text


def test_hidden_names_of_filters_are_the_filtered_ranges():
    workbook = root_of(template(), "xl/workbook.xml")
    order = list(sheets(template()))
    named = {
        order[int(name.get("localSheetId"))]: name.text.rpartition("!")[2].replace("$", "")
        for name in workbook.iter(f"{MAIN}definedName")
        if name.get("name") == "_xlnm._FilterDatabase"
    }
    filtered = {}
    for sheet, part in sheets(template()).items():
        found = re.search(r'<autoFilter ref="([^"]+)"', text_of(template(), part))
        if found:
            filtered[sheet] = found[1]
    assert named == filtered


# ── Tables ──────────────────────────────────────────────────────────────────────────────────


def test_ids_and_names_of_tables_are_unique(file):
    roots = [root for root, _ in tables(file).values()]
    assert roots
    ids = [root.get("id") for root in roots]
    assert len(set(ids)) == len(ids)
    names = [root.get("name").casefold() for root in roots]
    assert [root.get("displayName").casefold() for root in roots] == names
    workbook = root_of(file, "xl/workbook.xml")
    defined = [name.get("name").casefold() for name in workbook.iter(f"{MAIN}definedName")]
    defined = [name for name in defined if not name.startswith("_xlnm")]
    assert len({*names, *defined}) == len(names) + len(defined)


def test_columns_of_tables_are_their_header_cells(file):
    strings, checked = shared_strings(file), 0
    for part, (root, sheet) in tables(file).items():
        left, top, right, bottom = range_boundaries(root.get("ref"))
        columns = root.findall(f"{MAIN}tableColumns/{MAIN}tableColumn")
        assert int(root.find(f"{MAIN}tableColumns").get("count")) == len(columns)
        assert len(columns) == right - left + 1, part
        assert len({column.get("id") for column in columns}) == len(columns)
        names = [unescape(column.get("name")) for column in columns]
        assert len({name.casefold() for name in names}) == len(names)
        row = re.search(rf'<row r="{top}"[ >].*?</row>', text_of(file, sheet), re.S)[0]
        cells = {
            range_boundaries(f"{letters}{number}")[0]: (attributes, content)
            for letters, number, attributes, content in CELL.findall(row)
        }
        heads = [cells[number] for number in range(left, right + 1)]
        assert [header(cell, strings) for cell in heads] == names, part
        assert bottom > top, "a Table has a row below its header"
        filtered = root.find(f"{MAIN}autoFilter")
        if filtered is not None:
            assert filtered.get("ref") == root.get("ref")
        checked += 1
    assert checked == len([name for name in parts_of(file) if name.startswith("xl/tables/")])


def header(cell, strings):
    attributes, content = cell
    if ' t="s"' in attributes:
        return strings[int(re.search(r"<v>(\d+)</v>", content)[1])]
    assert ' t="inlineStr"' in attributes, "a header is a text"
    return unescape(re.search(r"<t[^>]*>([^<]*)</t>", content)[1])


def test_tables_of_a_sheet_do_not_overlap(file):
    by_sheet = {}
    for root, sheet in tables(file).values():
        by_sheet.setdefault(sheet, []).append(range_boundaries(root.get("ref")))
    for areas in by_sheet.values():
        assert not overlapping(areas)


def test_the_part_of_each_sheet_is_where_its_relationship_says(file):
    folder = posixpath.dirname("xl/workbook.xml")
    assert all(part.startswith(f"{folder}/worksheets/") for part in sheets(file).values())
    there = [name for name in parts_of(file) if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    assert sorted(sheets(file).values()) == sorted(there)
