"""What the catalogue refuses at import, and what it reads off a function."""

import pkgutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import udfs
from xlcrm.cells import Range
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.functions import (
    CATEGORIES,
    VBA_KEYWORDS,
    Asked,
    BadDeclaration,
    Kind,
    catalogue,
    declared,
    functions_table,
    worksheet_function,
)
from xlcrm.model.model import Model

HOUSE = Path(__file__).parents[1]

LATER = {"Model": Model, "Range": Range, "Asked": Asked, "Where": Where, "date": date}
"""What annotations are written with; the catalogue reads them as text."""


def a_function(
    name="CRM_ASKED",
    signature="model: Model",
    *,
    summary="Ask.",
    helps=None,
    returns="1",
    example="=X()",
):
    """A function as `udfs` has it, made of its parts."""
    names = [part.split(":")[0].strip() for part in signature.split(",") if part.strip()]
    told = dict.fromkeys(names, "What is asked.") | (helps or {})
    lines = [f"    {n}: {text}" for n, text in told.items() if text]
    arguments = ["Args:", *lines, ""] if lines else []
    results = ["Returns:", f"    {returns}", ""] if returns else []
    examples = ["Example:", f"    {example}"] if example else []
    scope = {}
    exec(f"from __future__ import annotations\ndef {name}({signature}): ...", LATER | scope, scope)  # noqa: S102 - made here
    scope[name].__doc__ = "\n".join([summary, "", *arguments, *results, *examples])
    return scope[name]


def refused(**parts):
    with pytest.raises(BadDeclaration) as caught:
        declared(a_function(**parts), "Data")
    return str(caught.value)


# ── refusals ────────────────────────────────────────────────────────────────────────────────


def test_a_function_without_help_is_refused():
    assert refused(summary="") == "CRM_ASKED has no help"


def test_a_function_without_returns_is_refused():
    assert refused(returns="") == "CRM_ASKED has no Returns"


@pytest.mark.parametrize("example", ["", "CRM_ASKED(Model)"])
def test_a_function_without_an_example_formula_is_refused(example):
    assert refused(example=example) == "CRM_ASKED has no Example formula"


def test_an_argument_without_help_is_refused():
    assert refused(helps={"model": ""}) == "CRM_ASKED: argument model has no help"


def test_help_of_more_than_255_characters_is_refused():
    assert refused(summary="x" * 256) == (
        "CRM_ASKED: the description of help has 256 characters, 255 at most"
    )
    assert refused(helps={"model": "x" * 256}) == (
        "CRM_ASKED: the description of model has 256 characters, 255 at most"
    )
    assert declared(a_function(summary="x" * 255, helps={"model": "x" * 255}), "Data")


@pytest.mark.parametrize("name", ["AB1", "XFD1048576", "R1C1", "RC", "R2C", "R", "C"])
def test_a_name_that_is_a_cell_address_is_refused(name):
    assert refused(name=name) == f"{name} is a cell address"


@pytest.mark.parametrize("name", ["crm_asked", "Crm_Asked", "_CRM", "CRM_É"])
def test_a_name_that_is_not_upper_case_is_refused(name):
    assert refused(name=name) == f"{name}: a worksheet function's name is upper case"


@pytest.mark.parametrize(
    "name", ["to", "next", "type", "date", "end", "step", "like", "stop", "loop", "Date", "TYPE"]
)
def test_an_argument_named_like_a_vba_keyword_is_refused(name):
    assert refused(signature=f"{name}: str") == (
        f"CRM_ASKED: VBA cannot have an argument named {name!r}"
    )


@pytest.mark.parametrize("name", ["caller", "Caller"])
def test_an_argument_named_caller_is_refused(name):
    assert refused(signature=f"{name}: str") == (
        f"CRM_ASKED: VBA cannot have an argument named {name!r}"
    )


def test_the_keywords_of_the_design_are_among_those_refused():
    named = {"to", "next", "type", "date", "end", "step", "is", "in", "like", "stop", "loop"}
    assert named <= VBA_KEYWORDS


def test_an_unknown_category_is_refused():
    with pytest.raises(BadDeclaration, match="CRM_ASKED: there is no category 'Magic'"):
        declared(a_function(), "Magic")


@pytest.mark.parametrize("annotation", ["list", "int", "pd.DataFrame", "Model | None"])
def test_an_argument_that_no_host_can_read_is_refused(annotation):
    assert refused(signature=f"rows: {annotation}") == (
        f"CRM_ASKED: no host can read rows: {annotation}"
    )


