"""What `xlcrm setup` leaves for the VBA module to read."""

from pathlib import Path

import pytest

from xlcrm.cli import main
from xlcrm.errors import WrongValue
from xlcrm.hosts.setup import (
    XLWINGS_VERSION,
    UserSettings,
    dll_folder,
    user_settings,
    write_settings,
)

DLL = f"xlwings64-{XLWINGS_VERSION}.dll"


@pytest.mark.parametrize("place", ["env/Scripts", "env"])
def test_the_dll_is_found_beside_the_interpreter_or_above_it(tmp_path, place):
    python = tmp_path / "env" / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    (tmp_path / place / DLL).touch()
    file = write_settings(tmp_path / "Roaming", python)
    assert file == tmp_path / "Roaming" / "xlcrm" / "settings.ini"
    assert file.read_text("cp1252").splitlines() == [
        f"python={python}",
        f"dll={tmp_path / place}",
    ]


def test_a_missing_dll_is_said(tmp_path):
    with pytest.raises(WrongValue, match=f"{DLL} is not beside python.exe: install xlwings"):
        dll_folder(tmp_path / "python.exe")


def test_a_path_that_vba_cannot_read_is_said(tmp_path):
    python = tmp_path / "зарплата" / "python.exe"
    python.parent.mkdir()
    (python.parent / DLL).touch()
    with pytest.raises(WrongValue, match="has signs that VBA cannot read"):
        write_settings(tmp_path, python)


def test_the_module_reads_the_names_that_are_written():
    text = (Path(__file__).parents[2] / "xlcrm" / "hosts" / "xlcrm_module.bas").read_text("ascii")
    assert '"\\xlcrm\\settings.ini"' in text
    assert 'Setting("python")' in text
    assert 'Setting("dll")' in text


@pytest.fixture
def python(tmp_path):
    (tmp_path / DLL).touch()
    return tmp_path / "python.exe"


def test_what_stands_in_the_file_already_is_kept(tmp_path, python):
    file = tmp_path / "xlcrm" / "settings.ini"
    file.parent.mkdir()
    file.write_bytes(
        b"; ours\r\nPython=C:\\old\\python.exe\r\nserver={A}\r\nPYTHON=C:\\x\r\nlog=calls\r\n"
    )
    write_settings(tmp_path, python)
    assert file.read_text("cp1252").splitlines() == [
        "; ours",
        f"python={python}",
        "server={A}",
        "log=calls",
        f"dll={tmp_path}",
    ]
    assert [path.name for path in file.parent.iterdir()] == ["settings.ini"]


def test_the_log_and_the_budget_are_written_and_read(tmp_path, python):
    write_settings(tmp_path, python, log="calls", budget=12.5)
    write_settings(tmp_path, python)
    expected = UserSettings(str(python), str(tmp_path), log="calls", budget=12.5)
    assert user_settings(tmp_path) == expected


@pytest.mark.parametrize("budget", [0, -1, float("nan"), float("inf")])
def test_a_budget_is_a_positive_number(tmp_path, python, budget):
    with pytest.raises(WrongValue, match="positive number of seconds"):
        write_settings(tmp_path, python, budget=budget)


def test_an_unknown_log_is_refused(tmp_path, python):
    with pytest.raises(WrongValue, match="errors or calls"):
        write_settings(tmp_path, python, log="all")


def test_without_a_file_there_are_the_usual_settings(tmp_path):
    usual = UserSettings(python="", dll="", server="", log="errors", budget=5.0)
    assert user_settings(None) == user_settings(tmp_path) == usual


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00p\x00y",
        b"log=everything\nbudget=soon\n",
        b"budget=-3",
        b"budget=nan\nlog",
        b"\x81\x8d=\x90\n",
    ],
)
def test_a_broken_file_gives_the_usual_settings_and_can_be_written_anew(tmp_path, content):
    file = tmp_path / "xlcrm" / "settings.ini"
    file.parent.mkdir()
    file.write_bytes(content)
    assert user_settings(tmp_path) == UserSettings()
    (tmp_path / DLL).touch()
    write_settings(tmp_path, tmp_path / "python.exe", log="calls", budget=2)
    assert user_settings(tmp_path).budget == 2
    assert user_settings(tmp_path).log == "calls"


def test_the_last_line_of_a_name_counts_as_in_vba(tmp_path):
    file = tmp_path / "xlcrm" / "settings.ini"
    file.parent.mkdir()
    file.write_bytes(b"python=one\r\nPYTHON= C:\\Caf\xe9\\python.exe \r\nlog=CALLS\r\n")
    assert user_settings(tmp_path) == UserSettings(python="C:\\Caf\u00e9\\python.exe", log="calls")


def test_setup_writes_log_and_budget(tmp_path, monkeypatch, capsys, python):
    monkeypatch.setenv("APPDATA", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(python))
    assert main(["setup", "--log", "calls", "--budget", "20"]) == 0
    assert user_settings(tmp_path) == UserSettings(
        str(python), str(tmp_path), log="calls", budget=20
    )
    assert str(tmp_path / "xlcrm" / "settings.ini") in capsys.readouterr().out


def test_setup_elsewhere_than_on_windows_is_refused(monkeypatch, capsys):
    monkeypatch.delenv("APPDATA", raising=False)
    assert main(["setup"]) == 1
    assert "setup is for Excel on Windows" in capsys.readouterr().err
