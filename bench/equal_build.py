"""The worlds of bench.equal, built by whichever tree stands on PYTHONPATH, every table as Parquet; what a tree knows.

What belongs here: only what both trees have (tests.worlds, pipelines.metrics, pipelines.run). Run by bench.equal.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
from pathlib import Path
from typing import Any


def known(place: str) -> None:
    """Writes the columns of each staging table, and the words for events and channels."""
    from tests.worlds import empty_world

    connection = empty_world("2025-12-31").refresh(full=True).connection
    words = connection.execute("select event from core.event_words union select word from core.channels").fetchall()
    told = {"columns": columns_of(connection), "words": {word for (word,) in words}}
    Path(place).write_bytes(pickle.dumps(told))


def columns_of(connection: Any) -> dict[str, set[str]]:
    told = connection.execute(
        "select table_name, list(column_name) from information_schema.columns where table_schema = 'staging' group by 1"
    )
    return {name: set(listed) for name, listed in told.fetchall()}


def build(worlds: str, place: str) -> None:
    from tests.metrics.random_world import random_world
    from tests.worlds import empty_world

    for name, given in pickle.loads(Path(worlds).read_bytes()).items():
        settings = given.get("settings", {})
        given["rows"] = known_rows(given["rows"])
        if name == "unit tests":
            built = of_rows(empty_world(given["as_of"]), given["rows"])
        elif given["rows"]:
            built = random_world(0, rows=given["rows"], as_of=given["as_of"], **settings)
        else:
            built = empty_world(given["as_of"]).refresh(full=True)
        with_metrics(built)
        export(built.connection, Path(place) / name)


def of_rows(world: Any, rows: dict[str, list[dict[str, Any]]]) -> Any:
    from tests.worlds import put

    world.is_known = True
    for name, given in rows.items():
        put(world.connection, name, given)
    return world.refresh(full=True)


def known_rows(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows without tables and columns that an earlier tree lacks."""
    from tests.worlds import empty_world

    columns = columns_of(empty_world("2025-12-31").connection)
    return {
        name: [{key: row[key] for key in row if key in columns[name]} for row in given]
        for name, given in rows.items()
        if name in columns
    }


def with_metrics(world: Any) -> None:
    from pipelines.metrics import metric_tables, refresh_metric

    with contextlib.suppress(ModuleNotFoundError):  # an earlier tree has no facts
        from pipelines.facts import build_facts

        build_facts(world.connection, world.settings, world.as_of)
    for table in metric_tables():
        refresh_metric(world.connection, table, world.settings, world.as_of)


def simulated(files: str) -> None:
    """The demo's home before its first run."""
    from pipelines.simulate import simulate

    home = Path(files)
    simulate(home)
    # every home makes its own, and phones' hashes and people's ids with it
    (home / "secret.key").write_text("5a" * 32 + "\n")


def demo(files: str, place: str) -> None:
    """From those files to the snapshot; ingest's own times and numbers of files are left out by `SCHEMAS`."""
    import shutil
    import tempfile

    from pipelines.run import run
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_warehouse

    with tempfile.TemporaryDirectory() as folder:
        home = shutil.copytree(files, Path(folder) / "home")
        assert run(load_settings(home)).status == "published"
        with open_warehouse(home) as snapshot:
            export(snapshot.connection, Path(place))


def export(connection: Any, place: Path) -> None:
    place.mkdir(parents=True)
    tables = connection.execute("""
        select table_schema, table_name from information_schema.tables
        where table_schema in ('core', 'facts', 'metrics') and table_catalog = current_database()
    """).fetchall()
    for schema, name in tables:
        connection.execute(f"copy (from {schema}.{name}) to '{place / f'{schema}.{name}.parquet'}' (format parquet)")


if __name__ == "__main__":
    {"known": known, "build": build, "simulated": simulated, "demo": demo}[sys.argv[1]](*sys.argv[2:])
