"""What makes an open deal need attention: the rules, what each finds, and which can be checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from xlcrm.analytics.pipeline.snapshots import PICTURES
from xlcrm.analytics.pipeline.stale import AGE, IDLE, LIMIT, STALE, has_values, tells_updates
from xlcrm.cells import number_text
from xlcrm.errors import NotAvailable, WrongValue, listing, suggestion
from xlcrm.model.model import Model
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.population import Population, Rule, select

RULES = ("stale", "unattended", "overdue", "pushed", "no next action")
"""Why a deal needs attention (docs/methods.md, Attention)."""

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "Call the customer and update the deal": ("stale", "unattended"),
    "Agree on a new closing date": ("overdue",),
    "Find out what holds the customer back": ("pushed",),
    "Plan the next step": ("no next action",),
}
"""What to do, and the rules that call for it."""

OWN_LIMIT = "#own limit"
"""Whether a deal's stage says itself how long a deal may lie idle."""

_DONE = Population(
    "activities",
    "activities of deals",
    (
        Rule(~nw.col("deal_id").is_null(), "no deal_id", ("deal_id",)),
        Rule(~nw.col("date").is_null(), "no date", ("date",)),
    ),
    date="date",
)
_Vector = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Findings:
    """What the rules find, one value a deal.

    Attributes:
        applies: For each rule that can be checked, whether it applies.
        reasons: For each of them, why in words; "" where it does not apply.
        pushes: How often the expected close was moved later; None without snapshots.
    """

    applies: Mapping[str, _Vector]
    reasons: Mapping[str, _Vector]
    pushes: _Vector | None


def rule_named(rule: str) -> str:
    """Find a rule by its name; "" for all of them.

    Raises:
        WrongValue: There is no such rule.
    """
    wanted = " ".join(rule.replace("_", " ").casefold().split())
    if wanted and wanted not in RULES:
        raise WrongValue(f"there is no rule {rule!r}; {suggestion(wanted, RULES)}")
    return wanted


def unchecked(model: Model) -> dict[str, str]:
    """Say which rules cannot be checked, and which data they lack.

    Args:
        model: A model with deals.
    """
    lacks = {}
    if not tells_updates(model):
        lacks["stale"] = "deals without last_update"
    if not has_values(model, "activities", "deal_id"):
        lacks["unattended"] = "no activities with a deal_id"
    if not has_values(model, "deals", "expected_close"):
        lacks["overdue"] = "deals without expected_close"
    if not has_values(model, "snapshots", "expected_close"):
        lacks["pushed"] = "no snapshots with expected_close"
    if not model.column("deals", "next_action"):
        lacks["no next action"] = "deals without next_action"
    return lacks


def unchecked_words(lacks: Mapping[str, str]) -> str:
    """Name the rules that cannot be checked in words; "none" where all can."""
    return "; ".join(f"{rule}: {why}" for rule, why in lacks.items()) or "none"


def require_checked(rule: str, lacks: Mapping[str, str]) -> None:
    """Refuse a rule whose data are missing.

    Args:
        rule: The rule that was asked for, "" for all.
        lacks: The rules that cannot be checked.

    Raises:
        NotAvailable: It cannot be checked.
    """
    if rule in lacks:
        raise NotAvailable(f"{rule} cannot be checked: the model has {lacks[rule]}; give them")


def findings(model: Model, deals: pd.DataFrame, lacks: Mapping[str, str]) -> Findings:
    """Check the rules.

    Args:
        model: A model with deals.
        deals: Open deals with ``deal_id``, ``stage``, ``created``, ``expected_close``,
            ``next_action``, what `with_idle` adds, and `OWN_LIMIT`.
        lacks: The rules that cannot be checked.
    """
    applies, reasons = {}, {}
    pushes = None
    if "stale" not in lacks:
        applies["stale"], reasons["stale"] = _stale(deals)
    if "unattended" not in lacks:
        applies["unattended"], reasons["unattended"] = _unattended(model, deals)
    if "overdue" not in lacks:
        late = _days_up_to(model, deals["expected_close"])
        applies["overdue"] = late > 0
        reasons["overdue"] = _words(applies["overdue"], late, "overdue by {}")
    if "pushed" not in lacks:
        pushes = _pushes(model, deals)
        applies["pushed"] = pushes >= model.settings.number("push_limit")
        reasons["pushed"] = _words(
            applies["pushed"], pushes, "expected close moved later {}", _TIMES
        )
    if "no next action" not in lacks:
        blank = deals["next_action"].isna().to_numpy()
        applies["no next action"] = blank
        reasons["no next action"] = np.where(blank, "no next action", "").astype(object)
    return Findings(applies, reasons, pushes)


