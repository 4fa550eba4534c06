"""Recency, frequency and money: scores, segments, and why."""

import datetime as dt
from itertools import product

import pytest
from customers_given import AS_OF, customers
from given import model_with, shuffled

from xlcrm.analytics.customers.rfm import rfm
from xlcrm.analytics.customers.rfm_segments import (
    DEFAULT_RULES,
    SegmentRule,
    cell_of,
    segments_by_cell,
)
from xlcrm.errors import CrmError, ExcelError, NotAvailable, OutOfDomain, UnknownName, WrongValue

TODAY = dt.date(2026, 3, 31)


def orders(lines):
    """Lines of account, days before today, and amount."""
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [line[0] for line in lines],
        "date": [TODAY - dt.timedelta(days=line[1]) for line in lines],
        "amount": [float(line[2]) for line in lines],
    }


def scored(lines, *asked, least=5.0, **tables):
    settings = {"name": ["rfm_least"], "value": [least]}
    return rfm(model_with(TODAY, orders=orders(lines), settings=settings, **tables), *asked)


def by_account(frame):
    return frame.set_index("account_id").to_dict("index")


# Ten customers; customer k ordered on k + 1 days, the last one 10 · k days ago, 100 · k a day.
TEN = [
    (f"c{k}", 10 * k + back, 100 * (k + 1))
    for k in range(10)
    for back in range(k + 1)
]  # fmt: skip


