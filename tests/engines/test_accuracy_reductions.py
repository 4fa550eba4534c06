"""The accuracy of past forecasts on every engine, over data with nulls and ties: the same bits."""

import pytest
from engine_models import AS_OF, OTHERS, company_on, model_on, told
from given import company

from xlcrm.analytics.forecast.accuracy.accuracy import forecast_accuracy

pytestmark = [
    pytest.mark.parametrize("engine", OTHERS),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]


def same_as_pandas(engine, ask):
    expected = told(ask, company_on("pandas"))
    assert told(ask, company_on(engine)) == expected
    return expected


@pytest.mark.parametrize("where", ["", "owner=Ann", "product<>P3; amount>0.1", "stage=Proposal"])
def test_every_method(engine, where):
    assert len(same_as_pandas(engine, lambda m: forecast_accuracy(m, "", where))) == 11


@pytest.mark.parametrize(
    ("by", "method"),
    [
        ("owner", "smoothed"),
        ("stage", "historic"),
        ("product", "deal"),
        ("manager, month", "configured"),
        ("segment", "deal"),
    ],
)
def test_groups(engine, by, method):
    assert len(same_as_pandas(engine, lambda m: forecast_accuracy(m, by, method=method))) > 3


def test_stages_that_only_snapshots_tell(engine):
    def without_reached(on):
        tables = company()
        tables["deals"]["reached"] = [None] * len(tables["deals"]["reached"])
        return model_on(on, tables, AS_OF)

    expected = told(forecast_accuracy, without_reached("pandas"))
    assert len(expected) == 11
    assert expected[3][2] != expected[2][2]  # historic is not configured: something was learnt
    assert told(forecast_accuracy, without_reached(engine)) == expected
