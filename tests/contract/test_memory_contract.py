"""An answer that is remembered is the one that would be computed: no change is overlooked."""

import pytest
from calls import CALLS, EVERY_CALL, Book, tables
from given import rows_of

from xlcrm.hosts.session import Session

GIVEN = {of: tables(of=of) for of in ("company", "customers")}
ASKED = {
    of: [(n, k) for n, k in EVERY_CALL if (CALLS[n][k].of, CALLS[n][k].takes) == (of, "model")]
    for of in GIVEN
}
EDITS = (
    ("company", "deals", "amount", 12_345.0),
    ("company", "deals", "source", "somewhere"),
    ("customers", "orders", "product", "another"),
)


class Counting(Session):
    """A session that counts what it computes."""

    computed = 0

    def _rows(self, *asked):
        self.computed += 1
        return super()._rows(*asked)


def asked(session, book, name, number):
    book.session = session
    return book.ask(name, CALLS[name][number])


@pytest.fixture(scope="module")
def warm():
    """A session in which every function has answered on the tables as they are."""
    session = Counting(handles=Book.session.handles)
    for of, calls in ASKED.items():
        book = Book(GIVEN[of])
        for name, number in calls:
            asked(session, book, name, number)
    return session


@pytest.mark.parametrize(("of", "kind", "column", "cell"), EDITS, ids=lambda part: str(part))
def test_a_remembered_answer_is_the_one_that_would_be_computed(warm, of, kind, column, cell):
    header, first, *others = rows_of(GIVEN[of][kind])
    place = header.index(column)
    edited = [header, (*first[:place], cell, *first[place + 1 :]), *others]
    book, remembered = Book(GIVEN[of], **{kind: edited}), 0
    for name, number in ASKED[of]:
        if kind not in (*CALLS[name][number].reads, *CALLS[name][number].leads_to):
            continue
        warm.computed = 0
        answer = asked(warm, book, name, number)
        if warm.computed == 2:  # the model and CRM_ERROR alone
            fresh = Session(handles=Book.session.handles)
            assert answer == asked(fresh, book, name, number), (name, number)
            remembered += 1
    assert remembered
