"""What the command line evaluates of a workbook before it answers."""

import pytest

from xlcrm.hosts.demand import answered, reads_tables_alone
from xlcrm.hosts.headless import answer_to, evaluate, opened
from xlcrm.workbook.package import Formula, contents
from xlcrm.workbook.template import template_path

ASKED = (
    '=CRM_KPI(Model,"win_rate","manager")',
    '=CRM_CHURN(Model,"segment")',
    "=ROWS(Deals[#All])+1",
    "=SUM(Forecast!B30:B60)",
)


@pytest.fixture(scope="module")
def whole():
    book = opened(template_path())
    evaluate(book)
    return book


@pytest.mark.parametrize("formula", ASKED)
def test_the_answer_is_that_of_the_whole_workbook(whole, formula):
    assert answered(opened(template_path()), formula) == answer_to(whole, formula)


@pytest.mark.parametrize(
    ("formula", "alone"),
    [
        (ASKED[0], True),
        ("CRM_KPI(model, 1)", True),
        ("=ROWS(Deals[#All])", True),
        ("=1+1", True),
        ("=SUM(Forecast!B30:B60)", False),
        ("=Forecast!B30#", False),
        ("=B5", False),
        ("=NoSuchName+1", False),
        ("=NoSuchTable[a]", False),
        ('="open', False),
    ],
)
def test_only_tables_and_named_cells_do_without_the_rest(whole, formula, alone):
    assert reads_tables_alone(formula, whole.contents, whole.formulas) is alone


@pytest.mark.parametrize(
    "more",
    [
        Formula("Deals", "B6", "1+1", None, is_array=False, is_dynamic=False),
        Formula("Model", "Z9", "SEQUENCE(3)", "Z9:Z11", is_array=True, is_dynamic=True),
        Formula("Model", "Z9", "Start!A1", None, is_array=False, is_dynamic=False),
    ],
    ids=["a formula in a Table", "a spill beside the model", "a reference to another sheet"],
)
def test_formulas_that_could_lead_elsewhere_ask_for_the_whole(whole, more):
    held = contents(template_path())
    assert reads_tables_alone(ASKED[0], held, whole.formulas)
    assert not reads_tables_alone(ASKED[0], held, (*whole.formulas, more))
