"""Forecasting one series of equally spaced values."""

from xlcrm.stats.series.forecasting import Forecast, forecast, total
from xlcrm.stats.series.methods import METHODS
from xlcrm.stats.series.paths import Vector
from xlcrm.stats.series.rolling import RollingError, rolling_errors
from xlcrm.stats.series.seasonality import deseasonalised

__all__ = [
    "METHODS",
    "Forecast",
    "RollingError",
    "Vector",
    "deseasonalised",
    "forecast",
    "rolling_errors",
    "total",
]
