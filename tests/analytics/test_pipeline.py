"""CRM_PIPELINE against numbers worked out by hand, and its laws."""

import math

import pandas as pd
import pytest
from given import AS_OF, company, model_with, rows_of, shuffled, with_rows
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from xlcrm.analytics.figures import kpi_value
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.analytics.forecast.stage_rates import stage_rates
from xlcrm.analytics.pipeline.pipeline import pipeline
from xlcrm.errors import ExcelError, NotAvailable, UnknownName, WrongValue

NA, DIV0 = ExcelError.NA, ExcelError.DIV0
law = settings(max_examples=3, deadline=None, phases=[Phase.generate])

STAGES = {
    "stage": ["Offer", "Lead", "Talks"],
    "order": [2.0, 1.0, 3.0],
    "probability": [0.4, 0.1, 0.8],
    "stale_after": [14.0, None, 5.0],
}
_NAMES = ("deal_id", "owner", "status", "stage", "reached", "amount", "created", "last_update",
          "expected_close", "closed_on", "quality", "product")  # fmt: skip


def day(text):
    return pd.Timestamp(f"2026-{text}") if text else None


def deals_of(*rows):
    columns = {name: [row[k] for row in rows] for k, name in enumerate(_NAMES)}
    dates = ("created", "last_update", "expected_close", "closed_on")
    return columns | {name: [day(text) for text in columns[name]] for name in dates}


# as_of is 15 March
DEALS = deals_of(
    ("a", "Ann", "open", "Lead", None, 100.0, "03-05", "03-08", "03-31", None, 0.5, "P1"),
    ("b", "Ann", "open", "Lead", None, 300.0, "02-13", "03-07", "03-10", None, None, "P1"),
    ("c", "Bob", "open", "Offer", None, None, None, "03-01", "04-30", None, 1.0, "P1"),
    ("d", "Bob", "open", "Offer", None, 200.0, "03-15", None, None, None, None, "P1"),
    ("e", "Ann", "won", "Talks", None, 1000.0, "01-01", None, None, "03-02", None, "P1"),
    ("f", "Ann", "lost", "Lead", "Offer", 70.0, "01-01", None, None, "03-03", None, "P1"),
    ("g", "Bob", "on hold", "Talks", None, 50.0, "01-01", None, "03-20", None, None, "P1"),
)


def model(deals=DEALS, as_of=AS_OF, **tables):
    return model_with(as_of, **({"deals": deals, "stages": STAGES} | tables))


def rows(answer):
    return answer.astype(object).to_numpy().tolist()


def row(answer, **labels):
    for name, value in labels.items():
        answer = answer[answer[name] == value]
    (found,) = answer.to_dict("records")
    return found


def test_every_column_of_every_stage_in_pipeline_order():
    answer = pipeline(model(), method="configured")
    assert list(answer.columns) == [
        "stage", "deals", "value", "weighted", "average", "quality", "age", "progress", "overdue",
        "stale", "won", "target", "coverage", "reached", "moved_on", "conversion", "drop_off",
        "method",
    ]  # fmt: skip
    lead, offer, talks = rows(answer)
    # Lead: a and b; 400 * 0.1; ages 10 and 30; b is overdue and 8 days idle, a exactly 7
    assert lead[:13] == ["Lead", 2, 400, 40, 200, 0.5, 20, 0, 1, 1, 0, NA, NA]
    # Offer: c without amount and creation, 14 days idle, which the stage allows; 200 * 0.4
    assert offer[:13] == ["Offer", 2, 200, 80, 200, 1, 0, 0.5, 0, 0, 0, NA, NA]
    assert talks[:13] == ["Talks", 0, 0, 0, DIV0, DIV0, DIV0, DIV0, 0, 0, 1000, NA, NA]
    # all 7 reached Lead and a and b still stand there; c, d, f came to Offer; g stands in Talks
    assert lead[13:] == [7, 5, 5 / 7, 2 / 7, "configured"]
    assert offer[13:] == [5, 2, 0.4, 0.6, "configured"]
    assert talks[13:] == [2, 1, 0.5, 0.5, "configured"]


