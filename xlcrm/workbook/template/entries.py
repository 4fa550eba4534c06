"""What may be typed into the columns of the data sheets: words of lists, days, numbers, shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xlcrm.model.kinds.shape import Column, ColumnType

Rule = Mapping[str, Any]
"""A data validation, as XlsxWriter takes it."""

FROM_TABLES: Mapping[str, str] = {
    "owner": "Sellers[owner]",
    "stage": "Stages[stage]",
    "product": "Products[product]",
    "account_id": "Accounts[account_id]",
    "perspective": "Perspectives[perspective]",
    "objective_id": "Objectives[objective_id]",
    "measure_id": "Measures[measure_id]",
}
"""The columns of Tables that columns of these names choose from."""

_FROM_LISTS = {
    "status": "Status",
    "forecast_category": "Category",
    "segment": "Segment",
    "region": "Region",
    "industry": "Industry",
    "source": "Source",
    "lost_reason": "LostReason",
    "channel": "Channel",
    "level": "Level",
    "kpi": "Kpi",
    "direction": "Direction",
    "aggregation": "Aggregation",
    "driver": "Driver",
}
_SPECIAL = {
    ("deals", "reached"): "stage",
    ("accounts", "type"): "AccountType",
    ("accounts", "status"): "AccountStatus",
    ("stages", "stage"): "",
    ("sellers", "owner"): "",
    ("products", "product"): "",
    ("accounts", "account_id"): "",
    ("perspectives", "perspective"): "",
    ("objectives", "objective_id"): "",
    ("objectives", "parent_id"): "objective_id",
    ("objectives", "owner"): "",
    ("measures", "measure_id"): "",
    ("measures", "owner"): "",
    ("initiatives", "owner"): "",
    ("initiatives", "status"): "InitiativeStatus",
    ("links", "from_objective"): "objective_id",
    ("links", "to_objective"): "objective_id",
    ("snapshots", "stage"): "",
    ("snapshots", "owner"): "",
    ("snapshots", "status"): "",
    ("stages", "category"): "Category",
    ("activities", "kind"): "ActivityKind",
    ("activities", "channel"): "ContactChannel",
    ("targets", "metric"): "Metric",
    ("spend", "category"): "SpendCategory",
    ("spend", "channel"): "",
    ("regions", "region"): "",
    ("segment_rules", "segment"): "",
    ("seasonality", "period"): "Season",
}
"""Where a column chooses from another list than its name says, or from none."""

_MOST = 1e15
"""Beyond it numbers lose their last digit."""


def list_of(table: str, column: str) -> str:
    """Name the list that a column chooses from, "" where any word may be typed.

    Args:
        table: The kind of the table.
        column: The column.
    """
    named = column if column in FROM_TABLES else _FROM_LISTS.get(column, "")
    return _SPECIAL.get((table, column), named)


def entry_rule(table: str, column: Column, cell: str) -> Rule | None:
    """Give the rule for what may be typed into a column.

    A word that is in no list may stay after a warning, since lists grow; what is no number, share
    or day where one is needed may not. Blanks may always stay.

    Args:
        table: The kind of the table.
        column: The column.
        cell: The address of its first cell.
    """
    source = list_of(table, column.name)
    if source:
        return {
            "validate": "list",
            "source": f"=pick_{source}",
            "error_type": "warning",
            "error_title": "Not in the list",
            "error_message": "Keep it only if the list should have it: add it there too.",
        }
    return _RULES[column.type](column, cell) if column.type in _RULES else None


def _day(_: Column, __: str) -> Rule:
    return {
        "validate": "date",
        "criteria": ">=",
        "value": date(1900, 1, 1),
        "error_title": "Not a day",
        "error_message": "Type a day, such as 2026-06-30.",
    }


def _share(_: Column, __: str) -> Rule:
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1,
        "error_title": "Not a share",
        "error_message": "Type a share from 0 to 1, or a percentage such as 45%.",
    }


def _number(column: Column, _: str) -> Rule:
    is_weight = column.name == "weight"
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0 if is_weight else -_MOST,
        "maximum": _MOST,
        "error_title": "Not a weight" if is_weight else "Not a number",
        "error_message": "Type 0 or a number above it: only the proportions of weights count."
        if is_weight
        else "Type a number without its unit; leave the cell blank where there is none.",
    }


def _measured(_: Column, cell: str) -> Rule:
    return {
        "validate": "custom",
        "value": f'=OR(ISNUMBER({cell}),ISNA({cell}),IFERROR(TRIM({cell})="N/A",FALSE))',
        "error_title": "Not a number",
        "error_message": "Type a number without its unit; blank, N/A or #N/A where there is none "
        "yet.",
    }


_RULES = {
    ColumnType.DATE: _day,
    ColumnType.SHARE: _share,
    ColumnType.AMOUNT: _number,
    ColumnType.NUMBER: _number,
    ColumnType.MEASURED: _measured,
}
