"""What moves segments, and how their demand answers to prices."""

import datetime as dt
from math import sqrt

import numpy as np
import pytest
from given import model_with, shuffled

from xlcrm.analytics.segments.needs import needs
from xlcrm.errors import ExcelError, NotAvailable, WrongValue

NA = ExcelError.NA
AS_OF = dt.date(2026, 3, 15)
ACCOUNTS = {"account_id": ["g", "s"], "segment": ["Gold", "Silver"]}


def answers(*rows, **settings):
    """Answers of account, driver and score."""
    surveys = {
        "date": [dt.date(2026, 1, 10)] * len(rows),
        "account_id": [row[0] for row in rows],
        "driver": [row[1] for row in rows],
        "score": [row[2] for row in rows],
    }
    tables = {"surveys": surveys, "accounts": ACCOUNTS}
    if settings:
        tables["settings"] = {"name": list(settings), "value": list(settings.values())}
    return model_with(AS_OF, **tables)


def of(account, driver, *scores):
    return [(account, driver, float(score)) for score in scores]


BY_HAND = [
    *of("g", "Price", 1, 2, 3, 4, 5),
    *of("g", "Service", 6, 7, 8, 9, 10, 8),
    *of("g", None, 5),
    *of("s", "Price", 9, 9),
    *of("s", "Service", 4, 5, 6, 7, 8, 6),
]


def row(frame, segment, need):
    (found,) = frame[(frame["segment"] == segment) & (frame["need"] == need)].to_dict("records")
    return found


def test_drivers_worked_by_hand():
    frame = needs(answers(*BY_HAND))
    assert frame[["segment", "need"]].to_numpy().tolist() == [
        ["Gold", "Service"], ["Gold", "Price"], ["Silver", "Service"], ["Silver", "Price"],
    ]  # fmt: skip
    assert frame["answers"].tolist() == [6.0, 5.0, 6.0, 2.0]
    assert frame["importance"].tolist() == pytest.approx([6 / 11, 5 / 11, 6 / 8, 2 / 8])
    # Of all 19 answers that name a driver, 12 name service and 7 price.
    expected = [6 / 11 * 19 / 12, 5 / 11 * 19 / 7, 6 / 8 * 19 / 12, 2 / 8 * 19 / 7]
    assert frame["index"].tolist() == pytest.approx([100 * one for one in expected])
    price = row(frame, "Gold", "Price")
    assert price["score"] == 3.0
    # The 7 other answers of Gold: 6 7 8 9 10 8 and 5, together 53.
    assert price["effect"] == pytest.approx(3 - 53 / 7)


def test_the_interval_is_welchs():
    # 1 to 5 has a variance of 2.5; 5 6 7 8 9 10 8 one of (25+36+49+64+81+100+64 - 53²/7)/6.
    one, other = 2.5 / 5, (419 - 53**2 / 7) / 6 / 7
    freedom = (one + other) ** 2 / (one**2 / 4 + other**2 / 6)
    assert freedom == pytest.approx(9.220561002)
    # What scipy.stats.ttest_ind(equal_var=False).confidence_interval() gives, written down.
    theirs = -6.735404566, -2.407452577
    price = row(needs(answers(*BY_HAND)), "Gold", "Price")
    assert (price["low"], price["high"]) == pytest.approx(theirs)
    wide = row(needs(answers(*BY_HAND, confidence_level=0.99)), "Gold", "Price")
    assert wide["high"] - wide["low"] > theirs[1] - theirs[0]


