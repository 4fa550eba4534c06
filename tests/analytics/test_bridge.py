"""The bridge of sales by customers: each effect by hand, and the laws that hold for any sales."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from customers_given import customers
from given import AS_OF, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.basis import rests_on
from xlcrm.analytics.segments.bridge import EFFECTS, balanced, bridge, sold_in_either
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable, OutOfDomain, UnknownName, WrongValue

law = settings(max_examples=8, deadline=None)
OLD, NOW = dt.date(2025, 2, 10), dt.date(2026, 2, 10)
MONEY = ("before", *EFFECTS, "after", "change")
NA = ExcelError.NA

SOLD = [
    # stay buys A for 100, then for 130, and B for 40 for the first time: 40 cross-sell, 30 more.
    (OLD, "stay", "A", 60.0),
    (OLD, "stay", "A", 40.0),
    (NOW, "stay", "A", 130.0),
    (NOW, "stay", "B", 40.0),
    # less buys A for 200 and B for 50, then A for 120: 130 less, and B is not bought again.
    (OLD, "less", "A", 200.0),
    (OLD, "less", "B", 50.0),
    (NOW, "less", "A", 120.0),
    (OLD, "gone", "A", 70.0),
    (NOW, "came", "C", 25.0),
]
ACCOUNTS = {
    "account_id": ["stay", "less", "gone", "came"],
    "segment": ["Gold", "Gold", "Silver", None],
    "owner": ["Ann", "Bob", "Bob", "Ann"],
    "potential": [1000.0, 500.0, 9000.0, None],
}


def model(lines, accounts=None, **more):
    """Lines of day, account, product, amount."""
    orders = {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "date": [line[0] for line in lines],
        "account_id": [line[1] for line in lines],
        "product": [line[2] for line in lines],
        "amount": [line[3] for line in lines],
    }
    tables = {"accounts": accounts} if accounts else {}
    return model_with(AS_OF, orders=orders | more, **tables)


def money(frame, row=0):
    return frame.loc[row, list(MONEY)].tolist()


def rows(frame):
    return frame.set_index(frame.columns[0])


def test_a_change_worked_by_hand():
    frame = bridge(model(SOLD))
    assert list(frame.columns) == [*MONEY, "wallet_share"]
    #                     before  new  cross  more   less    lost   after change
    assert money(frame) == [420.0, 25.0, 40.0, 30.0, -130.0, -70.0, 315.0, -105.0]
    assert frame["wallet_share"].tolist() == [NA]


def test_by_segment_every_account_is_in_its_own():
    frame = rows(bridge(model(SOLD, ACCOUNTS), "segment"))
    assert frame.index.tolist() == ["(blank)", "Gold", "Silver", "(all)"]
    figures = frame[list(MONEY)]
    assert figures.loc["Gold"].tolist() == [350.0, 0, 40.0, 30.0, -130.0, 0, 290.0, -60.0]
    assert figures.loc["Silver"].tolist() == [70.0, 0, 0, 0, 0, -70.0, 0, -70.0]
    assert figures.loc["(blank)"].tolist() == [0, 25.0, 0, 0, 0, 0, 25.0, 25.0]
    assert figures.loc["(all)"].tolist() == figures.iloc[:-1].sum().tolist()


def test_an_owner_is_who_looks_after_the_account_and_not_who_sold_the_line():
    given_model = model(SOLD, ACCOUNTS, owner=["Zoe"] * len(SOLD))
    assert rows(bridge(given_model, "owner")).index.tolist() == ["Ann", "Bob", "(all)"]


def test_an_account_that_is_not_listed_has_a_group_of_its_own():
    accounts = {name: cells[:3] for name, cells in ACCOUNTS.items()}
    frame = rows(bridge(model(SOLD, accounts), "segment"))
    assert frame.loc["(not in accounts)", "new"] == 25.0


def test_the_share_of_the_wallet_is_yearly_sales_by_potential_of_those_who_bought_and_have_one():
    # 1 January to 15 March 2026: 74 days. stay and less have 1,500 and bought for 290.
    frame = rows(bridge(model(SOLD, ACCOUNTS), "segment"))
    share = 290 * 365.25 / 74 / 1500
    assert frame.loc[["Gold", "(all)"], "wallet_share"].tolist() == pytest.approx([share, share])
    assert frame.loc[["Silver", "(blank)"], "wallet_share"].tolist() == [NA, NA]


def test_steps_stand_on_each_other():
    frame = bridge(model(SOLD), show="steps")
    assert frame["step"].tolist() == [
        "before", "new", "cross sell", "more", "less", "lost", "after",
    ]  # fmt: skip
    assert frame["amount"].tolist() == [420.0, 25.0, 40.0, 30.0, -130.0, -70.0, 315.0]
    assert frame["accounts"].tolist() == [3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0]
    assert frame["base"].tolist() == [0, 420.0, 445.0, 485.0, 385.0, 315.0, 0]
    assert frame["rise"].tolist() == [420.0, 25.0, 40.0, 30.0, 0, 0, 315.0]
    assert frame["fall"].tolist() == [0, 0, 0, 0, 130.0, 70.0, 0]
    grouped = bridge(model(SOLD, ACCOUNTS), "segment", show="steps")
    assert grouped["segment"].tolist() == [
        name for name in ("(blank)", "Gold", "Silver", "(all)") for _ in range(7)
    ]
    assert grouped.tail(7).drop(columns="segment").to_numpy().tolist() == frame.to_numpy().tolist()


def test_sales_without_a_product_are_a_product_of_their_own():
    lines = [(OLD, "a", "A", 10.0), (NOW, "a", None, 4.0), (NOW, "a", "A", 10.0)]
    assert bridge(model(lines))["cross_sell"].tolist() == [4.0]
    both = [*lines, (OLD, "a", None, 1.0)]
    assert bridge(model(both))[["cross_sell", "more"]].to_numpy().tolist() == [[0.0, 3.0]]


def test_returns_count_with_their_sign_and_who_only_returns_has_not_gone():
    lines = [(OLD, "a", "A", 10.0), (NOW, "a", "A", -4.0)]
    frame = bridge(model(lines))
    assert frame[["less", "lost", "after"]].to_numpy().tolist() == [[-14.0, 0.0, -4.0]]


def test_tenths_that_do_not_add_up_in_binary_move_no_account():
    lines = [(OLD, "a", "A", 0.1), (OLD, "a", "A", 0.2), (NOW, "a", "A", 0.3)]
    steps = bridge(model(lines), show="steps").set_index("step")
    assert steps.loc[["more", "less"], "accounts"].tolist() == [0.0, 0.0]
    assert abs(steps.loc["more", "amount"]) < 1e-15


def test_a_change_of_nothing_in_two_parts_adds_up():
    # Beside a million, 0.1 twice and 0.2 once are rounded otherwise, though equal in sum.
    lines = [(OLD, "big", "A", 1e6), (OLD, "a", "A", 0.1), (OLD, "a", "A", 0.1),
             (NOW, "a", "A", 0.2)]  # fmt: skip
    assert money(bridge(model(lines))) == [1e6 + 0.2, 0, 0, 0, 0, -1e6, 0.2, -1e6]


def test_the_days_compared_with_may_be_named_and_may_overlap():
    lines = [(dt.date(2026, 1, 5), "a", "A", 10.0), (dt.date(2026, 2, 5), "a", "A", 15.0)]
    frame = bridge(model(lines), period="2026-02", against="2026-01")
    assert frame[["before", "more", "after"]].to_numpy().tolist() == [[10.0, 5.0, 15.0]]
    both = bridge(model(lines), period="2026-01..2026-02", against="2026-01")
    assert both[["before", "more", "after"]].to_numpy().tolist() == [[10.0, 15.0, 25.0]]


def test_deals_won_stand_in_for_orders():
    deals = {
        "deal_id": ["d1", "d2", "d3"],
        "account_id": ["a", "a", "b"],
        "owner": ["Ann"] * 3,
        "created": [OLD] * 3,
        "stage": ["Won"] * 3,
        "amount": [100.0, 150.0, 30.0],
        "expected_close": [NOW] * 3,
        "closed_on": [OLD, NOW, NOW],
        "status": ["won", "won", "lost"],
        "product": ["A", "A", "A"],
    }
    frame = bridge(model_with(AS_OF, deals=deals))
    assert money(frame) == [100.0, 0, 0, 50.0, 0, 0, 150.0, 50.0]


def test_what_cannot_be_bridged_is_refused():
    full = model(SOLD, ACCOUNTS)
    with pytest.raises(NotAvailable, match="nothing was sold in 2020"):
        bridge(full, period="2020", against="2019")
    with pytest.raises(WrongValue, match="a beginning and an end"):
        bridge(full, period="2026-01..")
    with pytest.raises(WrongValue, match="against needs"):
        bridge(full, against="all")
    with pytest.raises(WrongValue, match="show is no"):
        bridge(full, show="rows")
    with pytest.raises(WrongValue, match="no date"):
        bridge(full, "month")
    with pytest.raises(UnknownName, match="'product'"):
        bridge(full, "product")
    with pytest.raises(NotAvailable, match="no rows of accounts"):
        bridge(model(SOLD), "segment")
    with pytest.raises(NotAvailable, match="no account"):
        bridge(model([(NOW, None, "A", 1.0)]))


def test_parts_that_do_not_add_up_are_never_a_table():
    parts = {name: np.zeros((2, 1)) for name in (*EFFECTS, "before", "after")}
    balanced(parts)
    with pytest.raises(OutOfDomain, match="do not add up"):
        balanced({**parts, "after": np.array([[0.0], [1e-30]])})


def test_an_error_cell_counts_where_its_account_or_line_does():
    spoilt = ACCOUNTS | {"potential": [1000.0, ExcelError.REF, ExcelError.DIV0, None]}
    with pytest.raises(ErrorInData) as caught:
        bridge(model(SOLD, spoilt))
    assert caught.value.code is ExcelError.REF
    gone = ACCOUNTS | {"potential": [1000.0, 500.0, ExcelError.DIV0, None]}
    assert bridge(model(SOLD, gone))["wallet_share"][0] == pytest.approx(290 * 365.25 / 74 / 1500)


def test_an_explanation_counts_the_sales_of_both_periods():
    explain = rests_on("Bridge", sold_in_either)
    lines = [*SOLD, (dt.date(2025, 9, 1), "stay", "A", 5.0)]
    told = explain(model=model(lines), by="", where="", period="YTD", against="", show="columns")
    facts = dict(zip(told["item"], told["value"], strict=True))
    assert facts["rows counted: order lines of two periods"] == 9.0
    assert facts["left out: outside both periods"] == 1.0


_lines = st.lists(
    st.tuples(
        st.sampled_from([OLD, NOW]),
        st.sampled_from(["stay", "less", "gone", "came", "else"]),
        st.sampled_from(["A", "B", None]),
        st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=25,
)


@law
@given(_lines, st.integers(0, 1000))
def test_the_parts_add_up_in_each_group_and_groups_to_the_company(lines, seed):
    frame = bridge(model(lines, ACCOUNTS), "segment, owner")
    for row in frame[list(MONEY)].to_numpy(dtype=float):
        before, *effects, after, change = row
        assert before + sum(map(Fraction, effects)) == pytest.approx(after, rel=1e-12, abs=1e-6)
        assert after - before == pytest.approx(change, rel=1e-12, abs=1e-6)
    for name in MONEY:
        parts = sum(map(Fraction, frame[name].iloc[:-1].astype(float)))
        assert float(parts) == pytest.approx(frame[name].iloc[-1], rel=1e-12, abs=1e-6)
    alone = bridge(model(lines, ACCOUNTS))
    assert money(alone) == frame[list(MONEY)].iloc[-1].tolist()
    order = shuffled({"line": lines}, seed)["line"]
    assert bridge(model(order, ACCOUNTS), "segment, owner").equals(frame)


@law
@given(_lines)
def test_effects_are_those_of_a_walk_through_the_accounts(lines):
    expected = dict.fromkeys(EFFECTS, Fraction(0))
    for account in {line[1] for line in lines}:
        own = [line for line in lines if line[1] == account]
        old = [line for line in own if line[0] == OLD]
        new = [line for line in own if line[0] == NOW]
        then, later = (sum(Fraction(line[3]) for line in some) for some in (old, new))
        if not old:
            expected["new"] += later
        elif not new:
            expected["lost"] -= then
        else:
            known = {line[2] for line in old}
            cross = sum(Fraction(line[3]) for line in new if line[2] not in known)
            rest = later - then - cross
            expected["cross_sell"] += cross
            expected["more" if rest > 0 else "less"] += rest
    frame = bridge(model(lines))
    for name in EFFECTS:
        assert frame[name][0] == pytest.approx(float(expected[name]), rel=1e-12, abs=1e-9)


def test_a_company_with_all_that_is_odd():
    given_model = model_with(AS_OF, **customers())
    for by in ("segment", "type, region", "manager", "size"):
        frame = bridge(given_model, by, period="2025")
        steps = bridge(given_model, by, period="2025", show="steps")
        assert steps[steps["step"] == "after"]["amount"].tolist() == frame["after"].tolist()
        top = np.maximum(steps["rise"], steps["fall"]) + steps["base"]
        assert np.isfinite(top.astype(float)).all()
