"""What an index is: the weighted mean of sub-scores, each made of KPIs of tables of its own.

A ratio of two KPIs of different tables is an index of one part that is on no scale.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlcrm.kpis.declaration import Better, Kpi


@dataclass(frozen=True)
class SubScore:
    """A part of an index: a figure on a scale from 0 to 1, or on none.

    Attributes:
        name: What the part is about, such as ``quality``.
        weight: The setting that holds its weight; "" for the only part of a ratio.
        above: The KPI that it is, or that is divided.
        below: The KPI that it is divided by, which may be of another table; None for none.
        most: What counts as 1.
        turned: Whether less is better: then it is what is missing from 1.
        less: What is taken off, such as 1 for a return.
    """

    name: str
    weight: str
    above: Kpi
    below: Kpi | None = None
    most: float = 1.0
    turned: bool = False
    less: float = 0.0

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The KPIs that it is made of."""
        return (self.above,) if self.below is None else (self.above, self.below)


@dataclass(frozen=True)
class Composite:
    """An index over several tables: the weighted mean of its sub-scores, times 100; or a ratio.

    Attributes:
        name: What a formula calls it.
        title: What a report calls it.
        words: The definition in one or two sentences.
        source: Where the definition comes from.
        parts: The sub-scores.
        needed: The setting that says which share of the weights must be there.
        unit: ``points``; that of the ratio.
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
    def is_ratio(self) -> bool:
        """Whether it is a ratio of two KPIs as it is, and no index in points."""
        return not any(part.weight for part in self.parts)

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that it depends on."""
        own = () if self.is_ratio else (*(part.weight for part in self.parts), self.needed)
        below = (name for part in self.parts for kpi in part.kpis for name in kpi.settings)
        return tuple(dict.fromkeys((*own, *below)))
