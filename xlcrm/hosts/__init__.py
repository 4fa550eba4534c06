"""Where functions run: headless, and in Excel through xlwings."""
