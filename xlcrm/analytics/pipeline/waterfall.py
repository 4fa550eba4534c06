"""How the open pipeline moved between two snapshots: from what was open to what is open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.options import option
from xlcrm.analytics.pipeline.deal_groups import (
    deal_groups,
    labels_of_groups,
    sizes_of,
    sums_of,
)
from xlcrm.analytics.pipeline.movements import STEPS, movements
from xlcrm.analytics.pipeline.outcomes import one_currency
from xlcrm.analytics.pipeline.snapshots import PICTURES, days_taken, last_by
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue
from xlcrm.model.model import Model
from xlcrm.periods import shifted, start_of
from xlcrm.reduce.grouping import Key, keys_of

SHOWS = ("table", "steps")
"""What is shown; the default first."""

ALL = "(all)"
"""The label of the total."""

BALANCE = 1e-14
"""How far the parts may miss the end, by the sum of the sizes of all amounts: each figure is
rounded once, which is a tenth of this."""

_SIGNS = {"down": -1.0, "pushed": -1.0, "lost": -1.0, "won": -1.0, "dropped": -1.0}
_SUMS = (
    *(step for step in STEPS if step not in ("up", "down")),
    *(f"{step} {side}" for step in ("up", "down") for side in ("to", "from")),
    *(f"in {step}" for step in STEPS),
    *("gross", "blanks"),
)


def waterfall(
    model: Model,
    by: str = "",
    where: Where = "",
    period: str = "",
    first: date | None = None,
    last: date | None = None,
    show: str = "table",
) -> pd.DataFrame:
    """Show how the open pipeline moved between two snapshots.

    Args:
        model: A model with snapshots; deals tell how those ended that are gone from them.
        by: Columns of snapshots or related tables, as of the later picture that shows the deal.
        where: Conditions on the same picture.
        period: The days of expected close that are watched.
        first: The day by which the first snapshot was taken.
        last: The day by which the second was taken.
        show: One of `SHOWS`.

    Returns:
        The columns of ``by``; ``since`` and ``until`` as ISO texts; the money of each of `STEPS`;
        the numbers of ``deals`` and of those that have ``no_amount`` somewhere, which counts as
        0; a last row ``(all)``. With steps, one row a step: ``step``, ``amount`` (signed),
        ``base``, ``rise``, ``fall`` and ``deals``.

    Raises:
        NotAvailable: There are no two snapshots to compare, or no deal has an amount.
        OutOfDomain: The parts do not add up.
        WrongValue: ``first`` lies behind ``last``, or there is no such option.
    """
    shown = option("show", show, SHOWS)
    since, until = compared(model, first, last)
    window = period_in(model, period)
    keys = keys_of(model, PICTURES, by)
    moved = movements(model, since, until, window, [key.base for key in keys], where)
    one_currency(model, map(str, moved["deal_id"]), keys)
    if len(moved) and (moved["blanks"] > 0).all() and not moved["gross"].any():
        raise NotAvailable(
            f"none of the {len(moved):,} deals in the snapshots of {since} and {until} has an "
            "amount: fill the column amount of snapshots"
        )
    answer = _added_up(moved, keys)
    balanced(answer)
    days = {"since": since.isoformat(), "until": until.isoformat()}
    labels = [key.name for key in keys]
    if shown == "steps":
        return _steps(answer, labels)
    answer = answer.assign(**days, no_amount=answer["blanks"])
    return answer[[*labels, *days, *STEPS, "deals", "no_amount"]]


def compared(model: Model, first: date | None, last: date | None) -> tuple[date, date]:
    """Find the two snapshots that are compared.

    Args:
        model: The model.
        first: The day by which the first was taken; None for a month before the second.
        last: The day by which the second was taken; None for `as_of`.

    Returns:
        The days on which they were taken.

    Raises:
        NotAvailable: There are no two, or none by a day.
        WrongValue: ``first`` lies behind ``last``.
    """
    if "snapshots" not in model.tables:
        raise NotAvailable("a waterfall needs two snapshots: the model has none")
    days = days_taken(model)
    if len(days) < 2:
        raise NotAvailable(f"a waterfall needs two snapshots: there are {len(days)}")
    if first and last and first > last:
        raise WrongValue(f"first ({first}) lies behind last ({last}): swap them")
    until = last_by(days, last or model.as_of)
    if until is None:
        raise NotAvailable(f"no snapshot by {last or model.as_of}: the first is of {days[0]}")
    if first and first > until:
        raise WrongValue(f"first ({first}) lies behind the last snapshot, of {until}")
    earlier = [day for day in days if day < until]
    if first:
        since = last_by(days, first)
    else:
        since = last_by(earlier, month_before(until)) or min(earlier, default=None)
    if since is None:
        raise NotAvailable(f"no snapshot before {first or until}: the first is of {days[0]}")
    if since == until:
        raise NotAvailable(f"both days lead to the snapshot of {until}: ask for an earlier first")
    return since, until


def month_before(day: date) -> date:
    """Give the same day a month earlier; before a month's last day comes the last day.

    Args:
        day: The day.

    Example:
        >>> month_before(date(2026, 2, 28))
        datetime.date(2026, 1, 31)
    """
    here = start_of(day, "month")
    end_before = here - timedelta(days=1)
    if day + timedelta(days=1) == shifted(here, "month", 1):
        return end_before
    return end_before.replace(day=min(day.day, end_before.day))


def _added_up(moved: pd.DataFrame, keys: Sequence[Key]) -> pd.DataFrame:
    """Add up the parts by group, and of all deals in a last row."""
    terms = {name: moved[name] for name in _SUMS}
    every = deal_groups(moved, ())
    total = pd.DataFrame({**sums_of(every, terms), "deals": sizes_of(every)})
    answer = total.assign(**{key.name: ALL for key in keys})
    if keys and len(moved):
        groups = deal_groups(moved, keys)
        sums = {**sums_of(groups, terms), "deals": sizes_of(groups)}
        each = pd.DataFrame({**labels_of_groups(groups, keys), **sums})
        answer = pd.concat([each, answer], ignore_index=True)
    up, down = answer["up to"] - answer["up from"], answer["down from"] - answer["down to"]
    return answer.assign(up=up, down=down)


def balanced(answer: pd.DataFrame) -> None:
    """Hold that start and what came in, less what went out, is the end, in every row.

    Args:
        answer: The money of each of `STEPS`, and ``gross``, the sum of the sizes of all amounts.

    Raises:
        OutOfDomain: The parts do not add up.
    """
    signs = [*(_SIGNS.get(step, 1.0) for step in STEPS[:-1]), -1.0]
    money = answer[list(STEPS)].to_numpy(dtype=float) * signs
    missed = np.array([math.fsum(row) for row in money])
    allowed = BALANCE * answer["gross"].to_numpy(dtype=float)
    wrong = ~(np.abs(missed) <= allowed)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise OutOfDomain(
            f"the parts do not add up: row {row + 1} of the waterfall misses its end by "
            f"{missed[row]:.10g}; please report this with the two snapshots"
        )


def _steps(answer: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Lay each row out as the columns of a chart: an invisible base, a visible rise or fall."""
    signs = np.array([_SIGNS.get(step, 1.0) for step in STEPS])
    frames = []
    for _, row in answer.iterrows():
        amounts = row[list(STEPS)].to_numpy(dtype=float) * signs + 0.0
        levels = np.array([math.fsum(amounts[: k + 1]) for k in range(len(STEPS) - 1)])
        base = np.zeros(len(STEPS))
        base[1:-1] = np.minimum(levels[:-1], levels[1:])
        columns: dict[str, Any] = {
            **{label: row[label] for label in labels},
            "step": [step.replace("_", " ") for step in STEPS],
            "amount": amounts,
            "base": base,
            "rise": np.maximum(amounts, 0.0),
            "fall": np.maximum(-amounts, 0.0),
            "deals": [float(row[f"in {step}"]) for step in STEPS],
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)
