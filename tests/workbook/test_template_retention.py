"""The lower part of the sheet Customers: who sleeps, leaves and stays, and what to offer next."""

import io
import re
import zipfile

import pytest
import xlsxwriter
from openpyxl.utils import get_column_letter

from xlcrm.hosts import headless
from xlcrm.workbook import package
from xlcrm.workbook.template import customers_cohorts, customers_views
from xlcrm.workbook.template import customers_layout as layout
from xlcrm.workbook.template import customers_retention as retention
from xlcrm.workbook.template.data_sheets import define_lists, write_data, write_lists
from xlcrm.workbook.template.model_sheet import write_model
from xlcrm.workbook.template.page import Role, added
from xlcrm.workbook.template.style import INK, Styles
from xlcrm.workbook.template.tables import DATA, starting_rows

TOP = layout.RETENTION_ROW
BELOW = TOP + retention.SECOND
WHERE = (layout.INPUTS + 1, 5)
BODY = customers_views.BODY
ENTRY = customers_views.INPUTS + 1


@pytest.fixture(scope="module")
def written():
    """A workbook of the sample company with the lower part of Customers alone."""
    content = io.BytesIO()
    options = {"in_memory": True, "use_future_functions": True, "strings_to_formulas": False}
    workbook = xlsxwriter.Workbook(content, options)
    styles = Styles(workbook)
    names = ("Customers", *(table.name for table in DATA), "Lists", "Model")
    pages = {name: added(workbook, name, Role.DATA, styles) for name in names}
    rows = starting_rows(empty=False)
    for table in DATA:
        write_data(pages[table.name], table, rows[table.name])
    write_lists(pages["Lists"], rows)
    define_lists(workbook)
    write_model(workbook, pages["Model"])
    page = pages["Customers"]
    layout.set_up(page, TOP + retention.ROWS)
    page.write(1, 1, "EUR")
    workbook.define_name("Currency", f"={page.address(1, 1)}")
    page.write(*WHERE, None, "input")
    retention.write_retention(workbook, page, TOP, page.at(*WHERE))
    workbook.close()
    return content.getvalue()


@pytest.fixture(scope="module")
def book(written):
    opened = headless.opened(written)
    headless.evaluate(opened)
    return opened


@pytest.fixture(scope="module")
def computed(book):
    return headless.results(book)["Customers"]


@pytest.fixture(scope="module")
def charts(written, computed, tmp_path_factory):
    path = tmp_path_factory.mktemp("retention") / "book.xlsx"
    package.write_cached(written, path, {"Customers": computed})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts = [text for name, text in parts.items() if "charts/chart" in name]
    return texts, "".join(t for name, t in parts.items() if "drawings/drawing" in name)


def at(row, column):
    return f"{get_column_letter(column + 1)}{row + 1}"


def whole(computed, name):
    row = TOP if name in ("churn", "churn_all", "dormant", "offers") else BELOW
    head, *rows = computed[at(row, retention.AT[name])]
    return [dict(zip(head, values, strict=True)) for values in rows]


def column(computed, row, number):
    """A column of a view, from the row below its header."""
    return [value for (value,) in computed[at(row + 1, number)]]


def heading(computed, row, band):
    return computed[at(row, layout.FIRST[band])][0][0]


@pytest.fixture
def asked(book):
    """Types into inputs, gives what is computed then, and puts back what stood there."""
    before = []

    def type_in(cell, value, was):
        before.append((cell, was))
        headless.changed(book, "Customers", cell, value)
        return headless.results(book)["Customers"]

    yield type_in
    for cell, was in reversed(before):
        headless.changed(book, "Customers", cell, was)


@pytest.mark.parametrize("name", retention.AT)
def test_lower_answers_have_the_columns_that_are_laid_out(computed, name):
    laid = [head for head, _ in retention.COLUMNS[name]]
    answered = list(whole(computed, name)[0])
    if laid[0] == "group":
        laid[0] = "segment"
    assert answered == laid[: len(answered)]
    assert len(answered) == len(laid) or name == "cohorts"


