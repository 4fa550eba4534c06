"""Figures in two periods: contributions by hand, by enumeration, and the laws that hold for any."""

import datetime as dt

import numpy as np
import pytest
from customers_given import customers
from given import AS_OF, company, model_with, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analytics.compare import compare, explain_compare
from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.cells import Origin, Range, canonical
from xlcrm.errors import ExcelError, NotAvailable, UnknownName, WrongValue, ZeroDenominator
from xlcrm.hosts.session import Place, Session
from xlcrm.kpis.catalogue import KPIS

law = settings(max_examples=5, deadline=None)
OLD, NOW = dt.date(2025, 2, 10), dt.date(2026, 2, 10)
NA, DIV0 = ExcelError.NA, ExcelError.DIV0
COLUMNS = [
    "before", "now", "change", "change_share", "rate_effect", "mix_effect", "contribution", "rank",
]  # fmt: skip


def orders(*lines):
    """Lines of day, account, product, amount."""
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "date": [line[0] for line in lines],
        "account_id": [line[1] for line in lines],
        "product": [line[2] for line in lines],
        "amount": [line[3] for line in lines],
    }


def deals(*closed):
    """Deals of owner, closing day, status, and how many."""
    each = [one[:3] for one in closed for _ in range(one[3])]
    return {
        "deal_id": [f"d{k}" for k in range(len(each))],
        "owner": [one[0] for one in each],
        "created": [dt.date(2024, 1, 1)] * len(each),
        "stage": ["Offer"] * len(each),
        "amount": [10.0] * len(each),
        "expected_close": [one[1] for one in each],
        "closed_on": [one[1] for one in each],
        "status": [one[2] for one in each],
    }


def sold(*lines):
    return model_with(AS_OF, orders=orders(*lines))


def rows(frame):
    return frame.set_index(frame.columns[0])


REVENUE = [
    (OLD, "a", "A", 100.0), (OLD, "b", "B", 50.0), (OLD, "b", "C", 50.0),
    (NOW, "a", "A", 160.0), (NOW, "a", "B", 50.0), (NOW, "c", "D", 10.0),
]  # fmt: skip
# Ann won 10 of 20 and now 40 of 50; Bob 10 of 80 and now 10 of 50: as in the tests of Kitagawa.
CLOSED = [
    ("Ann", OLD, "won", 10), ("Ann", OLD, "lost", 10), ("Bob", OLD, "won", 10),
    ("Bob", OLD, "lost", 70), ("Ann", NOW, "won", 40), ("Ann", NOW, "lost", 10),
    ("Bob", NOW, "won", 10), ("Bob", NOW, "lost", 40),
]  # fmt: skip


def test_contributions_to_a_sum_are_the_changes_of_the_groups():
    frame = compare(sold(*REVENUE), "revenue", "product")
    assert list(frame.columns) == ["product", *COLUMNS]
    assert frame.to_numpy().tolist() == [
        ["A", 100.0, 160.0, 60.0, 0.6, 60.0, 0.0, 60.0, 1.0],
        ["D", 0.0, 10.0, 10.0, DIV0, 10.0, 0.0, 10.0, 2.0],
        ["B", 50.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0],
        ["C", 50.0, 0.0, -50.0, -1.0, -50.0, 0.0, -50.0, 4.0],
        ["(all)", 200.0, 220.0, 20.0, 0.1, 20.0, 0.0, 20.0, ""],
    ]


def test_a_figure_alone_is_one_row():
    frame = compare(sold(*REVENUE), "revenue")
    assert frame.to_numpy().tolist() == [[200.0, 220.0, 20.0, 0.1, 20.0, 0.0, 20.0, 1.0]]
    rate = compare(model_with(AS_OF, deals=deals(*CLOSED)), "win_rate")
    assert rate.to_numpy()[0].tolist() == pytest.approx([0.2, 0.5, 0.3, 1.5, 0.3, 0.0, 0.3, 1.0])


def test_contributions_to_a_ratio_are_rate_and_mix():
    frame = rows(compare(model_with(AS_OF, deals=deals(*CLOSED)), "win_rate", "owner"))
    assert frame.index.tolist() == ["Ann", "Bob", "(all)"]
    assert frame["before"].tolist() == [0.5, 0.125, 0.2]
    assert frame["now"].tolist() == [0.8, 0.2, 0.5]
    assert frame["change_share"].tolist() == pytest.approx([0.6, 0.6, 1.5])
    assert frame["rate_effect"].tolist() == pytest.approx([0.105, 0.04875, 0.15375])
    assert frame["mix_effect"].tolist() == pytest.approx([0.09, 0.05625, 0.14625])
    assert frame["contribution"].tolist() == pytest.approx([0.195, 0.105, 0.3])
    assert frame["rank"].tolist() == [1.0, 2.0, ""]


