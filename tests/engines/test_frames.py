"""What a frame of any engine may hold that cells cannot, and what must be read as cells are."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from engine_models import OTHERS, company_on, model_on
from given import company
from pandas import Timestamp

from xlcrm.analytics.figures import kpi_table, kpi_value
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.errors import NotAvailable
from xlcrm.kpis.probability import history
from xlcrm.model.model import Model, model_of
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.model.settings import Settings
from xlcrm.model.table import FrameTable

ENGINES = ("pandas", *OTHERS[:2])

_NATIVE = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "duckdb": lambda columns: duckdb.from_arrow(pl.DataFrame(columns).to_arrow()),
}


def frame_table(engine, kind, columns):
    return FrameTable(KINDS[kind], _NATIVE[engine](columns), digest="x")


def value(engine, kpi, columns, kind="deals", **asked):
    return kpi_value(model_of([frame_table(engine, kind, columns)]), kpi, **asked)


def groups(answer):
    return dict(zip(answer.iloc[:, 0], answer["value"], strict=True))


WON = {"status": ["won", "won"], "closed_on": [Timestamp("2026-01-01"), Timestamp("2026-01-31")]}


@pytest.mark.parametrize("engine", ENGINES)
def test_nan_is_no_amount(engine):
    assert value(engine, "average_deal", WON | {"amount": [float("nan"), 7.0]}) == 7.0


@pytest.mark.parametrize("engine", ENGINES)
def test_an_afternoon_belongs_to_the_last_day_of_a_period(engine):
    late = {"status": ["won"], "closed_on": [Timestamp("2026-01-31 14:30")]}
    assert value(engine, "won_deals", late, period="2026-01") == 1.0
    assert value(engine, "won_deals", late, where="closed_on<=2026-01-31") == 1.0


@pytest.mark.parametrize("engine", ENGINES)
def test_an_afternoon_is_the_same_day_as_the_morning_in_a_cycle(engine):
    day = {
        "created": [Timestamp("2026-01-01 17:00")],
        "closed_on": [Timestamp("2026-01-01 09:00")],
        "status": ["won"],
    }
    assert value(engine, "cycle_days", day) == 0.0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_of_dates_without_time_is_read(engine):
    days = {"status": ["won"], "closed_on": [Timestamp("2026-01-31").date()]}
    assert value(engine, "won_deals", days, period="2026-01") == 1.0


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("ids", "segments", "names"),
    [
        ([1, 2, 2], {"Gold": 1.0, "Silver": 6.0}, {"1", "2"}),
        (
            [1.0, 2.0, None],
            {"Gold": 1.0, "Silver": 2.0, "(blank)": 4.0},
            {"1", "2", "(blank)"},
        ),
    ],
    ids=["whole", "as floats since one is blank"],
)
def test_ids_that_are_numbers_join_to_ids_that_are_numbers(engine, ids, segments, names):
    orders = {"order_id": [7, 8, 9], "account_id": ids, "amount": [1.0, 2.0, 4.0]}
    accounts = {"account_id": [1, 2], "segment": ["Gold", "Silver"]}
    model = model_of(
        [frame_table(engine, "orders", orders), frame_table(engine, "accounts", accounts)]
    )
    assert groups(kpi_table(model, "revenue", "segment")) == segments
    assert set(groups(kpi_table(model, "orders", "account_id"))) == names


@pytest.mark.parametrize("engine", ENGINES)
def test_columns_are_found_whatever_their_case(engine):
    columns = WON | {"amount": [1.0, 2.0], "Deal Tier": ["a", "b"]}
    model = model_of([frame_table(engine, "deals", columns)])
    assert groups(kpi_table(model, "won_amount", "deal tier")) == {"a": 1.0, "b": 2.0}
    assert kpi_value(model, "won_amount", "Deal_Tier=b; AMOUNT>1") == 2.0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_that_no_kind_knows_is_what_it_holds(engine):
    columns = WON | {
        "amount": [1.0, 2.0],
        "hot": [True, False],
        "seats": [3, 5],
        "signed": [Timestamp("2026-02-01 18:00"), Timestamp("2026-03-01")],
    }
    table = frame_table(engine, "deals", columns)
    types = [table.type_of(name) for name in ("hot", "seats", "signed")]
    assert types == [ColumnType.LOGICAL, ColumnType.NUMBER, ColumnType.DATE]
    model = model_of([table])
    for where in ("hot=yes", "seats<4", "signed<=2026-02-01"):
        assert kpi_value(model, "won_amount", where) == 1.0
    assert groups(kpi_table(model, "won_amount", "signed")) == {
        "2026-02-01": 1.0,
        "2026-03-01": 2.0,
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_aliases_rename_what_a_frame_holds(engine):
    columns = WON | {"amount": [1.0, 2.0], "product": ["GTXPro", "GTX Pro"]}
    plain = model_of([frame_table(engine, "deals", columns)])
    model = Model(plain.tables, Settings(), {"product": {"gtxpro": "GTX Pro"}})
    assert groups(kpi_table(plain, "won_amount", "product")) == {"GTXPro": 1.0, "GTX Pro": 2.0}
    assert groups(kpi_table(model, "won_amount", "product")) == {"GTX Pro": 3.0}
    assert kpi_value(model, "won_amount", "product=GTXPro") == 3.0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_status_without_a_value_is_told_by_the_stage(engine):
    columns = {
        "stage": ["Closed Won", "Perdu", "Lead"],
        "status": pl.Series([None] * 3, dtype=pl.String),
    }
    columns |= {} if engine != "pandas" else {"status": [None] * 3}
    columns |= {"expected_close": [Timestamp(f"2026-01-0{k}") for k in (1, 2, 3)]}
    assert value(engine, "win_rate", columns) == 0.5
    assert value(engine, "won_deals", columns, period="2026-01-01") == 1.0


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unknown_status_is_an_error_and_no_deal_less(engine):
    with pytest.raises(NotAvailable, match="'wonn' is none of open, won, lost, on hold"):
        value(engine, "won_deals", {"status": ["won", "wonn"]})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_figure_over_all_rows_needs_no_column(engine):
    assert value(engine, "opportunities_created", {"owner": ["Ann", None, "Bob"]}) == 3.0


def test_the_history_is_the_same_every_time_it_is_asked_for():
    """DuckDB gives groups in another order every time: names and counts must stay together."""
    expected = history(company_on("pandas"))
    assert expected.won > 0
    model = model_on("duckdb", company())
    found = {repr(history(model)) for _ in range(8)}
    assert found == {repr(expected)}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_that_a_frame_lacks_is_blank_in_every_row(engine):
    tables = company()
    del tables["deals"]["override"]
    model = model_of([frame_table(engine, k, tables[k]) for k in ("deals", "stages")])
    assert forecast(model, "")["override"].tolist() == [0.0]