def test_by_owner_with_a_period_the_target_less_what_is_won_is_to_be_covered():
    targets = {
        "period": ["2026-03"] * 3,
        "metric": ["Revenue"] * 3,
        "target": [1500.0, 80.0, 1.0],
        "owner": ["Ann", "Bob", "Eve"],
    }
    more = deals_of(
        ("h", "Bob", "won", "Talks", None, 80.0, "01-01", None, None, "03-09", None, "P1"),
        ("i", "Eve", "won", "Talks", None, 5.0, "01-01", None, None, "02-09", None, "P1"),
        ("j", "Zoe", "open", "Lead", None, 5.0, "03-01", None, "03-20", None, None, "P1"),
    )
    deals = {name: DEALS[name] + more[name] for name in DEALS}
    answer = pipeline(model(deals, targets=targets), "owner", "", "2026-03")
    assert answer["owner"].tolist() == ["Ann", "Bob", "Eve", "Zoe"]
    ann = row(answer, owner="Ann")  # b is pushed from 10 to 15 March
    assert (ann["value"], ann["won"], ann["target"]) == (400, 1000, 1500)
    assert ann["coverage"] == 400 / 500
    bob = row(answer, owner="Bob")  # closes in April and without a date do not count
    assert (bob["deals"], bob["won"], bob["target"], bob["coverage"]) == (0, 80, 80, DIV0)
    eve = row(answer, owner="Eve")  # what was won in February is not of this period
    assert (eve["deals"], eve["average"], eve["won"], eve["coverage"]) == (0, DIV0, 0, 0)
    zoe = row(answer, owner="Zoe")
    assert (zoe["target"], zoe["coverage"]) == (NA, NA)
    whole = pipeline(model(deals, targets=targets), "", "", "2026-03")
    assert rows(whole)[0][:3] == [3, 405, whole["weighted"][0]]
    assert whole["target"].tolist() == [1581]
    assert whole["coverage"].tolist() == [405 / (1581 - 1080)]


@pytest.mark.parametrize(
    ("overdue", "months"),
    [
        ("push", {"2026-03": 2, "2026-04": 1, "(blank)": 1}),
        ("include", {"2026-03": 2, "2026-04": 1, "(blank)": 1}),
        ("exclude", {"2026-03": 1, "2026-04": 1, "(blank)": 1}),
    ],
)
def test_overdue_deals_are_pushed_included_or_excluded(overdue, months):
    answer = pipeline(model(), "month", overdue=overdue)
    found = dict(zip(answer["month"], answer["deals"], strict=True))
    assert found == months
    days = pipeline(model(), "day", overdue=overdue)["day"].tolist()
    assert ("2026-03-15" in days) == (overdue == "push")
    assert ("2026-03-10" in days) == (overdue == "include")


def test_a_list_price_stands_in_for_a_missing_amount_where_the_setting_says_so():
    settings_ = {"name": ["missing_amount"], "value": ["list price"]}
    products = {"product": ["P1"], "list_price": [40.0]}
    answer = pipeline(model(products=products, settings=settings_), method="configured")
    offer = row(answer, stage="Offer")
    assert (offer["value"], offer["weighted"], offer["average"]) == (240, 96, 120)


def test_an_override_stands_in_for_amount_and_probability_in_weighted_alone():
    deals = {**DEALS, "override": [None, 77.0, None, None, None, None, None]}
    lead = row(pipeline(model(deals), method="configured"), stage="Lead")
    assert (lead["value"], lead["weighted"]) == (400, 10 + 77)


def test_a_deal_omitted_from_the_forecast_is_in_the_pipeline_but_weighs_nothing():
    deals = {**DEALS, "forecast_category": ["omitted", *[None] * 6]}
    lead = row(pipeline(model(deals), method="configured"), stage="Lead")
    assert (lead["deals"], lead["value"], lead["weighted"]) == (2, 400, 30)
    alone = pipeline(model(deals), "owner", "forecast_category=omitted; status=open")
    assert rows(alone)[0][:4] == ["Ann", 1, 100, 0]


def test_the_default_limit_of_stale_deals_is_a_setting():
    for limit, stale in ((6.0, 2), (8.0, 0)):
        given_ = {"name": ["stale_after"], "value": [limit]}
        assert row(pipeline(model(settings=given_)), stage="Lead")["stale"] == stale


def test_a_stage_may_allow_fewer_days_than_the_setting():
    deals = {**DEALS, "stage": ["Talks", "Lead", *DEALS["stage"][2:]]}
    assert row(pipeline(model(deals)), stage="Talks")["stale"] == 1  # 7 days where 5 are allowed


def test_without_any_last_update_nothing_tells_which_deals_are_stale():
    for deals in (
        {name: cells for name, cells in DEALS.items() if name != "last_update"},
        {**DEALS, "last_update": [None] * 7},
    ):
        assert set(pipeline(model(deals))["stale"]) == {NA}


def test_means_over_deals_without_the_figure_are_not_available():
    deals = {**DEALS, "quality": [None] * 7, "created": [None] * 7}
    lead = row(pipeline(model(deals)), stage="Lead")
    assert (lead["quality"], lead["age"]) == (NA, NA)
    bob = row(pipeline(model({**DEALS, "amount": [*DEALS["amount"][:3], None, *[1.0] * 3]}),
                       "owner"), owner="Bob")  # fmt: skip
    assert (bob["deals"], bob["value"], bob["average"]) == (2, 0, NA)


