"""The rules of design that every sheet of the template keeps."""

import posixpath
import re
import zipfile
from xml.etree import ElementTree

import pytest

from xlcrm.workbook import package
from xlcrm.workbook.package.references import area, cell_text
from xlcrm.workbook.template import template_path
from xlcrm.workbook.template.style import (
    ACCENT,
    ACCENT_LIGHT,
    NO_SYMBOL,
    ROLES,
    STATUS,
    SYMBOLS,
    WHITE,
)
from xlcrm.workbook.template.tables import DATA

CHARTS = {
    "Forecast": 11,
    "Pipeline": 7,
    "Scorecard": 1,
    "Goals": 1,
    "Strategy map": 1,
    "Segments": 12,
    "Customers": 5,
    "Territory": 6,
}
"""The charts of every answer sheet."""
ANSWERS = tuple(CHARTS)
N = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def sheets():
    """The XML of every sheet by its name, and of the parts it refers to."""
    path = template_path()
    contents = package.contents(path)
    found = {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for sheet in contents.sheets:
            links = sheet.part.replace("worksheets/", "worksheets/_rels/") + ".rels"
            related = {}
            if links in names:
                for target in re.findall(r'Target="(\.\.[^"]+)"', archive.read(links).decode()):
                    part = posixpath.normpath(posixpath.join("xl/worksheets", target))
                    related[part] = archive.read(part).decode()
            found[sheet.name] = (_tree(archive.read(sheet.part)), related)
        drawings = {n: archive.read(n).decode() for n in names if "charts/chart" in n}
    return found, drawings


def _tree(data):
    return ElementTree.fromstring(data)  # noqa: S314 - our own file


def test_no_cells_are_merged(sheets):
    assert not [name for name, (sheet, _) in sheets[0].items() if sheet.find(f"{N}mergeCells")]


def test_headers_are_frozen_everywhere(sheets):
    for name, (sheet, _) in sheets[0].items():
        if name != "_IntelliSense_":
            assert sheet.find(f".//{N}pane") is not None, name


def test_every_sheet_is_set_up_for_print(sheets):
    for name, (sheet, _) in sheets[0].items():
        setup = sheet.find(f"{N}pageSetup")
        assert setup.get("orientation") == "landscape", name
        assert setup.get("paperSize") == "9", name
        assert "&P" in sheet.find(f"{N}headerFooter/{N}oddFooter").text, name


def test_gridlines_are_off(sheets):
    for name, (sheet, _) in sheets[0].items():
        assert sheet.find(f".//{N}sheetView").get("showGridLines") == "0", name


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_sheet_has_charts_with_words_for_them(sheets, name):
    drawings = [text for part, text in sheets[0][name][1].items() if "drawing" in part]
    described = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', "".join(drawings))
    framed = "".join(drawings).count("<xdr:graphicFrame ")
    assert len(described) == framed == CHARTS[name]
    assert all(len(text) > 40 for text in described)


def test_every_chart_has_a_title(sheets):
    assert len(sheets[1]) == sum(CHARTS.values())
    for part, text in sheets[1].items():
        assert "<c:title>" in text, part


@pytest.fixture(scope="module")
def numbers(sheets):
    """The numbers in the cells of sheets with charts."""
    return {
        name: {
            cell.get("r"): float(cell.find(f"{N}v").text)
            for cell in sheets[0][name][0].iter(f"{N}c")
            if cell.get("t", "n") == "n" and cell.find(f"{N}v") is not None
        }
        for name in CHARTS
    }


def held_in(numbers, reference):
    """The numbers in the cells of a reference, by their places."""
    name, text = reference.replace("'", "").replace("$", "").rsplit("!", 1)
    at = area(text)
    cells = (
        cell_text(row, column)
        for row in range(at.top, at.bottom + 1)
        for column in range(at.left, at.right + 1)
    )
    return {k: numbers[name][cell] for k, cell in enumerate(cells) if cell in numbers[name]}


def test_charts_hold_the_values_that_they_show(sheets, numbers):
    for part, text in sheets[1].items():
        values = re.findall(r"<c:(?:val|yVal)>(.*?)</c:(?:val|yVal)>", text)
        assert values, part
        drawn = []
        for one in values:
            (reference,) = re.findall(r"<c:f>([^<]+)</c:f>", one)
            points = re.findall(r'<c:pt idx="(\d+)"[^>]*><c:v>([^<]+)</c:v>', one)
            held = {int(place): float(value) for place, value in points}
            assert held == held_in(numbers, reference), (part, reference)
            drawn.append(held)
        if not re.search("<c:(scatter|bubble)Chart>", text):  # they have series without points
            assert all(drawn), part
        assert any(value for held in drawn for value in held.values()), part
        for labels in re.findall(r"<c:cat>.*?</c:cat>", text):
            assert "<c:strRef>" in labels, part


def test_no_chart_reads_a_spill_through_a_name(sheets):
    for part, text in sheets[1].items():
        for formula in re.findall(r"<c:f>([^<]+)</c:f>", text):
            cells = r"(\w+|'[\w ]+')!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?"
            assert re.fullmatch(cells, formula), (part, formula)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("Deals", "owner"),
        ("Deals", "stage"),
        ("Deals", "status"),
        ("Deals", "product"),
        ("Deals", "account_id"),
        ("Deals", "forecast_category"),
        ("Accounts", "segment"),
        ("Accounts", "region"),
        ("Orders", "channel"),
        ("Measures", "objective_id"),
        ("Objectives", "perspective"),
    ],
)
def test_columns_offer_what_may_be_chosen(sheets, table, column):
    contents = package.contents(template_path())
    found = next(one for one in contents.tables if one.name == table)
    names = {name.name: name.text for name in contents.names}
    at = found.body.left + found.headers.index(column)
    for rule in sheets[0][table][0].iter(f"{N}dataValidation"):
        covered = area(rule.get("sqref"))
        if (covered.left, covered.top, covered.bottom) == (at, found.body.top, found.body.bottom):
            source = names[rule.find(f"{N}formula1").text]
            assert re.fullmatch(r"\w+\[\w+\]", source)
            return
    pytest.fail(f"{table}[{column}] offers nothing")


