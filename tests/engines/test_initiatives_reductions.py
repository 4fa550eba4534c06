"""Initiatives on every engine, over data with nulls and ties: the same bits."""

import pandas as pd
import pytest
from engine_models import AS_OF, OTHERS, model_on, told

from xlcrm.analytics.scorecard.initiatives import initiatives

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]
COUNT = 60
DAYS = [None, *pd.date_range("2025-09-01", periods=12, freq="17D")]
TABLES = {
    "measures": {
        "measure_id": ["m1", "m2", "m3"],
        "objective_id": ["Grow", "Grow", "Keep"],
        "measure": ["Revenue", "Churn", "Revenue"],
        "baseline": [50.0, 15.0, None],
        "red": [80.0, 12.0, 20.0],
        "target": [95.0, 8.0, 30.0],
        "actual": [87.5, 9.0, 24.0],
    },
    "initiatives": {
        "initiative_id": [f"i{k * 7 % COUNT:02}" for k in range(COUNT)],
        "measure_id": [f"m{k % 3 + 1}" for k in range(COUNT)],
        "name": [f"Effort {k % 11}" for k in range(COUNT)],
        "owner": [("Ann", "Bob", None)[k % 5 % 3] for k in range(COUNT)],
        "start": [DAYS[k % 7] for k in range(COUNT)],
        "due": [DAYS[k % 6 + 7] for k in range(COUNT)],
        "budget": [(None, 100.0, 0.0, 33.33)[k % 4] for k in range(COUNT)],
        "spent": [(0.1, 0.2, None, 7.7, 0.0)[k % 5] for k in range(COUNT)],
        "progress": [(None, 0.0, 0.3, 1.0, 0.9)[k * 3 % 5] for k in range(COUNT)],
        "status": [(None, "planned", "running", "stopped")[k // 5 % 4] for k in range(COUNT)],
        "expected_effect": [(None, 0.1, -0.3, 1e9)[k // 3 % 4] for k in range(COUNT)],
    },
}


@pytest.mark.parametrize("where", ["", "owner=Ann", "owner=; progress<1", "due>=2026-02-01"])
def test_every_engine_gives_the_same_bits(engine, where):
    expected = told(lambda m: initiatives(m, where), model_on("pandas", TABLES, AS_OF))
    assert told(lambda m: initiatives(m, where), model_on(engine, TABLES, AS_OF)) == expected
    assert len(expected) > 5
