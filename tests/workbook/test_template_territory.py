"""The sheet Territory: its columns and messages, the map, the lists, and how it prints."""

import re
import zipfile
from xml.etree import ElementTree

import pytest
from openpyxl.utils import get_column_letter

from xlcrm.hosts import headless
from xlcrm.workbook import package
from xlcrm.workbook.template import template_path
from xlcrm.workbook.template import territory_layout as layout

SCREEN = 2200
"""The pixels across that a screen of 1920 x 1080 shows at a zoom of 85 %, less Excel's own."""
PAPER = (11.69 - 0.6) * 96
"""The pixels across a landscape A4 between its margins."""
LABELS = 12


@pytest.fixture(scope="module")
def computed(template_results):
    return template_results["Territory"]


@pytest.fixture
def by_owner(computed_template):
    """The sheet by owner; put back as it was."""
    cell = at(layout.INPUTS + 1, 1)
    headless.changed(computed_template, "Territory", cell, "owner")
    yield headless.results(computed_template)["Territory"]
    headless.changed(computed_template, "Territory", cell, "region")


@pytest.fixture(scope="module")
def parts():
    """The XML of the sheet, of its drawing and of its charts."""
    path = template_path()
    part = next(one.part for one in package.contents(path).sheets if one.name == "Territory")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(part)
        drawing = re.findall(
            r"drawings/drawing\d+\.xml",
            archive.read(part.replace("worksheets/", "worksheets/_rels/") + ".rels").decode(),
        )[0]
        charts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
        drawn = archive.read(f"xl/{drawing}").decode()
    mine = [text for text in charts if "Territory!" in text]
    return ElementTree.fromstring(sheet), drawn, mine  # noqa: S314 - our own file


def at(row, column):
    return f"{get_column_letter(column + 1)}{row + 1}"


def one(computed, row, column):
    return computed[at(row, column)][0][0]


def rows_of(computed, column):
    head, *rows = computed[at(layout.TABLES, column)]
    return [dict(zip(head, values, strict=True)) for values in rows]


def regions(computed):
    return rows_of(computed, layout.FIRST["regions"])


def listed(computed, panel, name):
    first = layout.TABLES + 1
    found = []
    for row in range(first, first + layout.MOST_LISTED):
        value = computed.get(at(row, layout.place(panel, name)), [[""]])[0][0]
        if value != "":
            found.append(value)
    return found


def cached(text, tag):
    """What each series of a chart keeps of one kind: its values by their places."""
    return [
        {
            int(place): value
            for place, value in re.findall(r'<c:pt idx="(\d+)"[^>]*><c:v>([^<]*)</c:v>', part)
        }
        for part in re.findall(rf"<c:{tag}>.*?</c:{tag}>", text, re.DOTALL)
    ]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("regions", layout.FIRST["regions"]),
        ("alike", layout.FIRST["alike"] + 1),
        ("prospects", layout.ALL),
    ],
)
def test_answers_have_the_columns_that_are_laid_out(computed, name, column):
    expected = ["region" if n == "by" else n for n, _ in layout.ANSWERS[name]]
    assert list(computed[at(layout.TABLES, column)][0]) == expected


def test_the_title_names_the_neglected_territory_and_what_it_lacks(computed):
    south = regions(computed)[0]
    assert (south["region"], round(south["index"]), round(south["gap"], 1)) == ("South", 67, 6.6)
    title = "South is neglected: 67 of 100 sales for its potential, 6.6 resellers missing"
    assert one(computed, 0, 1) == title


def test_tiles_agree_with_the_panels(computed):
    table = regions(computed)
    row = layout.TILES + 1
    assert one(computed, row, 1) == sum(line["customers"] for line in table)
    companies = sum(line["customers"] / line["penetration"] for line in table)
    assert companies == pytest.approx(420 + 560 + 940)
    assert one(computed, row, 3) == pytest.approx(65 / 1920)
    sold, potential = (sum(line[n] for line in table) for n in ("revenue", "potential"))
    assert one(computed, row, 5) == pytest.approx(sold / potential)
    distances = [line["distance"] for line in rows_of(computed, layout.ALL)]
    assert one(computed, row, 7) == sum(d <= 25 for d in distances if isinstance(d, float))
    assert one(computed, row, 9) == pytest.approx(26 / 51.5 * 19 - 3)


def test_headings_agree_with_the_panels(computed):
    row = layout.HEADINGS
    place = layout.place
    assert one(computed, row, 1) == "South: 24.1 million EUR of potential not sold"
    shares = "South: 50% of potential, 34% of sales"
    assert one(computed, row, place("regions", "potential")) == shares
    visits = "South: 3.1 visits per account, most in North: 4.6"
    assert one(computed, row, place("regions", "visits")) == visits
    sellers = "South: 3 resellers where 9.6 are expected"
    assert one(computed, row, place("regions", "lat")) == sellers
    prospects = rows_of(computed, layout.ALL)
    close = [line["region"] for line in prospects if line["distance"] <= 25]
    near = (
        f"{len(close)} of {len(prospects)} prospects are within 25 km of a customer, "
        f"{close.count('South')} of them in South"
    )
    assert one(computed, row, layout.FIRST["near"]) == near
    count = listed(computed, "alike", "by").count("South")
    alike = one(computed, row, layout.FIRST["alike"])
    assert alike.endswith(f"; {count} of the 20 listed are in South")


