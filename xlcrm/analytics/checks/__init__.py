"""Whether the figures can be trusted."""
