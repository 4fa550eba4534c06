"""What if: figures worked by hand, and what must not change."""

import datetime as dt

import pytest
from given import AS_OF, company, model_with, shuffled

from udfs.forecast import CRM_FORECAST, CRM_FORECAST_RANGE, CRM_SCENARIO
from xlcrm.errors import ExcelError, NotAvailable, OutOfDomain, WrongValue

STAGES = {
    "stage": ["Third", "Even", "Negotiation"],
    "order": [1.0, 2.0, 3.0],
    "probability": [0.3, 0.5, 0.98],
}
ROWS = ("as it stands", "the biggest deal lost", "all slip by 30 days")


def day(month, number):
    return dt.date(2026, month, number)


def deals(*rows):
    """Deals as (id, owner, stage, status, amount, override, day of closing)."""
    names = ("deal_id", "owner", "stage", "status", "amount", "override", "expected_close")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    columns["closed_on"] = [row[6] if row[3] == "won" else None for row in rows]
    return columns | {"created": [day(1, 1)] * len(rows)}


APRIL = deals(
    ("D1", "Ann", "Even", "open", 120.0, None, day(4, 10)),
    ("D2", "Bob", "Even", "open", 100.0, None, day(4, 25)),
    ("D3", "Ann", "Third", "open", 80.0, None, day(3, 20)),
    ("D4", "Bob", "Third", "open", 10.0, 60.0, day(4, 1)),
    ("D5", "Ann", "Even", "won", 50.0, None, day(4, 2)),
    ("D6", "Ann", "Even", "open", 40.0, None, day(1, 31)),
)


AS_IT_STOOD = day(3, 15)


def model_of(given, rho=0.0, as_of=AS_IT_STOOD, **tables):
    told = {"settings": {"name": ["rho"], "value": [rho]}} | tables
    return model_with(deals=given, stages=STAGES, as_of=as_of, **told)


def scenarios(model, period="2026-04", **asked):
    return CRM_SCENARIO(model, "", period, **{"method": "configured", **asked})


def column(model, name, period="2026-04", **asked):
    return scenarios(model, period, **asked)[name].tolist()


def test_five_rows_worked_by_hand():
    found = scenarios(model_of(APRIL), target=225.0)
    assert found["scenario"].tolist() == [*ROWS, "every chance 10 points lower", "all together"]
    # as it stands D1 60, D2 50, D4 60 for certain; a slip takes all three out and puts D3 24 and
    # D6 20 in; ten points lower they are 48, 40 and 60, and after the slip 16 and 16
    assert found["deals"].tolist() == [3.0, 2.0, 2.0, 3.0, 2.0]
    assert found["won"].tolist() == [50.0] * 5
    assert found["weighted"].tolist() == pytest.approx([170.0, 110.0, 44.0, 148.0, 32.0])
    assert found["total"].tolist() == pytest.approx([220.0, 160.0, 94.0, 198.0, 82.0])
    assert found["change"].tolist() == pytest.approx([0.0, -60.0, -126.0, -22.0, -138.0])
    assert found["p10"].tolist() == [110.0, 110.0, 50.0, 110.0, 50.0]
    assert found["p50"].tolist() == [210.0, 110.0, 90.0, 210.0, 90.0]
    assert found["p90"].tolist() == [330.0, 210.0, 170.0, 330.0, 130.0]
    assert found["probability"].tolist() == pytest.approx([0.5, 0.0, 0.0, 0.4, 0.0])
    assert found["target"].tolist() == [225.0] * 5
    assert found["rho"].tolist() == [0.0] * 5
    assert found["method"].tolist() == ["configured"] * 5
    assert found["what"].tolist() == [
        "nothing is changed",
        "D1 (Ann, 120) is lost",
        "every open deal closes 30 days later: 3 leave the period, 2 enter it",
        "every chance is 10 points lower, within 1 to 99 %; overrides stay",
        "D1 (Ann, 120) is lost; every open deal closes 30 days later: 3 leave the period, 2 enter "
        "it; every chance is 10 points lower, within 1 to 99 %; overrides stay",
    ]


def test_a_biggest_deal_is_by_its_value_and_equal_ones_by_id():
    given = deals(
        ("D3", "Ann", "Even", "open", 100.0, None, day(4, 1)),
        ("D1", None, "Third", "open", 100.0, None, day(4, 1)),
        ("D2", "Zoé", "Third", "open", 1.0, 123456.78, day(4, 1)),
        ("D9", "Zoé", "Even", "open", 900.0, None, day(5, 1)),
    )
    found = scenarios(model_of(given), lose=2.0)
    assert found["scenario"][1] == "the 2 biggest deals lost"
    assert found["what"][1] == "D2 (Zoé, 123,456.78) and D1 (100) are lost"
    assert found["total"][1] == 50.0


