"""Settings of a workbook file, changed from outside."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from xlcrm.errors import WrongValue, listing
from xlcrm.workbook.importing import import_files


def set_settings(book: Path, settings: Mapping[str, str]) -> None:
    """Change settings in the Settings Table of a workbook, as an import of them would.

    Args:
        book: The workbook.
        settings: New values by the settings' names.

    Raises:
        WrongValue: A setting is unknown, or a value does not fit; the others are set.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder, "settings.csv")
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([("name", "value"), *settings.items()])
        refused = [why for done in import_files([file], book) for why in done.could_not_place]
    if refused:
        raise WrongValue(f"not set: {listing(refused)}")
