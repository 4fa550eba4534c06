import pytest

from xlcrm.cells import Range
from xlcrm.errors import ExcelError
from xlcrm.model.canonical import Cells, canonical_column, written_column
from xlcrm.model.table import table_of


def digest(*rows):
    return table_of("sellers", Range([("seller", "team"), *rows])).digest


@pytest.mark.parametrize(
    "other",
    [
        [("a", "bc"), ("", "d")],
        [("a", "c"), ("b", "d\0")],
        [("a\0b", "c\0d")],
        [("a", "d"), ("b", "c")],
        [("a", "c"), ("b", None)],
        [("a", "c"), ("b", ExcelError.NA)],
        [("a", "c"), ("b", 1.0)],
    ],
)
def test_other_cells_give_another_digest(other):
    assert digest(*other) != digest(("a", "c"), ("b", "d"))


def test_a_letter_is_one_sign_whatever_system_wrote_it():
    assert digest(("Jos\u00e9", "x")) == digest(("Jose\u0301", "x"))


def test_texts_that_hold_an_end_are_told_from_texts_that_it_parts():
    parted, held = Cells(["a", "b", ""]), Cells(["a\0b", "", ""])
    assert written_column(parted)[1] != written_column(held)[1]


@pytest.mark.parametrize("cells", [[], [""], ["", None], ["a", ""], ["a", None], [1.0], [True]])
def test_the_types_among_cells_are_those_that_are_there(cells):
    types = {type(cell) for cell in cells}
    assert canonical_column(cells).types == written_column(Cells(cells))[0].types == types
