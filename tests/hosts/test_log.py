"""What a user's log says, through the adapters that Excel calls."""

import logging
import re

import pytest
from asking import deals

from xlcrm.functions import catalogue
from xlcrm.hosts import excel, log
from xlcrm.hosts.session import Session

HERE = ("Book1.xlsm", "Cockpit", "B2")
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\w+) (.*)")


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Give a user these settings, and read the log that his calls leave."""
    ours = logging.getLogger("xlcrm")
    handlers, level = list(ours.handlers), ours.level

    def begin(settings):
        (tmp_path / "xlcrm").mkdir(exist_ok=True)
        (tmp_path / "xlcrm" / "settings.ini").write_text(settings)
        excel.budget.cache_clear()
        monkeypatch.setenv("APPDATA", str(tmp_path))
        monkeypatch.setattr(excel, "session", lambda session=Session(): session)  # noqa: B008
        return tmp_path / "xlcrm" / log.FILE

    yield begin
    for handler in set(ours.handlers) - set(handlers):
        handler.close()
        ours.removeHandler(handler)
    ours.setLevel(level)
    excel.budget.cache_clear()


def ask(name, *sent):
    return excel.adapter(catalogue()[name])(*sent)


def lines(file):
    return [LINE.match(line).groups() for line in file.read_text("utf-8").splitlines()]


def model():
    handle = ask("CRM_TABLE", HERE, "deals", (deals({"Amount": 5.0}), "Deals", "D", 1, 1, False))
    return ask("CRM_MODEL", HERE, handle[0][0])[0][0]


def test_an_error_in_a_cell_is_logged_with_its_place_and_reason(told):
    file = told("")
    assert ask("CRM_KPI", HERE, model(), "won_amount") == [[5.0]]
    ask("CRM_KPI", HERE, model(), "no such figure")
    ((level, text),) = lines(file)
    assert level == "INFO"
    assert text.startswith("CRM_KPI at Cockpit!B2: #VALUE! ")
    assert "no such figure" in text


def test_a_fault_is_logged_with_its_traceback(told, monkeypatch):
    file = told("")
    monkeypatch.setattr(Session, "_read", lambda *_: 1 // 0)
    ask("CRM_VERSION", HERE)
    text = file.read_text("utf-8")
    assert " ERROR CRM_VERSION failed" in text
    assert "ZeroDivisionError" in text


def test_every_call_is_logged_where_the_user_asks_for_it(told):
    file = told("log=calls\n")
    ask("CRM_VERSION", HERE)
    ask("CRM_VERSION", ("", "", ""))
    (first, second) = lines(file)
    assert first[0] == "DEBUG"
    assert re.fullmatch(r"CRM_VERSION at Cockpit!B2 took [\d.]+ ms", first[1])
    assert re.fullmatch(r"CRM_VERSION took [\d.]+ ms", second[1])


def test_a_call_over_its_budget_says_so(told):
    file = told("budget=0.0000001\n")
    ask("CRM_VERSION", HERE)
    ((level, text),) = lines(file)
    assert level == "WARNING"
    assert re.fullmatch(
        r"CRM_VERSION at Cockpit!B2 took [\d.]+ s, more than its budget of 1e-07 s", text
    )


def test_a_quiet_call_leaves_no_file(told):
    file = told("")
    ask("CRM_VERSION", HERE)
    assert not file.exists()


def test_a_long_log_is_put_aside_when_a_process_starts(told):
    file = told("log=calls\n")
    file.write_text("x" * 1_000_001)
    ask("CRM_VERSION", HERE)
    assert file.with_suffix(".old.log").stat().st_size == 1_000_001
    assert len(lines(file)) == 1


def test_without_windows_there_is_no_log(told, monkeypatch, tmp_path):
    told("log=calls\n")
    monkeypatch.delenv("APPDATA")
    ask("CRM_VERSION", HERE)
    assert not (tmp_path / "xlcrm" / log.FILE).exists()
