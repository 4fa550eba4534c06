"""Association rules against a textbook and enumeration; their test against print and scipy."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from xlcrm.stats import frequent_sets as sets_module
from xlcrm.stats.association_rules import NO_ITEM, association_rules
from xlcrm.stats.frequent_sets import Baskets, at_least, bit_rows, frequent_sets
from xlcrm.stats.hypergeometric import upper_tail

few = settings(max_examples=60, deadline=None)
some_baskets = st.lists(st.sets(st.integers(0, 6), min_size=1), min_size=1, max_size=14)


def baskets(*contents):
    pairs = [(k, item) for k, content in enumerate(contents) for item in content]
    basket, item = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    return Baskets(basket, item, len(contents), int(item.max()) + 1)


def told(rules):
    """Each rule with its counts and figures."""
    return {
        (frozenset(first[first != NO_ITEM].tolist()), int(second)): (both, support, conf, lift)
        for first, second, both, support, conf, lift in zip(
            rules.first, rules.second, rules.both, rules.support, rules.confidence, rules.lift,
            strict=True,
        )
    }  # fmt: skip


def test_the_market_baskets_of_the_textbook():
    # Tan, Steinbach and Kumar, Introduction to Data Mining, table 6.1 and p. 330:
    # {milk, diapers} -> {beer} has support 2/5 and confidence 2/3.
    bread, milk, diapers, beer, eggs, cola = range(6)
    held = baskets(
        {bread, milk},
        {bread, diapers, beer, eggs},
        {milk, diapers, beer, cola},
        {bread, milk, diapers, beer},
        {bread, milk, diapers, cola},
    )
    rules = told(association_rules(held, 0.4, 0.6, 2))
    _, support, confidence, lift = rules[frozenset({milk, diapers}), beer]
    assert (support, confidence) == (0.4, 2 / 3)
    assert lift == pytest.approx((2 / 3) / (3 / 5), rel=1e-15)
    # Figure 6.5 there: with 3 of 5 baskets, four items and four pairs are frequent; no three.
    found = frequent_sets(held, 0.6, 3)
    assert [len(some.counts) for some in found] == [4, 4]
    assert found[1].items.tolist() == [
        [bread, milk], [bread, diapers], [milk, diapers], [diapers, beer],
    ]  # fmt: skip
    assert found[1].counts.tolist() == [3, 3, 3, 3]


def by_enumeration(contents, support, confidence, size):
    """Every first part and every item outside it, in fractions."""
    count, items = len(contents), sorted(set().union(*contents))
    answer = {}
    for length in range(1, size + 1):
        for first in itertools.combinations(items, length):
            having = [content for content in contents if set(first) <= content]
            for second in set(items) - set(first):
                both = sum(second in content for content in having)
                if both and Fraction(both, count) >= support:
                    conf = Fraction(both, len(having))
                    share = Fraction(sum(second in c for c in contents), count)
                    if conf >= confidence:
                        answer[frozenset(first), second] = (both, conf, conf / share)
    return answer


@few
@given(some_baskets, st.sampled_from([0, 1, 2, 3, 5]), st.sampled_from([0, 2, 5, 8, 10]),
       st.integers(1, 4))  # fmt: skip
def test_the_rules_are_those_that_enumeration_finds(contents, tenths, conf_tenths, size):
    expected = by_enumeration(contents, Fraction(tenths, 10), Fraction(conf_tenths, 10), size)
    rules = association_rules(baskets(*contents), tenths / 10, conf_tenths / 10, size)
    found = told(rules)
    assert len(found) == len(rules.second)
    assert found.keys() == expected.keys()
    for rule, (both, conf, lift) in expected.items():
        assert found[rule][0] == both
        assert found[rule][2] == float(conf)
        assert found[rule][3] == pytest.approx(float(lift), rel=1e-14)


@few
@given(some_baskets, st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_nothing(contents, chance):
    held = baskets(*contents)
    order = list(range(len(held.item)))
    chance.shuffle(order)
    names = list(range(held.count))
    chance.shuffle(names)
    other = Baskets(np.array(names)[held.basket[order]], held.item[order], held.count, held.kinds)
    one, again = (association_rules(some, 0.1, 0.2, 3) for some in (held, other))
    for part in ("first", "second", "both", "with_first", "with_second"):
        assert getattr(one, part).tolist() == getattr(again, part).tolist()


def test_rules_stand_by_lift_then_confidence_then_baskets_then_names():
    rules = association_rules(baskets({0, 1, 2}, {0, 1}, {3, 4}, {3, 4}, {5, 6}), 0, 0, 1)
    shown = [
        (float(lift), float(conf), int(both), int(first), int(second))
        for lift, conf, both, (first,), second in zip(
            rules.lift, rules.confidence, rules.both, rules.first, rules.second, strict=True
        )
    ]
    assert shown == [
        (5.0, 1.0, 1, 5, 6), (5.0, 1.0, 1, 6, 5),
        (2.5, 1.0, 2, 0, 1), (2.5, 1.0, 2, 1, 0), (2.5, 1.0, 2, 3, 4), (2.5, 1.0, 2, 4, 3),
        (2.5, 1.0, 1, 2, 0), (2.5, 1.0, 1, 2, 1), (2.5, 0.5, 1, 0, 2), (2.5, 0.5, 1, 1, 2),
    ]  # fmt: skip


def test_a_limit_that_is_reached_exactly_counts_whatever_the_rounding():
    # 0.07 * 100 and 0.29 * 100 are not 7 and 29 in floating point.
    for share, reached in ((0.07, 7), (0.29, 29), (0.57, 57), (0.1, 10)):
        counts = np.arange(101)
        assert counts[at_least(counts, share, np.array(100))].min() == reached
    held = baskets(*([{0, 1}] * 7 + [{0}] * 93))
    assert len(association_rules(held, 0.07, 0.07, 1).second) == 2
    assert len(association_rules(held, 0.0701, 0.0, 1).second) == 0


def test_baskets_of_one_thing_each_make_no_rules():
    rules = association_rules(baskets({0}, {1}, {2}), 0.0, 0.0, 4)
    assert rules.first.shape == (0, 4)
    assert rules.lift.tolist() == rules.support.tolist() == []


def test_more_sets_than_anyone_reads_are_refused(monkeypatch):
    monkeypatch.setattr(sets_module, "MOST_SETS", 10)
    with pytest.raises(OverflowError, match="more than 10"):
        frequent_sets(baskets(set(range(5)), set(range(5))), 0.5, 3)


def test_sets_counted_in_many_blocks_are_the_same(monkeypatch):
    contents = [{k % 7, k % 5, k % 3, 7 + k % 2} for k in range(300)]
    whole = [(s.items.tolist(), s.counts.tolist()) for s in frequent_sets(baskets(*contents), 0, 5)]
    monkeypatch.setattr(sets_module, "_WORDS_AT_ONCE", 3)
    parts = [(s.items.tolist(), s.counts.tolist()) for s in frequent_sets(baskets(*contents), 0, 5)]
    assert parts == whole


def test_bits_beyond_the_last_place_are_0():
    rows = bit_rows(np.array([0, 0, 1]), np.array([0, 64, 3]), 2, 65)
    assert rows.shape == (2, 2)
    assert np.bitwise_count(rows).sum(axis=1).tolist() == [2, 1]


def test_the_lady_tasting_tea_one_sided():
    # Fisher 1935: of four cups told to be milk first three or more are right by chance in 17 of 70.
    found = upper_tail(np.array([3.0, 4.0, 0.0]), np.full(3, 4.0), np.full(3, 4.0), 8.0)
    assert found == pytest.approx([17 / 70, 1 / 70, 1.0], rel=1e-13)


@few
@given(st.integers(1, 40), st.data())
def test_the_tail_counts_the_ways_to_see_as_many_or_more(total, data):
    drawn, marked = (data.draw(st.integers(0, total)) for _ in range(2))
    low, high = max(0, drawn + marked - total), min(drawn, marked)
    seen = data.draw(st.integers(low, high))
    ways = [math.comb(marked, x) * math.comb(total - marked, drawn - x) for x in range(high + 1)]
    expected = Fraction(sum(ways[seen:]), math.comb(total, drawn))
    arguments = (np.array([float(x)]) for x in (seen, drawn, marked))
    assert upper_tail(*arguments, float(total))[0] == pytest.approx(float(expected), rel=1e-10)


def test_the_tail_of_large_tables_is_scipys():
    seen = np.array([120.0, 100.0, 90.0, 400.0, 20_000.0])
    drawn = np.array([1_000.0, 1_000.0, 1_000.0, 1_000.0, 50_000.0])
    marked = np.array([10_000.0, 10_000.0, 10_000.0, 10_000.0, 39_900.0])
    found = upper_tail(seen, drawn, marked, 100_000.0)
    assert found == pytest.approx(hypergeom.sf(seen - 1, 100_000, marked, drawn), rel=1e-7)
