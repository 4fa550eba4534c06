"""The sheet Functions, and the hidden one from which IntelliSense shows help while typing."""

from __future__ import annotations

from xlcrm.functions import WorksheetFunction, catalogue
from xlcrm.workbook.template.page import Page, columns

NAME, INTELLISENSE = "Functions", "_IntelliSense_"

_HEADS = ("function", "category", "usage", "what it answers", "arguments", "result", "example")
_WIDTHS = [2, 22, 12, 40, 44, 78, 54, 40]
_LINE = 15.0
"""The height of a line of text in points."""


def write_functions(page: Page) -> None:
    """Write the catalogue: a row for each function.

    Args:
        page: The sheet.
    """
    columns(page, _WIDTHS)
    page.write(0, 1, "Functions: all that can be asked, with an example of each", "title")
    page.write(
        1,
        1,
        "Arguments in brackets may be left out. Type an example into any cell of this workbook; "
        "=CRM_FUNCTIONS() lists them too.",
        "subtitle",
    )
    for column, head in enumerate(_HEADS, 1):
        page.write(3, column, head, "column")
    found = list(catalogue().values())
    for row, function in enumerate(found, 4):
        texts = _texts(function)
        page.write(row, 1, texts[0], "key")
        for column, text in enumerate(texts[1:], 2):
            page.write(row, column, text, "answer_text")
        page.sheet.set_row(row, _LINE * _lines(texts) + 6)
    page.sheet.autofilter(3, 1, 3 + len(found), len(_HEADS))
    page.sheet.set_row(0, 32)
    page.sheet.set_row(3, 22)
    page.sheet.freeze_panes(4, 2)
    page.sheet.repeat_rows(3)
    page.sheet.fit_to_pages(1, 0)
    page.sheet.set_zoom(85)


def _texts(function: WorksheetFunction) -> list[str]:
    arguments = "\n".join(f"{argument.name}: {argument.help}" for argument in function.arguments)
    return [
        function.name,
        function.category,
        function.usage,
        function.summary,
        arguments or "none",
        function.returns,
        function.example,
    ]


def _lines(texts: list[str]) -> int:
    """Count the lines that the highest cell of a row takes, by its column's width."""
    return max(
        sum(-(-max(1, len(line)) // int(width * 1.05)) for line in text.split("\n"))
        for text, width in zip(texts, _WIDTHS[1:], strict=True)
    )


def write_intellisense(page: Page) -> None:
    """Write the help that the free add-in Excel-DNA IntelliSense shows while a formula is typed.

    Args:
        page: The sheet, which is hidden.
    """
    page.write(0, 0, "FunctionInfo")
    page.write(0, 1, 1.0)
    for row, function in enumerate(catalogue().values(), 1):
        texts = [function.name, function.summary, ""]
        for argument in function.arguments:
            texts += [argument.name, argument.help]
        for column, text in enumerate(texts):
            if text:
                page.write(row, column, text)
    page.sheet.hide()
