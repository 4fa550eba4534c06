"""Every function of the catalogue on every kind of input: rows of cells, or an error with a reason.

The functions are read from the catalogue; how each is called stands in `calls.py`.
"""

import re
from functools import cache

import pytest
from calls import CALLS, EVERY_CALL, Book, tables
from given import rows_of, shuffled

from xlcrm.cells import Origin, Range, canonical
from xlcrm.errors import ExcelError
from xlcrm.functions import catalogue
from xlcrm.hosts.session import MISSING, Place, Session
from xlcrm.reduce.grouping import FIGURES

GIVEN = {of: tables(of=of) for of in ("company", "customers")}
TABLES_READ = [
    (name, number, kind)
    for name, number in EVERY_CALL
    for kind in (*CALLS[name][number].reads, *CALLS[name][number].leads_to)
]
NEEDED = [
    (name, number, CALLS[name][number].reads[0])
    for name, number in EVERY_CALL
    if CALLS[name][number].reads and name not in ("CRM_ERROR", "CRM_MODEL")
]
COMPARED = [
    (name, number)
    for name, number in EVERY_CALL
    if (CALLS[name][number].reads or CALLS[name][number].leads_to)
    and name not in ("CRM_TABLE", "CRM_MODEL")
]
CODES = {float(error) for error in ExcelError}
HANDLES = ("CRM_TABLE", "CRM_MODEL")


def checked(name, call, answer):
    """Hold an answer to the contract, and give it as its error or its rows."""
    rows, sentence = answer
    assert rows
    assert len({len(row) for row in rows}) == 1
    assert rows[0]
    for row in rows:
        for heading, cell in zip(rows[0], row, strict=True):
            assert type(cell) in (float, str, bool, int), cell
            if type(cell) is int:
                ExcelError(cell)
            assert type(cell) is not float or cell not in CODES, (heading, "an error as a number")
            if isinstance(cell, str):
                assert len(cell) <= 255
            if cell == "":
                assert heading in call.blanks or name == "CRM_ERROR", (heading, row)
    error = ExcelError(rows[0][0]) if type(rows[0][0]) is int and len(rows) == 1 else None
    assert "a fault of xlcrm" not in str(sentence)
    if error is None:
        assert sentence == ""
        return rows
    assert len(rows[0]) == 1
    assert 0 < len(sentence) <= 255
    return error


def given_to(name, number=0):
    return GIVEN[CALLS[name][number].of]


def read_by(name, number):
    call = CALLS[name][number]
    return (*call.reads, *call.leads_to)


def answer_with(name, number, **changed):
    call = CALLS[name][number]
    return checked(name, call, Book(given_to(name, number), **changed).ask(name, call))


@cache
def usual(name, number):
    """The answer on the generated tables as they are, computed once."""
    return answer_with(name, number)


def test_every_function_of_the_catalogue_is_called():
    assert list(CALLS) == list(catalogue())


def test_the_generated_tables_get_answers_and_no_errors():
    for name, number in EVERY_CALL:
        assert isinstance(usual(name, number), list), (name, number)


GROUPED = [(n, k) for n, k in EVERY_CALL if any(a.name == "by" for a in catalogue()[n].arguments)]


@pytest.mark.parametrize(("name", "number"), GROUPED)
def test_no_figure_can_be_mistaken_for_a_column_of_the_data(name, number):
    """A column of `by` that is called like a figure is headed with its table's name."""
    asked = " ".join(a for a in CALLS[name][number].arguments if isinstance(a, str))
    default = next(a.default for a in catalogue()[name].arguments if a.name == "by")
    grouped_by = f"{asked} {default}".replace(",", " ").split()
    answer = usual(name, number)
    headings = set(answer[0])
    headings = {heading for heading in headings if not str(heading).isdigit()}  # ages of cohorts
    if len(answer) > 1 and not headings & {"deal_id", "account_id"}:  # lists show columns of data
        assert headings - set(grouped_by) <= FIGURES


@pytest.mark.parametrize("rows", [[], [(None, None), ("  ", "")]], ids=["empty", "blank"])
@pytest.mark.parametrize(("name", "number", "kind"), NEEDED)
def test_no_rows_are_not_available(name, number, kind, rows):
    assert answer_with(name, number, **{kind: rows}) is ExcelError.NA


@pytest.mark.parametrize(("name", "number", "kind"), NEEDED)
def test_headers_without_rows_are_not_available(name, number, kind):
    assert (
        answer_with(name, number, **{kind: rows_of(given_to(name, number)[kind])[:1]})
        is ExcelError.NA
    )