def test_ten_customers_are_two_a_fifth_on_every_side():
    found = by_account(scored(TEN))
    assert [found[f"c{k}"]["recency"] for k in range(10)] == [10.0 * k for k in range(10)]
    assert [found[f"c{k}"]["frequency"] for k in range(10)] == [k + 1.0 for k in range(10)]
    assert found["c3"]["monetary"] == 4 * 400.0
    assert [found[f"c{k}"]["r"] for k in range(10)] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert [found[f"c{k}"]["f"] for k in range(10)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [found[f"c{k}"]["m"] for k in range(10)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_why_says_the_limits_of_the_scores():
    found = by_account(scored(TEN))
    assert found["c0"]["why"] == (
        "r 5: ordered within 10 days; f 1: at most 2 days with orders; m 1: at most 400"
    )
    assert found["c5"]["why"] == (
        "r 3: ordered 40 to 50 days ago; f 3: 5 to 6 days with orders; m 3: 2,500 to 3,600"
    )
    assert found["c9"]["why"] == (
        "r 1: ordered 80 days ago or earlier; f 5: at least 9 days with orders; m 5: at least 8,100"
    )


def test_customers_who_all_ordered_once_share_the_middle_score_of_frequency():
    frame = scored([(f"c{k}", k, 10.25 + k) for k in range(6)])
    assert set(frame["f"]) == {3.0}
    assert "; f 3: 1 day with orders; " in frame["why"][0]
    assert by_account(frame)["c5"]["why"].endswith("m 5: at least 14.25")


def test_the_best_customers_stand_first_and_equal_ones_by_account():
    lines = [(name, 5, 10) for name in ("d", "b", "e", "a", "c")]
    assert scored(lines)["account_id"].tolist() == ["a", "b", "c", "d", "e"]
    found = scored(TEN)
    sums = found[["r", "f", "m"]].sum(axis=1)
    assert sums.is_monotonic_decreasing
    assert found["account_id"].tolist()[:2] == ["c9", "c8"]


def test_a_return_is_taken_from_its_day_and_is_no_order():
    lines = [
        ("a", 10, 100), ("a", 10, 50), ("a", 5, 30), ("a", 5, -30), ("a", 1, -20),
        ("b", 3, 5), ("b", 3, -5),
        ("c", 2, -9),
        *((f"k{n}", 20, 1) for n in range(4)),
    ]  # fmt: skip
    found = by_account(scored(lines))
    assert (found["a"]["recency"], found["a"]["frequency"]) == (10.0, 1.0)
    assert found["a"]["monetary"] == 130.0
    assert not {"b", "c"} & set(found)


def test_more_returns_than_sales_leave_the_lowest_score_of_money():
    lines = [("a", 9, 10), ("a", 8, -50), *((f"k{n}", 20, n + 1) for n in range(9))]
    found = by_account(scored(lines))
    assert (found["a"]["monetary"], found["a"]["m"]) == (-40.0, 1.0)


def test_an_order_after_as_of_and_one_outside_the_period_do_not_count():
    lines = [*TEN, ("c0", -4, 1e6), ("late", -1, 5)]
    assert by_account(scored(lines)) == by_account(scored(TEN))
    march = by_account(scored([*TEN, *((f"o{n}", 25, 1) for n in range(3))], "", "", "2026-03"))
    assert set(march) == {"c0", "c1", "c2", "c3", "o0", "o1", "o2"}
    assert march["c3"]["frequency"] == 1.0  # 1 March is 30 days before the last
    # The whole of February: recency is counted from its last day, 31 days before today.
    more = [("o1", 40, 1), ("o2", 40, 1)]
    february = by_account(scored([*TEN, *more], "", "", "2026-02"))
    assert february["c4"]["recency"] == 9.0
    assert february["c3"]["frequency"] == 3.0  # 31, 32 and 33 days ago


def test_a_period_that_lies_ahead_is_refused():
    with pytest.raises(NotAvailable, match="lies ahead"):
        scored(TEN, "", "", "2027")


def test_fewer_customers_than_the_setting_are_not_ranked():
    with pytest.raises(NotAvailable, match=r"10 customers ordered .* need 25"):
        scored(TEN, least=25.0)
    with pytest.raises(NotAvailable, match="9 customers"):
        rfm(model_with(TODAY, orders=orders(TEN)), "", "account_id<>c3", "")


# ── natural breaks ──────────────────────────────────────────────────────────────────────────


def test_jenks_cuts_where_customers_differ_most():
    amounts = {"a": 1, "b": 2, "c": 50, "d": 52, "e": 400, "f": 1000, "g": 1010, "h": 5000}
    lines = [(name, 7, amount) for name, amount in amounts.items()]
    found = by_account(scored(lines, "", "", "", "Jenks"))
    assert {name: row["m"] for name, row in found.items()} == {
        "a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 4, "g": 4, "h": 5,
    }  # fmt: skip
    assert {row["r"] for row in found.values()} == {3.0}


def test_with_fewer_classes_than_scores_each_has_the_score_of_its_middle():
    lines = [(f"c{k}", 30 * (k % 3), 10 * (k % 2 + 1)) for k in range(12)]
    frame = scored(lines, "", "", "", "jenks")
    assert dict(zip(frame["recency"], frame["r"], strict=True)) == {0.0: 5, 30.0: 3, 60.0: 1}
    assert dict(zip(frame["monetary"], frame["m"], strict=True)) == {10.0: 2, 20.0: 4}


def test_an_unknown_method_is_refused():
    with pytest.raises(WrongValue, match="quintiles"):
        scored(TEN, "", "", "", "quintile")


# ── segments ────────────────────────────────────────────────────────────────────────────────

R_PACKAGE = {
    "Champions": (5, 5, 5, 5, 5, 5),
    "Potential Loyalist": (3, 5, 3, 5, 2, 5),
    "Loyal Customers": (2, 4, 2, 4, 2, 4),
    "Promising": (3, 4, 1, 3, 3, 5),
    "New Customers": (4, 5, 1, 3, 1, 5),
    "Can't Lose Them": (1, 2, 3, 4, 4, 5),
    "At Risk": (1, 2, 2, 5, 4, 5),
    "Need Attention": (1, 3, 3, 5, 3, 5),
    "About To Sleep": (2, 3, 1, 3, 1, 4),
    "Lost": (1, 1, 1, 5, 1, 5),
}
"""The intervals in the README of the R package rfm; there the first that fits counts."""

ALL_SCORES = list(product(range(1, 6), repeat=3))


def in_r_package(scores):
    for name, limits in R_PACKAGE.items():
        if all(limits[2 * k] <= score <= limits[2 * k + 1] for k, score in enumerate(scores)):
            return name
    return ""


def test_every_combination_of_scores_has_exactly_one_segment():
    names = segments_by_cell(DEFAULT_RULES)
    assert len(names) == len(ALL_SCORES) == 125
    assert sorted(cell_of(*scores) for scores in ALL_SCORES) == list(range(125))
    assert set(names) == set(R_PACKAGE)


def test_segments_are_those_of_the_r_package_where_it_has_any():
    names = segments_by_cell(DEFAULT_RULES)
    differing = {s: in_r_package(s) for s in ALL_SCORES if names[cell_of(*s)] != in_r_package(s)}
    assert set(differing.values()) == {""}
    assert len(differing) == 10


RULES = {
    "segment": ["Best", "Rest"],
    "r_from": [4.0, None], "r_to": [5.0, None],
    "f_from": [None, None], "f_to": [None, None],
    "m_from": [None, None], "m_to": [None, None],
}  # fmt: skip


def with_rules(*rows):
    return {
        "segment": [row[0] for row in rows],
        **{name: [float(row[k]) for row in rows] for k, name in enumerate(list(RULES)[1:], 1)},
    }


def test_the_table_of_the_workbook_names_the_segments_and_the_narrower_rule_counts():
    for given in (RULES, shuffled(RULES)):
        frame = scored(TEN, segment_rules=given)
        assert dict(zip(frame["r"], frame["segment"], strict=True)) == {
            5: "Best", 4: "Best", 3: "Rest", 2: "Rest", 1: "Rest",
        }  # fmt: skip


def test_a_table_without_segments_leaves_the_default_ones():
    empty = {name: [None if name == "segment" else 1.0] for name in RULES}
    assert scored(TEN, segment_rules=empty).equals(scored(TEN))


def test_scores_that_no_rule_holds_are_named():
    rules = with_rules(("Recent", 2, 5, 1, 5, 1, 5))
    with pytest.raises(NotAvailable, match="holds r 1, f 5, m 5, the scores of 2 customers"):
        scored(TEN, segment_rules=rules)


def test_scores_that_do_not_occur_need_no_rule():
    # In TEN the three scores go together: r 5, f 1, m 1 to r 1, f 5, m 5.
    rows = [(f"S{k}", k, k, 6 - k, 6 - k, 6 - k, 6 - k) for k in range(1, 6)]
    found = by_account(scored(TEN, segment_rules=with_rules(*rows)))
    assert [found[f"c{k}"]["segment"] for k in (0, 4, 9)] == ["S5", "S3", "S1"]


def test_two_segments_that_are_equally_narrow_are_refused():
    rows = [("One", 4, 5, 1, 5, 1, 5), ("Two", 3, 4, 1, 5, 1, 5), ("Rest", 1, 5, 1, 5, 1, 5)]
    with pytest.raises(WrongValue, match="'One' and 'Two' both hold r 4, f 1, m 1"):
        scored(TEN, segment_rules=with_rules(*rows))
    # One segment may have several boxes that overlap.
    rows[1] = ("One", 3, 4, 1, 5, 1, 5)
    assert set(scored(TEN, segment_rules=with_rules(*rows))["segment"]) == {"One", "Rest"}


def test_a_narrower_rule_settles_what_two_wider_ones_hold():
    rules = (
        SegmentRule("A", (1, 3), (1, 5), (1, 5)),
        SegmentRule("B", (3, 5), (1, 5), (1, 5)),
        SegmentRule("C", (3, 3), (1, 5), (1, 5)),
    )
    for order in (rules, rules[::-1]):
        names = segments_by_cell(order)
        assert [names[cell_of(r, 1, 1)] for r in range(1, 6)] == ["A", "A", "C", "B", "B"]


def test_limits_that_hold_no_score_are_refused():
    with pytest.raises(OutOfDomain, match="'Odd'"):
        scored(TEN, segment_rules=with_rules(("Odd", 4, 3, 1, 5, 1, 5)))


# ── by segment ──────────────────────────────────────────────────────────────────────────────

ACCOUNTS = {
    "account_id": [f"c{k}" for k in range(9)],
    "type": ["Shop", "Chain"] * 4 + ["Shop"],
}


def test_segments_have_their_shares_and_means():
    frame = scored(TEN, "RFM segment", segment_rules=RULES)
    # Best are c0 to c3: 100 + 2·200 + 3·300 + 4·400 = 3,000 of 100 · (1² + … + 10²) = 38,500.
    assert frame.columns.tolist() == [
        "rfm_segment", "customers", "share", "revenue", "revenue_share", "recency", "frequency",
        "monetary",
    ]  # fmt: skip
    best = frame.set_index("rfm_segment").loc["Best"]
    assert best.tolist() == pytest.approx([4, 0.4, 3000, 3000 / 38_500, 15, 2.5, 750])
    # The mean sum of scores: Best 4.5 + 1.5 + 1.5, Rest 2 + 4 + 4.
    assert frame["rfm_segment"].tolist() == ["Rest", "Best"]


def test_segments_are_parted_by_columns_of_accounts():
    frame = scored(TEN, "type, rfm_segment", segment_rules=RULES, accounts=ACCOUNTS)
    found = {tuple(row[:2]): row[2] for row in frame.itertuples(index=False)}
    assert found == {
        ("Shop", "Best"): 2.0, ("Chain", "Best"): 2.0, ("Shop", "Rest"): 3.0,
        ("Chain", "Rest"): 2.0, ("(not in accounts)", "Rest"): 1.0,
    }  # fmt: skip
    assert frame["share"].sum() == pytest.approx(1.0)
    assert frame["revenue_share"].sum() == pytest.approx(1.0)


def test_shares_of_no_sales_at_all_are_errors():
    even = [*TEN, *((f"c{k}", 120, -100 * (k + 1) ** 2) for k in range(10))]
    assert set(scored(even, "rfm_segment")["revenue_share"]) == {ExcelError.DIV0}
    assert set(scored([*even, ("c1", 121, -5)], "rfm_segment")["revenue_share"]) == {ExcelError.NUM}


def test_an_unknown_column_and_a_name_that_stands_twice_are_refused():
    with pytest.raises(UnknownName):
        scored(TEN, "rfm_segment, nosuch", accounts=ACCOUNTS)
    with pytest.raises(WrongValue, match="twice"):
        scored(TEN, "rfm_segment, RFM_Segment")
    with pytest.raises(CrmError, match="accounts"):
        scored(TEN, "rfm_segment, type")


# ── laws ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("asked", [("",), ("rfm_segment, type",), ("", "", "2025", "jenks")])
def test_the_order_of_rows_changes_no_bit(asked):
    tables = customers(400)
    expected = rfm(model_with(AS_OF.date(), **tables), *asked)
    for seed in range(3):
        mixed = {kind: shuffled(columns, seed) for kind, columns in tables.items()}
        assert rfm(model_with(AS_OF.date(), **mixed), *asked).equals(expected)


def test_money_in_another_unit_changes_no_score():
    tables = customers(400)
    expected = rfm(model_with(AS_OF.date(), **tables)).set_index("account_id")
    amounts = [a if a is None else 8 * a for a in tables["orders"]["amount"]]
    tables["orders"] = tables["orders"] | {"amount": amounts}
    found = rfm(model_with(AS_OF.date(), **tables)).set_index("account_id")
    scores = ["r", "f", "m", "segment"]
    assert found[scores].equals(expected.loc[found.index, scores])
