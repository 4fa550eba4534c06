"""The command line, as a person types it."""

import json

import pytest
import xlsxwriter

from xlcrm.cli import main

DEALS = (
    "deal_id,owner,created,stage,amount,expected_close,status\n"
    "d1,Ann,2026-01-02,Won,100,2026-02-03,won\n"
    "d2,Ann,2026-01-05,Lost,50,2026-02-10,lost\n"
    "d3,Ben,2026-01-09,Won,=1+1,2026-03-01,won\n"
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    path, deals = folder / "book.xlsm", folder / "deals.csv"
    deals.write_text(DEALS.replace("=1+1", "300"), "utf-8")
    assert main(["new", str(path), "--empty"]) == 0
    assert main(["import", str(deals), "--into", str(path)]) == 0
    before = path.read_bytes()
    assert main(["recalc", str(path), "-o", str(folder / "computed.xlsm")]) == 0
    assert path.read_bytes() == before, "recalculating into another file leaves the first as it is"
    return folder / "computed.xlsm"


def asked(capsys, *arguments):
    status = main([*map(str, arguments)])
    told = capsys.readouterr()
    return status, told.out.rstrip("\n"), told.err.rstrip("\n")


def test_a_number_is_printed_in_full(book, capsys):
    assert asked(capsys, "eval", book, '=CRM_KPI(Model,"win_rate")') == (
        0,
        "0.6666666666666666",
        "",
    )
    assert asked(capsys, "eval", book, 'CRM_KPI(Model,"won_amount")')[1] == "400"


def test_a_table_is_printed_as_columns_csv_or_json(book, capsys):
    formula = '=CRM_KPI(Model,"won_amount","owner")'
    assert (
        asked(capsys, "eval", book, formula)[1]
        == "owner  value  n\nAnn      100  1\nBen      300  1"
    )
    assert asked(capsys, "eval", book, formula, "--csv")[1] == "owner,value,n\nAnn,100,1\nBen,300,1"
    assert json.loads(asked(capsys, "eval", book, formula, "--json")[1]) == [
        {"owner": "Ann", "value": 100.0, "n": 1.0},
        {"owner": "Ben", "value": 300.0, "n": 1.0},
    ]


def test_an_error_is_a_sentence_and_a_status(book, capsys):
    status, out, err = asked(capsys, "eval", book, '=CRM_KPI(Model,"win_rat")')
    assert (status, out) == (1, "")
    assert err == "#VALUE!: there is no KPI 'win_rat'; did you mean 'win_rate' or 'reminder_rate'?"


def test_a_figure_is_explained_from_the_command_line(book, capsys):
    _, out, _ = asked(capsys, "eval", book, '=CRM_EXPLAIN(CRM_KPI(Model,"win_rate"))', "--csv")
    assert "rows counted: deals won or lost,3" in out.splitlines()


def test_computed_cells_are_what_eval_says(book, capsys):
    _, handle, _ = asked(capsys, "eval", book, "=Model")
    assert handle.startswith("model: ")
    assert asked(capsys, "show", book, "Model!D3")[1] == handle


def test_a_setting_is_changed_and_takes_effect(book, capsys, tmp_path):
    copy = tmp_path / "copy.xlsm"
    copy.write_bytes(book.read_bytes())
    assert asked(capsys, "set", copy, "fy_start=4")[0] == 0
    formula = '=CRM_KPI(Model,"won_deals","year")'
    assert asked(capsys, "eval", copy, formula, "--csv")[1] == "year,value,n\n2026,2,2"
    assert asked(capsys, "set", copy, "fy_star=4")[2].startswith("#VALUE!: not set: ")
    assert asked(capsys, "set", copy, "fy_start")[2] == (
        "#VALUE!: 'fy_start' is no setting: write name=value"
    )


def test_what_is_there_is_not_overwritten(book, capsys):
    status, _, err = asked(capsys, "new", book)
    assert status == 1
    assert "computed.xlsm" in err


def test_a_file_that_is_missing_or_no_workbook_is_said_in_a_sentence(capsys, tmp_path):
    assert asked(capsys, "recalc", tmp_path / "none.xlsx")[0] == 1
    other = tmp_path / "text.xlsx"
    other.write_text("not a workbook")
    status, _, err = asked(capsys, "eval", other, "=1")
    assert status == 1
    assert err.startswith("#VALUE!: ")
    assert "Traceback" not in err


def test_show_writes_errors_dates_and_formula_like_texts_safely(capsys, tmp_path):
    path = tmp_path / "cells.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("My Sheet")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_formula("A1", "=NA()", value="#N/A")
        sheet.write_number("B1", 46085, day)
        sheet.write_string("C1", "=cmd|'/c calc'!A1")
        sheet.write_boolean("D1", True)
    assert asked(capsys, "show", path, "'My Sheet'!A1:D1", "--csv")[1] == (
        "#N/A,2026-03-04,'=cmd|'/c calc'!A1,TRUE"
    )
    assert asked(capsys, "show", path, "Nope!A1")[2].startswith("#VALUE!: there is no sheet 'Nope'")
    assert asked(capsys, "show", path, "%")[0] == 1


def test_the_demo_answers_a_managers_first_questions(capsys, tmp_path):
    status, out, _ = asked(capsys, "demo", tmp_path / "demo.xlsm")
    assert status == 0
    assert "=CRM_LANDING(Model" in out
    assert max(map(len, out.splitlines())) < 200
    assert "Finance" in out
    assert str(tmp_path / "demo.xlsm") in out
