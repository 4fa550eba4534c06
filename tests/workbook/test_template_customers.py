"""The sheet Customers: its first screen, what panels pick from answers, and what titles say."""

import itertools
import re
import warnings
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from xlcrm.workbook import package
from xlcrm.workbook.template import (
    customers_answers,
    customers_charts,
    customers_tables,
    template_path,
)
from xlcrm.workbook.template import customers_layout as layout

SCREEN = (2200, 900)
"""The pixels that a screen of 1920 x 1080 shows at a zoom of 85 %, less Excel's own."""
ACCOUNT = re.compile(r"A-\d{3}")


@pytest.fixture(scope="module")
def computed():
    """The figures that the sheet keeps, by row and column, counted from 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl leaves out
        book = openpyxl.load_workbook(template_path(), data_only=True, read_only=True)
        rows = list(book["Customers"].iter_rows(values_only=True))
    book.close()
    return {
        (row, column): value
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value not in (None, "")
    }


@pytest.fixture(scope="module")
def sheet():
    """The XML of the sheet, of its charts, and of what describes them."""
    path = template_path()
    part = next(one.part for one in package.contents(path).sheets if one.name == "Customers")
    with zipfile.ZipFile(path) as archive:
        tree = ElementTree.fromstring(archive.read(part))  # noqa: S314 - our own file
        texts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    return tree, [text for text in texts if "Customers!" in text]


def spill(computed, name):
    row, column = customers_answers.PLACES[name]
    columns = range(column, column + len(customers_answers.ANSWERS[name]))
    head = [at(computed, row, k) for k in columns]
    rows = itertools.takewhile(
        lambda number: (number, column) in computed, itertools.count(row + 1)
    )
    return [
        dict(zip(head, (at(computed, number, k) for k in columns), strict=True)) for number in rows
    ]


def at(computed, row, column):
    """The value of a cell, counted from 0."""
    return computed.get((row, column), "")


def rows_of(computed, row, band, rows, columns=7):
    """The rows of a table of plain cells that are filled."""
    first = layout.FIRST[band]
    found = [
        [at(computed, number, k) for k in range(first, first + columns)]
        for number in range(row + 1, row + 1 + rows)
    ]
    return [values for values in found if values[0] != ""]


def figure(computed, place):
    first = (1, 5, 9, 13, 17)[place]
    return at(computed, layout.TILES + 1, first)


@pytest.mark.parametrize("name", customers_answers.ANSWERS)
def test_answers_have_the_columns_that_are_laid_out(computed, name):
    laid = [column for column, _ in customers_answers.ANSWERS[name]]
    assert list(spill(computed, name)[0]) == ["type" if one == "by" else one for one in laid]


def test_the_title_tells_how_few_bring_most_and_how_many_cost_more_than_they_bring(computed):
    ranked, profit = spill(computed, "ranked"), spill(computed, "profit")
    key = [row for row in ranked if row["class"] == "A"]
    reached = sum(row["revenue"] for row in key) / sum(row["revenue"] for row in ranked)
    losing = sum(row["profit"] < 0 for row in profit)
    assert at(computed, 0, 1) == (
        f"Customers: {len(key)} of {len(ranked)} bring {100 * reached:.0f} % of revenue; "
        f"{losing} cost more than they bring, last 12 months"
    )


def test_the_headline_figures_are_those_of_the_panels(computed):
    ranked, value = spill(computed, "ranked"), spill(computed, "value")
    assert figure(computed, 0) == len(ranked)
    assert figure(computed, 1) == sum(row["class"] == "A" for row in ranked)
    assert figure(computed, 2) == pytest.approx(sum(row["expected_revenue"] for row in value))
    assert figure(computed, 3) == sum(row["profit"] < 0 for row in spill(computed, "profit"))
    assert figure(computed, 4) > 0


def test_key_accounts_are_named_and_stand_in_both_lists_alike(computed):
    best = spill(computed, "best")
    assert best == spill(computed, "ranked")[: len(best)]
    assert len(best) == 20
    names = [at(computed, layout.TABLES + 1 + k, layout.FIRST["A"]) for k in range(len(best))]
    assert all(names)
    assert not any(ACCOUNT.match(name) for name in names)


def test_only_customers_who_cost_more_than_they_bring_are_listed_the_dearest_first(computed):
    profit = {row["account_id"]: row for row in spill(computed, "profit") if row["profit"] < 0}
    listed = rows_of(computed, layout.TABLES, "B", layout.ROOM)
    assert [row[1] for row in listed] == sorted(profit, key=lambda one: profit[one]["profit"])
    for _, account, revenue, margin, contacts, service, left in listed:
        assert margin - contacts - service == pytest.approx(left)
        assert revenue == profit[account]["revenue"]


def test_the_dearest_customers_are_three_silver_and_three_bronze_that_service_eats_up(computed):
    dearest = rows_of(computed, layout.TABLES, "B", layout.ROOM)[:6]
    assert all(service > margin for _, _, _, margin, _, service, _ in dearest)


def test_the_curve_begins_at_nothing_peaks_where_profit_turns_and_ends_at_all(sheet, computed):
    (text,) = (one for one in sheet[1] if "Profit so far" in one)
    values = [
        [float(v) for v in re.findall(r"<c:v>([^<]*)</c:v>", one)]
        for one in re.findall(r"<c:[xy]Val>.*?</c:[xy]Val>", text, re.DOTALL)
    ]
    across, up, _, ends, (peak_at,), (peak,) = values
    assert len(across) == len(up) == customers_charts.POINTS >= 60
    assert (across[0], up[0], across[-1]) == (0, 0, 1)
    assert up[-1] == pytest.approx(1)
    assert ends == [1, 1]
    assert across == sorted(across)
    profit = [row["profit"] for row in spill(computed, "profit")]
    gained = sum(one for one in profit if one > 0)
    assert peak == pytest.approx(gained / sum(profit))
    assert peak >= max(up)
    assert peak_at == pytest.approx(sum(one > 0 for one in profit) / len(profit))


def test_customers_are_drawn_by_name_and_the_line_reaches_what_they_bring(sheet, computed):
    (text,) = (one for one in sheet[1] if "Share reached so far" in one)
    names = re.findall(r"<c:cat>.*?</c:cat>", text, re.DOTALL)[0]
    shown = re.findall(r"<c:v>([^<]*)</c:v>", names)
    assert shown[0] == at(computed, layout.TABLES + 1, layout.FIRST["A"])
    assert len(set(shown)) == len(shown) == 20


@pytest.mark.parametrize(("band", "name"), [("A", "history"), ("B", "projected")])
def test_the_five_best_of_each_type_are_listed(computed, band, name):
    best = spill(computed, name)
    listed = rows_of(computed, layout.SECOND_TABLES, band, layout.SECOND_ROOM)
    assert [(row[0], row[1], row[4], row[5], row[6]) for row in listed] == [
        (row["type"], row["rank"], row["revenue"], row["share"], row["class"]) for row in best
    ]
    assert {row["rank"] for row in best} == {1, 2, 3, 4, 5}
    assert all(row[2] for row in listed)


def test_newcomers_to_the_best_are_counted(computed):
    before, ahead = (
        {row["account_id"] for row in spill(computed, name)} for name in ("history", "projected")
    )
    words = f"{len(ahead - before)} of {len(ahead)} not listed at the left"
    assert words in at(computed, layout.SECOND, layout.FIRST["B"])


def test_the_most_valuable_customers_are_listed_with_what_is_expected_of_them(computed):
    value = spill(computed, "value")[: customers_tables.VALUED]
    listed = rows_of(computed, layout.SECOND_TABLES, "C", customers_tables.VALUED, columns=9)
    columns = ("account_id", "x", "T", "mean_order", "p_alive", "expected_orders",
               "expected_revenue", "clv")  # fmt: skip
    assert [row[1:] for row in listed] == [[row[name] for name in columns] for row in value]


def test_it_is_told_how_the_fit_stands(computed):
    fit = {row["figure"]: row["value"] for row in spill(computed, "fit")}
    told = at(computed, layout.SECOND + 1, layout.FIRST["C"])
    assert told == (
        f"Orders: {fit['method']}, {fit['customers']:.0f} customers, {fit['repeat_customers']:.0f}"
        f" of them with repeat orders; log-likelihood {fit['log_likelihood']:,.1f}, converged."
    )
    value = at(computed, layout.SECOND_TABLES + customers_tables.VALUED + 1, layout.FIRST["C"])
    assert f"{fit['value_method']}, {fit['value_customers']:.0f} customers" in value
    assert f"Margin {100 * fit['margin']:.1f}%" in value


def test_every_segment_of_the_rules_has_a_colour(computed):
    words = {row["rfm_segment"] for row in spill(computed, "rfm")}
    assert words <= set(customers_tables.SEGMENTS)
    assert len(customers_tables.SEGMENTS) == 10


def test_a_link_leads_to_the_rules_of_segments(sheet):
    places = [one.get("location") for one in sheet[0].iter() if one.tag.endswith("}hyperlink")]
    assert "'Segment_rules'!A1" in places
    assert f"'Customers'!B{layout.RETENTION_ROW + 1}" in places


def test_the_first_screen_holds_the_key_accounts(sheet):
    assert layout.pixels(0, layout.LAST["C"]) <= SCREEN[0]
    heights = {int(row.get("r")): row.get("ht") for row in sheet[0].findall(".//{*}row")}
    rows = range(1, layout.TABLES + 2 + layout.ROOM)
    assert sum(float(heights.get(row) or 15) * 96 / 72 for row in rows) <= SCREEN[1]


def test_what_leaves_and_stays_begins_on_paper_of_its_own(sheet):
    breaks = [int(one.get("id")) for one in sheet[0].findall(".//{*}rowBreaks/{*}brk")]
    assert breaks == [layout.RETENTION_ROW]
    assert sheet[0].find("{*}pageSetup").get("fitToHeight") == "0"


def test_what_charts_are_drawn_from_stands_above_the_lower_panels(sheet):
    for text in sheet[1]:
        for name, row in re.findall(r"<c:f>Customers!\$([A-Z]+)\$\d+:\$[A-Z]+\$(\d+)</c:f>", text):
            if get_column_letter(layout.CHART_DATA + 1) <= name < "CM" and len(name) == 2:
                upper = int(row) <= layout.RETENTION_ROW
                assert upper, (name, row)


def test_answers_as_long_as_there_are_customers_stand_apart_from_each_other():
    places = [
        (column, column + len(customers_answers.ANSWERS[name]))
        for name, (_, column) in customers_answers.PLACES.items()
        if column >= layout.WHOLE
    ]
    ends = sorted(places)
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(ends))
