"""Which cells of a sheet are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.workbook.package.archive import Source, opened, part
from xlcrm.workbook.package.contents import contents_of, sheet_named
from xlcrm.workbook.package.grid import merged
from xlcrm.workbook.package.markup import markup

if TYPE_CHECKING:
    from xlcrm.workbook.package.references import Area


def merged_cells(source: Source, sheet: str) -> list[Area]:
    """List the areas of merged cells of a sheet.

    Args:
        source: Path or bytes of an .xlsx or .xlsm that was inspected.
        sheet: The sheet's name.

    Returns:
        The areas as they stand in the file.

    Raises:
        WrongValue: The workbook is damaged, or has no such sheet.
    """
    package = opened(source)
    return merged(markup(part(package, sheet_named(contents_of(package), sheet).part)))
