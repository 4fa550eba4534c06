"""What the doctor looks at: facts of a machine and of a book, gathered before any is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from xlcrm.hosts.setup import UserSettings

if TYPE_CHECKING:
    from collections.abc import Mapping


class OfficeKind(StrEnum):
    """How Office came onto the machine."""

    CLICK_TO_RUN = "Click-to-Run"
    MSI = "Windows Installer"
    STORE = "Microsoft Store"
    NONE = "none"


class Macros(IntEnum):
    """Excel's macro setting, with the number that the registry holds (VBAWarnings)."""

    ALL = 1
    ASK = 2
    SIGNED_ONLY = 3
    NONE = 4


class Rule(StrEnum):
    """The rules of Microsoft Defender that stop what the VBA module does, by their GUID."""

    CHILD_PROCESSES = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
    WIN32_CALLS = "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"


BLOCKING = frozenset({1, 6})
"""States of a rule in which it stops a program: block, and warn until the user allows it."""


@dataclass(frozen=True, slots=True)
class Office:
    """The Office that holds Excel.

    Attributes:
        kind: How it was installed.
        version: Such as ``16.0.14332.20303``; "" where unknown.
        products: Product names of Click-to-Run, such as ``O365ProPlusRetail``.
        bits: 64 or 32; None where unknown.
    """

    kind: OfficeKind = OfficeKind.NONE
    version: str = ""
    products: tuple[str, ...] = ()
    bits: int | None = None


@dataclass(frozen=True, slots=True)
class TrustedLocation:
    """A folder in which Excel runs macros without asking."""

    path: str
    subfolders: bool = False


@dataclass(frozen=True, slots=True)
class MacroPolicy:
    """What decides whether macros run.

    Attributes:
        setting: The macro setting that counts; None where nothing is set, which is `Macros.ASK`.
        managed: Whether the organisation has set it, so that the user cannot change it.
        internet: The policy for marked files: 1 blocks, 0 leaves it to the setting, None is
            Excel's own rule, which blocks.
        vba_off: Whether VBA is switched off for all of Office.
        trusted: Excel's trusted locations; none where a policy disables them.
    """

    setting: Macros | None = None
    managed: bool = False
    internet: int | None = None
    vba_off: bool = False
    trusted: tuple[TrustedLocation, ...] = ()


@dataclass(frozen=True, slots=True)
class SlowCall:
    """A call that took more than its budget, from a line of the log."""

    function: str
    place: str
    seconds: float
    budget: float


@dataclass(frozen=True, slots=True)
class Windows:
    """A Windows machine and its user.

    Attributes:
        app_data: The user's folder for programs' settings.
        code_page: The encoding in which VBA reads paths.
        settings: What settings.ini says.
        python_exists: Whether the interpreter that it names is there.
        python: This interpreter.
        base_python: The folder of the Python that this environment was made from.
        version: Major and minor version of this interpreter.
        pywin32: Why pywin32 cannot be imported; "" where it can.
        dlls: xlwings' DLLs in the folder that settings.ini names, with their bits.
        office: The Office installed.
        macros: What decides whether macros run.
        rules: States of Defender's rules, by lower-case GUID.
        server_answers: Whether the server of settings.ini answers; None where it names none.
        slow: The slow calls in the log.
    """

    app_data: str
    code_page: str = "cp1252"
    settings: UserSettings = field(default_factory=UserSettings)
    python_exists: bool = False
    python: str = ""
    base_python: str = ""
    version: tuple[int, int] = (3, 11)
    pywin32: str = ""
    dlls: Mapping[str, int] = field(default_factory=dict)
    office: Office = field(default_factory=Office)
    macros: MacroPolicy = field(default_factory=MacroPolicy)
    rules: Mapping[str, int] = field(default_factory=dict)
    server_answers: bool | None = None
    slow: tuple[SlowCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook that is looked at.

    Attributes:
        path: As the user gave it.
        folder: The whole path of its folder; "" for a web address.
        online: Whether that is a web address rather than a file.
        has_vba: Whether it holds a VBA project.
        fault: Why that project cannot be read; "" where it can.
        declared: The release of xlwings whose DLL its VBA declares; "" for none.
        signed: Whether its VBA project is signed.
        zone: The zone of its mark of the web: 3 internet, 4 restricted; None without a mark.
        synced: The synchronised folder that it lies in; "" for none.
    """

    path: str
    folder: str = ""
    online: bool = False
    has_vba: bool = False
    fault: str = ""
    declared: str = ""
    signed: bool = False
    zone: int | None = None
    synced: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is looked at.

    Attributes:
        xlwings: The installed release of xlwings; "" for none.
        windows: The machine; None off Windows.
        book: The book; None where none was given.
    """

    xlwings: str
    windows: Windows | None = None
    book: Book | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: well, or what to do."""

    ok: bool
    what: str
    fix: str = ""

    @property
    def line(self) -> str:
        """The finding as the command prints it."""
        return f"ok   {self.what}" if self.ok else f"fix  {self.what}: {self.fix}"
