"""Made-up deals of any number, seeded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

HEADERS = (
    "deal_id", "account_id", "owner", "stage", "reached", "amount",
    "created", "expected_close", "closed_on", "status", "product", "source",
)  # fmt: skip
STAGES = ("Lead", "Qualified", "Proposal", "Negotiation", "Closing")
CHANCES = (0.1, 0.25, 0.5, 0.7, 0.9)
_FIRST_DAY = 45_658.0


def cells(count: int) -> list[tuple[Any, ...]]:
    """Make deals as cells of a sheet: a header and ``count`` rows of 12."""
    rng = np.random.default_rng(20260630)
    stage, status = rng.integers(0, 5, count), rng.integers(0, 3, count)
    created = _FIRST_DAY + rng.integers(0, 365, count)
    close = created + rng.integers(20, 200, count)
    amount = np.round(rng.lognormal(8, 1, count), 2)
    reached = rng.integers(0, 5, count)
    words = ("open", "won", "lost")
    rows = zip(
        (f"D{k}" for k in range(count)),
        (f"A{k}" for k in rng.integers(0, count // 20 + 1, count)),
        (f"seller {k}" for k in rng.integers(0, 50, count)),
        (STAGES[k] for k in stage),
        (STAGES[k] for k in reached),
        amount.tolist(),
        created.astype(float).tolist(),
        close.astype(float).tolist(),
        (float(day) if k else None for day, k in zip(close, status, strict=True)),
        (words[k] for k in status),
        (f"product {k}" for k in rng.integers(0, 20, count)),
        (("web", "referral", "fair")[k] for k in rng.integers(0, 3, count)),
        strict=True,
    )
    return [HEADERS, *rows]


def stages() -> list[tuple[Any, ...]]:
    """Make the stages table as cells."""
    rows = zip(STAGES, range(1, 6), CHANCES, strict=True)
    return [("stage", "order", "probability"), *((s, float(k), p) for s, k, p in rows)]


def frame(count: int) -> pd.DataFrame:
    """Make deals as a typed frame, texts of few values as categories."""
    rng = np.random.default_rng(20260630)
    status = rng.integers(0, 3, count)
    first = pd.Timestamp("2026-01-01")
    close = (first + pd.to_timedelta(rng.integers(0, 365, count), unit="D")).as_unit("us")
    created = (close - pd.to_timedelta(rng.integers(20, 200, count), unit="D")).as_unit("us")

    def among(names: tuple[str, ...]) -> pd.Categorical:
        return pd.Categorical.from_codes(rng.integers(0, len(names), count), list(names))

    return pd.DataFrame(
        {
            "deal_id": pd.array([f"D{k}" for k in range(count)], dtype="str"),
            "owner": among(tuple(f"seller {k:02d}" for k in range(50))),
            "stage": among(STAGES),
            "reached": among(STAGES),
            "amount": np.round(rng.lognormal(8, 1, count), 2),
            "override": np.full(count, np.nan),
            "product": among(tuple(f"product {k}" for k in range(20))),
            "forecast_category": among(("commit", "best case", "pipeline")),
            "created": created,
            "expected_close": close,
            "closed_on": pd.Series(close).where(status > 0),
            "status": pd.Categorical.from_codes(status, ["open", "won", "lost"]),
        }
    )
