"""The strategy map: links, what was seen of them, and the places of a drawing."""

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest
from given import model_with, shuffled

from xlcrm.analytics.scorecard.layout import places_of
from xlcrm.analytics.scorecard.movements import standard_changes
from xlcrm.analytics.scorecard.strategy_map import strategy_map
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

AS_OF = dt.date(2026, 1, 15)


def month(k):
    """The k-th month of the 36 that ended before AS_OF."""
    return f"{2023 + k // 12}-{k % 12 + 1:02}"


def objectives(**of):
    """Objectives by id, each (perspective, parent)."""
    return {
        "objective_id": list(of),
        "objective": [f"Goal {name}" for name in of],
        "perspective": [one[0] for one in of.values()],
        "parent_id": [one[1] for one in of.values()],
    }


def measures(objective_of, **more):
    """One measure an objective unless told otherwise; up is better, score 50 now and 0 before."""
    count = len(objective_of)
    return {
        "measure_id": list(objective_of),
        "objective_id": list(objective_of.values()),
        "measure": [f"Measure {name}" for name in objective_of],
        "red": [0.0] * count,
        "target": [10.0] * count,
        "actual": [5.0] * count,
        "previous": [-10.0] * count,
        **more,
    }


def actuals(**series):
    """Values by month; the last one is that of December 2025."""
    rows = [
        (name, month(36 - len(values) + k), float(value))
        for name, values in series.items()
        for k, value in enumerate(values)
        if value is not None
    ]
    return {name: [row[k] for row in rows] for k, name in enumerate(
        ("measure_id", "period", "actual"))}  # fmt: skip


def links(*pairs):
    return {"from_objective": [a for a, _ in pairs], "to_objective": [b for _, b in pairs]}


TWO = objectives(F=("Finance", None), P=("Processes", None))
OF_EACH = {"f": "F", "p": "P"}


def walk(seed, count=24):
    return np.random.default_rng(seed).normal(size=count).cumsum()


def first_link(model, *asked):
    return strategy_map(model, *asked).to_dict("records")[0]


def asked(series, *, given=None, tree=TWO, link=("P", "F"), lags=None, **more):
    model = model_with(
        AS_OF,
        measures=given or measures(OF_EACH),
        objectives=tree,
        links=links(link),
        actuals=actuals(**series),
        **more,
    )
    return first_link(model, "links", lags)


# ── what was seen ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("shift", "finding"),
    [(3, "cause first"), (0, "together"), (-2, "effect first")],
)
def test_who_moves_first_is_seen(shift, finding):
    path = walk(3, 40)
    row = asked({"p": path[10:34], "f": path[10 - shift : 34 - shift]})
    assert (row["ahead"], row["finding"]) == (float(shift), finding)
    assert row["correlation"] == pytest.approx(1.0)
    assert row["n"] == 23.0 - abs(shift)
    assert row["p"] < 1e-9


def test_an_effect_that_falls_as_the_cause_rises_is_against():
    path = walk(3, 40)
    row = asked({"p": path[10:34], "f": -path[9:33]})
    assert (row["ahead"], row["finding"]) == (1.0, "against")
    assert row["correlation"] == pytest.approx(-1.0)


def test_where_less_is_better_a_fall_is_a_rise():
    path = walk(3, 40)
    given = measures(OF_EACH, red=[20.0, 0.0], target=[10.0, 10.0])
    row = asked({"p": path[10:34], "f": -path[9:33]}, given=given)
    assert row["finding"] == "cause first"


def test_a_measure_with_a_band_is_better_the_nearer_it_is():
    path = walk(3, 40)
    given = measures(OF_EACH, band_low=[-1.0, None], band_high=[1.0, None], red=[-300.0, 0.0])
    away = 200 - 4 * (path - path.min())  # far above the band: the larger the worse
    assert away.min() > 1
    row = asked({"p": path[10:34], "f": away[9:33]}, given=given)
    assert (row["ahead"], row["finding"]) == (1.0, "cause first")


