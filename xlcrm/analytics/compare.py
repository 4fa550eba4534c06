"""A figure in two periods, and which groups explain its change (docs/methods.md: Compare)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.composite_figures import composite_value
from xlcrm.analytics.contributions import Contributions, Sums, contributions
from xlcrm.analytics.explain import explain_kpi
from xlcrm.analytics.figures import entered, kpi_frame, kpi_sums
from xlcrm.analytics.pipeline.past import model_on
from xlcrm.analytics.then_and_now import text_of
from xlcrm.analytics.two_periods import compared
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, WrongValue, ZeroDenominator
from xlcrm.kpis.catalogue import figure as figure_named
from xlcrm.kpis.composite import Composite
from xlcrm.kpis.declaration import Kpi
from xlcrm.model.model import Model
from xlcrm.periods import CALENDAR, Period
from xlcrm.reduce.grouping import keys_of, names_in
from xlcrm.reduce.population import select
from xlcrm.reduce.sums import COUNT, labels_of

ALL, OVERLAP = "(all)", "(overlap)"
"""The labels of the row of the whole, and of what lies between groups."""

Label = tuple[Any, ...]


@dataclass(frozen=True)
class _Side:
    """A KPI in one period: its sums by group, and of all."""

    headings: list[str]
    place: Mapping[Label, int]
    above: Any
    below: Any
    whole_above: float
    whole_below: float
    rows: float


def compare(
    model: Model,
    kpi: str,
    by: str = "",
    where: Where = "",
    period: str = "YTD",
    against: str = "",
    method: str = "",
) -> pd.DataFrame:
    """Compare a figure in two periods.

    Args:
        model: The model.
        kpi: The name of a KPI, or of an index.
        by: Columns whose groups explain the change; "" for the figure alone.
        where: Conditions on the rows that count.
        period: The days that are explained; of a state, its last day counts.
        against: The days compared with; "" for the same days a year before.
        method: One of the KPI's methods, "" for the default.

    Returns:
        The columns of ``by``; ``before``, ``now``, ``change``, ``change_share`` (of ``before``),
        ``rate_effect``, ``mix_effect``, their sum ``contribution``, and ``rank``; the largest
        contribution first, equal ones by name; then `OVERLAP` where groups share what is counted,
        and `ALL`. Where a ratio's group was not there, its figure is #N/A.

    Raises:
        NotAvailable: There is nothing to compare, or how things stood on a day is not known.
        OutOfDomain: The contributions do not add up to the change.
        WrongValue: A period has no beginning or no end, or ``by`` cannot cut the figure.
        ZeroDenominator: A ratio over no rows.
    """
    declared = figure_named(kpi)
    now, before = compared(model, period, against)
    texts = (against.strip() or text_of(before), period)
    if isinstance(declared, Composite):
        if names_in(by):
            raise WrongValue(f"{declared.name} has no parts that add up by group: leave out by")
        values = [composite_value(kpi_frame, model, declared, where, t, method) for t in texts]
        return _table([], [], np.array(values[:1]), np.array(values[1:]), _alone(*values))
    units = [name for name in names_in(by) if name.casefold() in CALENDAR]
    if units:
        raise WrongValue(f"two periods share no {units[0]}: group by columns")
    sides = [
        _side(model, declared, by, where, days, text, method)
        for days, text in zip((before, now), texts, strict=True)
    ]
    _require_figures(model, declared, sides, (before, now))
    if not sides[0].headings:
        values = [side.whole_above / side.whole_below for side in sides]
        return _table([], [], np.array(values[:1]), np.array(values[1:]), _alone(*values))
    return _by_group(declared, sides)


def _seen(model: Model, kpi: Kpi, days: Period, text: str) -> tuple[Model, str]:
    """Give the model and period to read a KPI by: a state as it stood on the last day."""
    if not kpi.is_state:
        return model, text
    assert days.last
    if days.last >= model.as_of:
        return model, ""
    table = kpi.population(model).table
    if table != "deals":
        raise NotAvailable(
            f"{kpi.name} on {days.last} is not known: {table} keep no history of a past day"
        )
    return model_on(model, days.last), ""


def _side(
    model: Model, kpi: Kpi, by: str, where: Where, days: Period, text: str, method: str
) -> _Side:
    then, span = _seen(model, kpi, days, text)
    keys = keys_of(then, kpi.population(then), by)
    whole = kpi_sums(then, kpi, (), where, span, method)
    sums = kpi_sums(then, kpi, keys, where, span, method) if keys else whole
    labels = pd.DataFrame(labels_of(sums, keys))
    told = list(labels.itertuples(index=False, name=None)) if keys else [()]
    below = kpi.denominator
    return _Side(
        [key.name for key in keys],
        {label: place for place, label in enumerate(told)},
        entered(kpi.numerator, sums),
        entered(below, sums) if below else None,
        float(entered(kpi.numerator, whole)[0]),
        float(entered(below, whole)[0]) if below else 1.0,
        float(whole[COUNT].iloc[0]),
    )


def _require_figures(
    model: Model, kpi: Kpi, sides: Sequence[_Side], spans: Sequence[Period]
) -> None:
    """Refuse periods without rows that the table does not reach, and ratios by nothing."""
    words = kpi.population(model).words
    if not any(side.rows for side in sides):
        raise NotAvailable(f"no {words} in {spans[1].words} or {spans[0].words}: none to compare")
    for side, days in zip(sides, spans, strict=True):
        if not side.rows and not kpi.is_state and not _reaches(model, kpi, days):
            raise NotAvailable(f"there are no {words} yet in {days.words}: nothing to compare with")
        if not side.whole_below:
            raise ZeroDenominator(f"{kpi.name}: nothing to divide by in {days.words}")


def _reaches(model: Model, kpi: Kpi, days: Period) -> bool:
    """Say whether rows are dated round a period, so that none within it means none."""
    population = kpi.population(model)
    if population.date is None:
        return True
    column = nw.col(population.date)
    rows = select(model, population, [population.date]).counted
    ends = rows.select(column.min().alias("first"), column.max().alias("last")).collect()
    first, last = (ends[name].item() for name in ("first", "last"))
    if pd.isna(first) or pd.isna(last):
        return False
    begins, stops = pd.Timestamp(first).date(), pd.Timestamp(last).date()
    return begins <= (days.last or date.max) and stops >= (days.first or date.min)


def _alone(before: float, now: float) -> Contributions:
    """Give the contribution of the whole to its own change."""
    one = np.ones(1)
    return contributions(
        Sums(before * one, None, before), Sums(now * one, None, now), overlapping=False
    )


def _by_group(kpi: Kpi, sides: Sequence[_Side]) -> pd.DataFrame:
    """Lay out the groups of both periods, what lies between them, and the whole."""
    known = {label for side in sides for label in side.place}
    groups = sorted(known, key=lambda label: [(isinstance(one, str), one) for one in label])
    overlapping = kpi.by_customer is not None or any(
        measure.distinct for measure in (kpi.numerator, kpi.denominator) if measure
    )
    sums = [
        Sums(
            _placed(side, side.above, groups),
            None if side.below is None else _placed(side, side.below, groups),
            side.whole_above,
            side.whole_below,
        )
        for side in sides
    ]
    parts = contributions(*sums, overlapping=overlapping)
    values = [
        _figures(side, one, groups, parts.overlap[k] if parts.overlap else None)
        for k, (side, one) in enumerate(zip(sides, sums, strict=True))
    ]
    return _table(sides[0].headings, groups, values[0], values[1], parts)


def _placed(side: _Side, sums: Any, groups: Sequence[Label]) -> Any:
    """Bring a side's sums to the order of the groups; 0 where a group was not there."""
    places = [side.place.get(label, len(side.place)) for label in groups]
    return np.append(sums, 0.0)[places]


