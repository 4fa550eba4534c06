"""What will be sold: by probability, as a range, as a series, and how well it was foretold."""
