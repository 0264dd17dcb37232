"""One Spark session for all comparisons; without Java 17 or pyspark they are skipped and say so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines.engines.spark import SparkEngine, SparkMissing

# Small tables: compiling every query to byte code costs more than running it.
OPTIONS = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


@pytest.fixture(scope="session")
def engine() -> Iterator[SparkEngine]:
    try:
        started = SparkEngine(options=OPTIONS)
    except SparkMissing as missing:
        print(f"tests/parity skipped: {missing}")
        pytest.skip(f"no comparison with Spark: {missing}")
    with started:
        yield started
