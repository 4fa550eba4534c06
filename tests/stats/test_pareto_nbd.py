"""Pareto/NBD against published figures, a peer, arbitrary-precision values, and laws.

The values in `EXACT` are the likelihood and the chance to be alive by 2F1 (Fader and Hardie 2005,
"A Note on Deriving the Pareto/NBD Model"), computed with mpmath at 40 digits.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purchase_simulation import (
    cdnow_patterns,
    customers,
    needs_cdnow,
    one,
    slopes_by_differences,
)

from xlcrm.stats.pareto_nbd import (
    ParetoNbd,
    expected_from_start,
    expected_purchases,
    fit,
    log_likelihood,
    objective,
    probability_alive,
)
from xlcrm.stats.purchase_patterns import purchase_patterns

PUBLISHED = ParetoNbd(0.553, 10.578, 0.606, 11.669)
EXACT = {
    (0.553, 10.578, 0.606, 11.669, 2, 30.43, 38.86): (-9.554283245150406, 0.8691675591530112),
    (0.553, 10.578, 0.606, 11.669, 0, 0, 38.86): (-0.5210462940808904, 0.2952866046168942),
    (0.5, 0.02, 3, 500, 0, 0, 38): (-3.586881529910506, 0.6650204236431961),
    (0.5, 500, 0.3, 0.01, 0, 0, 38): (-0.004372071236027706, 0.08166261257058646),
    (5, 0.01, 0.5, 10, 4, 3, 300): (-29.93006484048456, 1.527104860331345e-17),
    (0.5, 2, 0.4, 3, 500, 400, 501): (-402.3224617687081, 2.189171973620156e-46),
    (2, 1, 0.7, 0.5, 60, 30, 31): (-24.96750655570925, 0.9330780390400274),
    (0.9, 10, 20, 0.001, 3, 1, 90): (-143.8717549730213, 1.560115302482171e-43),
    (0.5, 3, 0.5, 3, 5, 38.5, 38.86): (-17.91750027591664, 0.9955870529636189),
    (0.3, 5, 0.5, 4, 100_000, 90_000, 100_000): (-89492.13946205713, 0.0),
}


@needs_cdnow
def test_the_published_parameters_come_out_of_cdnow():
    found = fit(cdnow_patterns())
    p = found.parameters
    assert found.converged
    assert (p.r, p.alpha, p.s, p.beta) == pytest.approx((0.553, 10.578, 0.606, 11.669), abs=1.1e-3)
    assert found.log_likelihood == pytest.approx(-9594.98, abs=0.01)
    assert found.gradient < 1e-9


@needs_cdnow
def test_nowhere_near_the_published_parameters_are_the_purchases_likelier():
    found = fit(cdnow_patterns())
    assert found.log_likelihood >= log_likelihood(PUBLISHED, cdnow_patterns())


@needs_cdnow
def test_expectations_of_cdnow_are_those_of_a_peer():
    # lifetimes 0.11.3 ended at r 0.553269, alpha 10.577494, s 0.606243, beta 11.668868.
    peer = ParetoNbd(0.553269, 10.577494, 0.606243, 11.668868)
    patterns = cdnow_patterns()
    (ahead,) = expected_purchases(peer, patterns, [39.0])
    assert (ahead * patterns.weights).sum() == pytest.approx(1665.518, abs=5e-3)
    known = one(2, 30.43, 38.86)
    assert expected_purchases(peer, known, [39.0])[0, 0] == pytest.approx(1.4550986, abs=2e-6)
    assert probability_alive(peer, known)[0] == pytest.approx(0.8691154, abs=2e-6)


@pytest.mark.parametrize(("case", "exact"), EXACT.items())
def test_likelihood_and_chance_to_be_alive_are_exact_also_where_2f1_overflows(case, exact):
    p, known = ParetoNbd(*case[:4]), one(*case[4:])
    assert log_likelihood(p, known) == pytest.approx(exact[0], rel=1e-12)
    assert probability_alive(p, known)[0] == pytest.approx(exact[1], rel=1e-12, abs=1e-300)


@needs_cdnow
@pytest.mark.parametrize(
    "at", [(-1.0, 0.3, -0.5, 1.0), (-1.0, 1.3, -0.5, -2.0), (1.0, -3.0, 2.0, -4.0), (0, 0, 0, 0)]
)
def test_the_gradient_is_that_of_the_values(at):
    mean = objective(cdnow_patterns(), 39.0)
    value, slopes = mean(np.array(at, dtype=float))
    assert np.isfinite(value)
    assert slopes == pytest.approx(slopes_by_differences(mean, np.array(at, dtype=float)), abs=2e-8)


def test_a_new_customer_buys_by_the_published_formula():
    r, alpha, s, beta = 0.553, 10.578, 0.606, 11.669
    for t in (1.0, 39.0, 78.0):
        formula = r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + t)) ** (s - 1))
        assert expected_from_start(PUBLISHED, [t])[0] == pytest.approx(formula, rel=1e-12)
    at_1 = expected_from_start(ParetoNbd(r, alpha, 1.0, beta), [39.0])[0]
    assert at_1 == pytest.approx(r * beta / alpha * math.log(1 + 39 / beta), rel=1e-12)
    near = expected_from_start(ParetoNbd(r, alpha, 1 + 1e-9, beta), [39.0])[0]
    assert near == pytest.approx(at_1, rel=1e-8)


def test_known_parameters_are_found_again():
    chance = np.random.default_rng(3)
    count = 10_000
    pace, gone = chance.gamma(0.6, 1 / 10.0, count), chance.gamma(0.7, 1 / 12.0, count)
    seen = chance.integers(150, 550, count) / 7
    until = np.minimum(chance.exponential(1 / gone), seen)
    x = chance.poisson(pace * until).astype(float)
    # The last of k times that fall evenly, as a whole day.
    t_x = np.where(x > 0, until * chance.random(count) ** (1 / np.maximum(x, 1)), 0)
    t_x = np.where(x > 0, np.maximum(np.floor(t_x * 7), 1) / 7, 0)
    found = fit(purchase_patterns(x, np.minimum(t_x, seen), seen))
    p = found.parameters
    assert found.converged
    assert (p.r, p.alpha, p.s, p.beta) == pytest.approx((0.6, 10.0, 0.7, 12.0), rel=0.25)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_the_order_of_customers_never_matters_and_doubling_them_doubles_the_likelihood(seed, many):
    leaves = lambda chance, count: chance.beta(0.8, 2.5, count)  # noqa: E731
    columns = customers(150, 0.5, 5.0, leaves, 60, seed % 5)
    order = np.random.default_rng(seed).permutation(150)
    found = fit(purchase_patterns(*columns))
    assert fit(purchase_patterns(*(column[order] for column in columns))) == found
    more = fit(purchase_patterns(*(np.tile(column, many) for column in columns)))
    assert more.converged == found.converged
    if found.converged:
        assert more.log_likelihood == pytest.approx(many * found.log_likelihood, rel=1e-10)
        assert more.parameters.r == pytest.approx(found.parameters.r, rel=1e-5)


positive = st.floats(1e-3, 1e3)


@settings(max_examples=60, deadline=None)
@given(positive, positive, positive, positive, st.integers(0, 600), st.floats(0, 1))
def test_a_chance_to_be_alive_lies_within_0_and_1_and_falls_with_silence(
    r, alpha, s, beta, x, part
):
    p = ParetoNbd(r, alpha, s, beta)
    last = part * 400 + 1 if x else 0.0
    chances = [probability_alive(p, one(x, last, seen))[0] for seen in (401.0, 500.0, 5000.0)]
    assert all(0 <= chance <= 1 for chance in chances)
    assert chances[0] >= chances[1] * (1 - 1e-9)
    assert chances[1] >= chances[2] * (1 - 1e-9)


def test_who_was_first_seen_on_the_last_day_is_alive():
    assert probability_alive(PUBLISHED, one(0, 0, 0)).tolist() == [1.0]
    assert log_likelihood(PUBLISHED, one(0, 0, 0)) == pytest.approx(0.0, abs=1e-12)


# ── shapes that have no maximum ─────────────────────────────────────────────────────────────


def test_nobody_bought_again():
    with pytest.raises(ValueError, match="no repeat purchases"):
        fit(purchase_patterns(np.zeros(50), np.zeros(50), np.full(50, 30.0)))


@pytest.mark.parametrize("last", [501.0, 500.0])
def test_289_000_customers_who_all_bought_501_times(last):
    full = np.full(289_000, 501.0)
    found = fit(purchase_patterns(full, np.full(289_000, last), full))
    assert not found.converged
    assert "ran to a limit" in found.why_not


def test_customers_of_whom_none_leaves():
    stays = lambda _, count: np.zeros(count)  # noqa: E731
    found = fit(purchase_patterns(*customers(400, 0.5, 5.0, stays, 60, 5)))
    assert found.why_not == "it ran to a limit: nobody seems to leave, no dropout to estimate"