@pytest.mark.parametrize(
    ("signature", "why"),
    [
        (
            "model: Model, where: Where = '', by: str = ''",
            "the order is model, by, where, period, method, not model, where, by",
        ),
        (
            "model: Model, period: str = '', where: Where = ''",
            "the order is model, by, where, period, method, not model, period, where",
        ),
        ("kpi: str, model: Model", "model comes first"),
        ("model: Model, method: str = '', level: float = 1", "method comes last"),
        (
            "model: Model, by: str = '', level: float = 1, where: Where = ''",
            "own options stand behind by, where and period",
        ),
        (
            "model: Model, kpi: str, level: float, by: str = ''",
            "own options stand behind by, where and period",
        ),
        ("model: Model, by: str = '', *, level: float", "a required argument stands behind"),
    ],
)
def test_arguments_out_of_order_are_refused(signature, why):
    assert refused(signature=signature).startswith(f"CRM_ASKED: {why}")


def test_a_function_that_is_declared_twice_is_refused():
    with pytest.raises(BadDeclaration, match="CRM_VERSION is declared twice"):
        catalogue() and worksheet_function("Help")(a_function("CRM_VERSION"))


# ── what is read ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("Model", Kind.MODEL),
        ("Range", Kind.TABLE),
        ("tuple[Table, ...]", Kind.TABLES),
        ("Asked", Kind.CELL),
        ("Where", Kind.CONDITIONS),
        ("Numbers", Kind.NUMBERS),
        ("float", Kind.NUMBER),
        ("float | None", Kind.NUMBER),
        ("bool", Kind.LOGICAL),
        ("date | None", Kind.DATE),
        ("str", Kind.TEXT),
    ],
)
def test_an_annotation_says_what_an_argument_is(annotation, kind):
    (argument,) = declared(a_function(signature=f"asked: {annotation}"), "Data").arguments
    assert argument.kind is kind
    assert argument.required


def test_a_declaration_is_read_off_signature_and_docstring():
    made = a_function(
        "CRM_MADE",
        "model: Model, kpi: str, by: str = 'owner', level: float | None = None, method: str = ''",
        helps={"kpi": "Which figure,\n        such as win_rate."},
    )
    function = declared(made, "Figures")
    assert function.usage == "CRM_MADE(model, kpi, [by], [level], [method])"
    assert [a.default for a in function.arguments] == [None, None, "owner", None, ""]
    assert function.arguments[1].help == "Which figure, such as win_rate."
    assert (function.summary, function.example, function.returns) == ("Ask.", "=X()", "1")
    assert function.call is made


def test_the_decorator_returns_the_function_unchanged(monkeypatch):
    monkeypatch.setattr("xlcrm.functions.registry._CATALOGUE", {})
    made = a_function("CRM_FREE")
    assert worksheet_function("Help")(made) is made


# ── the catalogue ───────────────────────────────────────────────────────────────────────────


def test_the_catalogue_stands_in_the_order_of_categories():
    places = [CATEGORIES.index(function.category) for function in catalogue().values()]
    assert places == sorted(places)
    assert len(places) > 10


def test_every_file_of_functions_is_looked_through():
    assert sorted(udfs.FILES) == sorted(file.name for file in pkgutil.iter_modules(udfs.__path__))


def test_a_function_is_found_without_loading_the_files_behind_its_own():
    program = (
        "import sys; from xlcrm.functions import catalogue; found = catalogue()\n"
        "print([found[name].name for name in ('CRM_MODEL', 'CRM_KPI')],"
        " 'udfs.checks' in sys.modules, len(found) > 50, 'udfs.checks' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own sources
        [sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['CRM_MODEL', 'CRM_KPI'] False True True"


def test_a_name_that_no_file_has_is_no_function():
    assert "CRM_NOTHING" not in catalogue()


def test_every_function_can_be_listed_and_a_category_alone():
    table = functions_table()
    assert isinstance(table, pd.DataFrame)
    assert list(table["function"]) == list(catalogue())
    assert set(functions_table("help")["category"]) == {"Help"}


def test_an_unknown_category_gets_its_near_miss():
    with pytest.raises(NotAvailable) as caught:
        functions_table("Forcast")
    assert caught.value.message == "no category 'Forcast'; did you mean 'Forecast'?"
