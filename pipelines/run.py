"""`siyu run`: every step taken in this process, unless there is nothing to do.

What belongs here: deciding that nothing is new, taking the steps, by Dagster's daily job where Dagster keeps records
(DAGSTER_HOME), telling how it ended. What does not: the steps and their order (steps/,
orchestration/).
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines.check_record import Failure
from pipelines.database import read_only
from pipelines.engines.opening import need_engine
from pipelines.modes import make_home, private_files
from pipelines.quality import Quality, quality
from pipelines.settings import Settings
from pipelines.spec.nearest import nearest
from pipelines.spec.table_file import TableError
from pipelines.steps import record
from pipelines.steps.begin import begin_run
from pipelines.steps.hold import read_hold
from pipelines.steps.order import take_steps
from pipelines.steps.record import Loaded
from pipelines.steps.reporting import is_reported, write_report
from pipelines.steps.sending import send_report
from pipelines.steps.watch import Progress, Step, Watcher
from pipelines.steps.work import NotPublished

if TYPE_CHECKING:
    from pipelines.messages.sending import Delivery


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    `unchanged`: nothing new, nothing done. `published`: readers have the new numbers. `held`: the `failures` stopped
    publishing, and readers keep the last good snapshot, whose report says so. `quality`: what to know of the data that
    this run, or the one before when nothing changed, has made numbers of. `deliveries`: what came of the report's
    messages; where nothing changed, those that had not gone out are tried again.
    """

    status: Literal["unchanged", "published", "held"]
    run_id: str | None
    as_of: date | None
    seconds: float
    loaded: Loaded = field(default_factory=Loaded)
    steps: tuple[Step, ...] = ()
    failures: tuple[Failure, ...] = ()
    snapshot: Path | None = None
    reports: tuple[Path, ...] = ()
    quality: Quality = field(default_factory=Quality)
    deliveries: tuple[Delivery, ...] = ()


def run(
    settings: Settings,
    as_of: date | None = None,
    full: bool = False,
    select: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Ingest, core, metrics, checks, snapshot, report: whatever is out of date; `full`: everything, from landing.

    `select`: names or patterns of core and metrics tables (`metrics.*`); only these are rebuilt, over what is loaded,
    and published. Raises what a step raised (NoData, …), WarehouseBusy, SparkMissing, and TableError
    for an unknown name.
    """
    from pipelines.ingest.sources import sources_of

    started = time.monotonic()
    _need_room_to_write(settings)
    with sources_of(settings):
        pass  # an own mapping that is not understood stops a run before it begins
    if not full and not select and (day := unchanged(settings, as_of)):
        current = settings.snapshot_path.resolve()
        with read_only(settings.snapshot_path) as snapshot:
            known = quality(snapshot, settings)
        reports = _newest(settings) or tuple(write_report(settings, "daily"))
        sent = send_report(settings, "daily") if as_of is None else ()
        return RunResult(
            "unchanged", None, day, _since(started), snapshot=current, reports=reports, quality=known, deliveries=sent
        )
    need_engine(settings)
    watcher = Watcher(progress)
    run_id = str(uuid.uuid4())
    _execute(settings, run_id, as_of, full, _selected(select), watcher)
    if watcher.error is not None and not isinstance(watcher.error, NotPublished):
        raise watcher.error
    return RunResult(
        "held" if watcher.failures else "published",
        run_id,
        watcher.as_of,
        _since(started),
        watcher.loaded,
        tuple(watcher.steps),
        tuple(watcher.failures),
        watcher.snapshot,
        tuple(watcher.reports),
        watcher.quality,
        watcher.deliveries,
    )


def _need_room_to_write(settings: Settings) -> None:
    """Raises PermissionError naming the place, before Dagster is asked: what fails in its resources says no word."""
    make_home(settings)
    with private_files(), open(settings.lock_path, "a", encoding="utf-8"):
        pass


def _since(started: float) -> float:
    return time.monotonic() - started


def unchanged(settings: Settings, as_of: date | None = None) -> date | None:
    """The snapshot's business day, if a run now would give the same snapshot again; else None.

    Compares the snapshot's own record with the files in landing, the settings, every definition and Siyu's code.
    """
    import duckdb

    if not settings.snapshot_path.exists() or read_hold(settings):
        return None
    try:
        return _unchanged_since(settings, as_of)
    except duckdb.Error:
        return None  # a snapshot that cannot be read: the run publishes another


def _unchanged_since(settings: Settings, as_of: date | None) -> date | None:
    from pipelines.core import last_complete_day
    from pipelines.ingest.landing import find_new

    with read_only(settings.snapshot_path) as snapshot:
        last = snapshot.execute(
            "select fingerprint, as_of from ops.runs where status = 'published' order by rowid desc limit 1"
        ).fetchone()
        if last is None or last[0] != record.run_fingerprint(settings, as_of) or find_new(snapshot, settings):
            return None
        return last[1] if last[1] == (as_of or last_complete_day(snapshot, settings)) else None


def _newest(settings: Settings) -> tuple[Path, ...]:
    """The daily report's newest page and workbook, where both are there and of the current snapshot."""
    if not is_reported(settings):
        return ()
    pages = sorted(settings.reports.glob("daily-????-??-??.html"))
    files = (pages[-1], pages[-1].with_suffix(".xlsx")) if pages else ()
    return files if all(path.exists() for path in files) else ()


def _selected(select: Sequence[str] | None) -> list[str] | None:
    """Qualified names that patterns stand for; a metric may be named without its schema."""
    from pipelines.tables import load_tables

    if not select:
        return None
    known = list(load_tables())
    found: list[str] = []
    for pattern in select:
        names = [n for n in known if fnmatchcase(n, pattern) or n == f"metrics.{pattern}"]
        if not names:
            near = nearest(pattern, [*known, *(n.partition(".")[2] for n in known)])
            meant = f"did you mean '{near}'?" if near else f"tables: {', '.join(known)}"
            raise TableError(f"--select: no table '{pattern}'; {meant}")
        found += [name for name in names if name not in found]
    return found


def _execute(
    settings: Settings, run_id: str, as_of: date | None, full: bool, names: list[str] | None, watcher: Watcher
) -> None:
    """Takes the steps in this process; what came of it is in the watcher.

    By Dagster where DAGSTER_HOME names the operators' own records, so that they see this run too. Records in memory,
    which end with the process, would show nobody anything, and cost a third of a small run.
    """
    if os.environ.get("DAGSTER_HOME"):
        from pipelines.orchestration.in_process import run_daily

        run_daily(settings, run_id, as_of, full, names, watcher)
        return
    with begin_run(settings, run_id, as_of, full, watcher) as opened:
        take_steps(opened, names)
