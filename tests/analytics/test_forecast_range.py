"""The range of revenue against enumeration, closed forms and the forecast itself."""

import datetime as dt
import itertools
import math

import pytest
from asking import STAGES as ASKED_STAGES
from asking import Excel
from asking import deals as asked_deals
from given import AS_OF, company, model_with
from hypothesis import given as given_data
from hypothesis import settings
from hypothesis import strategies as st

from udfs.forecast import CRM_FORECAST, CRM_FORECAST_RANGE
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue
from xlcrm.hosts.session import Place

STAGES = {
    "stage": ["Early", "Third", "Even", "Negotiation", "Sure"],
    "order": [1.0, 2.0, 3.0, 4.0, 5.0],
    "probability": [0.2, 0.3, 0.5, 0.8, 1.0],
}
CHANCE = dict(zip(STAGES["stage"], STAGES["probability"], strict=True))
START = dt.date(2026, 3, 1)


def deals(*rows, **more):
    """Deals as (stage, status, amount, owner, day of closing)."""
    days = [row[4] if len(row) > 4 else dt.date(2026, 4, 1) for row in rows]
    return {
        "deal_id": [f"D{k:02}" for k in range(len(rows))],
        "owner": [row[3] if len(row) > 3 else "Ann" for row in rows],
        "created": [dt.date(2026, 1, 1)] * len(rows),
        "stage": [row[0] for row in rows],
        "status": [row[1] for row in rows],
        "amount": [row[2] for row in rows],
        "expected_close": days,
        "closed_on": [
            day if row[1] in ("won", "lost") else None for row, day in zip(rows, days, strict=True)
        ],
        **more,
    }


def model_of(given, as_of=START, **tables):
    return model_with(deals=given, stages=STAGES, as_of=as_of, **tables)


def ranges(model, by="", where="", period="", **asked):
    given = {"rho": 0.0, "method": "configured", **asked}
    return CRM_FORECAST_RANGE(model, by, where, period, **given)


def one(model, **asked):
    return ranges(model, **asked).iloc[0]


THREE = deals(("Even", "open", 100.0), ("Even", "open", 100.0), ("Early", "open", 50.0))


# ── figures worked by hand ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("target", "chance"), [(100.0, 0.75), (150.0, 0.35), (0.0, 1.0)])
def test_three_deals_reach_a_target_with_the_chance_worked_by_hand(target, chance):
    found = one(model_of(THREE), target=target)
    assert found["mean"] == pytest.approx(110.0, rel=1e-14)
    assert found["probability"] == pytest.approx(chance, abs=1e-14)
    # outcomes 0, 50, ... 250 with .2, .05, .4, .1, .2, .05; variance 2 * 2500 + 400
    assert (found["p10"], found["p50"], found["p90"]) == (0.0, 100.0, 200.0)
    assert found["deviation"] == pytest.approx(math.sqrt(5400), rel=1e-12)
    assert (found["deals"], found["won"], found["unit"]) == (3.0, 0.0, 0.0)
    assert (found["rho"], found["target"], found["method"]) == (0.0, target, "configured")


def test_frappe_798_three_deals_by_month():
    """https://github.com/frappe/crm/issues/798: 50, 50 and 100 % of 100,000; certainty is 99 %
    while a deal is open, so the third is won.
    """
    given = deals(
        ("Even", "open", 100e3, "Ann", dt.date(2026, 3, 10)),
        ("Even", "open", 100e3, "Ann", dt.date(2026, 4, 10)),
        ("Sure", "won", 100e3, "Ann", dt.date(2026, 5, 10)),
    )
    found = ranges(model_of(given), "month", target=100e3).set_index("month")
    assert found["mean"].to_dict() == {"2026-03": 50e3, "2026-04": 50e3, "2026-05": 100e3}
    assert found["probability"].tolist() == pytest.approx([0.5, 0.5, 1.0], abs=1e-14)
    assert found["p90"].tolist() == [100e3, 100e3, 100e3]
    assert found["movers"].tolist() == ["D00 +100 %", "D01 +100 %", "none"]


def test_a_certain_stage_is_99_percent_while_the_deal_is_open():
    found = one(model_of(deals(("Sure", "open", 100.0))), target=100.0)
    assert (found["mean"], found["probability"]) == pytest.approx((99.0, 0.99))


