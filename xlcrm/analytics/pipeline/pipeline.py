"""What is open: number, value, quality, age and progress of deals, and what they must cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in, ratio
from xlcrm.analytics.options import option
from xlcrm.analytics.pipeline.stage_moves import MOVES, stage_moves
from xlcrm.analytics.pipeline.stale import AGE, IDLE_FROM, STALE, tells_updates, with_idle
from xlcrm.analytics.targets import deal_targets
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import ExcelError, NotAvailable, WrongValue, listing
from xlcrm.kpis.deals import WON_VALUED
from xlcrm.kpis.open_deals import (
    EXPECTED,
    NOT_OVERDUE,
    OPEN,
    OVERDUE,
    VALUE,
    expected_population,
    expected_weights,
    list_price_weights,
)
from xlcrm.kpis.probability import Chances, stages
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import in_order, keys_of, with_groups
from xlcrm.reduce.population import Population, select
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals

_MOVES = ("reached", "moved_on", "conversion", "drop_off")
_ADDED = {"value": "value", "quality": "quality", "age": AGE}
"""Figures that are added up over the deals that have them, and their columns."""

_HAS = "#has "
_PLACED = "#placed"
_ONE = "#one"

_Figures = dict[str, Any]
_Aimed = Mapping[tuple[Any, ...], tuple[tuple[Any, ...], float]]


def pipeline(
    model: Model,
    by: str = "stage",
    where: Where = "",
    period: str = "",
    overdue: str = "push",
    moves: str = "passed",
    method: str = "smoothed",
) -> pd.DataFrame:
    """Describe the open pipeline (docs/methods.md, Pipeline).

    Args:
        model: A model with deals, and with stages where probabilities are asked of them.
        by: Columns and units of time; time is the expected close of open deals and the closing
            date of deals won.
        where: Conditions on deals.
        period: The days that count.
        overdue: What happens to open deals whose expected close lies before `as_of`.
        moves: How deals move on, see `MOVES`; looked at by stage alone.
        method: How probabilities are found.

    Returns:
        The columns of ``by``; ``deals``, ``value`` and ``weighted`` in money, ``average`` in money,
        ``quality`` (a share), ``age`` in days, ``progress`` (0 to 1), ``overdue`` and ``stale``
        deals, ``won`` and ``target`` in money, ``coverage``; by stage alone also ``reached``,
        ``moved_on``, ``conversion``, ``drop_off``; the ``method`` in force. #N/A where data are
        missing, #DIV/0! for a mean over no deals and where the target is reached.

    Raises:
        NotAvailable: There are no open deals, none with an amount, or a stage has no probability.
        WrongValue: There is no such method, option or period.
    """
    chances = Chances(model, EXPECTED.method(method))
    treated, moving = option("overdue", overdue, OVERDUE), option("moves", moves, MOVES)
    model.table("deals")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    keys = keys_of(model, OPEN, by)
    by_stage = [key.name for key in keys] == ["stage"]
    figures = _open_deals(model, by, where, days, treated)
    names = [key.name for key in keys]
    for more in (_weighted(model, by, where, days, treated, chances), _won(model, by, where, days)):
        figures = figures.merge(more, on=names, how="outer") if names else figures.join(more)
    if not figures[_HAS + "value"].sum() and not figures["weighted"].any():
        raise NotAvailable(
            "no open deal that matches has an amount: enter amounts, or set missing_amount to "
            "list price"
        )
    aimed = _aimed(model, by, where, days)
    frame = _with_all_aimed(figures, names, aimed) if names else figures
    if by_stage and "stages" in model.tables:
        frame = _in_pipeline_order(frame, list(stages(model)["stage"]))
    sums = {name: frame[name].fillna(0.0).to_numpy(dtype=float) for name in _sums()}
    answer = {name: list(frame[name]) for name in names} | _described(model, sums)
    answer |= _covered(aimed, sums, [answer[name] for name in names])
    if by_stage:
        answer |= _moved(model, where, moving, chances, len(frame))
    answer["method"] = [chances.words] * len(frame)
    return pd.DataFrame(
        {name: pd.Series(column, dtype=_type_of(column)) for name, column in answer.items()}
    )


def _type_of(column: Sequence[Any]) -> Any:
    """Keep errors among numbers: as numbers they would be their codes."""
    return object if any(isinstance(cell, (str, ExcelError)) for cell in column) else None


def _sums() -> list[str]:
    counted = ("deals", "overdue", "stale", "progress", "won", "weighted", _PLACED)
    return [*counted, *_ADDED, *(_HAS + name for name in _ADDED)]


def _open_deals(model: Model, by: str, where: Where, days: Period, overdue: str) -> pd.DataFrame:
    """Add up open deals by what ``by`` names: counts, and sums that means are made of."""
    population = _population(overdue)
    keys = keys_of(model, population, by)
    told_by = ("stage", *VALUE.keys(model, ""))
    asked = [*(key.base for key in keys), *told_by, *population.adds, "quality"]
    selection = select(model, population, asked, where, days)
    has = [
        (~nw.col(of).is_null()).cast(nw.Float64()).alias(_HAS + name) for name, of in _ADDED.items()
    ]
    rows = with_groups(selection.counted, keys).with_columns(nw.lit(1.0).alias(_ONE), *has)
    groups = [*(key.group for key in keys), *told_by]
    columns: dict[str, nw.Expr | str] = {"deals": _ONE, "overdue": "is_overdue", "stale": STALE}
    columns |= {name: nw.col(of).fill_null(0.0) for name, of in _ADDED.items()}
    columns |= {_HAS + name: _HAS + name for name in _ADDED}
    grouped = grouped_sums(rows, groups, columns)
    if not grouped[COUNT].sum():
        raise NotAvailable("no open deals match: there is no pipeline to describe")
    listed = "value_from" in grouped
    value = list_price_weights(model, grouped, "value_from") if listed else None
    place, known = _places(model, grouped["stage"])
    weighted: dict[str, Any] = {"value": ("value", value), "progress": ("deals", place)}
    plain: dict[str, Any] = {name: (name, None) for name in columns if name not in weighted}
    answer = totals(grouped, keys, {**plain, **weighted, _PLACED: ("deals", known)})
    names = [*columns, "progress", _PLACED]
    return pd.DataFrame({**labels_of(answer, keys), **{name: answer[name] for name in names}})


def _weighted(
    model: Model, by: str, where: Where, days: Period, overdue: str, chances: Chances
) -> pd.DataFrame:
    """Weigh open deals by their probability, as a forecast does."""
    population = expected_population(overdue)
    keys = keys_of(model, population, by)
    told_by = EXPECTED.keys(model, chances.method)
    asked = [*(key.base for key in keys), *told_by, "worth"]
    selection = select(model, population, asked, where, days)
    groups = [*(key.group for key in keys), *told_by]
    grouped = grouped_sums(with_groups(selection.counted, keys), groups, {"worth": "worth"})
    weights = expected_weights(chances, grouped)
    answer = totals(grouped, keys, {"weighted": ("worth", weights)})
    return pd.DataFrame({**labels_of(answer, keys), "weighted": answer["weighted"]})


def _won(model: Model, by: str, where: Where, days: Period) -> pd.DataFrame:
    keys = keys_of(model, WON_VALUED, by)
    selection = select(model, WON_VALUED, [*(key.base for key in keys), "amount"], where, days)
    rows = with_groups(selection.counted, keys)
    grouped = grouped_sums(rows, [key.group for key in keys], {"won": "amount"})
    answer = totals(grouped, keys, {"won": ("won", None)})
    return pd.DataFrame({**labels_of(answer, keys), "won": answer["won"]})


def _population(overdue: str) -> Population:
    """Give all open deals, valued or not, by the day on which they are expected to close."""
    base = expected_population(overdue)

    def prepare(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        valued = base.prepare(model, frame) if base.prepare else frame
        return with_idle(model, valued)

    return Population(
        base.table,
        base.words,
        (*OPEN.rules, NOT_OVERDUE) if overdue == "exclude" else OPEN.rules,
        date=base.date,
        adds={**base.adds, **IDLE_FROM},
        prepare=prepare,
    )


def _places(model: Model, names: pd.Series[Any]) -> tuple[Any, Any]:
    """Give each stage's place in the pipeline, from 0, and whether it has one (1, else 0)."""
    if "stages" not in model.tables:
        return np.zeros(len(names)), np.zeros(len(names))
    place = {text_key(stage): float(k) for k, stage in enumerate(stages(model)["stage"])}
    codes, different = pd.factorize(names)
    found = [place.get(text_key(str(one)), np.nan) for one in different]
    places = np.array([*found, np.nan])[codes]
    return np.nan_to_num(places), (~np.isnan(places)).astype(float)


