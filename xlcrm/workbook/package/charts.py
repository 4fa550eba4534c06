"""The values that charts keep of the cells they show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlcrm.errors import ExcelError, WrongValue
from xlcrm.workbook.package.archive import Package, part
from xlcrm.workbook.package.contents import Contents, sheet_named
from xlcrm.workbook.package.grid import cells, rows, value
from xlcrm.workbook.package.markup import (
    Edit,
    Element,
    Markup,
    edited,
    elements,
    first,
    markup,
    text,
)
from xlcrm.workbook.package.references import Area, area
from xlcrm.workbook.package.texts import shared_texts
from xlcrm.workbook.package.values import Value, number_text, text_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_CHART = re.compile(r"xl/charts/chart[^/]*\.xml")
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!(),]+))!([$A-Z0-9:]+)")
MOST_POINTS = 100_000
"""Points of a series; Excel itself shows no more than a quarter of a million."""

Span = tuple[str, Area]


def renewed_charts(
    package: Package,
    held: Contents,
    changes: Mapping[str, bytes | None],
    changed: Mapping[str, Sequence[Area]],
) -> dict[str, bytes]:
    """Renew what charts keep of cells that changed.

    Points with an error are left out, so that a chart shows a gap there. References that go
    through a name, and categories of several levels, keep what they have.

    Args:
        package: The opened package.
        held: What it holds.
        changes: The new bytes of its changed sheets, by part.
        changed: The areas that changed, by sheet.

    Returns:
        The new bytes of the charts that changed, by part.
    """
    found: dict[str, bytes] = {}
    if not changed:
        return found
    reader = _Reader(package, held, changes)
    for name in package.parts:
        if _CHART.fullmatch(name):
            chart = markup(part(package, name))
            after = edited(chart.data, list(_renewals(chart, reader, changed)))
            if after != chart.data:
                found[name] = after
    return found


class _Reader:
    """Reads cells as they are after the change; each sheet and the shared texts only once."""

    def __init__(
        self, package: Package, held: Contents, changes: Mapping[str, bytes | None]
    ) -> None:
        self._package, self._held, self._changes = package, held, changes
        self._grids: dict[str, Markup] = {}
        self._shared: list[str] | None = None

    def values(self, spans: Sequence[Span]) -> list[Value]:
        """Read the cells of some areas, row by row."""
        found: list[Value] = []
        for sheet, covered in spans:
            shown = self._area(sheet, covered)
            found += [
                shown.get((row, column))
                for row in range(covered.top, covered.bottom + 1)
                for column in range(covered.left, covered.right + 1)
            ]
        return found

    def _area(self, sheet: str, covered: Area) -> dict[tuple[int, int], Value]:
        name = sheet_named(self._held, sheet).part
        if name not in self._grids:
            self._grids[name] = markup(self._changes.get(name) or part(self._package, name))
        grid, found = self._grids[name], {}
        if self._shared is None:
            self._shared = shared_texts(self._package)
        for number, row in rows(grid):
            if number > covered.bottom:
                break
            for column, cell in cells(grid, row) if number >= covered.top else ():
                if covered.left <= column <= covered.right:
                    found[number, column] = value(grid, cell, self._shared)
        return found


def _renewals(
    chart: Markup, reader: _Reader, changed: Mapping[str, Sequence[Area]]
) -> Iterator[Edit]:
    prefix = chart.prefix
    for holder, cache in ((b"numRef", b"numCache"), (b"strRef", b"strCache")):
        for reference in elements(chart, prefix + holder):
            formula = first(chart, prefix + b"f", reference.inside, reference.close)
            spans = [] if formula is None else _spans(text(chart, formula))
            if formula is None or not _touched(spans, changed):
                continue
            try:
                values = reader.values(spans)
            except WrongValue:  # it refers to a sheet that is no longer there
                continue
            old = first(chart, prefix + cache, reference.inside, reference.close)
            yield _cache(chart, prefix + cache, formula, old, values)


def _spans(formula: str) -> list[Span]:
    """Read a reference such as ``Sheet!$A$1:$A$9`` or ``(Sheet!$A$1,Sheet!$B$1)``."""
    found = []
    for match in _REFERENCE.finditer(formula):
        try:
            found.append((match[2] or match[1].replace("''", "'"), area(match[3])))
        except WrongValue:
            return []
    size = sum(covered.height * covered.width for _, covered in found)
    return found if size <= MOST_POINTS else []


def _touched(spans: list[Span], changed: Mapping[str, Sequence[Area]]) -> bool:
    return any(
        covered.meets(one)
        for sheet, covered in spans
        for name, areas in changed.items()
        if name.casefold() == sheet.casefold()
        for one in areas
    )


def _cache(
    chart: Markup, name: bytes, formula: Element, old: Element | None, values: list[Value]
) -> Edit:
    p, numeric = chart.prefix, name.endswith(b"numCache")
    kept = None
    if old is not None and numeric:
        kept = first(chart, p + b"formatCode", old.inside, old.close)
    points = [
        b'<%spt idx="%d"><%sv>%s</%sv></%spt>' % (p, index, p, shown.encode(), p, p)
        for index, one in enumerate(values)
        if (shown := _shown(one, numeric)) is not None
    ]
    new = b"".join(
        (
            b"<%s>" % name,
            b"" if kept is None else chart.data[kept.start : kept.end],
            b'<%sptCount val="%d"/>' % (p, len(values)),
            *points,
            b"</%s>" % name,
        )
    )
    return (formula.end, formula.end, new) if old is None else (old.start, old.end, new)


def _shown(one: Value, numeric: bool) -> str | None:
    """Return what a point shows; None leaves it out."""
    if one is None or (isinstance(one, ExcelError) and numeric):
        return None
    if isinstance(one, ExcelError):
        return one.text
    if isinstance(one, bool):
        return str(int(one)) if numeric else str(one).upper()
    if isinstance(one, str):
        return None if numeric else text_xml(one)
    return number_text(float(one))