@pytest.mark.parametrize("rho", [0.1, 0.5, 0.9])
def test_two_even_deals_come_together_as_sheppard_found_in_1899(rho):
    given = deals(("Even", "open", 100.0), ("Even", "open", 100.0))
    found = one(model_of(given), rho=rho, target=200.0)
    assert found["probability"] == pytest.approx(0.25 + math.asin(rho) / (2 * math.pi), abs=1e-7)
    assert found["mean"] == 100.0
    assert found["rho"] == rho


def test_rho_is_the_setting_where_it_is_left_out():
    given = {"name": ["rho"], "value": [0.5]}
    model = model_of(deals(*[("Even", "open", 100.0)] * 2), settings=given)
    found = one(model, rho=None, target=200.0)
    assert found["rho"] == 0.5
    assert found["probability"] == pytest.approx(1 / 3, abs=1e-7)
    assert one(model_of(THREE), rho=None)["rho"] == 0.1


def test_deals_won_and_overrides_are_certain():
    given = deals(
        ("Even", "won", 0.1),
        ("Early", "open", 7.0),
        ("Even", "open", 100.0),
        override=[None, 0.2, None],
    )
    found = one(model_of(given), target=0.3)
    assert found["probability"] == 1.0
    assert (found["won"], found["p10"], found["p90"]) == (0.1, 0.3, 100.3)
    assert (found["mean"], found["deviation"]) == (pytest.approx(50.3), pytest.approx(50.0))
    assert found["deals"] == 2.0
    assert one(model_of(given), target=0.31)["movers"] == "D02 +100 %"


def test_list_prices_stand_in_for_missing_amounts():
    given = deals(("Even", "open", None), ("Early", "open", 10.0), product=["P", None])
    model = model_of(
        given,
        products={"product": ["P"], "list_price": [0.0]},
        settings={"name": ["missing_amount"], "value": ["list price"]},
    )
    found = one(model, target=10.0)
    assert (found["deals"], found["mean"], found["probability"]) == pytest.approx((2.0, 2.0, 0.2))
    model = model_of(
        given,
        products={"product": ["P"], "list_price": [40.0]},
        settings={"name": ["missing_amount"], "value": ["list price"]},
    )
    shown = ranges(model, target=40.0, show="deals")
    assert shown["amount"].tolist() == [40.0, 10.0]
    assert shown["chance"].tolist() == [0.5, 0.2]


# ── movers ──────────────────────────────────────────────────────────────────────────────────


def test_movers_are_named_by_their_effect_and_equal_ones_by_id():
    model = model_of(THREE)
    assert one(model, target=200.0)["movers"] == "D00 +50 %, D01 +50 %"
    assert one(model, target=150.0)["movers"] == "D00 +50 %, D01 +50 %, D02 +50 %"
    assert one(model, target=1000.0)["movers"] == "none"
    shown = ranges(model, target=200.0, show="deals")
    assert list(shown) == ["deal_id", "owner", "amount", "chance", "if_won", "if_lost", "effect"]
    assert shown["deal_id"].tolist() == ["D00", "D01", "D02"]
    assert shown["if_won"].tolist() == pytest.approx([0.5, 0.5, 0.25])
    assert shown["if_lost"].tolist() == pytest.approx([0.0, 0.0, 0.25])
    assert shown["effect"].tolist() == pytest.approx([0.5, 0.5, 0.0])


def test_a_deal_that_takes_away_has_a_negative_effect():
    given = deals(("Even", "open", 100.0), ("Early", "open", -60.0))
    assert one(model_of(given), target=100.0)["movers"] == "D00 +80 %, D01 -50 %"


def test_long_names_are_cut_to_what_a_cell_of_a_table_holds():
    given = deals(*[("Even", "open", 100.0)] * 5) | {"deal_id": [f"{k}" * 200 for k in range(5)]}
    found = one(model_of(given), target=300.0)["movers"]
    assert len(found) == 255


def test_a_deal_without_id_or_owner_is_shown_as_blank():
    given = deals(("Even", "open", 1.0), ("Even", "open", 2.0)) | {"deal_id": ["A", None]}
    given["owner"] = [None, "Bob"]
    shown = ranges(model_of(given), target=3.0, show="deals")
    assert shown[["deal_id", "owner"]].to_numpy().tolist() == [["(blank)", "Bob"], ["A", "(blank)"]]