def test_both_lists_name_their_prospects(computed):
    for panel in ("near", "alike"):
        assert len(listed(computed, panel, "name")) == 20
    nearest = rows_of(computed, layout.ALL)[:20]
    ids = [row[0] for row in computed[at(layout.TABLES, layout.place("near", "account_id"))]]
    assert ids == ["account_id", *(line["account_id"] for line in nearest)]
    assert len(listed(computed, "near", "nearest_name")) == 20


def test_prospects_alike_have_their_territory_and_distance(computed):
    known = {line["account_id"]: line for line in rows_of(computed, layout.ALL)}
    alike = rows_of(computed, layout.FIRST["alike"] + 1)
    for name, theirs in (("by", "region"), ("distance", "distance"), ("potential", "potential")):
        expected = [known[line["account_id"]][theirs] for line in alike]
        assert listed(computed, "alike", name) == expected


def test_every_chart_has_values_and_words_for_them(parts):
    _, drawing, charts = parts
    described = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', drawing)
    assert len(charts) == len(described) == 6
    assert all(len(text) > 40 for text in described)
    for text in charts:
        values = cached(text, "val") + cached(text, "yVal")
        assert any(values)


def test_the_map_is_a_chart_of_bubbles_with_one_colour_a_finding(parts):
    (text,) = (chart for chart in parts[2] if "<c:bubbleChart>" in chart)
    up, sizes = cached(text, "yVal"), cached(text, "bubbleSize")
    assert len(up) == len(sizes) == 4 + LABELS
    assert [set(of) for of in up[:4]] == [{0}, {1}, {2}, set()]
    money = [float(sizes[0][k]) for k in range(3)]
    assert money == sorted(money, reverse=True)
    names = [of.get(0) for of in cached(text, "tx") if of][1:]  # the first is the chart's title
    assert names[:3] == ["▼ South 67", "● Central 114", "▲ North 158"]


def test_what_lies_north_is_drawn_above(parts, computed):
    (text,) = (chart for chart in parts[2] if "<c:bubbleChart>" in chart)
    heights = [float(cached(text, "yVal")[k][k]) for k in range(3)]
    lat = [line["lat"] for line in regions(computed)]
    assert sorted(range(3), key=heights.__getitem__) == sorted(range(3), key=lat.__getitem__)
    assert max(heights) == 1
    assert min(heights) == -1


def test_charts_read_blocks_at_the_right_of_the_panels(parts):
    for text in parts[2]:
        for column in re.findall(r"Territory!\$([A-Z]+)\$", text):
            number = sum(26**k * (ord(c) - 64) for k, c in enumerate(reversed(column)))
            assert layout.CHART_DATA < number <= layout.ALL


def test_shares_drawn_are_those_of_the_table(parts, computed):
    (text,) = (chart for chart in parts[2] if "Share of all potential" in chart)
    for drawn, name in zip(cached(text, "val"), ("potential_share", "revenue_share"), strict=True):
        shares = [float(drawn[k]) for k in range(3)]
        assert shares == pytest.approx([line[name] for line in regions(computed)])


def test_prospects_drawn_by_distance_are_all_of_them(parts, computed):
    (text,) = (chart for chart in parts[2] if "Prospects by km" in chart)
    drawn = sum(float(v) for of in cached(text, "val") for v in of.values())
    assert drawn == len(rows_of(computed, layout.ALL))


def test_the_territories_fit_one_screen():
    assert layout.pixels(0, layout.last("regions")) <= SCREEN


@pytest.mark.parametrize("panels", layout.PAGES)
def test_each_page_holds_its_panels(parts, panels):
    setup = parts[0].find("{*}pageSetup")
    across = layout.pixels(layout.FIRST[panels[0]], layout.last(panels[-1]))
    assert across * int(setup.get("scale")) / 100 <= PAPER


def test_paper_ends_between_panels(parts):
    breaks = [int(one.get("id")) for one in parts[0].findall(".//{*}brk")]
    assert breaks == [layout.FIRST[page[0]] - 1 for page in layout.PAGES[1:]]


def test_territories_by_owner_keep_their_prospects_apart(by_owner):
    prospects = rows_of(by_owner, layout.ALL)
    assert list(prospects[0])[:3] == ["account_id", "owner", "lat"]
    close = sum(line["distance"] <= 25 for line in prospects)
    assert one(by_owner, layout.TILES + 1, 7) == close > 0
