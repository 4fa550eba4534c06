"""The named parameters of a workbook: each declared once, with its default."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xlcrm.cells import (
    Cell,
    date_of_serial,
    date_of_text,
    is_blank,
    number_of_text,
    number_text,
    text_key,
    text_of,
)
from xlcrm.errors import ErrorInData, ExcelError, OutOfDomain, WrongValue, listing, suggestion
from xlcrm.model.columns import Reading

Value = str | float | date | None


class SettingType(StrEnum):
    """What a setting holds."""

    WORD = "word"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Setting:
    """A named parameter: its default, and what it means to a manager.

    Attributes:
        name: As it stands in the Settings table.
        default: Its value where the table has none.
        meaning: One sentence.
        type: What it holds.
        choices: The words allowed, for a word.
        low: The least number allowed.
        high: The greatest number allowed.
    """

    name: str
    default: Value
    meaning: str
    type: SettingType = SettingType.NUMBER
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1e15


def _word(name: str, choices: tuple[str, ...], meaning: str) -> Setting:
    return Setting(name, choices[0], meaning, SettingType.WORD, choices)


SETTINGS: Mapping[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting(
            "as_of",
            None,
            "The day the figures are seen from; blank means the newest event in the data.",
            SettingType.DATE,
        ),
        _word("decimal", ("auto", ".", ","), "The decimal sign of numbers that stand as text."),
        _word("dayfirst", ("auto", "yes", "no"), "Whether 03/04/2026 as text is 3 April."),
        _word("live", ("on", "refresh"), "Whether Tables are read as they change, or at Refresh."),
        _word("errors", ("strict", "skip"), "Whether a needed error cell stops or is left out."),
        _word("text_numbers", ("convert", "strict"), "Whether numbers that stand as text count."),
        _word(
            "missing_amount",
            ("leave out", "list price"),
            "What stands in for an open deal's missing amount.",
        ),
        Setting("fy_start", 1.0, "The month in which the fiscal year starts.", low=1, high=12),
        Setting(
            "prior_strength",
            10.0,
            "How many past deals the configured stage probability weighs as much as.",
        ),
        Setting(
            "credible_level", 0.90, "The level of intervals round a stage's win rate.", high=0.9999
        ),
        Setting("confidence_level", 0.95, "The level of intervals round a win rate.", high=0.9999),
        Setting("key_account_share", 0.80, "The share of sales that key accounts bring.", high=1),
        Setting("abc_b_share", 0.95, "The share of sales that A and B accounts bring.", high=1),
        Setting("key_accounts_per_group", 5.0, "The key accounts listed of each type.", low=1),
        Setting("rfm_least", 25.0, "The customers it takes to rank them in fifths.", low=5),
        Setting("clv_months", 12.0, "The months that a customer's value looks ahead.", low=1),
        Setting("discount_rate", 0.10, "The yearly interest at which values ahead are discounted."),
        Setting("cross_sell_support", 0.01, "The least share of baskets behind a rule.", high=1),
        Setting("cross_sell_confidence", 0.20, "The least confidence of a rule.", high=1),
        Setting("cross_sell_items", 2.0, "The most products that lead to another.", low=1, high=4),
        Setting(
            "lookalike_neighbours",
            5.0,
            "The best customers a prospect is compared with.",
            low=1,
        ),
        Setting("discount_allowed", 0.10, "The discount beyond which money leaks.", high=1),
        Setting("least_answers", 5.0, "The answers it takes to speak of a driver.", low=2),
        Setting("territory_low", 80.0, "The sales index below which a territory is neglected."),
        Setting("territory_high", 120.0, "The sales index above which one is worked well."),
        Setting(
            "reactive_sources",
            "inbound, unsolicited, walk-in",
            "The sources of opportunities that came by themselves.",
            SettingType.TEXT,
        ),
        Setting("coverage_needed", 0.60, "The share of weights a score needs to be one.", high=1),
        Setting(
            "threshold_share", 0.90, "The share of the target that still counts as amber.", high=1
        ),
        Setting(
            "stale_after",
            7.0,
            "Days without an update that make an open deal stale, where its stage says no other.",
        ),
        Setting("unattended_after", 14.0, "Days without an activity that leave a deal unattended."),
        Setting("push_limit", 3.0, "How often a deal may be pushed before it needs attention."),
        Setting(
            "late_month_day",
            20.0,
            "The day of the month from which a lost or postponed deal comes as a surprise.",
            low=1,
            high=27,
        ),
        Setting("rho", 0.10, "How much the outcomes of open deals hang together.", high=0.95),
        Setting(
            "like_periods", 8.0, "How many past periods tell what is created and closed.", low=1
        ),
        Setting("like_periods_needed", 4.0, "How many of them it takes to say anything.", low=1),
        Setting("follow_up_gap", 30.0, "Days of silence in a deal that are poor follow-up."),
        Setting("follow_ups_needed", 2.0, "Activities that a deal needs to count as followed."),
        Setting("outlier_limit", 3.5, "How many robust deviations make a deal extreme."),
        Setting("trend_months", 36.0, "The months over which a long trend is tested.", low=6),
        Setting("trend_months_short", 6.0, "The months over which a short trend is tested.", low=4),
        Setting("trend_flat", 0.02, "The yearly growth below which sales stagnate.", high=1),
        Setting("trend_p", 0.10, "The chance of error up to which a trend is believed.", high=1),
        Setting("gap_share", 0.30, "The share of months without data that a series may have."),
        Setting("grace_days", 30.0, "Days past its close after which an open deal counts lost."),
        Setting(
            "mature_share", 0.90, "The share of cycles that makes a cohort old enough.", high=1
        ),
        Setting("least_deals", 10.0, "The deals it takes to call a seller's rate different."),
        Setting("significance", 0.05, "The chance of error of calling a rate different.", high=1),
        Setting("coverage_wanted", 3.0, "How often the pipeline should hold what is missing."),
        Setting(
            "chance_wanted", 0.50, "The chance of reaching a target below which to warn.", high=1
        ),
        Setting(
            "slip_limit", 0.35, "The share of a seller's month that may slip late in it.", high=1
        ),
        Setting(
            "measure_period",
            "last 12 months",
            "The period of a measure that is read from a KPI and names none.",
            SettingType.TEXT,
        ),
        Setting(
            "red_share",
            0.80,
            "The share of the target that turns red, where a measure has a direction and no red.",
            low=0.01,
            high=0.99,
        ),
        Setting("history_months", 36.0, "The months of a measure's history.", low=6, high=120),
        Setting("map_lags", 6.0, "The months by which a cause may run ahead.", low=1, high=24),
        Setting("alike_from", 0.90, "The correlation from which measures say the same.", high=1),
        Setting("most_measures", 25.0, "The measures beyond which a scorecard has too many."),
        Setting("late_tolerance", 0.10, "How far progress may lag behind time.", high=1),
        Setting("strategy_stale_after", 365.0, "Days after which targets and weights are old."),
        Setting("drift_limit", 0.20, "The change of a rate that asks for a new look.", high=10),
        Setting(
            "figures_due_day",
            10.0,
            "The day of the month by which the figures of the last one should be there.",
            low=1,
            high=28,
        ),
        Setting("snapshot_days", 3.0, "Days round the end of a month in which to take a snapshot."),
        Setting("dormant_after", 180.0, "Days without an order that make a customer lost."),
        Setting("dormant_gaps", 2.0, "The own gaps between orders that make a customer lost."),
        Setting("loyal_orders", 2.0, "Days with orders in a period that make one loyal."),
        Setting("new_product_years", 3.0, "The years in which a product counts as new."),
        Setting("response_hours", 8.0, "The hours in which a service case should be answered."),
        Setting("weight_quality", 1.0, "The weight of quality in the customer value index."),
        Setting("weight_service", 1.0, "The weight of service in the customer value index."),
        Setting("weight_value", 1.0, "The weight of value for money in the customer value index."),
        Setting("weight_time", 1.0, "The weight of time in the customer value index."),
        Setting("cycle_span", 0.20, "The change of a figure that is worth 50 points of health."),
        Setting("fresh_days", 7.0, "Days without a new row after which a table is out of date."),
        Setting(
            "loose_share",
            0.15,
            "The share of open deals past their close, or of activities without a goal, to bear.",
            high=1,
        ),
        Setting("weight_finance", 40.0, "The weight of the finance perspective."),
        Setting("weight_perspective", 20.0, "The weight of every other perspective."),
    )
}


class Settings(Mapping[str, Value]):
    """The settings in force: what the workbook says, else the default."""

    def __init__(self, given: Mapping[str, Value] | None = None) -> None:
        self._given = dict(given or {})

    def __getitem__(self, name: str) -> Value:
        return self._given[name] if name in self._given else SETTINGS[name].default

    def __iter__(self) -> Iterator[str]:
        return iter(SETTINGS)

    def __len__(self) -> int:
        return len(SETTINGS)

    @property
    def given(self) -> Mapping[str, Value]:
        """The settings that the workbook names, in the order of their names."""
        return dict(sorted(self._given.items()))

    def number(self, name: str) -> float:
        """Give a setting that is a number."""
        value = self[name]
        if not isinstance(value, float):
            raise TypeError(f"{name} is no number")
        return value

    def word(self, name: str) -> str:
        """Give a setting that is a word."""
        return str(self[name])


def settings_of(rows: Iterable[tuple[Cell, Cell]], date_system: int = 1900) -> Settings:
    """Read settings from rows of name and value.

    Args:
        rows: Name and value; a blank value leaves the default.
        date_system: 1900 or 1904, for dates.

    Raises:
        WrongValue: A name is unknown, or a value is none of its choices.
        OutOfDomain: A number lies outside its limits.
        ErrorInData: A cell holds an error.
    """
    given: dict[str, Value] = {}
    for name_cell, value in rows:
        for cell in (name_cell, value):
            if isinstance(cell, ExcelError):
                raise ErrorInData(cell, f"the Settings table holds {cell.text}")
        name = text_key(text_of(name_cell)).replace(" ", "_")
        if not name or is_blank(value):
            continue
        if name not in SETTINGS:
            raise WrongValue(f"there is no setting {name!r}; {suggestion(name, SETTINGS)}")
        given[name] = _value(SETTINGS[name], value, date_system)
    return Settings(given)


def _value(setting: Setting, cell: Cell, date_system: int) -> Value:
    text = text_of(cell)
    if setting.type is SettingType.DATE:
        if isinstance(cell, float):
            return date_of_serial(cell, date_system)
        return date_of_text(text)
    if setting.type is SettingType.WORD:
        if isinstance(cell, bool):
            text = "yes" if cell else "no"
        if text_key(text) not in setting.choices:
            raise WrongValue(f"{setting.name} is {listing(setting.choices)}, not {text!r}")
        return text_key(text)
    if setting.type is SettingType.TEXT:
        return text
    number = cell if isinstance(cell, float) else number_of_text(text)
    if not setting.low <= number <= setting.high:
        raise OutOfDomain(
            f"{setting.name} lies between {number_text(setting.low)} and "
            f"{number_text(setting.high)}, not at {number_text(number)}"
        )
    return number


def reading(settings: Settings, aliases: Mapping[str, Mapping[str, str]]) -> Reading:
    """Give the part of the settings that typing needs.

    Args:
        settings: The settings in force.
        aliases: For each column, folded texts that mean another text.
    """
    day_first = {"auto": None, "yes": True, "no": False}[settings.word("dayfirst")]
    return Reading(
        decimal=settings.word("decimal"),
        day_first=day_first,
        text_numbers=settings.word("text_numbers"),
        aliases=aliases,
    )