def test_a_group_of_one_period_has_no_figure_in_the_other_and_is_all_mix():
    closed = [("Ann", OLD, "won", 5), ("Ann", OLD, "lost", 5), ("Ann", NOW, "won", 5),
              ("Ann", NOW, "lost", 5), ("New", NOW, "won", 9), ("New", NOW, "lost", 1)]  # fmt: skip
    frame = rows(compare(model_with(AS_OF, deals=deals(*closed)), "win_rate", "owner"))
    new = frame.loc["New"].tolist()
    assert new[:5] == [NA, 0.9, NA, NA, 0.0]
    # 9 of 20 now, less its weight of 0.5 at the mean of 0.5 and 0.7.
    assert new[5:7] == pytest.approx([0.15, 0.15])
    assert frame["contribution"].tolist() == pytest.approx([0.15, 0.05, 0.2])


def test_customers_of_several_groups_are_told_as_an_overlap():
    lines = [(OLD, "a", "A", 1.0), (OLD, "b", "B", 1.0), (NOW, "a", "A", 1.0),
             (NOW, "a", "B", 1.0), (NOW, "b", "B", 1.0), (NOW, "c", "A", 1.0)]  # fmt: skip
    frame = rows(compare(sold(*lines), "customers", "product"))
    assert frame.index.tolist() == ["A", "B", "(overlap)", "(all)"]
    assert frame["before"].tolist() == [1.0, 1.0, 0.0, 2.0]
    assert frame["now"].tolist() == [2.0, 2.0, -1.0, 3.0]
    assert frame["contribution"].tolist() == [1.0, 1.0, -1.0, 1.0]
    assert frame["mix_effect"].tolist() == [0.0, 0.0, -1.0, -1.0]
    assert frame["rank"].tolist() == [1.0, 2.0, "", ""]
    # Revenue by customer: 2 of 2, then 4 of 3. The groups have 4 customers now, of whom one twice.
    each = rows(compare(sold(*lines), "revenue_per_customer", "product"))
    assert each.loc["(overlap)", ["before", "now", "change", "change_share"]].tolist() == [NA] * 4
    assert each.loc["(overlap)", "rate_effect"] == 0.0
    # 0 of revenue, less the change of its weight, -1/3, at the mean of 1 and 4/3.
    assert each.loc["(overlap)", "contribution"] == pytest.approx(7 / 18)
    assert sum(each["contribution"].iloc[:-1]) == pytest.approx(4 / 3 - 1)


def test_groups_that_share_nobody_have_no_overlap():
    frame = compare(sold(*REVENUE), "customers", "account_id")
    assert "(overlap)" not in frame["account_id"].tolist()


def test_equal_contributions_stand_by_name():
    lines = [(OLD, "a", "A", 1.0)] + [(NOW, "a", name, 5.0) for name in ("C", "B", "D")]
    assert compare(sold(*lines), "revenue", "product")["product"].tolist()[:3] == ["B", "C", "D"]


SNAPSHOTS = {
    "taken_on": [dt.date(2025, 3, 10)] * 2 + [dt.date(2026, 1, 31)] * 2,
    "deal_id": ["d0", "d1", "d0", "d2"],
    "stage": ["Offer"] * 4,
    "amount": [10.0, 20.0, 40.0, 5.0],
    "expected_close": [NOW] * 4,
    "status": ["open"] * 4,
    "owner": ["Ann", "Bob", "Ann", "Ann"],
}


def pipeline():
    open_deals = deals(("Ann", NOW, "open", 3)) | {"amount": [70.0, 20.0, 5.0]}
    return model_with(AS_OF, deals=open_deals, snapshots=SNAPSHOTS)


def test_a_state_is_read_as_it_stood_at_the_end_of_each_period():
    # Today 95 are open. On 15 March 2025 the last picture showed 10 of Ann and 20 of Bob.
    frame = rows(compare(pipeline(), "open_amount", "owner"))
    assert frame.loc[["Ann", "Bob", "(all)"], "before"].tolist() == [10.0, 20.0, 30.0]
    assert frame.loc[["Ann", "Bob", "(all)"], "now"].tolist() == [95.0, 0.0, 95.0]
    past = compare(pipeline(), "open_amount", period="2026-01", against="2025-03-15..2025-03-31")
    assert past[["before", "now"]].to_numpy().tolist() == [[30.0, 45.0]]
    with pytest.raises(NotAvailable, match="2025-12-31 is not known"):
        compare(pipeline(), "open_amount", against="2025-12")


