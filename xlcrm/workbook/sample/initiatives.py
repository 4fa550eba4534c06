"""The sample's initiatives: what is done so that measures move, what it costs, how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlcrm.workbook.sample.objectives import KELLER, NOVAK, ROSSI


@dataclass(frozen=True)
class Initiative:
    """An effort for a measure."""

    initiative_id: str
    measure_id: str
    name: str
    owner: str
    start: date
    due: date
    budget: float
    spent: float
    progress: float
    status: str
    expected_effect: float


INITIATIVES = (
    Initiative("I1", "M02", "Energy Insight bundle for Gold accounts", KELLER,
               date(2025, 9, 1), date(2026, 8, 31), 60_000, 52_000, 0.75, "running", 400_000),
    Initiative("I2", "M09", "Stand at the spring fair", KELLER,
               date(2025, 10, 1), date(2026, 3, 31), 45_000, 18_500, 0.40, "stopped", 4),
    Initiative("I3", "M10", "Call every detractor within a week", ROSSI,
               date(2026, 1, 5), date(2026, 12, 18), 12_000, 4_800, 0.45, "running", 4),
    Initiative("I4", "M16", "One template for all quotes", NOVAK,
               date(2025, 2, 3), date(2025, 10, 31), 18_000, 17_200, 1.00, "done", 6),
    Initiative("I5", "M16", "Fixed prices for standard jobs", ROSSI,
               date(2026, 2, 2), date(2026, 9, 30), 15_000, 6_500, 0.55, "running", 4),
    Initiative("I6", "M13", "Expected closes reviewed every Monday", NOVAK,
               date(2025, 11, 3), date(2026, 4, 30), 6_000, 7_100, 0.60, "running", -5),
    Initiative("I7", "M15", "Coaching for Silva: who may sign, and by when", NOVAK,
               date(2026, 3, 2), date(2026, 10, 30), 8_000, 2_900, 0.40, "running", 6),
    Initiative("I8", "M17", "A day of training every quarter", ROSSI,
               date(2025, 1, 13), date(2026, 12, 11), 48_000, 33_000, 0.70, "running", 1.5),
    Initiative("I9", "M18", "Certificates from an outside body", ROSSI,
               date(2026, 9, 7), date(2027, 6, 30), 30_000, 0, 0.00, "planned", 75),
)  # fmt: skip
