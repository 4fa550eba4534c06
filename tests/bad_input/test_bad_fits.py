"""Customers of whom no model can be fitted: an error that says why, never figures."""

import datetime as dt

import numpy as np
import pytest
from asking import Excel

START = (dt.date(2025, 1, 1) - dt.date(1899, 12, 30)).days
AS_OF = START + 400.0


@pytest.fixture
def excel():
    return Excel()


def orders(*customers):
    """Order lines; each customer is a list of days, or of days with amounts."""
    lines = [
        (f"C{k:05}", *(one if isinstance(one, tuple) else (one, 10.0 + k % 7)))
        for k, days in enumerate(customers)
        for one in days
    ]
    rows = [(f"o{k}", name, START + float(day), v) for k, (name, day, v) in enumerate(lines)]
    return (("Order id", "Account id", "Date", "Amount"), *rows)


def refusal(excel, rows, *options):
    return excel.refusal("CRM_CLV", excel.model(orders=rows, as_of=AS_OF), *options)


METHODS = ("bg_nbd", "pareto_nbd")
BY_METHOD = {m: ("", "", "", 12.0, 1.0, 0.1, "customers", m) for m in METHODS}


@pytest.mark.parametrize("method", METHODS)
def test_customers_who_all_bought_once_are_not_identifiable(excel, method):
    error, sentence = refusal(excel, orders(*([k] for k in range(60))), *BY_METHOD[method])
    assert error == "#NUM!"
    assert "not identifiable: no repeat purchases" in sentence


@pytest.mark.parametrize("method", METHODS)
def test_customers_who_all_bought_every_week_have_one_pace(excel, method):
    rows = orders(*(range(0, 400, 7) for _ in range(40)))
    error, sentence = refusal(excel, rows, *BY_METHOD[method])
    assert error == "#NUM!"
    assert "ran to a limit: all customers buy at the same pace" in sentence


def spent(chance, scale):
    return scale * chance.gamma(6.0)


def varied(count=150, seed=3, value=spent):
    """Customers who differ in how they buy, leave and spend."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        day, pace, leaves = chance.integers(200), chance.gamma(0.8, 1 / 30), chance.beta(0.8, 3)
        days, scale = [], 1 / chance.gamma(4.0)
        while day < 400:
            days.append((int(day), value(chance, scale)))
            if chance.random() < leaves:
                break
            day += 1 + chance.exponential(1 / pace)
        yield days


def test_orders_that_are_all_worth_the_same_tell_no_model_of_values(excel):
    error, sentence = refusal(excel, orders(*varied(value=lambda *_: 25.0)))
    assert error == "#NUM!"
    assert sentence.startswith("Gamma-Gamma, for the value of an order: it ran to a limit")


def test_orders_that_were_all_brought_back_tell_no_value(excel):
    rows = orders(*([(k, 20.0), (k + 9, 5.0), (k + 30, -9.0)] for k in range(40)),
                  *([(k, 20.0)] for k in range(20)), *varied(40, value=lambda *_: 0.0))  # fmt: skip
    error, sentence = refusal(excel, rows)
    assert error == "#NUM!"
    assert "no repeat purchase has a value above 0" in sentence


def test_one_customer_is_too_few(excel):
    error, sentence = refusal(excel, orders([0, 10, 40]))
    assert error == "#N/A"
    assert sentence == "BG/NBD needs 10 customers; 1 bought"


def test_orders_after_as_of_are_not_known_yet_and_never_make_t_x_exceed_t(excel):
    model = excel.model(orders=orders([0, 10, 500], *varied()), as_of=AS_OF)
    header, *rows = excel.rows("CRM_CLV", model)
    named = [dict(zip(header, row, strict=True)) for row in rows]
    assert len(named) == 151
    assert all(0 <= row["t_x"] <= row["T"] for row in named)
    assert next(row for row in named if row["account_id"] == "C00000")["x"] == 1.0
