"""The zip around a workbook: opened with distrust, written with untouched members copied raw."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from xlcrm.errors import WrongValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Source = str | Path | bytes
"""A workbook: its path, or its bytes."""

LARGEST_FILE = 256 * 2**20
LARGEST_TOTAL = 2**30
MOST_PARTS = 20_000
HIGHEST_RATIO = 250
RATIO_COUNTS_FROM = 8 * 2**20
"""Small parts of blanks compress beyond any ratio and harm nobody."""

_PACKED = 2**16
"""Packed bytes taken at a time."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ENCRYPTED, _HAS_DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800


@dataclass(frozen=True, slots=True)
class Package:
    """An opened workbook package: its name for messages, its bytes, and its parts by name."""

    name: str
    data: bytes
    archive: ZipFile
    parts: Mapping[str, ZipInfo]


def opened(source: Source) -> Package:
    """Open a workbook package after looking at its directory with distrust.

    The whole file is read first, so that nothing holds it while it is replaced.

    Args:
        source: Path or bytes of an .xlsx or .xlsm.

    Returns:
        The package; no part is unpacked yet.

    Raises:
        WrongValue: It cannot be read, is no workbook, is encrypted or a zip bomb.
    """
    name, data = _read(source)
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error):
        raise WrongValue(f"{name} {_what_is_wrong(data)}") from None
    parts: dict[str, ZipInfo] = {}
    for info in archive.infolist():
        _check_part(name, info)
        if info.filename in parts:
            raise WrongValue(f"{name} holds the part {info.filename!r} twice: it is damaged")
        parts[info.filename] = info
    _check_sizes(name, len(data), list(parts.values()))
    if "[Content_Types].xml" not in parts:
        raise WrongValue(f"{name} is a zip file but no workbook")
    return Package(name, data, archive, parts)


def part(package: Package, name: str) -> bytes:
    """Unpack one part.

    Args:
        package: The opened package.
        name: The part's name, such as ``xl/workbook.xml``.

    Returns:
        Its bytes.

    Raises:
        WrongValue: There is no such part, or it is damaged.
    """
    info = package.parts.get(name)
    if info is None:
        raise WrongValue(f"{package.name} lacks its part {name}: the file is damaged")
    try:
        return package.archive.read(info)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise WrongValue(f"{package.name} is damaged in {name}: take another copy") from None


def chunks(package: Package, name: str, size: int = 2**20) -> Iterator[bytes]:
    """Unpack one part piece by piece, in bounded memory.

    Args:
        package: The opened package.
        name: The part's name.
        size: The most bytes of a piece.

    Yields:
        The pieces, in order.

    Raises:
        WrongValue: The part is damaged.
    """
    info = package.parts[name]
    told, check = 0, 0
    try:
        for piece in _unpacked(_raw(package, info), info, size):
            told, check = told + len(piece), zlib.crc32(piece, check)
            if told > info.file_size:
                break
            yield piece
    except zlib.error:
        check = ~info.CRC
    if told != info.file_size or check != info.CRC:
        raise WrongValue(f"{package.name} is damaged in {name}: take another copy")


def repacked(package: Package, changes: Mapping[str, bytes | None]) -> bytes:
    """Write the package anew: changed parts compressed, all others copied raw, in their order.

    Args:
        package: The opened package.
        changes: New bytes of parts by name; None leaves a part out, a new name comes last.

    Returns:
        The bytes of the new package; those of the old one if there are no changes.
    """
    if not changes:
        return package.data
    out, directory = BytesIO(), []
    for name, info in package.parts.items():
        new = changes.get(name)
        if new is None and name in changes:
            continue
        directory.append(_member(out, info, _raw(package, info) if new is None else None, new))
    for name, new in changes.items():
        if name not in package.parts and new is not None:
            directory.append(_member(out, _new_member(name), None, new))
    start = out.tell()
    out.write(b"".join(directory))
    comment = package.archive.comment
    size, count = out.tell() - start, len(directory)
    out.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, len(comment)) + comment)
    return out.getvalue()


def _unpacked(packed: bytes, info: ZipInfo, size: int) -> Iterator[bytes]:
    """Unpack a member straight from its bytes: zipfile's own stream takes three times as long."""
    if info.compress_type == ZIP_STORED:
        yield from (packed[start : start + size] for start in range(0, len(packed), size))
        return
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(packed), _PACKED):
        piece = unpacking.decompress(packed[start : start + _PACKED], size)
        while piece:
            yield piece
            piece = unpacking.decompress(unpacking.unconsumed_tail, size)
    if piece := unpacking.flush():
        yield piece


