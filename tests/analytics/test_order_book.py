"""The order book: what is sold and not yet due."""

import datetime as dt

from given import model_with

from xlcrm.analytics.figures import kpi_table, kpi_value

DAYS = ("2026-05-11", "2026-05-12", "2026-05-13", "2026-07-01")
ORDERS = {
    "order_id": ["a", "b", "c", "d"],
    "account_id": ["A", "A", "B", "B"],
    "date": [dt.datetime.combine(dt.date.fromisoformat(day), dt.time()) for day in DAYS],
    "amount": [1.0, 10.0, 100.0, 1000.0],
}


def test_lines_after_as_of_are_the_order_book():
    model = model_with(dt.date(2026, 5, 12), orders=ORDERS)
    assert kpi_value(model, "order_book") == 1100.0
    assert kpi_value(model, "order_book", period="this month") == 100.0
    months = kpi_table(model, "order_book", "month")
    assert dict(zip(months["month"], months["value"], strict=True)) == {
        "2026-05": 100.0,
        "2026-07": 1000.0,
    }


def test_a_book_without_lines_ahead_is_empty():
    assert kpi_value(model_with(dt.date(2026, 8, 1), orders=ORDERS), "order_book") == 0.0
