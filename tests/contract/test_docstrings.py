"""Docstrings say what a reader needs: what it does, its parameters, what comes back, what fails.

A function whose summary says all may stop there, as the house does for one or two parameters.
"""

import ast
import importlib
import inspect
import pkgutil
import re

import pytest

import udfs
import xlcrm
from xlcrm.errors import CrmError
from xlcrm.functions import catalogue

_SECTION = re.compile(r"^(Args|Returns|Raises|Attributes|Method|Example|Yields):\s*$", re.MULTILINE)
_ERROR_OF = {
    "WrongValue": "#VALUE!",
    "OutOfDomain": "#NUM!",
    "NotAvailable": "#N/A",
    "ZeroDenominator": "#DIV/0!",
    "UnknownName": "#REF!",
}


def modules():
    for package in (xlcrm, udfs):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def public_functions():
    """Functions and methods without a leading underscore, where they are defined."""
    for module in modules():
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value
            elif inspect.isclass(value):
                for inner, method in vars(value).items():
                    method = getattr(method, "__func__", method)
                    if inspect.isfunction(method) and not inner.startswith("_"):
                        yield f"{module.__name__}.{name}.{inner}", method


PUBLIC = dict(public_functions())
WORKSHEET = catalogue()


WITHOUT_ARGS = frozenset(
    f"xlcrm.{name}"
    for name in (
        "hosts.engine.Engine.put",
        "model.kinds.shape.amount",
        "model.texts.ids",
        "model.texts.texts",
        "model.typed.strange",
        "periods.shifted",
        "periods.start_of",
        "workbook.importing.control.cells_unread",
        "workbook.importing.control.total",
        "workbook.importing.control.total_in_model",
        "workbook.importing.filling.drafts_of",
        "workbook.importing.upserts.keys_in",
        "workbook.importing.verifying.checked",
        "workbook.package.markup.first",
        "workbook.template.page.Page.answer",
        "workbook.template.page.Page.formula",
        "workbook.template.page.Page.worded",
        "workbook.template.page.Page.write",
    )
)
"""Functions of three parameters or more that still lack Args: none may join them."""


def sections(doc):
    parts = _SECTION.split(doc)
    return parts[0].strip(), dict(zip(parts[1::2], parts[2::2], strict=True))


WITHOUT_RAISES = frozenset(
    f"xlcrm.{name}"
    for name in (
        "cells.arriving.canonical_cell",
        "cells.numbers.number_of_text",
        "model.model.model_of_range",
        "workbook.package.markup.tag_end",
    )
)
"""Functions whose section Raises is not complete yet: none may join them."""


def documented(section):
    return re.findall(r"^ {4}\*{0,2}(\w+)(?: \(.*?\))?:", section, re.MULTILINE)


def parameters(function):
    names = list(inspect.signature(function).parameters)
    return [name for name in names if name not in ("self", "cls") and not name.startswith("_")]


def raised(function):
    """Names of our errors that the function's own lines raise."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found.add(getattr(node.exc.func, "id", ""))
    ours = {error.__name__ for error in CrmError.__subclasses__()}
    return found & ours


def test_there_are_public_functions_to_look_at():
    assert len(PUBLIC) > 150
    assert "xlcrm.analytics.forecast.revenue.forecast" in PUBLIC
    assert "xlcrm.analytics.scorecard.scores.Limits.of" in PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_has_a_summary_of_one_sentence(name):
    summary = (PUBLIC[name].__doc__ or "").strip().split("\n\n")[0]
    assert summary, "no docstring"
    assert summary[0].isupper() or not summary[0].isalpha()
    assert summary.endswith((".", "?")), summary
    assert not re.search(r"\.\s+[A-Z]", summary.split("\n", 1)[0]), "more than a sentence"


@pytest.mark.parametrize("name", PUBLIC)
def test_args_name_the_parameters_and_no_others(name):
    function = PUBLIC[name]
    _, parts = sections(inspect.getdoc(function))
    names = parameters(function)
    if "Args" in parts:
        assert documented(parts["Args"]) == names
    elif name not in WITHOUT_ARGS:
        signature = inspect.signature(function).parameters
        placed = [n for n in names if signature[n].kind is not inspect.Parameter.KEYWORD_ONLY]
        assert len(placed) <= 2, "three parameters need a section Args"


@pytest.mark.parametrize("name", PUBLIC)
def test_a_section_raises_names_what_the_function_raises_itself(name):
    _, parts = sections(inspect.getdoc(PUBLIC[name]))
    told = parts.get("Raises", "")
    missing = [e for e in raised(PUBLIC[name]) if e not in told and _ERROR_OF.get(e, e) not in told]
    if "CrmError" not in told and name not in WITHOUT_RAISES:
        assert not missing


@pytest.mark.parametrize("name", WORKSHEET)
def test_a_worksheet_function_is_documented_in_full(name):
    function = WORKSHEET[name].call
    summary, parts = sections(inspect.getdoc(function))
    assert "\n" not in summary
    assert len(re.findall(r"[.?](\s|$)", summary)) == 1
    assert documented(parts.get("Args", "")) == parameters(function)
    assert parts["Returns"].strip()
    assert parts["Example"].strip().startswith(f"={name}(")
    told = re.findall(r"^ {4}(#\S+?):? ", parts.get("Raises", ""), re.MULTILINE)
    assert set(map(str.rstrip, told)) <= {f"{error}:" for error in _ERROR_OF.values()} | set(
        _ERROR_OF.values()
    )


@pytest.mark.parametrize("name", [n for n, f in WORKSHEET.items() if f.arguments])
def test_a_worksheet_function_with_arguments_says_which_errors_it_gives(name):
    if name != "CRM_ERROR":
        assert "Raises" in sections(inspect.getdoc(WORKSHEET[name].call))[1]
    for argument in WORKSHEET[name].arguments:
        assert len(argument.help) <= 255
