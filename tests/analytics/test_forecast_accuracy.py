"""Past forecasts against what was won, by a company small enough to be computed by hand."""

import datetime as dt
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from given import AS_OF, company, model_with, with_rows

from xlcrm.analytics.forecast.accuracy.accuracy import METHODS, forecast_accuracy
from xlcrm.analytics.forecast.accuracy.past_forecasts import by_month
from xlcrm.analytics.forecast.accuracy.past_pictures import openings
from xlcrm.analytics.forecast.accuracy.past_rates import ended
from xlcrm.analytics.forecast.accuracy.past_sales import by_sales, same_month
from xlcrm.analytics.forecast.accuracy.trust import Past, combined, trusted, weights
from xlcrm.errors import ExcelError, NotAvailable, UnknownName, WrongValue


def day(month, number, year=2026):
    return dt.date(year, month, number)


STAGES = {"stage": ["Lead", "Proposal"], "order": [1.0, 2.0], "probability": [0.2, 0.5]}
LAST = day(4, 30)
OUTCOMES = (
    # id, owner, created, amount, probability, status, closed, reached
    ("H1", "Ann", day(1, 2), 100.0, 1.0, "won", day(1, 10), "Proposal"),
    ("H2", "Ann", day(1, 2), 999.0, 0.0, "lost", day(1, 20), "Lead"),
    ("A", "Ann", day(1, 5), 120.0, 0.8, "won", day(2, 20), "Proposal"),
    ("B", "Ann", day(1, 5), 200.0, 0.6, "won", day(3, 10), "Proposal"),
    ("C", "Ann", day(1, 5), 300.0, 0.3, "lost", day(2, 25), "Lead"),
    ("D", "Bob", day(1, 5), 400.0, None, "open", None, "Proposal"),
    ("E", "Bob", day(2, 5), 50.0, 0.4, "won", day(4, 5), "Proposal"),
    ("N", "Bob", day(3, 2), 70.0, None, "won", day(3, 25), "Proposal"),
)
PICTURES = (
    # taken, id, stage, amount, expected
    (day(1, 31), "A", "Proposal", 100.0, day(2, 15)),
    (day(1, 31), "B", "Lead", 200.0, day(2, 10)),
    (day(1, 31), "C", "Lead", 300.0, day(1, 15)),  # overdue: due in February
    (day(1, 31), "D", "Proposal", 400.0, day(4, 10)),  # due in April only
    (day(2, 28), "B", "Proposal", 200.0, day(3, 5)),
    (day(2, 28), "D", "Proposal", 400.0, day(4, 10)),
    (day(2, 28), "E", "Lead", 50.0, day(3, 20)),
    (day(3, 31), "D", "Proposal", 400.0, day(4, 10)),
    (day(3, 31), "E", "Lead", 50.0, day(3, 20)),
)
OWNERS = {row[0]: row[1] for row in OUTCOMES}

# Lead and Proposal by what was known on each day: (m 10 + won) / (10 + closed)
LEAD = (3 / 12, 4 / 14, 6 / 16)
PROPOSAL = (6 / 11, 7 / 12, 9 / 14)
SMOOTHED = (
    100 * PROPOSAL[0] + 500 * LEAD[0],
    200 * PROPOSAL[1] + 50 * LEAD[1],
    400 * PROPOSAL[2] + 50 * LEAD[2],
)
CONFIGURED = (150.0, 110.0, 210.0)
HISTORIC = (99 + 500 / 2, 198 + 50 / 2, 396 + 50 * 4 / 6)  # 1 of 1 is held at 0.99
DEAL = (80.0 + 120 + 90, 120.0 + 20, 400 * PROPOSAL[2] + 20)
ACTUAL = (120.0, 270.0, 50.0)
NAIVE = (100.0, 120.0, 270.0)
AVERAGE = (100.0, 110.0, 490 / 3)


