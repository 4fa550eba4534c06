"""Cuts that leave the members of classes most alike, against all the cuts there are."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.stats.natural_breaks import natural_breaks

VALUES = st.lists(
    st.one_of(st.integers(0, 9).map(float), st.floats(-1e3, 1e3).map(lambda x: round(x, 2))),
    min_size=1,
    max_size=11,
)


def spread(values, lowest):
    """The squared distances from the means of classes, term by term."""
    classes = np.searchsorted(lowest, values, side="right")
    members = (values[classes == one] for one in set(classes.tolist()))
    return sum(float(((some - some.mean()) ** 2).sum()) for some in members)


def least_spread(values, count):
    """By trying all the cuts."""
    known = np.unique(values)
    classes = min(count, len(known))
    cuts = combinations(known[1:], classes - 1)
    return min(spread(values, np.array([known[0], *cut])) for cut in cuts)


@given(VALUES, st.integers(1, 5))
def test_no_cuts_are_better(values, count):
    values = np.array(values)
    found = natural_breaks(values, count)
    assert len(found) == min(count, len(set(values.tolist())))
    assert found[0] == values.min()
    assert (np.diff(found) > 0).all()
    best = least_spread(values, count)
    assert spread(values, found) == pytest.approx(best, rel=1e-9, abs=1e-9 * np.abs(values).max())


def slow_least_spread(values, count):
    """The programme of Wang and Song (2011) as it is written, for every end and every cut."""
    values = np.sort(values)
    size = len(values)

    def within(first, after):
        part = values[first:after]
        return float(((part - part.mean()) ** 2).sum())

    inside = [[within(i, j) if i < j else 0.0 for j in range(size + 1)] for i in range(size)]
    best = [0.0, *(inside[0][j] for j in range(1, size + 1))]
    for _ in range(count - 1):
        best = [0.0, *(min(best[i] + inside[i][j] for i in range(j)) for j in range(1, size + 1))]
    return best[size]


@pytest.mark.parametrize("seed", range(2))
def test_many_values_are_cut_as_well_as_by_the_slow_way(seed):
    """More values than are searched one by one."""
    chance = np.random.default_rng(seed)
    values = np.round(chance.lognormal(3, 1.5, 250), 1 + seed)
    expected = slow_least_spread(values, 5)
    assert spread(values, natural_breaks(values, 5)) == pytest.approx(expected, rel=1e-9)


def test_heavy_values_draw_the_cuts():
    # Without weights {1, 2} {8} would be cut; a thousand times 2 and 1.9 pull apart.
    values = np.array([1.9] * 1000 + [2.0] * 1000 + [2.05])
    assert natural_breaks(values, 2).tolist() == [1.9, 2.0]


def test_neither_size_nor_place_matters():
    values = np.array([1.0, 2.0, 4.0, 9.0, 10.0, 30.0, 31.0, 90.0])
    expected = natural_breaks(values, 4)
    assert expected.tolist() == [1.0, 9.0, 30.0, 90.0]
    assert natural_breaks(values * 1e300, 4).tolist() == (expected * 1e300).tolist()
    assert natural_breaks(values + 1e9, 4).tolist() == (expected + 1e9).tolist()
    assert natural_breaks(np.zeros(3), 4).tolist() == [0.0]
