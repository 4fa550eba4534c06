"""Where a period will land before it has ended."""
