"""Scorecards as teams keep them, brought into a workbook: nothing lost, nothing made up."""

import openpyxl
import pytest
from importing_books import book_with, file, table, values

from xlcrm.model.model import model_of
from xlcrm.model.table import table_of
from xlcrm.workbook.importing import import_files
from xlcrm.workbook.importing.targets import bodies, range_of, targets_of
from xlcrm.workbook.package import contents, fill_tables
from xlcrm.workbook.template import template_path
from xlcrm.workbook.template.tables import starting_rows

ENGLISH = [
    ["Contoso Balanced Scorecard 2026"],
    [],
    ["Perspective", "Objective", "Measure", "Unit", "Direction", "Baseline", "Threshold", "Target",
     "Actual", "Previous", "Weight", "Owner", "Frequency"],
    ["Financial", "Grow revenue", "Revenue growth", "%", "Higher is better",
     "4 %", "5 %", "10 %", "8 %", "7 %", 0.6, "Ann", "Quarterly"],
    [None, "Protect margin", "Discount", "%", "lower is better",
     "12 %", "12 %", "8 %", "9 %", "n/a", 0.4, "Bob", "Monthly"],
    ["Customer", "Delight customers", "NPS", "points", "↑",
     20, 25, 40, "n/a", 30, 1, "Cy", "Yearly"],
    [None, "Delight customers", "Complaints", "count", "sideways",
     90, 80, 50, 61, 70, 1, "Cy", "Monthly"],
]  # fmt: skip
GERMAN = [
    ["Balanced Scorecard Vertrieb"],
    ["Stand: 31.03.2026"],
    [],
    ["Perspektive", "Strategisches Ziel", "Kennzahl", "Einheit", "Richtung", "Ausgangswert",
     "Schwellenwert", "Zielwert", "Istwert", "Vorjahr", "Gewichtung", "Verantwortlich"],
    ["Finanzen", "Umsatz steigern", "Umsatz", "Mio. €", "Maximieren",
     10, 11, "12,5", "11,8", 10.5, "60 %", "Meier"],
    ["Finanzen", "Kosten senken", "Kosten", "Mio. €", "Minimieren",
     5, 4.8, 4.2, 4.5, 5, "40 %", "Meier"],
    ["Prozesse", "Schneller liefern", "Kosten", "€ je Stück", "je niedriger, desto besser",
     9, 8, 7, None, 9, "100 %", "Huber"],
]  # fmt: skip
DUTCH = [
    ["Perspectief", "Doelstelling", "KPI", "Eenheid", "Nulmeting", "Drempelwaarde", "Streefwaarde",
     "Werkelijk", "Vorige periode", "Weging", "Richting", "Eigenaar", "Toelichting"],
    ["Financieel", "Meer omzet", "Omzet", "k€", 800, 850, 1000, 910, 880, 2, "omhoog", "Jan", "ok"],
    ["Klant", "Trouwe klanten", "Verloop", "%", 0.15, 0.14, 0.1, 0.12, 0.13, 1, "omlaag", "Piet",
     None],
    ["Klant", "Trouwe klanten", "Voorraad", "dagen", None, None, 30, 33, 31, 1, "binnen bereik",
     "Piet", None],
]  # fmt: skip


