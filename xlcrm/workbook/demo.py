"""The sample company, computed and summarised in the terminal."""

from __future__ import annotations

from pathlib import Path

from xlcrm.hosts.demand import answered
from xlcrm.hosts.headless import Book, opened
from xlcrm.terminal import as_table
from xlcrm.workbook.template import new_book

_QUESTIONS = (
    (
        "Where will the month, the quarter and the year land?",
        '=CRM_LANDING(Model,,,,,"series")',
    ),
    ("How sure is the quarter, by deals alone?", '=CRM_FORECAST_RANGE(Model,,,"this quarter")'),
    ("Which deals need a hand today?", "=CRM_ATTENTION(Model,,,,,5)"),
    ("How surely is a deal won from each stage?", "=CRM_STAGE_RATES(Model)"),
    ("Which segments carry us?", '=CRM_SEGMENTS(Model,"segment",,"last 12 months")'),
    ("Which customers?", '=CRM_KEY_ACCOUNTS(Model,,,"last 12 months",,5)'),
    ("Is the strategy being met?", "=CRM_PERSPECTIVES(Model)"),
)
_WIDEST = 32


def demo(path: Path) -> str:
    """Make the sample workbook, compute it, and answer a manager's first questions from it.

    Args:
        path: The workbook to make.

    Returns:
        The questions, each with its formula and answer.

    Raises:
        WrongValue: The file is already there, or cannot be written.
    """
    new_book(path)
    book = opened(path)
    return "\n\n".join(_answered(book, *question) for question in _QUESTIONS)


def _answered(book: Book, question: str, formula: str) -> str:
    return f"{question}\n{formula}\n\n{as_table(answered(book, formula), _WIDEST)}"
