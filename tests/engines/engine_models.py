"""The same tables as frames of every engine, and what a question gives on each of them."""

import importlib.util
import math
import shutil
from functools import cache

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from given import AS_OF, company

from xlcrm.errors import CrmError
from xlcrm.model.model import model_of
from xlcrm.model.schema import KINDS, ColumnType
from xlcrm.model.settings import Settings
from xlcrm.model.table import FrameTable

_SPARK = (
    "pyspark is not installed" if importlib.util.find_spec("pyspark") is None
    else "" if shutil.which("java") else "pyspark finds no java"
)  # fmt: skip
OTHERS = (
    "polars",
    "duckdb",
    pytest.param("pyspark", marks=pytest.mark.skipif(bool(_SPARK), reason=_SPARK)),
)
"""The engines that are compared with pandas."""

_PANDAS = {
    ColumnType.DATE: "datetime64[us]",
    ColumnType.TEXT: "str",
    ColumnType.ID: "str",
    ColumnType.LOGICAL: "boolean",
}
_POLARS = {
    ColumnType.DATE: pl.Datetime("us"),
    ColumnType.TEXT: pl.String,
    ColumnType.ID: pl.String,
    ColumnType.LOGICAL: pl.Boolean,
}


def pandas_frame(kind, columns):
    types = {name: KINDS[kind].column(name).type for name in columns}
    return pd.DataFrame(
        {n: pd.Series(c, dtype=_PANDAS.get(types[n], "float64")) for n, c in columns.items()}
    )


def polars_frame(kind, columns):
    types = {name: KINDS[kind].column(name).type for name in columns}
    schema = {name: _POLARS.get(type_, pl.Float64) for name, type_ in types.items()}
    return pl.DataFrame(columns, schema=schema).lazy()


@cache
def _duckdb_connection():
    """One thread: tables as small as these are one piece to it, and more threads only wait."""
    return duckdb.connect(config={"threads": 1})


def duckdb_frame(kind, columns):
    name = f"{kind}_{len(_duckdb_connection().execute('show tables').fetchall())}"
    given = polars_frame(kind, columns).collect().to_arrow()
    _duckdb_connection().from_arrow(given).create(name)
    return _duckdb_connection().table(name)


@cache
def _spark():
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def pyspark_frame(kind, columns):
    frame = pandas_frame(kind, columns)
    return _spark().createDataFrame(frame.astype(object).where(frame.notna(), None))


_FRAMES = {
    "pandas": pandas_frame,
    "polars": polars_frame,
    "duckdb": duckdb_frame,
    "pyspark": pyspark_frame,
}


def model_on(engine, tables, as_of=AS_OF, settings=None):
    frames = [
        FrameTable(KINDS[kind], _FRAMES[engine](kind, columns), digest=kind)
        for kind, columns in tables.items()
    ]
    model = model_of(frames, as_of)
    return type(model)(model.tables, Settings(settings), model.aliases, as_of)


@cache
def company_on(engine, **settings):
    return model_on(engine, company(), settings=settings)


def bits(answer):
    """An answer as values that are equal only if every bit is; an error as its class and words."""
    if isinstance(answer, pd.DataFrame):
        rows = answer.astype(object).to_numpy().tolist()
        return [list(answer.columns), *([_bits(cell) for cell in row] for row in rows)]
    return _bits(answer)


def _bits(cell):
    if isinstance(cell, (float, np.floating)):
        return "blank" if math.isnan(cell) else float(cell).hex()
    return "blank" if cell is None else cell


def told(ask, model):
    try:
        return bits(ask(model))
    except CrmError as error:
        return (type(error).__name__, error.message)
