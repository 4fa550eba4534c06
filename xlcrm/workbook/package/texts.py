"""Texts of cells: those that a workbook shares among them, and those in formatted runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.workbook.package.archive import Package, part
from xlcrm.workbook.package.contents import linked_part
from xlcrm.workbook.package.markup import elements, first, markup, text, tree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def shared_texts(package: Package) -> list[str]:
    """Read the texts that cells share.

    Args:
        package: The opened package.

    Returns:
        The texts in the order that cells count them; none if the workbook has none.
    """
    name = linked_part(package, "sharedStrings")
    if name is None:
        return []
    table = markup(part(package, name))
    found = []
    for item in elements(table, table.prefix + b"si"):
        if table.mask.find(b"<" + table.prefix + b"r", item.inside, item.close) == -1:
            plain = first(table, table.prefix + b"t", item.inside, item.close)
            found.append("" if plain is None else text(table, plain))
        else:
            found.append(run_text(table.data[item.start : item.end]))
    return found


def run_text(data: bytes) -> str:
    """Join the runs of a formatted text; the phonetic hints beside them are no part of it.

    Args:
        data: The bytes of an ``<si>`` or ``<is>``.

    Returns:
        Its text.
    """
    prefix = data[1 : data.find(b":")] if b":" in data[1:5] else b""
    opening = b'<o xmlns:%s="o">' % prefix if prefix else b"<o>"
    root = tree(opening + data + b"</o>")[0]
    return "".join(node.text or "" for run in root for node in _texts(run))


def _texts(run: Element) -> list[Element]:
    return [run] if run.tag == "t" else run.findall("t") if run.tag == "r" else []
