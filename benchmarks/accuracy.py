"""Forecasts of 180 monthly series of the M3 competition, beside its 24 published methods.

The peer for time is AutoETS of statsforecast, which needs pandas below 3 and so an environment of
its own: the variable XLCRM_STATSFORECAST_PYTHON names its interpreter.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.pairs import Figure, Ratio, timed
from xlcrm.stats.accuracy import smape
from xlcrm.stats.series import METHODS, Forecast, forecast

DATA = Path(__file__).parents[2] / "shared" / "data" / "forecast"
PEER = "XLCRM_STATSFORECAST_PYTHON"
HOW = (
    'python3 -m venv peer && peer/bin/pip install statsforecast "pandas<3", '
    f"then set {PEER}=peer/bin/python"
)
AHEAD = 18
OURS = f"xlcrm {METHODS[0]}"

TIMES_OF_THE_PEER = """
import json, sys, time, warnings
import numpy as np
warnings.filterwarnings("ignore")
from statsforecast.models import AutoETS

train = [np.array(values) for values in json.load(sys.stdin)]
model = lambda: AutoETS(season_length=12)
model().forecast(y=train[0], h=18, level=[95])
times, points = [], []
for values in train:
    start = time.perf_counter()
    made = model().forecast(y=values, h=18, level=[95])
    times.append(time.perf_counter() - start)
    points.append([float(value) for value in made["mean"]])
json.dump({"times": times, "points": points}, sys.stdout)
"""


Series = dict[str, np.ndarray]


def m3() -> tuple[Series, Series]:
    """Read the 180 series: the values to fit, and the 18 that came after."""
    parts: dict[str, dict[str, list[tuple[int, float]]]] = {
        "train": defaultdict(list),
        "test": defaultdict(list),
    }
    with (DATA / "m3_monthly_subset_long.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            parts[row["split"]][row["series"]].append((int(row["t"]), float(row["value"])))
    train, test = (
        {name: np.array([value for _, value in sorted(pairs)]) for name, pairs in part.items()}
        for part in parts.values()
    )
    return train, test


def published(test: Series) -> dict[str, float]:
    """Give the mean sMAPE of every published method."""
    errors: dict[str, list[float]] = defaultdict(list)
    with (DATA / "m3_monthly_subset_published_forecasts.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            points = np.array([float(row[f"h{step}"]) for step in range(1, AHEAD + 1)])
            errors[row["method"]].append(smape(test[row["series"]], points))
    return {method: float(np.mean(found)) for method, found in errors.items()}


def ratios() -> list[Ratio | Figure]:
    """Mean sMAPE, coverage of the 95 % intervals, and time against AutoETS."""
    if not DATA.is_dir():
        print(f"skipped: the folder {DATA} with the M3 series is absent")
        return []
    train, test = m3()
    made = {name: forecast(values, AHEAD) for name, values in train.items()}
    error = _mean(lambda name: smape(test[name], made[name].point), train)
    cover = _mean(lambda name: _covered(made[name], test[name]), train)
    table = published(test) | {OURS: error}
    times = {name: _time(values) for name, values in train.items()}
    found: list[Ratio | Figure] = [
        Figure(f"mean sMAPE of {len(train)} M3 series, 1 to 18 months", error, "%", at_most=15.42),
        Figure("coverage of 95 % intervals", 100 * cover, "%", at_least=93, at_most=97),
    ]
    interpreter = os.environ.get(PEER, "")
    if interpreter:
        theirs = _peer(interpreter, train)
        points = dict(zip(train, theirs["points"], strict=True))
        table["statsforecast AutoETS"] = _mean(
            lambda name: smape(test[name], np.array(points[name])), train
        )
        mine, peer = float(np.mean(list(times.values()))), float(np.mean(theirs["times"]))
        found.append(Ratio("a forecast of a series", mine, peer, "AutoETS", 0.1, faster=False))
    for place, (method, value) in enumerate(sorted(table.items(), key=lambda pair: pair[1]), 1):
        print(f"  {place:2}  {value:6.3f}  {method}{'  <--' if method == OURS else ''}")
    print(f"  mean time of a series: {1e3 * float(np.mean(list(times.values()))):.2f} ms")
    if not interpreter:
        print(f"  no comparison of time with AutoETS: {HOW}")
    return found


def _mean(figure: Callable[[str], float], train: Series) -> float:
    return float(np.mean([figure(name) for name in train]))


def _covered(made: Forecast, actual: np.ndarray) -> float:
    return float(((actual >= made.low) & (actual <= made.high)).mean())


def _time(values: np.ndarray) -> float:
    return median(timed(lambda: forecast(values, AHEAD)) for _ in range(3))


def _peer(interpreter: str, train: Series) -> dict[str, Any]:
    values = json.dumps([series.tolist() for series in train.values()])
    alone = os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    alone.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - the interpreter that the reader named
            [interpreter, "-c", TIMES_OF_THE_PEER],
            input=values,
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            env=alone,
        )
    return dict(json.loads(done.stdout))