def test_a_book_of_orders_has_no_history():
    with pytest.raises(NotAvailable, match="keep no history"):
        compare(sold(*REVENUE), "order_book")


def test_figures_over_customers_are_compared_as_they_are_read():
    given_model = model_with(dt.date(2026, 3, 15), **customers())
    frame = rows(compare(given_model, "churn_rate", "segment", period="2025"))
    groups = rows(kpi_table(given_model, "churn_rate", "segment", period="2025"))
    assert frame["now"][groups.index].tolist() == groups["value"].tolist()
    whole = kpi_value(given_model, "churn_rate", period="2025")
    assert frame.loc["(all)", "now"] == whole
    start = compare(given_model, "churn_rate", "", "", "2025", "2024", "start")
    assert start["now"][0] == kpi_value(given_model, "churn_rate", "", "2025", "start")


def test_an_index_is_compared_as_a_whole():
    given_model = model_with(AS_OF, **company(200))
    name = "customer_value_index"
    frame = compare(given_model, name, "", "", "2026-02", "2026-01")
    assert frame["now"][0] == kpi_value(given_model, name, "", "2026-02")
    with pytest.raises(WrongValue, match="leave out by"):
        compare(given_model, name, "segment", "", "2026-02", "2026-01")


def test_every_kpi_has_contributions_that_add_up():
    given_model = model_with(AS_OF, **company(60))
    found = []
    for name in KPIS:
        table = KPIS[name].population(given_model).table
        by = {"deals": "owner", "orders": "product"}.get(table, "segment")
        try:
            frame = compare(given_model, name, by, "", "2026-02", "2026-01")
        except (UnknownName, NotAvailable, ZeroDenominator):
            continue
        parts = frame["contribution"].iloc[:-1].to_numpy(dtype=float)
        change = frame["now"].iloc[-1] - frame["before"].iloc[-1]
        assert frame["contribution"].iloc[-1] == change
        assert parts.sum() == pytest.approx(change, rel=1e-9, abs=1e-9 * np.abs(parts).sum())
        found.append(name)
    assert len(found) > 30
    assert {"win_rate", "customers", "churn_rate", "open_amount", "relationship_days"} <= {*found}


def test_what_cannot_be_compared_is_refused():
    full = sold(*REVENUE)
    with pytest.raises(NotAvailable, match="no order lines in"):
        compare(full, "revenue", period="2021", against="2020")
    with pytest.raises(NotAvailable, match="no order lines yet in 2024"):
        compare(full, "revenue", against="2024")
    with pytest.raises(WrongValue, match="a beginning and an end"):
        compare(full, "revenue", period="all")
    with pytest.raises(WrongValue, match="share no month"):
        compare(full, "revenue", "product, month")
    with pytest.raises(WrongValue, match="no KPI"):
        compare(full, "turnover")
    with pytest.raises(WrongValue, match="one method"):
        compare(full, "revenue", method="start")
    with pytest.raises(UnknownName):
        compare(full, "revenue", "segment")
    one = deals(("Ann", OLD, "won", 2), ("Ann", dt.date(2024, 1, 5), "won", 1))
    with pytest.raises(ZeroDenominator, match="nothing to divide by in"):
        compare(model_with(AS_OF, deals=one), "win_rate", period="2025-02", against="2025-01")


def test_a_period_in_which_nothing_happened_is_0_where_the_table_covers_it():
    lines = [(dt.date(2025, 1, 5), "a", "A", 1.0), (NOW, "a", "A", 4.0)]
    frame = compare(sold(*lines), "revenue", period="2026-02", against="2025-06")
    assert frame[["before", "now", "change_share"]].to_numpy().tolist() == [[0.0, 4.0, DIV0]]


def test_an_explanation_tells_both_periods():
    told = explain_compare(model_with(AS_OF, deals=deals(*CLOSED)), "win_rate", "owner")
    facts = dict(zip(told["item"], told["value"], strict=True))
    assert facts["figure"] == "Win rate"
    assert facts["against"] == "2025-01-01 to 2025-03-15"
    assert facts["rows counted: deals won or lost"] == 100.0
    assert facts["before, rows counted: deals won or lost"] == 100.0
    listed = explain_compare(model_with(AS_OF, deals=deals(*CLOSED)), "win_rate", rows=True)
    assert (listed["counts"] == "yes").sum() == (listed["counts_before"] == "yes").sum() == 100
    state = explain_compare(pipeline(), "open_amount")
    facts = dict(zip(state["item"], state["value"], strict=True))
    assert facts["before, rows counted: open deals"] == 2.0


