"""Forecasts over a million deals, against the same reductions written by hand in peers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from benchmarks.deals import CHANCES, STAGES, frame, stages
from benchmarks.pairs import Ratio, compared, timed
from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.cells import Range
from xlcrm.model.model import Model, model_of
from xlcrm.model.schema import kind
from xlcrm.model.table import FrameTable, table_of

COUNT = 1_000_000
AS_OF = date(2026, 7, 1)


def ratios() -> list[Ratio]:
    """Forecast 1,000,000 deals by owner and month."""
    deals = frame(COUNT)
    return [*_expected_revenue(deals), *_forecast(deals)]


def _model(deals: Any, as_of: date) -> Model:
    tables = [FrameTable(kind("deals"), deals, "benchmark"), table_of("stages", Range(stages()))]
    return model_of(tables, as_of)


def _expected_revenue(deals: pd.DataFrame) -> list[Ratio]:
    """Sum amount times probability by owner and month, against pandas."""
    model = _model(deals, date(2026, 1, 1))
    chances = pd.DataFrame({"stage": list(STAGES), "chance": CHANCES})
    plain = deals.astype({"owner": "str", "stage": "str", "status": "str"})

    def ours() -> pd.DataFrame:
        return kpi_table(model, "expected_revenue", "owner, month", method="configured")

    def by_hand(rows: pd.DataFrame) -> pd.DataFrame:
        pending = rows[rows["status"] == "open"].merge(chances, on="stage", how="left")
        pending["expected"] = pending["amount"] * pending["chance"]
        pending["month"] = pending["expected_close"].dt.to_period("M")
        groups = pending.groupby(["owner", "month"], observed=True)
        return groups["expected"].sum().reset_index()

    theirs = by_hand(deals).sort_values(["owner", "month"])["expected"].to_numpy()
    assert np.allclose(ours()["value"].to_numpy(), theirs, rtol=1e-12)
    what = "expected revenue by owner and month over 1,000,000 deals"
    return [
        compared(what, ours, lambda: by_hand(deals), "pandas on the same columns", at_most=1),
        compared(what, ours, lambda: by_hand(plain), "pandas on columns of text", at_most=1),
    ]


def _forecast(deals: pd.DataFrame) -> list[Ratio]:
    """All columns of CRM_FORECAST that are sums over deals, against Polars and DuckDB."""
    model = _model(deals, AS_OF)

    def ours() -> pd.DataFrame:
        return forecast(model, "owner, month", method="configured")

    polars, duck = _polars(deals), _duckdb(deals)
    mine = ours()
    for peer in (polars().to_pandas(), duck()):
        ordered = peer.astype({"owner": "str"}).sort_values(["owner", "month"])
        theirs = ordered["total"].to_numpy(dtype=float)
        known = mine[(mine["won"] != 0) | (mine["deals"] != 0)]
        assert np.allclose(known["total"].to_numpy(dtype=float), theirs, rtol=1e-9)
    peers = {"Polars": polars, "DuckDB": duck}
    name = min(peers, key=lambda one: min(timed(peers[one]) for _ in range(3)))
    what = "CRM_FORECAST by 50 owners and 12 months over 1,000,000 deals"
    return [compared(what, ours, peers[name], f"{name}, the faster,", at_most=2, runs=15)]


def _polars(deals: pd.DataFrame) -> Callable[[], pl.DataFrame]:
    rows = pl.from_pandas(deals)
    day = pl.lit(datetime.combine(AS_OF, datetime.min.time()))
    chances = pl.DataFrame({"stage": list(STAGES), "chance": CHANCES})
    chances = chances.with_columns(pl.col("stage").cast(rows["stage"].dtype))
    category, amount = pl.col("forecast_category"), pl.col("amount")

    def by_month(column: str) -> pl.Expr:
        return pl.col(column).dt.truncate("1mo").alias("month")

    def asked() -> pl.DataFrame:
        won = (
            rows.lazy()
            .filter(pl.col("status") == "won")
            .with_columns(by_month("closed_on"))
            .group_by("owner", "month")
            .agg(won=amount.sum())
        )
        pending = (
            rows.lazy()
            .filter(pl.col("status") == "open", category != "omitted")
            .join(chances.lazy(), on="stage", how="left")
            .with_columns(
                late=pl.col("expected_close") < day, called=pl.col("override").is_not_null()
            )
            .with_columns(
                expected_on=pl.when("late").then(day).otherwise("expected_close"),
                worth=pl.when("called").then("override").otherwise(amount * pl.col("chance")),
            )
            .with_columns(by_month("expected_on"))
            .group_by("owner", "month")
            .agg(
                commit=amount.filter(category == "commit").sum(),
                best_case=amount.filter(category == "best case").sum(),
                weighted=pl.col("worth").sum(),
                open=amount.sum(),
                overdue=amount.filter("late").sum(),
                override=pl.col("worth").filter("called").sum(),
                deals=pl.len(),
            )
        )
        both = won.join(pending, on=["owner", "month"], how="full", coalesce=True)
        total = pl.col("won").fill_null(0) + pl.col("weighted").fill_null(0)
        return both.with_columns(total=total).collect()

    return asked


def _duckdb(deals: pd.DataFrame) -> Callable[[], pd.DataFrame]:
    connection = duckdb.connect()
    connection.register("given", deals)
    connection.execute(
        "create table deals as select * replace (nullif(override, 'NaN') as override) from given"
    )
    connection.register("chances", pd.DataFrame({"stage": list(STAGES), "chance": CHANCES}))
    day = f"timestamp '{AS_OF}'"
    query = f"""
        with won as (
            select owner, date_trunc('month', closed_on) as month, sum(amount) as won
            from deals where status = 'won' group by all
        ), pending as (
            select owner, date_trunc('month', greatest(expected_close, {day})) as month,
                sum(amount) filter (forecast_category = 'commit') as commit,
                sum(amount) filter (forecast_category = 'best case') as best_case,
                sum(coalesce(override, amount * chance)) as weighted,
                sum(amount) as open,
                sum(amount) filter (expected_close < {day}) as overdue,
                sum(override) as override,
                count(*) as deals
            from deals left join chances using (stage)
            where status = 'open' and forecast_category <> 'omitted' group by all
        )
        select *, coalesce(won, 0) + coalesce(weighted, 0) as total
        from won full join pending using (owner, month)
    """  # noqa: S608 - made of constants
    return lambda: connection.execute(query).df()