def _in_pipeline_order(frame: pd.DataFrame, known: Sequence[str]) -> pd.DataFrame:
    """Bring the rows of stages to the order of the pipeline, empty stages included."""
    spelling = {text_key(stage): stage for stage in known}
    if len(spelling) < len(known):
        keys = list(map(text_key, known))
        twice = sorted({stage for stage in known if keys.count(text_key(stage)) > 1})
        raise WrongValue(f"Stages has two rows for {listing(twice)}: keep one")
    stage = frame["stage"].map(lambda one: spelling.get(text_key(str(one)), one))
    frame = frame.assign(stage=stage).groupby("stage", sort=False).sum()
    beyond = [one for one in frame.index if one not in set(known)]
    return frame.reindex(pd.Index([*known, *beyond], name="stage")).reset_index()


def _described(model: Model, sums: _Figures) -> _Figures:
    """Make the figures of open deals: counts and money as they are, means as sums by counts."""
    deals = sums["deals"]
    last = len(stages(model)) - 1.0 if "stages" in model.tables else 0.0
    steps = np.where(sums[_PLACED] > 0, sums[_PLACED] * last, 0.0)
    progress = ratio(sums["progress"], steps)
    if "stages" not in model.tables:
        progress = np.where(deals > 0, ExcelError.NA, np.asarray(progress, dtype=object))
    else:
        progress = _unknown(progress, deals, sums[_PLACED])
    stale = list(sums["stale"]) if tells_updates(model) else [ExcelError.NA] * len(deals)
    return {
        "deals": deals,
        "value": sums["value"],
        "weighted": sums["weighted"],
        "average": _mean(sums["value"], sums[_HAS + "value"], deals),
        "quality": _mean(sums["quality"], sums[_HAS + "quality"], deals),
        "age": _mean(sums["age"], sums[_HAS + "age"], deals),
        "progress": progress,
        "overdue": sums["overdue"],
        "stale": stale,
    }