def test_the_heading_counts_sleepers_and_what_they_stake(computed):
    rows = whole(computed, "dormant")
    stake = sum(row["at_stake"] for row in rows if row["at_stake"] != "-")
    expected = f"{len(rows)} customers are silent for too long; {stake / 1000:,.0f} thousand EUR"
    assert len(rows) == 13
    assert heading(computed, TOP, "A").startswith(expected)


def test_sleepers_and_offers_show_names_beside_their_figures(computed):
    row = TOP + BODY
    names = [computed[at(row + 1 + k, 1)][0][0] for k in range(15)]
    assert all(names[:13])
    assert names[13:] == ["", ""]
    assert not any(name.startswith("A-") for name in names)
    assert column(computed, row, 3) == [one["silent"] for one in whole(computed, "dormant")]
    offers = whole(computed, "offers")[:25]
    assert column(computed, row, 10) == [one["offer"] for one in offers]
    assert column(computed, row, 11) == [one["because"] for one in offers]


def test_no_longer_a_list_is_shown_than_asked_for(asked):
    found = asked(at(TOP + ENTRY, 1), 3.0, 15.0)
    assert len(column(found, TOP + BODY, 3)) == 3
    names = [found[at(TOP + BODY + 1 + k, 1)][0][0] for k in range(5)]
    assert [bool(name) for name in names] == [True, True, True, False, False]


def test_the_heading_names_the_product_that_suits_most(computed):
    rows = whole(computed, "offers")
    counts = {row["offer"]: [r["expected"] for r in rows if r["offer"] == row["offer"]]
              for row in rows}  # fmt: skip
    best = max(counts, key=lambda offer: len(counts[offer]))
    text = heading(computed, TOP, "B")
    assert text.startswith(f"Offer {best} next: it suits {len(counts[best])} of {len(rows)} ")
    assert f"{sum(counts[best]) / 1000:,.0f} thousand EUR expected" in text


def test_the_heading_names_the_segment_that_loses_most(computed):
    worst = max(whole(computed, "churn"), key=lambda row: row["churn"])
    (total,) = whole(computed, "churn_all")
    assert worst["segment"] == "Silver"
    assert heading(computed, TOP, "C") == (
        f"Silver loses most, {worst['churn']:.0%} in last 12 months; of all customers "
        f"{total['cohort']:.0%} left, at most {total['churn_at_most']:.0%}"
    ).replace("%", " %")


def test_the_four_denominators_stand_beside_each_other(computed):
    (total,) = whole(computed, "churn_all")
    row = TOP + BODY + customers_views.CHART_ROWS + 1
    shown = [column(computed, row, layout.FIRST["C"] + k)[0] for k in range(1, 5)]
    assert shown == [total[name] for name in ("cohort", "start", "average", "exposure")]


def test_means_are_shown_in_months(computed):
    row = BELOW + BODY + customers_views.CHART_ROWS + 1
    shown = column(computed, row, layout.FIRST["A"] + 2)
    days = [one["mean"] for one in whole(computed, "means")]
    assert shown == pytest.approx([one / 365.25 * 12 for one in days])