def test_a_cell_with_a_comparison_can_be_explained():
    session, table = Session(), deals(*CLOSED)
    cells = Range(canonical([tuple(table), *zip(*table.values(), strict=True)]), Origin("Deals"))
    handle = session.call("CRM_TABLE", ["deals", cells])[0][0]
    book = session.call("CRM_MODEL", [((handle,),), 46_096.0])[0][0]
    asked = Place("Book", "Here", "B2")
    answer = session.call("CRM_COMPARE", [book, "win_rate", "owner"], at=asked)
    assert [row[0] for row in answer] == ["owner", "Ann", "Bob", "(all)"]
    told = dict(map(tuple, session.call("CRM_EXPLAIN", [asked])))
    assert told["contributions"] == "docs/methods.md: Compare"
    assert told["by"] == "owner"


closed = st.lists(
    st.tuples(st.sampled_from(["Ann", "Bob", "Zoe"]), st.sampled_from([OLD, NOW]),
              st.sampled_from(["won", "lost"]), st.integers(1, 4)),
    max_size=12,
).map(lambda some: [*some, ("Ann", OLD, "won", 1), ("Bob", NOW, "lost", 1)])  # fmt: skip


@law
@given(closed, st.integers(0, 99))
def test_parts_of_a_ratio_are_those_of_the_formula_group_by_group(table, seed):
    given_model = model_with(AS_OF, deals=deals(*table))
    frame = rows(compare(given_model, "win_rate", "owner"))

    def counts(owner, day):
        own = [one for one in table if one[0] in (owner, *([] if owner else "AnnBobZoe"))]
        own = [one for one in (own if owner else table) if one[1] == day]
        return sum(n for *_, status, n in own if status == "won"), sum(one[3] for one in own)

    whole = [counts("", day) for day in (OLD, NOW)]
    mean = sum(won / n for won, n in whole) / 2
    for owner in {one[0] for one in table}:
        (won_0, n_0), (won_1, n_1) = counts(owner, OLD), counts(owner, NOW)
        w_0, w_1 = n_0 / whole[0][1], n_1 / whole[1][1]
        if n_0 and n_1:
            r_0, r_1 = won_0 / n_0, won_1 / n_1
            rate, mix = (w_0 + w_1) / 2 * (r_1 - r_0), (w_1 - w_0) * ((r_0 + r_1) / 2 - mean)
        else:
            rate = 0.0
            mix = won_1 / whole[1][1] - won_0 / whole[0][1] - (w_1 - w_0) * mean
        found = frame.loc[owner, ["rate_effect", "mix_effect"]].tolist()
        assert found == pytest.approx([rate, mix], abs=1e-12)
    order = shuffled({"one": table}, seed)["one"]
    assert rows(compare(model_with(AS_OF, deals=deals(*order)), "win_rate", "owner")).equals(frame)


sales = st.lists(
    st.tuples(st.sampled_from([OLD, NOW]), st.sampled_from("abc"), st.sampled_from("XYZ"),
              st.integers(1, 10**6).map(lambda cents: cents / 100)),
    max_size=20,
).map(lambda some: [*some, (OLD, "a", "X", 1.0), (NOW, "b", "Y", 2.0)])  # fmt: skip


@law
@given(sales)
def test_distinct_counts_add_up_with_their_overlap(lines):
    for name in ("revenue_per_customer", "repeat_purchases", "repeat_rate"):
        frame = compare(sold(*lines), name, "product")
        body = frame["contribution"].iloc[:-1].to_numpy(dtype=float)
        change = frame["now"].iloc[-1] - frame["before"].iloc[-1]
        assert body.sum() == pytest.approx(change, abs=1e-9 * (1 + np.abs(body).sum()))
    bought = {day: {p: {a for d, a, q, _ in lines if d == day and q == p} for p in "XYZ"}
              for day in (OLD, NOW)}  # fmt: skip
    frame = rows(compare(sold(*lines), "customers", "product"))
    for day, column in ((OLD, "before"), (NOW, "now")):
        shared = len(set().union(*bought[day].values())) - sum(map(len, bought[day].values()))
        assert frame[column].to_dict().get("(overlap)", 0.0) == shared
