"""The checks of a workbook: whether its figures can be trusted, and what to do where not."""

from __future__ import annotations

import pandas as pd

from xlcrm.analytics.checks import data_checks, pipeline_checks, strategy_checks
from xlcrm.analytics.checks.declaration import AREAS, LACKS, Check
from xlcrm.analytics.options import option
from xlcrm.cells import text_key
from xlcrm.errors import NotAvailable, listing
from xlcrm.model.model import Model

CHECKS: tuple[Check, ...] = (
    *data_checks.CHECKS,
    *pipeline_checks.CHECKS,
    *strategy_checks.CHECKS,
)
"""All checks, by area; new ones are added in their area's file."""

LOOK, NOT_CHECKED, OK = "look", "not checked", "ok"
_ORDER = (LOOK, NOT_CHECKED, OK)
_COLUMNS = ("area", "check", "result", "figure", "limit", "found", "advice")

_Row = tuple[str, str, str, float | str, float | str, str, str]


def checks(model: Model, area: str = "") -> pd.DataFrame:
    """Check whether the figures can be trusted (docs/methods.md: Checks).

    Args:
        model: The model; a check whose tables it has not is not checked.
        area: One of `AREAS`; "" for all.

    Returns:
        ``area``, ``check``, ``result``, ``figure`` and ``limit`` (shares, days or numbers; blank
        where not checked), ``found`` and ``advice``; what asks for a look first, then what could
        not be checked, each by area and as declared.

    Raises:
        ErrorInData: A cell that a check needs cannot be read.
        NotAvailable: Nothing could be checked.
        WrongValue: There is no such area.
    """
    wanted = option("area", area, AREAS) if text_key(area) else ""
    rows = [_row(model, check) for check in CHECKS if wanted in ("", check.area)]
    if all(row[2] == NOT_CHECKED for row in rows):
        raise NotAvailable(f"nothing could be checked: {rows[0][1]}: {rows[0][5]}")
    rows.sort(key=lambda row: _ORDER.index(row[2]))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _row(model: Model, check: Check) -> _Row:
    """Run a check, or say why it cannot be run."""
    try:
        absent = [kind for kind in check.tables if kind not in model.tables]
        if absent:
            raise NotAvailable(f"the model has no rows of {listing(absent)}")
        finding = check.find(model)
    except LACKS as lack:
        advice = "Give what is missing, if it is to be checked"
        return check.area, check.name, NOT_CHECKED, "", "", lack.message, advice
    limit = check.limit_in(model, finding)
    beyond = finding.figure < limit if check.least else finding.figure > limit
    result, advice = (LOOK, check.advice) if beyond else (OK, "Nothing to do")
    return check.area, check.name, result, finding.figure, limit, finding.found, advice
