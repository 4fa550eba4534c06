"""What customers are worth, and which of them are asleep."""
