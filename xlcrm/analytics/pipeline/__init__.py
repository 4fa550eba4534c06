"""The deals that are open: what they are, how they moved, and which need a hand today."""
