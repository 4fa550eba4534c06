"""What a terminal shows."""

import io
import time

from xlcrm.errors import ExcelError
from xlcrm.terminal import as_csv, as_json, as_table, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_cells_are_aligned_numbers_to_the_right():
    rows = [("name", "value"), ("Ann", 1234567.0), ("Bo", 0.12345)]
    assert as_table(rows) == "name      value\nAnn   1,234,567\nBo       0.1235"


def test_an_error_is_shown_as_excel_shows_it():
    assert as_table([(ExcelError.DIV0,)]) == "#DIV/0!"
    assert as_json([("a",), (ExcelError.NA,)]) == '[{"a": "#N/A"}]'


def test_csv_keeps_all_digits_and_guards_formulas():
    assert as_csv([("a", "b"), (0.1, "=1+1"), (-5.0, "-x")]) == "a,b\n0.1,'=1+1\n-5,'-x"


def test_nothing_is_told_to_a_pipe():
    out = io.StringIO()
    with progress("working", out):
        pass
    assert out.getvalue() == ""


def test_short_work_is_not_talked_about():
    out = Terminal()
    with progress("working", out):
        pass
    assert out.getvalue() == ""


def test_long_work_is_told_and_wiped_away(monkeypatch):
    monkeypatch.setattr("xlcrm.terminal._PATIENCE", 0.01)
    out = Terminal()
    with progress("working", out):
        time.sleep(0.1)
    assert out.getvalue().startswith("\rworking … 0 s")
    assert out.getvalue().endswith(" \r")


def test_years_keep_their_shape_and_mixed_columns_stand_left():
    rows = [("year", "what"), (1988.0, "text"), (1989.0, 5.0)]
    assert as_table(rows) == "year  what\n1988  text\n1989  5"


def test_a_table_can_be_kept_narrow():
    rows = [["name", "why"], ["a", "because of a long story"]]
    assert as_table(rows, 8) == "name  why\na     because…"
