"""What snapshots tell, on every engine: the same bits."""

import datetime as dt

import pytest
from engine_models import OTHERS, company_on, told

from xlcrm.analytics.pipeline.outcomes import closed_between, deals_of, open_by
from xlcrm.analytics.pipeline.slippage import slippage
from xlcrm.analytics.pipeline.snapshots import (
    days_taken,
    deals_shown,
    picture,
    pictures,
    pushes,
)
from xlcrm.analytics.pipeline.waterfall import waterfall

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

BY = ("month", "manager, product")
WHERE = ("segment=Gold", "owner in Ann, Bob; status=open")
JANUARY, FEBRUARY = dt.date(2026, 1, 31), dt.date(2026, 2, 28)


def same_as_pandas(engine, ask):
    expected = told(ask, company_on("pandas"))
    assert told(ask, company_on(engine)) == expected
    return expected


def test_the_days_and_deals_of_snapshots(engine):
    assert same_as_pandas(engine, lambda m: str(days_taken(m))).count("date(") == 6
    assert len(same_as_pandas(engine, lambda m: tuple(deals_shown(m, JANUARY)))) == 300


@pytest.mark.parametrize("where", ["", *WHERE])
def test_a_picture(engine, where):
    rows = same_as_pandas(engine, lambda m: picture(m, FEBRUARY, where=where).astype(str))
    assert len(rows) > 3


def test_pictures_of_some_deals_or_of_none(engine):
    for ids in (["D00003", "D00001", "D9"], []):
        ask = lambda m, ids=ids: pictures(m, [JANUARY, FEBRUARY], of=ids).astype(str)  # noqa: E731
        assert len(same_as_pandas(engine, ask)) == 1 + 2 * len(ids[:2])


def test_the_deals_behind_the_pictures(engine):
    ids = [f"D{k:05}" for k in range(50)]
    for ask in (
        lambda m: deals_of(m, ids).astype(str),
        lambda m: deals_of(m, []).astype(str),
        lambda m: closed_between(m, JANUARY, FEBRUARY, ["deal_id"], "owner<>Bob").astype(str),
        lambda m: open_by(m, FEBRUARY, ["taken_on"], "").astype(str),
    ):
        same_as_pandas(engine, ask)


def test_the_pushes(engine):
    ids = [f"D{k:05}" for k in range(50)]
    assert len(same_as_pandas(engine, lambda m: str(pushes(m, FEBRUARY, ids)))) > 100
    assert same_as_pandas(engine, lambda m: str(pushes(m, FEBRUARY, []))) == "{}"


@pytest.mark.parametrize("by", ["", *BY])
def test_the_waterfall_by_group(engine, by):
    assert len(same_as_pandas(engine, lambda m: waterfall(m, by, period="2026-Q1"))) > 1


@pytest.mark.parametrize("where", WHERE)
def test_the_waterfall_with_conditions_and_in_steps(engine, where):
    same_as_pandas(engine, lambda m: waterfall(m, "owner", where, "2026-02..", show="steps"))


@pytest.mark.parametrize("by", ["", *BY])
def test_the_slippage_by_group(engine, by):
    assert len(same_as_pandas(engine, lambda m: slippage(m, by))) > 1


@pytest.mark.parametrize("where", WHERE)
def test_the_slippage_with_conditions_and_by_deal(engine, where):
    same_as_pandas(engine, lambda m: slippage(m, "owner", where, day=16.0, show="deals"))
