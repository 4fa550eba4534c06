"""A server that is there before Excel: its class, its start at logon, its life."""

import re
import signal
import subprocess
import sys
from types import ModuleType

import pytest
from windows_stand_in import Com, Held, Registry

from xlcrm.cli import main
from xlcrm.errors import WrongValue
from xlcrm.hosts import serving
from xlcrm.hosts.setup import change_settings, user_settings

RUN = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
OTHERS = {"OneDrive": '"C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe" /background'}
CLSID = "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}"


@pytest.fixture
def registry(monkeypatch):
    stand_in = Registry({RUN: OTHERS})
    monkeypatch.setitem(sys.modules, "winreg", stand_in)
    return stand_in


@pytest.fixture
def com(monkeypatch):
    stand_in = Com()
    monkeypatch.setitem(sys.modules, "pythoncom", stand_in)
    return stand_in


@pytest.fixture
def user(tmp_path, monkeypatch):
    change_settings(tmp_path, {"python": "C:\\py\\python.exe", "dll": "C:\\py"})
    monkeypatch.setenv("APPDATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def served(monkeypatch, com):
    """xlwings' server: Excel comes and goes, and what it was asked to serve is kept."""
    seen = []

    def serve(clsid):
        com.running.add(clsid)
        excel = Held(com)
        del excel
        seen.append((clsid, com.quit, signal.getsignal(signal.SIGINT)))

    xlwings = ModuleType("xlwings")
    xlwings.serve = serve
    monkeypatch.setitem(sys.modules, "xlwings", xlwings)
    before = signal.getsignal(signal.SIGINT)
    yield seen
    signal.signal(signal.SIGINT, before)


def test_the_class_of_a_user_is_made_once(user):
    first = serving.server_id(user)
    assert re.fullmatch(r"\{[0-9A-F]{8}-([0-9A-F]{4}-){3}[0-9A-F]{12}\}", first)
    assert serving.server_id(user) == first == user_settings(user).server
    assert user_settings(user).python == "C:\\py\\python.exe"


def test_a_broken_class_is_made_anew(user):
    change_settings(user, {"server": "{1234}"})
    assert serving.server_id(user) != "{1234}"


def test_before_setup_there_is_nothing_to_serve(tmp_path):
    with pytest.raises(WrongValue, match="run xlcrm setup first"):
        serving.server_id(tmp_path)


def test_the_server_outlives_the_last_excel_and_ends_on_ctrl_c(served):
    serving.serve(CLSID)
    assert served == [(CLSID, False, signal.SIG_DFL)]


def test_the_stand_in_for_com_would_end_a_server_that_keeps_nothing(com):
    excel = Held(com)
    del excel
    assert com.quit


def test_a_second_server_is_refused(com, served):
    com.running.add(CLSID)
    with pytest.raises(WrongValue, match="runs already"):
        serving.serve(CLSID)
    assert served == []


def test_serve_writes_the_class_for_vba_and_serves_it(user, served, capsys):
    assert main(["serve"]) == 0
    assert user_settings(user).server == served[0][0]
    assert "serving Excel" in capsys.readouterr().out


def test_at_logon_windows_starts_this_python_without_a_window(
    user, registry, tmp_path, monkeypatch, capsys
):
    python = tmp_path / "an env" / "python.exe"
    python.parent.mkdir()
    python.with_name("pythonw.exe").touch()
    monkeypatch.setattr(sys, "executable", str(python))
    assert main(["serve", "--at-logon"]) == 0
    assert registry.keys[RUN] == {
        **OTHERS,
        "xlcrm": f'"{tmp_path / "an env" / "pythonw.exe"}" -P -m xlcrm serve',
    }
    assert user_settings(user).server
    assert "log on" in capsys.readouterr().out


def test_a_python_without_a_windowless_one_serves_itself(tmp_path):
    python = tmp_path / "python.exe"
    assert serving.logon_command(python) == f'"{python}" -P -m xlcrm serve'


def test_a_command_that_windows_would_cut_is_refused(tmp_path):
    with pytest.raises(WrongValue, match="Windows reads 260 characters"):
        serving.logon_command(tmp_path / ("x" * 250) / "python.exe")


def test_remove_takes_the_start_and_the_class_back(user, registry):
    main(["serve", "--at-logon"])
    assert main(["serve", "--remove"]) == 0
    assert registry.keys[RUN] == OTHERS
    assert user_settings(user).server == ""
    assert user_settings(user).dll == "C:\\py"
    assert main(["serve", "--remove"]) == 0


@pytest.mark.usefixtures("user")
def test_remove_on_an_account_without_a_run_key_does_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "winreg", Registry())
    assert main(["serve", "--remove"]) == 0


def test_serve_elsewhere_than_on_windows_is_refused(monkeypatch, capsys):
    monkeypatch.delenv("APPDATA", raising=False)
    assert main(["serve"]) == 1
    assert "serve is for Excel on Windows" in capsys.readouterr().err


def test_the_package_runs_as_a_module():
    ran = subprocess.run(
        [sys.executable, "-m", "xlcrm", "--version"], capture_output=True, check=True, text=True
    )
    assert ran.stdout.startswith("xlcrm ")
