"""What to sell next to whom, and who is like the best."""
