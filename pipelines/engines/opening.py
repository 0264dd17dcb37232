"""Which engine a merchant has is said in `siyu.toml`; here it is opened.

What belongs here: the choice. What does not: what an engine is (engine.py), how one does it (duckdb.py, spark.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.engines.engine import Engine
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection


def need_engine(settings: Settings) -> None:
    """Raises SparkMissing when the settings ask for an engine that can't run here; said before any work is done."""
    if settings.engine == "spark":
        from pipelines.engines.spark import check_spark

        check_spark()


@contextlib.contextmanager
def open_engine(settings: Settings, connection: Connection) -> Iterator[Engine]:
    """The engine of the settings over an open warehouse."""
    if settings.engine == "duckdb":
        from pipelines.engines.duckdb import DuckDBEngine

        yield DuckDBEngine(connection)
        return
    from pipelines.engines.spark import SparkEngine, open_session

    with open_session(settings) as spark:
        yield SparkEngine(connection, spark)