def _figures(side: _Side, sums: Sums, groups: Sequence[Label], overlap: float | None) -> Any:
    """Give the figure of each group, of what lies between them, and of the whole."""
    if sums.below is None:
        between = [] if overlap is None else [overlap]
        return np.array([*sums.above, *between, side.whole_above])
    values = np.empty(len(groups), dtype=object)
    divides = sums.below != 0
    values[divides] = sums.above[divides] / sums.below[divides]
    there = np.array([label in side.place for label in groups])
    values[~divides & there] = [ExcelError.DIV0] * int((~divides & there).sum())
    values[~there] = [ExcelError.NA] * int((~there).sum())
    between = [] if overlap is None else [ExcelError.NA]
    answer = np.empty(len(groups) + len(between) + 1, dtype=object)
    answer[:] = [*values, *between, side.whole_above / side.whole_below]
    return answer


def _table(
    headings: Sequence[str], groups: Sequence[Label], before: Any, now: Any, found: Contributions
) -> pd.DataFrame:
    """Sort the groups, and put the parts beside the figures; without groups, one row."""
    parts, count = found.parts, len(groups)
    names = [OVERLAP, ALL] if found.overlap else [ALL]
    order = np.argsort(-parts.contribution[:count], kind="stable")
    rows = np.append(order, np.arange(count, len(before)))
    change = _known(before, now, lambda old, new: new - old)
    labels: dict[str, list[Any]] = {}
    rate, mix = parts.rate, parts.mix
    rank: list[Any] = [1.0]
    if count:
        labelled = [groups[k] for k in order]
        labels = {h: [*(one[k] for one in labelled), *names] for k, h in enumerate(headings)}
        rate, mix = (np.append(some, some.sum()) for some in (rate, mix))
        rank = [*map(float, range(1, count + 1)), *[""] * len(names)]
    contribution = rate + mix
    contribution[-1] = change[-1]
    figures = {
        "before": before,
        "now": now,
        "change": change,
        "change_share": _known(
            change, before, lambda moved, old: moved / old + 0.0 if old else ExcelError.DIV0
        ),
        "rate_effect": rate,
        "mix_effect": mix,
        "contribution": contribution,
    }
    columns = {name: pd.Series(values[rows]) for name, values in figures.items()}
    told = {name: pd.Series(column, dtype=object) for name, column in labels.items()}
    return pd.DataFrame({**told, **columns, "rank": pd.Series(rank, dtype=object)})


