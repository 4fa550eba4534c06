"""Association rules over 9,835 market baskets against mlxtend, and offers to 100,000 customers.

mlxtend is no dependency of ours. Where this interpreter lacks it, the comparison runs in one that
has it, beside our own dependencies, both ways in the one process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.pairs import Ratio, compared
from xlcrm.analytics.cross_selling.lookalikes import lookalikes
from xlcrm.analytics.cross_selling.next_best import next_best
from xlcrm.model.model import Model, model_of
from xlcrm.model.schema import kind
from xlcrm.model.table import FrameTable
from xlcrm.stats.association_rules import NO_ITEM, association_rules
from xlcrm.stats.frequent_sets import Baskets

HOUSE = Path(__file__).parents[1]
DATA = HOUSE.parent / "shared" / "data" / "groceries" / "groceries.csv"
PEER = "XLCRM_MLXTEND_PYTHON"
HOW = (
    "python3 -m venv peer && peer/bin/pip install mlxtend pyarrow narwhals, "
    f"then {PEER}=peer/bin/python"
)
SUPPORT, CONFIDENCE = 0.001, 0.2
CUSTOMERS, PRODUCTS, LARGEST = 100_000, 200, 500


def ratios() -> list[Ratio]:
    """Rules against mlxtend; offers and lookalikes against the least that they must do."""
    return [*_rules_wherever_the_peer_is(), *_offers()]


def _rules_wherever_the_peer_is() -> list[Ratio]:
    if not DATA.exists():
        print(f"skipped: {DATA} is absent")
        return []
    if find_spec("mlxtend"):
        return rules()
    interpreter = os.environ.get(PEER, "")
    if not interpreter:
        print(f"  no comparison with mlxtend: {HOW}")
        return []
    program = (
        "import json; from dataclasses import asdict; from benchmarks.cross_selling import rules; "
        "print(json.dumps([asdict(ratio) for ratio in rules()]))"
    )
    done = subprocess.run(  # noqa: S603 - the interpreter that the reader named
        [interpreter, "-c", program],
        cwd=HOUSE,
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
        check=True,
    )
    return [Ratio(**found) for found in json.loads(done.stdout.splitlines()[-1])]


def rules() -> list[Ratio]:
    """Find the same rules as mlxtend, of up to two things to one, by both of its algorithms."""
    patterns: Any = import_module("mlxtend.frequent_patterns")
    contents = [
        {item for item in line.split(",") if item} for line in DATA.read_text("utf-8").splitlines()
    ]
    names = sorted(set().union(*contents))
    place = {name: k for k, name in enumerate(names)}
    basket = np.repeat(np.arange(len(contents)), [len(some) for some in contents])
    item = np.array([place[name] for some in contents for name in sorted(some)])
    held = Baskets(basket, item, len(contents), len(names))
    table = np.zeros((len(contents), len(names)), dtype=bool)
    table[basket, item] = True
    frame = pd.DataFrame(table, columns=names)

    def ours() -> Any:
        return association_rules(held, SUPPORT, CONFIDENCE, 2)

    def by(algorithm: Any) -> Any:
        sets = algorithm(frame, min_support=SUPPORT, use_colnames=True, max_len=3)
        return patterns.association_rules(sets, metric="confidence", min_threshold=CONFIDENCE)

    _require_the_same(ours(), by(patterns.apriori), names)
    what = "rules over 9,835 baskets of 169 things"
    return [
        compared(what, ours, lambda: by(patterns.apriori), "mlxtend by Apriori", at_least=1),
        compared(what, ours, lambda: by(patterns.fpgrowth), "mlxtend by FP-growth", at_least=1),
    ]


def _require_the_same(ours: Any, theirs: pd.DataFrame, names: list[str]) -> None:
    """Hold our rules to be the peer's, but for those whose confidence it loses in rounding."""
    mine = {
        (frozenset(names[k] for k in first if k != NO_ITEM), names[second]): (lift, confidence)
        for first, second, lift, confidence in zip(
            ours.first, ours.second, ours.lift, ours.confidence, strict=True
        )
    }
    to_one = theirs[theirs["consequents"].map(len) == 1]
    found = {
        (first, next(iter(second))): lift
        for first, second, lift in zip(
            to_one["antecedents"], to_one["consequents"], to_one["lift"], strict=True
        )
    }
    assert found.keys() <= mine.keys()
    assert all(mine[rule][1] == CONFIDENCE for rule in mine.keys() - found.keys())
    assert all(np.isclose(mine[rule][0], lift, rtol=1e-12) for rule, lift in found.items())


def _offers() -> list[Ratio]:
    """Name the next offer to each customer, and compare as many prospects with the best."""
    model, lines, told = _company()
    best = told.iloc[:LARGEST]

    def group_by() -> Any:
        return lines.groupby(["account_id", "product"], observed=True)["amount"].sum()

    def distances() -> Any:
        parts = [told.iloc[k : k + 2_000] for k in range(0, len(told), 2_000)]
        return [
            (part["region"].to_numpy()[:, None] == best["region"].to_numpy()).sum(axis=1)
            for part in parts
        ]

    what = f"the next offer to {CUSTOMERS:,} customers of {PRODUCTS} products"
    alike = f"{CUSTOMERS:,} prospects compared with some {LARGEST} best customers"
    return [
        compared(what, lambda: next_best(model), group_by,
                 "one pandas group-by of the lines", at_most=20, runs=3),
        compared(alike, lambda: lookalikes(model), distances,
                 "one comparison of one attribute in numpy", at_most=20, runs=3),
    ]  # fmt: skip


def _company() -> tuple[Model, pd.DataFrame, pd.DataFrame]:
    """Make customers of whom few bring most, and as many prospects."""
    chance = np.random.default_rng(1)
    rate = np.arange(1, PRODUCTS + 1) ** -0.7
    holds = chance.random((CUSTOMERS, PRODUCTS)) < rate * 8 / rate.sum()
    follows = chance.random((CUSTOMERS, PRODUCTS // 2)) < 0.5
    holds[:, 1::2] |= holds[:, ::2] & follows
    account, product = np.nonzero(holds)
    ids = np.array([f"A{k:06}" for k in range(2 * CUSTOMERS)], dtype=object)
    names = np.array([f"P{k:03}" for k in range(PRODUCTS)], dtype=object)
    amount = np.round(chance.lognormal(5, 1, len(account)), 2)
    amount[account < LARGEST] *= 1_000
    lines = pd.DataFrame(
        {
            "order_id": [f"O{k}" for k in range(len(account))],
            "account_id": pd.Series(ids[account], dtype="str"),
            "date": pd.Timestamp("2026-01-01"),
            "amount": amount,
            "product": pd.Categorical(names[product]),
        }
    )
    count = 2 * CUSTOMERS
    told = pd.DataFrame(
        {
            "account_id": pd.Series(ids, dtype="str"),
            "region": pd.Categorical(chance.choice(list("NSEW"), count)),
            "industry": pd.Categorical(chance.choice(list("abcdefgh"), count)),
            "size": np.round(chance.lognormal(3, 1, count)),
            "potential": np.round(chance.lognormal(8, 1, count), 2),
        }
    )
    tables = [
        FrameTable(kind("orders"), lines, "lines"),
        FrameTable(kind("accounts"), told, "told"),
    ]
    return model_of(tables), lines, told
