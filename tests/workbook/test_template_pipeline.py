"""The sheet Pipeline: one screen, what its charts are drawn from, and each panel on its paper."""

import re
import zipfile
from xml.etree import ElementTree

import pytest
from openpyxl.utils import get_column_letter

from xlcrm.workbook import package
from xlcrm.workbook.template import pipeline_layout as layout
from xlcrm.workbook.template import template_path

SCREEN = (2200, 900)
"""The pixels that a screen of 1920 x 1080 shows at a zoom of 85 %, less Excel's own."""
PAPER = (11.69 - 0.6) * 96
"""The pixels across a landscape A4 between its margins."""


@pytest.fixture(scope="module")
def computed(template_results):
    return template_results["Pipeline"]


def spill(computed, name):
    row = layout.TABLES if name in layout.WITH_CHART else layout.CHARTS + 1
    head, *rows = computed[f"{get_column_letter(layout.FIRST[name] + 1)}{row + 1}"]
    return [dict(zip(head, values, strict=True)) for values in rows]


def sheet_xml():
    path = template_path()
    part = next(one.part for one in package.contents(path).sheets if one.name == "Pipeline")
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(part))  # noqa: S314 - our own file


def charts():
    path = template_path()
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    return [text for text in texts if "Pipeline!" in text]


def shown(text, kind):
    """The values that a chart keeps: its labels (cat) or its series (val), as texts."""
    return [
        re.findall(r"<c:v>([^<]*)</c:v>", one)
        for one in re.findall(rf"<c:{kind}>.*?</c:{kind}>", text, re.DOTALL)
    ]


@pytest.mark.parametrize("name", layout.ANSWERS)
def test_answers_have_the_columns_that_are_laid_out(computed, name):
    if name == "steps":
        head = computed[f"{get_column_letter(layout.STEPS + 1)}{layout.INPUTS + 1}"][0]
        assert tuple(head) == tuple(column for column, _ in layout.ANSWERS[name])
    else:
        assert list(spill(computed, name)[0]) == [column for column, _ in layout.ANSWERS[name]]


def test_the_headline_counts_what_the_panels_list(computed):
    needs, stages = spill(computed, "needs"), spill(computed, "stages")
    title = computed["B1"][0][0]
    assert f"{sum(row['needing'] for row in needs):.0f} need attention" in title
    assert f"{sum(row['deals'] for row in stages):.0f} deals" in title


def test_every_listed_deal_says_why_and_what_to_do(computed):
    today = spill(computed, "today")
    assert len(today) == 15
    assert all(row["reason"] and row["action"] for row in today)


def test_customers_are_named_beside_their_ids(computed):
    first = layout.TABLES + 2
    names = [computed[f"B{first + number}"][0][0] for number in range(15)]
    assert all(names)
    assert computed[f"B{first + 15}"][0][0] == ""


def test_severity_has_a_shape_beside_its_word(computed):
    alerts = spill(computed, "alerts")
    column = get_column_letter(layout.FIRST["alerts"])
    shapes = [row[0] for row in computed[f"{column}{layout.CHARTS + 2}"]]
    expected = {"high": "▼", "medium": "▲", "low": "●"}
    assert shapes == ["", *(expected.get(row["severity"], "○") for row in alerts)]


def test_the_worst_slipper_is_drawn_first_and_nobody_twice():
    (slips,) = (text for text in charts() if "Slipped, %" in text)
    names, rates = shown(slips, "cat")[0], shown(slips, "val")[0]
    assert names[0] == "Silva"
    assert len(set(names)) == len(names) == 8
    numbers = [float(rate) for rate in rates]
    assert numbers == sorted(numbers, reverse=True)


def test_the_steps_drawn_lead_from_the_first_snapshot_to_the_second():
    (fall,) = (text for text in charts() if "Went out" in text)
    _, total, came, gone, sold = ([float(v) for v in one] for one in shown(fall, "val"))
    assert total[0] + sum(came) - sum(gone) - sum(sold) == pytest.approx(total[-1])
    assert all(value == 0 for value in total[1:-1])


def test_the_base_of_the_waterfall_is_not_seen():
    (fall,) = (text for text in charts() if "Went out" in text)
    base = fall[fall.index("<c:ser>") : fall.index("</c:ser>")]
    assert "<a:noFill/>" in base
    assert '<c:legendEntry><c:idx val="0"/><c:delete val="1"/>' in fall


def test_the_day_fits_one_screen():
    assert layout.pixels(0, layout.place("today", "unchecked")) <= SCREEN[0]
    heights = {int(row.get("r")): row.get("ht") for row in sheet_xml().findall(".//{*}row")}
    rows = range(1, layout.TABLES + 2 + 15)
    assert sum(float(heights.get(row) or 15) * 96 / 72 for row in rows) <= SCREEN[1]


@pytest.mark.parametrize("panels", layout.PAGES)
def test_each_page_holds_its_panels(panels):
    setup = sheet_xml().find("{*}pageSetup")
    last = layout.FIRST[panels[-1]] + len(layout.ANSWERS[panels[-1]]) - 1
    across = layout.pixels(layout.FIRST[panels[0]] - (panels[0] in layout.LEADING), last)
    assert across * int(setup.get("scale")) / 100 <= PAPER


def test_paper_ends_between_panels():
    breaks = [int(one.get("id")) for one in sheet_xml().findall(".//{*}brk")]
    firsts = [layout.FIRST[page[0]] - (page[0] in layout.LEADING) for page in layout.PAGES]
    assert breaks == [first - 1 for first in firsts[1:]]  # a gap stands at the left