def saved(tmp_path, name, rows, merged=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Scorecard"
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    book.save(tmp_path / name)
    return tmp_path / name


def csv(tmp_path, name, rows):
    lines = (";".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return file(tmp_path, name, "\n".join(lines) + "\n")


def model_in(book, *kinds):
    """The model of some Tables, as worksheet functions would be handed them."""
    targets = targets_of(contents(book))
    rows = bodies(book, [targets[kind].table for kind in kinds])
    return model_of(
        [table_of(k, range_of(targets[k].table, rows[targets[k].table.name], 1900)) for k in kinds]
    )


def told_in(book, kind, *names):
    """Columns of a Table as worksheet functions read them, row by row."""
    frame = model_in(book, kind).columns(kind, names).frame.collect().to_pandas()
    rows = zip(*(frame[name] for name in names), strict=True)
    return [tuple(None if cell != cell else cell for cell in row) for row in rows]


def directions(book):
    return [word for (word,) in told_in(book, "measures", "direction")]


@pytest.fixture
def book(tmp_path):
    return book_with(tmp_path / "book.xlsx", "objectives", "measures", "settings", "aliases")


# ── scorecards as teams keep them ───────────────────────────────────────────────────────────


def test_an_english_scorecard_with_perspectives_once_a_block(tmp_path, book):
    (done,) = import_files([saved(tmp_path, "scorecard.xlsx", ENGLISH)], book)
    assert (done.kind, done.table, done.rows_in_file, done.rows_placed) == (
        "measures", "Measures", 4, 4,
    )  # fmt: skip
    assert done.agrees
    names = ("measure_id", "objective_id", "measure", "red", "target", "actual", "weight")
    assert values(book, "Measures", *names, "perspective") == [
        ("Revenue growth", "Grow revenue", "Revenue growth", "5 %", "10 %", "8 %", 0.6,
         "Financial"),
        ("Discount", "Protect margin", "Discount", "12 %", "8 %", "9 %", 0.4, None),
        ("NPS", "Delight customers", "NPS", 25, 40, "n/a", 1, "Customer"),
        ("Complaints", "Delight customers", "Complaints", 80, 50, 61, 1, None),
    ]  # fmt: skip
    assert values(book, "Objectives", "objective_id", "objective", "perspective") == [
        ("Grow revenue", "Grow revenue", "Financial"),
        ("Protect margin", "Protect margin", None),
        ("Delight customers", "Delight customers", "Customer"),
    ]
    assert directions(book) == ["higher", "lower", "higher", None]
    told = done.sentence
    assert "its headers stand in row 3" in told
    assert "perspective is blank in 2 of 4 rows, as in row 5, and nothing was filled in" in told
    assert "3 rows added to Objectives: Grow revenue (Financial), Protect margin (no" in told
    assert "1 cells of direction cannot be read, as in row 7: direction 'sideways'" in told
    assert "1 kept under their own name: Frequency" in told
    assert values(book, "Measures", "Frequency")[0] == ("Quarterly",)


def test_percentages_and_missing_values_arrive_as_numbers(tmp_path, book):
    import_files([saved(tmp_path, "scorecard.xlsx", ENGLISH)], book)
    columns = model_in(book, "measures").columns("measures", ["target", "actual", "previous"])
    assert not columns.problems
    frame = columns.frame.collect().to_pandas()
    assert frame["target"].tolist() == [0.1, 0.08, 40, 50]
    assert frame["actual"].fillna(-1).tolist() == [0.08, 0.09, -1, 61]
    assert frame["previous"].fillna(-1).tolist() == [0.07, -1, 30, 70]


def test_a_german_scorecard(tmp_path, book):
    (done,) = import_files([saved(tmp_path, "bsc.xlsx", GERMAN)], book)
    assert dict(done.placed) == {
        "Perspektive": "perspective", "Strategisches Ziel": "objective_id", "Kennzahl": "measure",
        "Einheit": "unit", "Richtung": "direction", "Ausgangswert": "baseline",
        "Schwellenwert": "red", "Zielwert": "target", "Istwert": "actual", "Vorjahr": "previous",
        "Gewichtung": "weight", "Verantwortlich": "owner",
    }  # fmt: skip
    assert done.kept == ()
    assert values(book, "Measures", "measure_id", "objective_id", "target", "actual") == [
        ("Umsatz", "Umsatz steigern", "12,5", "11,8"),
        ("Kosten senken: Kosten", "Kosten senken", 4.2, 4.5),
        ("Schneller liefern: Kosten", "Schneller liefern", 7, None),
    ]
    assert directions(book) == ["higher", "lower", "lower"]
    frame = model_in(book, "measures").columns("measures", ["target", "weight"]).frame.collect()
    assert frame["target"].to_list() == [12.5, 4.2, 7]
    assert frame["weight"].to_list() == [0.6, 0.4, 1]
    assert values(book, "Objectives", "objective_id", "perspective") == [
        ("Umsatz steigern", "Finanzen"),
        ("Kosten senken", "Finanzen"),
        ("Schneller liefern", "Prozesse"),
    ]
    assert (
        "no ids: measure_id is the measure; where one stands several times, objective_id and "
        "measure: 'Kosten senken: Kosten', 'Schneller liefern: Kosten'" in done.sentence
    )


def test_a_dutch_scorecard_as_csv(tmp_path, book):
    (done,) = import_files([csv(tmp_path, "scorecard.csv", DUTCH)], book)
    assert done.rows_placed == 3
    names = ("measure_id", "objective_id", "baseline", "red", "target", "actual", "weight", "owner")
    assert values(book, "Measures", *names) == [
        ("Omzet", "Meer omzet", 800, 850, 1000, 910, 2, "Jan"),
        ("Verloop", "Trouwe klanten", 0.15, 0.14, 0.1, 0.12, 1, "Piet"),
        ("Voorraad", "Trouwe klanten", None, None, 30, 33, 1, "Piet"),
    ]
    assert directions(book) == ["higher", "lower", "band"]
    assert values(book, "Measures", "kpi") == [(None,)] * 3  # KPI is the measure's name here
    assert done.kept == ("Toelichting",)


def test_a_scorecard_lands_in_the_empty_template(tmp_path):
    path = tmp_path / "mine.xlsm"
    template = template_path().read_bytes()
    there = {table.name for table in contents(template).tables}
    empty = {n: (t.headers, t.rows) for n, t in starting_rows(empty=True).items() if n in there}
    fill_tables(template, path, empty)
    (done,) = import_files([saved(tmp_path, "bsc.xlsx", GERMAN)], path)
    assert done.agrees
    assert done.rows_in_model == 3
    assert told_in(path, "measures", "measure_id", "actual", "direction")[0] == (
        "Umsatz", 11.8, "higher",
    )  # fmt: skip
    objectives = told_in(path, "objectives", "objective_id", "objective", "perspective")
    assert objectives[2] == ("Schneller liefern", "Schneller liefern", "Prozesse")
    assert not any("rows of measures have the objective" in note for note in done.notes)


# ── blocks, merged cells, headings ──────────────────────────────────────────────────────────

BLOCKS = [
    ["Perspective", "KPI", "Target", "Actual", "Weight"],
    ["Financial", "Revenue", 100, 90, 0.5],
    [None, "Margin", 0.4, 0.3, None],
    ["Customer", "NPS", 40, 35, 1],
    [None, "Churn", 0.05, 0.06, 1],
]


def test_words_are_filled_down_only_where_the_workbook_says_merged(tmp_path, book):
    path = saved(tmp_path, "s.xlsx", BLOCKS, merged=["A2:A3", "E2:E3"])
    (done,) = import_files([path], book)
    assert values(book, "Measures", "perspective", "objective_id", "weight") == [
        ("Financial", "Financial", 0.5),
        ("Financial", "Financial", None),
        ("Customer", "Customer", 1),
        (None, None, 1),
    ]
    told = done.sentence
    assert "1 cells of perspective are merged with one above: A2:A3" in told
    assert "objective_id is blank in 1 of 4 rows, as in row 5, and nothing was filled in" in told
    assert "weight is blank in 1 of 4 rows, as in row 3" in told
    assert "no objectives named: each perspective is the objective of its measures" in told


def test_without_merged_cells_nothing_is_filled(tmp_path, book):
    (done,) = import_files([saved(tmp_path, "s.xlsx", BLOCKS)], book)
    perspectives = values(book, "Measures", "perspective")
    assert perspectives == [("Financial",), (None,), ("Customer",), (None,)]
    assert not any("merged" in note for note in done.notes)
    assert any("blank in 2 of 4 rows, as in row 3" in note for note in done.notes)


def test_headings_between_the_rows_are_left_out_and_named(tmp_path, book):
    rows = [["KPI", "Goal", "Current"], ["Financial"], ["Revenue", 10, 9], ["Customer"],
            ["NPS", 40, None]]  # fmt: skip
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert (done.rows_in_file, done.rows_placed, done.rows_in_model) == (4, 2, 2)
    assert done.could_not_place == (
        "2 rows that hold one text alone, like headings: row 2 'Financial', row 4 'Customer'; "
        "write it into a column perspective of the rows below",
    )
    assert values(book, "Measures", "measure_id", "target", "actual") == [
        ("Revenue", 10, 9),
        ("NPS", 40, None),
    ]


def test_rows_without_values_and_total_rows_are_named(tmp_path, book):
    rows = [
        ["KPI", "Target", "Actual", "Weight"], ["Financial", None, None, 0.5],
        ["Revenue", 10, 9, 1], ["Total", None, None, 1],
    ]  # fmt: skip
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert "2 rows have neither target nor actual, as row 2 'Financial'" in done.sentence
    assert "row 4 looks like a total" in done.sentence


# ── names, ids, objectives ──────────────────────────────────────────────────────────────────


def test_a_short_list_of_kpis_serves_one_objective(tmp_path, book):
    rows = [["KPI", "Ziel", "Ist", "Richtung"], ["Umsatz", 10, 9, "↑"], ["Kosten", 5, 6, "↓"]]
    (done,) = import_files([saved(tmp_path, "kpi.xlsx", rows)], book)
    assert values(book, "Measures", "measure_id", "objective_id", "target") == [
        ("Umsatz", "Scorecard", 10),
        ("Kosten", "Scorecard", 5),
    ]
    assert values(book, "Objectives", "objective_id", "perspective") == [("Scorecard", None)]
    assert "neither objectives nor perspectives named" in done.sentence


def test_measures_that_cannot_be_told_apart_are_named(tmp_path, book):
    rows = [
        ["Objective", "KPI", "Target", "Actual"],
        ["Save", "Cost", 1, 2],
        ["Save", "Cost", 3, 4],
    ]
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert done.rows_placed == 2
    assert "'Save: Cost' in row 2 of s.xlsx and in row 3" in done.sentence


def test_objectives_that_are_there_stay_and_are_found_by_name(tmp_path):
    known = [["O1", "Grow revenue", "Finance", None, None, 2.0, "Ann"]]
    book = book_with(
        tmp_path / "b.xlsx", "objectives", "measures", "settings", rows={"objectives": known}
    )
    (done,) = import_files([saved(tmp_path, "scorecard.xlsx", ENGLISH)], book)
    assert values(book, "Objectives", "objective_id", "objective", "perspective", "weight") == [
        ("O1", "Grow revenue", "Finance", 2),
        ("Protect margin", "Protect margin", None, None),
        ("Delight customers", "Delight customers", "Customer", None),
    ]
    ids = [one for (one,) in values(book, "Measures", "objective_id")]
    assert ids == ["O1", "Protect margin", "Delight customers", "Delight customers"]
    assert "objectives named in other words or letters: 'Grow revenue' is 'O1'" in done.sentence
    assert "2 rows added to Objectives" in done.sentence


def test_importing_again_adds_no_objective_twice(tmp_path, book):
    path = saved(tmp_path, "bsc.xlsx", GERMAN)
    import_files([path], book)
    before = values(book, "Objectives", "objective_id", "objective", "perspective")
    (done,) = import_files([path], book)
    assert done.rows_replaced == 3
    assert values(book, "Objectives", "objective_id", "objective", "perspective") == before
    assert not any("added to Objectives" in note for note in done.notes)


def test_objectives_and_measures_of_one_workbook_go_together(tmp_path, book):
    both = openpyxl.Workbook()
    goals, measures = both.active, both.create_sheet("KPIs")
    goals.title = "Strategie"
    for row in (["Perspektive", "Strategisches Ziel", "Gewichtung"], ["Finanzen", "Wachsen", 3],
                ["Kunden", "Begeistern", 1]):  # fmt: skip
        goals.append(row)
    for row in (["Ziel", "Kennzahl", "Sollwert", "Ist"], ["Wachsen", "Umsatz", 10, 9],
                ["begeistern", "NPS", 40, 30], ["Lernen", "Schulungstage", 5, 2]):  # fmt: skip
        measures.append(row)
    both.save(tmp_path / "beides.xlsx")
    first, second = import_files([tmp_path / "beides.xlsx"], book)
    assert (first.kind, second.kind) == ("objectives", "measures")
    assert values(book, "Objectives", "objective_id", "objective", "perspective", "weight") == [
        ("Wachsen", "Wachsen", "Finanzen", 3),
        ("Begeistern", "Begeistern", "Kunden", 1),
        ("Lernen", "Lernen", None, None),
    ]
    assert values(book, "Measures", "objective_id", "measure_id", "target") == [
        ("Wachsen", "Umsatz", 10),
        ("Begeistern", "NPS", 40),
        ("Lernen", "Schulungstage", 5),
    ]
    assert first.agrees
    assert second.agrees
    assert "1 rows added to Objectives: Lernen (no perspective)" in second.sentence


def test_an_objective_in_two_perspectives_is_named(tmp_path, book):
    rows = [["Perspective", "Objective", "KPI", "Target", "Actual"], ["A", "Save", "x", 1, 2],
            ["B", "Save", "y", 3, 4]]  # fmt: skip
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert "objective 'Save' stands in 2 perspectives; it is added to 'A'" in done.sentence
    assert values(book, "Objectives", "objective_id", "perspective") == [("Save", "A")]


def test_perspectives_that_a_table_lists_get_those_that_it_lacks(tmp_path):
    book = book_with(
        tmp_path / "b.xlsx", "objectives", "measures", "perspectives", "aliases",
        rows={
            "perspectives": [["Finance", 1.0, 40.0]],
            "aliases": [["perspective", "Finanzen", "Finance"]],
        },
    )  # fmt: skip
    (done,) = import_files([saved(tmp_path, "bsc.xlsx", GERMAN)], book)
    assert values(book, "Perspectives", "perspective", "order", "weight") == [
        ("Finance", 1, 40),
        ("Prozesse", None, None),
    ]
    assert "1 rows added to Perspectives: Prozesse" in done.sentence


def test_perspectives_that_nothing_names_take_the_names_of_the_file(tmp_path):
    listed = [["Finance", 1.0, 40.0], ["Customers", 2.0, 20.0], ["Processes", 3.0, 20.0]]
    book = book_with(
        tmp_path / "b.xlsx", "objectives", "measures", "perspectives",
        rows={"perspectives": listed},
    )  # fmt: skip
    (done,) = import_files([saved(tmp_path, "bsc.xlsx", GERMAN)], book)
    after = [("Finanzen", 1, 40), ("Customers", 2, 20), ("Prozesse", 3, 20)]
    assert values(book, "Perspectives", "perspective", "order", "weight") == after
    assert "Finance is now Finanzen, Processes is now Prozesse" in done.sentence
    import_files([saved(tmp_path, "bsc.xlsx", GERMAN)], book)
    assert values(book, "Perspectives", "perspective", "order", "weight") == after


def test_new_objectives_weigh_what_their_measures_weigh_together(tmp_path, book):
    rows = [["Perspective", "Objective", "KPI", "Target", "Actual", "Weight"],
            ["Finance", "Grow", "Revenue", 10, 9, "40%"],
            ["Finance", "Grow", "Margin", 3, 2, "30%"],
            ["Finance", "Collect", "DSO", 45, 52, "30%"]]  # fmt: skip
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert values(book, "Objectives", "objective_id", "weight") == [("Grow", 0.7), ("Collect", 0.3)]
    assert "objectives weigh what their measures weigh together: Grow 0.7, Coll" in done.sentence


def test_a_blank_weight_leaves_objectives_alike(tmp_path, book):
    rows = [["Objective", "KPI", "Target", "Actual", "Weight"], ["Grow", "Revenue", 10, 9, 2],
            ["Collect", "DSO", 45, 52, None]]  # fmt: skip
    import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert values(book, "Objectives", "objective_id") == [("Grow",), ("Collect",)]
    assert not any(weight for (weight,) in values(book, "Objectives", "weight"))


def test_a_target_in_percent_of_a_kpi_that_is_a_share_is_written_in_its_unit(tmp_path, book):
    rows = [["Objective", "Measure", "kpi", "Unit", "Target", "Actual"],
            ["Win", "Win rate", "win_rate", "%", "45 %", None],
            ["Win", "Quotes in time", None, "%", "90 %", "85 %"]]  # fmt: skip
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert values(book, "Measures", "target", "actual") == [(45, None), ("90 %", "85 %")]
    assert "1 values with % written as numbers in %" in done.sentence


def test_without_a_table_of_objectives_that_is_said(tmp_path):
    book = book_with(tmp_path / "b.xlsx", "measures", "settings")
    (done,) = import_files([saved(tmp_path, "bsc.xlsx", GERMAN)], book)
    assert done.rows_placed == 3
    assert "the workbook has no Table Objectives" in done.sentence


def test_ids_of_the_file_are_kept(tmp_path, book):
    rows = [["ID", "Objective", "Measure", "Target", "Actual"], ["M7", "Save", "Cost", 1, 2]]
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert values(book, "Measures", "measure_id", "measure") == [("M7", "Cost")]
    assert not any("no ids" in note for note in done.notes)


# ── values that do not go together ──────────────────────────────────────────────────────────


def test_percentages_beside_plain_numbers_are_pointed_out(tmp_path, book):
    rows = [["KPI", "Target", "Actual", "Weight"], ["Share", "75 %", 72, "40%"],
            ["Rate", "75 %", 0.72, 60]]  # fmt: skip
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert "1 rows have values with % beside numbers above 1: row 2 (target 75 %, actual 72)" in (
        done.sentence
    )
    assert "1 weights have a % and others are above 1: 40% counts as 0.4, 40 as 40" in done.sentence


def test_what_is_no_number_is_named_with_its_row(tmp_path, book):
    rows = [["KPI", "Target", "Actual"], ["Share", 0.75, 0.7], ["Mood", "good", "better"]]
    (done,) = import_files([saved(tmp_path, "s.xlsx", rows)], book)
    assert (
        "1 cells of target cannot be read, as in row 3: target: 'good' is no num" in done.sentence
    )
    assert "1 cells of actual cannot be read, as in row 3" in done.sentence
    assert values(book, "Measures", "target", "actual")[1] == ("good", "better")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (["KPI", "KPI", "Target", "Actual"], "header 'KPI' found in columns A and B"),
        (["Objective", "KPI", "Target", "Soll-Ist"], "no header for 'actual'"),
        (["Measure", "", "Target", "Kind"], "merged cells in header? B, right of 'Measure'"),
    ],
)
def test_headers_that_cannot_be_understood_are_refused(tmp_path, book, headers, reason):
    (done,) = import_files([saved(tmp_path, "s.xlsx", [headers, ["a", "b", 1, 2]])], book)
    assert done.rows_placed == 0
    assert reason in done.sentence
    assert table(book, "Measures")[1][0]["measure"].value is None
