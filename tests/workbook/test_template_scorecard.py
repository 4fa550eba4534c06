"""The sheets Scorecard, Goals and Strategy map: screen, paper, shapes, lines and the drawing."""

import posixpath
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

import openpyxl
import pytest

from xlcrm.workbook import package
from xlcrm.workbook.package.references import area, cell_text, column_number
from xlcrm.workbook.template import template_path
from xlcrm.workbook.template.style import NO_SYMBOL, STATUS, SYMBOLS

SHEETS = ("Scorecard", "Goals", "Strategy map")
SCREEN = (2200, 900)
"""The pixels that a screen of 1920 x 1080 shows at a zoom of 85 %, less Excel's own."""
PAPER = (11.69 - 1.0) * 96, (8.27 - 1.3) * 96
"""The pixels of a landscape A4 between its margins."""
STEP = "\N{EM SPACE}\N{EM SPACE}"
MEASURES, EFFORTS, TREE = "AG9", "AG73", "AG9"
"""Where the answers stand, of which the sheets show some columns."""
ICON_OF = {word: SYMBOLS.get(word, NO_SYMBOL) for word in STATUS}


@dataclass(frozen=True)
class Sheet:
    xml: ElementTree.Element
    text: str
    links: str
    cells: dict

    def table(self, corner):
        """The rows of a table with headers, by these, until the first blank one."""
        at = area(corner)
        heads, rows = [], []
        while head := self.cells.get((at.top, at.left + len(heads))):
            heads.append(head)
        while self.cells.get((at.top + 1 + len(rows), at.left)):
            row = at.top + 1 + len(rows)
            rows.append({h: self.cells.get((row, at.left + k)) for k, h in enumerate(heads)})
        return rows

    def across(self, first, last):
        """The pixels from one column to another, both included."""
        of = {}
        for one in self.xml.findall(".//{*}col"):
            for number in range(int(one.get("min")), int(one.get("max")) + 1):
                of[number] = int(float(one.get("width")) * 7 + 0.5)
        places = range(column_number(first), column_number(last) + 1)
        return sum(of.get(place, 64) for place in places)

    def down(self, last):
        """The pixels from the first row to another."""
        heights = {int(row.get("r")): row.get("ht") for row in self.xml.findall(".//{*}row")}
        return sum(float(heights.get(row) or 15) * 96 / 72 for row in range(1, last + 1))

    def rules(self, kind):
        """The conditional formats of a kind, each with the area that it covers."""
        return [
            (area(one.get("sqref")), rule)
            for one in self.xml.findall(".//{*}conditionalFormatting")
            for rule in one.findall("{*}cfRule")
            if rule.get("type") == kind
        ]


@pytest.fixture(scope="module")
def sheets():
    path = template_path()
    parts = {one.name: one.part for one in package.contents(path).sheets}
    with pytest.warns(UserWarning, match="xtension is not supported"):
        book = openpyxl.load_workbook(path, data_only=True)
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in SHEETS:
            text = archive.read(parts[name]).decode()
            links = parts[name].replace("worksheets/", "worksheets/_rels/") + ".rels"
            cells = {(c.row, c.column): c.value for row in book[name].iter_rows() for c in row}
            root = ElementTree.fromstring(text)  # noqa: S314 - our own file
            found[name] = Sheet(root, text, archive.read(links).decode(), cells)
    return found


def drawing_of(sheet):
    part = posixpath.normpath("xl/worksheets/" + re.search(r"\S*drawings/\w+\.xml", sheet.links)[0]
                              .split('"')[-1])  # fmt: skip
    with zipfile.ZipFile(template_path()) as archive:
        drawing = archive.read(part).decode()
        links = archive.read(part.replace("drawings/", "drawings/_rels/") + ".rels").decode()
        (chart,) = re.findall(r"charts/chart\d+\.xml", links)
        return drawing, archive.read(f"xl/{chart}").decode()


# ── screen and paper ────────────────────────────────────────────────────────────────────────


def test_the_scorecard_with_its_initiatives_fits_one_screen(sheets):
    sheet = sheets["Scorecard"]
    last = area(MEASURES).top + len(sheet.table(MEASURES))
    shown = area("Q32").top + len(sheet.table("Q32"))
    assert sheet.across("A", "X") <= SCREEN[0]
    assert sheet.down(max(last, shown)) <= SCREEN[1]


def test_the_tree_and_what_moves_the_total_stand_on_one_screen(sheets):
    sheet = sheets["Goals"]
    assert sheet.across("A", "X") <= SCREEN[0]
    assert sheet.down(area("Q27").top + 10) <= SCREEN[1]


def test_the_whole_map_fits_one_screen(sheets):
    drawing, _ = drawing_of(sheets["Strategy map"])
    assert sheets["Strategy map"].across("A", "P") <= SCREEN[0]
    assert sheets["Strategy map"].down(int(re.findall(r"<xdr:row>(\d+)", drawing)[1])) <= SCREEN[1]


