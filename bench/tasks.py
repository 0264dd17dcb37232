"""What is measured, each as `python -m bench.tasks NAME JSON` in a process of its own; its last line is JSON.

What belongs here: preparing and timing. What does not: turns and ratios (__main__).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench import identity_tasks
from bench.measure import CACHE, timed

RUNS = 3
# What a night's metrics are compared with: one look at all orders, by date and by where they came from.
GROUPED_SCAN = """
    select paid_date, channel, platform, shop_id, live_session_id, count(*), sum(paid_amount) from core.orders
    where is_kept group by all
"""
Told = dict[str, Any]


def write_export(path: str, size: int) -> Told:
    """An order export as 抖店 writes it, of about so many bytes."""
    import duckdb

    from pipelines.simulate import write_order_export

    with timed() as seconds:
        partial = Path(path).with_suffix(".partial")
        rows = write_order_export(duckdb.connect(), partial, size=size)
        partial.rename(path)
    return {"seconds": seconds, "rows": rows}


def read_csv(path: str) -> Told:
    """DuckDB by itself: the file into a table of a database file."""
    import duckdb

    with _empty_folder() as folder, duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute("set enable_progress_bar = false")
        with timed() as seconds:
            connection.execute(f"create table export as from read_csv('{path}')")
            connection.execute("checkpoint")
        rows = _one(connection, "select count(*) from export")
    return {"seconds": seconds, "rows": rows}


def ingest(path: str) -> Told:
    """The whole of ingest for one new file: recognised, read, checked, summed to orders, entered in the ledger."""
    from pipelines.ingest import ingest as take_in
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing

    with _empty_folder() as home:
        folder = home / "landing" / "doudian_orders"
        folder.mkdir(parents=True)
        (folder / "export.csv").hardlink_to(path)
        with timed() as seconds, open_for_writing(load_settings(home)) as warehouse:
            result = take_in(warehouse.connection, warehouse.settings)
    [file] = result.files
    assert file.rows_read == file.rows_loaded + file.rows_superseded + file.rows_quarantined
    return {"seconds": seconds, "rows": file.rows_read, "loaded": file.rows_loaded}


def write_small_files(folder: str, files: int, rows: int) -> Told:
    """Many small files with a real merchant's kinds: canonical orders, 抖店 exports and events, a third of each."""
    from bench.small_files import write

    with timed() as seconds:
        partial = Path(folder).with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        written = write(partial, files, rows)
        partial.rename(folder)
    return {"seconds": seconds, "rows": written}


def ingest_folder(folder: str, tree: str) -> Told:
    """The whole of ingest for a folder of new files, by the code of `tree`; `seconds` are those of the processor."""
    sys.path.insert(0, tree)
    from pipelines.ingest import ingest as take_in
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing

    with _empty_folder() as home:
        (home / "landing").symlink_to(folder, target_is_directory=True)
        begun = time.process_time()
        with open_for_writing(load_settings(home)) as warehouse:
            result = take_in(warehouse.connection, warehouse.settings)
        seconds = [time.process_time() - begun]
    assert all(f.rows_read == f.rows_loaded + f.rows_superseded + f.rows_quarantined for f in result.files)
    return {"seconds": seconds, "rows": sum(file.rows_loaded for file in result.files)}


def make_merchant(home: str, orders: int) -> Told:
    """A warehouse whose staging holds so many orders, in the order in which they were paid, and events."""
    from bench.merchant import make

    with timed() as seconds:
        partial = Path(home).with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        make(partial, orders)
        partial.rename(home)
    return {"seconds": seconds}


def last_day(home: str) -> Told:
    """The last day on which anybody paid, new days of earlier runs included."""
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing

    with timed() as seconds, open_for_writing(load_settings(home)) as warehouse:
        day = _one(warehouse.connection, "select cast(max(paid_at) as date) from staging.orders")
    return {"seconds": seconds, "answer": str(day)}


def build(home: str, as_of: str, full: bool, new_orders: int = 0, tree: str = ".", core_only: bool = False) -> Told:
    """Core brought up to a day, then facts and every metric, then their checks, by the code of `tree`; only core is in
    `seconds`. An earlier build has no facts; with core_only there is nothing but `seconds` and rows."""
    sys.path.insert(0, tree)
    from bench.merchant import new_day
    from pipelines.core import begin_pass, refresh_core
    from pipelines.metrics import metric_tables, refresh_metric
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing

    settings, day = load_settings(home), date.fromisoformat(as_of)
    with open_for_writing(settings) as warehouse:
        connection = warehouse.connection
        rows = (
            new_day(connection, day, new_orders)
            if new_orders
            else _one(connection, "select count(*) from staging.orders")
        )
        with timed() as seconds:
            core_pass = begin_pass(connection, settings, day, full)
            tables = {done.table: done.seconds for done in refresh_core(connection, settings, core_pass)}
            connection.execute("checkpoint")
        if core_only:
            return {"seconds": seconds, "rows": rows, "tables": tables}
        with timed() as above:
            tables |= _build_facts(connection, settings, core_pass)
            for table in metric_tables():
                tables[table.qualified] = refresh_metric(connection, table, settings, day).seconds
            connection.execute("checkpoint")
        with timed() as checked:
            _ask_checks(connection)
        connection.execute(GROUPED_SCAN).fetchall()
        with timed() as scanned:
            connection.execute(GROUPED_SCAN).fetchall()
    told = {"rows": rows, "tables": tables, "above": above[0], "checks": checked[0], "scan": scanned[0]}
    return {"seconds": seconds, "whole": seconds[0] + above[0], **told}


