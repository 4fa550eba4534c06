"""The sheet Segments: what its panels say, what its charts are drawn from, screen and paper."""

import posixpath
import re
import zipfile
from itertools import pairwise
from xml.etree import ElementTree

import openpyxl
import pytest

from xlcrm.workbook import package
from xlcrm.workbook.package.references import area
from xlcrm.workbook.template import segments_layout as layout
from xlcrm.workbook.template import template_path
from xlcrm.workbook.template.segments_colours import LEVERS as LEVER_COLOURS
from xlcrm.workbook.template.segments_matrix import LEVERS, NEEDS, ROWS, TOP
from xlcrm.workbook.template.segments_sheet import BY, KPIS

SCREEN = (2200, 900)
"""The pixels that a screen of 1920 x 1080 shows at a zoom of 85 %, less Excel's own."""
PAPER = (11.69 - 0.6) * 96
"""The pixels across a landscape A4 between its margins."""
CHARTS = 12
PANELS = [name for page in layout.PAGES for name in page]


@pytest.fixture(scope="module")
def cells():
    """The values of the sheet by row and column, both counted from 0."""
    book = openpyxl.load_workbook(template_path(), data_only=True, read_only=True)
    rows = book["Segments"].iter_rows(values_only=True)
    found = {(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row)}
    book.close()
    return found


@pytest.fixture(scope="module")
def sheet():
    path = template_path()
    part = next(one.part for one in package.contents(path).sheets if one.name == "Segments")
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(part))  # noqa: S314 - our own file


@pytest.fixture(scope="module")
def drawing():
    """The drawing of the sheet, and its charts in their order."""
    path = template_path()
    part = next(one.part for one in package.contents(path).sheets if one.name == "Segments")
    with zipfile.ZipFile(path) as archive:
        links = archive.read(part.replace("worksheets/", "worksheets/_rels/") + ".rels").decode()
        (target,) = re.findall(r'Target="(\.\./drawings/drawing[^"]+)"', links)
        at = posixpath.normpath(posixpath.join("xl/worksheets", target))
        refs = archive.read(at.replace("drawings/", "drawings/_rels/") + ".rels").decode()
        charts = re.findall(r'Target="\.\./(charts/chart\d+\.xml)"', refs)
        return archive.read(at).decode(), [archive.read(f"xl/{one}").decode() for one in charts]


def table(cells, name):
    """The rows of a panel's answer by the names laid out, as far as they are filled."""
    heads = [head for head, _ in layout.ANSWERS[name]]
    rows, at = [], layout.TABLES + 1
    while cells.get((at, layout.FIRST[name])) is not None:
        first = layout.FIRST[name]
        rows.append({head: cells.get((at, first + k)) for k, head in enumerate(heads)})
        at += 1
    return rows


def by_group(cells, name):
    return {row["by"]: row for row in table(cells, name)}


def heading(cells, column):
    return cells[layout.HEADINGS, column]


def drawn(charts, series):
    """The chart that has a series of that name, and its values by their names."""
    (text,) = (one for one in charts if f"<c:v>{series}</c:v>" in one)
    found = {}
    for one in re.findall(r"<c:ser>.*?</c:ser>", text, re.DOTALL):
        name = re.search(r"<c:tx>.*?<c:v>([^<]*)</c:v>", one, re.DOTALL)[1]
        values = re.search(r"<c:val>.*?</c:val>", one, re.DOTALL)[0]
        found[name] = [float(v) for v in re.findall(r"<c:v>([^<]*)</c:v>", values)]
    return text, found


# ── what panels say ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", PANELS)
def test_answers_have_the_columns_that_are_laid_out(cells, name):
    heads = [head for head, _ in layout.ANSWERS[name]]
    first = layout.FIRST[name]
    answered = [cells.get((layout.TABLES, first + k)) for k in range(len(heads))]
    if heads[0] == "by":
        heads[0] = "owner" if name == "price" else "segment"
    assert answered == heads
    assert cells.get((layout.TABLES, first + len(heads))) is None


def test_the_title_tells_who_comes_first_before_and_after_what_winning_costs(cells):
    economics = by_group(cells, "economics")
    (before,) = (name for name, row in economics.items() if row["rank_before"] == 1)
    (after,) = (name for name, row in economics.items() if row["rank_after"] == 1)
    assert (before, after) == ("Gold", "Silver")
    title = cells[0, 1]
    assert title.startswith("Gold earns most per customer, but after acquisition cost Silver does;")
    assert re.search(r"; Gold brings \d\d % of revenue$", title)
    assert "falls behind Silver" in economics["Gold"]["finding"]


def test_tiles_are_what_the_panels_add_up_to(cells):
    revenue, margin, cost, payback, realised = (
        cells[layout.TILES + 1, column] for column in (1, 4, 7, 10, 12)
    )
    rows = table(cells, "economics")

    def whole(name):
        return sum(row[name] for row in rows)

    assert revenue == pytest.approx(whole("revenue"))
    assert margin == pytest.approx(whole("margin") / whole("revenue"))
    spent = whole("marketing") + whole("seller_time")
    assert cost == pytest.approx(spent / whole("new_customers"))
    months = 352 / (365.25 / 12)  # 1 July 2025 to 17 June 2026, the day that all is seen from
    assert payback == pytest.approx(cost / (whole("margin") / whole("customers") / months))
    assert realised == pytest.approx(by_group(cells, "price")["(all)"]["realisation"])


