"""The cells of the file: in order, of their types, and with what dynamic arrays need."""

import re
from html import unescape

import pytest
from file_books import (
    FILES,
    MAIN,
    OFFICE,
    content_types,
    file_named,
    overlapping,
    relations,
    root_of,
    shared_strings,
    sheets,
    template,
    text_of,
)
from openpyxl.utils import range_boundaries

METADATA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"


@pytest.fixture(params=FILES)
def file(request):
    return file_named(request.param)


# ── cells ───────────────────────────────────────────────────────────────────────────────────


def test_cells_stand_in_order_within_their_rows_and_within_the_dimension(file):
    styles = root_of(file, "xl/styles.xml")
    formats = len(styles.find(f"{MAIN}cellXfs"))
    for part in sheets(file).values():
        text = text_of(file, part)
        left, top, right, bottom = range_boundaries(re.search(r'<dimension ref="([^"]+)"', text)[1])
        before = 0
        for attributes, body in re.findall(r"<row ([^>]*?)(?:/>|>(.*?)</row>)", text, re.S):
            row = int(re.search(r'\br="(\d+)"', attributes)[1])
            assert row > before, part
            before = row
            spans = re.search(r'\bspans="(\d+):(\d+)"', attributes)
            found = [
                (column(letters), number)
                for letters, number in re.findall(r'<c r="([A-Z]+)(\d+)"', body)
            ]
            if not found:
                continue
            assert {number for _, number in found} == {str(row)}
            columns = [place for place, _ in found]
            assert columns == sorted(set(columns)), (part, row)
            assert top <= row <= bottom
            assert left <= columns[0]
            assert columns[-1] <= right
            if spans:
                assert int(spans[1]) <= columns[0]
                assert columns[-1] <= int(spans[2])
        used = {int(style) for style in re.findall(r'<c [^>]*?\bs="(\d+)"', text)}
        assert max(used, default=0) < formats


COLUMNS = {}


def column(letters):
    if letters not in COLUMNS:
        COLUMNS[letters] = range_boundaries(f"{letters}1")[0]
    return COLUMNS[letters]


def test_cells_hold_what_their_type_says(file):
    strings = len(shared_strings(file))
    for part in sheets(file).values():
        text = text_of(file, part)
        typed = re.findall(r'<c [^>]*?\bt="(\w+)"[^>]*>(?:<f\b[^>]*?(?:/>|>[^<]*</f>))?(.*?)</c>',
                           text)  # fmt: skip
        for kind, content in typed:
            shown = re.fullmatch(r"<v[^>]*>([^<]*)</v>", content)
            if kind == "s":
                assert int(shown[1]) < strings
            elif kind == "b":
                assert shown[1] in ("0", "1")
            elif kind == "e":
                assert shown[1] in ("#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#REF!",
                                    "#NULL!", "#SPILL!", "#CALC!")  # fmt: skip
            elif kind == "str":
                assert shown is None or len(unescape(shown[1])) <= 32767
            else:
                assert kind == "inlineStr"
                assert content.startswith("<is>")
        numbers = re.findall(
            r'<c r="[A-Z]+\d+"(?: s="\d+")?(?: cm="1")?>(?:<f\b[^>]*?(?:/>|>[^<]*</f>))?'
            r"<v>([^<]*)</v>", text
        )  # fmt: skip
        for number in numbers:
            float(number)


def test_shared_strings_are_as_many_as_they_say(file):
    declared = re.search(r"<sst\b[^>]*>", text_of(file, "xl/sharedStrings.xml"))[0]
    strings = shared_strings(file)
    unique = re.search(r'uniqueCount="(\d+)"', declared)
    assert unique is None or int(unique[1]) == len(strings)
    assert len(strings) == text_of(file, "xl/sharedStrings.xml").count("<si>")


def test_the_texts_counted_are_at_least_those_shown():
    """XlsxWriter counts a cell that is written twice twice; Excel does not mind."""
    declared = re.search(r'\bcount="(\d+)"', text_of(template(), "xl/sharedStrings.xml"))
    shown = sum(text_of(template(), part).count(' t="s"') for part in sheets(template()).values())
    assert 0 <= int(declared[1]) - shown < 10


# ── dynamic arrays ──────────────────────────────────────────────────────────────────────────


def test_dynamic_arrays_carry_their_metadata(file):
    types, _ = content_types(file)
    marked = set()
    for part in sheets(file).values():
        marked |= set(re.findall(r'<c [^>]*?\bcm="(\d+)"', text_of(file, part)))
    assert marked == {"1"}
    assert types["xl/metadata.xml"] == METADATA
    (link,) = [one for one in relations(file) if one.target == "xl/metadata.xml"]
    assert (link.source, link.kind) == ("xl/workbook.xml", f"{OFFICE}/sheetMetadata")
    root = root_of(file, "xl/metadata.xml")
    (kind,) = root.find(f"{MAIN}metadataTypes")
    assert (kind.get("name"), kind.get("cellMeta")) == ("XLDAPR", "1")
    (cell,) = root.find(f"{MAIN}cellMetadata")
    assert [(rc.get("t"), rc.get("v")) for rc in cell] == [("1", "0")]
    (future,) = root.findall(f"{MAIN}futureMetadata")
    assert future.get("name") == "XLDAPR"
    (properties,) = [e for e in root.iter() if e.tag.endswith("}dynamicArrayProperties")]
    assert (properties.get("fDynamic"), properties.get("fCollapsed")) == ("1", "0")


def test_every_array_of_the_template_is_dynamic():
    for part in sheets(template()).values():
        for attributes in re.findall(r'<c ([^>]*)><f t="array"', text_of(template(), part)):
            assert 'cm="1"' in attributes


def test_arrays_begin_at_their_formula_and_do_not_overlap(file):
    for part in sheets(file).values():
        text = text_of(file, part)
        left, top, right, bottom = range_boundaries(re.search(r'<dimension ref="([^"]+)"', text)[1])
        arrays = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f t="array"[^>]*?\bref="([^"]+)"', text)
        areas = []
        for cell, ref in arrays:
            area = range_boundaries(ref)
            assert area[:2] == range_boundaries(cell)[:2]
            assert left <= area[0]
            assert area[2] <= right
            assert top <= area[1]
            assert area[3] <= bottom
            areas.append(area)
        assert not overlapping(areas), part
