"""Measures whose values are words, directions in words, and names that serve as ids."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from given import model_with

from xlcrm.errors import ExcelError, NotAvailable, WrongValue
from xlcrm.model.columns import Reading
from xlcrm.model.derived import DERIVABLE
from xlcrm.model.directions import direction_word
from xlcrm.model.headers import match, recognise
from xlcrm.model.schema import KINDS
from xlcrm.model.table import FrameTable

SCALE = {
    "column": ["actual", "actual", "actual", "actual"],
    "found": ["yes", "no", "Good", "poor"],
    "means": [1.0, 0.0, 3.0, 1.0],
}
ENGINES = [
    pd.DataFrame,
    pl.DataFrame,
    lambda columns: duckdb.from_arrow(pl.DataFrame(columns).to_arrow()),
]


def measures(actual, **more):
    rows = len(actual)
    columns = {
        "measure_id": [f"M{k}" for k in range(rows)],
        "objective_id": ["O"] * rows,
        "measure": [f"Measure {k}" for k in range(rows)],
        "target": [1.0] * rows,
        "actual": actual,
    }
    return columns | more


def asked(model, name, kind="measures"):
    columns = model.columns(kind, [name])
    frame = columns.frame.collect().to_pandas()
    plain = [None if pd.isna(value) else value for value in frame[name]]
    return plain, columns.problems.get(name, ())


# ── scales ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["yes", "No", " YES ", None], [1.0, 0.0, 1.0, None]),
        ([True, False, True, None], [1.0, 0.0, 1.0, None]),
        (["good", "Poor", "n/a", 2.0], [3.0, 1.0, None, 2.0]),
    ],
)
def test_words_become_the_numbers_of_the_aliases_table(cells, values):
    model = model_with(measures=measures(cells), aliases=SCALE)
    assert asked(model, "actual") == (values, ())


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("yes", "'yes' is no number"),
        (True, "TRUE, which SUM would ignore"),
        ("good", "'good' is no number"),
    ],
)
def test_without_aliases_words_are_refused_with_their_row(cell, why):
    values, problems = asked(model_with(measures=measures([1.0, cell, 3.0])), "actual")
    assert values == [1.0, None, 3.0]
    (problem,) = problems
    assert (problem.row, problem.code) == (1, ExcelError.VALUE)
    assert why in problem.why


def test_a_word_that_the_scale_does_not_have_is_refused():
    model = model_with(measures=measures(["yes", "maybe"]), aliases=SCALE)
    values, (problem,) = asked(model, "actual")
    assert values == [1.0, None]
    assert problem.row == 1


def test_the_scale_of_a_column_is_its_own():
    model = model_with(measures=measures([1.0], previous=["yes"]), aliases=SCALE)
    assert len(asked(model, "previous")[1]) == 1


# ── directions ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        ("higher", "Higher|HIGHER IS BETTER|The higher, the better|Maximize|max.|increase|up|↑|▲|"
                   "⬆️|>=|≥|Maximieren|je höher, desto besser|Höher ist besser|steigend|größer|"
                   "hoger is beter|omhoog|Maximaliseren|à la hausse|plus élevé|Maximiser|"
                   "cuanto mayor, mejor|Más alto|maximizar|чем больше, тем лучше|Выше|рост|"
                   "↑ higher"),
        ("lower", "Lower|lower-is-better|Less is better|Minimise|decrease|down|↓|▼|⬇️|≤|Minimieren|"
                  "je niedriger, desto besser|weniger ist besser|sinkend|omlaag|lager is beter|"
                  "Minimaliseren|à la baisse|plus bas|réduire|menor es mejor|minimizar|"
                  "чем меньше, тем лучше|ниже — лучше|Снижение"),
        ("band", "band|within range|Target range|Maintain|↔|→|Korridor|halten|Zielbereich|"
                 "bandbreedte|handhaven|fourchette|maintenir|rango|mantener|диапазон|удерживать"),
    ],
)  # fmt: skip
def test_directions_in_six_languages_and_arrows(direction, words):
    assert {word: direction_word(word) for word in words.split("|")} == dict.fromkeys(
        words.split("|"), direction
    )


@pytest.mark.parametrize("word", ["sideways", "", "?", "-", "↑↓", "yes", "minimum", "Richtung"])
def test_what_tells_no_direction_is_none(word):
    assert direction_word(word) is None


def test_a_direction_is_read_and_a_strange_word_is_a_problem_of_its_row():
    words = ["↓", None, "Maximieren", "sideways"]
    values, (problem,) = asked(
        model_with(measures=measures([1.0] * 4, direction=words)), "direction"
    )
    assert values == ["lower", None, "higher", None]
    assert (problem.row, problem.code) == (3, ExcelError.NA)
    assert problem.why.startswith("direction 'sideways' is none of higher, lower, band")


def test_a_word_of_ones_own_may_be_an_alias_of_a_direction():
    own = {"column": ["direction"], "found": ["gut wenn groß"], "means": ["higher"]}
    table = measures([1.0], direction=["Gut wenn groß"])
    assert asked(model_with(measures=table, aliases=own), "direction") == (["higher"], ())


def test_without_a_column_no_direction_is_known():
    assert asked(model_with(measures=measures([1.0, 2.0])), "direction") == ([None, None], ())


@pytest.mark.parametrize("frame", ENGINES)
def test_frames_read_directions_too(frame):
    def words(*given):
        table = FrameTable(KINDS["measures"], frame(measures([1.0] * 3, direction=given)), "t")
        return table.columns(["direction"], Reading()).frame.collect()["direction"].to_list()

    assert words("↓", "higher", "Im Bereich") == ["lower", "higher", "band"]
    with pytest.raises(NotAvailable, match="direction 'sideways' is none of"):
        words("up", "sideways", "down")


# ── names as ids ────────────────────────────────────────────────────────────────────────────

NAMELESS = {
    "perspective": ["Finance", "Finance", "Customers"],
    "objective": ["Grow", "Save", "Serve"],
    "measure": ["Sales", "Cost", "Cost"],
    "target": [3.0, 2.0, 1.0],
    "actual": [1.0, 1.0, 1.0],
}


def without(*names, **more):
    return {name: cells for name, cells in (NAMELESS | more).items() if name not in names}


def test_the_name_is_the_id_and_the_objective_tells_equal_names_apart():
    model = model_with(measures=NAMELESS)
    assert asked(model, "objective_id") == (["Grow", "Save", "Serve"], ())
    assert asked(model, "measure_id") == (["Sales", "Save: Cost", "Serve: Cost"], ())


def test_two_measures_that_cannot_be_told_apart_are_refused_with_their_row():
    twice = NAMELESS | {"objective": ["Grow", "Save", "Save"]}
    _, (problem,) = asked(model_with(measures=twice), "measure_id")
    assert problem.row == 2
    assert problem.why == (
        "measure 'Cost' stands twice under 'Save'; give each row a measure_id of its own"
    )


def test_a_perspective_is_the_objective_where_there_is_none():
    model = model_with(measures=without("objective"))
    assert asked(model, "objective_id")[0] == ["Finance", "Finance", "Customers"]
    gaps = without("objective", perspective=["Finance", None, "Customers"])
    assert asked(model_with(measures=gaps), "objective_id")[0] == ["Finance", None, "Customers"]


def test_measures_without_objective_and_perspective_serve_one_objective():
    bare = without("objective", "perspective", measure=["A", "B", "C"])
    assert asked(model_with(measures=bare), "objective_id")[0] == ["Scorecard"] * 3


def test_objectives_and_initiatives_are_called_by_their_names():
    objectives = {"objective": ["Grow", "Save"], "perspective": ["Finance", "Finance"]}
    initiatives = {"measure_id": ["A", "B"], "name": ["Train", "Train"], "owner": ["x", "y"]}
    model = model_with(objectives=objectives, initiatives=initiatives)
    assert asked(model, "objective_id", "objectives")[0] == ["Grow", "Save"]
    assert asked(model, "initiative_id", "initiatives")[0] == ["A: Train", "B: Train"]


def test_ids_that_are_there_are_never_changed():
    some = NAMELESS | {"measure_id": ["M1", None, "M3"]}
    assert asked(model_with(measures=some), "measure_id")[0] == ["M1", None, "M3"]


@pytest.mark.parametrize("frame", ENGINES)
def test_frames_take_names_for_ids_too(frame):
    def ids(given):
        given = {{"objective": "objective_id"}.get(n, n): cells for n, cells in given.items()}
        table = FrameTable(KINDS["measures"], frame(given), "t")
        read = table.columns(["measure", "measure_id", "objective_id"], Reading()).frame.collect()
        rows = zip(*(read[name].to_list() for name in ("measure_id", "objective_id")), strict=True)
        return sorted(rows)

    assert ids(NAMELESS) == [("Sales", "Grow"), ("Save: Cost", "Save"), ("Serve: Cost", "Serve")]
    assert ids(without("objective"))[0] == ("Customers: Cost", "Customers")
    bare = without("objective", "perspective", measure=["A", "B", "C"])
    assert ids(bare)[0] == ("A", "Scorecard")
    with pytest.raises(WrongValue, match="measure 'Cost' stands twice under 'Save'"):
        ids(NAMELESS | {"objective": ["Grow", "Save", "Save"]})


# ── headers of scorecards ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("measures", "Perspective,Objective,Measure,Unit,Direction,Baseline,Threshold,Target,"
                     "Actual,Previous,Weight,Owner"),
        ("measures", "KPI,Goal,Current,Weighting,Better"),
        ("measures", "Perspektive,Strategisches Ziel,Kennzahl,Einheit,Richtung,Zielwert,Istwert,"
                     "Gewichtung,Verantwortlich"),
        ("measures", "Ziel,Kennzahl,Soll,Ist,Vorjahr,Gewicht"),
        ("measures", "Perspectief,Doelstelling,KPI,Eenheid,Streefwaarde,Werkelijk,Weging,Richting"),
        ("measures", "Axe,Objectif,Indicateur,Unité,Cible,Réel,Poids,Sens"),
        ("measures", "Perspectiva,Objetivo,Indicador,Unidad,Meta,Real,Peso,Sentido"),
        ("measures", "Перспектива,Цель,Показатель,Ед. изм.,План,Факт,Удельный вес,Направление"),
        ("objectives", "Perspective,Objective,Weight,Owner"),
        ("objectives", "Perspektive,Strategisches Ziel,Gewichtung,Verantwortlich"),
        ("objectives", "Perspectief,Doelstelling,Weging"),
        ("objectives", "Axe,Objectif stratégique,Poids"),
        ("objectives", "Perspectiva,Objetivo estratégico,Peso"),
        ("objectives", "Перспектива,Стратегическая цель,Уровень"),
        ("perspectives", "Perspektive,Reihenfolge,Gewicht"),
        ("perspectives", "Axe,Ordre,Poids"),
        ("actuals", "KPI,Month,Actual"),
        ("actuals", "Kennzahl,Monat,Istwert"),
        ("actuals", "Показатель,Период,Факт"),
        ("initiatives", "Initiative,KPI,Owner,Start,Due,Budget,Status"),
        ("initiatives", "Maßnahme,Kennzahl,Beginn,Ende,Fortschritt"),
        ("links", "Ursache,Wirkung"),
        ("targets", "Month,KPI,Target"),
    ],
)  # fmt: skip
def test_tables_of_a_scorecard_are_recognised(kind, headers):
    names = headers.split(",")
    assert recognise(names)[0][0] == kind
    columns = match(kind, names, derivable=DERIVABLE.get(kind, frozenset())).columns
    assert None not in columns
    assert len(set(columns)) == len(names)


def test_a_goal_is_the_target_only_where_nothing_else_is():
    def target(headers):
        names = headers.split(",")
        found = match("measures", names, derivable=DERIVABLE["measures"]).by_column
        return {name: names[at] for name, at in found.items() if name in ("target", "objective_id")}

    assert target("Kennzahl,Ziel,Ist") == {"target": "Ziel"}
    assert target("Ziel,Kennzahl,Sollwert,Ist") == {"target": "Sollwert", "objective_id": "Ziel"}
    assert target("Indicador,Objetivo,Real") == {"target": "Objetivo"}
    assert target("Objetivo,Indicador,Meta,Real") == {"target": "Meta", "objective_id": "Objetivo"}


def test_a_kpi_is_the_measure_unless_another_column_is():
    headers = ["KPI", "Target", "Actual"]
    alone = match("measures", headers, derivable=DERIVABLE["measures"]).by_column
    assert alone == {"measure": 0, "target": 1, "actual": 2}
    beside = match("measures", ["Measure", *headers], derivable=DERIVABLE["measures"]).by_column
    assert (beside["measure"], beside["kpi"]) == (0, 1)


def test_figures_by_period_with_nothing_of_a_scorecard_are_targets():
    assert recognise(["Period", "Metric", "Target", "Actual"])[0][0] == "targets"
    assert recognise(["Perspective", "Metric", "Period", "Target", "Actual"])[0][0] == "measures"


def test_a_scorecard_without_actuals_is_no_list_of_objectives():
    headers = ["Perspective", "Objective", "KPI", "Target", "Weight"]
    assert recognise(headers)[0][0] == "measures"
    assert {"objectives", "perspectives"}.isdisjoint(kind for kind, _ in recognise(headers))


def test_every_declared_column_of_measures_is_reached_by_its_own_name():
    names = KINDS["measures"].names
    assert match("measures", names).columns == names
