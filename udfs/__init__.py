"""What a manager types: the worksheet functions, one file a category."""

from udfs import data, figures, forecast, help, scorecard, segments

__all__ = ["data", "figures", "forecast", "help", "scorecard", "segments"]
