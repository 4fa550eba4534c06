"""The part that describes a Table, and the rules of its sheet that follow the Table's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.errors import WrongValue
from xlcrm.workbook.package.grid import sheet_data
from xlcrm.workbook.package.markup import (
    Edit,
    Markup,
    attribute,
    edited,
    elements,
    escaped,
    first,
    tag_end,
    text,
    with_attribute,
)
from xlcrm.workbook.package.references import Area, area
from xlcrm.workbook.package.values import text_xml

if TYPE_CHECKING:
    from collections.abc import Iterator


def resized(part: Markup, covered: Area, added: tuple[str, ...]) -> bytes:
    """Resize a Table and add columns to it.

    Formulas that filled columns go, since values stand there now; a filter goes too, since it
    was chosen for other rows.

    Args:
        part: The Table's part.
        covered: Its new area, header included.
        added: The headers of new columns.

    Returns:
        The part's new bytes.

    Raises:
        WrongValue: The part is damaged.
    """
    p = part.prefix
    columns = first(part, p + b"tableColumns")
    root = part.mask.find(b"<" + p + b"table ")
    if columns is None or root == -1:
        raise WrongValue("the description of a Table is damaged")
    inside = tag_end(part, root)
    tag = with_attribute(part.data[root:inside], b"ref", covered.text)
    edits: list[Edit] = [(root, inside, tag)]
    auto_filter = first(part, p + b"autoFilter")
    if auto_filter is not None:
        tag = part.data[auto_filter.start : auto_filter.inside].rstrip(b"/> ") + b"/>"
        new = with_attribute(tag, b"ref", covered.text)
        edits.append((auto_filter.start, auto_filter.end, new))
    formulas = elements(part, p + b"calculatedColumnFormula")
    edits += [(one.start, one.end, b"") for one in formulas]
    sort = first(part, p + b"sortState", auto_filter.end if auto_filter else inside)
    if sort is not None:
        edits.append((sort.start, sort.end, b""))
    if added:
        ids = [0]
        for one in elements(part, p + b"tableColumn", columns.inside, columns.close):
            given = attribute(part.data[one.start : one.inside], b"id") or ""
            ids.append(int(given) if given.isdecimal() else 0)
        tag = part.data[columns.start : columns.inside]
        count = str(len(ids) - 1 + len(added))
        edits.append((columns.start, columns.inside, with_attribute(tag, b"count", count)))
        new = b"".join(
            b'<%stableColumn id="%d" name="%s"/>' % (p, number, _header(name))
            for number, name in enumerate(added, max(ids) + 1)
        )
        edits.append((columns.close, columns.close, new))
    return edited(part.data, edits)


def _header(name: str) -> bytes:
    shown = text_xml(name).replace('"', "&quot;").replace("\n", "_x000a_")
    return shown.replace("\t", "_x0009_").encode("utf-8", "replace")


def is_filtered(part: Markup) -> bool:
    """Say whether a Table hides rows by a filter."""
    return first(part, part.prefix + b"filterColumn") is not None


def rule_edits(sheet: Markup, before: Area, after: Area) -> Iterator[Edit]:
    """Extend the validations and conditional formats that cover exactly a Table's rows.

    Args:
        sheet: The sheet's XML.
        before: The Table's rows so far.
        after: Its rows from now on.

    Yields:
        The edits.
    """
    if (before.top, before.bottom) == (after.top, after.bottom):
        return
    behind = sheet_data(sheet).end
    for name in (b"conditionalFormatting", b"dataValidation"):
        for rule in elements(sheet, sheet.prefix + name, behind):
            tag = sheet.data[rule.start : rule.inside]
            new = _extended(attribute(tag, b"sqref") or "", before, after)
            if new:
                yield rule.start, rule.inside, with_attribute(tag, b"sqref", new)
    for rule in elements(sheet, b"xm:sqref", behind):
        new = _extended(text(sheet, rule), before, after)
        if new:
            yield rule.inside, rule.close, escaped(new).encode()


def _extended(covered: str, before: Area, after: Area) -> str | None:
    """Extend the areas of a rule; None if none of them covers exactly the rows."""
    try:
        areas = [area(one) for one in covered.split()]
    except WrongValue:
        return None
    new = [
        Area(after.top, one.left, after.bottom, one.right) if _is_column(one, before) else one
        for one in areas
    ]
    return None if new == areas else " ".join(one.text for one in new)


def _is_column(one: Area, body: Area) -> bool:
    return (
        (one.top, one.bottom) == (body.top, body.bottom)
        and body.left <= one.left
        and one.right <= body.right
    )
