"""The declarations of the table kinds, one file per part of a company's work."""
