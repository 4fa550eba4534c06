"""Where the customers are, and which territories are neglected."""
