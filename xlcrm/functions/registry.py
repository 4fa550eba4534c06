"""The one catalogue of worksheet functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

import pandas as pd

from xlcrm.errors import NotAvailable, suggestion
from xlcrm.functions.declaration import CATEGORIES, BadDeclaration, WorksheetFunction, declared

Function = TypeVar("Function", bound=Callable[..., Any])

_CATALOGUE: dict[str, WorksheetFunction] = {}


class _Catalogue(Mapping[str, WorksheetFunction]):
    """The worksheet functions; a name that is asked for loads no more files than it takes."""

    def __getitem__(self, name: str) -> WorksheetFunction:
        if name not in _CATALOGUE:
            for file in _files():
                import_module(file)
                if name in _CATALOGUE:
                    break
        return _CATALOGUE[name]

    def __iter__(self) -> Iterator[str]:
        places = {import_module(file).__name__: place for place, file in enumerate(_files())}

        def place(function: WorksheetFunction) -> tuple[int, int]:
            file = places.get(function.call.__module__, len(places))
            return CATEGORIES.index(function.category), file

        return iter([function.name for function in sorted(_CATALOGUE.values(), key=place)])

    def __len__(self) -> int:
        return len(list(iter(self)))


def _files() -> list[str]:
    return [f"udfs.{file}" for file in import_module("udfs").FILES]


def catalogue() -> Mapping[str, WorksheetFunction]:
    """Give every worksheet function by name, in the order of categories and files."""
    return _Catalogue()


def worksheet_function(
    category: str, explain: Callable[..., Any] | None = None
) -> Callable[[Function], Function]:
    """Record a function in the catalogue and return it unchanged.

    Args:
        category: One of `CATEGORIES`.
        explain: A function of the same arguments that explains the result to CRM_EXPLAIN.

    Returns:
        A decorator.

    Raises:
        BadDeclaration: The declaration breaks a rule; the message names rule and function.

    Example:
        >>> @worksheet_function("Help")
        ... def CRM_ANSWER() -> float:
        ...     '''Give the answer.
        ...
        ...     Returns:
        ...         42.
        ...
        ...     Example:
        ...         =CRM_ANSWER()
        ...     '''
        ...     return 42.0
    """

    def record(call: Function) -> Function:
        function = declared(call, category, explain)
        if function.name in _CATALOGUE:
            raise BadDeclaration(f"{function.name} is declared twice")
        _CATALOGUE[function.name] = function
        return call

    return record


def functions_table(category: str = "") -> pd.DataFrame:
    """List the catalogue as a table.

    Args:
        category: One category; "" for all.

    Returns:
        ``function``, ``category``, ``usage``, ``summary``, ``example``.

    Raises:
        NotAvailable: There is no such category.
    """
    wanted = category.strip().casefold()
    chosen = [f for f in catalogue().values() if wanted in ("", f.category.casefold())]
    if not chosen:
        raise NotAvailable(f"no category {category!r}; {suggestion(category, CATEGORIES)}")
    rows = [(f.name, f.category, f.usage, f.summary, f.example) for f in chosen]
    return pd.DataFrame(rows, columns=["function", "category", "usage", "summary", "example"])
