"""How good past forecasts were, and which method to trust."""
