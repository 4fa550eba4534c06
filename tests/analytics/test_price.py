"""What customers pay, against list and market."""

import datetime as dt

import numpy as np
import pytest
from customers_given import customers
from given import model_with

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.segments.price import price
from xlcrm.errors import ExcelError, NotAvailable, UnknownName

NA, DIV0 = ExcelError.NA, ExcelError.DIV0
DAY = dt.date(2026, 2, 10)


def model(lines, products=None, settings=None, **more):
    """Lines of product, quantity, list price, amount, cost."""
    columns = ("product", "quantity", "list_price", "amount", "cost")
    orders = {
        "order_id": [f"O{k}" for k in range(len(lines))],
        "account_id": ["a"] * len(lines),
        "date": [DAY] * len(lines),
        **dict(zip(columns, map(list, zip(*lines, strict=True)), strict=True)),
    }
    tables = {"orders": orders | more}
    if products:
        tables["products"] = products
    if settings:
        tables["settings"] = {"name": list(settings), "value": list(settings.values())}
    return model_with(dt.date(2026, 3, 15), **tables)


def rows(frame):
    return frame.set_index(frame.columns[0])


BY_HAND = [
    # 10 at a list of 10: sold at 80, 20 % off, of which 10 % are allowed: 10 leak.
    ("A", 10.0, 10.0, 80.0, 50.0),
    # 5 at 10 sold at 47.5: 5 % off is allowed.
    ("A", 5.0, 10.0, 47.5, None),
    ("B", 2.0, 100.0, 210.0, 120.0),
    ("B", 1.0, None, 90.0, 60.0),
]


def test_discounts_worked_by_hand():
    frame = rows(price(model(BY_HAND)))
    assert frame.index.tolist() == ["A", "B", "(all)"]
    told = {name: frame[name].tolist() for name in frame}
    assert told["lines"] == [2.0, 1.0, 3.0]
    assert told["unpriced"] == [0.0, 1.0, 1.0]
    assert told["units"] == [15.0, 2.0, 17.0]
    assert told["list_value"] == [150.0, 200.0, 350.0]
    assert told["revenue"] == [127.5, 210.0, 337.5]
    assert told["discount"] == [22.5, -10.0, 12.5]
    assert told["discount_share"] == pytest.approx([0.15, -0.05, 12.5 / 350])
    assert told["realisation"] == pytest.approx([0.85, 1.05, 337.5 / 350])
    assert told["leakage"] == pytest.approx([10.0, 0.0, 10.0])
    assert told["leaking"] == [1.0, 0.0, 1.0]
    # Lines with a cost: 80 - 50 of 80, 210 - 120 of 210.
    assert told["margin"] == [30.0, 90.0, 120.0]
    assert told["margin_share"] == pytest.approx([30 / 80, 90 / 210, 120 / 290])
    assert told["market_index"] == [NA, NA, NA]


def test_a_line_without_a_list_price_takes_its_products_and_the_market_is_the_products():
    products = {"product": ["a", "B"], "list_price": [99.0, 100.0], "market_price": [8.0, None]}
    frame = rows(price(model(BY_HAND, products)))
    assert frame.loc["B", ["lines", "unpriced", "list_value"]].tolist() == [2.0, 0.0, 300.0]
    assert frame.loc["A", "list_value"] == 150.0  # its own price goes first
    # A: 127.5 by 15 units at 8; B has no market price and is left out of all.
    assert frame["market_index"].tolist() == [127.5 / 120, NA, 127.5 / 120]


def test_a_discount_that_is_just_allowed_does_not_leak():
    lines = [("A", 3.0, 0.1, 0.27, None), ("A", 7.0, 1.1, 7.7 * 0.9, None)]
    frame = rows(price(model(lines)))
    assert frame.loc["A", ["leakage", "leaking"]].tolist() == [0.0, 0.0]


