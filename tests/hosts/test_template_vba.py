"""The VBA in the committed template, read back by olevba and held against the catalogue."""

import re
import warnings

import pytest

from xlcrm.functions import Kind, catalogue
from xlcrm.workbook.template import template_path

LETTERS = {Kind.TABLE: "t", Kind.CELL: "c"}


@pytest.fixture(scope="module")
def modules():
    """The text of each module of the book, without continuations."""
    with warnings.catch_warnings():  # olevba calls its parser by old names
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser
    path = template_path()
    parser = VBA_Parser(str(path), data=path.read_bytes())
    found = {stream: code for _, stream, _, code in parser.extract_macros()}
    parser.close()
    return {
        stream.rpartition("/")[2]: re.sub(r" _\r?\n\s+", " ", code).replace("\r\n", "\n")
        for stream, code in found.items()
    }


@pytest.fixture(scope="module")
def wrappers(modules):
    """Parameters and body of every function of the book that has our name, by its own name."""
    found = re.findall(
        r"(?m)^Public Function (CRM_\w+)\((.*)\) As Variant\n((?:.*\n)*?)End Function$",
        "\n".join(modules.values()),
    )
    assert len({name for name, _, _ in found}) == len(found)
    return {name: (parameters, body) for name, parameters, body in found}


def test_the_book_has_a_wrapper_for_every_function_and_no_other(modules, wrappers):
    assert list(wrappers) == list(catalogue())
    everywhere = re.findall(r"(?mi)^.*\bFunction +(CRM_\w+)", "\n".join(modules.values()))
    assert sorted(everywhere) == sorted(catalogue())


def test_the_arguments_of_a_wrapper_are_those_of_its_function_and_may_be_left_out(wrappers):
    found = {name: parameters for name, (parameters, _) in wrappers.items()}
    assert found == {
        name: ", ".join(f"Optional ByVal {a.name} As Variant" for a in function.arguments)
        for name, function in catalogue().items()
    }


def test_a_wrapper_hands_over_its_arguments_in_order_with_their_kinds(wrappers):
    found = {
        name: [line.strip() for line in body.splitlines() if not line.startswith("Attribute ")]
        for name, (_, body) in wrappers.items()
    }
    assert found == {name: [_answered(function)] for name, function in catalogue().items()}


def _answered(function):
    kinds = "".join(LETTERS.get(argument.kind, "v") for argument in function.arguments)
    handed = "".join(f", {argument.name}" for argument in function.arguments)
    return f'{function.name} = XlcrmAnswer("{function.name}", "{kinds}"{handed})'


def test_the_wizard_is_told_the_category_and_each_argument(modules):
    """The text may stand in any module of the book."""
    told = {
        name: (category, len(re.findall(r'"(?:[^"]|"")*"', helps)))
        for name, category, helps in re.findall(
            r'(?m)^ *Describe\w* "(CRM_\w+)", "([^"]*)", "(?:[^"]|"")*", Array\((.*)\)$',
            "\n".join(modules.values()),
        )
    }
    assert told == {
        name: (f"CRM {function.category}", len(function.arguments))
        for name, function in catalogue().items()
    }
