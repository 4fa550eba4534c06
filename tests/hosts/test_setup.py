"""What `xlcrm setup` leaves for the VBA module to read."""

from pathlib import Path

import pytest

from xlcrm.cli import main
from xlcrm.errors import WrongValue
from xlcrm.hosts.setup import dll_folder, write_settings
from xlcrm.hosts.vba import XLWINGS_VERSION

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


def test_setup_elsewhere_than_on_windows_is_refused(monkeypatch, capsys):
    monkeypatch.delenv("APPDATA", raising=False)
    assert main(["setup"]) == 1
    assert "setup is for Excel on Windows" in capsys.readouterr().err
