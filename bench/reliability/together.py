"""Writers and readers at once: `python -m bench.reliability.together [PUBLISHES]`; no error, no update lost.

What belongs here: two writers that wait for each other, runs through Dagster beside them, eight readers as notebooks
are. What does not: kills and faults.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.reliability import merchant

READERS, WRITERS, BY_DAGSTER = 8, 2, 5
PAUSE = 0.2  # seconds between what a reader asks, so that writers get on
ROOT = Path(__file__).parents[2]


def main() -> int:
    publishes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        merchant.write(home / "landing", "first")
        _siyu(home)
        return together(home, publishes)


def together(home: Path, publishes: int) -> int:
    begun = time.monotonic()
    context = multiprocessing.get_context("spawn")
    done, told = context.Event(), context.Queue()
    readers = [context.Process(target=read, args=(home, done, told)) for _ in range(READERS)]
    share = publishes // WRITERS
    writers = [context.Process(target=write, args=(home, n, share, told)) for n in range(WRITERS)]
    for process in (*readers, *writers):
        process.start()
    by_dagster = [_siyu_by_dagster(home, n) for n in range(BY_DAGSTER)]
    found: list[dict[str, Any]] = [told.get() for _ in writers]
    done.set()
    found += [told.get() for _ in readers]
    for process in (*readers, *writers):
        process.join()
    written = [one for one in found if one["who"] == "writer"]
    opened = [one for one in found if one["who"] == "reader"]
    wrong = [error for one in found for error in one["errors"]] + [
        said for code, said in by_dagster if code not in (0, 3)
    ]
    wrong += lost(home, share)
    published = sum(one["done"] for one in written)
    print(f"{published} publishes by {WRITERS} writers, {BY_DAGSTER} runs of Dagster's job beside them")
    print(f"{READERS} readers opened the snapshot {sum(one['done'] for one in opened):,} times")
    print(f"{len(wrong)} errors or lost updates, {(time.monotonic() - begun) / 60:.0f} minutes")
    print("\n".join(wrong[:10]))
    return bool(wrong)


def write(home: Path, writer: int, times: int, told: Any) -> None:
    """Each turn a new file, loaded and published; the other one is waited for."""
    from pipelines.ingest import ingest
    from pipelines.settings import load_settings
    from pipelines.steps.begin import begin_run
    from pipelines.warehouse import publish

    settings, errors, done = load_settings(home), [], 0
    for turn in range(times):
        file = home / "landing" / "orders" / f"w{writer}-{turn}.csv"
        partial = file.with_suffix(".csv.part")
        partial.write_text(
            f"{merchant.ORDERS}w{writer}-{turn},douyin,u1,,2025-03-01 10:00:00,1.00,直播间\n", encoding="utf-8"
        )
        partial.rename(file)
        try:
            with begin_run(settings, f"w{writer}-{turn}", patience=600) as run:
                ingest(run.warehouse.connection, settings)
                publish(run.warehouse)
            done += 1
        except Exception as error:
            errors.append(f"writer {writer}, turn {turn}: {type(error).__name__}: {error}")
    told.put({"who": "writer", "done": done, "errors": errors})


def read(home: Path, done: Any, told: Any) -> None:
    """As a notebook does: open, ask several tables that must agree, close."""
    from pipelines.warehouse import open_warehouse

    errors, opened = [], 0
    while not done.is_set():
        try:
            with open_warehouse(home) as snapshot:
                rows = snapshot.connection.execute(
                    "select (select sum(rows_loaded) from ops.files where file_source like '%orders'), "
                    "(select count(*) from staging.orders)"
                ).fetchall()
                if rows[0][0] != rows[0][1]:
                    errors.append(f"a mixed snapshot: {rows}")
                snapshot.table("core.orders")
            opened += 1
            time.sleep(PAUSE)
        except Exception as error:
            errors.append(f"reader: {type(error).__name__}: {str(error)[:300]}")
    told.put({"who": "reader", "done": opened, "errors": errors})


def lost(home: Path, share: int) -> list[str]:
    """Orders that a writer put down and that no snapshot has."""
    from pipelines.database import read_only

    _siyu(home)
    with read_only(home / "published" / "siyu.duckdb") as snapshot:
        there = {name for (name,) in snapshot.execute("select order_id from staging.orders").fetchall()}
    wanted = {f"w{writer}-{turn}" for writer in range(WRITERS) for turn in range(share)}
    return [f"lost: {name}" for name in sorted(wanted - there)]


def _siyu(home: Path, **environment: str) -> tuple[int, str]:
    code = "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))"
    given = {**os.environ, "DAGSTER_HOME": "", **environment}
    command = [sys.executable, "-c", code, "--home", str(home), "run"]
    said = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    return said.returncode, said.stdout + said.stderr


def _siyu_by_dagster(home: Path, number: int) -> tuple[int, str]:
    """A run of Dagster's job; one that found the warehouse busy is the writers' fault and is asked again."""
    place = home.parent / "dagster"
    place.mkdir(exist_ok=True)
    (place / "dagster.yaml").write_text(json.dumps({"telemetry": {"enabled": False}}), encoding="utf-8")
    for _ in range(50):
        code, said = _siyu(home, DAGSTER_HOME=str(place))
        if "another run is writing" not in said:
            return code, f"dagster run {number} ended with {code}: {said[-1000:]}"
        time.sleep(0.5)
    return code, said


if __name__ == "__main__":
    sys.exit(main())