def test_more_are_lost_than_there_are():
    found = scenarios(model_of(APRIL), lose=5.0, target=50.0)
    assert found.loc[1, ["deals", "weighted", "total", "p10", "p90"]].tolist() == [0, 0, 50, 50, 50]
    assert found["probability"][1] == 1.0
    assert found["what"][1] == (
        "D1 (Ann, 120), D2 (Bob, 100) and D4 (Bob, 60) are lost; there are no more"
    )
    assert scenarios(model_of(APRIL), "2026-07")["what"][1] == "there is no open deal to lose"


def test_of_many_lost_deals_three_are_named():
    given = deals(*[(f"D{k}", "Ann", "Even", "open", 100.0 - k, None, day(4, 1)) for k in range(6)])
    assert scenarios(model_of(given), lose=5.0)["what"][1] == (
        "D0 (Ann, 100), D1 (Ann, 99), D2 (Ann, 98) and 2 more are lost"
    )


def test_long_words_are_cut_to_what_a_cell_of_a_table_holds():
    given = deals(*[(f"{k}" * 200, "Ann", "Even", "open", 1.0, None, day(4, 1)) for k in range(2)])
    found = scenarios(model_of(given), lose=2.0)
    assert found["what"].str.len().tolist()[1:2] == [255]
    assert found["what"].str.len().max() == 255


@pytest.mark.parametrize(("slip", "inside"), [(0.0, 0), (28.0, 0), (29.0, 1), (59.0, 1), (60.0, 0)])
def test_a_slip_counts_days_across_the_ends_of_months(slip, inside):
    # 31 January and 29 days are 1 March in 2026; 59 days are 31 March
    given = deals(("D1", "Ann", "Even", "open", 100.0, None, day(1, 31)))
    model = model_of(given, as_of=day(1, 1))
    assert column(model, "deals", "2026-03", slip=slip)[2] == inside


def test_a_slip_in_a_leap_year_meets_the_29th_of_february():
    given = deals(("D1", "Ann", "Even", "open", 100.0, None, dt.date(2028, 1, 30)))
    model = model_of(given, as_of=dt.date(2028, 1, 1))
    assert column(model, "deals", "2028-02-29", slip=30.0)[2] == 1.0


def test_a_slip_of_one_day_says_so():
    found = scenarios(model_of(APRIL), slip=1.0)
    assert found["scenario"][2] == "all slip by 1 day"
    assert found["what"][2] == (
        "every open deal closes 1 day later: 0 leave the period, 0 enter it"
    )


def test_without_a_period_a_slip_changes_no_figure():
    given = APRIL | {"expected_close": [*APRIL["expected_close"][:2], None, *[day(4, 1)] * 3]}
    found = scenarios(model_of(given), "")
    assert found["deals"].tolist() == [5.0, 4.0, 5.0, 5.0, 4.0]
    assert found["total"][2] == found["total"][0]


@pytest.mark.parametrize(
    ("overdue", "stands", "slipped"), [("push", 1, 0), ("include", 0, 1), ("exclude", 0, 0)]
)
def test_an_overdue_deal_slips_from_where_it_counts(overdue, stands, slipped):
    # 31 January is pushed to 15 March, and slips to 14 April; where it stands, to 2 March
    given = deals(
        ("D1", "Ann", "Even", "open", 100.0, None, day(1, 31)),
        ("D2", "Ann", "Even", "open", 1.0, None, day(9, 1)),
    )
    found = column(model_of(given), "deals", "2026-03", overdue=overdue)
    assert (found[0], found[2]) == (stands, slipped)


def test_chances_stay_between_1_and_99_percent():
    given = deals(
        ("D1", "Ann", "Third", "open", 100.0, None, day(4, 1)),
        ("D2", "Ann", "Negotiation", "open", 1000.0, None, day(4, 1)),
    )
    lower = column(model_of(given), "weighted", shift=-0.5)
    assert lower[3] == pytest.approx(1.0 + 480.0)
    higher = scenarios(model_of(given), shift=0.125)
    assert higher["weighted"][3] == pytest.approx(42.5 + 990.0)
    assert higher["scenario"][3] == "every chance 12.5 points higher"