def small(outcomes=OUTCOMES, pictures=PICTURES, as_of=LAST, **tables):
    names = ("deal_id", "owner", "created", "amount", "probability", "status", "closed_on")
    deals = dict(zip((*names, "reached"), map(list, zip(*outcomes, strict=True)), strict=True))
    deals["stage"] = deals["reached"]
    deals["expected_close"] = deals["closed_on"]
    columns = ("taken_on", "deal_id", "stage", "amount", "expected_close")
    shown = dict(zip(columns, map(list, zip(*pictures, strict=True)), strict=True))
    shown["owner"] = [OWNERS[name] for name in shown["deal_id"]]
    return model_with(as_of, deals=deals, snapshots=shown, stages=STAGES, **tables)


def rows(model, by="", **asked):
    answer = forecast_accuracy(model, by, **asked)
    return answer.set_index(by or "method")


def made(model):
    opened = openings(model)
    return by_month(model, opened, ended(model), "")[0]


def error_of(said, actual=ACTUAL):
    return sum(abs(f - a) for f, a in zip(said, actual, strict=True))


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("smoothed", SMOOTHED),
        ("configured", CONFIGURED),
        ("historic", HISTORIC),
        ("deal", DEAL),
        ("naive", NAIVE),
        ("average", AVERAGE),
        ("same month", AVERAGE),
        ("series", AVERAGE),
        ("landing", SMOOTHED),
        ("combined", (np.array(SMOOTHED) + CONFIGURED + AVERAGE + AVERAGE) / 4),
    ],
)  # fmt: skip
def test_each_method_says_what_can_be_computed_by_hand(method, said):
    past = made(small())
    assert past.actual.tolist() == list(ACTUAL)
    assert past.made[method] == pytest.approx(said, rel=1e-13)
    row = rows(small()).loc[method]
    assert row["periods"] == 3
    assert row["forecast"] == pytest.approx(sum(said))
    assert row["actual"] == 440
    assert row["wape"] == pytest.approx(error_of(said) / 440)
    assert row["bias"] == pytest.approx((sum(said) - 440) / 440)
    assert row["skill"] == pytest.approx(1 - error_of(said) / 390)


def test_the_brier_score_is_over_the_deals_that_were_due():
    found = rows(small())["brier"]
    lead, proposal = LEAD, PROPOSAL
    of_three = (1 - proposal[0]) ** 2 + 2 * lead[0] ** 2
    of_two = (1 - proposal[1]) ** 2 + lead[1] ** 2
    last = proposal[2] ** 2 + (1 - lead[2]) ** 2
    assert found["smoothed"] == pytest.approx((of_three + of_two + last) / 7)
    configured = (0.5**2 + 2 * 0.2**2) + (0.5**2 + 0.2**2) + (0.5**2 + 0.8**2)
    assert found["configured"] == pytest.approx(configured / 7)
    own = (0.2**2 + 0.6**2 + 0.3**2) + (0.4**2 + 0.4**2) + (proposal[2] ** 2 + 0.6**2)
    assert found["deal"] == pytest.approx(own / 7)
    assert found["average"] is ExcelError.NA


def test_one_method_is_to_be_trusted_and_the_words_say_why():
    found = rows(small())
    assert list(found.index) == list(METHODS)
    assert found.index[found["trust"] == "yes"].tolist() == ["combined"]
    words = found["words"]["combined"]
    assert words.startswith("trust combined: missed by 73% on average over 3 months; forecasts")
    assert "naive missed by 89%; it rests on smoothed 25%, configured 25%" in words