def test_no_open_deal_has_no_mover():
    model = model_of(deals(("Even", "won", 5.0)))
    assert one(model, target=10.0)["movers"] == "none"
    assert one(model, target=10.0)["probability"] == 0.0
    assert ranges(model, target=10.0, show="deals").empty


# ── enumeration ─────────────────────────────────────────────────────────────────────────────

TWELVE = deals(
    *[
        (stage, "open", amount, owner)
        for stage, amount, owner in zip(
            ["Early", "Even", "Third", "Negotiation"] * 3,
            [12.5, 99.99, 40.0, 7.25, 63.1, 250.0, 18.75, 31.0, 5.55, 120.0, 88.8, 46.2],
            ["Ann", "Bob", "Ann", "Bob", "Ann", "Bob", "Ann", "Zoé", "Zoé", "Ann", "Zoé", "Zoé"],
            strict=True,
        )
    ],
    ("Even", "won", 20.0, "Bob"),
)


def outcomes(rows, won):
    """All outcomes in cents with their chances, and which deals they win."""
    for ends in itertools.product((False, True), repeat=len(rows)):
        chance, cents = 1.0, round(100 * won)
        for end, (stage, amount) in zip(ends, rows, strict=True):
            chance *= CHANCE[stage] if end else 1 - CHANCE[stage]
            cents += end * round(100 * amount)
        yield cents, chance, ends


def open_rows(owners):
    triples = zip(TWELVE["stage"], TWELVE["amount"], TWELVE["owner"], TWELVE["status"], strict=True)
    return [(s, a) for s, a, owner, status in triples if owner in owners and status == "open"]


@pytest.mark.parametrize(
    ("owners", "won"), [(("Ann",), 0), (("Bob",), 20), (("Zoé",), 0), (("Ann", "Bob", "Zoé"), 20)]
)
def test_every_outcome_counted_gives_the_same_range(owners, won):
    every = sorted((cents, chance) for cents, chance, _ in outcomes(open_rows(owners), won))
    by = "" if len(owners) > 1 else "owner"
    found = ranges(model_of(TWELVE), by, target=200.0)
    found = found.iloc[0] if not by else found.set_index("owner").loc[owners[0]]
    mean = sum(cents * chance for cents, chance in every) / 100
    spread = math.sqrt(sum((cents / 100 - mean) ** 2 * chance for cents, chance in every))
    assert (found["mean"], found["deviation"]) == pytest.approx((mean, spread), rel=1e-10)
    reached = sum(chance for cents, chance in every if cents >= 20_000)
    assert found["probability"] == pytest.approx(reached, abs=1e-12)
    for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        below = itertools.accumulate(chance for _, chance in every)
        first = next(k for k, reached in enumerate(below) if reached >= share - 1e-12)
        assert found[name] == every[first][0] / 100


def test_every_outcome_counted_gives_the_same_movers():
    rows = open_rows(("Ann", "Bob", "Zoé"))
    reached = [[0.0, 0.0] for _ in rows]
    for cents, chance, ends in outcomes(rows, 20):
        for k, end in enumerate(ends):
            alone = CHANCE[rows[k][0]] if end else 1 - CHANCE[rows[k][0]]
            reached[k][end] += chance / alone * (cents >= 45_000)
    effects = {f"D{k:02}": won - lost for k, (lost, won) in enumerate(reached)}
    five = sorted(effects, key=lambda name: (-abs(effects[name]), name))[:5]
    shown = ranges(model_of(TWELVE), target=450.0, show="deals").set_index("deal_id")
    assert shown.index.tolist() == five
    assert shown["effect"].tolist() == pytest.approx([effects[name] for name in five], abs=1e-12)
    places = [int(name[1:]) for name in five]
    assert shown["if_won"].tolist() == pytest.approx([reached[k][1] for k in places], abs=1e-12)
    assert shown["if_lost"].tolist() == pytest.approx([reached[k][0] for k in places], abs=1e-12)