def test_the_lever_of_a_driver():
    frame = needs(answers(*BY_HAND, *of("s", "Price", 9, 9, 9)))
    levers = {(one["segment"], one["need"]): one["lever"] for one in frame.to_dict("records")}
    # Price: 5 of Gold's 11, 5 of Silver's 11. Service: 6 of 11 in both: all are as important.
    assert levers == {
        ("Gold", "Service"): "keep", ("Gold", "Price"): "mend",
        ("Silver", "Service"): "mend", ("Silver", "Price"): "keep",
    }  # fmt: skip
    frame = needs(answers(*BY_HAND, *of("s", "Service", 1, 1, 1), *of("s", "Price", 1, 9, 9)))
    levers = {(one["segment"], one["need"]): one["lever"] for one in frame.to_dict("records")}
    # Silver: price 5 of 14, less than 10 of 25, and liked; Gold: service 6 of 11, less than 15/25.
    assert levers == {
        ("Gold", "Service"): "show", ("Gold", "Price"): "mend",
        ("Silver", "Service"): "mend", ("Silver", "Price"): "show",
    }  # fmt: skip
    frame = needs(answers(*BY_HAND, *of("s", "Price", 0, 0, 0, 0)))
    service = row(frame, "Silver", "Service")
    assert service["lever"] == "show"  # 6 of 12, less than 12 of 23
    assert row(frame, "Gold", "Price")["lever"] == "watch"


def test_few_answers_tell_of_importance_and_of_nothing_else():
    few = row(needs(answers(*BY_HAND)), "Silver", "Price")
    assert few["importance"] == 0.25
    assert [few[name] for name in ("score", "effect", "low", "high", "lever")] == [NA] * 5
    # Service has 6 answers and a score, but only 2 others to compare with.
    service = row(needs(answers(*BY_HAND)), "Silver", "Service")
    assert (service["score"], service["lever"]) == (6.0, "mend")
    assert [service[name] for name in ("effect", "low", "high")] == [NA] * 3
    enough = row(needs(answers(*BY_HAND, least_answers=2)), "Silver", "Price")
    assert (enough["score"], enough["effect"]) == (9.0, 3.0)


def test_scores_that_do_not_vary_have_an_interval_without_width():
    found = needs(answers(*of("g", "Price", *[3.3] * 7), *of("g", "Brand", *[7.1] * 9)))
    price = row(found, "Gold", "Price")
    assert price["low"] == price["effect"] == price["high"] == pytest.approx(3.3 - 7.1)


def test_answers_in_any_order_give_the_same_bits():
    rows = BY_HAND * 3 + of("g", "Price", 0.1, 0.2, 0.3, 7.7, 3.3)
    assert needs(answers(*rows)).equals(needs(answers(*rows[::-1])))


def test_without_a_driver_there_are_no_needs():
    with pytest.raises(NotAvailable, match="no scored survey answer names a driver"):
        needs(answers(*of("g", None, 5, 6)))


def test_an_unknown_method_is_refused():
    with pytest.raises(WrongValue, match="did you mean 'drivers'"):
        needs(answers(*BY_HAND), show="driver")


# ── elasticity ──────────────────────────────────────────────────────────────────────────────


