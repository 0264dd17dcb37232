"""Builds the same tables from the same SQL files on Spark, and says where they differ from DuckDB's.

What belongs here: a local session, the way of tables into it and back, the comparison. What does not: any table's SQL
(assets/), transpiling (Table.render does it by sqlglot).

The canonical tables and the core tables that are built in Python come from a DuckDB connection as Parquet files; every
SQL file is then run by Spark under the same names. Timestamps are naive business time on both sides (TIMESTAMP_NTZ), so
the session's time zone decides nothing; it is set to UTC and checked all the same.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.engines.java import SparkMissing, find_java, launched_with
from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession

SCHEMAS = ("staging", "core", "facts", "metrics")
TOLERANCE = 1e-9


def check_spark() -> Path:
    """The Java that Spark will run on. Raises SparkMissing unless it and pyspark are there."""
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise SparkMissing("pyspark is not installed; install Siyu with its extra: siyu[spark]") from error
    return find_java()


class SparkEngine:
    """A local Spark session whose tables stand in a folder of Parquet files. Close it, or use it in a `with` block.

    `cores`: how many it may use. `partitions`: pieces of every shuffle; few for small data. Options given in `options`
    override every setting made here. `java`: this one, whatever else is there.
    """

    def __init__(
        self, cores: int = 2, partitions: int = 2, options: Mapping[str, str] | None = None, java: Path | None = None
    ) -> None:
        java = java or check_spark()
        self.folder = Path(tempfile.mkdtemp(prefix="siyu-spark-"))
        with launched_with(java):
            self.session = _session(self.folder, cores, partitions, dict(options or {}))
        self.clear()

    def clear(self) -> None:
        """Forgets every table."""
        for schema in SCHEMAS:
            self.session.sql(f"drop database if exists {schema} cascade")
            place = self.folder / f"{schema}.db"
            shutil.rmtree(place, ignore_errors=True)
            self.session.sql(f"create database {schema} location '{place}'")

    def load(self, connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
        """Tables of a DuckDB connection, by qualified name, as they are."""
        for name in names:
            file = self.folder / "loaded" / f"{name}.parquet"
            file.parent.mkdir(exist_ok=True)
            connection.execute(f"copy (from {name}) to '{file}' (format parquet)")
            self.session.sql(f"drop table if exists {name}")
            self.session.sql(f"create table {name} using parquet location '{file}'")

    def load_given(self, connection: duckdb.DuckDBPyConnection) -> None:
        """What no SQL file builds: the canonical tables, and core's tables that are built in Python."""
        in_python = [table.qualified for table in load_tables().values() if table.is_python]
        self.load(connection, [*_canonical(connection), *in_python])

    def build(self, table: Table, values: Mapping[str, Any], name: str | None = None) -> None:
        """One SQL file's table or view, anew, under its own name or another."""
        name = name or table.qualified
        text = table.render({**table.parameters, **values}, dialect="spark")
        if table.is_view and name == table.qualified:
            self.session.sql(f"create or replace view {name} as {text}")
            return
        self.session.sql(f"drop table if exists {name}")
        shutil.rmtree(self._place(name), ignore_errors=True)
        self.session.sql(f"create table {name} using parquet as {text}")

    def build_all(self, connection: duckdb.DuckDBPyConnection, values: Mapping[str, Any]) -> None:
        """Everything of assets/core and assets/metrics: what is given taken from DuckDB, each SQL file run by Spark."""
        self.load_given(connection)
        for table in load_tables().values():
            if not table.is_python:
                self.build(table, values)

    def compare(self, connection: duckdb.DuckDBPyConnection, name: str, built: str | None = None) -> list[str]:
        """How Spark's table `built` (default: of the same name) differs from DuckDB's `name`; empty when it does not.

        Column names in order, types, and rows as multisets: everything equal, floating point numbers to 1e-9 (relative
        above 1, absolute below).
        """
        other = f"({self._files(built or name)})"
        differences = _columns_apart(connection, name, other)
        return differences or _rows_apart(connection, name, other)

    def _files(self, name: str) -> str:
        """A SELECT by which DuckDB reads a table that Spark wrote."""
        if not self._place(name).exists():  # a view
            place = self.folder / "views" / name
            self.session.table(name).write.mode("overwrite").parquet(str(place))
        else:
            place = self._place(name)
        return f"select * from read_parquet('{place}/*.parquet')"

    def _place(self, name: str) -> Path:
        schema, table = name.split(".")
        return self.folder / f"{schema}.db" / table

    def close(self) -> None:
        self.session.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _session(folder: Path, cores: int, partitions: int, options: dict[str, str]) -> SparkSession:
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder),
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.default.parallelism": str(partitions),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.log.level": "ERROR",
        **options,
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("siyu")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    zone = session.conf.get("spark.sql.session.timeZone")
    if zone != "UTC":
        raise SparkMissing(f"the Spark session's time zone is {zone}, not UTC; end the session that set it")
    return session


def _canonical(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name = 'staging' order by all"
    )
    return [name for (name,) in rows.fetchall()]


def _columns_apart(connection: duckdb.DuckDBPyConnection, mine: str, other: str) -> list[str]:
    ours, theirs = _types(connection, mine), _types(connection, other)
    if list(ours) != list(theirs):
        return [f"columns: DuckDB {', '.join(ours)}; Spark {', '.join(theirs)}"]
    return [
        f"type of {column}: DuckDB {kind}; Spark {theirs[column]}"
        for column, kind in ours.items()
        if kind != theirs[column]
    ]


def _types(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    rows = connection.execute(f"describe select * from {source}").fetchall()
    return {row[0]: row[1] for row in rows}


def _rows_apart(connection: duckdb.DuckDBPyConnection, mine: str, other: str) -> list[str]:
    """Rows of one side without an equal on the other, as text; a few of them.

    Rows equal in everything but their floats are put in the order of these and compared one by one.
    """
    types = _types(connection, mine)
    floats = [f'"{column}"' for column, kind in types.items() if kind in ("DOUBLE", "FLOAT")]
    exact = [f'"{column}"' for column, kind in types.items() if kind not in ("DOUBLE", "FLOAT")]
    order = f"order by {', '.join(floats)}" if floats else ""
    number = f"row_number() over (partition by {', '.join(exact) or '1'} {order}) as row_no"
    same = " and ".join(f"a.{column} is not distinct from b.{column}" for column in [*exact, "row_no"])
    near = " and ".join(_near(column) for column in floats) or "true"
    rows = connection.execute(f"""
        with a as materialized (select *, {number}, 1 as here from {mine}),
            b as materialized (select *, {number}, 1 as here from {other})
        select case when b.here is null then 'only in DuckDB: ' || to_json(a)
            when a.here is null then 'only in Spark: ' || to_json(b)
            else 'DuckDB ' || to_json(a) || ' Spark ' || to_json(b) end
        from a full join b on {same}
        where a.here is null or b.here is null or not ({near})
    """).fetchall()
    return [row[0] for row in rows]


def _near(column: str) -> str:
    a, b = f"a.{column}", f"b.{column}"
    # DuckDB holds NaN equal to NaN, and infinities equal to themselves
    small = f"abs({a} - {b}) <= {TOLERANCE} * greatest(1, abs({a}), abs({b}))"
    return f"({a} is not distinct from {b} or coalesce({small}, false))"