def test_many_equal_deals_are_binomial():
    model = model_of(deals(*[("Third", "open", 10.0)] * 200))
    found = one(model, target=650.0)
    tail = sum(math.comb(200, k) * 0.3**k * 0.7 ** (200 - k) for k in range(65, 201))
    assert found["probability"] == pytest.approx(tail, abs=1e-10)
    assert found["mean"] == pytest.approx(600.0)
    at_65 = math.comb(199, 64) * 0.3**64 * 0.7**135  # a deal decides where it is the 65th
    assert found["movers"].startswith(f"D00 +{100 * at_65:.1f} %, D01 +")
    shown = ranges(model, target=650.0, show="deals")
    assert shown["deal_id"].tolist() == [f"D{k:02}" for k in range(5)]
    assert shown["effect"].tolist() == pytest.approx([at_65] * 5, abs=1e-10)


# ── the forecast ────────────────────────────────────────────────────────────────────────────

_rows = st.lists(
    st.tuples(
        st.sampled_from(["Early", "Third", "Even", "Sure"]),
        st.sampled_from(["open", "open", "won", "lost", "on hold"]),
        st.one_of(st.none(), st.integers(0, 10**8).map(lambda cents: cents / 100)),
        st.sampled_from(["Ann", "Bob", None]),
        st.integers(0, 150).map(lambda k: dt.date(2026, 1, 1) + dt.timedelta(k)),
        st.one_of(st.none(), st.none(), st.integers(0, 10**6).map(float)),
        st.sampled_from([None, None, "omitted", "commit"]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=20, deadline=None)
@given_data(
    rows=_rows,
    by=st.sampled_from(["", "month", "owner", "owner, quarter"]),
    period=st.sampled_from(["", "2026-03", "2026-Q1"]),
    overdue=st.sampled_from(["push", "include", "exclude"]),
)
def test_mean_and_won_are_the_forecast_s(rows, by, period, overdue):
    model = model_of(
        deals(*rows, override=[r[5] for r in rows], forecast_category=[r[6] for r in rows]),
        as_of=dt.date(2026, 2, 20),
    )
    asked = {"by": by, "period": period, "overdue": overdue, "method": "configured"}
    expected, refused = answer_of(lambda: CRM_FORECAST(model, **asked))
    found, also = answer_of(lambda: ranges(model, **asked))
    assert also == refused
    if refused:
        return
    names = [name.strip() for name in by.split(",") if name]
    found, expected = by_label(found, names), by_label(expected, names)
    for label, row in expected.items():  # a group of deals not created yet has no open deal
        mine = found.pop(label, {"mean": 0.0, "won": 0.0, "deals": 0.0, "p10": 0.0, "p90": 0.0})
        assert mine["mean"] == pytest.approx(row["total"], rel=1e-9)
        assert (mine["won"], mine["deals"]) == (row["won"], row["deals"])
        assert mine["p10"] <= mine["p90"]
    assert not found


def answer_of(ask):
    try:
        return ask(), ""
    except NotAvailable as refused:
        return None, refused.message


def by_label(frame, names):
    labels = zip(*(frame[name] for name in names), strict=True) if names else [()]
    return dict(zip(labels, frame.to_dict("records"), strict=True))


@pytest.mark.parametrize("method", ["smoothed", "historic", "deal"])
@pytest.mark.parametrize("missing", ["leave out", "list price"])
def test_mean_and_won_are_the_forecast_s_by_every_method(method, missing):
    given = company(80) | {"settings": {"name": ["missing_amount"], "value": [missing]}}
    model = model_with(as_of=AS_OF, **given)
    expected = CRM_FORECAST(model, "manager", "", "2026", "push", method)
    found = CRM_FORECAST_RANGE(model, "manager", "", "2026", method=method, rho=0.0)
    assert found["manager"].tolist() == expected["manager"].tolist()
    assert found["mean"].tolist() == pytest.approx(expected["total"].tolist(), rel=1e-9)
    assert found["method"].tolist() == expected["method"].tolist()


# ── targets ─────────────────────────────────────────────────────────────────────────────────

TARGETS = {
    "period": ["2026-04", "2026-04"],
    "metric": ["revenue", "revenue"],
    "target": [99.99, 900.0],
    "owner": ["Bob", "Zoé"],
}


def test_each_group_has_its_own_target_and_one_without_is_not_available():
    found = ranges(model_of(TWELVE, targets=TARGETS), "owner", period="2026-04").set_index("owner")
    assert found["target"].to_dict() == {"Ann": ExcelError.NA, "Bob": 99.99, "Zoé": 900.0}
    assert found.loc["Ann", "probability"] is ExcelError.NA
    assert found.loc["Ann", "movers"] is ExcelError.NA
    # Bob won 20; 250 and 99.99 are even chances, 7.25 alone is not enough
    assert found.loc["Bob", "probability"] == pytest.approx(0.75)
    assert found.loc["Zoé", "probability"] == 0.0
    assert found.loc["Zoé", "movers"] == "none"


def test_a_typed_target_is_that_of_every_group_and_beats_the_table():
    model = model_of(TWELVE, targets=TARGETS)
    found = ranges(model, "owner", period="2026-04", target=10.0)
    assert found["target"].tolist() == [10.0] * 3


def test_without_targets_there_is_a_range_and_no_probability():
    found = one(model_of(THREE))
    assert found["p50"] == 100.0
    assert [found[name] for name in ("target", "probability", "movers")] == [ExcelError.NA] * 3
    found = ranges(model_of(TWELVE), "owner", "amount>0", "this year")
    assert found["owner"].tolist() == ["Ann", "Bob", "Zoé"]
    assert found["target"].tolist() == [ExcelError.NA] * 3


# ── what is refused ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rho", [1.0, -0.01, 2.0])
def test_a_rho_that_is_no_correlation_of_deals_is_refused(rho):
    with pytest.raises(OutOfDomain, match="from 0 to below 1"):
        one(model_of(THREE), rho=rho)


def test_a_negative_target_is_refused():
    with pytest.raises(OutOfDomain, match="target -1 is negative"):
        one(model_of(THREE), target=-1.0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"show": "deal"}, "did you mean 'deals'"),
        ({"show": "deals"}, "a target: give one"),
        ({"show": "deals", "by": "owner", "target": 1.0}, "leave by out"),
        ({"overdue": "pusch"}, "did you mean 'push'"),
        ({"method": "smooth"}, "did you mean 'smoothed'"),
    ],
)
def test_what_is_no_option_is_refused_with_what_to_do(asked, words):
    with pytest.raises(WrongValue, match=words):
        ranges(model_of(THREE), **asked)


