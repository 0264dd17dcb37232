"""What runs have made: warehouse, snapshot, reports, what was held back or refused, what was left over.

What belongs here: looks that take a moment. What does not: reading every block and file (upkeep/verify.py does).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from pipelines.database import first_line, read_only
from pipelines.doctor.check import Check, well
from pipelines.settings import Settings
from pipelines.steps.hold import read_hold
from pipelines.steps.reporting import is_reported
from pipelines.upkeep.verify import PUBLISH, REBUILD
from pipelines.upkeep.version import SHAPE, shape_of
from pipelines.warehouse import looking_lock

STALE_DAYS, LEFT_OVER = 2, 86_400


def warehouse(settings: Settings) -> Iterator[Check]:
    path = settings.warehouse_path
    if not path.exists():
        yield Check("warehouse", "doubt", "nothing was loaded yet", "there are no numbers", "`siyu run`")
        return
    with looking_lock(settings) as writer:
        if writer:
            yield well("warehouse", f"process {writer} is writing it")
            return
        yield from _standing(path)


def _standing(path: Path) -> Iterator[Check]:
    import duckdb

    try:
        with read_only(path) as connection:
            tables = connection.execute("select count(*) from duckdb_tables()").fetchall()[0][0]
            shape = shape_of(connection)
            wanted = connection.execute("select total_blocks * block_size from pragma_database_size()").fetchall()[0][0]
    except duckdb.Error as error:
        yield Check("warehouse", "ill", first_line(error), "no run can begin", REBUILD)
    else:
        if path.stat().st_size < wanted:
            said = f"{path.stat().st_size:,} bytes of at least {wanted:,}: its end is missing"
            yield Check("warehouse", "ill", said, "a run would fail", REBUILD)
            return
        if shape > SHAPE:
            yield Check(
                "version", "ill", f"of a newer Siyu (shape {shape})", "no run may begin", "Install that version."
            )
        yield well("warehouse", f"{tables} tables, {path.stat().st_size / 1e6:,.1f} MB")


def snapshot(settings: Settings) -> Iterator[Check]:
    import duckdb

    pointer = settings.snapshot_path
    if not pointer.exists():
        if pointer.is_symlink():
            yield Check("snapshot", "ill", "its link leads nowhere", "readers have nothing to open", PUBLISH)
        else:
            yield Check("snapshot", "doubt", "nothing is published yet", "readers have nothing to open", "`siyu run`")
        return
    try:
        with read_only(pointer) as connection:
            day = connection.execute("select as_of from core.as_of").fetchall()[0][0]
    except (duckdb.Error, OSError, IndexError) as error:
        yield Check("snapshot", "ill", first_line(error), "readers cannot open it", PUBLISH)
        return
    behind = settings.days_behind(day)
    if behind >= STALE_DAYS:
        fix = "Put newer exports into landing, then `siyu run`; see that it runs every morning."
        yield Check("snapshot", "doubt", f"up to {day}, {behind} days behind", "numbers are old", fix)
    else:
        yield well("snapshot", f"up to {day}")


def report(settings: Settings) -> Iterator[Check]:
    if not settings.snapshot_path.exists():
        return
    if is_reported(settings):
        yield well("report", "of the current snapshot")
    else:
        yield Check(
            "report", "doubt", "not of the current snapshot", "managers read old numbers", "`siyu run` writes it."
        )


def held_back(settings: Settings) -> Iterator[Check]:
    held = read_hold(settings)
    if held is None:
        yield well("held back", "nothing")
    else:
        why = f"readers keep the last good snapshot since {held.since:%Y-%m-%d %H:%M}"
        yield Check("held back", "ill", held.reason, why, "`siyu status` names what to mend; then `siyu run`.")


def refused(settings: Settings) -> Iterator[Check]:
    """Files in landing that are in no number."""
    import duckdb

    from pipelines.ingest.landing import paths_there

    if not settings.snapshot_path.exists():
        return
    try:
        with read_only(settings.snapshot_path) as connection:
            rows = connection.execute("select path from ops.files where status = 'quarantined'").fetchall()
    except duckdb.Error:
        return  # told above
    there = paths_there(settings)
    left = sorted(path for (path,) in rows if path in there)
    if left:
        fix = "`siyu status` says what each should be."
        yield Check("refused files", "doubt", f"{len(left)} ({left[0]})", "they are in no number", fix)
    else:
        yield well("refused files", "none")


def left_over(settings: Settings) -> Iterator[Check]:
    """What killed runs and mended faults left: never harmful, but large."""
    old = time.time() - LEFT_OVER
    places = [(settings.home, "*.broken-*"), (settings.home, ".*.partial"), (settings.published, "*.partial")]
    found = [path for folder, names in places for path in folder.glob(names) if path.stat().st_mtime < old]
    if found:
        size = sum(path.stat().st_size for path in found if path.is_file()) / 1e6
        why = f"nobody needs it; {size:,.1f} MB"
        yield Check("left over", "doubt", f"{len(found)} ({found[0].name})", why, "Look at them, then delete them.")
    else:
        yield well("left over", "nothing")


def log(settings: Settings) -> Iterator[Check]:
    path = settings.log_path
    if path.exists() and path.stat().st_size:
        said = f"{path.stat().st_size / 1e6:,.1f} MB of a run that is going on or was stopped"
        yield Check("write-ahead log", "doubt", said, "what it holds is not in the file yet", "`siyu run` takes it in.")
    else:
        yield well("write-ahead log", "closed")


def faults(settings: Settings) -> Iterator[Check]:
    week = time.time() - 7 * LEFT_OVER
    told = [path for path in (settings.home / "logs").glob("siyu-error-*.txt") if path.stat().st_mtime > week]
    if told:
        newest = max(told, key=lambda path: path.stat().st_mtime)
        why = "Siyu itself failed"
        yield Check("faults", "doubt", f"{len(told)} in the last week", why, f"Read or send {newest.name} in logs/.")
    else:
        yield well("faults", "none in the last week")


CHECKS = (warehouse, snapshot, report, held_back, refused, left_over, log, faults)
