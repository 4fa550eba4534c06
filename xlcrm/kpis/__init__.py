"""The single figures, each declared once: population, numerator, denominator, unit, direction."""
