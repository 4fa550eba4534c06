"""Data: whether the figures can be trusted."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.checks.checks import checks
from xlcrm.functions import worksheet_function
from xlcrm.model.model import Model


@worksheet_function("Data")
def CRM_CHECKS(model: Model, area: str = "") -> pd.DataFrame:
    """Check whether the figures can be trusted: fresh data, whole tables, a strategy kept up.

    Args:
        model: The cell of CRM_MODEL, named Model in the template.
        area: data, pipeline or strategy for these alone; left out: all.

    Returns:
        area, check, result (ok, look, not checked), figure, limit, found (what was found, up to
        five of them by name), advice. What asks for a look first, then what could not be checked.

    Raises:
        #N/A: Nothing could be checked.
        #VALUE!: There is no such area.

    Method:
        Each check compares one figure with one limit, which is a setting where it is a matter of
        taste.

    Example:
        =CRM_CHECKS(Model)
    """
    return checks(model, area)
