"""What the data is: table kinds, columns, header names, handles, settings."""
