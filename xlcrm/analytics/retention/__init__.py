"""Who stays, who leaves, and after how long."""
