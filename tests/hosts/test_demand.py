"""What the command line evaluates of a workbook before it answers."""

import pytest

from xlcrm.hosts.demand import answered, reads_tables_alone
from xlcrm.hosts.headless import answer_to, opened
from xlcrm.workbook.package import Formula, contents
from xlcrm.workbook.template import template_path

ASKED = (
    '=CRM_KPI(Model,"win_rate","manager")',
    '=CRM_CHURN(Model,"segment")',
    "=ROWS(Deals[#All])+1",
    "=SUM(Forecast!B30:B60)",
    '=CRM_EXPLAIN(CRM_KPI(Model,"win_rate"))',
    '=CRM_ERROR(CRM_KPI(Model,"no such figure"))',
)


@pytest.mark.parametrize("formula", ASKED)
def test_the_answer_is_that_of_the_whole_workbook(computed_template, formula):
    assert answered(opened(template_path()), formula) == answer_to(computed_template, formula)


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
def test_only_tables_and_named_cells_do_without_the_rest(computed_template, formula, alone):
    assert (
        reads_tables_alone(formula, computed_template.contents, computed_template.formulas) is alone
    )


@pytest.mark.parametrize(
    "more",
    [
        Formula("Deals", "B6", "1+1", None, is_array=False, is_dynamic=False),
        Formula("Model", "Z9", "SEQUENCE(3)", "Z9:Z11", is_array=True, is_dynamic=True),
        Formula("Model", "Z9", "Start!A1", None, is_array=False, is_dynamic=False),
    ],
    ids=["a formula in a Table", "a spill beside the model", "a reference to another sheet"],
)
def test_formulas_that_could_lead_elsewhere_ask_for_the_whole(computed_template, more):
    held = contents(template_path())
    assert reads_tables_alone(ASKED[0], held, computed_template.formulas)
    assert not reads_tables_alone(ASKED[0], held, (*computed_template.formulas, more))
