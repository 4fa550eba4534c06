"""The committed template: up to date, computed, and readable by every reader."""

import re
import warnings
import zipfile
from xml.etree import ElementTree

import formualizer
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from xlcrm.errors import ExcelError
from xlcrm.functions import catalogue
from xlcrm.hosts import headless
from xlcrm.model.schema import KINDS
from xlcrm.model.settings import SETTINGS
from xlcrm.workbook import package
from xlcrm.workbook.template import template_path
from xlcrm.workbook.template.building import written
from xlcrm.workbook.template.new_books import differing
from xlcrm.workbook.template.tables import DATA

ORDER = ["Start", "Forecast", "Pipeline", "Scorecard", "Goals", "Strategy map", "Segments",
         "Customers", "Territory", "Deals", "Orders", "Accounts", "Sellers", "Products", "Stages",
         "Snapshots", "Activities", "Spend", "Timesheets", "Surveys", "Regions", "Cities",
         "Segment_rules", "Targets", "Seasonality", "Perspectives", "Objectives", "Links",
         "Measures", "Actuals", "Initiatives", "Settings", "Aliases", "Lists", "Imports", "Model",
         "Functions", "_IntelliSense_"]  # fmt: skip
IGNORED = "ignore:.*xtension is not supported:UserWarning"


@pytest.fixture(scope="module")
def template():
    return template_path()


@pytest.fixture(scope="module")
def contents(template):
    return package.contents(template)


@pytest.fixture(scope="module")
def template_written():
    """The template as the code writes it, before its figures are computed."""
    return written()


@pytest.fixture(scope="module")
def computed(computed_template, template_results):
    return template_results, computed_template


def test_the_committed_template_is_what_the_code_builds_and_stale_parts_are_named(
    template, template_written, template_results, tmp_path
):
    """Equal formulas have equal results, so those of the committed one are not computed twice."""
    fresh, stale = tmp_path / "fresh.xlsm", tmp_path / "stale.xlsm"
    fresh.write_bytes(template_written)
    package.write_cached(fresh, fresh, template_results)
    assert differing(template, fresh) == []
    with zipfile.ZipFile(template) as old, zipfile.ZipFile(stale, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"Berg", b"Borg"))
    assert "xl/sharedStrings.xml" in differing(stale, fresh)
    assert "xl/vbaProject.bin" not in differing(stale, fresh)


def test_the_same_bytes_are_written_again(template_written):
    """Computing them again changes nothing either, as another test says."""
    assert written() == template_written


def test_the_sheets_stand_in_their_order(contents):
    assert [sheet.name for sheet in contents.sheets] == ORDER


def test_only_the_sheet_for_intellisense_is_hidden(contents):
    assert [sheet.name for sheet in contents.sheets if not sheet.is_visible] == ["_IntelliSense_"]


def test_every_data_table_has_the_columns_of_its_kind(contents):
    tables = {table.name: table for table in contents.tables}
    for one in DATA:
        assert tables[one.name].sheet == one.name
        if one.kind and one.kind != "settings":
            assert tables[one.name].headers == KINDS[one.kind].names
    assert tables["Settings"].headers == ("name", "value", "default", "meaning")
    assert tables["Settings"].body.height == len(SETTINGS)


def test_the_model_is_named(contents):
    names = {name.name: name.text for name in contents.names}
    assert names["Model"] == "Model!$D$3"


def test_every_formula_has_its_result_in_the_file(template, computed, tmp_path):
    """Computing it again changes nothing."""
    results, _ = computed
    written = package.write_cached(template, tmp_path / "again.xlsm", results)
    assert (written.cells, written.charts, written.blocked) == (0, 0, ())


