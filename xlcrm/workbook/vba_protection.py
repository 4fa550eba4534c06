"""Whether a VBA project is locked, read from the three settings that Excel writes scrambled."""

from __future__ import annotations

import re

_OPEN = {b"CMG": b"\0\0\0\0", b"DPB": b"\0", b"GC": b"\xff"}
"""What a project that anybody may see and change holds: protection, password, visibility."""

_SETTING = re.compile(rb'^(CMG|DPB|GC)="([^"\r\n]*)"', re.MULTILINE)


def is_protected(listing: bytes) -> bool:
    """Say whether a project is locked for viewing, or has a password.

    Args:
        listing: The stream ``PROJECT``.

    Returns:
        True also where the settings cannot be read, as those of projects that were made
        unviewable. Absent or empty settings protect nothing.
    """
    return any(
        scrambled and unscrambled(scrambled) != _OPEN[name]
        for name, scrambled in _SETTING.findall(listing)
    )


def unscrambled(scrambled: bytes) -> bytes | None:
    """Read a setting by the algorithm of [MS-OVBA] 2.4.3.3.

    Args:
        scrambled: The setting, in hexadecimal digits.

    Returns:
        What it holds; None where it follows no such scheme.
    """
    try:
        data = bytes.fromhex(scrambled.decode("ascii"))
    except ValueError:
        return None
    if len(data) < 3 or data[0] ^ data[1] != 2:
        return None
    clear, last, one_before = data[0] ^ data[2], data[2], data[1]
    held = bytearray()
    for byte in data[3:]:
        clear = byte ^ (one_before + clear & 0xFF)
        one_before, last = last, byte
        held.append(clear)
    held = held[(data[0] & 6) // 2 :]  # random bytes come first
    size = int.from_bytes(held[:4], "little")
    return bytes(held[4:]) if len(held) == 4 + size else None
