"""Laws of scores and of the tree, whatever the strategy."""

import numpy as np
import pytest
from given import model_with
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.scorecard.goals import goals
from xlcrm.analytics.scorecard.perspectives import perspectives
from xlcrm.analytics.scorecard.scores import METHODS, Limits, score
from xlcrm.analytics.scorecard.sensitivity import sensitivity

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
GAPS = st.floats(0.001, 1e6).map(lambda x: round(x, 3) or 0.001)
PLAIN = [name for name in METHODS if name != "band"]


@st.composite
def limits(draw, method):
    """Limits that a method accepts, and whether less is better."""
    lower = draw(st.booleans())
    red, way, more, less = draw(NUMBERS), draw(GAPS), draw(GAPS), draw(GAPS)
    if method == "ratio":
        red = abs(red) + way + 1
    sign = -1 if lower and method != "band" else 1
    target = red + sign * way
    if method == "band":
        return Limits(*(np.array([x]) for x in (target, red, target + more, np.nan))), False
    ends = [target + sign * more, red - sign * less]
    stretch, worst = (x if draw(st.booleans()) else np.nan for x in ends)
    return Limits(*(np.array([x]) for x in (target, red, stretch, worst))), sign < 0


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=60)
@given(data=st.data())
def test_scores_stay_within_0_and_100(method, data):
    found, _ = data.draw(limits(method))
    if found.target == found.red:
        return
    actual = data.draw(st.floats(allow_nan=False, allow_infinity=False))
    assert 0 <= score(np.array([actual]), found, method)[0] <= 100


@pytest.mark.parametrize("method", PLAIN)
@settings(max_examples=60)
@given(data=st.data())
def test_better_never_lowers_a_score(method, data):
    found, lower = data.draw(limits(method))
    worse, better = sorted([data.draw(NUMBERS), data.draw(NUMBERS)], reverse=lower)
    scores = score(np.array([worse, better]), found.of(np.array([0, 0])), method)
    assert scores[0] <= scores[1]


@st.composite
def trees(draw):
    """A strategy: perspectives, a tree of objectives, measures of which some are missing."""
    objectives = draw(st.integers(1, 8))
    names = [f"O{k}" for k in range(objectives)]
    parents = [draw(st.sampled_from([None, *names[:k]])) for k in range(objectives)]
    weights = st.sampled_from([0.1, 0.5, 1.0, 2.0, 3.0])
    tree = {
        "objective_id": names,
        "objective": names,
        "perspective": [draw(st.sampled_from(["Finance", "Customers", None])) for _ in names],
        "parent_id": parents,
        "weight": [draw(weights) for _ in names],
    }
    count = draw(st.integers(1, 12))
    given_ = {
        "measure_id": [f"m{k}" for k in range(count)],
        "objective_id": [draw(st.sampled_from(names)) for _ in range(count)],
        "measure": [f"Measure {k}" for k in range(count)],
        "weight": [draw(weights) for _ in range(count)],
        "red": [100 / 3] * count,
        "target": [200 / 3] * count,
        "actual": [draw(st.none() | st.floats(0, 100)) for _ in range(count)],
    }
    return tree, given_


def asked(function, tree, measures, *arguments):
    return function(model_with(objectives=tree, measures=measures), *arguments)


def total(tree, measures, policy="ignore"):
    return asked(perspectives, tree, measures, "", policy).iloc[-1]


@settings(max_examples=25, deadline=None)
@given(strategy=trees(), policy=st.sampled_from(["ignore", "zero"]), data=st.data())
def test_the_total_is_the_sum_of_share_times_score_however_the_tree_is_cut(strategy, policy, data):
    frame = asked(goals, *strategy, "", "measures", policy)
    expected = frame["score"][0]
    depth = frame["depth"].to_numpy(dtype=int)
    kept, sum_, k = [], 0.0, 0
    while k < len(frame):
        inside = k + 1
        while inside < len(frame) and depth[inside] > depth[k]:
            inside += 1
        if inside == k + 1 or data.draw(st.booleans()):  # cut here: what is below does not count
            kept.append(k)
            score_ = frame["score"][k]
            sum_ += frame["share"][k] * (0.0 if np.isnan(score_) else score_)
            k = inside
        else:
            k += 1
    if not np.isnan(expected):
        assert sum_ == pytest.approx(expected, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(strategy=trees(), factor=st.sampled_from([0.01, 3.0, 1e6]), data=st.data())
def test_weights_times_a_constant_change_nothing(strategy, factor, data):
    """All weights, or those of the children of one objective alone."""
    tree, measures = strategy
    elsewhere = {p for p, own in zip(tree["parent_id"], tree["perspective"], strict=True) if own}
    parents = [name for name in tree["objective_id"] if name not in elsewhere]
    parent = data.draw(st.sampled_from(["all of them", *parents]))

    def scaled(columns, of):
        below = [parent in (name, "all of them") for name in columns[of]]
        pairs = zip(columns["weight"], below, strict=True)
        return {**columns, "weight": [w * factor if is_below else w for w, is_below in pairs]}

    other = total(scaled(tree, "parent_id"), scaled(measures, "objective_id"))
    one = total(tree, measures)
    assert other["score"] == pytest.approx(one["score"], nan_ok=True)
    assert other["coverage"] == pytest.approx(one["coverage"])


@settings(max_examples=25, deadline=None)
@given(strategy=trees())
def test_a_missing_measure_never_counts_as_zero(strategy):
    """Left out of the table, a measure changes the score just as when its actual is missing."""
    tree, measures = strategy
    there = [k for k, actual in enumerate(measures["actual"]) if actual is not None]
    found = total(tree, measures)
    if not there:
        assert np.isnan(found["score"])
        return
    present = {name: [cells[k] for k in there] for name, cells in measures.items()}
    assert total(tree, present)["score"] == pytest.approx(found["score"])


@settings(max_examples=15, deadline=None)
@given(strategy=trees(), policy=st.sampled_from(["ignore", "zero"]))
def test_what_a_measure_would_bring_is_what_the_total_then_is(strategy, policy):
    """The sensitivity of each measure against the strategy with that one actual changed."""
    tree, measures = strategy
    frame = asked(sensitivity, tree, measures, "", 5.0, policy)
    before = total(tree, measures, policy)["score"]
    for row in frame.to_dict("records"):
        k = measures["measure"].index(row["measure"])
        now = measures["actual"][k]
        reached = 200 / 3 if now is None else max(now, 200 / 3)
        changed = {**measures, "actual": list(measures["actual"])}
        changed["actual"][k] = reached
        assert row["total"] == pytest.approx(total(tree, changed, policy)["score"])
        if now is None:
            assert np.isnan(row["one_gain"])
        else:
            changed["actual"][k] = now + 5.0
            gained = total(tree, changed, policy)["score"] - before
            assert row["one_gain"] == pytest.approx(gained, abs=1e-9)
