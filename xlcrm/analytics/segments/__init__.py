"""Which segments, customers and products carry the company."""