def test_no_formula_shows_an_error_but_unused_chart_data(computed):
    results, book = computed
    padded = {}
    for sheet, cells in results.items():
        for cell, rows in cells.items():
            if any(isinstance(value, ExcelError) for row in rows for value in row):
                padded.setdefault(sheet, set()).add(cell)
    text = {(f.sheet, f.cell): f.text for f in book.formulas}
    months = padded.pop("Scorecard")
    assert all("CRM_SCORECARD(" in text["Scorecard", cell] for cell in months)
    assert set(padded) == {
        "Forecast", "Pipeline", "Strategy map", "Segments", "Customers", "Territory"
    }  # fmt: skip
    for sheet, cells in padded.items():
        for cell in cells:
            assert "CRM_" not in text[sheet, cell]
            assert re.match(
                r"(IF\(|IFERROR\(|INDEX\(|\$[A-Z]+\d+-[\d.]+$)", text[sheet, cell].lstrip("=")
            )
            assert all(row == (ExcelError.NA,) for row in results[sheet][cell])


def test_the_scorecard_lacks_figures_of_months_alone(computed):
    """Small lines leave out #N/A; where it were blank or a dash, some programs draw 0."""
    results, book = computed
    cells = [f.cell for f in book.formulas if f.sheet == "Scorecard" and "CRM_SCORECARD(" in f.text]
    (whole,) = (results["Scorecard"][cell] for cell in cells)
    lacking = {
        head: {cell for cell in cells if isinstance(cell, ExcelError)}
        for head, *cells in zip(*whole, strict=True)
    }
    assert set().union(*lacking.values()) == {ExcelError.NA}
    assert all(re.fullmatch(r"\d{4}-\d\d", head) for head, errors in lacking.items() if errors)


def test_the_checks_on_start_are_fine(computed):
    results, _ = computed
    texts = [str(rows[0][0]) for rows in results["Start"].values()]
    assert sum(text == "● fine" for text in texts) == 7
    assert not any("▼" in text for text in texts)
    assert "Checks: all 7 are fine" in texts


def test_headlines_say_a_message_with_a_unit(computed):
    results, _ = computed
    assert re.fullmatch(
        r"Forecast: June lands at [\d.]+ of [\d.]+ million EUR, "
        r"the quarter at [\d.]+ of [\d.]+, the year at [\d.]+ of [\d.]+",
        str(results["Forecast"]["B1"][0][0]),
    )
    assert re.fullmatch(
        r"Deals of this year: [\d.]+ million EUR expected, of which [\d.]+ are won and [\d.]+ more "
        r"will come from deals not yet created",
        str(results["Forecast"]["B2"][0][0]),
    )
    assert str(results["Scorecard"]["B1"][0][0]).startswith("Scorecard: the strategy stands at ")
    assert re.fullmatch(
        r"Goals: \d+ of 100, with \d+% of the weights measured",
        str(results["Goals"]["B1"][0][0]),
    )
    assert re.fullmatch(
        r"Strategy map: of \d+ links the cause moved before the effect in \d+",
        str(results["Strategy map"]["B1"][0][0]),
    )
    assert " % of revenue" in str(results["Segments"]["B1"][0][0])
    assert re.fullmatch(
        r"Pipeline: [\d.]+ million EUR open in \d+ deals, \d+ overdue; \d+ need attention today",
        str(results["Pipeline"]["B1"][0][0]),
    )


def columns(rows):
    """The columns of an answer by their headers."""
    return dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))


def test_the_headline_is_the_sum_of_the_months(computed):
    results, _ = computed
    months = columns(results["Forecast"]["B31"])
    told = re.findall(r"[\d.]+", str(results["Forecast"]["B2"][0][0]))
    for figure, name in zip(told, ("total", "won", "create_and_close"), strict=True):
        assert float(figure) == pytest.approx(sum(months[name]) / 1e6, abs=0.005), name


def test_the_first_screen_says_where_month_quarter_and_year_land(computed):
    results, _ = computed
    sheet = results["Forecast"]
    landing = columns(sheet["C22"])
    tiles = [sheet[cell][0][0] for cell in ("B4", "D4", "F4")]
    assert tiles == list(landing["landing"])
    told = [float(figure) for figure in re.findall(r"[\d.]+", str(sheet["B1"][0][0]))]
    pairs = zip(landing["landing"], landing["target"], strict=True)
    assert told == [round(figure / 1e6, 2) for pair in pairs for figure in pair]


