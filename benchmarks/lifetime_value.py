"""Customer lifetime value, against lifetimes: CDNOW, and 1,000,000 simulated customers.

lifetimes needs pandas below 2, and so an environment of its own: the variable
XLCRM_LIFETIMES_PYTHON names its interpreter. Both are given the same three columns of numbers.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.pairs import Figure, Ratio, timed
from xlcrm.stats import bg_nbd, gamma_gamma, pareto_nbd
from xlcrm.stats.purchase_patterns import purchase_patterns

DATA = Path(__file__).parents[2] / "shared" / "data" / "cdnow"
SUMMARY = DATA / "cdnow_customers_summary_with_transactions.csv"
PEER = "XLCRM_LIFETIMES_PYTHON"
HOW = (
    'python3 -m venv peer && peer/bin/pip install lifetimes "pandas<2" "numpy<1.25" "scipy<1.12", '
    f"then set {PEER}=peer/bin/python"
)
CUSTOMERS = 1_000_000
MINUTES = 15.0
RUNS = 7

TIMES_OF_THE_PEER = """
import json, sys, time, warnings
import numpy as np
warnings.filterwarnings("ignore")
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

columns, runs = np.load(sys.argv[1]), int(sys.argv[2])
x, t_x, T = (columns[name] for name in ("x", "t_x", "T"))
times = []
for _ in range(runs):
    start = time.perf_counter()
    fitted = BetaGeoFitter().fit(x, t_x, T)
    times.append(time.perf_counter() - start)
answer = {"times": times, "bg_nbd": list(map(float, fitted.params_))}
if "mean" in columns:
    again = x > 0
    answer["pareto_nbd"] = list(map(float, ParetoNBDFitter().fit(x, t_x, T).params_))
    means = GammaGammaFitter().fit(x[again], columns["mean"][again])
    answer["gamma_gamma"] = list(map(float, means.params_))
print(json.dumps(answer))
"""

Columns = dict[str, np.ndarray[Any, Any]]


def ratios() -> list[Ratio | Figure]:
    """Time fits, and say how far the parameters are from the peer's."""
    python = os.environ.get(PEER)
    if not python:
        print(f"skipped  lifetimes is absent: {HOW}")
        return []
    answers: list[Ratio | Figure] = []
    if SUMMARY.exists():
        columns = _cdnow()
        peer = _peer(python, columns, RUNS)
        answers += [_faster("CDNOW, 2,357 customers", columns, peer, at_least=10, runs=RUNS)]
        answers += _parameters(columns, peer)
    else:
        print(f"skipped  the CDNOW data are not in {DATA}")
    columns = _simulated(CUSTOMERS)
    try:
        peer = _peer(python, columns, 1)
    except subprocess.TimeoutExpired:
        print(f"lifetimes did not finish {CUSTOMERS:,} customers in {MINUTES:g} minutes")
        peer = {"times": [60 * MINUTES]}
    answers.append(
        _faster(f"{CUSTOMERS:,} simulated customers", columns, peer, at_least=50, runs=3)
    )
    if "bg_nbd" in peer:
        answers.append(_apart(f"BG/NBD of {CUSTOMERS:,}", _fitted(columns), peer["bg_nbd"], 0.02))
    return answers


def _fitted(columns: Columns) -> bg_nbd.BgNbd:
    found = bg_nbd.fit(purchase_patterns(columns["x"], columns["t_x"], columns["T"]))
    if not found.converged:
        raise RuntimeError(found.why_not)
    return found.parameters


def _faster(what: str, columns: Columns, peer: Any, *, at_least: float, runs: int) -> Ratio:
    _fitted(columns)
    ours = median(timed(lambda: _fitted(columns)) for _ in range(runs))
    theirs = median(peer["times"])
    return Ratio(f"BG/NBD of {what}", ours, theirs, "lifetimes", at_least, faster=True)


def _parameters(columns: Columns, peer: Any) -> list[Ratio | Figure]:
    patterns = purchase_patterns(columns["x"], columns["t_x"], columns["T"])
    again = columns["x"] > 0
    given = gamma_gamma.spending(columns["x"][again], columns["mean"][again])
    return [
        _apart("BG/NBD of CDNOW", _fitted(columns), peer["bg_nbd"]),
        _apart("Pareto/NBD of CDNOW", pareto_nbd.fit(patterns).parameters, peer["pareto_nbd"]),
        _apart("Gamma-Gamma of CDNOW", gamma_gamma.fit(given).parameters, peer["gamma_gamma"]),
    ]


def _apart(what: str, ours: Any, theirs: list[float], at_most: float = 0.001) -> Figure:
    """Give the largest relative difference of parameters, in hundredths."""
    mine = np.array(list(vars(ours).values()))
    apart = 100 * float(np.abs(mine / np.array(theirs) - 1).max())
    return Figure(f"{what}: largest difference to lifetimes", apart, "%", at_most=100 * at_most)


def _peer(python: str, columns: Columns, runs: int) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "columns.npz"
        np.savez(path, **columns)  # type: ignore[arg-type]  # the stub takes names for options
        done = subprocess.run(  # noqa: S603 - the user's own interpreter
            [python, "-c", TIMES_OF_THE_PEER, str(path), str(runs)],
            capture_output=True,
            text=True,
            timeout=60 * MINUTES,
            check=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def _cdnow() -> Columns:
    with SUMMARY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {"x": "x", "t_x": "t_x", "T": "T", "mean": "zbar"}
    return {name: np.array([float(row[of]) for row in rows]) for name, of in names.items()}


def _simulated(count: int) -> Columns:
    """Draw customers of 39 weeks, whole days, from BG/NBD with the parameters of CDNOW."""
    chance = np.random.default_rng(1)
    pace, leaves = chance.gamma(0.243, 1 / 4.414, count), chance.beta(0.793, 2.426, count)
    seen = np.floor(chance.uniform(27 * 7, 39 * 7, count))
    x, last, now, live = np.zeros(count), np.zeros(count), np.zeros(count), np.arange(count)
    while len(live):
        now[live] += np.maximum(np.ceil(chance.exponential(1.0, len(live)) * 7 / pace[live]), 1)
        live = live[now[live] <= seen[live]]
        x[live] += 1
        last[live] = now[live]
        live = live[chance.random(len(live)) > leaves[live]]
    return {"x": x, "t_x": last / 7, "T": seen / 7}