def test_what_is_independent_is_not_seen_and_its_figures_are_shown():
    row = asked({"p": walk(1), "f": walk(2)})
    assert row["finding"] == "not seen"
    assert -6 <= row["ahead"] <= 6
    assert abs(row["correlation"]) < 0.9
    assert 0.05 <= row["p"] <= 1
    assert type(row["n"]) is float


def test_what_never_moves_is_not_seen_and_has_no_correlation():
    row = asked({"p": [5.0] * 24, "f": walk(2)})
    assert row["finding"] == "not seen"
    assert [row[name] for name in ("ahead", "correlation", "p")] == [ExcelError.NA] * 3
    assert row["n"] == 23.0


@pytest.mark.parametrize(("months", "n"), [(12, 11.0), (1, 0.0), (0, 0.0)])
def test_below_twelve_months_there_is_no_history(months, n):
    series = {"p": walk(1)[:months], "f": walk(1)[:months]}
    row = asked(series) if months else first_link(
        model_with(measures=measures(OF_EACH), objectives=TWO, links=links(("P", "F")))
    )  # fmt: skip
    assert row["finding"] == "no history"
    assert [row[name] for name in ("ahead", "correlation", "p")] == [ExcelError.NA] * 3
    assert row["n"] == n


def test_thirteen_months_are_enough_for_no_lead():
    row = asked({"p": walk(3, 13), "f": walk(3, 13)})
    assert (row["ahead"], row["n"], row["finding"]) == (0.0, 12.0, "together")


def test_lags_limit_the_lead_and_the_setting_stands_for_none():
    path = walk(3, 40)
    series = {"p": path[10:34], "f": path[6:30]}
    assert asked(series)["ahead"] == 4.0
    assert abs(asked(series, lags=3.0)["ahead"]) <= 3
    short = {"name": ["map_lags"], "value": [2.0]}
    assert abs(asked(series, settings=short)["ahead"]) <= 2
    assert asked(series, lags=1e9)["ahead"] == 4.0


@pytest.mark.parametrize("lags", [0.0, 0.5, -1.0])
def test_lags_below_one_are_refused(lags):
    with pytest.raises(OutOfDomain, match="lags"):
        asked({"p": walk(1)}, lags=lags)


def test_the_level_of_significance_is_a_setting():
    series = {"p": walk(1), "f": walk(2) + 0.5 * walk(1)}
    row = asked(series)
    assert row["p"] < 1
    sure = {"name": ["significance"], "value": [row["p"] / 2]}
    bold = {"name": ["significance"], "value": [min(1.0, row["p"] * 1.01)]}
    assert asked(series, settings=sure)["finding"] == "not seen"
    assert asked(series, settings=bold)["finding"] != "not seen"


# ── what objectives rest on ─────────────────────────────────────────────────────────────────


def test_an_objective_moves_as_its_measures_do_by_weight_in_standard_deviations():
    # By hand: F moves as 3/4 of its own measure and 1/4 of that of the objective below it.
    tree = objectives(F=("Finance", None), G=("Finance", "F"), P=("Processes", None))
    given = measures({"f": "F", "g": "G", "p": "P"}, weight=[3.0, 1.0, 1.0])
    a, b, c = walk(1), 1000 * walk(2), walk(3)
    row = asked({"f": a, "g": b, "p": c}, given=given, tree=tree, lags=1.0)
    index = np.diff(3 * a / a.std() + b / b.std())
    k = int(row["ahead"])
    cause = np.diff(c)[max(0, -k) : 23 - max(0, k)]
    expected = np.corrcoef(cause, index[max(0, k) : 23 + min(0, k)])[0, 1]
    assert row["correlation"] == pytest.approx(expected)


