"""Scores of 100,000 customers from 1,000,000 order lines, against Polars and DuckDB."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from benchmarks.pairs import Ratio, compared
from xlcrm.analytics.customers.rfm import rfm
from xlcrm.model.model import Model, model_of
from xlcrm.model.schema import kind
from xlcrm.model.table import FrameTable

LINES, CUSTOMERS = 1_000_000, 100_000
AS_OF = date(2026, 1, 1)

_DAY = 86_400 * 10**6
_COLUMNS = ["recency", "frequency", "monetary", "r", "f", "m"]
_SQL = """
with days as (
    select account_id, date, sum(amount) as net from orders group by all
), customers as (
    select account_id,
        date_diff('day', max(date) filter (net > 0), timestamp '2026-01-01') as recency,
        count(*) filter (net > 0) as frequency,
        sum(net) as monetary
    from days group by account_id having frequency > 0
), ranked as (
    select *, count(*) over () as n,
        rank() over (order by recency desc)
            + (count(*) over (partition by recency) - 1) / 2 as by_recency,
        rank() over (order by frequency)
            + (count(*) over (partition by frequency) - 1) / 2 as by_frequency,
        rank() over (order by monetary)
            + (count(*) over (partition by monetary) - 1) / 2 as by_money
    from customers
)
select account_id, recency, frequency, monetary,
    ceil(5 * by_recency / n) as r, ceil(5 * by_frequency / n) as f, ceil(5 * by_money / n) as m
from ranked
"""


def ratios() -> list[Ratio]:
    """Score all customers, with returns netted by day and tied ranks shared.

    Ours names the segments, says why, and sorts the rows beside; the peers only score.
    """
    lines = _lines()
    model = _model(lines)
    rows = pl.DataFrame(
        {"account_id": lines["account_id"].to_list(), "date": lines["date"].to_numpy(),
         "amount": lines["amount"].to_numpy()}
    )  # fmt: skip
    connection = duckdb.connect()
    connection.from_arrow(rows.to_arrow()).create("orders")

    def ours() -> pd.DataFrame:
        return rfm(model)

    def in_duckdb() -> Any:
        return connection.execute(_SQL).fetchnumpy()

    _require_equal(ours(), _by_polars(rows).to_pandas(), "Polars")
    _require_equal(ours(), pd.DataFrame(in_duckdb()), "DuckDB")
    found = [
        compared(
            f"{LINES:,} order lines to scores and segments of {CUSTOMERS:,} customers",
            ours,
            peer,
            named,
            at_most=1.5,
        )
        for named, peer in (("Polars", lambda: _by_polars(rows)), ("DuckDB", in_duckdb))
    ]
    # The promise is about the faster of the two, so both have to be kept.
    return [*found, *_other_ways(model)]


def _other_ways(model: Model) -> list[Ratio]:
    return [
        compared(
            "the same by natural breaks",
            lambda: rfm(model, method="jenks"),
            lambda: rfm(model),
            "quintiles",
            at_most=4,
        )
    ]


def _lines() -> pd.DataFrame:
    chance = np.random.default_rng(1)
    names = [f"C{k:06}" for k in chance.integers(CUSTOMERS, size=LINES)]
    start = np.datetime64("2023-01-01", "us")
    days = start + (chance.integers(1_000, size=LINES) * _DAY).astype("timedelta64[us]")
    # Quarters add up exactly: sums of cents differ in the peers' last digits from run to run, which
    # parts customers who tie.
    amounts = np.ceil(4 * chance.lognormal(4, 1, LINES)) / 4
    amounts[chance.random(LINES) < 0.03] *= -1
    return pd.DataFrame(
        {
            "order_id": pd.Series(names, dtype="str"),
            "account_id": pd.Series(names, dtype="str"),
            "date": days,
            "amount": amounts,
        }
    )


def _model(lines: pd.DataFrame) -> Model:
    return model_of([FrameTable(kind("orders"), lines, digest="orders")], AS_OF)


def _by_polars(rows: pl.DataFrame) -> pl.DataFrame:
    net = pl.col("net")
    days = rows.lazy().group_by("account_id", "date").agg(pl.col("amount").sum().alias("net"))
    since = pl.lit(AS_OF).cast(pl.Datetime("us")) - pl.col("last")
    customers = (
        days.group_by("account_id")
        .agg(
            pl.col("date").filter(net > 0).max().alias("last"),
            (net > 0).sum().alias("frequency"),
            net.sum().alias("monetary"),
        )
        .filter(pl.col("frequency") > 0)
        .with_columns(since.dt.total_days().alias("recency"))
    )
    ranks = {"r": -pl.col("recency"), "f": pl.col("frequency"), "m": pl.col("monetary")}
    return customers.with_columns(
        **{name: (5 * of.rank("average") / pl.len()).ceil() for name, of in ranks.items()}
    ).collect()


def _require_equal(ours: pd.DataFrame, theirs: pd.DataFrame, named: str) -> None:
    """Compare all customers, to the last bit."""
    left, right = (
        frame.set_index("account_id").sort_index()[_COLUMNS].astype(float)
        for frame in (ours, theirs)
    )
    if not left.equals(right):
        raise AssertionError(f"{named} scores other customers, or scores them otherwise")