def orders(*lines):
    """Lines of account, product, month, units and price."""
    return {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": [line[0] for line in lines],
        "product": [line[1] for line in lines],
        "date": [dt.date(2024 + line[2] // 12, 1 + line[2] % 12, 5) for line in lines],
        "quantity": [line[3] for line in lines],
        "amount": [(1.0 if line[3] is None else line[3]) * line[4] for line in lines],
    }


def sold(lines, by="segment", where="", period=""):
    found = model_with(AS_OF, orders=orders(*lines), accounts=ACCOUNTS)
    return needs(found, by, where, period, "elasticity")


def demand(slope, account, noise, products=6, months=24, seed=1):
    """Units of products that answer to their own price by a power, each at its own level."""
    chance = np.random.default_rng(seed)
    for product in range(products):
        level = chance.uniform(3, 9)
        for month in range(months):
            price = float(np.exp(chance.normal(product, 0.3)))
            units = np.exp(level + slope * np.log(price) + noise * chance.normal())
            yield account, f"P{product}", month, float(units), price


def test_a_demand_that_falls_by_a_power_has_that_elasticity():
    lines = [*demand(-1.5, "g", 0.0), *demand(-0.4, "s", 0.0)]
    frame = sold(lines).set_index("segment")
    assert frame["elasticity"].tolist() == pytest.approx([-1.5, -0.4])
    assert frame["low"].tolist() == pytest.approx([-1.5, -0.4])
    assert frame["finding"].tolist() == ["elastic", "inelastic"]
    assert frame["observations"].tolist() == [144.0, 144.0]
    assert frame["products"].tolist() == [6.0, 6.0]


def test_the_interval_holds_the_truth_as_often_as_it_says():
    lines = [
        line
        for seed in range(60)
        for line in demand(-1.5, f"a{seed:02}", 0.8, products=3, months=8, seed=seed)
    ]
    frame = sold(lines, "account_id")
    held = ((frame["low"] <= -1.5) & (frame["high"] >= -1.5)).sum()
    assert len(frame) == 60
    assert 52 <= held <= 60  # of 60 at 95 %: binomial, 57 expected


def test_a_regression_with_a_dummy_for_every_product_gives_the_same():
    lines = list(demand(-1.5, "g", 0.7, products=4, months=9))
    months = sorted({(line[1], line[2]) for line in lines})
    units = {(p, m): sum(q for _, a, b, q, _ in lines if (a, b) == (p, m)) for p, m in months}
    paid = {(p, m): sum(q * c for _, a, b, q, c in lines if (a, b) == (p, m)) for p, m in months}
    names = sorted({p for p, _ in months})
    y = np.array([np.log(units[k]) for k in months])
    x = np.array([np.log(paid[k] / units[k]) for k in months])
    design = np.column_stack([x, *[[float(k[0] == name) for k in months] for name in names]])
    solved, residual, *_ = np.linalg.lstsq(design, y)
    variance = residual[0] / (len(y) - len(names) - 1)
    error = sqrt(variance * np.linalg.inv(design.T @ design)[0, 0])
    (row,) = sold(lines, "").to_dict("records")
    assert row["elasticity"] == pytest.approx(solved[0])
    # Student's t at 97.5 % with 36 - 4 - 1 = 31 degrees of freedom, from a printed table: 2.0395.
    assert (row["high"] - row["low"]) / 2 == pytest.approx(2.0395 * error, rel=2e-5)


def test_lines_of_a_month_are_added_up_before_they_are_compared():
    whole = [("g", "A", 0, 8.0, 1.0), ("g", "A", 1, 2.0, 2.0), ("g", "A", 2, 1.0, 3.0)]
    halves = [(a, p, m, q / 2, c) for a, p, m, q, c in whole for _ in range(2)]
    assert sold(halves).equals(sold(whole))


def test_returns_and_gifts_tell_no_price():
    lines = list(demand(-1.5, "g", 0.2))
    more = [("g", "P0", 3, -5.0, 2.0), ("g", "P1", 4, 3.0, 0.0), ("g", None, 4, 3.0, 5.0)]
    assert sold([*lines, *more]).equals(sold(lines))


def test_prices_that_do_not_move_tell_nothing():
    lines = [("g", "A", month, 3.0 + month, 0.1) for month in range(9)]
    (row,) = sold(lines).to_dict("records")
    assert [row[name] for name in ("elasticity", "low", "high")] == [NA] * 3
    assert (row["observations"], row["products"], row["finding"]) == (9.0, 1.0, "unclear")


def test_two_months_give_a_slope_without_an_interval_and_one_gives_nothing():
    # From 4 units at 1 to 1 unit at 2: ln(1/4) by ln 2.
    lines = [("g", "A", 0, 4.0, 1.0), ("g", "A", 1, 1.0, 2.0), ("s", "A", 0, 4.0, 1.0)]
    gold, silver = sold(lines).to_dict("records")
    assert gold["elasticity"] == pytest.approx(-2)
    assert [gold["low"], gold["high"], gold["finding"]] == [NA, NA, "unclear"]
    assert [silver["elasticity"], silver["observations"], silver["products"]] == [NA, 0.0, 0.0]


def test_orders_in_any_order_give_the_same_bits():
    given = orders(*demand(-1.2, "g", 0.5), *demand(-0.5, "s", 0.5, seed=2))
    first, second = (
        needs(model_with(AS_OF, orders=one, accounts=ACCOUNTS), show="elasticity")
        for one in (given, shuffled(given))
    )
    assert first.equals(second)


def test_without_quantities_there_are_no_prices():
    with pytest.raises(NotAvailable, match="have no quantity"):
        sold([("g", "A", 0, None, 1.0)])
    with pytest.raises(NotAvailable, match="no order line in 2031 has units"):
        sold([("g", "A", 0, 1.0, 1.0)], period="2031")
