"""What the columns are called that exact sums are made of."""

from __future__ import annotations


def term(name: str) -> str:
    """Name the column of an expression that is added up: a name that no key has."""
    return f"{name} term"


def part_names(name: str) -> tuple[str, str]:
    """Name the columns of the coarse and of the fine part of a sum."""
    return f"{name} coarse", f"{name} fine"
