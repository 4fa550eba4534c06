"""How parts of a package hang together: what refers to them, and what kind they are said to be."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from xlcrm.errors import WrongValue
from xlcrm.workbook.package.archive import part
from xlcrm.workbook.package.contents import relations, relations_part
from xlcrm.workbook.package.markup import (
    Element,
    Markup,
    attribute,
    edited,
    elements,
    markup,
    tree,
    with_attribute,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlcrm.workbook.package.archive import Package

CONTENT_TYPES = "[Content_Types].xml"


def content_type(package: Package, name: str) -> str:
    """Read what kind a part is said to be; empty if nothing is said.

    Args:
        package: The opened package.
        name: The part.
    """
    by_ending = ""
    for node in tree(part(package, CONTENT_TYPES)):
        if node.get("PartName", "").casefold() == f"/{name}".casefold():
            return node.get("ContentType", "")
        if f".{node.get('Extension', '/')}".casefold() == posixpath.splitext(name)[1].casefold():
            by_ending = node.get("ContentType", "")
    return by_ending


def with_content_type(package: Package, name: str, kind: str) -> bytes:
    """Write the list of kinds with another kind for a part that has an entry of its own.

    Args:
        package: The opened package.
        name: The part.
        kind: What it is from now on.

    Raises:
        WrongValue: The part has no entry.
    """
    types = markup(part(package, CONTENT_TYPES))
    for found, tag in _entries(types, {name}):
        new = with_attribute(tag, b"ContentType", kind)
        return edited(types.data, [(found.start, found.inside, new)])
    raise WrongValue(f"{package.name} does not say what its part {name} is: the file is damaged")


def linked(package: Package, owner: str, kind: str, name: str, data: bytes) -> dict[str, bytes]:
    """Add a part to a package, of a kind that its ending tells.

    Args:
        package: The opened package.
        owner: The part that refers to it; empty for the package itself.
        kind: The relationship's whole type.
        name: The new part.
        data: What it holds.

    Returns:
        The changed parts for `repacked`.
    """
    listing = relations_part(owner)
    links = markup(part(package, listing))
    taken = [node.get("Id", "") for node in tree(links.data)]
    numbers = [int(found[3:]) for found in taken if found[:3] == "rId" and found[3:].isdecimal()]
    target = posixpath.relpath(f"/{name}", posixpath.join("/", posixpath.dirname(owner)))
    tag = f'Relationship Id="rId{max(numbers, default=0) + 1}" Type="{kind}" Target="{target}"'
    new = b"<%s%s/>" % (links.prefix, tag.encode())
    end = links.mask.rindex(b"</")
    return {name: data, listing: edited(links.data, [(end, end, new)])}


def unlinked(package: Package, owner: str, kinds: str) -> dict[str, bytes | None]:
    """Take out the parts of some kinds that a part refers to.

    Args:
        package: The opened package.
        owner: The part that refers to them.
        kinds: How the names of their kinds begin, such as ``vbaProjectSignature``.

    Returns:
        The changes for `repacked`: None for what goes; nothing if there are no such parts.
    """
    gone = {
        found: name
        for found, (kind, name) in relations(package, owner).items()
        if kind.startswith(kinds)
    }
    if not gone:
        return {}
    listing = relations_part(owner)
    links, types = markup(part(package, listing)), markup(part(package, CONTENT_TYPES))
    edits = [
        (found.start, found.end, b"")
        for found in elements(links, links.prefix + b"Relationship")
        if attribute(links.data[found.start : found.inside], b"Id") in gone
    ]
    left = len(tree(links.data)) - len(edits)
    changes: dict[str, bytes | None] = {
        name: None for name in gone.values() if name in package.parts
    }
    changes[listing] = edited(links.data, edits) if left else None
    out = [(found.start, found.end, b"") for found, _ in _entries(types, set(gone.values()))]
    if out:
        changes[CONTENT_TYPES] = edited(types.data, out)
    return changes


def _entries(types: Markup, names: set[str]) -> Iterator[tuple[Element, bytes]]:
    wanted = {f"/{name}".casefold() for name in names}
    for found in elements(types, types.prefix + b"Override"):
        tag = types.data[found.start : found.inside]
        if unquote(attribute(tag, b"PartName") or "").casefold() in wanted:
            yield found, tag
