"""Gamma-Gamma against published figures, the formula, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purchase_simulation import cdnow, needs_cdnow, slopes_by_differences

from xlcrm.stats.gamma_gamma import (
    GammaGamma,
    expected_mean,
    fit,
    log_likelihood,
    objective,
    spending,
)

PUBLISHED = GammaGamma(6.25, 3.74, 15.44)


def cdnow_spending():
    x, _, _, mean = cdnow()
    return spending(x[x > 0], mean[x > 0])


def drawn(count, p, q, v, seed):
    chance = np.random.default_rng(seed)
    x = chance.integers(1, 9, count).astype(float)
    scale = chance.gamma(q, 1 / v, count)
    return x, chance.gamma(p * x, 1 / (scale * x))


@needs_cdnow
def test_the_published_parameters_and_means_come_out_of_cdnow():
    found = fit(cdnow_spending())
    p = found.parameters
    assert found.converged
    assert len(cdnow_spending().x) == 946
    assert (p.p, p.q, p.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.008)
    assert round(found.log_likelihood, 2) == -4055.92
    assert log_likelihood(p, cdnow_spending()) == pytest.approx(found.log_likelihood, rel=1e-12)
    x, _, _, mean = (column[:10] for column in cdnow())
    means = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    # The summary's means are rounded to cents: so 24.66, as lifetimes 0.11.3 gives it too.
    assert expected_mean(p, x, mean) == pytest.approx(means, abs=0.0101)


def test_the_worked_example():
    found = expected_mean(PUBLISHED, np.array([2.0, 0.0]), np.array([22.35, 0.0]))
    assert found.round(2).tolist() == [24.66, 35.22]


def test_the_likelihood_of_few_customers_by_the_formula():
    p, q, v, some = 3.0, 2.5, 12.0, [(1, 5.0), (4, 30.0), (4, 30.0), (2, 11.5)]
    by_hand = sum(
        math.log(
            math.gamma(p * x + q) / (math.gamma(p * x) * math.gamma(q))
            * v**q * m ** (p * x - 1) * x ** (p * x) / (v + m * x) ** (p * x + q)
        )
        for x, m in some
    )  # fmt: skip
    found = log_likelihood(GammaGamma(p, q, v), spending(*np.array(some).T))
    assert found == pytest.approx(by_hand, rel=1e-13)


@pytest.mark.parametrize("at", [(-1.0, 1.3, -0.5), (1.8, 1.3, 2.7), (4.0, 5.0, 6.0)])
def test_the_gradient_is_that_of_the_values(at):
    mean = objective(spending(*drawn(400, 6, 4, 15, 1)), 5.0)
    _, slopes = mean(np.array(at))
    assert slopes == pytest.approx(slopes_by_differences(mean, np.array(at)), abs=2e-7)


def test_known_parameters_are_found_again():
    found = fit(spending(*drawn(50_000, 6.25, 3.74, 15.44, 2)))
    p = found.parameters
    assert found.converged
    assert (p.p, p.q, p.v) == pytest.approx((6.25, 3.74, 15.44), rel=0.1)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.floats(1e-6, 1e9))
def test_order_and_currency_never_matter_and_doubling_doubles_the_likelihood(seed, many, rate):
    x, mean = drawn(300, 5, 3, 20, seed % 30)
    found = fit(spending(x, mean))
    order = np.random.default_rng(seed).permutation(300)
    assert found.converged
    assert fit(spending(x[order], mean[order])) == found
    more = fit(spending(np.tile(x, many), np.tile(mean, many)))
    assert more.log_likelihood == pytest.approx(many * found.log_likelihood, rel=1e-9)
    other = fit(spending(x, mean * rate)).parameters
    p = found.parameters
    assert (other.p, other.q, other.v / rate) == pytest.approx((p.p, p.q, p.v), rel=1e-5)


@settings(max_examples=100, deadline=None)
@given(
    st.floats(0.1, 100), st.floats(1.01, 100), st.floats(0.1, 1e6), st.integers(1, 100),
    st.floats(0, 1e6),
)  # fmt: skip
def test_an_expected_mean_lies_between_the_customers_own_and_that_of_all(p, q, v, x, own):
    given_to = GammaGamma(p, q, v)
    everyone = expected_mean(given_to, np.zeros(1), np.zeros(1))[0]
    found = expected_mean(given_to, np.array([x]), np.array([own]))[0]
    low, high = sorted((own, everyone))
    assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9)


@pytest.mark.parametrize(
    ("x", "mean"), [([0.0, 2.0], [5.0, 5.0]), ([1.0, 2.0], [5.0, 0.0]), ([1.0], [-5.0])]
)
def test_a_customer_without_a_purchase_or_a_positive_mean_is_refused(x, mean):
    with pytest.raises(ValueError, match="mean value above 0"):
        spending(np.array(x), np.array(mean))


def test_values_that_are_all_alike_or_differ_without_end_are_refused():
    x, mean = drawn(2000, 5, 3, 20, 4)
    alike = fit(spending(x, np.full(2000, 30.0)))
    assert "ran to a limit" in alike.why_not
    same = fit(spending(*drawn(2000, 5, 1e9, 2e10, 4)))
    assert same.why_not == "it ran to a limit: all customers spend alike"
    wild = fit(spending(*drawn(4000, 5, 0.6, 20, 6)))
    assert "they have no mean" in wild.why_not
    assert fit(spending(x, mean)).converged


def test_nobody_is_refused():
    with pytest.raises(ValueError, match="no customer"):
        fit(spending(np.zeros(0), np.zeros(0)))
