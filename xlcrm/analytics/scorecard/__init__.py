"""Whether the strategy is being met."""
