"""How sellers sell."""
