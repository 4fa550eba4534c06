"""Two ways to the same end, timed in turn."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

RUNS = 7


@dataclass(frozen=True)
class Ratio:
    """The median times of two ways, and what was promised of their ratio.

    Attributes:
        what: What is done.
        ours: Seconds of ours.
        peer: Seconds of the peer.
        named: Who the peer is.
        promise: The ratio promised: peer by ours at least, or ours by peer at most.
        faster: Whether the promise is peer by ours (how many times faster we are).
    """

    what: str
    ours: float
    peer: float
    named: str
    promise: float
    faster: bool

    @property
    def value(self) -> float:
        """The ratio that the promise is about."""
        return self.peer / self.ours if self.faster else self.ours / self.peer

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.promise if self.faster else self.value <= self.promise

    def __str__(self) -> str:
        word = "times faster, promised" if self.faster else "times the time, promised at most"
        mark = "kept  " if self.kept else "MISSED"
        return (
            f"{mark}  {self.what}: {self.value:.2f} {word} {self.promise:g}"
            f"  (ours {1e3 * self.ours:.0f} ms, {self.named} {1e3 * self.peer:.0f} ms)"
        )


@dataclass(frozen=True)
class Figure:
    """A measured figure, and the bounds that were promised of it.

    Attributes:
        what: What was measured.
        value: The figure.
        unit: Its unit.
        at_least: The least promised.
        at_most: The most promised.
    """

    what: str
    value: float
    unit: str
    at_least: float = -math.inf
    at_most: float = math.inf

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.at_least <= self.value <= self.at_most

    def __str__(self) -> str:
        bounds = [
            f"at {word} {bound:g}"
            for word, bound in (("least", self.at_least), ("most", self.at_most))
            if math.isfinite(bound)
        ]
        mark = ("kept  " if self.kept else "MISSED") if bounds else "      "
        promised = f", promised {' and '.join(bounds)}" if bounds else ""
        return f"{mark}  {self.what}: {self.value:.2f} {self.unit}{promised}"


def timed(call: Callable[[], Any]) -> float:
    """Time one call, after the garbage of earlier ones is gone."""
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def compared(
    what: str,
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    named: str,
    *,
    at_least: float = 0.0,
    at_most: float = 0.0,
    runs: int = RUNS,
) -> Ratio:
    """Time two ways in turn, after a first run of each that does not count.

    Args:
        what: What is done.
        ours: Our way.
        peer: The peer's way.
        named: Who the peer is.
        at_least: How many times faster ours was promised to be, or 0.
        at_most: How many times the peer's time ours may take, or 0.
        runs: How many runs count.
    """
    ours(), peer()
    times = [(timed(ours), timed(peer)) for _ in range(runs)]
    mine, theirs = (median(side) for side in zip(*times, strict=True))
    return Ratio(what, mine, theirs, named, at_least or at_most, faster=bool(at_least))
