"""Facts of a machine, read from registries as Windows, Office and Defender lay them out."""

import shutil
import struct
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from windows_stand_in import Com, Registry

from xlcrm.cli import main
from xlcrm.errors import WrongValue
from xlcrm.hosts.doctor import machine as reading
from xlcrm.hosts.doctor.facts import Macros, Office, OfficeKind, SlowCall, TrustedLocation
from xlcrm.hosts.doctor.registry import macro_policy, rules, windows_registry
from xlcrm.hosts.setup import XLWINGS_VERSION, change_settings

TEMPLATE = Path(__file__).parents[2] / "workbook_template.xlsm"
CHILD = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
WIN32 = "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
GUARD = "Windows Defender\\Windows Defender Exploit Guard\\ASR"
POLICY, LOCAL = "HKLM\\SOFTWARE\\Policies\\Microsoft", "HKLM\\SOFTWARE\\Microsoft"
MDM = f"{POLICY}\\Windows Defender\\Policy Manager"
CLICK_TO_RUN = "HKLM\\SOFTWARE\\Microsoft\\Office\\ClickToRun\\Configuration"
USER = "HKCU\\Software\\Microsoft\\Office\\16.0\\Excel\\Security"
GROUP = "HKCU\\Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security"
CLOUD = "HKCU\\Software\\Policies\\Microsoft\\Cloud\\Office\\16.0\\Excel\\Security"


@pytest.fixture
def registry(monkeypatch):
    def install(keys, locked=()):
        monkeypatch.setitem(sys.modules, "winreg", Registry(keys, locked))
        return windows_registry

    return install


@pytest.fixture
def user(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    monkeypatch.setitem(sys.modules, "pythoncom", Com())
    return tmp_path / "Roaming"


def program(path, machine):
    path.parent.mkdir(parents=True, exist_ok=True)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 128)
    path.write_bytes(head.ljust(128, b"\0") + b"PE\0\0" + struct.pack("<H", machine) + b"\0" * 18)


def office(keys, user, registry):
    return reading.machine(user, registry(keys)).office


def test_click_to_run_says_version_products_and_bits(user, registry):
    keys = {
        CLICK_TO_RUN: {
            "Platform": "x64",
            "VersionToReport": "16.0.14332.20763",
            "ProductReleaseIds": "ProPlus2021Volume,VisioPro2021Volume",
            "UpdateChannel": "http://officecdn.microsoft.com/pr/5030841d",
        }
    }
    assert office(keys, user, registry) == Office(
        OfficeKind.CLICK_TO_RUN,
        "16.0.14332.20763",
        ("ProPlus2021Volume", "VisioPro2021Volume"),
        64,
    )


@pytest.mark.parametrize(("machine", "bits"), [(0x014C, 32), (0x8664, 64)])
def test_an_office_by_windows_installer_says_its_bits_in_its_program(
    user, registry, tmp_path, machine, bits
):
    program(tmp_path / "Office16" / "EXCEL.EXE", machine)
    key = "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Office\\16.0\\Excel\\InstallRoot"
    keys = {key: {"Path": str(tmp_path / "Office16")}}
    assert office(keys, user, registry) == Office(OfficeKind.MSI, "16.0", bits=bits)


def test_an_office_from_the_store_is_known_by_its_package(user, registry, tmp_path):
    (tmp_path / "Local" / "Packages" / "Microsoft.Office.Desktop_8wekyb3d8bbwe").mkdir(parents=True)
    assert office({}, user, registry) == Office(OfficeKind.STORE)


def test_without_office_there_is_none(user, registry):
    assert office({}, user, registry) == Office(OfficeKind.NONE)


def test_a_group_policy_of_defender_is_read(registry):
    keys = {
        f"{POLICY}\\{GUARD}": {"ExploitGuard_ASR_Rules": 1},
        f"{POLICY}\\{GUARD}\\Rules": {CHILD.upper(): "1", WIN32: "2"},
    }
    assert rules(registry(keys)) == {CHILD: 1, WIN32: 2}


def test_a_group_policy_that_is_off_does_not_count(registry):
    keys = {
        f"{POLICY}\\{GUARD}": {"ExploitGuard_ASR_Rules": 0},
        f"{POLICY}\\{GUARD}\\Rules": {CHILD: "1"},
    }
    assert rules(registry(keys)) == {}


def test_rules_by_intune_stand_in_one_value(registry):
    keys = {MDM: {"ASRRules": f"{CHILD.upper()}=1|{WIN32}=6"}}
    assert rules(registry(keys)) == {CHILD: 1, WIN32: 6}


