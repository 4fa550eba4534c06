"""Beta-smoothed win rates by stage; check figures from the specification."""

import numpy as np
import pytest
from given import AS_OF, model_with

from xlcrm.analytics.figures import kpi_value
from xlcrm.analytics.forecast.revenue import forecast
from xlcrm.analytics.forecast.stage_rates import stage_rates
from xlcrm.errors import ErrorInData, ExcelError, NotAvailable
from xlcrm.kpis.probability import LEAST, MOST
from xlcrm.stats.proportion import beta_smoothed


def stages(**probabilities):
    names = list(probabilities)
    return {
        "stage": names,
        "order": [float(k + 1) for k in range(len(names))],
        "probability": list(probabilities.values()),
    }


def deals(*rows, amount=100.0):
    """Deals as (stage, status, reached), each worth the same."""
    return {
        "deal_id": [f"D{k}" for k in range(len(rows))],
        "owner": ["Ann"] * len(rows),
        "created": [45_000.0] * len(rows),
        "stage": [row[0] for row in rows],
        "status": [row[1] for row in rows],
        "reached": [row[2] for row in rows],
        "amount": [amount] * len(rows),
        "expected_close": [46_200.0] * len(rows),
        "closed_on": [46_050.0 if row[1] in ("won", "lost") else None for row in rows],
    }


def won(count):
    return [("Won", "won", None)] * count


def lost(count, reached):
    return [("Lost", "lost", reached)] * count


def rates(model, method=""):
    frame = stage_rates(model, method)
    return {row["stage"]: row for row in frame.to_dict("records")}


@pytest.mark.parametrize(
    ("prior", "hits", "cases", "expected"),
    [(0.5, 3, 4, 0.571), (0.2, 0, 3, 0.154), (0.5, 44, 100, 0.445)],
)
def test_the_check_figures_of_smoothing(prior, hits, cases, expected):
    one = [np.array([float(x)]) for x in (hits, cases, prior)]
    mean, low, high = beta_smoothed(*one, 10.0, 0.9)
    assert round(float(mean[0]), 3) == expected
    assert low[0] < mean[0] < high[0]


@pytest.mark.parametrize(
    ("prior", "hits", "misses", "expected"),
    [(0.5, 3, 1, 0.571), (0.2, 0, 3, 0.154), (0.5, 44, 56, 0.445)],
)
def test_the_check_figures_hold_in_a_pipeline(prior, hits, misses, expected):
    model = model_with(deals=deals(*won(hits), *lost(misses, "Lead")), stages=stages(Lead=prior))
    row = rates(model)["Lead"]
    assert round(row["smoothed"], 3) == expected
    assert round(row["probability"], 3) == expected
    assert (row["won"], row["closed"]) == (hits, hits + misses)
    assert row["historic"] == hits / (hits + misses)


def test_a_credible_interval_leaves_five_percent_on_either_side():
    """Beta(1, 1) is uniform: its 5 % and 95 % quantiles are .05 and .95."""
    _, low, high = beta_smoothed(*(np.array([x]) for x in (0.0, 0.0, 0.5)), 2.0, 0.9)
    assert low[0] == pytest.approx(0.05, abs=1e-12)
    assert high[0] == pytest.approx(0.95, abs=1e-12)


def test_a_deal_passes_all_stages_before_the_furthest_it_reached():
    past = deals(*won(2), *lost(1, "Lead"), *lost(2, "Offer"), *lost(3, "Talks"))
    found = rates(model_with(deals=past, stages=stages(Lead=0.1, Offer=0.4, Talks=0.7)))
    assert {name: row["closed"] for name, row in found.items()} == {
        "Lead": 8,
        "Offer": 7,
        "Talks": 5,
    }


def test_probabilities_never_fall_along_the_pipeline():
    past = deals(*won(6), *lost(4, "Lead"))
    model = model_with(deals=past, stages=stages(Lead=0.6, Offer=0.5, Talks=0.1))
    found = [row["smoothed"] for row in rates(model).values()]
    assert found == sorted(found)
    separately = [(0.6 * 10 + 6) / 20, (0.5 * 10 + 6) / 16, (0.1 * 10 + 6) / 16]
    assert separately[2] < separately[1]
    pooled = (separately[1] * 16 + separately[2] * 16) / 32
    overall = (separately[0] * 20 + pooled * 32) / 52
    assert found == pytest.approx([overall] * 3, abs=1e-12)


@pytest.mark.parametrize(("method", "probability"), [("historic", MOST), ("configured", LEAST)])
def test_an_open_deal_is_never_certain(method, probability):
    model = model_with(
        deals=deals(*won(3), ("Lead", "open", None), *lost(1, "First")),
        stages=stages(First=0.0, Lead=0.0),
        as_of=AS_OF,
    )
    assert kpi_value(model, "expected_revenue", method=method) == 100.0 * probability


