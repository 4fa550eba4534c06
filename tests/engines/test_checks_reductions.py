"""The checks on every engine: the same figures, limits and names."""

import pandas as pd
import pytest
from engine_models import OTHERS, model_on, told
from given import company

from xlcrm.analytics.checks.checks import checks

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

STRATEGY = {
    "measures": {
        "measure_id": ["m1", "m2"],
        "objective_id": ["F", "F"],
        "measure": ["Revenue", None],
        "target": [None, 2.0],
        "actual": [1.0, None],
        "kpi": ["revenue", None],
        "reviewed": [pd.Timestamp("2025-11-30"), None],
    },
    "objectives": {"objective_id": ["F", "C"], "objective": ["Grow", "Keep"]},
    "initiatives": {"initiative_id": ["i1", "i2"], "measure_id": ["m9", None], "name": ["A", None]},
    "allocation": {"segment": ["Gold", "Silver"], "share": [0.9, None]},
}


@pytest.mark.parametrize("area", ["data", "pipeline", "strategy"])
def test_checks_find_the_same(engine, area):
    tables = company() | STRATEGY
    expected = told(lambda m: checks(m, area), model_on("pandas", tables))
    assert told(lambda m: checks(m, area), model_on(engine, tables)) == expected
    assert isinstance(expected, list)
    assert {row[2] for row in expected[1:]} <= {"look", "ok"}