def series(charts, title):
    (chart,) = (text for text in charts[0] if title in text)
    found = []
    for kind in ("xVal", "yVal"):
        for one in re.findall(rf"<c:{kind}>.*?</c:{kind}>", chart, re.DOTALL):
            points = re.findall(r'<c:pt idx="(\d+)"[^>]*><c:v>([^<]+)</c:v>', one)
            found.append({int(k): float(v) for k, v in points if v != "#N/A"})
    return found[0], found[len(found) // 2 :]


def test_the_curve_falls_in_steps_to_the_longest_relationship(computed, charts):
    months, (survival, low, high) = series(charts, "Share of customers who stay longer")
    curve = whole(computed, "curve")
    (total,) = whole(computed, "means_all")
    assert len(months) == len(survival) == 2 * len(curve)
    for k in range(1, len(months)):
        # each point is level with the one before, or right below it
        assert months[k] == months[k - 1] or survival[k] == survival[k - 1]
    assert sorted(set(survival.values()), reverse=True) == [one["survival"] for one in curve]
    assert max(months.values()) == pytest.approx(total["horizon"] / 365.25 * 12)
    assert all(low[k] <= survival[k] <= high[k] for k in survival)


def test_the_heat_map_follows_its_switch(computed, asked):
    left, row = layout.FIRST["C"], BELOW + BODY
    assert heading(computed, BELOW, "C").endswith("a year later")
    assert column(computed, row, left)[0] == "2024-Q1 · 29 customers"
    assert column(computed, row, left + 1) == [1.0] * 9
    found = asked(at(BELOW + ENTRY, left), "cumulative_revenue", "retention")
    rows = whole(found, "cohorts")
    assert column(found, row, left + 2)[:3] == [one["1"] for one in rows[:3]]
    best = max(rows, key=lambda one: max(v for k, v in one.items() if k.isdigit() and v != ""))
    assert heading(found, BELOW, "C").startswith(f"Who came in {best['cohort']} brought most")
    found = asked(at(BELOW + ENTRY, left), "revenue_per_customer", "cumulative_revenue")
    assert heading(found, BELOW, "C").startswith("New customers bring ")


def test_the_share_that_returns_is_that_of_all_new_customers(computed):
    rows = [one for one in whole(computed, "cohorts") if one["1"] != ""]
    back = sum(one["customers"] * one["1"] for one in rows) / sum(one["customers"] for one in rows)
    assert heading(computed, BELOW, "C").startswith(f"{100 * back:.0f} % of new customers")


def test_a_condition_that_nobody_meets_leaves_plain_words_and_no_errors(asked):
    found = asked(at(*WHERE), "segment=None such", "")
    for row in (TOP, BELOW):
        for band in layout.FIRST:
            assert heading(found, row, band) in (
                "Who sleeps: whom to call first",
                "What to offer next",
                "Who leaves",
                "How long customers stay",
                "What is bought together",
                "What new customers do later",
            )
            assert found[at(row + customers_views.TROUBLE, layout.FIRST[band])][0][0][0] == "▼"
    columns = {get_column_letter(k + 1): k for k in range(layout.LAST["C"] + 1)}
    for cell, rows in found.items():
        if cell.rstrip("0123456789") in columns:
            assert all(isinstance(value, str | float) for one in rows for value in one), cell


def test_a_period_in_which_nobody_left_says_so(asked):
    found = asked(at(*WHERE), "segment=Gold", "")
    assert "Gold loses most" in heading(found, TOP, "C")
    found = asked(at(TOP + ENTRY, layout.FIRST["C"]), "2024", "last 12 months")
    assert not heading(found, TOP, "C").startswith("Gold loses most, 0 %")


def test_charts_have_words_for_them_and_values(charts):
    assert len(charts[0]) == 2
    assert len(re.findall(r'descr="[^"]{40,}"', charts[1])) == 2
    assert all("<c:v>" in text for text in charts[0])


def test_lower_panels_stay_above_the_last_row(computed):
    least = BELOW + BODY + max(customers_cohorts.COHORTS, 25)
    assert least <= TOP + retention.ROWS
    band = {get_column_letter(k + 1) for k in range(layout.LAST["C"] + 1)}
    for cell in computed:
        letters = cell.rstrip("0123456789")
        if letters in band:
            assert TOP < int(cell[len(letters) :]) <= TOP + retention.ROWS + 1


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("ground", [customers_cohorts.LOW, customers_cohorts.HIGH, "#FFFFFF"])
def test_figures_stand_out_from_every_ground_of_the_heat_map(ground):
    assert (luminance(ground) + 0.05) / (luminance(INK) + 0.05) >= 4.5