def _mean(total: Any, count: Any, deals: Any) -> Any:
    """Divide by the deals that have the figure: #N/A where none does, #DIV/0! without deals."""
    return _unknown(ratio(total, count), deals, count)


def _unknown(mean: Any, deals: Any, count: Any) -> Any:
    blind = (deals > 0) & (count == 0)
    if not blind.any():
        return mean
    answer = np.asarray(mean, dtype=object)
    answer[blind] = ExcelError.NA
    return answer


def _aimed(model: Model, by: str, where: Where, days: Period) -> _Aimed:
    """Give the target of each group with its labels, by the labels folded."""
    if "targets" not in model.tables:
        return {}
    found = deal_targets(model, by, where, days)
    return {_folded(labels): (labels, target) for labels, target in found.items()}


def _folded(labels: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(text_key(one) if isinstance(one, str) else one for one in labels)


def _with_all_aimed(frame: pd.DataFrame, names: list[str], aimed: _Aimed) -> pd.DataFrame:
    """Add the groups that have a target and no deals, since theirs is not covered at all."""
    there = {_folded(labels) for labels in frame[names].itertuples(index=False, name=None)}
    more = [labels for folded, (labels, _) in aimed.items() if folded not in there]
    if more:
        frame = pd.concat([frame, pd.DataFrame(more, columns=names)], ignore_index=True)
    return in_order(frame, names, [True] * len(names))


def _covered(aimed: _Aimed, sums: _Figures, labels: Sequence[Any]) -> _Figures:
    """Set what is open against what is still missing of the target."""
    groups = zip(*labels, strict=True) if labels else [()]
    target = [aimed.get(_folded(group), ((), ExcelError.NA))[1] for group in groups]
    coverage: list[Any] = []
    for goal, value, won in zip(target, sums["value"], sums["won"], strict=True):
        if isinstance(goal, ExcelError):
            coverage.append(goal)
        else:
            coverage.append(value / (goal - won) if won < goal else ExcelError.DIV0)
    return {"won": sums["won"], "target": target, "coverage": coverage}


def _moved(model: Model, where: Where, moves: str, chances: Chances, rows: int) -> _Figures:
    """Give the moves of the stages in their order; of rows beyond them nothing is known."""
    if "stages" not in model.tables:
        return {name: [ExcelError.NA] * rows for name in _MOVES}
    found = stage_moves(model, where, moves, chances)
    beyond = [ExcelError.NA] * (rows - len(found))
    return {name: [*found[name], *beyond] for name in _MOVES}