def _build_facts(connection: Any, settings: Any, core_pass: Any) -> dict[str, float]:
    """Seconds by fact; none where the code that is measured has none."""
    if importlib.util.find_spec("pipelines.facts") is None:
        return {}
    from pipelines.building import refresh
    from pipelines.facts import fact_tables

    return {table.qualified: refresh(connection, table, settings, core_pass).seconds for table in fact_tables()}


def _ask_checks(connection: Any) -> None:
    """The checks of every table of core, facts and metrics."""
    from pipelines.expectations import Validations

    if importlib.util.find_spec("pipelines.checks") is not None:
        from pipelines.checks import checks_of
    else:
        from pipelines.spec.checks import checks_of
    from pipelines.tables import load_tables

    with Validations(connection) as validations:
        for table in load_tables().values():
            validations.run(table.qualified, checks_of(table))


def build_whole(home: str, engine: str, as_of: str) -> Told:
    """Every table made whole by an engine, its start and the way of each table back to the warehouse included."""
    from pipelines.core import begin_pass, refresh_core
    from pipelines.engines.opening import open_engine
    from pipelines.metrics import refresh_metric
    from pipelines.settings import load_settings
    from pipelines.tables import load_tables
    from pipelines.warehouse import open_for_writing

    others = [table for table in load_tables().values() if table.schema != "core"]
    settings, day = load_settings(home).model_copy(update={"engine": engine}), date.fromisoformat(as_of)
    with open_for_writing(settings) as warehouse, timed() as seconds:
        connection = warehouse.connection
        with open_engine(settings, connection) as opened:
            core_pass = begin_pass(connection, settings, day, full=True)
            done = list(refresh_core(connection, settings, core_pass, opened))
            done += [refresh_metric(connection, table, settings, day, opened) for table in others]
            java = _peak_of_java(opened) if engine == "spark" else 0
        connection.execute("checkpoint")
    return {"seconds": seconds, "tables": {built.table: built.seconds for built in done}, "java": java}


def _peak_of_java(engine: Any) -> int:
    """Bytes; the kernel counts another process's memory apart."""
    process = engine.tables.session._jvm.java.lang.ProcessHandle.current().pid()
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def export_for_peers(home: str, folder: str) -> Told:
    """The same orders, unsequenced, in each peer's own storage; nothing is done when they stand there already."""
    from bench.peers import export

    with timed() as seconds:
        export(Path(home), Path(folder))
    return {"seconds": seconds}


def ask(engine: str, question: str, variant: str, home: str, folder: str) -> Told:
    """One question to one engine: once to warm up, then timed."""
    from bench.peers import OPENED

    with OPENED[engine](Path(home), Path(folder), question, variant) as answer:
        rows = answer()
        seconds = []
        for _ in range(RUNS):
            started = time.perf_counter()
            answer()
            seconds.append(time.perf_counter() - started)
    return {"seconds": seconds, "rows": len(rows), "answer": "" if engine == "scan" else _digest(rows)}


def prepare_runs(folder: str, tree: str) -> Told:
    """The homes that small runs start from, by the code of `tree`."""
    from bench.small_runs import prepare

    with timed() as seconds:
        prepare(Path(folder), Path(tree))
    return {"seconds": seconds}


def small_run(folder: str, tree: str, kind: str) -> Told:
    """One small run by the code of `tree`; `seconds` are those of the processor."""
    from bench.small_runs import run

    told = run(Path(folder), Path(tree), kind)
    return {"seconds": [told["processor"]], "clock": told["clock"]}


def _digest(rows: list[tuple[Any, ...]]) -> str:
    """One mark for a whole answer, whatever types an engine gives it in."""
    lines = sorted("|".join(str(cell)[:10] for cell in row) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


@contextlib.contextmanager
def _empty_folder() -> Iterator[Path]:
    """Beside the data, so that a file may be linked into it."""
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        yield Path(folder)


def _one(connection: Any, sql: str) -> Any:
    return connection.execute(sql).fetchone()[0]


TASKS: dict[str, Callable[..., Told]] = {
    task.__name__: task
    for task in (
        write_export,
        read_csv,
        ingest,
        write_small_files,
        ingest_folder,
        make_merchant,
        last_day,
        build,
        build_whole,
        export_for_peers,
        ask,
        prepare_runs,
        small_run,
        identity_tasks.write_links,
        identity_tasks.make_linked_home,
        identity_tasks.components,
        identity_tasks.build_identities,
    )
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))