def _stale(deals: pd.DataFrame) -> tuple[_Vector, _Vector]:
    """A stale deal's reason names the limit, and the stage where the stage sets it."""
    stale = deals[STALE].to_numpy(dtype=float) > 0
    idle = deals[IDLE].to_numpy(dtype=float)
    reasons = _words(stale, idle, "no update for {}")
    own = deals[OWN_LIMIT].to_numpy(dtype=bool)
    limit = _each(deals[LIMIT], number_text)
    stage = _each(deals["stage"], lambda name: f" in {name}")
    allowed = " (" + limit + " allowed" + np.where(own, stage, "") + ")"
    reasons = np.where(stale & ~np.isnan(idle), reasons + allowed, reasons)
    return stale, np.where(stale & np.isnan(idle), "no update and no date of creation", reasons)


def _unattended(model: Model, deals: pd.DataFrame) -> tuple[_Vector, _Vector]:
    rows = select(model, _DONE, ["deal_id", "date"]).counted
    seen = rows.filter(nw.col("date") < midnight(model.as_of + timedelta(days=1)))
    last = seen.group_by("deal_id").agg(nw.col("date").max().alias("last")).collect().to_pandas()
    by_deal = pd.Series(_days_up_to(model, last["last"]), index=last["deal_id"], dtype=float)
    silent = deals["deal_id"].map(by_deal).to_numpy(dtype=float)
    age = deals[AGE].to_numpy(dtype=float)
    never = np.isnan(silent)
    waited = np.where(never, age, np.fmin(silent, age))
    alone = waited > model.settings.number("unattended_after")
    alone |= never & deals["created"].isna().to_numpy()
    reasons = _words(alone, np.where(never, age, silent), "no activity for {}")
    since = _words(alone & never, age, "no activity since its creation {} ago")
    reasons = np.where(alone & never, since, reasons)
    return alone, np.where(alone & never & np.isnan(age), "no activity at all", reasons)


def _pushes(model: Model, deals: pd.DataFrame) -> _Vector:
    """Count how often the expected close moved later, from picture to picture and to today's."""
    rows = select(model, PICTURES, ["taken_on", "deal_id", "expected_close"]).counted
    shown = rows.filter(
        ~nw.col("expected_close").is_null(),
        nw.col("taken_on") < midnight(model.as_of + timedelta(days=1)),
    )
    seen = shown.select("deal_id", "taken_on", "expected_close").unique().collect().to_pandas()
    seen = seen[seen["deal_id"].isin(deals["deal_id"].dropna())]
    seen["taken_on"] = _day_numbers(seen["taken_on"])
    now = deals[["deal_id", "expected_close"]].dropna()
    seen = pd.concat([seen, now.assign(taken_on=np.inf)], ignore_index=True)
    seen = seen[["deal_id", "taken_on", "expected_close"]]
    seen["expected_close"] = _day_numbers(seen["expected_close"])
    seen = seen.drop_duplicates().sort_values(list(seen.columns), ignore_index=True)
    twice = seen[seen.duplicated(["deal_id", "taken_on"]) & np.isfinite(seen["taken_on"])]
    if len(twice):
        raise WrongValue(
            f"a snapshot shows a deal twice: {listing(sorted(set(map(str, twice['deal_id']))))}; "
            "keep one row a deal and day"
        )
    codes = pd.factorize(seen["deal_id"])[0]
    close = seen["expected_close"].to_numpy()
    later = (codes[1:] == codes[:-1]) & (close[1:] > close[:-1])
    counts = np.bincount(codes[1:][later], minlength=len(seen))
    by_deal = pd.Series(counts[codes], index=seen["deal_id"], dtype=float)
    by_deal = by_deal[~by_deal.index.duplicated()]
    return deals["deal_id"].map(by_deal).fillna(0.0).to_numpy(dtype=float)


def _day_numbers(dates: pd.Series[Any]) -> _Vector:
    """Count days since 1970; NaN for a missing date."""
    days = pd.to_datetime(dates).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("int64").astype(float))


def _days_up_to(model: Model, dates: pd.Series[Any]) -> _Vector:
    as_of: _Vector = np.datetime64(model.as_of, "D").astype("int64") - _day_numbers(dates)
    return as_of


_DAYS = ("1 day", "{} days")
_TIMES = ("once", "{} times")


def _words(
    applies: _Vector, numbers: _Vector, sentence: str, unit: tuple[str, str] = _DAYS
) -> _Vector:
    """Write a number into a sentence for each deal that it applies to; "" for others."""

    def said(number: float) -> str:
        one, many = unit
        return sentence.format(one if number == 1 else many.format(number_text(float(number))))

    shown = np.where(applies & ~np.isnan(numbers), numbers, np.nan)
    return _each(pd.Series(shown), said)


def _each(values: pd.Series[Any], words: Any) -> _Vector:
    """Put every different value into words once; "" for a missing one."""
    codes, different = pd.factorize(values)
    return np.array([*map(words, different), ""], dtype=object)[codes]
