"""What a manager types: the worksheet functions, one file a category or a part of it."""

from udfs import (
    cross_selling,
    customers,
    data,
    figures,
    forecast,
    forecast_series,
    help,
    pipeline,
    prices,
    retention,
    scorecard,
    segments,
    sellers,
    strategy,
)

__all__ = [
    "cross_selling",
    "customers",
    "data",
    "figures",
    "forecast",
    "forecast_series",
    "help",
    "pipeline",
    "prices",
    "retention",
    "scorecard",
    "segments",
    "sellers",
    "strategy",
]