def _read(source: Source) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "the workbook", source
    path = Path(source)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise WrongValue(f"{path.name} is larger than {LARGEST_FILE // 2**20} MB")
        return path.name, path.read_bytes()
    except FileNotFoundError:
        raise WrongValue(f"there is no file {path.name}") from None
    except OSError as error:
        raise WrongValue(f"{path.name} cannot be read: {error.strerror}") from None


def _what_is_wrong(data: bytes) -> str:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data:
        return "is empty"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "is encrypted or an old .xls: save it as .xlsx without a password"
    if data.startswith(b"PK"):
        return "is cut off or damaged: take another copy"
    if head.startswith(b"<"):
        return "is a web page or XML with the name of a workbook: save it as .xlsx"
    return "is no Excel workbook: save it as .xlsx"


def _check_part(name: str, info: ZipInfo) -> None:
    path = info.filename
    if path.startswith("/") or "\\" in info.orig_filename or ".." in path.split("/"):
        raise WrongValue(f"{name} holds a part with the unsafe name {path!r}")
    if info.flag_bits & _ENCRYPTED:
        raise WrongValue(f"{name} is encrypted: save it without a password")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise WrongValue(f"{name} is packed in a way that Excel does not know")
    large = info.file_size > RATIO_COUNTS_FROM
    if large and info.file_size > HIGHEST_RATIO * max(info.compress_size, 1):
        raise WrongValue(f"{name} unpacks to {info.file_size // 2**20} MB in {path}: a zip bomb")


def _check_sizes(name: str, size: int, parts: list[ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise WrongValue(f"{name} has {len(parts)} parts; at most {MOST_PARTS} are read")
    total = sum(info.file_size for info in parts)
    if total > LARGEST_TOTAL:
        raise WrongValue(f"{name} unpacks to {total // 2**20} MB: more than is read")
    if sum(info.compress_size for info in parts) > size:  # members that lie over one another
        raise WrongValue(f"{name} holds more than its size: a zip bomb or damaged")


def _raw(package: Package, info: ZipInfo) -> bytes:
    """Return a member's bytes as they are packed."""
    start = info.header_offset
    header = package.data[start : start + _LOCAL.size]
    if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
        raise WrongValue(f"{package.name} is damaged at {info.filename}: take another copy")
    *_, name, extra = _LOCAL.unpack(header)
    start += _LOCAL.size + name + extra
    return package.data[start : start + info.compress_size]


def _member(out: BytesIO, info: ZipInfo, raw: bytes | None, new: bytes | None) -> bytes:
    """Write one member, raw or newly packed, and return its entry for the directory."""
    if new is None:
        method, check, size = info.compress_type, info.CRC, info.file_size
    else:
        method, check, size = ZIP_DEFLATED, zlib.crc32(new), len(new)
        # Large sheets pack five times as fast at level 1, and only a third larger.
        packer = zlib.compressobj(6 if size < 2**20 else 1, zlib.DEFLATED, -15)
        raw = packer.compress(new) + packer.flush()
    packed = raw or b""
    flags = info.flag_bits & ~_HAS_DESCRIPTOR  # the sizes stand in the local header
    name = info.orig_filename.encode("utf-8" if flags & _UTF8 else "cp437")
    year, month, day, hour, minute, second = info.date_time
    date, time = (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2
    extra = _without_zip64(info.extra)
    offset = out.tell()
    common = (flags, method, time, date, check, len(packed), size, len(name), len(extra))
    out.write(_LOCAL.pack(b"PK\3\4", 20, *common) + name + extra + packed)
    made_by = info.create_system << 8 | 20
    attributes = (0, info.internal_attr, info.external_attr, offset)
    entry = _CENTRAL.pack(b"PK\1\2", made_by, 20, *common, len(info.comment), *attributes)
    return entry + name + extra + info.comment


def _new_member(name: str) -> ZipInfo:
    """Describe a member that the package lacks; its date is always the same."""
    info = ZipInfo(name)
    info.create_system = 0  # ZipInfo would tell on which system it is written
    return info


def _without_zip64(extra: bytes) -> bytes:
    """Drop the field of 64-bit sizes: no member that is read needs one."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind != 1:
            kept += extra[at : at + 4 + size]
        at += 4 + size
    return kept
