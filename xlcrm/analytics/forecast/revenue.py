"""What will be sold: won to date, and open deals by how surely they close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.figures import period_in
from xlcrm.analytics.forecast.create_and_close import foretold_by, with_create_and_close
from xlcrm.analytics.forecast.overrides import TOLD, told_overrides
from xlcrm.analytics.no_figure import where_known
from xlcrm.analytics.options import option
from xlcrm.cells import text_key
from xlcrm.conditions import Where
from xlcrm.errors import NotAvailable
from xlcrm.kpis.deals import WON_VALUED
from xlcrm.kpis.open_deals import (
    EXPECTED,
    FROM_OVERRIDE,
    OVERDUE,
    VALUE,
    came_from,
    chances_of,
    expected_population,
    expected_weights,
    has_overrides,
    list_price_weights,
)
from xlcrm.kpis.probability import Chances, stages
from xlcrm.model.model import Model
from xlcrm.periods import Period
from xlcrm.reduce.dense import kept
from xlcrm.reduce.grouping import Key, in_order, keys_of, with_groups
from xlcrm.reduce.population import require_rows, select, within
from xlcrm.reduce.sums import COUNT, grouped_sums, labels_of, totals

_MONEY = (
    "won", "commit", "best_case", "weighted", "open", "overdue", "override", "deals", "replaced",
)  # fmt: skip


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
        the number of open ``deals``; the ``method`` in force; ``replaced`` (what overrides stand
        in for), ``override_by``, ``override_why``; ``create_and_close`` (deals not created yet),
        ``landing`` (total with them), and a ``note`` on what these rest on.

    Raises:
        NotAvailable: There are no deals, a stage has no probability, or no open deal an amount.
        WrongValue: There is no such method or treatment of overdue deals.
    """
    chances = Chances(model, EXPECTED.method(method))
    model.table("deals")  # where there is none, that is what to say, not a missing date
    days = period_in(model, period)
    keys = keys_of(model, WON_VALUED, by)
    names = [key.name for key in keys]
    pending, told = _pending(model, by, where, days, option("overdue", overdue, OVERDUE), chances)
    foretold = foretold_by(model, by, days, pending)
    reach = foretold.reach(days) if foretold else days
    sold = _won_rows(model, keys, where, reach, ("created", "closed_on"))
    in_days = sold if reach is days else kept(sold, within("closed_on", days))
    both = _joined(_won(in_days, keys), pending, names)
    both = _joined(both, told, names) if len(told) else both
    answer = with_create_and_close(both, names, sold, keys, foretold)
    if answer.empty:
        raise NotAvailable("no deals won or open match: nothing to forecast")
    answer = in_order(answer, names, [True] * len(names)) if names else answer
    return pd.DataFrame({name: answer[name] for name in names} | _figures(answer, chances.words))


def _figures(answer: pd.DataFrame, method: str) -> dict[str, Any]:
    """Give the columns of figures in their order, 0 where a group has none of a kind."""
    money = {name: np.nan_to_num(answer[name].to_numpy(dtype=float)) for name in _MONEY}
    total = money["won"] + money["weighted"]
    created = answer["create_and_close"].to_numpy(dtype=float)
    return {
        **{name: money[name] for name in _MONEY[:5]},
        "total": total,
        **{name: money[name] for name in _MONEY[5:8]},
        "method": method,
        "replaced": money["replaced"],
        **{name: _texts(answer, name) for name in ("override_by", "override_why")},
        "create_and_close": where_known(created),
        "landing": where_known(total + created),
        "note": answer["note"],
    }


def _texts(answer: pd.DataFrame, name: str) -> Any:
    if name not in answer:
        return ""
    texts = answer[name].astype(object)
    return texts.where(texts.notna(), "")


def _joined(left: pd.DataFrame, right: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return left.merge(right, on=names, how="outer") if names else left.join(right)


def won_by(model: Model, by: str, where: Where, days: Period) -> pd.DataFrame:
    """Add up the deals won.

    Args:
        model: A model with deals.
        by: What results are grouped by.
        where: Conditions on deals.
        days: The days that count, by the closing date.

    Returns:
        The columns of ``by`` and ``won``, in money.
    """
    keys = keys_of(model, WON_VALUED, by)
    return _won(_won_rows(model, keys, where, days), keys)


def _won_rows(
    model: Model, keys: Sequence[Key], where: Where, days: Period, also: Sequence[str] = ()
) -> nw.LazyFrame[Any]:
    columns = [*(key.base for key in keys), "amount", *also]
    return select(model, WON_VALUED, columns, where, days).counted


def _won(rows: nw.LazyFrame[Any], keys: Sequence[Key]) -> pd.DataFrame:
    grouped = grouped_sums(with_groups(rows, keys), [key.group for key in keys], {"won": "amount"})
    answer = totals(grouped, keys, {"won": ("won", None)})
    return pd.DataFrame({**labels_of(answer, keys), "won": answer["won"]})


def _pending(
    model: Model, by: str, where: Where, days: Period, overdue: str, chances: Chances
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add up open deals by group, and tell of the overrides among them."""
    population = expected_population(overdue)
    keys = keys_of(model, population, by)
    weighed_by = (*EXPECTED.keys(model, chances.method), *VALUE.keys(model, ""))
    told_by = list(dict.fromkeys((*weighed_by, "forecast_category", "is_overdue")))
    overrides = ("override", *TOLD) if has_overrides(model) else ()
    worth_is = "worth" if overrides else "value"  # one sum where both are the same
    asked = [*(key.base for key in keys), *told_by, "value", "worth", *overrides]
    selection = select(model, population, asked, where, days)
    groups = [*(key.group for key in keys), *told_by]
    counted = selection.counted
    rows = with_groups(counted, keys)
    grouped = grouped_sums(rows, groups, {name: name for name in ("value", worth_is)})
    require_rows(selection, int(grouped[COUNT].sum()), population)
    value = list_price_weights(model, grouped, "value_from")
    worth = expected_weights(chances, grouped)
    category = _categories(model, grouped)
    overridden = came_from(FROM_OVERRIDE, grouped, "worth_from")
    parts = {
        "commit": ("value", value * (category == "commit")),
        "best_case": ("value", value * (category == "best case")),
        "weighted": (worth_is, worth),
        "open": ("value", value),
        "overdue": ("value", value * grouped["is_overdue"].to_numpy(dtype=float)),
        "override": (worth_is, worth * overridden),
        "replaced": ("value", _replaced(chances, grouped, overridden)),
    }
    answer = totals(grouped, keys, parts)
    sums = pd.DataFrame(
        {
            **labels_of(answer, keys),
            **{name: answer[name] for name in parts},
            "deals": answer[COUNT].astype(float),
        }
    )
    return sums, told_overrides(counted if overrides else None, keys)


def _replaced(
    chances: Chances, grouped: pd.DataFrame, overridden: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Weigh overridden deals as if they were not: by their value and probability."""
    weights = np.zeros(len(grouped))
    if overridden.any():
        own = grouped[overridden].drop(columns="worth_from")
        prices = list_price_weights(chances.model, own, "value_from")
        weights[overridden] = prices * chances_of(chances, own)
    return weights


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
