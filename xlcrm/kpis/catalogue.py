"""Every KPI by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xlcrm.errors import WrongValue, suggestion
from xlcrm.kpis import activities, assortment, customers, deals, sales, selling_costs, service
from xlcrm.kpis.composite import Composite
from xlcrm.kpis.customer_value import CUSTOMER_VALUE_INDEX
from xlcrm.kpis.declaration import Kpi

KPIS: Mapping[str, Kpi] = MappingProxyType(
    {
        kpi.name: kpi
        for room in (deals, sales, customers, assortment, service, activities)
        for kpi in room.KPIS
    }
)
"""Every KPI of one table by its name."""

COMPOSITES: Mapping[str, Composite] = MappingProxyType(
    {index.name: index for index in (CUSTOMER_VALUE_INDEX, *selling_costs.RATIOS)}
)
"""Every index and ratio over several tables by its name."""


def figure(name: str) -> Kpi | Composite:
    """Find a KPI or an index by its name, whatever its case; blanks stand for underscores.

    Args:
        name: Such as ``win_rate`` or ``Win rate``.

    Raises:
        WrongValue: There is no such KPI; the message names near misses.
    """
    wanted = "_".join(name.casefold().replace("-", " ").split())
    known: dict[str, Kpi | Composite] = {**KPIS, **COMPOSITES}
    if wanted not in known:
        raise WrongValue(f"there is no KPI {name!r}; {suggestion(wanted, known)}")
    return known[wanted]


def kpi(name: str) -> Kpi:
    """Find a KPI that rests on the rows of one table.

    Args:
        name: As for `figure`.

    Raises:
        WrongValue: There is no such KPI, or it is an index over several tables.
    """
    found = figure(name)
    if isinstance(found, Composite):
        raise WrongValue(
            f"{found.name} is a ratio or index over several tables, which is not taken here"
        )
    return found


def is_share(name: str) -> bool:
    """Say whether a name is that of a KPI whose figure is a share, 0.35 for 35 %.

    Args:
        name: As for `figure`; what is no KPI is no share.
    """
    try:
        return figure(name).unit == "share"
    except WrongValue:
        return False
