"""Which rows count, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw

from xlcrm.conditions import Where, conditions
from xlcrm.errors import NotAvailable, OutOfDomain, WrongValue
from xlcrm.model.columns import Problem
from xlcrm.model.model import Model
from xlcrm.model.table import ROW
from xlcrm.periods import Period
from xlcrm.reduce.currency import currency_beside, require_one_currency
from xlcrm.reduce.dates import midnight
from xlcrm.reduce.dense import Known, kept
from xlcrm.reduce.filters import filter_of
from xlcrm.reduce.problems import problem_error


@dataclass(frozen=True)
class Rule:
    """What a row must meet in order to count.

    Attributes:
        keeps: The condition, over the population's columns.
        otherwise: Why a row that does not meet it is left out.
        columns: The columns it looks at.
        lack: Whether such a row lacks data (and a figure over no other rows is #N/A).
        remedy: What to do about rows that lack data.
    """

    keeps: nw.Expr
    otherwise: str
    columns: tuple[str, ...]
    lack: bool = False
    remedy: str = ""


@dataclass(frozen=True)
class Offered:
    """A column that `by` may name though the table has none: it is made where it is asked for.

    Attributes:
        made_from: The table's columns that it is made from.
        add: Adds it to rows that have them.
    """

    made_from: tuple[str, ...]
    add: Callable[[Model, nw.LazyFrame[Any]], nw.LazyFrame[Any]]


@dataclass(frozen=True)
class Population:
    """The rows of a table that a figure is about.

    Attributes:
        table: The table's kind.
        words: The rows in words, such as "deals won".
        rules: What a row must meet, in the order in which reasons are given.
        date: The column that `period` looks at, or None.
        reads: Other names under which figures know columns of the table.
        adds: For each column that `prepare` adds, the table's columns that it is made from.
        prepare: Adds columns that rules and figures need beyond the table's own, or None.
        offers: Columns that `by` may name beside those within reach.
    """

    table: str
    words: str
    rules: tuple[Rule, ...] = ()
    date: str | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    adds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prepare: Callable[[Model, nw.LazyFrame[Any]], nw.LazyFrame[Any]] | None = None
    offers: Mapping[str, Offered] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """Rows of a table with the rules that say which of them count.

    Attributes:
        rows: All rows, with the table's columns that are needed.
        rules: The rules of population, `where` and `period`, in this order.
        prepare: Adds the columns that the table does not have of itself.
        added: The names of those columns.
        problems: Cells that could not be read, by column.
        notes: What is worth saying about how cells were read.
        known: Which rows meet the rules that other figures have too.
    """

    rows: nw.LazyFrame[Any]
    rules: tuple[Rule, ...]
    prepare: Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]
    added: frozenset[str]
    problems: Mapping[str, tuple[Problem, ...]]
    notes: tuple[str, ...]
    known: Known

    @property
    def counted(self) -> nw.LazyFrame[Any]:
        """The rows that count; columns are added to no more rows than the rules leave."""
        early = [rule.keeps for rule in self.rules if not self.added & set(rule.columns)]
        late = [rule.keeps for rule in self.rules if self.added & set(rule.columns)]
        return kept(self.prepare(kept(self.rows, early, self.known)), late)

    @property
    def reasons(self) -> nw.LazyFrame[Any]:
        """All rows with a column ``reason``: why a row is left out, missing where it counts."""
        answer = nw.lit(None).cast(nw.String())
        for rule in reversed(self.rules):
            met = rule.keeps.fill_null(value=False)
            answer = nw.when(met).then(answer).otherwise(nw.lit(rule.otherwise))
        return self.prepare(self.rows).with_columns(answer.alias("reason"))


def select(
    model: Model,
    population: Population,
    columns: Sequence[str],
    where: Where = "",
    period: Period | None = None,
    *,
    numbered: bool = False,
) -> Selection:
    """Find the rows that count.

    Args:
        model: The model.
        population: The rows that the figure is about.
        columns: The columns that the figure needs of them, by the figure's names.
        where: Conditions on columns of the table or of related tables.
        period: The days that count, by the population's date.
        numbered: Whether the rows carry their number, as `ROW`.

    Returns:
        The selection; `Selection.counted` are the rows that count.

    Raises:
        CrmError: A cell of a row that counts is an error or cannot be read.
        WrongValue: A condition cannot be applied, or amounts have several currencies.
        NotAvailable: The model has no such table, or a condition names what is not there.
    """
    population = _with_offered(model, population, columns)
    filters = [filter_of(model, population.table, c) for c in conditions(where)]
    rules = [
        *population.rules,
        *(Rule(f.keeps, f"not {f.words}", f.columns) for f in filters),
        *_period_rules(population, period),
    ]
    tested = [*(name for rule in rules for name in rule.columns), *population.adds]
    money = currency_beside(model, population.table, _own_columns(population, columns))
    needed = _own_columns(population, [*columns, *tested, *(["currency"] if money else [])])
    given = model.columns(population.table, needed)
    if given.problems or numbered:
        given = model.columns(population.table, [*needed, ROW])
    found = Selection(
        given.frame,
        tuple(rules),
        _preparation(model, population, needed),
        frozenset(population.adds),
        given.problems,
        given.notes,
        _known(model, population),
    )
    if given.problems:
        found = _without_problems(model, population, found)
    if money:
        require_one_currency(model, population.table, lambda: found.counted, population.words)
    return found


def _known(model: Model, population: Population) -> Known:
    kind = population.table
    # What a rule tests is read, and seen to be, by each selection that has the rule.
    masks = model.fact(f"rows of {kind} that meet a rule", lambda _: dict[Any, Any]())
    return Known(tuple(rule.keeps for rule in population.rules), masks)


def _with_offered(model: Model, population: Population, columns: Sequence[str]) -> Population:
    """Add the columns offered that a figure asks for, unless the table has its own."""
    asked = {name: population.offers[name] for name in columns if name in population.offers}
    if asked:
        asked = {
            name: offered
            for name, offered in asked.items()
            if model.column(population.table, name) is None
        }
    if not asked:
        return population
    prepare = population.prepare

    def prepared(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        frame = prepare(model, frame) if prepare else frame
        for offered in asked.values():
            frame = offered.add(model, frame)
        return frame

    made_from = {name: offered.made_from for name, offered in asked.items()}
    return replace(population, adds={**population.adds, **made_from}, prepare=prepared)


def _own_columns(population: Population, names: Sequence[str]) -> list[str]:
    """Name the table's columns behind the names by which figures and rules know them."""
    made_from = [population.adds.get(name, (population.reads.get(name, name),)) for name in names]
    return list(dict.fromkeys(name for some in made_from for name in some))


def _preparation(
    model: Model, population: Population, needed: Sequence[str]
) -> Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]:
    """Say how the columns are added that a population knows beyond the table's own."""
    renamed = [nw.col(own).alias(name) for name, own in population.reads.items() if own in needed]

    def prepared(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        if population.prepare:
            frame = population.prepare(model, frame)
        return frame.with_columns(*renamed) if renamed else frame

    return prepared


def _period_rules(population: Population, period: Period | None) -> list[Rule]:
    if period is None or period.is_all:
        return []
    if population.date is None:
        raise WrongValue(f"{population.words} have no date: leave the period out")
    date = nw.col(population.date)
    rules = [Rule(~date.is_null(), f"no {population.date}", (population.date,))]
    words = f"{population.date} outside {period.words}"
    return [*rules, Rule(reduce(and_, within(population.date, period)), words, (population.date,))]


def within(date: str, period: Period) -> list[nw.Expr]:
    """Say what a date must meet to lie in a period: a test for each of its ends.

    Args:
        date: The column.
        period: The period.
    """
    column = nw.col(date)
    after = [column >= midnight(period.first)] if period.first else []
    return [*after, column <= midnight(period.last)] if period.last else after


def _without_problems(model: Model, population: Population, found: Selection) -> Selection:
    """Raise for the first unreadable cell of a row that counts, or leave such rows out."""
    problems = found.problems
    rows = sorted({problem.row for some in problems.values() for problem in some})
    if model.settings.word("errors") == "skip":
        skip = Rule(~nw.col(ROW).is_in(rows), "an error or unreadable cell", (ROW,))
        return replace(found, rules=(skip, *found.rules))
    decided = tuple(rule for rule in found.rules if not rule.lack)
    tests = _own_columns(population, [name for rule in decided for name in rule.columns])
    undecided = {problem.row for name in tests for problem in problems.get(name, ())}
    counted = replace(found, rules=decided).counted.filter(nw.col(ROW).is_in(rows))
    needed = undecided | set(counted.select(ROW).collect()[ROW].to_list())
    if needed:
        first = min(needed)
        name, problem = next(
            (name, p) for name, some in problems.items() for p in some if p.row == first
        )
        raise problem_error(model, population.table, name, problem)
    return found


def left_out(selection: Selection) -> dict[str, int]:
    """Count the rows left out, by reason, in the order of the rules.

    Args:
        selection: What was selected.
    """
    grouped = selection.reasons.group_by("reason").agg(nw.len().alias("rows")).collect()
    counts = dict(zip(grouped["reason"].to_list(), grouped["rows"].to_list(), strict=True))
    words = dict.fromkeys(rule.otherwise for rule in selection.rules)
    return {reason: int(counts[reason]) for reason in words if reason in counts}


def require_rows(selection: Selection, counted: int, population: Population) -> None:
    """Refuse a figure over no rows where rows only lack data.

    Args:
        selection: What was selected.
        counted: How many rows counted.
        population: The rows that the figure is about.

    Raises:
        NotAvailable: Nothing counts, and some rows would if they did not lack data.
    """
    lacks = [rule for rule in selection.rules if rule.lack]
    if counted or not lacks:
        return
    for rule in lacks:
        others = (r for r in selection.rules if not r.lack and not set(r.columns) & {*rule.columns})
        lacking = replace(selection, rules=tuple(others)).counted
        short = lacking.filter(~rule.keeps.fill_null(value=False))
        if rows := int(short.select(nw.len().alias("n")).collect()["n"].item()):
            raise NotAvailable(
                f"{rows:,} {population.words} have {rule.otherwise}, and none has one: "
                f"{rule.remedy}"
            )


def overflow(what: str) -> OutOfDomain:
    """Make the error of a sum beyond the largest number."""
    return OutOfDomain(f"overflow: {what} adds up beyond 1.8E+308; look for a mistyped amount")
