"""What may be typed into the data sheets: lists, days, numbers and shares, as far as Tables go."""

import io

import openpyxl
import pytest
import xlsxwriter

from xlcrm.kpis.catalogue import KPIS
from xlcrm.model.kinds.shape import ColumnType
from xlcrm.model.schema import kind
from xlcrm.workbook import package
from xlcrm.workbook.template.data_sheets import define_lists, write_data, write_lists
from xlcrm.workbook.template.entries import entry_rule, list_of
from xlcrm.workbook.template.page import Role, added
from xlcrm.workbook.template.style import Styles
from xlcrm.workbook.template.tables import CHOICES, DATA, list_table, starting_rows

SCORECARD = ("Perspectives", "Objectives", "Links", "Measures", "Actuals", "Initiatives")


def written():
    """The data sheets alone."""
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    styles, rows = Styles(workbook), starting_rows()
    for table in DATA:
        write_data(added(workbook, table.name, Role.DATA, styles), table, rows[table.name])
    write_lists(added(workbook, "Lists", Role.DATA, styles), rows)
    define_lists(workbook)
    workbook.close()
    return content.getvalue()


@pytest.fixture(scope="module")
def content():
    return written()


@pytest.fixture(scope="module")
def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def rules_of(book, name):
    """The rule of each column of a Table, which covers its rows and nothing else."""
    sheet = book[name]
    headers = {cell.column_letter: cell.value for cell in sheet[4] if cell.value}
    first, last = sheet.tables[name].ref.split(":")
    assert first == "A4"
    bottom = "".join(filter(str.isdigit, last))
    found = {}
    for rule in sheet.data_validations.dataValidation:
        covered = str(rule.sqref)
        for letter, header in headers.items():
            if covered.removesuffix(f":{letter}{bottom}") == f"{letter}5":
                found[header] = rule
    return found


@pytest.mark.parametrize(
    ("table", "column", "source"),
    [
        ("Objectives", "perspective", "Perspectives[perspective]"),
        ("Objectives", "parent_id", "Objectives[objective_id]"),
        ("Objectives", "level", "ListLevel[Level]"),
        ("Links", "from_objective", "Objectives[objective_id]"),
        ("Links", "to_objective", "Objectives[objective_id]"),
        ("Measures", "objective_id", "Objectives[objective_id]"),
        ("Measures", "kpi", "ListKpi[Kpi]"),
        ("Measures", "direction", "ListDirection[Direction]"),
        ("Measures", "aggregation", "ListAggregation[Aggregation]"),
        ("Measures", "perspective", "Perspectives[perspective]"),
        ("Actuals", "measure_id", "Measures[measure_id]"),
        ("Initiatives", "measure_id", "Measures[measure_id]"),
        ("Initiatives", "status", "ListInitiativeStatus[InitiativeStatus]"),
    ],
)
def test_columns_with_few_values_offer_them(book, table, column, source):
    rule = rules_of(book, table)[column]
    assert rule.type == "list"
    assert rule.errorStyle == "warning"
    assert book.defined_names[rule.formula1].attr_text == source


@pytest.mark.parametrize("name", SCORECARD)
def test_every_column_of_the_scorecard_that_can_be_checked_is(book, name):
    """Free words, ids and periods of one's own are left."""
    table = next(one for one in DATA if one.name == name)
    rules = rules_of(book, name)
    by_type = {
        ColumnType.DATE: "date",
        ColumnType.SHARE: "decimal",
        ColumnType.AMOUNT: "decimal",
        ColumnType.NUMBER: "decimal",
        ColumnType.MEASURED: "custom",
    }
    free = {
        "perspective", "objective_id", "objective", "owner", "note", "measure_id", "measure",
        "unit", "period", "by", "where", "initiative_id", "name",
    }  # fmt: skip
    for column in kind(table.kind).columns:
        rule = rules.get(column.name)
        if rule is None:
            assert column.name in free, column.name
            assert column.type in (ColumnType.TEXT, ColumnType.ID)
        elif rule.type != "list":
            assert rule.type == by_type[column.type], column.name
            assert rule.errorStyle in (None, "stop")
            assert rule.error.startswith("Type ")
            assert rule.error.endswith(".")
        if rule:
            assert rule.allowBlank, column.name
            assert not rule.showDropDown  # which in the file's words hides the arrow


