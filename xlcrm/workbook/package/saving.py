"""Saving a workbook so that at every moment either the old or the new one is there, whole."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from xlcrm.errors import WrongValue


def save(data: bytes, out: str | Path) -> None:
    """Write a file by replacing it at once.

    The bytes go to a temporary file in the same folder and from there, when they are safely on
    the disk, to the target: a crash leaves the old file or the new one, never half of one.

    Args:
        data: The bytes of the new file.
        out: The target; what it held before is replaced.

    Raises:
        WrongValue: The folder cannot be written to (the target is unchanged), or the target
            cannot be replaced, mostly since Excel holds it (the new file is kept beside it).
    """
    target = Path(out).resolve()
    temporary = target.with_name(f"{target.stem}.{secrets.token_hex(4)}{target.suffix}")
    try:
        _write(data, temporary)
        if target.exists():
            shutil.copymode(target, temporary)
    except OSError as error:
        _remove(temporary)
        raise WrongValue(
            f"{target.name} cannot be saved: {error.strerror}; it is unchanged"
        ) from None
    except BaseException:
        _remove(temporary)
        raise
    try:
        os.replace(temporary, target)  # noqa: PTH105  (the name that says what it promises)
    except OSError:
        raise WrongValue(
            f"{target.name} cannot be replaced: close it in Excel; "
            f"the new file is kept beside it as {temporary.name}"
        ) from None
    _settle(target.parent)


def _write(data: bytes, path: Path) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Bring the folder's entry to the disk too; Windows has no way and no need to."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