def test_policies_come_before_a_local_setting_and_of_two_the_one_that_blocks(registry):
    other = "3b576869-a4ec-4529-8536-b80a7769e899"
    keys = {
        f"{LOCAL}\\{GUARD}\\Rules": {CHILD: 1, WIN32: 0, other: 1},
        MDM: {"ASRRules": f"{CHILD}=2|{WIN32}=0"},
        f"{POLICY}\\{GUARD}": {"ExploitGuard_ASR_Rules": 1},
        f"{POLICY}\\{GUARD}\\Rules": {WIN32: "1", CHILD: "0"},
    }
    assert rules(registry(keys)) == {CHILD: 2, WIN32: 1, other: 1}


def test_a_locked_key_counts_as_empty(registry):
    path = f"{LOCAL}\\{GUARD}\\Rules"
    wow = path.replace("SOFTWARE\\", "SOFTWARE\\WOW6432Node\\")
    assert rules(registry({path: {CHILD: 1}}, locked=[path, wow])) == {}


def test_a_policy_comes_before_what_the_user_set(registry):
    found = macro_policy(registry({USER: {"VBAWarnings": 1}, GROUP: {"vbawarnings": 4}}))
    assert (found.setting, found.managed) == (Macros.NONE, True)
    found = macro_policy(registry({GROUP: {"VBAWarnings": 4}, CLOUD: {"vbawarnings": 3}}))
    assert (found.setting, found.managed) == (Macros.SIGNED_ONLY, True)
    found = macro_policy(registry({USER: {"VBAWarnings": 2}}))
    assert (found.setting, found.managed) == (Macros.ASK, False)
    assert macro_policy(registry({})).setting is None


def test_macros_from_the_internet_are_ruled_by_policies_only(registry):
    keys = {GROUP: {"blockcontentexecutionfrominternet": 0}}
    assert macro_policy(registry(keys)).internet == 0
    keys = {USER: {"blockcontentexecutionfrominternet": 0}}
    assert macro_policy(registry(keys)).internet is None


def test_vba_that_is_off_is_seen(registry):
    common = "HKLM\\Software\\Policies\\Microsoft\\Office\\16.0\\Common"
    assert macro_policy(registry({common: {"vbaoff": 1}})).vba_off
    assert not macro_policy(registry({common: {"vbaoff": 0}})).vba_off


def test_trusted_locations_of_user_and_policy_are_read(registry, monkeypatch):
    monkeypatch.setenv("BOOKS", "D:\\Books")
    keys = {
        f"{USER}\\Trusted Locations\\Location0": {"Path": "C:\\XLSTART\\"},
        f"{USER}\\Trusted Locations\\Location1": {"Path": "$BOOKS", "AllowSubFolders": 1},
        f"{GROUP}\\Trusted Locations\\Location20": {"Path": "D:\\Firm", "Description": "ours"},
    }
    assert macro_policy(registry(keys)).trusted == (
        TrustedLocation("D:\\Firm"),
        TrustedLocation("C:\\XLSTART\\"),
        TrustedLocation("D:\\Books", subfolders=True),
    )
    keys[f"{GROUP}\\Trusted Locations"] = {"AllLocationsDisabled": 1}
    assert macro_policy(registry(keys)).trusted == ()


def test_the_dlls_are_read_as_programs(user, registry, tmp_path):
    program(tmp_path / f"xlwings64-{XLWINGS_VERSION}.dll", 0x8664)
    program(tmp_path / f"xlwings32-{XLWINGS_VERSION}.dll", 0x014C)
    (tmp_path / "xlwings64-0.1.dll").write_bytes(b"emptied by an antivirus")
    (tmp_path / "python.exe").touch()
    change_settings(user, {"python": str(tmp_path / "python.exe"), "dll": str(tmp_path)})
    found = reading.machine(user, registry({}))
    assert found.dlls == {
        f"xlwings64-{XLWINGS_VERSION}.dll": 64,
        f"xlwings32-{XLWINGS_VERSION}.dll": 32,
    }
    assert found.python_exists
    assert found.python == sys.executable


def test_the_server_is_asked_where_there_is_one(user, registry, monkeypatch):
    assert reading.machine(user, registry({})).server_answers is None
    change_settings(user, {"server": "{A}"})
    assert reading.machine(user, registry({})).server_answers is False
    monkeypatch.setitem(sys.modules, "pythoncom", Com(running=["{A}"]))
    assert reading.machine(user, registry({})).server_answers is True


