"""The KPIs of what sellers do beside selling: how much they learn."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from xlcrm.cells import text_key
from xlcrm.kpis.declaration import Better, Kpi, distinct, total
from xlcrm.model.model import Model
from xlcrm.reduce.population import Population, Rule

TRAINING_WORDS = (
    "training",
    "schulung",
    "weiterbildung",
    "formation",
    "opleiding",
    "formacion",
    "formación",
    "обучение",
    "тренинг",
)
"""What an activity of learning is called, in small letters."""


def _with_training(model: Model, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Say which activities are training, looking at every different kind once."""
    found = model.columns("activities", ["kind"]).frame.unique().collect()["kind"].to_list()
    meant = [kind for kind in found if isinstance(kind, str) and text_key(kind) in TRAINING_WORDS]
    learns = nw.col("kind").is_in(meant).fill_null(value=False)
    return frame.with_columns(is_training=learns.cast(nw.Float64()))


LEARNERS = Population(
    "activities",
    "activities of sellers",
    (
        Rule(~nw.col("owner").is_null(), "no owner", ("owner",)),
        Rule(
            (nw.col("is_training") == 0.0) | ~nw.col("minutes").is_null(),
            "training without minutes",
            ("is_training", "minutes"),
            True,
            "enter minutes",
        ),
    ),
    date="date",
    adds={"is_training": ("kind",)},
    prepare=_with_training,
)

_HOURS = nw.when(nw.col("is_training") == 1.0).then(nw.col("minutes")).otherwise(nw.lit(0.0)) / 60.0

KPIS = (
    Kpi(
        "training_hours",
        "Training hours per seller",
        "The hours of activities of the kind training in the period, by the number of sellers who "
        "logged any activity in it.",
        "docs/methods.md: Activities",
        "hours",
        Better.HIGHER,
        (LEARNERS,),
        total("training hours", _HOURS, ("is_training", "minutes")),
        distinct("owner"),
    ),
)
