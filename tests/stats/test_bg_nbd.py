"""BG/NBD against published figures, arbitrary-precision values, and laws.

The values in `EXACT` are those of the closed form by 2F1 (Fader, Hardie and Lee 2005, eq. 10),
computed with mpmath at 40 digits.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purchase_simulation import (
    cdnow,
    cdnow_patterns,
    customers,
    needs_cdnow,
    one,
    slopes_by_differences,
)

from xlcrm.stats.bg_nbd import (
    BgNbd,
    expected_from_start,
    expected_purchases,
    fit,
    log_likelihood,
    objective,
    probability_alive,
)
from xlcrm.stats.purchase_patterns import purchase_patterns

PUBLISHED = BgNbd(0.24259, 4.41353, 0.79289, 2.42575)
EXACT = {
    (0.24259, 4.41353, 0.79289, 2.42575, 2, 30.43, 38.86, 39): 1.225906293795933,
    (0.24, 4.4, 1.000001, 2.4, 2, 30.43, 38.86, 39): 1.097621984154212,
    (0.24, 4.4, 0.79, 2.4, 0, 0, 0, 52): 1.430601933869255,
    (0.5, 0.2, 1.5, 3, 0, 0, 0, 52): 4.773815344004333,
    (3, 10, 50, 2000, 20, 90, 100, 60): 8.811651724678402,
    (0.5, 5, 0.3, 0.1, 500, 500.5, 501, 260): 240.5191135425548,
    (200, 50, 20000, 40000, 3, 1, 1.2, 52): 1.424190340981837,
    (2, 5, 0.01, 0.02, 7, 20, 30, 104): 25.58472253115426,
}


def beta(a, b):
    return lambda chance, count: chance.beta(a, b, count)


@needs_cdnow
def test_the_published_parameters_come_out_of_cdnow():
    found = fit(cdnow_patterns())
    p = found.parameters
    assert found.converged
    assert [round(v, 5) for v in (p.r, p.alpha, p.a, p.b)] == [0.24259, 4.41353, 0.79289, 2.42575]
    assert round(found.log_likelihood, 4) == -9582.4256
    assert found.gradient < 1e-9
    assert log_likelihood(p, cdnow_patterns()) == pytest.approx(found.log_likelihood, rel=1e-12)


@needs_cdnow
def test_the_published_expectations_of_cdnow():
    patterns = cdnow_patterns()
    (ahead,) = expected_purchases(fit(patterns).parameters, patterns, [39.0])
    assert round((ahead * patterns.weights).sum(), 1) == 1653.4
    alive = probability_alive(fit(patterns).parameters, patterns)
    assert round((alive * patterns.weights).sum() / 2357, 6) == 0.813439


def test_a_new_customer_buys_as_published():
    found = expected_from_start(PUBLISHED, [0.1429, 1, 3, 31.8571, 32])
    assert found.round(4).tolist() == [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]


def test_after_78_weeks_the_published_figure_is_that_of_a_series_cut_after_150_terms():
    p, t = PUBLISHED, 78
    part, term = 1.0, 1.0
    for k in range(150):
        term *= (p.r + k) * (p.b + k) / ((p.a + p.b - 1 + k) * (k + 1)) * t / (p.alpha + t)
        part += term
    cut = (p.a + p.b - 1) / (p.a - 1) * (1 - (p.alpha / (p.alpha + t)) ** p.r * part)
    assert round(cut, 4) == 1.8576  # as published
    # With all terms, by mpmath at 40 digits:
    assert expected_from_start(p, [t])[0] == pytest.approx(1.857946, abs=5e-7)


def test_a_known_customer_buys_and_lives_as_published():
    known = one(2, 30.43, 38.86)
    assert round(expected_purchases(PUBLISHED, known, [39.0])[0, 0], 4) == 1.2259
    assert round(probability_alive(PUBLISHED, known)[0], 4) == 0.7266


@pytest.mark.parametrize(("case", "exact"), EXACT.items())
def test_expected_purchases_are_exact_also_where_the_closed_form_breaks_down(case, exact):
    found = expected_purchases(BgNbd(*case[:4]), one(*case[4:7]), [case[7]])[0, 0]
    assert found == pytest.approx(exact, rel=1e-12)


def test_nothing_is_expected_of_no_time_and_a_at_1_is_no_gap():
    known = one(2, 30.43, 38.86)
    assert expected_purchases(PUBLISHED, known, [0.0])[0, 0] == 0
    near = [expected_purchases(BgNbd(0.24, 4.4, a, 2.4), known, [39.0])[0, 0]
            for a in (1 - 1e-9, 1.0, 1 + 1e-9)]  # fmt: skip
    assert near == pytest.approx([near[1]] * 3, rel=1e-8)


def test_very_many_purchases_ahead_do_not_overflow():
    daily = BgNbd(500.0, 70.0, 1e-4, 10.0)  # seven purchases a week, hardly anyone leaves
    found = expected_purchases(daily, one(3500, 499, 500), [1000.0])[0, 0]
    assert 6_990 < found < 7_030


@needs_cdnow
@pytest.mark.parametrize("at", [(-1.0, 0.3, -0.5, 1.0), (1.0, -2.0, 3.0, -2.0), (0.2, 3, -6, 5)])
def test_the_gradient_is_that_of_the_values(at):
    mean = objective(cdnow_patterns(), 39.0)
    value, slopes = mean(np.array(at))
    assert np.isfinite(value)
    assert slopes == pytest.approx(slopes_by_differences(mean, np.array(at)), abs=1e-8)


def test_the_likelihood_of_few_customers_by_the_formula():
    from math import gamma, log

    def beta_of(a, b):
        return gamma(a) * gamma(b) / gamma(a + b)

    def likelihood(x, t_x, seen, r=0.7, alpha=3.0, a=0.9, b=2.5):
        stays = beta_of(a, b + x) / beta_of(a, b) * (alpha / (alpha + seen)) ** r
        stays *= gamma(r + x) / gamma(r) / (alpha + seen) ** x
        if not x:
            return stays
        left = beta_of(a + 1, b + x - 1) / beta_of(a, b) * alpha**r
        return stays + left * gamma(r + x) / gamma(r) / (alpha + t_x) ** (r + x)

    seen = [(0, 0, 10), (1, 4, 10), (5, 9, 12), (5, 9, 12)]
    found = log_likelihood(BgNbd(0.7, 3.0, 0.9, 2.5), purchase_patterns(*np.array(seen, float).T))
    assert found == pytest.approx(sum(log(likelihood(*one)) for one in seen), rel=1e-13)


def test_known_parameters_are_found_again():
    given_to = (0.5, 5.0, 0.8, 2.5)
    found = fit(purchase_patterns(*customers(60_000, 0.5, 5.0, beta(0.8, 2.5), 78, 1)))
    p = found.parameters
    assert found.converged
    assert (p.r, p.alpha, p.a, p.b) == pytest.approx(given_to, rel=0.08)


def test_the_unit_of_time_changes_no_more_than_alpha_and_the_likelihood():
    x, t_x, seen = customers(500, 0.5, 5.0, beta(0.8, 2.5), 60, 3)
    weeks, days = fit(purchase_patterns(x, t_x, seen)), fit(purchase_patterns(x, 7 * t_x, 7 * seen))
    p, q = weeks.parameters, days.parameters
    assert (q.r, q.alpha / 7, q.a, q.b) == pytest.approx((p.r, p.alpha, p.a, p.b), rel=1e-6)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - x.sum() * np.log(7))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_the_order_of_customers_never_matters_and_doubling_them_doubles_the_likelihood(seed, many):
    columns = customers(200, 0.5, 5.0, beta(0.8, 2.5), 60, seed % 20)
    order = np.random.default_rng(seed).permutation(200)
    found = fit(purchase_patterns(*columns))
    assert fit(purchase_patterns(*(column[order] for column in columns))) == found
    more = fit(purchase_patterns(*(np.tile(column, many) for column in columns)))
    assert more.converged == found.converged
    if found.converged:
        values = [[getattr(f.parameters, n) for n in ("r", "alpha", "a", "b")]
                  for f in (more, found)]  # fmt: skip
        assert values[0] == pytest.approx(values[1], rel=1e-5)
        assert more.log_likelihood == pytest.approx(many * found.log_likelihood, rel=1e-10)


positive = st.floats(1e-3, 1e3)


@settings(max_examples=150, deadline=None)
@given(positive, positive, positive, positive, st.integers(0, 600), st.floats(0, 1))
def test_a_chance_to_be_alive_lies_within_0_and_1_and_falls_with_silence(r, alpha, a, b, x, part):
    p = BgNbd(r, alpha, a, b)
    last = part * 400 + 1 if x else 0.0
    chances = [probability_alive(p, one(x, last, seen))[0] for seen in (401.0, 500.0, 5000.0)]
    assert all(0 <= chance <= 1 for chance in chances)
    assert chances == sorted(chances, reverse=True)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.05, 50), st.floats(0.5, 50), st.floats(0.05, 50), st.floats(0.05, 50),
    st.integers(0, 60), st.floats(0.1, 100),
)  # fmt: skip
def test_expected_purchases_rise_with_time_and_stay_below_those_without_dropout(
    r, alpha, a, b, x, ahead
):
    p, known = BgNbd(r, alpha, a, b), one(x, 30.0 if x else 0.0, 40.0)
    half, whole = expected_purchases(p, known, [ahead / 2, ahead])[:, 0]
    alive = probability_alive(p, known)[0]
    assert 0 <= half <= whole <= alive * (r + x) / (alpha + 40.0) * ahead * (1 + 1e-12)


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
    assert "same pace" in found.why_not


def test_customers_of_whom_none_leaves():
    found = fit(purchase_patterns(*customers(3000, 0.5, 5.0, beta(1e-9, 3), 60, 5)))
    assert found.why_not == "it ran to a limit: nobody seems to leave, no dropout to estimate"


def test_customers_who_are_all_likely_to_leave_alike():
    same = lambda _, count: np.full(count, 0.3)  # noqa: E731
    found = fit(purchase_patterns(*customers(3000, 0.5, 5.0, same, 60, 6)))
    assert found.converged or "the same for all" in found.why_not


def test_a_heavy_tail_of_purchases_converges():
    chance = np.random.default_rng(7)
    count = 30_000
    x = np.minimum(np.floor((1 - chance.random(count)) ** (-1 / 0.7)), 100_000) - 1
    seen = np.ceil(chance.uniform(20, 2000, count))
    t_x = np.where(x > 0, np.maximum(np.floor(seen * chance.beta(2, 1, count)), 1), 0)
    patterns = purchase_patterns(x, t_x, seen)
    found = fit(patterns)
    assert patterns.x.max() > 50_000
    assert found.converged
    assert found.gradient < 1e-7
    alive = probability_alive(found.parameters, patterns)
    assert ((alive >= 0) & (alive <= 1)).all()
    ahead = expected_purchases(found.parameters, patterns, [52.0])
    assert (np.isfinite(ahead) & (ahead >= 0)).all()


@needs_cdnow
def test_the_sum_over_customers_is_that_over_patterns():
    x, t_x, seen, _ = cdnow()
    patterns = cdnow_patterns()
    (ahead,) = expected_purchases(PUBLISHED, patterns, [39.0])
    each = [expected_purchases(PUBLISHED, one(*k), [39.0])[0, 0]
            for k in list(zip(x, t_x, seen, strict=True))[:40]]  # fmt: skip
    assert ahead[patterns.of_customers][:40].tolist() == pytest.approx(each, rel=1e-13)