def test_an_objective_is_not_compared_with_itself_in_the_one_above_it():
    tree = objectives(F=("Finance", None), G=("Finance", "F"))
    given = measures({"f": "F", "g": "G"})
    series = {"f": walk(1), "g": walk(2)}
    row = asked(series, given=given, tree=tree, link=("G", "F"), lags=1.0)
    k = int(row["ahead"])
    cause, effect = np.diff(walk(2)), np.diff(walk(1))
    expected = np.corrcoef(cause[max(0, -k) : 23 - max(0, k)], effect[max(0, k) : 23 + min(0, k)])[
        0, 1
    ]
    assert row["correlation"] == pytest.approx(expected)
    back = asked(series, given=given, tree=tree, link=("F", "G"), lags=1.0)
    assert back["correlation"] == pytest.approx(expected)
    # Where the upper one has nothing else there is nothing to compare.
    alone = asked({"g": walk(2)}, given=measures({"g": "G"}), tree=tree, link=("G", "F"))
    assert (alone["n"], alone["finding"]) == (0.0, "no history")


def test_a_month_that_one_measure_lacks_moves_no_objective():
    given = measures({"f": "F", "f2": "F", "p": "P"})
    path = walk(3, 40)
    gap = [None if k in (5, 6, 12) else 500.0 + value for k, value in enumerate(path[9:33])]
    row = asked({"p": path[10:34], "f": path[9:33], "f2": gap}, given=given)
    assert (row["ahead"], row["n"]) == (1.0, 22.0)
    assert row["correlation"] > 0.99


def test_measures_that_are_not_scored_take_no_part():
    given = measures({"f": "F", "f2": "F", "p": "P"}, red=[0.0, None, 0.0])
    path = walk(3, 40)
    row = asked({"p": path[10:34], "f": path[9:33], "f2": walk(8)}, given=given)
    assert row["correlation"] == pytest.approx(1.0)


