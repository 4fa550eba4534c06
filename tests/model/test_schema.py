"""The declared table kinds, against the rules that every declaration keeps."""

from __future__ import annotations

import pytest

from xlcrm.errors import UnknownName, WrongValue
from xlcrm.model.schema import JOINS, KINDS, ColumnType, joins_of, kind

COLUMNS = [(declared, column) for declared in KINDS.values() for column in declared.columns]


def test_all_kinds_of_the_design_are_there():
    assert len(KINDS) == 40
    assert {"perspectives", "actuals"} <= set(KINDS)
    assert list(KINDS)[:3] == ["deals", "snapshots", "products"]


def test_kinds_cannot_be_changed():
    with pytest.raises(TypeError):
        KINDS["deals"] = KINDS["orders"]
    with pytest.raises(TypeError):
        JOINS["deals"]["owner"] = "accounts"


@pytest.mark.parametrize("declared", KINDS.values(), ids=KINDS)
def test_a_kind_says_what_a_row_is_and_needs_some_column(declared):
    assert declared.row_is
    assert declared.required
    assert len(set(declared.names)) == len(declared.names)
    assert declared.key is None or declared.column(declared.key).required


@pytest.mark.parametrize(
    "column", [c for _, c in COLUMNS], ids=[f"{k.name}.{c.name}" for k, c in COLUMNS]
)
def test_a_column_has_a_meaning_that_fits_a_cell(column):
    assert column.meaning[0].isupper()
    assert column.meaning.endswith(".")
    assert len(column.meaning) <= 255
    assert column.name.isidentifier()
    assert column.name == column.name.lower()


def test_money_and_shares_have_their_unit():
    for declared, column in COLUMNS:
        if column.type is ColumnType.AMOUNT:
            assert column.unit.startswith("money"), (declared.name, column.name)
        if column.type is ColumnType.SHARE:
            assert column.unit == "share", (declared.name, column.name)


def test_columns_that_join_have_the_type_of_the_key():
    for name, joins in JOINS.items():
        for column, target in joins.items():
            key = KINDS[target].key
            assert KINDS[name].column(column).type is KINDS[target].column(key).type, (name, column)


def test_the_required_columns_of_deals():
    assert kind("deals").required == (
        "deal_id",
        "owner",
        "created",
        "stage",
        "amount",
        "expected_close",
        "status",
    )


def test_a_kind_is_found_in_any_case():
    assert kind(" Deals ") is KINDS["deals"]


def test_an_unknown_kind_names_near_misses():
    with pytest.raises(WrongValue) as caught:
        kind("deal")
    assert caught.value.message == "there is no table kind 'deal'; did you mean 'deals'?"


def test_an_unknown_column_names_near_misses():
    with pytest.raises(UnknownName) as caught:
        kind("deals").column("amout")
    assert caught.value.message == "deals has no column 'amout'; did you mean 'amount'?"


def test_columns_lead_to_the_kind_whose_key_they_hold():
    assert joins_of("deals") == {
        "account_id": "accounts",
        "owner": "sellers",
        "stage": "stages",
        "product": "products",
    }
    assert joins_of("orders") == {
        "account_id": "accounts",
        "owner": "sellers",
        "product": "products",
        "deal_id": "deals",
    }
    assert joins_of("accounts") == {
        "owner": "sellers",
        "region": "regions",
        "city": "cities",
    }
    assert joins_of("sellers") == {"region": "regions"}


def test_columns_of_another_name_lead_there_too():
    assert joins_of("objectives")["parent_id"] == "objectives"
    assert joins_of("timesheets")["person"] == "sellers"
    assert joins_of("links") == {"from_objective": "objectives", "to_objective": "objectives"}


def test_no_kind_leads_to_itself_by_its_own_key():
    for name, joins in JOINS.items():
        assert KINDS[name].key not in joins


def test_no_two_kinds_share_a_key():
    keys = [declared.key for declared in KINDS.values() if declared.key]
    assert len(set(keys)) == len(keys)