def test_each_target_is_judged_by_the_range_round_it(computed):
    results, _ = computed
    sheet = results["Forecast"]
    revenue, deals = columns(sheet["C22"]), columns(sheet["D26"])
    quarter, year = (
        dict(zip(sheet["D26"][0], sheet[cell][0], strict=True)) for cell in ("D28", "D29")
    )
    judged = [
        *zip(
            ("B23", "B24", "B25"), revenue["low"], revenue["high"], revenue["target"], strict=True
        ),
        ("B27", deals["p10"][0], deals["p90"][0], deals["target"][0]),
        ("B28", quarter["p10"], quarter["p90"], quarter["target"]),
        ("B29", year["p10"], year["p90"], year["target"]),
    ]
    words = {"● likely": 0, "▲ open": 0, "▼ unlikely": 0}
    for cell, low, high, target in judged:
        expected = "● likely" if low >= target else "▼ unlikely" if high < target else "▲ open"
        assert sheet[cell] == [(expected,)], cell
        words[expected] += 1
    assert sum(words.values()) == 6


def test_every_example_of_the_catalogue_works_in_it(computed):
    _, book = computed
    for function in catalogue().values():
        rows = headless.answer_to(book, function.example)
        assert not isinstance(rows[0][0], ExcelError), function.example


def test_functions_are_listed(template):
    rows = CalamineWorkbook.from_path(str(template)).get_sheet_by_name("Functions").to_python()
    listed = {row[1] for row in rows} | {row[0] for row in rows}
    assert set(catalogue()) <= listed


def test_the_hidden_sheet_helps_while_typing(template):
    sheet = CalamineWorkbook.from_path(str(template)).get_sheet_by_name("_IntelliSense_")
    rows = sheet.to_python()
    assert rows[0][0] == "FunctionInfo"
    assert [row[0] for row in rows[1:]] == list(catalogue())


@pytest.mark.filterwarnings(IGNORED)
def test_openpyxl_opens_it(template):
    book = openpyxl.load_workbook(template, data_only=True)
    assert book.sheetnames == ORDER
    assert book["Model"]["D3"].value.startswith("model: 24 tables")
    assert book["Deals"].tables["Deals"].ref.startswith("A4:Y")


def test_calamine_reads_the_answers(template):
    rows = CalamineWorkbook.from_path(str(template)).get_sheet_by_name("Forecast").to_python()
    flat = [cell for row in rows for cell in row]
    assert "2026-01" in flat
    assert "#VALUE!" not in flat


def test_formualizer_opens_it(template):
    book = formualizer.Workbook.from_bytes(template.read_bytes())
    assert set(book.sheet_names) >= set(ORDER)


def test_the_macros_are_in_it(template):
    with warnings.catch_warnings():  # olevba calls its parser by old names
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser

        parser = VBA_Parser(str(template))
        modules = {module: code for _, _, module, code in parser.extract_macros()}
        parser.close()
    assert {"xlcrm.bas", "ThisWorkbook.cls", "StrategymapSheet.cls"} <= set(modules)
    assert all(f"Public Function {name}(" in modules["xlcrm.bas"] for name in catalogue())
    assert "Workbook_Open" in modules["ThisWorkbook.cls"]


def test_code_names_of_sheets_match_the_macros(template, contents):
    with zipfile.ZipFile(template) as archive:
        for sheet in contents.sheets:
            root = ElementTree.fromstring(archive.read(sheet.part))  # noqa: S314 - our own file
            named = root.find("{*}sheetPr").get("codeName")
            assert named == sheet.name.strip("_").replace(" ", "") + "Sheet"


def test_excel_keeps_the_figures_it_opens_with(template):
    with zipfile.ZipFile(template) as archive:
        workbook = archive.read("xl/workbook.xml").decode()
    assert "fullCalcOnLoad" not in workbook
    assert int(re.search(r'calcId="(\d+)"', workbook)[1]) >= 191029


def test_no_part_names_a_clock(template):
    with zipfile.ZipFile(template) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-06-30T00:00:00Z"}
