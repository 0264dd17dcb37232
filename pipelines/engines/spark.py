"""The SQL files of core, facts and metrics run by Spark; what it makes comes to stand in the warehouse.

What belongs here: a session, the way of tables into it and back. What does not: any table's SQL (assets/), transpiling
(Table.render does it by sqlglot), the Java (java.py).

What Spark reads and did not make (the canonical tables, tables in Python) comes from the warehouse as
Parquet when it is first read; each table that Spark makes is Parquet, too, and is copied into the warehouse at once.
Timestamps are naive business time on both sides (TIMESTAMP_NTZ), so the session's time zone decides nothing; it is set
to UTC and checked all the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.database import SCHEMAS, transaction
from pipelines.engines.duckdb import DuckDBEngine, count, make_way
from pipelines.engines.java import QUIETLY, SparkMissing, find_java, launched_with
from pipelines.fitted import Columns
from pipelines.identity import stars
from pipelines.settings import Settings
from pipelines.spec.literals import quoted
from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.database import Connection


def check_spark() -> Path:
    """The Java that Spark will run on. Raises SparkMissing unless it and pyspark are there."""
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")  # of parts that are not used here
    try:
        import pyspark.sql  # noqa: F401
    except ImportError as error:
        raise SparkMissing("pyspark is not installed; install Siyu with its extra: siyu[spark]") from error
    return find_java()


class SparkTables:
    """A Spark session whose tables stand in a folder of Parquet files. End it with close()."""

    def __init__(self, master: str, folder: Path, options: Mapping[str, str], java: Path | None = None) -> None:
        self.folder = folder
        self.session = _session(java or check_spark(), master, folder, options)
        self.clear()

    def clear(self) -> None:
        """Forgets every table."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for schema in SCHEMAS:
            self.session.sql(f"drop database if exists {schema} cascade")
            self.session.sql(f"create database {schema} location {_literal(self.folder / schema)}")

    def load(self, connection: Connection, name: str, source: str | None = None) -> None:
        """A table of the warehouse, by its qualified name, as it is, or what `source` names in its place."""
        file = self.folder / "loaded" / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy (from {source or name}) to {quoted(file)} (format parquet)")
        self.session.sql(f"drop table if exists {name}")
        self.session.sql(f"create table {name} using parquet location {_literal(file)}")

    def create(self, name: str, select: str) -> None:
        """A table anew from a SELECT in Spark's dialect."""
        self.session.sql(f"drop table if exists {name}")
        shutil.rmtree(self._place(name), ignore_errors=True)
        self.session.sql(f"create table {name} using parquet as {select}")

    def create_view(self, name: str, select: str) -> None:
        """A view anew from a SELECT in Spark's dialect."""
        self.session.sql(f"create or replace view {name} as {select}")

    def number(self, select: str) -> int:
        """The one number that a SELECT in Spark's dialect gives."""
        return int(self.session.sql(select).collect()[0][0])

    def made(self, name: str) -> str:
        """A SELECT by which DuckDB reads a table or view of Spark's."""
        place = self._place(name)
        if not place.exists():  # a view
            self.session.table(name).write.mode("overwrite").parquet(str(place))
        return f"select * from read_parquet({quoted(place / '*.parquet')})"

    def _place(self, name: str) -> Path:
        schema, table = name.split(".")
        return self.folder / schema / table

    def close(self) -> None:
        self.session.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class SparkEngine:
    """See Engine. A view is the warehouse's; Spark has one of its own once a table reads it."""

    def __init__(self, connection: Connection, tables: SparkTables) -> None:
        self.connection, self.tables = connection, tables
        self.there: set[str] = set()

    def create(self, table: Table, given: Mapping[str, Any]) -> int:
        """See Engine."""
        if table.is_view:
            return DuckDBEngine(self.connection).create(table, given)
        self.make(table, given)
        with transaction(self.connection):
            make_way(self.connection, table)
            self.connection.execute(f"create or replace table {table.qualified} as {self.tables.made(table.qualified)}")
        return count(self.connection, table.qualified)

    def label(self, edges: str) -> None:
        """See Engine; by SQL, so that no machine holds the graph."""
        self.tables.load(self.connection, edges)
        stars.label(self.tables, edges, "core.labels_of_edges")
        made = self.tables.made("core.labels_of_edges")
        self.connection.execute(f"create or replace temp table labels as {made}")

    def select(self, table: Table, given: Mapping[str, Any]) -> Columns:
        """See Engine."""
        self.make(table, given)
        return self.connection.execute(self.tables.made(table.qualified)).fetchnumpy()

    def replace_touched(self, table: Table, given: Mapping[str, Any], done: int) -> None:
        """Never: Spark's files are written whole."""

    def follow(self, fact: Table, given: Mapping[str, Any], done: int) -> None:
        """Never, as above."""

    def make(self, table: Table, given: Mapping[str, Any], name: str | None = None) -> None:
        """The table or view in Spark alone, or its rows as a table of another name; what it reads is brought first."""
        for needed in table.dependencies:
            self._bring(needed, given)
        text = table.render({**table.parameters, **given}, dialect="spark")
        make = self.tables.create_view if table.is_view and name is None else self.tables.create
        name = name or table.qualified
        make(name, text)
        self.there.add(name)

    def _bring(self, name: str, given: Mapping[str, Any]) -> None:
        if name in self.there:
            return
        table = load_tables().get(name)
        if table is not None and table.is_view:
            self.make(table, given)
        else:
            self.tables.load(self.connection, name)
        self.there.add(name)


def _literal(path: Path) -> str:
    """A path as a text of Spark's SQL, which knows backslashes and no doubled quotes."""
    text = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


@contextlib.contextmanager
def open_session(settings: Settings) -> Iterator[SparkTables]:
    """Spark as `[spark]` of siyu.toml says; its files are gone afterwards, as are those of a run that was killed."""
    spark = settings.spark
    folder = settings.home / "spark"
    if spark.folder:  # where other merchants may have their files, too
        folder = Path(spark.folder) / f"siyu-{hashlib.sha256(str(settings.home).encode()).hexdigest()[:12]}"
    tables = SparkTables(spark.master, folder, {"spark.driver.memory": _memory(settings), **spark.options})
    try:
        yield tables
    finally:
        tables.close()


def _memory(settings: Settings) -> str:
    """What Spark may take in this machine: as much as DuckDB, or a third of what is there, since DuckDB has its own."""
    if settings.memory_limit:
        size, unit = float(settings.memory_limit[:-2]), settings.memory_limit[-2:]
        return f"{int(size * {'MB': 1, 'GB': 1024}[unit])}m"
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') // 3 // 2**20}m"


def _session(java: Path, master: str, folder: Path, options: Mapping[str, str]) -> SparkSession:
    from pyspark.sql import SparkSession

    settings = {**_SETTINGS, **(_ALONE if master.startswith("local") else {}), "spark.sql.warehouse.dir": str(folder)}
    builder = SparkSession.builder.master(master).appName("siyu")
    for key, value in {**settings, **options}.items():
        builder = builder.config(key, value)
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with launched_with(java):
        session = builder.getOrCreate()
    zone = session.conf.get("spark.sql.session.timeZone")
    if zone != "UTC":
        raise SparkMissing(f"the Spark session's time zone is {zone}, not UTC; end the session that set it")
    return session


_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{QUIETLY}",
}
# On this machine alone nothing listens to the network, and a shuffle needs no more pieces than a few per core.
_ALONE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
}
