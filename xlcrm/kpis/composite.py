"""What an index is: the weighted mean of sub-scores, each made of KPIs of tables of its own."""

from __future__ import annotations

from dataclasses import dataclass

from xlcrm.kpis.declaration import Better, Kpi


@dataclass(frozen=True)
class SubScore:
    """A part of an index: a figure on a scale from 0 to 1.

    Attributes:
        name: What the part is about, such as ``quality``.
        weight: The setting that holds its weight.
        above: The KPI that it is, or that is divided.
        below: The KPI that it is divided by, which may be of another table; None for none.
        most: What counts as 1.
        turned: Whether less is better: then it is what is missing from 1.
    """

    name: str
    weight: str
    above: Kpi
    below: Kpi | None = None
    most: float = 1.0
    turned: bool = False

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The KPIs that it is made of."""
        return (self.above,) if self.below is None else (self.above, self.below)


@dataclass(frozen=True)
class Composite:
    """An index over several tables: the weighted mean of its sub-scores, times 100.

    Attributes:
        name: What a formula calls it.
        title: What a report calls it.
        words: The definition in one or two sentences.
        source: Where the definition comes from.
        parts: The sub-scores.
        needed: The setting that says which share of the weights must be there.
        unit: ``points``.
        better: In which direction it is good.
        is_state: Whether it is a state on a day.
    """

    name: str
    title: str
    words: str
    source: str
    parts: tuple[SubScore, ...]
    needed: str = "coverage_needed"
    unit: str = "points"
    better: Better = Better.HIGHER
    is_state: bool = False

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that it depends on."""
        own = (*(part.weight for part in self.parts), self.needed)
        below = (name for part in self.parts for kpi in part.kpis for name in kpi.settings)
        return tuple(dict.fromkeys((*own, *below)))