@pytest.mark.parametrize(("name", "row"), [("lose", 1), ("slip", 2), ("shift", 3)])
def test_an_assumption_of_nothing_is_as_it_stands(name, row):
    model = model_with(as_of=AS_OF, **company(60))
    found = CRM_SCENARIO(model, "", "2026-04", **{name: 0.0}).drop(columns=["scenario", "what"])
    assert found.loc[row].tolist() == found.loc[0].tolist()
    assert found.loc[row].tolist() != found.loc[4].tolist()


def test_as_it_stands_is_the_forecast_and_its_range():
    model = model_with(as_of=AS_OF, **company(60))
    found = CRM_SCENARIO(model, "owner=Ann", "2026-04", target=99.0).loc[0]
    expected = CRM_FORECAST(model, "", "owner=Ann", "2026-04").loc[0]
    for name in ("deals", "won", "weighted", "total"):
        assert found[name] == pytest.approx(expected[name], rel=1e-9), name
    ranged = CRM_FORECAST_RANGE(model, "", "owner=Ann", "2026-04", 99.0).loc[0]
    for name in ("p10", "p50", "p90", "target", "probability", "rho", "method"):
        assert found[name] == ranged[name], name


def test_the_setting_rho_widens_the_range():
    given = deals(*[(f"D{k}", "Ann", "Even", "open", 10.0, None, day(4, 1)) for k in range(40)])
    alone, together = (scenarios(model_of(given, rho=rho)).loc[0] for rho in (0.0, 0.4))
    assert (alone["rho"], together["rho"]) == (0.0, 0.4)
    assert alone["total"] == together["total"] == 200.0
    assert together["p10"] < alone["p10"] < alone["p90"] < together["p90"]


def test_the_target_is_that_of_the_table_where_none_is_typed():
    table = {"period": ["2026-04"], "metric": ["revenue"], "target": [210.0]}
    found = scenarios(model_of(APRIL, targets=table))
    assert found["target"].tolist() == [210.0] * 5
    assert found["probability"][0] == pytest.approx(0.75)


def test_without_a_target_its_probability_is_not_available():
    found = scenarios(model_of(APRIL))
    assert found["probability"].tolist() == [ExcelError.NA] * 5
    assert found["target"].tolist() == [ExcelError.NA] * 5
    assert found["p50"][0] == 210.0
    narrow = CRM_SCENARIO(model_of(APRIL), "owner=Ann; amount>0", "2026-04")
    assert narrow["probability"].tolist() == [ExcelError.NA] * 5


def test_the_order_of_rows_changes_no_bit():
    tables = company(60)
    found = [
        CRM_SCENARIO(
            model_with(as_of=AS_OF, **tables | {"deals": given}), "", "2026-03..2026-05", lose=3.0
        )
        for given in (tables["deals"], shuffled(tables["deals"]))
    ]
    assert found[0].to_numpy().tolist() == found[1].to_numpy().tolist()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"lose": -1.0}, "lose -1 is no whole number from 0"),
        ({"lose": 1.5}, "lose 1.5 is no whole number"),
        ({"slip": -30.0}, "slip -30 is no whole number from 0 up to 36,525"),
        ({"slip": 1e9}, "up to 36,525"),
        ({"shift": 2.0}, "shift 2 is not between -1 and 1"),
        ({"shift": -1.0}, "10 points lower is -0.1"),
        ({"target": -5.0}, "target -5 is negative"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(asked, words):
    with pytest.raises(OutOfDomain, match=words):
        scenarios(model_of(APRIL), **asked)


def test_a_word_that_is_no_option_is_refused_with_those_there_are():
    with pytest.raises(WrongValue, match="did you mean 'exclude'"):
        scenarios(model_of(APRIL), overdue="exlude")
    with pytest.raises(WrongValue, match="did you mean 'historic'"):
        scenarios(model_of(APRIL), method="historical")


def test_amounts_beyond_the_largest_number_overflow():
    big = [(f"D{k}", "Ann", "Even", "open", 1e308, None, day(4, 1)) for k in range(2)]
    with pytest.raises(OutOfDomain, match="overflow"):
        scenarios(model_of(deals(*big)))


def test_a_stage_that_is_not_known_is_named_with_its_near_miss():
    given = deals(("D1", "Ann", "Negociation", "open", 1.0, None, day(4, 1)))
    with pytest.raises(NotAvailable, match="did you mean 'Negotiation'"):
        scenarios(model_of(given))