def test_slow_calls_are_read_from_the_log(user, registry):
    log = user / "xlcrm" / "xlcrm.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(
        b"2026-11-22 07:00:00 WARNING CRM_FORECAST_RANGE at Forecast!B5 took 12.3 s, "
        b"more than its budget of 5 s\r\n"
        b"2026-11-22 07:00:01 ERROR CRM_KPI at Cockpit!A1: no such KPI\n"
        b"\xff\xfe broken\n"
        b"2026-11-22 07:00:02 INFO CRM_KPI at My Sheet!A2 took 0.1 s\n"
        b"2026-11-22 07:00:03 WARNING CRM_CLV at 'My Sheet'!C9 took 7 s, "
        b"more than its budget of 2.5 s\n"
    )
    assert reading.machine(user, registry({})).slow == (
        SlowCall("CRM_FORECAST_RANGE", "Forecast!B5", 12.3, 5),
        SlowCall("CRM_CLV", "'My Sheet'!C9", 7, 2.5),
    )


def test_a_missing_pywin32_is_said(user, registry, monkeypatch):
    monkeypatch.setitem(sys.modules, "pywintypes", None)
    assert "pywintypes" in reading.machine(user, registry({})).pywin32


def texts(data):
    return [f'Lib "xlwings64-{len(data)}.0.dll"', 'Lib "xlwings32-9.9.dll"']


def test_of_a_book_version_mark_and_folder_are_read(tmp_path, monkeypatch):
    book = tmp_path / "OneDrive - Firm" / "sales.xlsm"
    book.parent.mkdir()
    shutil.copy(TEMPLATE, book)
    Path(f"{book}:Zone.Identifier").write_text(
        "[ZoneTransfer]\nZoneId=3\nReferrerUrl=https://mail.firm.example/\n"
    )
    monkeypatch.setenv("OneDriveCommercial", str(book.parent))
    found = reading.looked_at(str(book), lambda _: ['Lib "xlwings64-0.37.8.dll"'])
    assert (found.has_vba, found.declared, found.zone) == (True, "0.37.8", 3)
    assert found.synced == found.folder == str(book.parent)
    assert not found.signed


def test_a_book_without_mark_vba_or_cloud_has_none(tmp_path, monkeypatch):
    for name in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        monkeypatch.delenv(name, raising=False)
    with ZipFile(TEMPLATE) as old, ZipFile(tmp_path / "plain.xlsx", "w") as new:
        for name in old.namelist():
            if "vba" not in name:
                new.writestr(name, old.read(name))
    found = reading.looked_at(str(tmp_path / "plain.xlsx"), texts)
    assert (found.has_vba, found.declared, found.zone, found.synced) == (False, "", None, "")


def test_a_signed_book_is_known_by_its_signature(tmp_path):
    shutil.copy(TEMPLATE, tmp_path / "signed.xlsm")
    with ZipFile(tmp_path / "signed.xlsm", "a") as package:
        package.writestr("xl/vbaProjectSignatureV3.bin", b"\x30")
    assert reading.looked_at(str(tmp_path / "signed.xlsm"), texts).signed


def test_vba_that_cannot_be_read_is_a_fact():
    def damaged(_):
        raise ValueError("the VBA project cannot be read")

    assert reading.looked_at(str(TEMPLATE), damaged).fault == "the VBA project cannot be read"


def test_a_web_address_is_not_opened():
    assert reading.looked_at("https://firm.sharepoint.com/sales.xlsm", texts).online


def test_the_command_off_windows_says_what_it_can(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "linux")
    assert main(["doctor", str(TEMPLATE)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Excel for Windows is not on this computer")
    assert lines[1] == f"ok   xlwings {XLWINGS_VERSION}"
    assert f"declares the DLL of xlwings {XLWINGS_VERSION}" in lines[2]
    assert all(line.startswith("ok   ") for line in lines[1:])


def test_the_command_on_windows_tells_every_fix_and_fails(user, registry, monkeypatch, capsys):
    registry({CLICK_TO_RUN: {"VersionToReport": "16.0.17928.20114", "Platform": "x64"}})
    monkeypatch.setenv("APPDATA", str(user))
    monkeypatch.setattr(sys, "platform", "win32")
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"ok   xlwings {XLWINGS_VERSION}"
    assert any(
        line.startswith("fix  ") and "names no Python: run xlcrm setup" in line for line in lines
    )
    assert {line[:5] for line in lines} == {"ok   ", "fix  "}


def test_the_command_refuses_what_is_no_workbook(tmp_path, capsys):
    assert main(["doctor", str(tmp_path / "none.xlsm")]) == 1
    assert "no file" in capsys.readouterr().err
    (tmp_path / "text.xlsm").write_text("hello")
    assert main(["doctor", str(tmp_path / "text.xlsm")]) == 1
    with pytest.raises(WrongValue):
        reading.looked_at(str(tmp_path / "text.xlsm"), texts)