@pytest.mark.parametrize("status", ["open", "won"])
def test_amounts_beyond_the_largest_number_overflow(status):
    given = deals(("Even", status, 1e308), ("Even", "open", 1e308))
    with pytest.raises(OutOfDomain, match="overflow"):
        one(model_of(given), target=1.0)


def test_a_stage_without_probability_is_not_available_and_near_misses_are_named():
    with pytest.raises(NotAvailable, match=r"'Negociation'.*did you mean 'Negotiation'"):
        one(model_of(deals(("Negociation", "open", 1.0))))
    blank = STAGES | {"probability": [0.2, None, 0.5, 0.8, 1.0]}
    with pytest.raises(NotAvailable, match="'Third' has no probability: fill it in"):
        one(model_with(deals=deals(("Third", "open", 1.0)), stages=blank, as_of=START))


def test_open_deals_without_amounts_are_not_available():
    with pytest.raises(NotAvailable, match="1 open deals have no amount"):
        one(model_of(deals(("Even", "open", None))))


def test_an_explanation_counts_the_rows_of_the_forecast():
    excel = Excel()
    rows = asked_deals({}, {"Status": "open", "Stage": "Lead"}, {"Status": "lost"})
    model = excel.model(rows, stages=ASKED_STAGES, as_of=46_000.0)
    for name in ("CRM_FORECAST_RANGE", "CRM_SCENARIO"):
        place = Place("Book", "Here", f"{name[4]}1")
        assert len(excel.session.call(name, [model], at=place)) > 1
        told = dict(map(tuple, excel.session.call("CRM_EXPLAIN", [place])))
        assert told["setting rho"] == 0.1
        assert told["source"] in ("docs/methods.md: Forecast range", "docs/methods.md: Scenario")
        assert told["rows counted: deals won"] == 1.0
        assert told["rows counted: open deals"] == 1.0
        assert len(excel.session.call("CRM_EXPLAIN", [place, True])) == 4