def test_measures_are_read_from_kpis_month_by_month():
    counts = np.random.default_rng(5).integers(1, 9, size=30)
    deals = [(m, j) for m, count in enumerate(counts) for j in range(int(count))]
    days = [pd.Timestamp(2023 + (m + 6) // 12, (m + 6) % 12 + 1, 10) for m, _ in deals]
    model = model_with(
        AS_OF,
        deals={
            "deal_id": [f"d{m}-{j}" for m, j in deals],
            "owner": ["Ann"] * len(deals),
            "created": days,
            "closed_on": days,
            "stage": ["Closed"] * len(deals),
            "status": ["won"] * len(deals),
            "amount": [100.0] * len(deals),
        },
        measures=measures(OF_EACH, kpi=[None, "won_deals"], actual=[5.0, None]),
        objectives=TWO,
        links=links(("P", "F")),
        # Money follows the deals won by two months; the last 24 months count.
        actuals=actuals(f=[0.0] * 8 + [50.0 * n for n in counts[:28]]),
        settings={"name": ["history_months"], "value": [24.0]},
    )
    row = first_link(model)
    assert (row["ahead"], row["finding"], row["n"]) == (2.0, "cause first", 21.0)


def test_standard_changes_of_huge_tiny_and_missing_values_are_finite():
    limits = {"band_low": [np.nan] * 4, "band_high": [np.nan] * 4, "red": [0.0] * 4,
              "baseline": [np.nan] * 4, "target": [1.0] * 4}  # fmt: skip
    values = np.array([
        [1e308, -1e308, 1e308, 0.0], [1e-300, 2e-300, 1e-300, 2e-300],
        [np.nan] * 4, [0.1 + 0.2, 0.3, 0.3, 0.3],
    ])  # fmt: skip
    moved = standard_changes(pd.DataFrame(limits), values)
    assert np.isfinite(moved[[0, 1, 3]]).all()
    assert moved[1].tolist() == pytest.approx([2.0, -2.0, 2.0])
    assert np.isnan(moved[2]).all()
    assert moved[3].tolist() == [0.0] * 3


# ── links ───────────────────────────────────────────────────────────────────────────────────

FOUR = objectives(
    F=("Finance", None), C=("Customers", "F"), P=("Processes", "C"), P2=("Processes", None)
)
OF_FOUR = {"f": "F", "c": "C", "p": "P", "p2": "P2"}


def pairs_of(*of, tree=FOUR, given=None):
    more = {"links": links(*of)} if of else {}
    frame = strategy_map(
        model_with(AS_OF, measures=given or measures(OF_FOUR), objectives=tree, **more)
    )
    return [(row["cause"][5:], row["effect"][5:]) for row in frame.to_dict("records")]


def test_parents_in_other_perspectives_are_links_too_and_each_stands_once():
    assert pairs_of() == [("C", "F"), ("P", "C")]
    assert pairs_of(("P2", "C"), ("C", "F"), ("P2", "C")) == [("C", "F"), ("P", "C"), ("P2", "C")]


def test_a_parent_in_the_same_perspective_is_no_link():
    tree = objectives(F=("Finance", None), G=("Finance", "F"))
    with pytest.raises(NotAvailable, match="links"):
        pairs_of(tree=tree, given=measures({"g": "G"}))


def test_objectives_may_be_named_in_words():
    assert ("P2", "F") in pairs_of(("goal  p2", "Goal F"))
    assert ("P2", "F") in pairs_of(("P2", "Goal F"))


def test_words_that_two_objectives_have_are_refused():
    tree = FOUR | {"objective": ["Goal", "Goal", "Other", "Else"]}
    with pytest.raises(WrongValue, match=r"links, row 2: 'Goal' names 2 objectives"):
        pairs_of(("P", "Goal"), tree=tree)


def test_an_objective_that_is_not_there_is_not_available_with_its_row_and_near_miss():
    with pytest.raises(NotAvailable, match=r"links, row 3: no objective 'Goal G'; did you mean"):
        pairs_of(("C", "F"), ("Goal G", "F"))
    with pytest.raises(NotAvailable, match=r"links, row 2: it names no objective"):
        pairs_of((None, "F"))


@pytest.mark.parametrize(
    "circle",
    [
        [("F", "F")],
        [("P2", "F"), ("F", "P2")],
        [("F", "P")],  # P serves C, which serves F: parents close the circle
        [("P2", "C"), ("F", "P2")],
    ],
)
def test_links_in_a_circle_are_refused_with_a_row_of_it(circle):
    with pytest.raises(OutOfDomain, match=r"links, row \d: links form a circle, \w+ → ") as caught:
        pairs_of(*circle)
    row = int(caught.value.message.split("row ")[1][0])
    assert " → ".join(circle[row - 2]) in caught.value.message


def test_scores_trends_and_perspectives_are_those_of_the_objectives():
    given = measures(OF_FOUR, actual=[5.0, None, 10.0, 5.0], previous=[5.0, 5.0, 5.0, 10.0])
    model = model_with(AS_OF, measures=given, objectives=FOUR)
    first, second = strategy_map(model).to_dict("records")
    assert (first["cause_perspective"], first["effect_perspective"]) == ("Customers", "Finance")
    assert (first["cause_score"], first["cause_trend"]) == (ExcelError.NA, "")
    assert first["effect_score"] == pytest.approx(50.0)
    assert first["effect_trend"] == "same"
    assert second["cause_score"] == pytest.approx(200 / 3)
    assert second["cause_trend"] == "better"


def test_there_is_no_such_view_or_method():
    model = model_with(AS_OF, measures=measures(OF_FOUR), objectives=FOUR)
    with pytest.raises(WrongValue, match="show is no 'link'; did you mean 'links'"):
        strategy_map(model, "link")
    with pytest.raises(WrongValue, match="method"):
        strategy_map(model, "links", None, "nonsense")


def test_the_order_of_rows_changes_nothing():
    def tables(seed):
        given = {
            "measures": measures(OF_FOUR, weight=[0.1, 0.2, 0.3, 0.7]),
            "objectives": FOUR,
            "links": links(("P2", "C"), ("P2", "F")),
            "actuals": actuals(**{name: walk(k) for k, name in enumerate(OF_FOUR)}),
        }
        return {kind: shuffled(cells, seed) for kind, cells in given.items()} if seed else given

    for view in ("links", "objectives"):
        answers = [strategy_map(model_with(AS_OF, **tables(seed)), view) for seed in range(4)]
        for other in answers[1:]:
            assert other.to_dict("records") == answers[0].to_dict("records")


# ── the drawing ─────────────────────────────────────────────────────────────────────────────


def test_perspectives_stand_one_below_the_other_and_objectives_evenly():
    given = measures(OF_FOUR, actual=[10.0, None, 0.0, 5.0])
    frame = strategy_map(model_with(AS_OF, measures=given, objectives=FOUR), "objectives")
    assert list(frame.columns) == ["objective", "perspective", "score", "status", "across", "up"]
    rows = frame.to_numpy().tolist()
    assert [row[0] for row in rows] == ["Goal F", "Goal C", "Goal P", "Goal P2"]
    assert [row[3] for row in rows] == ["green", "missing", "amber", "amber"]
    assert rows[1][2] is ExcelError.NA
    assert [row[4] for row in rows] == [0.5, 0.5, 0.25, 0.75]
    assert [row[5] for row in rows] == pytest.approx([5 / 6, 0.5, 1 / 6, 1 / 6])


def test_a_drawing_needs_no_links():
    tree = objectives(F=("Finance", None))
    model = model_with(AS_OF, measures=measures({"f": "F"}), objectives=tree)
    assert strategy_map(model, "objectives")[["across", "up"]].to_numpy().tolist() == [[0.5, 0.5]]


def test_many_objectives_of_a_perspective_stand_in_two_rows_within_their_band():
    across, up = places_of(np.repeat([0, 1], [9, 3]), 2, np.array([9]), np.array([8]))
    assert len(set(up[:9].round(9))) == 2
    assert (up[:9] > 0.5).all()
    assert (up[:9] < 1).all()
    assert len(set(across[:9])) == 9
    assert set(up[9:]) == {0.25}


def crossings(across, layer, lines):
    """How many pairs of lines cross, counted by the equations of the lines."""
    found = 0
    for (a, b), (c, d) in itertools.combinations(lines, 2):
        (top, low), (high, deep) = (sorted(p, key=lambda k: layer[k]) for p in ((a, b), (c, d)))
        first, last = max(layer[top], layer[high]), min(layer[low], layer[deep])
        if first < last and not {a, b} & {c, d}:
            gaps = []
            for y in (first, last):
                x = [
                    across[p] + (across[q] - across[p]) * (y - layer[p]) / (layer[q] - layer[p])
                    for p, q in ((top, low), (high, deep))
                ]
                gaps.append(x[0] - x[1])
            found += gaps[0] * gaps[1] < -1e-12
    return found


def test_lines_that_need_not_cross_do_not():
    # Each effect has its own cause, named in the contrary order.
    layer = np.repeat([0, 1, 2], 5)
    cause, effect = np.arange(5, 15), np.array([*range(4, -1, -1), *range(9, 4, -1)])
    across, _ = places_of(layer, 3, cause, effect)
    lines = list(zip(cause, effect, strict=True))
    assert crossings((np.arange(15) % 5 + 0.5) / 5, layer, lines) == 20
    assert crossings(across, layer, lines) == 0


def test_lines_cross_no_more_often_than_they_must_on_small_maps():
    # The least is found by trying every order of every layer.
    chance = np.random.default_rng(3)
    layer = np.repeat([0, 1, 2], 3)
    three = list(itertools.permutations((1 / 6, 3 / 6, 5 / 6)))
    orders = [np.concatenate(one) for one in itertools.product(three, three, three)]
    pairs = [(a, b) for a in range(3, 9) for b in range(6) if layer[a] > layer[b]]
    ours = least = 0
    for _ in range(12):
        lines = [pairs[k] for k in chance.choice(len(pairs), 9, replace=False)]
        across, _ = places_of(layer, 3, *np.array(lines).T)
        ours += crossings(across, layer, lines)
        least += min(crossings(order, layer, lines) for order in orders)
    assert least > 5
    assert ours == least


def test_a_map_of_two_thousand_lines_is_drawn_too():
    chance = np.random.default_rng(1)
    layer = np.repeat(np.arange(4), 100)
    cause = chance.integers(100, 400, size=2000)
    effect = (chance.random(2000) * (cause // 100) * 100).astype(int)
    across, up = places_of(layer, 4, cause, effect)
    assert len({*zip(across.round(9), up.round(9), strict=True)}) == 400
