"""The four sides of a scorecard, told from the words in which people name its perspectives."""

from __future__ import annotations

from xlcrm.cells import text_key

SIDES = ("finance", "customers", "processes", "learning")
"""The sides in the order in which a scorecard shows them (Kaplan and Norton 1996)."""

_WORDS = (
    ("finan", "финанс"),
    ("custom", "client", "klant", "kund", "клиент"),
    ("process", "proces", "prozess", "processus", "internal", "intern", "процесс"),
    ("learn", "innov", "lern", "leren", "entwickl", "potenzial", "potential", "apprentis",
     "aprendiz", "обучен", "развит"),
)  # fmt: skip


def side_of(name: str) -> int | None:
    """Say which side of a scorecard a perspective is.

    Args:
        name: Its name, in English, German, Dutch, French, Spanish or Russian.

    Returns:
        The position in `SIDES`; None where its words tell none.

    Example:
        >>> side_of("Interne Prozesse"), side_of("Sustainability")
        (2, None)
    """
    key = text_key(name)
    return next((k for k, words in enumerate(_WORDS) if any(word in key for word in words)), None)