def _known(one: Any, other: Any, of: Any) -> Any:
    """Compute where both are numbers; else the error of the one that is not."""
    answer = np.empty(len(one), dtype=object)
    answer[:] = [
        a if isinstance(a, ExcelError) else b if isinstance(b, ExcelError) else of(a, b)
        for a, b in zip(one.tolist(), other.tolist(), strict=True)
    ]
    return answer


def explain_compare(
    model: Model,
    kpi: str,
    by: str = "",
    where: Where = "",
    period: str = "YTD",
    against: str = "",
    method: str = "",
    *,
    rows: bool = False,
) -> pd.DataFrame:
    """Explain a comparison; the arguments are those of CRM_COMPARE.

    Args:
        model: The model.
        kpi: The figure's name.
        by: What it is grouped by.
        where: Conditions on the rows that count.
        period: The days that are explained.
        against: The days compared with.
        method: One of the KPI's methods.
        rows: Whether to list the rows.

    Returns:
        What CRM_KPI rests on in the period, and the rows that counted in the days compared with;
        with rows a column ``counts_before`` beside ``counts`` where both are of one table.
    """
    declared = figure_named(kpi)
    now, before = compared(model, period, against)
    seen = [(model, period), (model, against.strip() or text_of(before))]
    if isinstance(declared, Kpi):
        both = zip((now, before), seen, strict=True)
        seen = [_seen(model, declared, days, text) for days, (_, text) in both]
    told, then = (explain_kpi(m, kpi, by, where, t, method, rows=rows) for m, t in seen)
    if rows:
        same = len(told) == len(then) and told["row"].equals(then["row"])
        return told.assign(counts_before=then["counts"]) if same else told
    place = int(np.flatnonzero(told["item"] == "period")[0]) + 1
    facts = pd.DataFrame({"item": ["against"], "value": pd.Series([before.words], dtype=object)})
    counted = then[(then["item"] == "table").cumsum() > 0]
    counted = counted.assign(item="before, " + counted["item"])
    source = pd.DataFrame({"item": ["contributions"], "value": ["docs/methods.md: Compare"]})
    return pd.concat([told[:place], facts, source, told[place:], counted], ignore_index=True)