def test_what_is_allowed_is_a_setting():
    frame = rows(price(model(BY_HAND, settings={"discount_allowed": 0.04})))
    # 20 - 4 and 2.5 - 2.
    assert frame.loc["A", ["leakage", "leaking"]].tolist() == pytest.approx([16.5, 2.0])


def test_a_return_takes_back_what_its_sale_leaked():
    lines = [*BY_HAND, ("A", -10.0, 10.0, -80.0, -50.0)]
    frame = rows(price(model(lines)))
    told = frame.loc["A", ["lines", "units", "list_value", "revenue", "leakage", "leaking"]]
    assert told.tolist() == pytest.approx([3.0, 5.0, 50.0, 47.5, 0.0, 2.0])


def test_a_return_with_units_that_are_not_negative_is_no_leak():
    frame = rows(price(model([("A", 2.0, 40.0, -50.0, None), ("A", 1.0, 40.0, 40.0, None)])))
    assert frame.loc["A", ["leakage", "leaking"]].tolist() == [0.0, 0.0]


def test_what_is_given_away_leaks_all_but_the_allowance():
    assert rows(price(model([("A", 2.0, 50.0, 0.0, None)]))).loc["A", "leakage"] == 90.0


def test_a_list_value_of_nothing_divides_nothing():
    frame = rows(price(model([*BY_HAND, ("C", 0.0, 5.0, 10.0, None)])))
    assert frame.loc["C", ["discount_share", "realisation"]].tolist() == [DIV0, DIV0]
    assert frame.loc["C", ["margin", "margin_share"]].tolist() == [NA, NA]


def test_a_group_without_list_prices_says_so_and_keeps_its_lines():
    frame = rows(price(model([*BY_HAND, ("C", 1.0, None, 10.0, 5.0)])))
    assert frame.loc["C", ["lines", "unpriced", "revenue"]].tolist() == [0.0, 1.0, 0.0]
    assert frame.loc["C", ["realisation", "margin", "market_index"]].tolist() == [NA, NA, NA]


def test_without_by_there_is_one_row():
    frame = price(model(BY_HAND), "")
    assert frame["leakage"].tolist() == pytest.approx([10.0])
    assert frame.columns[0] == "lines"


def test_realisation_is_the_kpis():
    given = {kind: columns for kind, columns in customers().items() if kind != "products"}
    found = model_with(dt.date(2026, 3, 15), **given)
    frame = rows(price(found, "segment", "", "2025"))
    kpi = rows(kpi_table(found, "price_realisation", "segment", "", "2025"))["value"]
    assert len(kpi) > 2
    for segment, value in kpi.items():
        assert frame.loc[segment, "realisation"] == pytest.approx(value, rel=1e-13)
    whole = kpi_value(found, "price_realisation", "", "2025")
    assert frame.loc["(all)", "realisation"] == pytest.approx(whole, rel=1e-13)


def test_groups_add_up_to_all_and_the_most_leakage_stands_first():
    found = model_with(dt.date(2026, 3, 15), **customers())
    for by in ("product", "segment, channel", "month"):
        frame = price(found, by)
        body, last = frame.iloc[:-1], frame.iloc[-1]
        names = ("lines", "unpriced", "units", "list_value", "revenue", "leakage", "leaking")
        for name in names:
            assert body[name].sum() == pytest.approx(last[name])
        assert (np.diff(body["leakage"].to_numpy(dtype=float)) <= 0).all()
        assert last["lines"] + last["unpriced"] == kpi_lines(found)


def kpi_lines(found):
    return kpi_table(found, "revenue", "")["n"].iloc[0]


def test_without_any_list_price_there_is_nothing_to_compare():
    with pytest.raises(NotAvailable, match="no order line in 2026 has a list price"):
        price(model([("A", 1.0, None, 10.0, None)]), "product", "", "2026")


def test_an_unknown_column_is_refused():
    with pytest.raises(UnknownName):
        price(model(BY_HAND), "colour")
