"""Every engine opened over the same orders, ready to be asked.

What belongs here: storage and opening. What does not: the questions' words (questions), timing (tasks).
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench import questions

Answer = Callable[[], list[tuple[Any, ...]]]

ORDERS = """
    select person_id, platform, order_id, paid_at, paid_date, paid_amount, is_kept,
        coalesce(channel, 'none') as channel, coalesce(domain, 'none') as domain,
        coalesce(live_session_id, 'none') as live_session_id
    from core.orders order by paid_at, order_id
"""


def export(home: Path, folder: Path) -> None:
    """orders.parquet, DuckDB's and ClickHouse's own files; made anew when the merchant is newer."""
    made_from, mark = _mark(home), folder / "made_from"
    if mark.exists() and mark.read_text() == made_from:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _warehouse(home) as connection:
        connection.execute(f"copy ({ORDERS}) to '{folder}/orders.parquet' (format parquet, row_group_size 1000000)")
    _export_duckdb(folder)
    _export_clickhouse(folder)
    mark.write_text(made_from)


def _export_duckdb(folder: Path) -> None:
    import duckdb

    with duckdb.connect(str(folder / "orders.duckdb")) as connection:
        connection.execute(f"create table orders as from '{folder}/orders.parquet'")


def _export_clickhouse(folder: Path) -> None:
    # ClickHouse answers wrongly on some functions over NULLs and slower over nullable columns: '' is nobody
    with _clickhouse(folder) as session:
        session.query("""
            create table bench.orders (
                person_id String, platform LowCardinality(String), order_id String, paid_at DateTime64(6, 'UTC'),
                paid_date Date, paid_amount Decimal(18, 2), is_kept Bool, channel LowCardinality(String),
                domain LowCardinality(String), live_session_id LowCardinality(String)
            ) engine = MergeTree order by paid_at
        """)
        session.query(f"""
            insert into bench.orders
            select coalesce(person_id, ''), platform, order_id, paid_at, paid_date, paid_amount, is_kept, channel,
                domain, live_session_id
            from file('{folder}/orders.parquet')
        """)
        session.query("optimize table bench.orders final")


def _mark(home: Path) -> str:
    file = home / "warehouse.duckdb"
    return f"{file.stat().st_size} {file.stat().st_mtime_ns}"


@contextlib.contextmanager
def _warehouse(home: Path) -> Iterator[Any]:
    import duckdb

    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        yield connection


@contextlib.contextmanager
def _clickhouse(folder: Path) -> Iterator[Any]:
    from chdb.session import Session

    session = Session(str(folder / "clickhouse"))
    session.query("create database if not exists bench engine = Atomic")
    session.query("use bench")
    try:
        yield session
    finally:
        session.close()


def _as_of(connection: Any) -> date:
    [[as_of]] = connection.execute("select as_of from core.as_of").fetchall()
    return as_of


@contextlib.contextmanager
def siyu(home: Path, folder: Path, question: str, variant: str) -> Iterator[Answer]:
    """The metric's own SQL with parameters, as a notebook asks it."""
    from pipelines.metrics import query
    from pipelines.settings import load_settings

    settings = load_settings(home)
    metric, parameters = questions.SIYU[question]
    with _warehouse(home) as connection:
        as_of = _as_of(connection)

        def answer() -> list[tuple[Any, ...]]:
            asked = query(connection, metric, parameters, settings, as_of)
            return asked.query("answer", questions.SIYU_ANSWER[question]).fetchall()

        yield answer


@contextlib.contextmanager
def scan(home: Path, folder: Path, question: str, variant: str) -> Iterator[Answer]:
    """A plain grouped scan of the table that Siyu scans."""
    with _warehouse(home) as connection:
        yield lambda: connection.execute(questions.SCAN[question]).fetchall()


@contextlib.contextmanager
def duckdb_by_hand(home: Path, folder: Path, question: str, variant: str) -> Iterator[Answer]:
    import duckdb

    with _warehouse(home) as connection:
        as_of = _as_of(connection)
    sql = questions.DUCKDB[question, variant].replace("$as_of", f"date '{as_of}'")
    with duckdb.connect(str(folder / "orders.duckdb"), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        yield lambda: connection.execute(sql).fetchall()


@contextlib.contextmanager
def clickhouse(home: Path, folder: Path, question: str, variant: str) -> Iterator[Answer]:
    with _warehouse(home) as connection:
        as_of = _as_of(connection)
    sql = f"with toDate('{as_of}') as as_of {questions.CLICKHOUSE[question, variant]}"
    with _clickhouse(folder) as session:

        def answer() -> list[tuple[Any, ...]]:
            lines = session.query(sql, "TabSeparated").bytes().decode().splitlines()
            return [tuple(line.split("\t")) for line in lines]

        yield answer


@contextlib.contextmanager
def polars(home: Path, folder: Path, question: str, variant: str) -> Iterator[Answer]:
    """Lazy, by the streaming engine, over Parquet."""
    with _warehouse(home) as connection:
        as_of = _as_of(connection)
    asked = questions.polars_question(question, variant, str(folder / "orders.parquet"), as_of)
    yield lambda: asked.collect(engine="streaming").rows()


OPENED = {"siyu": siyu, "scan": scan, "duckdb": duckdb_by_hand, "clickhouse": clickhouse, "polars": polars}