def test_headers_explain_themselves(sheets):
    tables = {table.name: table for table in package.contents(template_path()).tables}
    for one in DATA:
        if one.kind and one.name != "Settings":
            rules = list(sheets[0][one.name][0].iter(f"{N}dataValidation"))
            told = [rule for rule in rules if rule.get("prompt")]
            assert len(told) == len(tables[one.name].headers), one.name


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("role", ROLES)
def test_text_stands_out_from_its_ground(role):
    look = ROLES[role]
    assert contrast(look["font_color"], look.get("bg_color", WHITE)) >= 4.5


@pytest.mark.parametrize("status", STATUS)
def test_status_words_stand_out_from_their_ground(status):
    assert contrast(*STATUS[status]) >= 4.5


def test_columns_of_charts_stand_out():
    assert contrast(ACCENT, WHITE) >= 3
    assert contrast(ACCENT_LIGHT, WHITE) >= 3


def test_shapes_part_status_words_as_colours_do():
    shapes = {}
    for word, look in STATUS.items():
        shapes.setdefault(look, set()).add(SYMBOLS.get(word, NO_SYMBOL))
    assert [len(of_one) for of_one in shapes.values()] == [1, 1, 1, 1]
    assert len(set().union(*shapes.values())) == 4
    assert [SYMBOLS[word] for word in ("green", "amber", "red")] == ["●", "▲", "▼"]


def test_inputs_calculations_and_answers_look_different():
    looks = [
        (ROLES[role]["font_color"], ROLES[role].get("bg_color", WHITE))
        for role in ("input", "entered", "calculated", "answer")
    ]
    assert len(set(looks)) == 4