def test_the_change_adds_up_in_every_panel_that_shows_it(cells):
    steps = {row["step"]: row["amount"] for row in table(cells, "moves")}
    *parts, whole = table(cells, "bridge")
    after = steps.pop("after")
    assert sum(steps.values()) == pytest.approx(after)
    assert whole["change"] == pytest.approx(sum(row["change"] for row in parts))
    assert whole["after"] == pytest.approx(after)
    changes = by_group(cells, "changes")
    total = changes.pop("(all)")
    assert sum(row["contribution"] for row in changes.values()) == pytest.approx(total["change"])
    assert total["change"] == pytest.approx(whole["change"])


def test_the_heading_names_who_gained_and_lost_most(cells):
    change = {name: row["change"] for name, row in by_group(cells, "bridge").items()}
    del change["(all)"]
    told = heading(cells, layout.FIRST["bridge"])
    assert f"Most gained: {max(change, key=change.get)}, +" in told
    assert f"most lost: {min(change, key=change.get)}, -" in told


def test_prices_name_who_leaks(cells):
    first, *_, whole = table(cells, "price")
    told = heading(cells, layout.FIRST["price"])
    assert first["by"] == "Silva"
    assert f"Silva leaks {first['leakage']:,.0f} of {whole['leakage']:,.0f} EUR" in told


def test_the_matrices_show_what_the_answers_say(cells):
    of = {(row["by"], row["need"]): row for row in table(cells, "needs")}
    first = layout.FIRST["needs"]
    found = {}
    for row in range(TOP + 1, TOP + 1 + ROWS):
        for number in range(NEEDS):
            pair = cells.get((row, first)), cells.get((TOP, first + 1 + number))
            if all(pair):
                found[pair] = (
                    cells.get((row, first + 1 + number)), cells.get((row, LEVERS + number))
                )  # fmt: skip
    assert found == {pair: (row["importance"], row["lever"]) for pair, row in of.items()}
    heads = [cells.get((TOP, LEVERS + number)) for number in range(NEEDS)]
    assert heads == [cells.get((TOP, first + 1 + number)) for number in range(NEEDS)]


def test_needs_to_mend_are_said(cells):
    told = heading(cells, layout.FIRST["needs"])
    mend = [f"{row['need']} in {row['by']}" for row in table(cells, "needs")
            if row["lever"] == "mend"]  # fmt: skip
    assert "Price in Bronze" in mend
    assert told == "Important and not liked: " + ", ".join(mend)


def test_the_best_customer_is_told_by_what_is_typical(cells):
    typical = [f"{row['attribute']} {row['is']}" for row in table(cells, "profile")
               if row["finding"] == "typical"]  # fmt: skip
    assert "segment Gold" in typical
    told = heading(cells, layout.FIRST["profile"])
    assert told == "The typical best customer: " + ", ".join(typical)


def test_nothing_is_missing_at_first(cells):
    for name in PANELS:
        assert not cells.get((layout.TROUBLE, layout.FIRST[name])), name


def test_key_accounts_stand_on_their_own_sheet(sheet):
    assert not [f for f in sheet.findall(".//{*}f") if "CRM_KEY_ACCOUNTS" in (f.text or "")]


# ── inputs and colours ──────────────────────────────────────────────────────────────────────


def test_every_input_says_what_may_be_typed(sheet, cells):
    rules = {area(rule.get("sqref")): rule for rule in sheet.findall(".//{*}dataValidation")}
    labels = {}
    for at, rule in rules.items():
        assert at.top == layout.INPUTS + 2  # counted from 1
        labels[cells[layout.INPUTS, at.left - 1]] = rule
        assert rule.get("prompt")
    assert set(labels) == {
        "Cut by", "Period", "Compared with", "Only rows where", "Prices by", "Figure compared",
        "Values of", "Ranges", "Cut",
    }  # fmt: skip
    for label, choices in (("Cut by", BY), ("Prices by", BY), ("Figure compared", KPIS)):
        assert labels[label].find("{*}formula1").text == '"' + ",".join(choices) + '"'


def test_levers_are_coloured_and_importance_is_heated(sheet):
    first = layout.FIRST["needs"]
    scales, words = set(), {}
    for one in sheet.findall(".//{*}conditionalFormatting"):
        at = area(one.get("sqref"))
        for rule in one.findall("{*}cfRule"):
            if rule.get("type") == "colorScale":
                scales.add((at.top - 1, at.left - 1, at.bottom - 1, at.right - 1))
            elif rule.get("type") == "cellIs":
                words.setdefault(at.left - 1, set()).add(rule.find("{*}formula").text.strip('"'))
    assert scales == {(TOP + 1, first + 1, TOP + ROWS, first + NEEDS)}
    for column in range(LEVERS, LEVERS + NEEDS):
        assert set(LEVER_COLOURS) <= words[column]