def test_a_deal_created_after_the_day_of_looking_has_no_age():
    deals = {**DEALS, "created": [day("03-05"), day("03-20"), *DEALS["created"][2:]]}
    assert row(pipeline(model(deals)), stage="Lead")["age"] == 10


def test_skipping_a_stage_passes_it_but_is_no_direct_move():
    deals = deals_of(
        ("x", "Ann", "open", "Talks", None, 1.0, "01-01", None, None, None, None, "P1"),
        ("y", "Ann", "open", "Lead", None, 1.0, "01-01", None, None, None, None, "P1"),
        ("z", "Ann", "won", "Talks", None, 1.0, "01-01", None, None, "03-02", None, "P1"),
    )
    del deals["reached"]
    snapshots = {
        "taken_on": [day("02-01")] * 3 + [day("03-01")] * 3,
        "deal_id": ["x", "y", "z"] * 2,
        "stage": ["Lead", "Offer", "Lead", "Talks", "Lead", "Offer"],
        "status": ["open"] * 6,
    }
    seen = model(deals, snapshots=snapshots)
    passed = pipeline(seen)[["reached", "moved_on", "conversion"]]
    # y came to Offer and went back; x went from Lead to Talks
    assert rows(passed) == [[3, 3, 1], [3, 2, 2 / 3], [2, 1, 0.5]]
    direct = pipeline(seen, moves="direct")[["reached", "moved_on", "conversion", "drop_off"]]
    # Offer: y and z stood in it; y stands in Lead since, z was won. Talks: x alone, still there
    assert rows(direct) == [[3, 2, 2 / 3, 1 / 3], [2, 1, 0.5, 0.5], [1, 0, 0, 1]]
    gone = {**snapshots, "status": ["open"] * 5 + ["lost"]}
    assert pipeline(model(deals, snapshots=gone), moves="direct")["reached"].tolist() == [3, 1, 1]


def test_direct_moves_need_snapshots():
    with pytest.raises(NotAvailable, match="need snapshots"):
        pipeline(model(), moves="direct")


def test_where_nothing_tells_how_far_lost_deals_came_no_conversion_is_known():
    deals = {name: cells for name, cells in DEALS.items() if name != "reached"}
    answer = pipeline(model(deals))
    moves = ["reached", "moved_on", "conversion", "drop_off"]
    assert {cell for line in rows(answer[moves]) for cell in line} == {NA}
    assert "nothing tells" in answer["method"][0]
    still = with_rows(deals, lambda one: one["status"] != "lost")
    assert pipeline(model(still))["reached"].tolist() == [6, 4, 2]


def test_conversion_looks_at_all_deals_that_the_conditions_keep_whatever_the_period():
    assert pipeline(model(), period="2026-03")["reached"].tolist() == [7, 5, 2]
    assert pipeline(model(), where="owner=Ann")["reached"].tolist() == [4, 2, 1]


def test_closed_deals_reach_stages_as_often_as_their_probabilities_say():
    tables = company(120)
    tables["deals"] = with_rows(tables["deals"], lambda one: one["status"] in ("won", "lost"))
    one_open = {**dict.fromkeys(tables["deals"]), "status": "open", "stage": "Lead",
                "amount": 1.0, "deal_id": "one"}  # fmt: skip
    deals = {name: [*cells, one_open[name]] for name, cells in tables["deals"].items()}
    found = pipeline(model_with(AS_OF, **(tables | {"deals": deals})))
    rates = stage_rates(model_with(AS_OF, **tables))
    assert (found["reached"] - [1, 0, 0]).tolist() == rates["closed"].tolist()


def test_stages_outside_the_pipeline_stand_last_and_have_no_place():
    deals = {**DEALS, "stage": [*DEALS["stage"][:4], "Won", *DEALS["stage"][5:]]}
    answer = pipeline(model(deals))
    assert answer["stage"].tolist() == ["Lead", "Offer", "Talks", "Won"]
    won = row(answer, stage="Won")
    assert (won["deals"], won["won"], won["progress"], won["reached"]) == (0, 1000, DIV0, NA)


def test_a_deal_in_an_unknown_stage_is_refused_unless_it_weighs_nothing():
    deals = {**DEALS, "stage": ["Ofer", *DEALS["stage"][1:]]}
    with pytest.raises(NotAvailable, match="'Offer'"):
        pipeline(model(deals), "owner")
    known = {**deals, "probability": [0.5] * 7}
    answer = pipeline(model(known), method="deal")
    assert answer["stage"].tolist() == ["Lead", "Offer", "Talks", "Ofer"]
    assert row(answer, stage="Ofer")["progress"] == NA
    assert row(answer, stage="Ofer")["weighted"] == 50