def test_with_by_one_method_is_judged_for_each_owner():
    found = rows(small(), "owner")
    ann, bob = found.loc["Ann"], found.loc["Bob"]
    said = 100 * PROPOSAL[0] + 500 * LEAD[0], 200 * PROPOSAL[1]
    assert (ann["periods"], ann["deals"], ann["actual"]) == (2, 3, 320)
    assert ann["forecast"] == pytest.approx(sum(said))
    assert ann["wape"] == pytest.approx((said[0] - 120 + 200 - said[1]) / 320)
    assert ann["bias"] == pytest.approx((sum(said) - 320) / 320)
    # naive: 100 in January for February, 120 in February for March
    assert ann["skill"] == pytest.approx(1 - (said[0] - 120 + 200 - said[1]) / (20 + 80))
    assert ann["seller_bias"] == pytest.approx((0.8 + 0.6 + 0.3) / 3 - 2 / 3)
    assert (bob["periods"], bob["deals"], bob["actual"]) == (2, 2, 120)
    assert bob["seller_bias"] == pytest.approx(0.4 - 1)
    squares = PROPOSAL[2] ** 2 + (1 - LEAD[2]) ** 2 + LEAD[1] ** 2
    assert bob["brier"] == pytest.approx(squares / 3)


def test_by_stage_is_by_the_stage_of_the_snapshot():
    found = rows(small(), "stage", method="configured")
    assert found["forecast"].to_dict() == pytest.approx(
        {"(not in the snapshot)": 0, "Lead": 100 + 10 + 10, "Proposal": 50 + 100 + 200}
    )
    assert found["actual"].to_dict() == {"(not in the snapshot)": 70, "Lead": 50, "Proposal": 320}
    assert set(found["skill"]) == {ExcelError.NA}
    assert found["brier"]["(not in the snapshot)"] is ExcelError.NA
    assert found["wape"]["Lead"] == pytest.approx((100 + 10 + 40) / 50)


@pytest.mark.parametrize("by", ["owner", "stage", "month", "created", "owner, stage, month"])
def test_groups_add_up_to_the_whole(by):
    whole = rows(small()).loc["smoothed"]
    parts = forecast_accuracy(small(), by)
    assert parts["forecast"].sum() == pytest.approx(whole["forecast"])
    assert parts["actual"].sum() == whole["actual"]


def test_by_month_is_judged_against_the_month_of_a_year_before_or_the_last():
    found = rows(small(), "month")
    assert found["actual"].to_dict() == {"2026-02": 120, "2026-03": 270, "2026-04": 50}
    assert found["skill"]["2026-03"] == pytest.approx(1 - (270 - SMOOTHED[1]) / (270 - 120))


def test_conditions_hold_for_what_was_forecast_and_for_what_was_won():
    found = rows(small(), where="owner=Ann").loc["smoothed"]
    assert found["forecast"] == pytest.approx(rows(small(), "owner")["forecast"]["Ann"])
    assert found["actual"] == 320
    shown = rows(small(), where="stage=Lead")
    assert (shown.loc["configured", "forecast"], shown.loc["configured", "actual"]) == (120, 50)
    assert shown["skill"]["configured"] is ExcelError.NA
    assert shown["forecast"]["naive"] is ExcelError.NA
    assert (shown["trust"] == "yes").sum() == 1


def test_what_is_created_and_won_within_a_month_is_in_the_landing():
    settings = {"name": ["like_periods_needed"], "value": [1.0]}
    landing = made(small(settings=settings)).made["landing"]
    # January's H1 was created in January, March's N in March
    fresh = (100, 50, 170 / 3)
    assert landing == pytest.approx([p + c for p, c in zip(SMOOTHED, fresh, strict=True)])


def test_rows_in_any_order_give_the_same_bits():
    for seed in (1, 2):
        order = np.random.default_rng(seed).permutation(len(OUTCOMES))
        other = small([OUTCOMES[k] for k in order], PICTURES[::-1])
        assert forecast_accuracy(other).equals(forecast_accuracy(small()))
        assert forecast_accuracy(other, "owner").equals(forecast_accuracy(small(), "owner"))


def known_on(tables, when, turned):
    """The tables with another future: what is later than a day is changed."""
    deals = {name: list(cells) for name, cells in tables["deals"].items()}
    for k, closed in enumerate(deals["closed_on"]):
        if closed is None or closed <= when:
            continue
        deals["status"][k] = turned
        deals["amount"][k] = 7777.0
        deals["reached"][k] = "Negotiation"
        deals["closed_on"][k] = closed + dt.timedelta(days=1)
    shown = with_rows(tables["snapshots"], lambda row: row["taken_on"] <= when)
    return {**tables, "deals": deals, "snapshots": shown}