# ── charts ──────────────────────────────────────────────────────────────────────────────────


def test_every_chart_has_words_and_values(drawing):
    text, charts = drawing
    described = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', text)
    assert len(described) == len(charts) == CHARTS
    assert all(len(one) > 40 for one in described)
    for chart in charts:
        labels = re.findall(r"<c:cat>.*?</c:cat>", chart, re.DOTALL)
        assert all("<c:strRef>" in one for one in labels)
        values = re.findall(r"<c:val>.*?</c:val>", chart, re.DOTALL)
        assert any(float(v) for one in values for v in re.findall(r"<c:v>([^<]*)</c:v>", one))


def test_charts_are_drawn_from_the_cells_behind_the_panels(drawing):
    for chart in drawing[1]:
        for reference in re.findall(r"<c:f>([^<]+)</c:f>", chart):
            name, text = reference.split("!")
            assert name == "Segments"
            assert area(text.replace("$", "")).left > layout.CHART_DATA, reference


def test_charts_lie_beside_one_another_within_their_panels(drawing):
    corners = re.findall(
        r"<xdr:from><xdr:col>(\d+)</xdr:col><xdr:colOff>(\d+)</xdr:colOff><xdr:row>(\d+)</xdr:row>"
        r".*?<xdr:to><xdr:col>(\d+)</xdr:col><xdr:colOff>(\d+)</xdr:colOff><xdr:row>(\d+)</xdr:row>",
        drawing[0],
    )
    places = sorted(tuple(map(int, one)) for one in corners)
    assert len(places) == CHARTS
    for _, _, top, _, _, bottom in places:
        assert top == layout.CHARTS
        assert bottom <= layout.LIST
    for one, following in pairwise(places):
        assert one[3:5] <= following[:2]
    assert places[-1][3] <= layout.CHART_DATA


def test_the_steps_drawn_lead_from_the_revenue_before_to_that_after(drawing):
    text, found = drawn(drawing[1], "Gained")
    stands, came, went = found["Revenue"], found["Gained"], found["Lost"]
    assert stands[0] + sum(came) - sum(went) == pytest.approx(stands[-1])
    assert all(value == 0 for value in stands[1:-1])
    base = text[text.index("<c:ser>") : text.index("</c:ser>")]
    assert "<a:noFill/>" in base
    assert '<c:legendEntry><c:idx val="0"/><c:delete val="1"/>' in text


def test_each_customer_is_drawn_with_what_is_left_after_winning_one(drawing, cells):
    text, found = drawn(drawing[1], "Margin per customer")
    rows = table(cells, "economics")
    assert found["Margin per customer"] == [row["margin_per_customer"] for row in rows]
    net = found["Net of acquisition cost, per new customer"]
    assert net == [row["net_per_new"] for row in rows]
    assert "rank 1 → 2" in text


def test_what_winning_costs_is_drawn_by_its_parts(drawing, cells):
    _, found = drawn(drawing[1], "Marketing")
    for k, row in enumerate(table(cells, "economics")):
        parts = [values[k] for values in found.values()]
        assert sum(parts) == pytest.approx(row["cac"])


def test_all_contributions_are_drawn_and_their_sum_apart(drawing, cells):
    _, found = drawn(drawing[1], "Raises it")
    total = by_group(cells, "changes")["(all)"]["contribution"]
    assert sum(found["Raises it"]) + sum(found["Lowers it"]) == pytest.approx(total)
    assert [value for value in found["The change of all"] if value] == [pytest.approx(total)]


def test_the_histogram_draws_every_value_once(drawing, cells):
    _, found = drawn(drawing[1], "Values")
    assert sum(found["Values"]) == sum(row["count"] for row in table(cells, "spread"))


# ── screen and paper ────────────────────────────────────────────────────────────────────────


def test_the_first_page_fits_one_screen(sheet):
    assert layout.pixels(0, layout.last("moves")) <= SCREEN[0]
    heights = {int(row.get("r")): row.get("ht") for row in sheet.findall(".//{*}row")}
    rows = range(1, layout.TABLES + 2 + 12)
    assert sum(float(heights.get(row) or 15) * 96 / 72 for row in rows) <= SCREEN[1]


@pytest.mark.parametrize("panels", layout.PAGES)
def test_each_page_holds_its_panels(sheet, panels):
    scale = int(sheet.find("{*}pageSetup").get("scale"))
    across = layout.pixels(layout.FIRST[panels[0]], layout.last(panels[-1]))
    assert across * scale / 100 <= PAPER


def test_paper_ends_between_panels_and_before_the_chart_data(sheet):
    breaks = [int(one.get("id")) for one in sheet.findall(".//{*}brk")]
    firsts = [layout.FIRST[page[0]] for page in layout.PAGES]
    assert breaks == [first - 1 for first in firsts[1:]]  # a gap stands at the left
    names = {name.name: name.text for name in package.contents(template_path()).names
             if "Segments!" in name.text}  # fmt: skip
    (printed,) = (text for name, text in names.items() if "Print_Area" in name)
    assert area(printed.split("!")[1].replace("$", "")).right <= layout.CHART_DATA