def test_spellings_of_a_stage_are_one_stage():
    deals = {**DEALS, "stage": ["lead", " LEAD", *DEALS["stage"][2:]]}
    assert pipeline(model(deals))["deals"].tolist() == [2, 2, 0]


def test_without_stages_a_pipeline_of_own_probabilities_has_no_progress():
    deals = {**DEALS, "probability": [0.5] * 7}
    answer = pipeline(model_with(AS_OF, deals=deals), "stage", method="deal")
    assert answer["stage"].tolist() == ["Lead", "Offer", "Talks"]
    assert answer["progress"].tolist() == [NA, NA, DIV0]
    assert answer["weighted"].tolist() == [200, 100, 0]
    assert set(answer["conversion"]) == {NA}


def test_a_stage_that_stands_twice_is_refused():
    stages = {name: [*cells, cells[0]] for name, cells in STAGES.items()}
    with pytest.raises(WrongValue, match="two rows for Offer"):
        pipeline(model(stages=stages))


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"by": "nosuch"}, UnknownName),
        ({"moves": "jumped"}, WrongValue),
        ({"overdue": "later"}, WrongValue),
        ({"method": "guess"}, WrongValue),
        ({"period": "soon"}, WrongValue),
        ({"where": "owner=Ann; status=won"}, NotAvailable),
    ],
)
def test_what_is_not_there_is_an_error(asked, error):
    with pytest.raises(error):
        pipeline(model(), **asked)


def test_open_deals_without_any_amount_are_not_available():
    with pytest.raises(NotAvailable, match="has an amount"):
        pipeline(model({**DEALS, "amount": [None] * 7}))


# ── laws ────────────────────────────────────────────────────────────────────────────────────

seeds = st.integers(0, 40)
BY = ("owner", "segment", "manager, product", "stage", "month")


def bits(answer):
    return [
        [cell.hex() if isinstance(cell, float) else cell for cell in line] for line in rows(answer)
    ]


@law
@given(seeds, st.sampled_from(BY), st.integers(0, 99))
def test_no_order_of_rows_changes_a_bit(seed, by, order):
    tables = company(30, seed)
    mixed = {kind: shuffled(columns, order) for kind, columns in tables.items()}
    ask = [pipeline(model_with(AS_OF, **given_), by) for given_ in (tables, mixed)]
    assert bits(ask[0]) == bits(ask[1])


@law
@given(seeds, st.sampled_from(BY), st.sampled_from(["push", "include", "exclude"]))
def test_the_parts_make_the_whole(seed, by, overdue):
    given_ = model_with(AS_OF, **company(30, seed))
    parts, whole = pipeline(given_, by, overdue=overdue), pipeline(given_, "", overdue=overdue)
    for name in ("deals", "overdue", "stale"):
        assert parts[name].sum() == whole[name][0]
    for name in ("value", "weighted", "won"):
        assert math.fsum(parts[name]) == pytest.approx(whole[name][0], rel=1e-14, abs=1e-6)


@pytest.mark.parametrize(
    ("by", "overdue", "period"),
    [
        ("owner", "push", ""),
        ("stage", "exclude", "2026-03"),
        ("month", "include", "2026-Q1"),
        ("manager, product", "push", "2026-Q2"),
    ],
)
def test_weighted_and_won_are_those_of_the_forecast(by, overdue, period):
    given_ = model_with(AS_OF, **company(150, 3))
    found = pipeline(given_, by, "owner<>Bob", period, overdue)
    expected = forecast(given_, by, "owner<>Bob", period, overdue)
    names = [name.strip() for name in by.split(",")]
    told = {tuple(one[n] for n in names): one for one in expected.to_dict("records")}
    nothing = {"weighted": 0.0, "won": 0.0}
    for one in found.to_dict("records"):
        other = told.get(tuple(one[n] for n in names), nothing)
        for name in nothing:  # forecasts round smaller groups, once each
            assert one[name] == pytest.approx(other[name], rel=1e-14, abs=1e-7)


@law
@given(seeds)
def test_number_value_and_weighted_are_the_kpis(seed):
    given_ = model_with(AS_OF, **company(30, seed))
    whole = pipeline(given_, "")
    assert whole["deals"][0] == kpi_value(given_, "open_deals")
    assert whole["value"][0] == kpi_value(given_, "open_amount")
    assert whole["weighted"][0] == kpi_value(given_, "expected_revenue")


def test_figures_are_numbers_texts_or_errors_only():
    answer = pipeline(model_with(AS_OF, **company(80)), "segment, quarter", "", "2026")
    kinds = {type(cell) for line in rows(answer) for cell in line}
    assert kinds <= {float, str, ExcelError}
    assert rows_of(answer.to_dict("list"))[0][:2] == ("segment", "quarter")