def test_the_scorecard_prints_on_one_page(sheets):
    sheet = sheets["Scorecard"].xml
    assert sheet.find("{*}sheetPr/{*}pageSetUpPr").get("fitToPage") == "1"
    setup = sheet.find("{*}pageSetup")
    assert (setup.get("fitToWidth", "1"), setup.get("fitToHeight", "1")) == ("1", "1")


def test_the_goals_print_one_page_wide(sheets):
    sheet = sheets["Goals"].xml
    assert sheet.find("{*}sheetPr/{*}pageSetUpPr").get("fitToPage") == "1"
    setup = sheet.find("{*}pageSetup")
    assert (setup.get("fitToWidth", "1"), setup.get("fitToHeight")) == ("1", "0")


def test_each_page_of_the_map_holds_its_panel(sheets):
    sheet = sheets["Strategy map"]
    assert sheet.xml.find("{*}sheetPr/{*}pageSetUpPr") is None  # else breaks are not kept
    scale = int(sheet.xml.find("{*}pageSetup").get("scale")) / 100
    breaks = [int(one.get("id")) for one in sheet.xml.findall(".//{*}brk")]
    assert breaks == [column_number("P"), column_number("AE")]  # the last columns of a page
    for first, last in (("A", "P"), ("Q", "AE"), ("AF", "AM")):
        assert sheet.across(first, last) * scale <= PAPER[0]
    assert sheet.down(51) * scale <= PAPER[1]


# ── status, scores, inputs ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "corner", "icon"),
    [("Scorecard", "C9", "B"), ("Scorecard", "Q9", "P"), ("Scorecard", "Q32", "P"),
     ("Goals", "C9", "B")],
)  # fmt: skip
def test_status_words_have_a_shape_and_a_colour(sheets, name, corner, icon):
    sheet, at = sheets[name], area(corner)
    rows = sheet.table(corner)
    column = at.left + list(rows[0]).index("status")
    for number, row in enumerate(rows, at.top + 1):
        assert sheet.cells[number, column_number(icon)] == ICON_OF[row["status"]]
        assert colour_of(sheet, number, column, row["status"]), (number, row["status"])
        if ICON_OF[row["status"]] != NO_SYMBOL:
            assert colour_of(sheet, number, column_number(icon), ICON_OF[row["status"]])


def colour_of(sheet, row, column, word):
    return [
        rule for where, rule in sheet.rules("cellIs")
        if where.holds(row, column) and rule.find("{*}formula").text == f'"{word}"'
    ]  # fmt: skip


def test_findings_of_links_have_a_colour(sheets):
    sheet = sheets["Strategy map"]
    found = [row["finding"] for row in sheet.table("Q9")]
    assert len(found) == 12
    column = column_number("AC")
    assert all(colour_of(sheet, row, column, word) for row, word in enumerate(found, 10))


@pytest.mark.parametrize(("name", "count"), [("Scorecard", 3), ("Goals", 4), ("Strategy map", 2)])
def test_inputs_say_what_may_be_typed(sheets, name, count):
    sheet = sheets[name]
    rules = {one.get("sqref"): one for one in sheet.xml.findall(".//{*}dataValidation")}
    assert list(rules) == [cell_text(5, 3 + k) for k in range(count)]
    for rule in rules.values():
        assert rule.get("promptTitle")
        assert len(rule.get("prompt")) > 20
        assert name == "Strategy map" or rule.get("type") == "list"


def test_choices_are_checked_where_nothing_else_may_be_typed(sheets):
    for name in ("Scorecard", "Goals"):
        of = {one.get("sqref"): one for one in sheets[name].xml.findall(".//{*}dataValidation")}
        heads = {sheets[name].cells[4, area(cell).left]: cell for cell in of}
        for head in ("Scoring rule", "Missing"):
            assert of[heads[head]].get("showErrorMessage") == "1"
            typed = sheets[name].cells[5, area(heads[head]).left]
            assert typed in of[heads[head]].find("{*}formula1").text.strip('"').split(",")


# ── small lines, tree, map ──────────────────────────────────────────────────────────────────


def test_each_measure_has_a_small_line_of_its_last_months(sheets):
    sheet = sheets["Scorecard"]
    lines = dict(
        reversed(pair)
        for pair in re.findall(
            r"<x14:sparkline><xm:f>([^<]+)</xm:f><xm:sqref>([^<]+)</xm:sqref>", sheet.text
        )
    )
    rows = sheet.table(MEASURES)
    assert len(lines) >= 60 > len(rows) == 19
    heads = list(rows[0])
    months = [head for head in heads if re.fullmatch(r"\d{4}-\d\d", head)]
    assert months == heads[-12:] == sorted(months)
    assert months[-1] == "2026-05"
    first = area(MEASURES).left + len(heads) - 12
    for row in range(10, 70):
        reference = f"Scorecard!{cell_text(row, first)}:{cell_text(row, first + 11)}"
        assert lines[f"N{row}"] == reference
    assert sheet.text.count('displayEmptyCellsAs="gap"') == len(lines)


