"""Who has never bought, and which customer is nearest to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xlcrm.analytics.no_figure import no_figures, where_known
from xlcrm.analytics.territory.accounts import Accounts
from xlcrm.analytics.territory.places import Places
from xlcrm.errors import NotAvailable
from xlcrm.stats.great_circle import nearest

Vector = np.ndarray[Any, Any]


def prospects(
    accounts: Accounts, places: Places, bought: pd.Series[Any], ever: pd.Series[Any]
) -> pd.DataFrame:
    """List accounts without any sales, each with the nearest customer.

    Args:
        accounts: The accounts, with ``owner`` and ``potential``, by their id.
        places: Where they are.
        bought: The accounts that bought in the period: the customers.
        ever: The accounts that ever bought; the others are prospects.

    Returns:
        ``account_id``, ``owner``, the columns that make the territories, ``lat`` and ``lon`` in
        degrees, ``nearest`` (the account_id of the nearest customer, of several as near the first
        by id), its ``distance`` in km, ``potential`` in money, ``note``; the nearest first, equal
        ones by id, those without a place last.

    Raises:
        NotAvailable: Every account has bought.
    """
    rows, known = accounts.rows, places.known
    is_customer = rows["account_id"].isin(bought).to_numpy(dtype=bool)
    is_prospect = ~rows["account_id"].isin(ever).to_numpy(dtype=bool)
    distance = np.full(len(rows), np.nan)
    neighbour = no_figures(len(rows))
    asked, others = np.flatnonzero(is_prospect & known), np.flatnonzero(is_customer & known)
    if len(asked) and len(others):
        place, distance[asked] = nearest(
            places.lat[asked], places.lon[asked], places.lat[others], places.lon[others]
        )
        neighbour[asked] = rows["account_id"].to_numpy(dtype=object)[others[place]]
    listed = np.flatnonzero(is_prospect)
    if not len(listed):
        raise NotAvailable("every account that matches has bought: there are no prospects")
    order = listed[np.lexsort((listed, np.where(np.isnan(distance), np.inf, distance)[listed]))]
    owner = rows["owner"].to_numpy(dtype=object)
    columns: dict[str, Any] = {
        "account_id": rows["account_id"].to_numpy(dtype=object),
        "owner": np.where(rows["owner"].isna(), "", owner),
    }
    for key, labels in zip(accounts.keys, accounts.labels, strict=True):
        columns.setdefault(key.name, labels[accounts.codes])
    notes = places.notes.copy()
    if not len(others):
        notes[known & (notes == "")] = "no customer has a known place"
    columns |= {
        "lat": where_known(places.lat),
        "lon": where_known(places.lon),
        "nearest": neighbour,
        "distance": where_known(distance),
        "potential": where_known(rows["potential"].to_numpy(dtype=float)),
        "note": notes,
    }
    return pd.DataFrame({name: column[order] for name, column in columns.items()})
