"""An existing workbook's VBA brought to the installed version; its data stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue
from xlcrm.functions import catalogue
from xlcrm.hosts.vba import DESCRIBE, MODULE, standard_modules, workbook_text
from xlcrm.workbook.opening_code import comparable, with_description_call
from xlcrm.workbook.package.archive import opened, part, repacked
from xlcrm.workbook.package.contents import contents_of, linked_part, main_part
from xlcrm.workbook.package.linking import content_type, unlinked
from xlcrm.workbook.package.saving import save
from xlcrm.workbook.vba_project import (
    PART,
    DamagedProject,
    Module,
    Project,
    changed_project,
    module_name,
    project_in,
    with_project,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlcrm.workbook.package.archive import Package

_WORKBOOKS = (
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "application/vnd.ms-excel.template.macroEnabled.main+xml",
)
_ADD_IN = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
_MARK = {MODULE: "function xlcrmanswer("}
"""What a module of ours has beside its name, in comparable code; others have the macro's name."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was done to a workbook: the modules that were written, and what went with them."""

    book: str
    modules: tuple[str, ...]
    was_signed: bool

    @property
    def sentence(self) -> str:
        """Say it in a sentence."""
        if not self.modules:
            return f"{self.book} is current"
        signed = (
            "; its digital signature no longer held and was taken out: sign it again"
            if self.was_signed
            else ""
        )
        return f"upgraded the VBA of {self.book}: {', '.join(self.modules)}{signed}"


def upgrade(book: str | Path, out: str | Path | None = None) -> Upgrade:
    """Bring a workbook's VBA to the installed version and leave all else as it is.

    Modules of ours are replaced or added; the owner's own modules, forms and references stay. The
    workbook's own module is given one call. The file is replaced at once, or not at all.

    Args:
        book: An .xlsm.
        out: Where to write it; the book itself where left out.

    Returns:
        What was done.

    Raises:
        WrongValue: It is no macro workbook, its VBA project is locked or damaged, it has a module
            of its own under a name of ours, or it cannot be written.
    """
    package, target = opened(book), Path(out or book)
    _check_kind(package)
    if target.suffix.casefold() != Path(book).suffix.casefold():
        raise WrongValue(f"{target.name} must end in {Path(book).suffix}, as the workbook does")
    name = linked_part(package, "vbaProject")
    try:
        written, changes, was_signed = _added(package) if name is None else _renewed(package, name)
    except DamagedProject as error:
        raise WrongValue(
            f"{package.name}: {error}; open it in Excel, add and delete a module with Alt+F11, "
            "save it, and upgrade again"
        ) from None
    data = repacked(package, changes)
    if changes or target.resolve() != Path(book).resolve():
        save(data, target)
    return Upgrade(target.name, written, was_signed)


def _check_kind(package: Package) -> None:
    kind = content_type(package, main_part(package))
    if kind == _ADD_IN:
        raise WrongValue(
            f"{package.name} is an add-in: make it anew with xlcrm build --addin {package.name}"
        )
    if kind not in _WORKBOOKS:
        raise WrongValue(
            f"{package.name} cannot hold macros: in Excel save it as an Excel Macro-Enabled "
            "Workbook (.xlsm), then upgrade that one"
        )


_Done = tuple[tuple[str, ...], "Mapping[str, bytes | None]", bool]
"""The modules written, the changed parts, and whether a signature went."""


def _added(package: Package) -> _Done:
    """Give a workbook its first VBA project."""
    texts = standard_modules(catalogue().values())
    changes = with_project(package.data, texts, workbook_text())
    project = project_in(changes[PART])
    sheets = contents_of(package).sheets
    if len(project.modules) != len(sheets) + len(texts) + 1:
        raise DamagedProject("no VBA project can be added to its kinds of sheets")
    return tuple(module_name(text) for text in texts), changes, False


def _renewed(package: Package, name: str) -> _Done:
    """Change the VBA project that a workbook has."""
    data = part(package, name)
    project = project_in(data)
    texts = _stale(package.name, project)
    if not texts:
        return (), {}, False
    if project.is_locked:
        raise WrongValue(
            f"the VBA project of {package.name} is locked: in Excel's editor (Alt+F11) take the "
            "password out under Tools, VBAProject Properties, Protection, save, and upgrade again"
        )
    signatures = unlinked(package, name, "vbaProjectSignature")
    changes = signatures | {name: changed_project(data, texts)}
    return tuple(texts), changes, project.is_signed or bool(signatures)


def _stale(book: str, project: Project) -> dict[str, str]:
    """Give the new texts of the modules that are not as this version writes them."""
    texts = {}
    ours = {module_name(text): text for text in standard_modules(catalogue().values())}
    held = {module.name.casefold(): module for module in project.modules}
    for name, text in ours.items():
        found = held.get(name)
        if found is not None and not _is_ours(found, name):
            raise WrongValue(
                f"{book} has its own module {found.name}: give it another name (Alt+F11), "
                "save, and upgrade again"
            )
        if found is None or comparable(found.text) != comparable(text):
            texts[found.name if found else name] = text
    for module in project.modules:
        if module.name.casefold() not in ours and _is_ours(module, MODULE):
            raise WrongValue(
                f"{book} holds the functions a second time in its module {module.name}: "
                "remove it (Alt+F11), save, and upgrade again"
            )
    own = next((module for module in project.modules if module.is_workbook), None)
    if own is None:
        raise DamagedProject("the VBA project has no module of the workbook")
    calling = with_description_call(own.text)
    if calling != own.text:
        texts[own.name] = calling
    return texts


def _is_ours(module: Module, name: str) -> bool:
    mark = _MARK.get(name, f"sub {DESCRIBE}(".casefold())
    return module.is_standard and mark in comparable(module.text)
