"""From rows to a small frame: which rows count, how they are grouped, how they are added up."""
