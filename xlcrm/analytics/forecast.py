"""What will be sold: won to date, and open deals by how surely they close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable, WrongValue, suggestion
from xlcrm.kpis.deals import WON_VALUED
from xlcrm.kpis.open_deals import (
    EXPECTED,
    FROM_OVERRIDE,
    OVERDUE,
    VALUE,
    came_from,
    expected_population,
    expected_weights,
    list_price_weights,
)
from xlcrm.kpis.probability import Chances, stages
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.grouping import in_order, keys_of, with_groups
from xlcrm.reduce.population import require_rows, select
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals


def forecast(
    model: Model,
    by: str = "month",
    where: Where = "",
    period: str = "",
    overdue: str = "",
    method: str = "",
) -> pd.DataFrame:
    """Forecast revenue: what is won, and what open deals will bring.

    Args:
        model: A model with deals and stages.
        by: Columns and units of time; time is the closing date of deals won and the expected
            close of open ones.
        where: Conditions on deals.
        period: The days that count.
        overdue: What happens to open deals whose expected close lies before `as_of`.
        method: How probabilities are found (docs/methods.md, Stage probability).

    Returns:
        The columns of ``by``; in money ``won``, ``commit``, ``best_case`` (open deals so
        categorised), ``weighted`` (open deals by probability, overrides in their place),
        ``open`` (open deals if all are won), ``total`` (won and weighted), ``overdue`` and
        ``override`` (the parts of open that are overdue, and of weighted that the manager put);
        the number of open ``deals``; and the ``method`` in force.

    Raises:
        NotAvailable: There are no deals, a stage has no probability, or no open deal an amount.
        WrongValue: There is no such method or treatment of overdue deals.
    """
    chances = Chances(model, EXPECTED.method(method))
    model.table("deals")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    won = _won(model, by, where, days)
    pending = _pending(model, by, where, days, overdue_option(overdue), chances)
    names = [name for name in won.columns if name != "won"]
    both = won.merge(pending, on=names, how="outer") if names else won.join(pending)
    both = in_order(both, names, [True] * len(names)) if names else both
    both = both.fillna(dict.fromkeys([c for c in both.columns if c not in names], 0.0))
    if both.empty:
        raise NotAvailable("no deals won or open match: nothing to forecast")
    money = ["won", "commit", "best_case", "weighted", "open"]
    both["total"] = both["won"] + both["weighted"]
    both["method"] = chances.words
    return both[[*names, *money, "total", "overdue", "override", "deals", "method"]]


def overdue_option(overdue: str) -> str:
    """Find what happens to overdue deals; the default for "".

    Raises:
        WrongValue: There is no such option.
    """
    wanted = text_key(overdue) or OVERDUE[0]
    if wanted not in OVERDUE:
        raise WrongValue(f"overdue is no {overdue!r}; {suggestion(wanted, OVERDUE)}")
    return wanted


def _won(model: Model, by: str, where: Where, days: Period) -> pd.DataFrame:
    keys = keys_of(model, WON_VALUED, by)
    selection = select(model, WON_VALUED, [*(key.base for key in keys), "amount"], where, days)
    rows = with_groups(selection.counted, keys)
    grouped = grouped_sums(rows, [key.group for key in keys], {"won": "amount"})
    answer = totals(grouped, keys, {"won": ("won", None)})
    return pd.DataFrame({**labels_of(answer, keys), "won": answer["won"]})


def _pending(
    model: Model, by: str, where: Where, days: Period, overdue: str, chances: Chances
) -> pd.DataFrame:
    population = expected_population(overdue)
    keys = keys_of(model, population, by)
    weighed_by = (*EXPECTED.keys(model, chances.method), *VALUE.keys(model, ""))
    told_by = list(dict.fromkeys((*weighed_by, "forecast_category", "is_overdue")))
    asked = [*(key.base for key in keys), *told_by, "value", "worth"]
    selection = select(model, population, asked, where, days)
    groups = [*(key.group for key in keys), *told_by]
    rows = with_groups(selection.counted, keys)
    grouped = grouped_sums(rows, groups, {"value": "value", "worth": "worth"})
    require_rows(selection, int(grouped[COUNT].sum()), population)
    value = list_price_weights(model, grouped, "value_from")
    worth = expected_weights(chances, grouped)
    category = _categories(model, grouped)
    parts = {
        "commit": ("value", value * (category == "commit")),
        "best_case": ("value", value * (category == "best case")),
        "weighted": ("worth", worth),
        "open": ("value", value),
        "overdue": ("value", value * grouped["is_overdue"].to_numpy(dtype=float)),
        "override": ("worth", worth * came_from(FROM_OVERRIDE, grouped, "worth_from")),
    }
    answer = totals(grouped, keys, parts)
    return pd.DataFrame(
        {
            **labels_of(answer, keys),
            **{name: answer[name] for name in parts},
            "deals": answer[COUNT].astype(float),
        }
    )


def _categories(model: Model, groups: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Give each group's forecast category: the deal's own, else its stage's."""
    of_stage: dict[str, Any] = {}
    if "stages" in model.tables:
        frame = stages(model)
        pairs = zip(frame["stage"], frame["category"], strict=True)
        of_stage = {text_key(stage): category for stage, category in pairs}
    own = _each(groups["forecast_category"], lambda name: name)
    by_stage = _each(groups["stage"], lambda name: of_stage.get(text_key(name)))
    return np.where(own == "", by_stage, own)


def _each(names: pd.Series[Any], means: Callable[[str], Any]) -> np.ndarray[Any, Any]:
    """Fold what each name means, looking at every different one once; "" for a missing one."""
    codes, different = pd.factorize(names)
    meanings = [means(str(name)) for name in different]
    folded = ["" if pd.isna(meaning) else text_key(str(meaning)) for meaning in meanings]
    return np.array([*folded, ""], dtype=object)[codes]
