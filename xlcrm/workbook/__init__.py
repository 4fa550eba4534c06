"""The template as code, and work on workbook files."""
