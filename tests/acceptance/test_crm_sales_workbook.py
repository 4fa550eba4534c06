"""The same real pipeline, the way a user brings it in: new, import, recalc, eval."""

import contextlib
import hashlib
import io
import json
import zipfile
from pathlib import Path

import formualizer
import openpyxl
import pytest
import python_calamine

from xlcrm.cli import main
from xlcrm.hosts import headless
from xlcrm.hosts.demand import answered
from xlcrm.terminal import as_json
from xlcrm.workbook.showing import computed_cells

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted((DATA / "crm_sales").glob("*.csv"))
pytestmark = pytest.mark.skipif(
    not FILES, reason=f"the real data are no part of the project, and not in {DATA}"
)


def vba(book):
    with zipfile.ZipFile(book) as package:
        return hashlib.sha256(package.read("xl/vbaProject.bin")).hexdigest()


@pytest.fixture(scope="module")
def sales(tmp_path_factory):
    """A workbook filled and computed, beside it what the import printed."""
    book = tmp_path_factory.mktemp("sales") / "sales.xlsm"
    assert main(["new", str(book), "--empty"]) == 0
    made, told = vba(book), io.StringIO()
    with contextlib.redirect_stdout(told):
        assert main(["import", *map(str, FILES), "--into", str(book)]) == 0
    book.with_suffix(".txt").write_text(told.getvalue(), "utf-8")
    assert main(["recalc", str(book)]) == 0
    assert vba(book) == made
    return book


@pytest.fixture(scope="module")
def asked(sales):
    """Answers formulas against the workbook, which is opened once."""
    book = headless.opened(sales)
    return lambda formula: json.loads(as_json(answered(book, formula)))


def evaluated(capsys, book, formula):
    status = main(["eval", str(book), formula, "--json"])
    told = capsys.readouterr()
    assert status == 0, told.err
    return json.loads(told.out)


@pytest.mark.parametrize(
    ("formula", "figure"),
    [
        ('=CRM_KPI(Model,"win_rate")', 4238 / 6711),
        ('=CRM_KPI(Model,"won_amount")', 10005534),
        ('=CRM_KPI(Model,"won_deals")', 4238),
    ],
)
def test_the_figures_are_those_published(asked, formula, figure):
    assert asked(formula) == pytest.approx(figure, abs=1e-9)


def test_the_cycle_of_deals_won_is_as_published(sales, capsys):
    assert round(evaluated(capsys, sales, '=CRM_KPI(Model,"cycle_days")'), 3) == 51.782


@pytest.mark.parametrize(
    ("by", "published"),
    [
        ("owner", "by_sales_agent"),
        ("manager", "by_manager"),
        ("regional_office", "by_regional_office"),
        ("sector", "by_sector"),
    ],
)
def test_groups_reach_through_related_tables(asked, by, published):
    expected = json.loads((DATA / "expected.json").read_text("utf-8"))["crm_sales"][published]
    rates = asked(f'=CRM_KPI(Model,"win_rate","{by}")')
    amounts = asked(f'=CRM_KPI(Model,"won_amount","{by}")')
    heading = next(iter(rates[0]))
    found = {row[heading]: (row["n"], round(row["value"], 6)) for row in rates}
    won = {row[heading]: (row["n"], row["value"]) for row in amounts}
    unknown = {"(blank)"}
    assert {name: (closed, rate) for name, (_, closed, rate, _) in expected.items()} == {
        name: pair for name, pair in found.items() if name not in unknown
    }
    assert {name: (n, amount) for name, (n, _, _, amount) in expected.items()} == {
        name: pair for name, pair in won.items() if name not in unknown
    }


def test_import_tells_what_is_no_table_and_which_names_do_not_join(sales):
    told = sales.with_suffix(".txt").read_text("utf-8")
    assert "data_dictionary.csv: is not a table" in told
    assert "8,800 of 8,800 rows placed; amount 10,005,534 in file, workbook and model" in told
    assert "1,480 rows of deals have the product 'GTXPro'" in told
    assert "did you mean 'GTX Pro'?" in told


def test_an_alias_joins_what_did_not_join_and_list_prices_stand_in(sales, capsys, tmp_path):
    book = tmp_path / "sales.xlsm"
    book.write_bytes(sales.read_bytes())
    assert main(["eval", str(book), '=CRM_KPI(Model,"expected_revenue")']) == 1
    assert capsys.readouterr().err.startswith(
        "#N/A: 2,089 open deals have no amount, and none has one: enter amounts, or set "
        "missing_amount to list price"
    )
    (tmp_path / "stages.csv").write_text(
        "stage,order,probability\nProspecting,1,0.1\nEngaging,2,0.4\n"
    )
    (tmp_path / "aliases.csv").write_text("column,found,means\nproduct,GTXPro,GTX Pro\n")
    files = [str(tmp_path / name) for name in ("stages.csv", "aliases.csv")]
    assert main(["import", *files, "--into", str(book)]) == 0
    assert main(["set", str(book), "missing_amount=list price"]) == 0
    capsys.readouterr()
    by_stage = {
        row["stage"]: row["value"]
        for row in evaluated(capsys, book, '=CRM_KPI(Model,"open_amount","stage")')
    }
    assert sum(by_stage.values()) == 4966215  # published: open deals at list price
    expected = 0.1 * by_stage["Prospecting"] + 0.4 * by_stage["Engaging"]
    found = evaluated(capsys, book, '=CRM_KPI(Model,"expected_revenue")')
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl's, of data bars
def test_the_file_opens_elsewhere_and_its_cells_are_what_eval_says(sales, asked):
    cells = openpyxl.load_workbook(sales, data_only=True)
    handle = cells["Model"]["D3"].value
    assert handle == asked("=Model")
    header, *rows = cells["Forecast"].iter_rows(values_only=True)
    assert header
    assert any(rows)
    sheets = python_calamine.load_workbook(str(sales)).sheet_names
    assert sheets == cells.sheetnames
    engine = formualizer.load_workbook(str(sales))
    assert set(sheets) == set(engine.sheet_names)
    rows = cells["Deals"].iter_rows(values_only=True)
    assert sum(isinstance(row[0], str) and len(row[0]) == 8 for row in rows) == 8800  # their ids


def test_accounts_without_names_are_shown_by_their_ids(sales):
    for sheet, title in (("Pipeline", "customer"), ("Customers", "name")):
        rows = computed_cells(sales, f"{sheet}!A1:Z60")
        places = [
            (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == title
        ]
        assert places, sheet
        row, column = places[0]
        key = rows[row].index("account_id")
        below = [(line[key], line[column]) for line in rows[row + 1 : row + 16]]
        assert any(account for account, _ in below)
        assert [shown or "" for _, shown in below] == [account or "" for account, _ in below], sheet
