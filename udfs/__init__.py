"""What a manager types: the worksheet functions, one file a category or a part of it."""

FILES = (
    "data",
    "kpi",
    "checks",
    "cross_selling",
    "customers",
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
)
"""The files in the order in which a function is looked for; those after it are not loaded.

What every workbook asks first stands first: a new process answers it before it loads the rest.
"""
