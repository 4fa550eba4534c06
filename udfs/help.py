"""Help: what went wrong, what a figure means, which functions there are."""

from __future__ import annotations

import pandas as pd

from xlcrm import __version__
from xlcrm.analytics.explain import explained, why
from xlcrm.functions import Asked, functions_table, worksheet_function


@worksheet_function("Help")
def CRM_EXPLAIN(cell: Asked, rows: bool = False) -> pd.DataFrame:
    """Explain the figure in a cell: definition, parameters, rows counted and left out.

    Args:
        cell: A cell with a CRM function.
        rows: TRUE lists the rows themselves, each with whether it counts, or why not.

    Returns:
        item and value; with rows the rows, their columns that matter, and counts.

    Raises:
        #N/A: The cell has no CRM function, or one that has nothing to explain.

    Example:
        =CRM_EXPLAIN(Forecast!B31)
    """
    return explained(cell, rows)


@worksheet_function("Help")
def CRM_ERROR(cell: Asked) -> str:
    """Say in one sentence why a cell shows an error: what, where, and what to do.

    Args:
        cell: A cell with a CRM function.

    Returns:
        The sentence; empty text where there is no error.

    Raises:
        #N/A: The cell has no CRM function.

    Example:
        =CRM_ERROR(Forecast!B31)
    """
    return why(cell)


@worksheet_function("Help")
def CRM_FUNCTIONS(category: str = "") -> pd.DataFrame:
    """List the CRM functions with their arguments and what they answer.

    Args:
        category: One category, such as Forecast; left out: all.

    Returns:
        function, category, usage, summary, example.

    Raises:
        #N/A: There is no such category.

    Example:
        =CRM_FUNCTIONS()
    """
    return functions_table(category)


@worksheet_function("Help")
def CRM_VERSION() -> str:
    """Give the version of xlcrm that computes this workbook.

    Returns:
        The version as text.

    Example:
        =CRM_VERSION()
    """
    return __version__
