"""Every figure accounts for every row of its table: counted, or left out for a reason."""

import datetime as dt

import pytest
from given import SCORECARD, company, model_with

from xlcrm.analytics.explain import explain_forecast, explain_kpi
from xlcrm.analytics.figures import kpi_table
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.functions import catalogue
from xlcrm.kpis.catalogue import KPIS

ASKED = [{}, {"period": "2026"}, {"where": "owner<>Bob"}]
_OF_ACCOUNTS = ("complaints", "reminders", "surveys", "tickets", "accounts")
NO_OWNER = {
    **dict.fromkeys(_OF_ACCOUNTS, "account_id<>A1"),
    "decisions": "evidence<>Forecast",
}
"""What is asked of tables that have no owner."""


@pytest.fixture(scope="module")
def model():
    return model_with(dt.date(2026, 2, 1), **{**SCORECARD, **company()})


def asked_of(model, name, asked):
    table = KPIS[name].population(model).table
    return asked | {"where": NO_OWNER[table]} if "where" in asked and table in NO_OWNER else asked


def facts(frame):
    return list(zip(frame["item"], frame["value"], strict=True))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("name", KPIS)
def test_counted_and_left_out_are_all_rows_and_the_figure_counts_those_listed(model, name, asked):
    asked = asked_of(model, name, asked)
    told = facts(explain_kpi(model, name, **asked))
    rows = len(model.table(KPIS[name].population(model).table))
    counted = sum(n for item, n in told if item.startswith("rows counted"))
    left_out = sum(n for item, n in told if item.startswith("left out"))
    assert counted + left_out == rows
    assert 0 < counted < rows or not asked
    listed = explain_kpi(model, name, **asked, rows=True)
    assert (listed["counts"] == "yes").sum() == counted
    by = next((one for one in ("owner", "account_id") if one in listed), "month")
    groups = kpi_table(model, name, by, **asked)
    assert groups["n"].sum() == counted


@pytest.mark.parametrize("name", KPIS)
def test_definition_source_unit_and_period_are_told(model, name):
    told = dict(facts(explain_kpi(model, name, period="2026")))
    for item in ("figure", "definition", "source", "unit", "better", "period", "as of"):
        assert told[item], item
    assert all(len(value) <= 255 for value in told.values() if isinstance(value, str))


def test_the_settings_in_force_are_told(model):
    told = dict(facts(explain_kpi(model, "expected_revenue")))
    assert told["setting missing_amount"] == "leave out"
    assert told["setting prior_strength"] == 10.0
    assert told["method"] == "smoothed"


def test_a_forecast_accounts_for_deals_won_and_open(model):
    told = facts(explain_forecast(model))
    counted = {item: n for item, n in told if item.startswith("rows counted")}
    whole = forecast(model, "")
    assert counted["rows counted: open deals"] == whole["deals"].iloc[0]
    won = sum(1 for s, a in zip(*(company()["deals"][c] for c in ("status", "amount")), strict=True)
              if s == "won" and a is not None)  # fmt: skip
    assert counted["rows counted: deals won"] == won


def test_the_rows_of_a_forecast_say_why_a_deal_is_not_in_it(model):
    listed = explain_forecast(model, rows=True)
    assert len(listed) == len(model.table("deals"))
    reasons = set(listed["counts"])
    assert "yes" in reasons
    assert any("omitted" in reason for reason in reasons)


NEEDED = {"kpi": "win_rate", "column": "deals.amount", "by": "segment"}
"""What is asked for where nothing is asked by itself."""

FUNCTIONS = [f for f in catalogue().values() if f.explain and f.name not in ("CRM_KPI",)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_every_analysis_tells_what_it_rests_on(model, function):
    asked = NEEDED | {a.name: a.default for a in function.arguments if not a.required}
    asked = {a.name: asked[a.name] for a in function.arguments if a.name != "model"}
    told = facts(function.explain(model=model, **asked))
    names = [item for item, _ in told]
    counted = [n for item, n in told if item.startswith("rows counted")]
    assert counted
    first = names.index("table")
    rows = int(str(told[first][1]).split(": ")[1].split()[0].replace(",", ""))
    others = [place for place, item in enumerate(names) if item == "table" and place > first]
    of_first = told[first + 1 : min(others, default=len(told))]
    assert sum(n for item, n in of_first if item.startswith(("rows counted", "left out"))) == rows
    listed = function.explain(model=model, rows=True, **asked)
    assert len(listed) == rows
    assert (listed["counts"] == "yes").any()


def test_every_function_over_deals_has_an_explanation():
    without = {f.name for f in catalogue().values() if f.arguments
               and f.arguments[0].name == "model" and not f.explain}  # fmt: skip
    assert without == {"CRM_CHECKS"}  # its rows are their own explanation
