"""What keeps a book from working in Excel for Windows, one finding a check.

Facts are gathered first (`machine`), then each check judges them alone, so that every situation
can be tried without the machine that has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.hosts.doctor.environment import (
    check_book_version,
    check_dll,
    check_interpreter,
    check_office,
    check_office_version,
    check_paths,
    check_python_version,
    check_pywin32,
    check_server,
    check_slow_calls,
    check_xlwings,
)
from xlcrm.hosts.doctor.facts import Facts, Finding, Windows
from xlcrm.hosts.doctor.machine import gathered
from xlcrm.hosts.doctor.policies import (
    check_child_processes,
    check_folder,
    check_macros,
    check_mark,
    check_win32_calls,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHECKS", "CHECKS_ON_WINDOWS", "Facts", "Finding", "diagnosed", "gathered"]

CHECKS: tuple[Callable[[Facts], Finding | None], ...] = (
    check_xlwings,
    check_book_version,
    check_mark,
    check_folder,
    check_macros,
)
"""Of the package and the book; None where a check has nothing to look at."""

CHECKS_ON_WINDOWS: tuple[Callable[[Windows], Finding | None], ...] = (
    check_interpreter,
    check_python_version,
    check_pywin32,
    check_office,
    check_office_version,
    check_dll,
    check_paths,
    check_child_processes,
    check_win32_calls,
    check_server,
    check_slow_calls,
)
"""Of the machine."""


def diagnosed(facts: Facts) -> list[Finding]:
    """Judge facts by every check that applies to them.

    Args:
        facts: Of a machine and perhaps a book.

    Returns:
        The findings, in the order of the checks.
    """
    found = [check(facts) for check in CHECKS]
    if facts.windows is not None:
        found += [check(facts.windows) for check in CHECKS_ON_WINDOWS]
    return [finding for finding in found if finding]
