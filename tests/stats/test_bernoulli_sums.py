"""The distribution of sums of deals, against enumeration, polynomials, simulation and laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import binom, multivariate_normal

from xlcrm.stats.bernoulli_sums import distribution, influence, influences, leading, spectrum, total
from xlcrm.stats.bernoulli_sums.shock import quadrature

few = settings(max_examples=30, deadline=None)
chances = st.floats(0, 1).map(lambda p: round(p, 6))
cents = st.integers(-2_000_000, 9_000_000).map(lambda c: c / 100)
deals = st.lists(st.tuples(cents, chances), min_size=1, max_size=24)


@pytest.fixture
def on_a_grid(monkeypatch):
    monkeypatch.setattr(total, "FEWEST_ON_A_GRID", 1)
    monkeypatch.setattr(influence, "FEWEST_ON_A_GRID", 1)


def lognormal(count, seed, decimals=2):
    chance = np.random.default_rng(seed)
    amounts = np.round(np.exp(chance.normal(9, 1, count)), decimals)
    return amounts, np.round(chance.uniform(0.03, 0.95, count), 3)


def every_outcome(amounts_in_cents, p):
    """All 2^n sums in cents and their chances, merged."""
    won = (np.arange(2 ** len(p))[:, None] >> np.arange(len(p))) & 1
    sums = won @ np.array(amounts_in_cents)
    weights = np.where(won, p, 1 - np.array(p)).prod(axis=1)
    values, codes = np.unique(sums, return_inverse=True)
    return values, np.bincount(codes, weights)


def mixed_convolutions(amounts, p, rho, nodes):
    """Convolve small whole amounts, given the factor, on equally spaced values of it."""
    z = np.linspace(-9, 9, nodes)
    weights = np.exp(-z * z / 2)
    weights /= weights.sum()
    given_z = ndtr((ndtri(p)[None, :] - math.sqrt(rho) * z[:, None]) / math.sqrt(1 - rho))
    law = np.zeros((nodes, int(sum(amounts)) + 1))
    law[:, 0] = 1
    for k, amount in enumerate(amounts):
        won = given_z[:, k : k + 1] * law[:, :-amount]
        law *= 1 - given_z[:, k : k + 1]
        law[:, amount:] += won
    return weights @ law


def on_units(law, size):
    """The chances of 0, 1, 2 ... up to a size."""
    found = np.zeros(size)
    found[np.rint(law.values).astype(int)] = law.chances
    return found


def simulated(amounts, p, rho, draws, seed):
    chance = np.random.default_rng(seed)
    sums = []
    for _ in range(draws // 10_000):
        z = chance.standard_normal((10_000, 1))
        given_z = ndtr((ndtri(p) - math.sqrt(rho) * z) / math.sqrt(1 - rho))
        sums.append((chance.random((10_000, len(p))) < given_z).astype(float) @ amounts)
    return np.concatenate(sums)


# ── few deals ───────────────────────────────────────────────────────────────────────────────


def test_two_deals_of_100_at_a_half_and_one_of_50_at_a_fifth():
    law = distribution([100.0, 100.0, 50.0], [0.5, 0.5, 0.2])
    assert law.mean == 110.0
    assert law.deviation == pytest.approx(math.sqrt(2 * 100**2 / 4 + 50**2 * 0.16))
    assert law.reaching(100.0) == pytest.approx(0.75, abs=1e-15)
    assert law.reaching(150.0) == pytest.approx(0.35, abs=1e-15)
    assert law.values.tolist() == [0.0, 50.0, 100.0, 150.0, 200.0, 250.0]
    assert law.chances == pytest.approx([0.2, 0.05, 0.4, 0.1, 0.2, 0.05], abs=1e-15)
    assert law.unit == 0.0
    assert law.quantile(0.1) == 0.0
    assert law.quantile(0.5) == 100.0
    assert law.quantile(0.9) == 200.0


def test_sums_of_cents_that_floats_hold_differently_are_one_value():
    law = distribution([0.1, 0.2, 0.3], [0.5, 0.5, 0.5])
    assert law.values.tolist() == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert law.reaching(0.3) == pytest.approx(5 / 8, abs=1e-15)


@pytest.mark.parametrize("rho", [0.1, 0.5, 0.95])
def test_two_deals_that_hang_together_are_both_won_as_the_bivariate_normal_says(rho):
    p = np.array([0.3, 0.6])
    both = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(ndtri(p))
    law = distribution([100.0, 40.0], p, rho)
    assert law.chances == pytest.approx([0.4 + both - 0.3, 0.6 - both, 0.3 - both, both], abs=1e-8)
    variance = 100**2 * 0.21 + 40**2 * 0.24 + 2 * 100 * 40 * (both - 0.18)
    assert law.deviation == pytest.approx(math.sqrt(variance), abs=1e-4)
    won, lost = influences([100.0, 40.0], p, 40.0, rho)
    assert won == pytest.approx([1.0, 1.0], abs=1e-12)
    assert lost == pytest.approx([(0.6 - both) / 0.7, (0.3 - both) / 0.4], abs=1e-8)


def test_eighteen_deals_as_all_their_outcomes_say():
    amounts = [137 * k * k + 911 * k + 1 for k in range(18)]
    p = [0.05 + 0.05 * k for k in range(18)]
    values, found = every_outcome(amounts, p)
    law = distribution(np.array(amounts) / 100, p)
    assert (law.values * 100).round().astype(int).tolist() == values.tolist()
    assert np.abs(law.chances - found).max() < 1e-15


# ── the grid ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("on_a_grid")
def test_the_grid_says_the_same_as_all_outcomes_where_it_holds_the_cents():
    amounts = [17 * k + 101 for k in range(18)]
    p = [0.05 + 0.05 * k for k in range(18)]
    values, found = every_outcome(amounts, p)
    law = distribution(np.array(amounts) / 100, p)
    assert law.exact
    assert law.unit == 0.01
    cells = np.rint(law.values * 100).astype(int)
    here = np.zeros(values[-1] + 1)
    here[values] = found
    assert np.abs(law.chances - here[cells]).max() < 1e-12
    assert here[cells].sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.usefixtures("on_a_grid")
def test_the_grid_s_error_stays_within_hoeffding_s_bound_where_it_rounds():
    amounts = [1_234_567 + 654_321 * k + 7 * k * k for k in range(16)]
    p = [0.1 + 0.05 * k for k in range(16)]
    values, found = every_outcome(amounts, p)
    law = distribution(np.array(amounts) / 100, p)
    assert not law.exact
    above = np.append(found[::-1].cumsum()[::-1], 0.0)

    def truly(x):
        return above[np.searchsorted(values, np.rint(x * 100))]

    slack = 1e-6
    reach = law.unit * math.sqrt(16 * math.log(2 / slack) / 2)
    for x in np.linspace(0, law.values[-1], 200):
        assert truly(x + reach) - slack <= law.reaching(x) <= truly(x - reach) + slack
    assert law.values @ law.chances == pytest.approx(law.mean, abs=1e-6 * law.unit)
    added = (law.values - law.mean) ** 2 @ law.chances - law.deviation**2
    assert 0 <= added <= 16 * law.unit**2 / 4


def test_two_hundred_whole_amounts_are_the_product_of_their_polynomials():
    chance = np.random.default_rng(2)
    amounts, p = chance.integers(1, 100, 200), chance.uniform(0, 1, 200)
    product = np.ones(1)
    for amount, hit in zip(amounts, p, strict=True):
        factor = np.zeros(amount + 1)
        factor[0], factor[-1] = 1 - hit, hit
        product = np.polynomial.polynomial.polymul(product, factor)
    law = distribution(amounts.astype(float), p)
    assert law.exact
    assert np.abs(on_units(law, len(product)) - product).max() < 1e-12


@pytest.mark.parametrize(("count", "most", "rho"), [(30, 9, 0.1), (30, 9, 0.9), (300, 2, 0.5)])
def test_deals_that_hang_together_are_convolutions_mixed_over_the_factor(count, most, rho):
    chance = np.random.default_rng(3)
    amounts, p = chance.integers(1, most + 1, count), chance.uniform(0.02, 0.98, count)
    truth = mixed_convolutions(amounts, p, rho, 1201)
    law = distribution(amounts.astype(float), p, rho)
    error = on_units(law, len(truth)) - truth
    assert np.abs(error.cumsum()).max() < 1e-6
    values = np.arange(len(truth))
    mean = values @ truth
    assert law.deviation == pytest.approx(math.sqrt((values - mean) ** 2 @ truth), rel=1e-7)


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.3])
def test_a_million_simulations_agree_within_three_standard_errors(rho):
    amounts, p = lognormal(20, 4)
    law, sums = distribution(amounts, p, rho), simulated(amounts, p, rho, 1_000_000, 7)
    draws = len(sums)
    assert abs(sums.mean() - law.mean) < 3 * law.deviation / math.sqrt(draws)
    fourth = ((sums - sums.mean()) ** 4).mean()
    assert abs(sums.var() - law.deviation**2) < 3 * math.sqrt((fourth - sums.var() ** 2) / draws)
    for x in [law.quantile(0.1), law.quantile(0.5), law.quantile(0.9), 1.2 * law.mean]:
        truth = law.reaching(x)
        allowed = 3 * math.sqrt(truth * (1 - truth) / draws)
        assert (sums >= x + law.unit).mean() - allowed < truth
        assert truth < (sums >= x - law.unit).mean() + allowed


def test_simulations_of_many_deals_agree_within_three_standard_errors():
    amounts, p = lognormal(1000, 5)
    law, sums = distribution(amounts, p, 0.1), simulated(amounts, p, 0.1, 10_000, 8)
    for q in (0.1, 0.5, 0.9):
        allowed = 3 * math.sqrt(q * (1 - q) / len(sums))
        assert abs((sums <= law.quantile(q)).mean() - q) < allowed
    assert abs(sums.std() / law.deviation - 1) < 0.03


def tails(law):
    return np.array([law.reaching(x) for x in law.mean + law.deviation * np.linspace(-3, 4, 29)])


@pytest.mark.parametrize(("count", "rho"), [(5, 0.3), (60, 0.1), (200, 0.3), (2000, 0.1)])
def test_twice_as_many_nodes_change_less_than_a_millionth(count, rho, monkeypatch):
    amounts, p = lognormal(count, 6, -2)
    first = tails(distribution(amounts, p, rho))
    monkeypatch.setattr(total, "quadrature", lambda rho, width: quadrature(rho, width / 2**0.5))
    monkeypatch.setattr("xlcrm.stats.bernoulli_sums.shock._FEWEST_NODES", 256)
    assert np.abs(tails(distribution(amounts, p, rho)) - first).max() < 1e-6


@pytest.mark.parametrize("rho", [0.1, 0.4])
def test_series_and_transforms_say_what_the_factors_say_one_by_one(rho, monkeypatch):
    amounts, p = lognormal(200, 9, -3)
    amounts += 1000
    monkeypatch.setattr(spectrum, "_WORTH_A_SERIES", 1)
    quick = distribution(amounts, p, rho)
    monkeypatch.setattr(spectrum, "_WORTH_A_SERIES", math.inf)
    monkeypatch.setattr(spectrum, "_WORTH_TRANSFORMS", math.inf)
    monkeypatch.setattr(spectrum, "_NEGLIGIBLE", 1e-11)
    slow = distribution(amounts, p, rho)
    assert np.abs((quick.chances - slow.chances).cumsum()).max() < 1e-7


def test_ten_thousand_deals_keep_their_mean_and_deviation_on_the_grid():
    amounts, p = lognormal(10_000, 10)
    for rho in (0.0, 0.1):
        law = distribution(amounts, p, rho)
        assert len(law.values) <= 65_536
        assert law.mean == pytest.approx(math.fsum(amounts * p), rel=1e-15)
        mean = law.values @ law.chances
        assert mean == pytest.approx(law.mean, abs=1e-3 * law.unit)
        spread = math.sqrt((law.values - mean) ** 2 @ law.chances)
        assert spread == pytest.approx(law.deviation, rel=1e-6)


# ── laws ────────────────────────────────────────────────────────────────────────────────────


@few
@given(deals, st.sampled_from([0.0, 0.1]), st.randoms(use_true_random=False))
def test_no_order_of_the_deals_changes_a_bit(pairs, rho, chance):
    law = distribution(*zip(*pairs, strict=True), rho)
    chance.shuffle(pairs)
    other = distribution(*zip(*pairs, strict=True), rho)
    assert law.values.tobytes() == other.values.tobytes()
    assert law.chances.tobytes() == other.chances.tobytes()
    assert (law.mean, law.deviation) == (other.mean, other.deviation)


@few
@given(deals, st.sampled_from([0.0, 0.2]))
def test_chances_add_up_the_mean_is_kept_and_quantiles_rise(pairs, rho):
    law = distribution(*zip(*pairs, strict=True), rho)
    largest = max(abs(a) for a, _ in pairs)
    assert (law.chances >= 0).all()
    assert (np.diff(law.values) > 0).all()
    assert law.chances.sum() == pytest.approx(1, abs=1e-12)
    assert law.mean == pytest.approx(math.fsum(a * p for a, p in pairs), abs=1e-12 * largest)
    kept = max(1e-3 * law.unit, 1e-9 * largest)
    assert law.values @ law.chances == pytest.approx(law.mean, abs=kept)
    found = [law.quantile(q) for q in (0, 0.1, 0.5, 0.9, 1)]
    assert found == sorted(found)


@few
@given(deals, st.sampled_from([0.0, 0.2]), st.sampled_from([0.001, 4.0, 100.0]))
def test_scaled_amounts_have_scaled_quantiles(pairs, rho, scale):
    amounts, p = (np.array(side) for side in zip(*pairs, strict=True))
    law, scaled = distribution(amounts, p, rho), distribution(amounts * scale, p, rho)
    below = scaled.quantile(0.5 - 1e-7) / scale
    above = scaled.quantile(0.5 + 1e-7) / scale
    reach = 6 * math.sqrt(len(pairs)) * max(law.unit, scaled.unit / scale)
    slack = reach + 1e-9 * float(np.abs(amounts).max())
    assert below - slack <= law.quantile(0.5)
    assert law.quantile(0.5 - 1e-6) <= above + slack
    assert scaled.deviation == pytest.approx(law.deviation * scale, rel=1e-9)


@few
@given(
    st.lists(st.tuples(st.integers(1, 50), st.floats(0, 0.99)), min_size=1, max_size=30),
    st.integers(0, 800),
    st.sampled_from([0.0, 0.2]),
    st.data(),
)
def test_a_raised_chance_never_lowers_the_chance_of_the_target(pairs, target, rho, data):
    amounts, p = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    before = distribution(amounts, p, rho).reaching(target)
    place = data.draw(st.integers(0, len(pairs) - 1))
    p[place] = data.draw(st.floats(p[place], 1.0))
    assert distribution(amounts, p, rho).reaching(target) >= before - 1e-7


# ── what one deal changes ───────────────────────────────────────────────────────────────────


def test_a_deal_s_influence_is_what_all_outcomes_say_of_the_others():
    amounts = [1000, 2500, 330, 4125, 75, 2500]
    p = [0.5, 0.2, 0.9, 0.35, 0.6, 0.7]
    won, lost = influences(np.array(amounts) / 100, p, 41.25)
    for k in range(6):
        others = [a for j, a in enumerate(amounts) if j != k]
        values, found = every_outcome(others, [q for j, q in enumerate(p) if j != k])
        assert won[k] == pytest.approx(found[values + amounts[k] >= 4125].sum(), abs=1e-14)
        assert lost[k] == pytest.approx(found[values >= 4125].sum(), abs=1e-14)


@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_the_grid_says_the_same_of_a_deal_s_influence_as_enumeration(rho, monkeypatch):
    amounts = np.array([1.0, 2.5, 3.3, 41.25, 0.75, 25.0, -10.0, 12.0, 5.0, 8.0])
    p = np.array([0.5, 0.2, 0.9, 0.35, 0.6, 0.7, 0.5, 1.0, 0.0, 0.5])
    counted = influences(amounts, p, 45.0, rho)
    monkeypatch.setattr(influence, "FEWEST_ON_A_GRID", 1)
    inverted = influences(amounts, p, 45.0, rho)
    assert inverted[0] == pytest.approx(counted[0], abs=1e-7)
    assert inverted[1] == pytest.approx(counted[1], abs=1e-7)


def test_a_deal_at_a_half_is_divided_out_where_its_factor_is_nothing():
    won, lost = influences(np.full(40, 100.0), np.full(40, 0.5), 2000.0, which=[3])
    assert won[0] == pytest.approx(binom.sf(18, 39, 0.5), abs=1e-12)
    assert lost[0] == pytest.approx(binom.sf(19, 39, 0.5), abs=1e-12)


@pytest.mark.parametrize(("count", "rho"), [(40, 0.0), (30, 0.2), (500, 0.1), (200, 0.4)])
def test_won_and_lost_mix_to_the_chance_of_the_whole(count, rho):
    amounts, p = lognormal(count, 11)
    law = distribution(amounts, p, rho)
    target = law.mean + 0.5 * law.deviation
    which = leading(amounts, p, target, rho, count=3)
    won, lost = influences(amounts, p, target, rho, which)
    assert p[which] * won + (1 - p[which]) * lost == pytest.approx(law.reaching(target), abs=1e-6)
    assert (won > lost).all()


@pytest.mark.parametrize("rho", [0.0, 0.2])
def test_the_leading_deals_by_the_normal_rule_are_those_that_move_most(rho):
    amounts, p = lognormal(40, 12, -3)
    target = float(amounts @ p) + 30_000
    won, lost = influences(amounts, p, target, rho)
    moved = np.argsort(lost - won)
    assert set(leading(amounts, p, target, rho, count=12)) >= set(moved[:5].tolist())
    assert leading([100.0], [1.0], 50.0) == []


def test_a_certain_deal_is_answered_as_if_it_went_the_other_way():
    won, lost = influences([100.0, 50.0, 10.0], [1.0, 0.5, 0.0], 110.0)
    assert won.tolist() == pytest.approx([0.5, 1.0, 1.0])
    assert lost.tolist() == pytest.approx([0.0, 0.0, 0.5])


# ── edges ───────────────────────────────────────────────────────────────────────────────────


def test_no_deals_bring_nothing_for_certain():
    law = distribution([], [])
    assert (law.values.tolist(), law.chances.tolist()) == ([0.0], [1.0])
    assert (law.mean, law.deviation, law.quantile(0.5)) == (0.0, 0.0, 0.0)
    assert (law.reaching(0.0), law.reaching(0.01)) == (1.0, 0.0)


def test_certain_deals_stay_certain_whatever_the_shock():
    law = distribution([100.0, 70.0, 30.0], [1.0, 0.0, 0.5], 0.4)
    assert law.values.tolist() == [100.0, 130.0]
    assert law.chances == pytest.approx([0.5, 0.5], abs=1e-10)


def test_a_refund_lowers_the_sum():
    law = distribution([100.0, -40.0], [0.5, 0.25])
    assert law.values.tolist() == [-40.0, 0.0, 60.0, 100.0]
    assert law.chances == pytest.approx([0.125, 0.375, 0.125, 0.375], abs=1e-15)
    mirrored = distribution(-lognormal(50, 13)[0], lognormal(50, 13)[1])
    plain = distribution(*lognormal(50, 13))
    assert mirrored.quantile(0.1) == pytest.approx(-plain.quantile(0.9), abs=20 * plain.unit)


def test_huge_and_tiny_amounts_stand_side_by_side():
    amounts, p = [1e9] * 12 + [0.01] * 12, [0.5] * 24
    law = distribution(amounts, p)
    assert law.reaching(6e9) == pytest.approx(binom.sf(5, 12, 0.5), abs=1e-6)
    assert law.mean == pytest.approx(6e9 + 0.06, rel=1e-15)
    small = distribution([1e9, 0.01], [0.5, 0.5])
    assert small.values.tolist() == [0.0, 0.01, 1e9, 1e9 + 0.01]


@pytest.mark.parametrize("count", [3, 30])
def test_amounts_near_the_largest_number_overflow_or_are_added_up(count):
    assert distribution([1e308], [0.5]).values.tolist() == [0.0, 1e308]
    with pytest.raises(OverflowError):
        distribution([1e308] * count, [0.5] * count)
    law = distribution([1e300] * count, [0.5] * count)
    assert law.mean == pytest.approx(count * 5e299)
    assert law.deviation == pytest.approx(1e300 * math.sqrt(count) / 2)
    assert law.reaching(count * 9e299) == pytest.approx(
        binom.sf(math.ceil(0.9 * count) - 1, count, 0.5), abs=1e-9
    )


@pytest.mark.parametrize(
    ("amounts", "p", "rho", "word"),
    [
        ([1.0], [1.1], 0.0, "between 0 and 1"),
        ([1.0], [-0.1], 0.0, "between 0 and 1"),
        ([1.0], [0.5], 1.0, "rho"),
        ([1.0], [0.5], -0.1, "rho"),
        ([1.0], [0.5], math.nan, "rho"),
        ([math.inf], [0.5], 0.0, "finite"),
        ([1.0], [math.nan], 0.0, "finite"),
        ([1.0, 2.0], [0.5], 0.0, "same length"),
    ],
)
def test_what_is_no_deal_is_refused_in_words(amounts, p, rho, word):
    with pytest.raises(ValueError, match=word):
        distribution(amounts, p, rho)


def test_a_level_outside_0_to_1_is_refused():
    with pytest.raises(ValueError, match="level"):
        distribution([1.0], [0.5]).quantile(1.5)


def test_where_nothing_is_uncertain_influences_are_0_or_1():
    won, lost = influences([100.0, 50.0], [1.0, 0.0], 120.0)
    assert (won.tolist(), lost.tolist()) == ([0.0, 1.0], [0.0, 0.0])
    assert [side.tolist() for side in influences([], [], 0.0, 0.1)] == [[], []]


@pytest.mark.parametrize("rho", [0.0, 0.2])
def test_one_odd_amount_does_not_blur_the_sums_of_round_ones(rho):
    chance = np.random.default_rng(14)
    amounts, p = chance.choice([50_000.0, 100_000.0, 150_000.0], 200), chance.uniform(0.1, 0.9, 200)
    round_ones = distribution(amounts, p, rho)
    law = distribution(np.append(amounts, 123.45), np.append(p, 0.9), rho)
    assert round_ones.exact
    assert not law.exact
    for target in range(5_000_000, 15_000_000, 500_000):
        assert law.reaching(target) == pytest.approx(round_ones.reaching(target), abs=1e-6)