@pytest.mark.parametrize("turned", ["won", "lost", "open"])
@pytest.mark.parametrize("told_by", ["reached", "snapshots"])
def test_what_comes_after_the_snapshot_changes_no_forecast(turned, told_by):
    tables = company()
    if told_by == "snapshots":
        tables["deals"]["reached"] = [None] * len(tables["deals"]["reached"])
    before = made(model_with(AS_OF, **tables))
    for place, opening in enumerate(openings(model_with(AS_OF, **tables))):
        when = dt.datetime.combine(opening.taken, dt.time())
        after = made(model_with(AS_OF, **known_on(tables, when, turned)))
        for method, said in before.made.items():
            if method != "deal":  # which rests on today's probabilities
                assert after.made[method][: place + 1] == pytest.approx(said[: place + 1], 1e-13)


def test_a_month_counts_where_a_snapshot_was_taken_after_the_first_of_the_month_before():
    days = [day(1, 1), day(2, 1), day(2, 15), day(4, 2), day(5, 31), day(6, 3)]
    pictures = [(when, "D", "Proposal", 400.0, day(4, 10)) for when in days]
    opened = openings(small(pictures=pictures, as_of=day(6, 29)))
    taken = {str(o.month): str(o.taken) for o in opened}
    assert taken == {
        "2026-01-01": "2026-01-01",
        "2026-02-01": "2026-02-01",
        "2026-03-01": "2026-02-15",
        "2026-05-01": "2026-04-02",
    }
    assert [o.known - opened[0].number for o in opened] == [-1, 0, 0, 2]


def test_too_few_months_are_said():
    with pytest.raises(NotAvailable, match=r"2 whole months of .*2026-03.* have a snapshot"):
        forecast_accuracy(small(), period="2026-03..2026-04")
    with pytest.raises(NotAvailable, match="2 whole months have a snapshot"):
        forecast_accuracy(small(as_of=day(4, 29)))


def test_what_cannot_be_asked_is_said():
    with pytest.raises(WrongValue, match="smoothed"):
        forecast_accuracy(small(), method="smooth")
    with pytest.raises(WrongValue, match="week"):
        forecast_accuracy(small(), "week")
    with pytest.raises(UnknownName):
        forecast_accuracy(small(), "colour")
    without = [(*row[:4], None, *row[5:]) for row in OUTCOMES]
    assert rows(small(without)).loc["deal", "wape"] is ExcelError.NA
    with pytest.raises(NotAvailable, match="probability of its own"):
        forecast_accuracy(small(without), "owner", method="deal")


def test_only_open_deals_with_an_amount_count_in_a_forecast():
    more = [
        (day(1, 31), "N", "Closed Won", 1e6, day(2, 1)),  # told by the stage: it has no status
        (day(1, 31), "E", "Lead", None, day(2, 1)),
        (day(1, 31), "H1", "Lead", 1e6, None),
    ]
    assert made(small(pictures=[*PICTURES, *more])).made["smoothed"].tolist() == pytest.approx(
        SMOOTHED
    )
    with pytest.raises(NotAvailable, match="'Leed' of a snapshot is not in Stages; did you mean"):
        forecast_accuracy(small(pictures=[*PICTURES, (day(1, 31), "N", "Leed", 1.0, day(2, 1))]))


def test_how_far_lost_deals_came_is_read_from_snapshots_where_reached_is_blank():
    untold = [(*row[:7], None) for row in OUTCOMES]
    # in January nothing tells it; C is lost in February, and a snapshot shows it as a lead
    said = made(small(untold)).made["smoothed"]
    told = [(2 + 2) / (10 + 3), (5 + 2) / 12], [(2 + 4) / (10 + 5), (5 + 4) / 14]
    assert said == pytest.approx(
        [150.0, 200 * told[0][1] + 50 * told[0][0], 400 * told[1][1] + 50 * told[1][0]]
    )


