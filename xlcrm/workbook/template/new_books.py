"""New workbooks from the packaged template, and whether that template is up to date."""

from __future__ import annotations

import re
import zipfile
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from xlcrm.errors import WrongValue
from xlcrm.hosts.headless import recalculated
from xlcrm.workbook import package
from xlcrm.workbook.template.building import build
from xlcrm.workbook.template.tables import starting_rows

FILE = "workbook_template.xlsm"


def template_path() -> Path:
    """Find the packaged template; in a checkout it lies at the top.

    Raises:
        WrongValue: It is in neither place.
    """
    packaged = Path(str(files("xlcrm.workbook"))) / FILE
    top = Path(__file__).parents[3] / FILE
    for path in (packaged, top):
        if path.is_file():
            return path
    raise WrongValue(f"{FILE} is not there: build it with xlcrm build {FILE}")


def new_book(path: str | Path, *, empty: bool = False) -> None:
    """Begin a workbook from the packaged template.

    Args:
        path: The .xlsm to write; it must not be there yet.
        empty: Whether to clear the sample company out of it.

    Raises:
        WrongValue: The file is there already, is not named .xlsm, or cannot be written.
    """
    target = Path(path)
    if target.exists():
        raise WrongValue(f"{target.name} is there already: choose another name, or move it away")
    if target.suffix.lower() != ".xlsm":
        raise WrongValue(f"{target.name} must end in .xlsm: the workbook carries macros")
    content = template_path().read_bytes()
    if not empty:
        package.save(content, target)
        return
    with TemporaryDirectory() as folder:
        cleared = Path(folder) / target.name
        rows = starting_rows(empty=True)
        package.fill_tables(
            content, cleared, {name: (table.headers, table.rows) for name, table in rows.items()}
        )
        recalculated(cleared, cleared)
        package.save(cleared.read_bytes(), target)


def check(path: str | Path) -> list[str]:
    """Say which parts of a built template are stale.

    Args:
        path: The template.

    Returns:
        The names of the parts that a new build writes otherwise; none where it is up to date.
    """
    with TemporaryDirectory() as folder:
        fresh = Path(folder) / FILE
        build(fresh)
        return differing(path, fresh)


def differing(path: str | Path, fresh: str | Path) -> list[str]:
    """Name the parts in which a template differs from one that was just built.

    Args:
        path: The template.
        fresh: The one just built.
    """
    now, then = _parts(Path(fresh)), _parts(Path(path))
    return sorted(
        name
        for name in now.keys() | then.keys()
        if _settled(now.get(name)) != _settled(then.get(name))
    )


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_NUMBER = re.compile(rb"<(c:)?v>(-?\d+\.\d+(?:[eE][-+]?\d+)?)</(c:)?v>")


def _settled(part: bytes | None) -> bytes | None:
    """Round figures to 10 digits: the last ones depend on the processor's mathematics."""
    if part is None:
        return None
    return _NUMBER.sub(lambda found: b"<v>%.10g</v>" % float(found[2]), part)