def test_a_month_without_a_figure_is_a_gap_in_its_line(sheets):
    rows = sheets["Scorecard"].table(MEASURES)
    months = list(rows[0])[-12:]
    found = {type(row[month]) for row in rows for month in months if row[month] != "#N/A"}
    assert found <= {int, float}


def test_goals_are_set_in_by_their_depth(sheets):
    goals = sheets["Goals"].table(TREE)
    shown = [row["goal"] for row in sheets["Goals"].table("C9")]
    assert shown == [STEP * int(row["depth"]) + row["goal"] for row in goals]
    assert {int(row["depth"]) for row in goals} >= {0, 1, 2, 3, 4}


def series_of(chart):
    return re.findall(r"<c:ser>.*?</c:ser>", chart)


def cells_of(one, kind):
    (found,) = re.findall(rf"<c:{kind}>.*?<c:f>'Strategy map'!([^<]+)</c:f>", one)
    return found.replace("$", "")


def test_the_map_draws_every_link_of_twenty_four_seen_or_not(sheets):
    _, chart = drawing_of(sheets["Strategy map"])
    lines = [one for one in series_of(chart) if re.search(r"<c:tx><c:v>(not )?seen</c:v>", one)]
    drawn = {(cells_of(one, "xVal"), cells_of(one, "yVal")) for one in lines}
    assert drawn == {
        (f"AZ{row}:BA{row}", f"{up}{row}:{to}{row}")
        for row in range(42, 66)
        for up, to in (("BB", "BC"), ("BD", "BE"))
    }
    assert all("<a:prstDash" in one for one in lines if "not seen" in one)


def test_a_link_is_drawn_between_its_objectives_and_by_what_was_found(sheets):
    sheet = sheets["Strategy map"]
    places = {row["objective"]: (row["across"], row["up"]) for row in sheet.table("AP9")}
    links = sheet.table("Q9")
    assert len(links) == 12
    for row, link in enumerate(links, 42):
        (x1, y1), (x2, y2) = places[link["cause"]], places[link["effect"]]
        ends = [sheet.cells[row, column_number("AZ") + k] for k in range(6)]
        none = ["#N/A"] * 2
        seen = link["finding"] == "cause first"
        assert ends == [x1, x2, *([y1, y2, *none] if seen else [*none, y1, y2])]
        assert y1 < y2 or link["cause_perspective"] == link["effect_perspective"]
    for row in range(42 + len(links), 66):
        assert {sheet.cells[row, column_number("AZ") + k] for k in range(6)} == {"#N/A"}


def test_labels_of_the_map_are_cells_so_that_they_stay_true(sheets):
    sheet = sheets["Strategy map"]
    _, chart = drawing_of(sheet)
    named = [one for one in series_of(chart) if '<c:showSerName val="1"/>' in one]
    labels = [cells_of(one, "tx") for one in named]
    assert labels == [f"BB{row}" for row in (*range(9, 39), *range(69, 75))]
    objectives = sheet.table("AP9")
    assert [sheet.cells[row, 54] for row in range(9, 9 + len(objectives))] == [
        f"{row['objective']} {row['score']:.0f}" for row in objectives
    ]
    assert [sheet.cells[row, 54] for row in range(69, 73)] == [
        "Finance", "Customers", "Processes", "Learning and growth"
    ]  # fmt: skip


def test_the_shapes_of_points_are_those_of_the_legend(sheets):
    sheet = sheets["Strategy map"]
    assert sheet.cells[8, 2] == "● green  ▲ amber  ♦ red  ■ missing"
    _, chart = drawing_of(sheet)
    marks = re.findall(
        r'<c:tx><c:v>(\S) (\w+)</c:v></c:tx>.*?<c:marker><c:symbol val="(\w+)"/>', chart
    )
    assert marks == [
        ("●", "green", "circle"),
        ("▲", "amber", "triangle"),
        ("♦", "red", "diamond"),
        ("■", "missing", "square"),
    ]


def test_every_objective_is_drawn_once_by_its_status(sheets):
    sheet = sheets["Strategy map"]
    heads = ("green", "amber", "red", "missing")
    for row, objective in enumerate(sheet.table("AP9"), 9):
        ups = dict(zip(heads, (sheet.cells[row, 55 + k] for k in range(4)), strict=True))
        status = objective["status"] if objective["status"] in heads else "missing"
        assert ups == {**dict.fromkeys(heads, "#N/A"), status: objective["up"]}
