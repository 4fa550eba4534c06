"""What the table of regions knows of territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from xlcrm.analytics.territory.accounts import as_row
from xlcrm.cells import Rows, number_text
from xlcrm.conditions import conditions
from xlcrm.errors import OutOfDomain, WrongValue
from xlcrm.model.model import Model
from xlcrm.model.relations import join_key, path_to
from xlcrm.model.schema import ColumnType
from xlcrm.model.table import ROW
from xlcrm.reduce.grouping import names_in
from xlcrm.reduce.population import Population, Rule, select

FIGURES = ("potential", "companies", "resellers")
"""What a region has that its accounts do not tell."""

REGIONS = Population(
    "regions", "regions", (Rule(~nw.col("region").is_null(), "no region", ("region",)),)
)

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Regions:
    """The regions that count, by name.

    Attributes:
        names: Their names as written.
        figures: Each of `FIGURES`, NaN where it is not known.
        places: Where each stands among them, by its folded name.
    """

    names: tuple[str, ...]
    figures: Mapping[str, Vector]
    places: Mapping[str, int]

    def of(self, figure: str, labels: Sequence[Any]) -> Vector:
        """Give a figure of territories, NaN where they are no regions or have none."""
        values = np.append(self.figures[figure], np.nan)
        return values[[self.places.get(region_key(label), -1) for label in labels]]


def region_key(label: Any) -> str:
    """Fold the name of a region."""
    return join_key(label, ColumnType.TEXT)


def regions_of(model: Model, by: str, where: Rows) -> Regions | None:
    """Read the regions where they are what makes the territories.

    Args:
        model: A model with accounts.
        by: What makes the territories.
        where: Conditions on accounts; those on the region, or on what it leads to, are met.

    Returns:
        The regions; None where territories are none, or the model has no such table.

    Raises:
        WrongValue: A region stands twice.
        OutOfDomain: A figure is negative.
    """
    names = names_in(by)
    if "regions" not in model.tables or len(names) != 1:
        return None
    if path_to(model, "accounts", names[0]).column != "region":
        return None
    asked = select(model, REGIONS, ["region", *FIGURES], _about(model, where), numbered=True)
    rows = asked.counted.collect().to_pandas().sort_values(ROW, ignore_index=True)
    table = model.table("regions")
    places: dict[str, int] = {}
    for at, name in enumerate(rows["region"]):
        if places.setdefault(region_key(name), at) != at:
            place = table.place(int(rows[ROW][at]))
            raise WrongValue(f"regions, {place}: a second row for {name!r}: keep one")
    figures = {name: rows[name].to_numpy(dtype=float) for name in FIGURES}
    for name, values in figures.items():
        if (below := values < 0).any():
            at = int(np.flatnonzero(below)[0])
            raise OutOfDomain(
                f"regions, {table.place(int(rows[ROW][at]))}: {name} "
                f"{number_text(values[at])} is negative"
            )
    return Regions(tuple(rows["region"].astype(str)), figures, places)


def _about(model: Model, where: Rows) -> Rows:
    """Give the conditions that regions themselves can meet."""
    found = []
    for condition in conditions(where):
        path = path_to(model, "accounts", condition.column)
        if path.kind == "regions" or (path.kind, path.column) == ("accounts", "region"):
            found.append(as_row(condition, f"regions.{path.column}"))
    return found
