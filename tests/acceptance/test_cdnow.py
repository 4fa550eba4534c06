"""CDNOW: 6,919 transactions of 2,357 customers, valued as the literature does.

Models are fitted to the 39 weeks up to 30 September 1997 and compared with the 39 that follow.
Days are whole here and were rounded to hundredths of weeks in the published summary, so that
parameters differ in the fourth digit. (Fader and Hardie; CamDavidsonPilon/lifetimes.)
"""

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from given import range_of

from xlcrm.analytics.customers.clv import WEEKS_A_MONTH, clv
from xlcrm.model.model import model_of
from xlcrm.model.table import table_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "cdnow" / "CDNOW_sample.txt"
pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason=f"the real data are no part of the project, and not in {DATA}"
)
CALIBRATED = dt.date(1997, 9, 30)


@cache
def lines():
    """Customer of the sample, day and amount of each transaction."""
    rows = [line.split() for line in DATA.read_text("ascii").splitlines() if line.strip()]
    return [(one, dt.datetime.strptime(day, "%Y%m%d").date(), float(amount))  # noqa: DTZ007
            for _, one, day, _, amount in rows]  # fmt: skip


@cache
def model():
    columns = {
        "order_id": [f"O{k}" for k in range(len(lines()))],
        "account_id": [one for one, _, _ in lines()],
        "date": [day for _, day, _ in lines()],
        "amount": [amount for _, _, amount in lines()],
    }
    return model_of([table_of("orders", range_of(columns, "orders"))], CALIBRATED)


@cache
def customers(method="bg_nbd"):
    return clv(model(), months=9.0, method=method).set_index("account_id")


def facts(method="bg_nbd"):
    frame = clv(model(), show="model", method=method)
    return dict(zip(frame["figure"], frame["value"], strict=True))


def test_the_published_parameters_come_out_of_the_transactions():
    told = facts()
    assert told["customers"] == 2357
    assert told["repeat_customers"] == 946
    assert [round(told[n], 3) for n in ("r", "alpha", "a", "b")] == [0.243, 4.414, 0.793, 2.426]
    assert told["log_likelihood"] == pytest.approx(-9582.4, abs=0.1)
    told = facts("pareto_nbd")
    names = ("r", "alpha", "s", "beta")
    assert [told[n] for n in names] == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=2e-3)
    assert told["log_likelihood"] == pytest.approx(-9594.98, abs=0.1)


def test_the_published_value_of_orders_comes_out_of_the_transactions():
    told = facts()
    found = [told[f"value_{n}"] for n in "pqv"]
    assert found == pytest.approx([6.25, 3.74, 15.44], abs=0.01)
    assert told["value_log_likelihood"] == pytest.approx(-4055.92, abs=0.1)
    means = customers()["mean_order"].sort_index().head(10).round(2)
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert means.tolist() == pytest.approx(published, abs=0.0101)


def test_the_first_customer_is_the_published_one():
    first = customers().sort_index().iloc[0]
    assert (first["x"], round(first["t_x"], 2), round(first["T"], 2)) == (2, 30.43, 38.86)
    assert round(first["p_alive"], 4) == 0.7266


def test_purchases_of_the_weeks_that_follow_are_those_of_a_peer_and_near_the_real_ones():
    # lifetimes 0.11.3, of the published summary and 9 months of 4.348 weeks: 1658.13.
    assert round(9 * WEEKS_A_MONTH, 2) == 39.13
    assert customers()["expected_orders"].sum() == pytest.approx(1658.13, abs=0.5)
    real = {(one, day) for one, day, _ in lines() if day > CALIBRATED}
    assert len(real) == 1882
    assert 0.8 < customers()["expected_orders"].sum() / len(real) < 1
    assert 0.8 < customers("pareto_nbd")["expected_orders"].sum() / len(real) < 1


def test_the_customers_of_most_value_are_those_who_then_spent_most():
    spent = {}
    for one, day, amount in lines():
        if day > CALIBRATED:
            spent[one] = spent.get(one, 0.0) + amount
    ranked = [spent.get(one, 0.0) for one in customers().index]
    assert sum(ranked[:236]) > 0.35 * sum(ranked)  # a tenth of the customers


def test_a_period_that_ends_earlier_is_the_same_as_being_there():
    later = model_of(list(model().tables.values()), dt.date(1998, 6, 30))
    assert clv(later, period="..1997-09", months=9.0).equals(clv(model(), months=9.0))
