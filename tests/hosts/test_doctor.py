"""Each check of `xlcrm doctor`, in a situation that is well and in ones that are not."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from xlcrm.hosts.doctor import CHECKS, CHECKS_ON_WINDOWS, diagnosed
from xlcrm.hosts.doctor.environment import LEAST_BUILD
from xlcrm.hosts.doctor.facts import (
    Book,
    Facts,
    MacroPolicy,
    Macros,
    Office,
    OfficeKind,
    Rule,
    SlowCall,
    TrustedLocation,
    Windows,
)
from xlcrm.hosts.doctor.registry import MACRO_KEYS
from xlcrm.hosts.serving import RUN_KEY
from xlcrm.hosts.setup import XLWINGS_VERSION, UserSettings

ENV = "C:\\Users\\ann\\crm"
DLL64, DLL32 = f"xlwings64-{XLWINGS_VERSION}.dll", f"xlwings32-{XLWINGS_VERSION}.dll"
CHILD = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
WIN32 = "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
SERVER = "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}"

SETTINGS = UserSettings(f"{ENV}\\Scripts\\python.exe", ENV)
OFFICE = Office(OfficeKind.CLICK_TO_RUN, "16.0.17928.20114", ("O365ProPlusRetail",), 64)
WINDOWS = Windows(
    app_data="C:\\Users\\ann\\AppData\\Roaming",
    settings=SETTINGS,
    python_exists=True,
    python=f"{ENV}\\Scripts\\pythonw.exe",
    base_python="C:\\Users\\ann\\AppData\\Local\\Programs\\Python\\Python312",
    version=(3, 12),
    dlls={DLL64: 64, DLL32: 32},
    office=OFFICE,
)
BOOK = Book("sales.xlsm", "C:\\Users\\ann\\Books", has_vba=True, declared=XLWINGS_VERSION)
FACTS = Facts(XLWINGS_VERSION, WINDOWS, BOOK)


def with_windows(**changes):
    return replace(FACTS, windows=replace(WINDOWS, **changes))


def with_book(**changes):
    return replace(FACTS, book=replace(BOOK, **changes))


def fixes(facts):
    return [finding.line for finding in diagnosed(facts) if not finding.ok]


def test_on_a_machine_that_is_well_every_check_says_so_in_one_line():
    lines = [finding.line for finding in diagnosed(FACTS)]
    assert len(lines) == len(CHECKS) + len(CHECKS_ON_WINDOWS) == 16
    assert all(line.startswith("ok   ") and "\n" not in line for line in lines)


def test_every_check_is_ill_in_some_situation():
    ill = set()
    for facts, _ in SITUATIONS.values():
        judged = [(check, check(facts)) for check in CHECKS]
        if facts.windows:
            judged += [(check, check(facts.windows)) for check in CHECKS_ON_WINDOWS]
        ill |= {check for check, found in judged if found and not found.ok}
    assert ill == {*CHECKS, *CHECKS_ON_WINDOWS}


SITUATIONS = {
    "xlwings is another": (
        Facts("0.36.0"),
        f"fix  xlwings 0.36.0: pip install xlwings=={XLWINGS_VERSION}",
    ),
    "the book is older": (
        with_book(declared="0.30.1"),
        "fix  sales.xlsm declares the DLL of xlwings 0.30.1, installed is "
        f"{XLWINGS_VERSION}: close it and run xlcrm upgrade sales.xlsm",
    ),
    "the book is newer": (
        with_book(declared="0.100.0"),
        "fix  sales.xlsm declares the DLL of xlwings 0.100.0, installed is "
        f"{XLWINGS_VERSION}: pip install --upgrade xlcrm",
    ),
    "the book's VBA is not ours": (
        with_book(declared=""),
        f"fix  sales.xlsm declares the DLL of xlwings (none), installed is {XLWINGS_VERSION}: "
        "close it and run xlcrm upgrade sales.xlsm",
    ),
    "the book's VBA is damaged": (
        with_book(fault="the VBA project cannot be read", declared=""),
        "fix  sales.xlsm: the VBA project cannot be read: xlcrm upgrade sales.xlsm",
    ),
    "the book came from the internet": (
        with_book(zone=3),
        "fix  sales.xlsm has a mark of the web, so Excel blocks its macros: right-click the file, "
        "Properties > Unblock; or Unblock-File in PowerShell",
    ),
    "the book came from a restricted site": (with_book(zone=4), "Properties > Unblock"),
    "the book lies in OneDrive": (
        with_book(synced="C:\\Users\\ann\\OneDrive - Firm"),
        "fix  sales.xlsm lies in the synchronised folder C:\\Users\\ann\\OneDrive - Firm: keep it "
        "outside, or turn AutoSave off",
    ),
    "the book is a web address": (
        replace(FACTS, book=Book("https://firm.sharepoint.com/sales.xlsm", online=True)),
        "give the path of its copy on this computer",
    ),
    "no setup": (
        with_windows(settings=UserSettings()),
        "fix  C:\\Users\\ann\\AppData\\Roaming\\xlcrm\\settings.ini names no Python: "
        "run xlcrm setup",
    ),
    "Python is gone": (
        with_windows(python_exists=False),
        f"fix  Excel's Python {ENV}\\Scripts\\python.exe is gone: run xlcrm setup",
    ),
    "Excel uses another Python": (
        with_windows(python="D:\\other\\python.exe"),
        "not this one, D:\\other\\python.exe: run xlcrm setup here, or run xlcrm doctor there",
    ),
    "Python is old": (
        with_windows(version=(3, 9)),
        "fix  Python 3.9: install Python 3.11 or newer",
    ),
    "Python comes from the Store": (
        with_windows(
            base_python="C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_x64"
        ),
        "fix  Python 3.12 from the Microsoft Store, which Excel cannot use as a COM server: "
        "install Python from python.org",
    ),
    "no pywin32": (
        with_windows(pywin32="No module named 'pywintypes'"),
        "fix  pywin32: No module named 'pywintypes': pip install --force-reinstall pywin32",
    ),
    "the antivirus took the DLL": (
        with_windows(dlls={DLL32: 32}),
        f"fix  {DLL64} is not in {ENV}: pip install --force-reinstall",
    ),
    "the DLL of 32-bit Excel is missing": (
        with_windows(dlls={DLL64: 64}, office=replace(OFFICE, bits=32)),
        f"fix  {DLL32} is not in {ENV}",
    ),
    "the DLL was renamed": (
        with_windows(dlls={DLL64: 32}),
        f"fix  {DLL64} holds a 32-bit program, and Excel is a 64-bit one",
    ),
    "the user's name is outside the code page": (
        with_windows(app_data="C:\\Users\\Анна\\AppData\\Roaming"),
        "fix  the path C:\\Users\\Анна\\AppData\\Roaming has signs outside the system's code page",
    ),
    "Python's path is outside the code page": (
        with_windows(settings=replace(SETTINGS, python="C:\\販売\\python.exe")),
        "fix  the path C:\\販売\\python.exe has signs outside",
    ),
    "no Excel": (with_windows(office=Office()), "fix  no Excel 16: install Excel 2021 or newer"),
    "Office from the Store": (
        with_windows(office=Office(OfficeKind.STORE)),
        "uninstall it and install Office from office.com (Click-to-Run)",
    ),
    "Office 2016 from a disk": (
        with_windows(office=Office(OfficeKind.MSI, "16.0", bits=32)),
        "fix  Excel 16.0 (Windows Installer) has no dynamic arrays: install Excel 2021 or newer",
    ),
    "Office 2019, volume": (
        with_windows(
            office=replace(OFFICE, version="16.0.10416.20047", products=("ProPlus2019Volume",))
        ),
        "has no dynamic arrays: install Excel 2021",
    ),
    "Office 2019, retail, of a new build": (
        with_windows(
            office=replace(OFFICE, products=("HomeBusiness2019Retail", "VisioPro2021Retail"))
        ),
        "fix  Excel 16.0.17928.20114 (HomeBusiness2019Retail) has no dynamic arrays: install Excel",
    ),
    "Office 2016, retail": (
        with_windows(office=replace(OFFICE, products=("HomeStudentRetail",))),
        "has no dynamic arrays",
    ),
    "Microsoft 365 without updates for years": (
        with_windows(office=replace(OFFICE, version="16.0.11328.20492")),
        "has no dynamic arrays: update Office",
    ),
    "macros are disabled by policy": (
        with_windows(macros=MacroPolicy(Macros.NONE, managed=True)),
        "fix  a policy of the organisation disables all macros: ask IT, or keep the book in a "
        "trusted location",
    ),
    "macros are disabled by the user": (
        with_windows(macros=MacroPolicy(Macros.NONE)),
        "fix  Excel's Trust Center disables all macros: change File > Options > Trust Center",
    ),
    "only signed macros run": (
        with_windows(macros=MacroPolicy(Macros.SIGNED_ONLY, managed=True)),
        "lets only signed macros run, and the book is not signed: sign the book's VBA project",
    ),
    "VBA is off": (
        with_windows(macros=MacroPolicy(vba_off=True, trusted=(TrustedLocation(BOOK.folder),))),
        "fix  VBA is switched off for all of Office: ask IT to allow it",
    ),
    "Office may start nothing": (
        with_windows(rules={CHILD: 1}),
        "fix  Defender's rule 'Block all Office applications from creating child processes' keeps "
        "Excel from starting Python: run xlcrm serve --at-logon, or have IT exclude",
    ),
    "Office is warned about": (with_windows(rules={CHILD: 6}), "run xlcrm serve --at-logon"),
    "VBA may call nothing": (
        with_windows(rules={WIN32: 1}),
        "fix  Defender's rule 'Block Win32 API calls from Office macros' keeps VBA from calling",
    ),
    "the server is down": (
        with_windows(settings=replace(SETTINGS, server=SERVER), server_answers=False),
        "fix  the server of xlcrm serve does not answer: start xlcrm serve, or log off and on",
    ),
    "calls are slow": (
        with_windows(
            slow=(
                SlowCall("CRM_FORECAST", "Forecast!A3", 6.1, 5),
                SlowCall("CRM_FORECAST_RANGE", "Forecast!B5", 12.3, 5),
            )
        ),
        "fix  2 calls over the budget in the log, the slowest CRM_FORECAST_RANGE at Forecast!B5: "
        "12.3 s of 5 s: ",
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_situation_is_told_with_what_to_do(situation):
    facts, expected = SITUATIONS[situation]
    found = fixes(facts)
    assert any(expected in line for line in found), found
    assert not any(expected in finding.line for finding in diagnosed(FACTS))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (with_book(zone=2), "sales.xlsm has no mark of the web"),
        (
            replace(with_windows(macros=MacroPolicy(internet=0)), book=replace(BOOK, zone=3)),
            "a policy lets its macros run",
        ),
        (
            replace(
                with_windows(
                    macros=MacroPolicy(
                        Macros.NONE, trusted=(TrustedLocation("c:\\users\\ANN\\", subfolders=True),)
                    )
                ),
                book=replace(BOOK, zone=3),
            ),
            "macros run: sales.xlsm lies in a trusted location",
        ),
        (
            replace(
                with_windows(macros=MacroPolicy(Macros.SIGNED_ONLY)),
                book=replace(BOOK, signed=True),
            ),
            "macros may run (signed_only)",
        ),
        (with_book(has_vba=False, declared=""), "it needs the add-in xlcrm.xlam"),
        (with_windows(rules={CHILD: 2, WIN32: 2}), "Excel may start Python"),
        (
            with_windows(
                rules={CHILD: 1}, settings=replace(SETTINGS, server=SERVER), server_answers=True
            ),
            "the server of xlcrm serve answers",
        ),
        (
            with_windows(
                office=Office(
                    OfficeKind.CLICK_TO_RUN, "16.0.14332.20763", ("ProPlus2021Volume",), 64
                )
            ),
            "Excel 16.0.14332.20763 (ProPlus2021Volume)",
        ),
        (with_windows(office=replace(OFFICE, bits=32)), f"{DLL32} in {ENV}, for 32-bit Excel"),
        (with_windows(office=replace(OFFICE, bits=None)), f"{DLL64} in {ENV}"),
        (
            with_windows(app_data="C:\\Users\\Анна\\AppData\\Roaming", code_page="cp1251"),
            "paths that VBA can read",
        ),
        (replace(FACTS, book=None), f"xlwings {XLWINGS_VERSION}"),
    ],
)
def test_what_looks_ill_but_is_well(facts, expected):
    assert fixes(facts) == []
    assert any(expected in finding.line for finding in diagnosed(facts))


def test_a_trusted_folder_without_subfolders_trusts_only_itself():
    macros = MacroPolicy(trusted=(TrustedLocation("C:\\Users\\ann"),))
    facts = replace(with_windows(macros=macros), book=replace(BOOK, zone=3))
    assert len(fixes(facts)) == 1


def test_off_windows_only_the_package_and_the_book_are_judged():
    facts = replace(FACTS, windows=None)
    assert [finding.what for finding in diagnosed(facts)] == [
        f"xlwings {XLWINGS_VERSION}",
        f"sales.xlsm declares the DLL of xlwings {XLWINGS_VERSION}",
        "sales.xlsm has no mark of the web",
        "sales.xlsm lies in no folder of OneDrive or SharePoint",
    ]


def test_the_page_for_it_says_what_the_checks_read():
    page = (Path(__file__).parents[2] / "docs" / "windows.md").read_text("utf-8")
    said = [
        *Rule,
        ".".join(map(str, LEAST_BUILD)),
        f"HKCU\\{RUN_KEY}",
        *(f"{hive}\\{base}\\Excel\\Security" for hive, base in MACRO_KEYS if hive == "HKCU"),
        *(f"| `{setting.name}` |" for setting in fields(UserSettings)),
        *(f"{macros.value} " for macros in Macros),
    ]
    assert [text for text in said if text not in page] == []