@pytest.mark.parametrize(("name", "number", "kind"), TABLES_READ)
def test_empty_header_only_and_one_row_of_any_table_get_an_answer(name, number, kind):
    for rows in (
        [],
        rows_of(given_to(name, number)[kind])[:1],
        rows_of(given_to(name, number)[kind])[:2],
    ):
        answer_with(name, number, **{kind: rows})


@pytest.mark.parametrize(("name", "number", "kind"), TABLES_READ)
def test_an_error_cell_in_any_column_is_handed_on_or_changes_nothing(name, number, kind):
    header, first, *others = rows_of(given_to(name, number)[kind])
    codes = (ExcelError.DIV0, ExcelError.NA, ExcelError.REF, ExcelError.NULL)
    errors = [codes[column % len(codes)] for column in range(len(header))]
    compared = name not in (*HANDLES, "CRM_EXPLAIN", "CRM_ERROR")
    columns = list(range(len(header)))
    # Errors that change nothing together change nothing each; one that is handed on is named, and
    # the others are asked without it.
    groups = [columns] if compared else [[column] for column in columns]
    while groups:
        group = groups.pop()
        spoilt = tuple(int(errors[k]) if k in group else cell for k, cell in enumerate(first))
        call = CALLS[name][number]
        told = Book(given_to(name, number), **{kind: [header, spoilt, *others]}).ask(name, call)
        answer = checked(name, call, told)
        headings = [header[k] for k in group]
        if isinstance(answer, ExcelError):
            assert answer in {errors[k] for k in group}, headings
            named = [
                k
                for k in group
                if errors[k] is answer and re.search(rf"\b{re.escape(header[k])}\b", told[1])
            ]
            assert named, (told[1], headings)
            rest = [k for k in group if k not in named]
            groups += [[k] for k in named if len(named) > 1] + ([rest] if rest else [])
        elif compared:
            assert answer == without(name, number, kind, headings), headings


def without(name, number, kind, headings):
    """The usual answer; where #N/A means not yet known, the first row's cell is blank."""
    header, first, *others = rows_of(given_to(name, number)[kind])
    unknown = {"actual", "previous"} & set(headings)
    if not unknown:
        return usual(name, number)
    same = tuple(
        None if heading in unknown else cell for heading, cell in zip(header, first, strict=True)
    )
    return answer_with(name, number, **{kind: [header, same, *others]})


def numbers_as_text(columns):
    header, *body = rows_of(columns)
    return [header, *(tuple(repr(c) if isinstance(c, float) else c for c in r) for r in body)]


@pytest.mark.parametrize(
    ("name", "number"), [(name, 0) for name in HANDLES if CALLS[name][0].reads] + COMPARED
)
def test_numbers_that_stand_as_text_change_no_answer(name, number):
    """In all tables at once: a number that is read otherwise in any of them changes the answer."""
    given = given_to(name, number)
    texts = {kind: numbers_as_text(given[kind]) for kind in read_by(name, number)}
    answer = answer_with(name, number, **texts)
    if name in (*HANDLES, "CRM_EXPLAIN"):  # content and notes differ
        assert isinstance(answer, list)
    else:
        assert answer == usual(name, number)


@pytest.mark.parametrize("of", GIVEN)
def test_a_header_that_stands_twice_is_an_unknown_name(of):
    for kind in sorted({kind for _, _, kind in NEEDED if kind in GIVEN[of]}):
        rows = rows_of(GIVEN[of][kind])
        for place in range(len(rows[0])):
            doubled = [(*row, row[place]) for row in rows]
            cells = Range(canonical(doubled), Origin(name=kind))
            assert Book.session.call("CRM_TABLE", [kind, cells]) == [[int(ExcelError.REF)]]


@pytest.mark.parametrize(("name", "number", "kind"), NEEDED)
def test_a_table_with_a_header_that_stands_twice_is_handed_on_as_its_error(name, number, kind):
    doubled = [(*row, row[0]) for row in rows_of(given_to(name, number)[kind])]
    assert answer_with(name, number, **{kind: doubled}) is ExcelError.REF


@pytest.mark.parametrize(("name", "number"), COMPARED)
def test_rows_in_any_order_give_the_same_bits(name, number):
    """Of all tables at once: one whose order matters changes the answer whatever the others do."""
    given = given_to(name, number)
    answers = [usual(name, number)]
    for seed in (1, 2):
        mixed = {
            kind: rows_of(shuffled(given[kind], (seed, place)))
            for place, kind in enumerate(read_by(name, number))
        }
        answers.append(answer_with(name, number, **mixed))
    if name == "CRM_EXPLAIN" and number == 1:
        answers = [sorted(row[1:] for row in rows) for rows in answers]
    assert answers[1:] == answers[:1] * 2