def test_a_deal_twice_in_a_snapshot_is_refused():
    with pytest.raises(WrongValue, match="twice: A;"):
        forecast_accuracy(small(pictures=[*PICTURES, PICTURES[0]]))


def test_a_probability_that_the_crm_wrote_at_closing_is_not_the_sellers():
    written = [(*row[:4], 1.0 if row[5] == "won" else 0.0, *row[5:]) for row in OUTCOMES]
    found = rows(small(written), "owner")
    assert found["seller_bias"]["Ann"] is ExcelError.NA


def test_past_sales_foretell_a_month():
    won = np.arange(1.0, 61.0)  # five years
    found = by_sales(won, 1)
    assert found["average"] == sum(range(25, 61)) / 36
    assert found["naive"] == 49
    assert by_sales(won[:14], 1)["same month"] == by_sales(won[:14], 1)["naive"] == 3
    assert by_sales(won[:2], 2) == {"same month": 1.5, "average": 1.5, "series": 1.5, "naive": 2}
    assert set(by_sales(won[:0], 1).values()) == {0.0}


def test_a_month_is_foretold_by_its_own_past_as_far_as_it_stands_out():
    year = np.array([6.0, 0.0, 0.0, 0.0, 0.0, 0.0] * 2)
    assert same_month(np.tile(year, 3), 1) == 6  # without noise nothing is shrunken
    assert same_month(np.tile(year, 3), 2) == 0
    # two years that differ by 2 in every month: residuals of 1, so noise is 24 / 12 = 2, that of a
    # mean 1; apart are two months of 5 and ten of -1 round a mean of 2: 2 * 25 + 10 * 1 = 60
    noisy = np.concatenate([year + 2, year])
    assert same_month(noisy, 1) == pytest.approx(2 + (1 - 9 * 1 / 60) * 5)
    assert same_month(np.tile([3.0, 5.0], 12) + np.repeat([0.0, 9.0], 12), 1) == pytest.approx(8.5)


def a_past(errors, seasoned=True):
    """A past in which every candidate missed by the errors given, each month."""
    months = np.arange(100, 100 + len(errors[0]))
    names = ("smoothed", "configured", "same month", "average")
    actual = np.full(len(months), 50.0)
    forecasts = {name: actual + np.array(e) for name, e in zip(names, errors, strict=True)}
    return Past(months, months - 1, forecasts, actual, np.full(len(months), seasoned))


def test_the_weights_are_likelihoods():
    past = a_past([[1.0, -1.0], [2.0, 2.0], [1.0, 1.0], [2.0, -2.0]])
    # two months: each weight is one by the mean squared error, 1, 4, 1 and 4
    assert list(weights(past, 101).values()) == pytest.approx([0.4, 0.1, 0.4, 0.1])
    assert trusted(weights(past, 101)) == "combined"
    assert combined(past)[1] == pytest.approx(50 - 0.4 * 1 + 0.1 * 2 + 0.4 * 1 - 0.1 * 2)


def test_many_months_convince_and_unseasoned_ones_tell_nothing():
    clear = [[1.0, -1.0] * 12, [2.0, 2.0] * 12, [3.0, 3.0] * 12, [4.0, -4.0] * 12]
    assert trusted(weights(a_past(clear), 200)) == "smoothed"
    assert set(weights(a_past(clear, seasoned=False), 200).values()) == {0.25}
    assert set(weights(a_past(clear), 99).values()) == {0.25}


@pytest.fixture
def trust(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    return import_module("benchmarks.trust")


@pytest.mark.parametrize("kind", ["stage-driven", "seasonal", "random"])
def test_the_trusted_method_is_nearly_the_best_out_of_sample(trust, kind):
    # the share of 30 companies that hold each on their own is measured by the benchmark
    trials = [trust.trial(trust.past_of(trust.company(kind, seed))) for seed in range(3)]
    assert np.mean([t.ratio for t in trials]) <= 1.05
    assert min(t.skill for t in trials) >= 0
