"""What a worksheet function is: the one catalogue of them, read by every host.

A function is declared once, in `udfs`, as a typed and documented Python function under the
decorator `worksheet_function`. Its name, its signature and its docstring are the whole
declaration; the catalogue checks them at import and every host, help page and test reads them.
"""

from xlcrm.functions.calls import Asked, Call
from xlcrm.functions.declaration import (
    CATEGORIES,
    LONGEST_DESCRIPTION,
    VBA_KEYWORDS,
    Argument,
    BadDeclaration,
    Kind,
    WorksheetFunction,
    declared,
)
from xlcrm.functions.registry import catalogue, functions_table, worksheet_function

__all__ = [
    "CATEGORIES",
    "LONGEST_DESCRIPTION",
    "VBA_KEYWORDS",
    "Argument",
    "Asked",
    "BadDeclaration",
    "Call",
    "Kind",
    "WorksheetFunction",
    "catalogue",
    "declared",
    "functions_table",
    "worksheet_function",
]
