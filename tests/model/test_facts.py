"""What functions of one model share: found once, and noted for whoever asks."""

import pytest
from given import SCORECARD, company, model_with

from xlcrm.analytics.forecast.revenue_range import forecast_range
from xlcrm.analytics.scorecard.strategy import strategy
from xlcrm.errors import NotAvailable
from xlcrm.model.reads import NotedSettings, NotedTables


@pytest.fixture
def model():
    return model_with(None, **{**SCORECARD, **company()})


def test_the_same_question_is_answered_once_and_another_one_anew(model):
    asked = []

    def find(of):
        asked.append(len(of.table("deals")))
        return len(asked)

    assert [model.fact("rows", find) for _ in range(3)] == [1, 1, 1]
    assert model.fact(("rows", "again"), find) == 2
    assert asked == [300, 300]


def test_a_question_without_an_answer_is_asked_again(model):
    for _ in range(2):
        with pytest.raises(NotAvailable):
            model.fact("leads", lambda of: of.table("leads"))


@pytest.mark.parametrize(
    ("ask", "read"),
    [
        (strategy, {("column", "measures.red"), ("day", "as_of"), ("setting", "red_share")}),
        (
            lambda model: forecast_range(model, period="2026"),
            {("column", "deals.amount"), ("column", "targets.target"), ("setting", "rho")},
        ),
        (
            lambda model: model.fact("outer", lambda of: of.fact("inner", lambda m: m.as_of)),
            {("day", "as_of")},
        ),
    ],
    ids=["the figures of the scorecard", "a range of revenue", "one within another"],
)
def test_what_an_answer_rests_on_is_noted_for_all_who_ask(model, ask, read):
    first, second = set(), set()
    for reads in (first, second):
        ask(model.noting(reads))
    assert first == second
    assert read <= first


def test_who_takes_an_answer_may_change_it(model):
    whole = forecast_range(model, period="2026")
    whole.loc[0, "mean"] = 0.0
    assert forecast_range(model, period="2026").loc[0, "mean"] > 0


def test_tables_and_settings_put_down_what_is_looked_at(model):
    reads = set()
    tables, settings = NotedTables(model.tables, reads), NotedSettings(model.settings, reads)
    assert "leads" not in tables
    assert tables["deals"] is model.tables["deals"]
    assert settings.word("errors") == "strict"
    assert reads == {("headers", "leads"), ("table", "deals"), ("setting", "errors")}
    assert set(tables) == set(model.tables)
    assert len(tables) == len(model.tables)
    assert ("kinds", "") in reads
    assert ("table", "orders") not in reads


def test_a_column_is_looked_for_by_headers_alone(model):
    reads = set()
    seen = model.noting(reads)
    assert seen.column("deals", "owner") == "owner"
    assert seen.column("deals", "no such column") is None
    assert seen.column("leads", "source") is None
    assert reads == {("headers", "deals"), ("headers", "leads")}
