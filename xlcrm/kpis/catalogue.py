"""Every KPI by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xlcrm.errors import WrongValue, suggestion
from xlcrm.kpis import deals, sales
from xlcrm.kpis.declaration import Kpi

KPIS: Mapping[str, Kpi] = MappingProxyType(
    {kpi.name: kpi for room in (deals, sales) for kpi in room.KPIS}
)
"""Every KPI by its name."""


def kpi(name: str) -> Kpi:
    """Find a KPI by its name, whatever its case; blanks stand for underscores.

    Args:
        name: Such as ``win_rate`` or ``Win rate``.

    Raises:
        WrongValue: There is no such KPI; the message names near misses.
    """
    wanted = "_".join(name.casefold().replace("-", " ").split())
    if wanted not in KPIS:
        raise WrongValue(f"there is no KPI {name!r}; {suggestion(wanted, KPIS)}")
    return KPIS[wanted]