@pytest.mark.parametrize("of", GIVEN)
def test_ten_thousand_rows_get_an_answer(of):
    book = Book(tables(10_000, of))
    for name, number in EVERY_CALL:
        call = CALLS[name][number]
        if call.of == of:
            rows = checked(name, call, book.ask(name, call))
            assert isinstance(rows, list), (name, rows)


# ── arguments of wrong types ────────────────────────────────────────────────────────────────

TWO_CELLS = (("one",), ("two",))
WRONG = {
    "model": {"nonsense": "VALUE", 3.0: "VALUE", True: "VALUE", "deals #0123456789abcdef": "NA"},
    "table": {"nonsense": "REF", 3.0: "REF", True: "REF"},
    "tables": {"nonsense": "VALUE", 3.0: "VALUE", "deals #0123456789abcdef": "NA"},
    "cell": {"nonsense": "VALUE", 3.0: "VALUE"},
    "conditions": {"nonsense": "VALUE", "amount>": "VALUE", "nosuch=1": "REF", TWO_CELLS: "VALUE"},
    "numbers": {"nonsense": "VALUE", True: "VALUE", (("x", "y"), (1.0, 2.0)): "VALUE"},
    "number": {"nonsense": "VALUE", True: "VALUE", TWO_CELLS: "VALUE", -1.0: "NUM"},
    "logical": {"nonsense": "VALUE", 7.0: "VALUE", TWO_CELLS: "VALUE"},
    "date": {"nonsense": "VALUE", True: "VALUE", TWO_CELLS: "VALUE", -1.0: "NUM"},
    "text": {"nonsense": None, TWO_CELLS: "VALUE", 12.5: None},
}
ARGUMENTS = [
    (function.name, place, wrong)
    for function in catalogue().values()
    for place, argument in enumerate(function.arguments)
    for wrong in WRONG[argument.kind]
]


def refused(name, arguments):
    session = arguments.session if isinstance(arguments, Book) else Session()
    place = Place("Book", "Sheet", "C3")
    ((error, *_), *_) = session.call(name, arguments, at=place)
    sentence = session.call("CRM_ERROR", [place])[0][0]
    assert "a fault of xlcrm" not in sentence
    assert type(error) is int, error
    assert 0 < len(sentence) <= 255
    return ExcelError(error).name


def arguments_of(book, name):
    given = book.arguments(CALLS[name][0])
    return given + [MISSING] * (len(catalogue()[name].arguments) - len(given))


@pytest.mark.parametrize(("name", "place", "wrong"), ARGUMENTS)
def test_an_argument_of_a_wrong_type_is_a_typed_error(name, place, wrong):
    book = Book(given_to(name))
    arguments = arguments_of(book, name)
    arguments[place] = wrong
    expected = WRONG[catalogue()[name].arguments[place].kind][wrong]
    asked = Place("Book", "Sheet", "C3")
    ((error, *_), *_) = book.session.call(name, arguments, at=asked)
    sentence = book.session.call("CRM_ERROR", [asked])[0][0]
    assert "a fault of xlcrm" not in sentence
    assert type(error) is int, error
    assert 0 < len(sentence) <= 255
    assert ExcelError(error).name in ((expected,) if expected else ("VALUE", "REF", "NA"))


@pytest.mark.parametrize("name", [n for n, f in catalogue().items() if f.arguments])
def test_an_error_cell_as_an_argument_is_handed_on(name):
    for place, argument in enumerate(catalogue()[name].arguments):
        if argument.kind == "cell":
            continue
        book = Book(given_to(name))
        arguments = arguments_of(book, name)
        arguments[place] = int(ExcelError.NUM)
        assert type(book.session.call(name, arguments)[0][0]) is int
        expected = ExcelError.REF if argument.kind == "table" else ExcelError.NUM
        assert book.session.call(name, arguments) == [[int(expected)]], argument.name


@pytest.mark.parametrize("name", catalogue())
def test_missing_and_surplus_arguments_are_refused(name):
    function = catalogue()[name]
    arguments = arguments_of(Book(given_to(name)), name)
    assert refused(name, [*arguments, 1.0]) == "VALUE"
    if any(argument.required for argument in function.arguments):
        assert refused(name, [MISSING] * len(arguments)) == "VALUE"


# ── the declarations ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("function", catalogue().values(), ids=catalogue())
def test_a_function_has_help_and_an_example_that_calls_it(function):
    assert function.summary.endswith((".", "?"))
    assert function.example.startswith(f"={function.name}(")
    assert function.returns
    assert all(argument.help for argument in function.arguments)
