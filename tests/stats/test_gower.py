"""Gower's similarity against R's daisy and a plain loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.stats import gower
from xlcrm.stats.gower import Attribute, agreement, most_alike, similarity

few = settings(max_examples=60, deadline=None)

# Kaufman and Rousseeuw 1990, Finding Groups in Data, table 3: 18 flowers. The first four columns
# are names of kinds; the others are ordered or measured.
FLOWERS = np.array(
    """
    0 1 1 4 3 15  25 15   1 0 0 2 1  3 150 50   0 1 0 3 3  1 150 50   0 0 1 4 2 16 125 50
    0 1 0 5 2  2  20 15   0 1 0 4 3 12  50 40   0 0 0 4 3 13  40 20   0 0 1 2 2  7 100 15
    1 1 0 3 1  4  25 15   1 1 0 5 2 14 100 60   1 1 1 5 3  8  45 10   1 1 1 1 2  9  90 25
    1 1 0 1 2  6  20 10   1 1 1 4 2 11  80 30   1 0 0 3 2 10  40 20   1 0 0 4 2 18 200 60
    1 0 0 2 2 17 150 60   0 0 1 2 1  5  25 10
    """.split(),  # noqa: SIM905 - a table of numbers
    dtype=float,
).reshape(18, 8)

# The output of example(daisy) of R's package cluster: the dissimilarities of the first two flowers
# to the others, and of the last to all before it.
OF_THE_FIRST = [
    0.8875408, 0.5272467, 0.3517974, 0.4115605, 0.2269199, 0.2876225, 0.4234069, 0.5808824,
    0.6094363, 0.3278595, 0.4267565, 0.5196487, 0.2926062, 0.6221814, 0.6935866, 0.7765114,
    0.4610294,
]  # fmt: skip
OF_THE_SECOND = [
    0.5147059, 0.5504493, 0.6226307, 0.6606209, 0.5999183, 0.4641340, 0.4316585, 0.4531046,
    0.7096814, 0.5857843, 0.5248366, 0.5949346, 0.3903595, 0.3575163, 0.1904412, 0.4515114,
]  # fmt: skip
OF_THE_LAST = [
    0.4610294, 0.4515114, 0.7162173, 0.4378268, 0.4755310, 0.6438317, 0.4692402, 0.1417892,
    0.5198529, 0.8057598, 0.5359477, 0.5495507, 0.5733252, 0.5698121, 0.5096814, 0.7796160,
    0.6125408,
]  # fmt: skip


def flowers():
    return [
        Attribute(column, column, None if k < 4 else float(np.ptp(column)))
        for k, column in enumerate(FLOWERS.T)
    ]


def test_the_flowers_are_as_far_apart_as_daisy_has_them():
    apart = 1 - similarity(flowers())
    assert apart[0, 1:] == pytest.approx(OF_THE_FIRST, abs=5e-8)
    assert apart[1, 2:] == pytest.approx(OF_THE_SECOND, abs=5e-8)
    assert apart[17, :17] == pytest.approx(OF_THE_LAST, abs=5e-8)
    assert np.diag(apart) == pytest.approx(np.zeros(18), abs=1e-15)


def test_attributes_unknown_of_either_are_left_out_of_the_mean():
    nan = np.nan
    attributes = [
        Attribute(np.array([1.0, nan, nan]), np.array([1.0, 2.0, nan]), None),
        Attribute(np.array([0.0, 5.0, nan]), np.array([10.0, 5.0, 2.0]), 10.0),
    ]
    expected = [[0.5, 0.25, 0.8], [0.5, 1.0, 0.7], [nan, nan, nan]]
    assert similarity(attributes) == pytest.approx(np.array(expected), nan_ok=True)


def test_numbers_that_never_differ_agree():
    assert agreement(np.array([7.0]), np.array([7.0]), 0.0).tolist() == [1.0]


cells = st.one_of(st.just(np.nan), st.integers(0, 4).map(float))
records = st.tuples(st.integers(1, 8), st.integers(1, 6), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(
        st.lists(
            st.tuples(
                st.lists(cells, min_size=shape[0], max_size=shape[0]),
                st.lists(cells, min_size=shape[1], max_size=shape[1]),
                st.sampled_from([None, 4.0]),
            ),
            min_size=shape[2],
            max_size=shape[2],
        ),
        st.integers(1, 7),
    )
)


def plainly(columns, neighbours):
    """One pair at a time."""
    answer = []
    for k in range(len(columns[0][0])):
        alike = []
        for j in range(len(columns[0][1])):
            pairs = [(c[0][k], c[1][j], c[2]) for c in columns]
            known = [(a, b, span) for a, b, span in pairs if a == a and b == b]
            agreed = [float(a == b) if span is None else 1 - abs(a - b) / span
                      for a, b, span in known]  # fmt: skip
            alike.append(sum(agreed) / len(agreed) if agreed else None)
        best = sorted((a for a in alike if a is not None), reverse=True)[:neighbours]
        mean = sum(best) / len(best) if best else None
        answer.append((mean, alike.index(best[0]) if best else None))
    return answer


@few
@given(records)
def test_the_most_alike_are_those_of_a_plain_loop(given_records):
    columns, neighbours = given_records
    attributes = [Attribute(np.array(a), np.array(b), span) for a, b, span in columns]
    found = most_alike(attributes, neighbours)
    for (mean, place), value, nearest in zip(
        plainly(columns, neighbours), found.similarity, found.nearest, strict=True
    ):
        if mean is None:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(mean, rel=1e-12)
            assert 0 <= value <= 1
            alike = similarity(attributes)[:, nearest]
            assert np.nanmax(alike) >= 0
            assert nearest == place


def test_blocks_of_records_give_the_same_bits(monkeypatch):
    chance = np.random.default_rng(3)
    attributes = [
        Attribute(chance.integers(0, 4, 50).astype(float), chance.integers(0, 4, 9).astype(float)),
        Attribute(chance.random(50), chance.random(9), 1.0),
    ]
    whole = most_alike(attributes, 3)
    monkeypatch.setattr(gower, "_CELLS_AT_ONCE", 20)
    parts = most_alike(attributes, 3)
    assert parts.similarity.tolist() == whole.similarity.tolist()
    assert parts.nearest.tolist() == whole.nearest.tolist()