def test_shares_lie_between_0_and_1_and_weights_are_not_negative(book):
    progress = rules_of(book, "Initiatives")["progress"]
    assert (progress.operator, progress.formula1, progress.formula2) == (None, "0", "1")
    for table in ("Perspectives", "Objectives", "Measures"):
        weight = rules_of(book, table)["weight"]
        assert (weight.operator, weight.formula1) == (None, "0")
        assert float(weight.formula2) == 1e15
    assert float(rules_of(book, "Initiatives")["expected_effect"].formula1) == -1e15


def test_an_actual_may_be_a_number_or_say_that_there_is_none(book):
    for table, cell in (("Measures", "L5"), ("Actuals", "C5")):
        rule = rules_of(book, table)["actual"]
        assert str(rule.sqref).startswith(f"{cell}:")
        assert rule.formula1 == (
            f'OR(ISNUMBER({cell}),ISNA({cell}),IFERROR(TRIM({cell})="N/A",FALSE))'
        )


def test_what_the_sample_holds_obeys_the_rules():
    rows = starting_rows()
    words = {f"{list_table(name)}[{name}]": set(given) for name, given in CHOICES.items()}
    assert words["ListKpi[Kpi]"] == set(KPIS)
    assert CHOICES["Kpi"] == tuple(sorted(KPIS))
    columns = {
        (table.name, header): {row[place] for row in rows[table.name].rows} - {None}
        for table in DATA
        for place, header in enumerate(rows[table.name].headers)
    }
    tables = {
        "perspective": ("Perspectives", "perspective"),
        "objective_id": ("Objectives", "objective_id"),
        "measure_id": ("Measures", "measure_id"),
    }
    for table in DATA:
        if table.name not in SCORECARD:
            continue
        for column in kind(table.kind).columns:
            source = list_of(table.kind, column.name)
            given = columns[table.name, column.name]
            if source:
                known = columns[tables[source]] if source in tables else set(CHOICES[source])
                assert given <= known, (table.name, column.name)
            rule = entry_rule(table.kind, column, "A5") or {}
            if rule.get("validate") == "decimal":
                assert all(rule["minimum"] <= value <= rule["maximum"] for value in given)


def test_periods_are_texts_so_that_a_month_is_not_made_a_day(book):
    for table in ("Actuals", "Measures", "Targets"):
        sheet = book[table]
        column = next(cell.column for cell in sheet[4] if cell.value == "period")
        assert sheet.cell(5, column).number_format == "@"


def test_a_table_that_grows_takes_its_rules_along(content, tmp_path):
    path = tmp_path / "grown.xlsx"
    rows = starting_rows()["Actuals"]
    more = [*rows.rows, *(("M10", f"2027-{month:02d}", 30.0, None, None) for month in range(1, 13))]
    package.fill_tables(content, path, {"Actuals": (rows.headers, more)})
    grown = rules_of(openpyxl.load_workbook(path), "Actuals")
    assert {"measure_id", "actual", "numerator", "denominator"} == set(grown)
    assert str(grown["actual"].sqref) == f"C5:C{4 + len(more)}"


def test_an_empty_workbook_begins_with_the_four_perspectives():
    rows = starting_rows(empty=True)
    assert [row[0] for row in rows["Perspectives"].rows] == [
        "Finance",
        "Customers",
        "Processes",
        "Learning and growth",
    ]
    assert rows["Measures"].rows == ((None,) * len(rows["Measures"].headers),)
