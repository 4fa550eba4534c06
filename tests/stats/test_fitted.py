"""A climb is believed only where it ends at a maximum inside the limits."""

import numpy as np

from xlcrm.stats.fitted import GRADIENT, Bound, maximum

WIDE = [Bound(-10, 10, "the first is small", "the first is large"),
        Bound(-10, 10, "the second is small", "the second is large")]  # fmt: skip
STARTS = [np.array([3.0, -2.0]), np.array([0.0, 0.0])]


def test_a_hill_is_climbed_to_its_top():
    def hill(at):
        gap = at - [1.0, 2.0]
        return -(np.cosh(gap) - 1).sum(), -np.sinh(gap)

    found = maximum(hill, STARTS, WIDE)
    assert found.why_not == ""
    assert np.abs(found.at - [1.0, 2.0]).max() < 1e-9
    assert found.gradient < GRADIENT


def test_a_slope_that_never_ends_runs_to_a_limit():
    found = maximum(lambda at: (at[0] - at[1] ** 2, np.array([1.0, -2 * at[1]])), STARTS, WIDE)
    assert found.why_not == "it ran to a limit: the first is large"
    found = maximum(lambda at: (-at[1] - at[0] ** 2, np.array([-2 * at[0], -1.0])), STARTS, WIDE)
    assert found.why_not == "it ran to a limit: the second is small"


def test_a_ridge_tells_nothing_apart():
    def ridge(at):
        gap = at[0] + at[1] - 1.0
        return -(gap**2), np.array([-2 * gap, -2 * gap])

    assert "do not tell its parameters apart" in maximum(ridge, STARTS, WIDE).why_not


def test_a_saddle_is_no_maximum():
    def saddle(at):
        return at[0] ** 2 * 0 - at[1] ** 2, np.array([0.0, -2 * at[1]])

    assert maximum(saddle, STARTS, WIDE).why_not


def test_an_optimiser_that_stops_on_a_slope_is_not_believed():
    # The gradient contradicts the values: every line search fails where it begins.
    found = maximum(lambda at: (-(at**2).sum(), 2 * at + 1.0), [np.array([3.0, 4.0])], WIDE)
    assert "did not converge" in found.why_not


def test_a_second_start_is_tried_where_the_first_fails():
    def hill(at):
        if at[0] > 2:  # a plain without a slope
            return -50.0, np.zeros(2)
        return -(at**2).sum(), -2 * at

    assert maximum(hill, STARTS[:1], WIDE).why_not
    assert maximum(hill, STARTS, WIDE).why_not == ""


def test_values_that_are_no_numbers_are_no_maximum():
    found = maximum(lambda at: (np.nan, np.full(2, np.nan)), STARTS, WIDE)  # noqa: ARG005
    assert found.why_not
