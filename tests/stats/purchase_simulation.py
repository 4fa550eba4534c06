"""Customers drawn from the models, and the published ones, for tests of fits."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from xlcrm.stats.purchase_patterns import purchase_patterns

CDNOW = Path(__file__).parents[3] / "shared" / "data" / "cdnow"
needs_cdnow = pytest.mark.skipif(
    not CDNOW.is_dir(), reason="the folder ../shared/data/cdnow is absent"
)


@cache
def cdnow():
    """The columns x, t_x, T and zbar of the published summary."""
    path = CDNOW / "cdnow_customers_summary_with_transactions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")]


def cdnow_patterns():
    return purchase_patterns(*cdnow()[:3])


def one(x, t_x, seen):
    """The pattern of one customer."""
    return purchase_patterns(np.array([x]), np.array([t_x]), np.array([seen]))


def customers(count, r, alpha, leaves, weeks, seed):
    """Simulated x, t_x and T in weeks, whole days; ``leaves`` draws who leaves at a purchase."""
    chance = np.random.default_rng(seed)
    pace = chance.gamma(r, 1 / alpha, count)
    leaving = leaves(chance, count)
    seen = np.ceil(chance.uniform(0.4, 1.0, count) * weeks * 7)
    x, last, now = np.zeros(count), np.zeros(count), np.zeros(count)
    live = np.arange(count)
    while len(live):
        now[live] += np.maximum(np.ceil(chance.exponential(7 / pace[live])), 1)
        live = live[now[live] <= seen[live]]
        x[live] += 1
        last[live] = now[live]
        live = live[chance.random(len(live)) > leaving[live]]
    return x, last / 7, seen / 7


def slopes_by_differences(objective, at, step=1e-5):
    """The gradient by central differences of the values alone."""
    sides = [(objective(at + e)[0] - objective(at - e)[0]) for e in step * np.eye(len(at))]
    return np.array(sides) / (2 * step)