@pytest.mark.parametrize("asked", ["smoothed", "historic"])
@pytest.mark.parametrize("reached", [None, "Closed Lost"])
def test_without_history_the_configured_probability_stands_in_and_the_result_says_so(
    asked, reached
):
    past = deals(*won(3), ("Lead", "open", None), *lost(4, reached))
    model = model_with(deals=past, stages=stages(Lead=0.3), as_of=AS_OF)
    frame = forecast(model, "", method=asked)
    assert frame["weighted"].item() == 30.0
    assert frame["method"].item() == "configured: nothing tells how far closed deals came"
    row = rates(model, asked)["Lead"]
    assert row["probability"] == 0.3
    assert row["smoothed"] == row["historic"] == row["closed"] == ExcelError.NA
    assert row["method"].startswith("configured")


def test_snapshots_tell_how_far_deals_came():
    past = deals(*won(1), *lost(2, None), ("Lead", "open", None))
    snapshots = {
        "taken_on": [45_010.0, 45_020.0, 45_030.0, 45_010.0, 45_010.0],
        "deal_id": ["D1", "D1", "D1", "D2", "D3"],
        "stage": ["Lead", "Offer", "Lost", "Lead", "Offer"],
    }
    pipeline = stages(Lead=0.2, Offer=0.5)
    found = rates(model_with(deals=past, stages=pipeline, snapshots=snapshots))
    assert {name: row["closed"] for name, row in found.items()} == {"Lead": 3, "Offer": 2}
    assert {name: row["method"] for name, row in found.items()} == dict.fromkeys(found, "smoothed")


def test_the_method_deal_takes_a_deal_s_own_probability_where_it_has_one():
    given = deals(("Lead", "open", None), ("Lead", "open", None), ("Lead", "open", None))
    given["probability"] = [0.25, None, 0.001]
    model = model_with(deals=given, stages=stages(Lead=0.5), as_of=AS_OF)
    assert kpi_value(model, "expected_revenue", method="deal") == 25.0 + 50.0 + 100.0 * LEAST
    for method in ("smoothed", "configured"):
        assert kpi_value(model, "expected_revenue", method=method) == 150.0


def test_deals_with_their_own_probability_need_no_stages():
    given = deals(("Lead", "open", None)) | {"probability": [0.25]}
    model = model_with(deals=given, as_of=AS_OF)
    assert forecast(model, "", method="deal")["weighted"].item() == 25.0
    with pytest.raises(NotAvailable, match="no rows of stages"):
        forecast(model, "", method="smoothed")


@pytest.mark.parametrize("method", ["smoothed", "configured", "historic", "deal"])
def test_an_override_beats_amount_and_probability_by_every_method(method):
    given = deals(("Lead", "open", None), ("Lead", "open", None), *won(1), *lost(1, "Lead"))
    given |= {"override": [70.0, None, None, None], "probability": [0.9, 0.9, None, None]}
    model = model_with(deals=given, stages=stages(Lead=0.5), as_of=AS_OF)
    frame = forecast(model, "", method=method)
    other = {"deal": 90.0}.get(method, 50.0)
    assert frame["weighted"].item() == 70.0 + other
    assert frame["override"].item() == 70.0
    assert frame["open"].item() == 200.0


def test_an_override_stands_in_for_a_missing_amount():
    given = deals(("Lead", "open", None), amount=None) | {"override": [70.0]}
    model = model_with(deals=given, stages=stages(Lead=0.5), as_of=AS_OF)
    assert kpi_value(model, "expected_revenue") == 70.0


def test_an_unknown_stage_is_named_with_its_near_miss():
    model = model_with(
        deals=deals(("Negociation", "open", None)), stages=stages(Negotiation=0.5), as_of=AS_OF
    )
    with pytest.raises(NotAvailable, match="'Negociation' is not in Stages; did you mean"):
        kpi_value(model, "expected_revenue")


def test_an_error_in_the_history_is_handed_on():
    past = deals(*won(3), *lost(1, ExcelError.DIV0), *lost(1, "Lead"))
    with pytest.raises(ErrorInData, match="reached is #DIV/0!") as caught:
        stage_rates(model_with(deals=past, stages=stages(Lead=0.5)))
    assert caught.value.code is ExcelError.DIV0
    settings = {"name": ["errors"], "value": ["skip"]}
    found = rates(model_with(deals=past, stages=stages(Lead=0.5), settings=settings))
    assert found["Lead"]["closed"] == 4
