"""Snapshots are added to a workbook; what is there already stays."""

import datetime as dt

import pytest
from importing_books import book_with, values

from xlcrm.cli import main
from xlcrm.errors import WrongValue
from xlcrm.workbook.snapshot import take_snapshot

SHOWN = ("taken_on", "deal_id", "stage", "amount", "expected_close", "status", "owner")
TODAY = dt.date(2026, 6, 17)


def moment(text):
    return dt.datetime.fromisoformat(text)


def deals(*rows):
    """Deals as rows of the declared columns: id, status, closed, amount, close."""
    from xlcrm.model.schema import KINDS

    names = KINDS["deals"].names
    cells = []
    for deal, status, closed, amount in rows:
        row = {
            "deal_id": deal, "owner": "Ann", "created": 46000, "stage": "Lead", "status": status,
            "amount": amount, "expected_close": 46200, "closed_on": closed,
        }  # fmt: skip
        cells.append([row.get(name) for name in names])
    return cells


def made(tmp_path, *rows, pictures=None):
    given = {"deals": deals(*rows)} | ({"snapshots": pictures} if pictures else {})
    return book_with(tmp_path / "crm.xlsx", "deals", "snapshots", "settings", rows=given)


def test_open_deals_and_those_closed_since_the_last_picture_are_shown(tmp_path):
    book = made(
        tmp_path,
        ("d1", "open", None, 100.5),
        ("d2", "won", 46150, 7.0),  # 8 May 2026
        ("d3", "lost", 46100, 8.0),  # before the picture
        ("d4", "on hold", None, None),
        pictures=[[46142, "d1", "Lead", 90.0, 46190, "open", "Ann"]],  # 30 April
    )
    taken = take_snapshot(book, TODAY)
    assert (taken.deals, taken.replaced, taken.before) == (3, 0, dt.date(2026, 4, 30))
    rows = values(book, "Snapshots", *SHOWN)
    assert rows[0] == (moment("2026-04-30"), "d1", "Lead", 90, moment("2026-06-17"), "open", "Ann")
    assert [row[1] for row in rows[1:]] == ["d1", "d2", "d4"]
    assert rows[1] == (
        moment("2026-06-17"), "d1", "Lead", 100.5, moment("2026-06-27"), "open", "Ann"
    )  # fmt: skip
    assert rows[3][3] is None
    assert rows[3][5] == "on hold"


def test_the_first_picture_shows_all(tmp_path):
    book = made(tmp_path, ("d1", "open", None, 1.0), ("d2", "lost", 46100, 2.0))
    assert take_snapshot(book, TODAY).deals == 2
    assert [row[1] for row in values(book, "Snapshots", *SHOWN)] == ["d1", "d2"]


def test_a_picture_of_the_same_day_is_replaced(tmp_path):
    book = made(tmp_path, ("d1", "open", None, 1.0))
    take_snapshot(book, TODAY)
    once = values(book, "Snapshots", *SHOWN)
    again = take_snapshot(book, TODAY)
    assert again.replaced == 1
    assert "replaces 1 rows of the same day" in again.sentence
    assert values(book, "Snapshots", *SHOWN) == once


def test_an_export_without_a_status_shows_the_one_its_stage_tells(tmp_path):
    book = made(tmp_path, ("d1", None, None, 1.0))
    take_snapshot(book, TODAY)
    assert values(book, "Snapshots", "status") == [("open",)]


def test_a_workbook_without_deals_is_refused_and_stays(tmp_path):
    book = book_with(tmp_path / "other.xlsx", "snapshots")
    before = book.read_bytes()
    with pytest.raises(WrongValue, match="no Table of deals"):
        take_snapshot(book, TODAY)
    assert book.read_bytes() == before


def test_the_command_says_what_it_added(tmp_path, capsys):
    book = made(tmp_path, ("d1", "open", None, 1.0))
    assert main(["snapshot", str(book), "--on", "2026-06-17"]) == 0
    assert "snapshot of 2026-06-17: 1 deals that are open or closed" in capsys.readouterr().out
