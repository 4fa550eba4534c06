"""What a manager types: the worksheet functions, one file a category."""

from udfs import (
    data,
    figures,
    forecast,
    forecast_series,
    help,
    pipeline,
    scorecard,
    segments,
    sellers,
    strategy,
)

__all__ = [
    "data",
    "figures",
    "forecast",
    "forecast_series",
    "help",
    "pipeline",
    "scorecard",
    "segments",
    "sellers",
    "strategy",
]
