"""One run: from the files in landing to a published snapshot and a report, step by step.

What belongs here: what each step does and leaves behind. What does not: the order of the steps and what blocks what;
Dagster's graph (orchestration/), and for `siyu run` without Dagster steps.py.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import checks, runs
from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.checks import Check, Failure, Result
from pipelines.finding import forget
from pipelines.quality import Quality, judge
from pipelines.rebuild import need_every_file, start_over
from pipelines.runs import Loaded
from pipelines.settings import Settings
from pipelines.tables import Table
from pipelines.warehouse import Warehouse, WarehouseBusy, open_for_writing, publish

if TYPE_CHECKING:
    from pipelines.building import Built, Pass
    from pipelines.checks import Validations
    from pipelines.engines.engine import Engine
    from pipelines.ingest import FileResult


class NotPublished(RuntimeError):
    """Checks failed, so the snapshot that readers have stays the last good one."""


@dataclass(frozen=True)
class Step:
    """What a step did, for whoever shows progress. `name` is a table, a file or a page."""

    kind: str
    name: str
    rows: int | None
    seconds: float
    note: str = ""


Progress = Callable[[Step], None]


@dataclass
class Watcher:
    """What somebody outside Dagster learns of a run while it goes on: each step as it ends, and how it all came out."""

    on_step: Progress | None = None
    steps: list[Step] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    loaded: Loaded = field(default_factory=Loaded)
    as_of: date | None = None
    snapshot: Path | None = None
    reports: list[Path] = field(default_factory=list)
    quality: Quality = field(default_factory=Quality)
    error: BaseException | None = None

    def tell(self, step: Step) -> None:
        self.steps.append(step)
        if self.on_step:
            self.on_step(step)


_FACTS = {
    "ops.files": """
        select coalesce(sum(rows_read), 0)::bigint as rows_read, coalesce(sum(rows_loaded), 0)::bigint as rows_loaded,
            coalesce(sum(rows_superseded), 0)::bigint as rows_superseded,
            coalesce(sum(rows_quarantined), 0)::bigint as rows_quarantined
        from ops.files
    """,
    "ops.quarantine": """
        select coalesce(sum(rows), 0)::bigint as rows_quarantined, count(distinct reason) as reasons from ops.quarantine
    """,
}


@dataclass
class Refresh:
    """The state of one run over the open warehouse."""

    warehouse: Warehouse
    run_id: str
    as_of: date | None = None
    is_full: bool = False
    watcher: Watcher = field(default_factory=Watcher)

    @property
    def settings(self) -> Settings:
        return self.warehouse.settings

    @cached_property
    def core_pass(self) -> Pass:
        """This run's pass over core, begun when the first table asks for it."""
        from pipelines.core import begin_pass

        begun = begin_pass(self.warehouse.connection, self.settings, self.as_of, self.is_full)
        self.watcher.as_of = begun.as_of
        return begun

    @cached_property
    def validations(self) -> Validations:
        return self._closing.enter_context(checks.open_validations(self.warehouse.connection))

    @cached_property
    def engine(self) -> Engine:
        """Who runs the SQL files in this run, begun when the first of them asks for it."""
        from pipelines.engines.engine import open_engine

        return self._closing.enter_context(open_engine(self.settings, self.warehouse.connection))

    @cached_property
    def _closing(self) -> contextlib.ExitStack:
        return contextlib.ExitStack()

    def close(self) -> None:
        self._closing.close()

    def ingest(self) -> Loaded:
        """Everything new in landing, loaded or quarantined; in a full run, everything."""
        from pipelines.ingest import ingest

        connection = self.warehouse.connection
        if self.is_full:
            start_over(connection)
        before = runs.last_file(connection)
        ingest(connection, self.settings, self._tell_file)
        self.watcher.loaded = runs.loaded_since(connection, before)
        runs.note_loaded(connection, self.run_id, self.watcher.loaded)
        return self.watcher.loaded

    def facts(self, name: str) -> dict[str, Any]:
        """What an operator wants to see of a staging or ops table after ingest: counts, and reasons of refusals."""
        from pipelines.engines.duckdb import count

        connection = self.warehouse.connection
        facts: dict[str, Any] = {"dagster/row_count": count(connection, name)}
        if name in _FACTS:
            sums = connection.sql(_FACTS[name])
            facts |= dict(zip(sums.columns, sums.fetchall()[0], strict=True))
        if name.startswith("staging."):
            facts |= runs.files_feeding(connection, name.removeprefix("staging."))
        return facts

    def build(self, table: Table) -> Built:
        """One table of core, facts or metrics brought up to date."""
        from pipelines.building import refresh
        from pipelines.metrics import refresh_metric

        started = time.monotonic()
        connection = self.warehouse.connection
        if table.schema != "metrics":
            built = refresh(connection, table, self.settings, self.core_pass, self.engine)
        else:
            built = refresh_metric(connection, table, self.settings, self.core_pass.as_of, self.engine)
        self._tell("build", table.qualified, None if table.is_view else built.rows, started)
        return built

    def check(self, name: str, asked: Sequence[Check]) -> list[Result]:
        """The checks of one table, recorded; the watcher keeps the failed blocking ones."""
        started = time.monotonic()
        results = self.validations.run(name, asked)
        checks.record(self.warehouse.connection, self.run_id, results, self.settings.today())
        failed = [_failure(result) for result in results if not result.is_passed]
        self.watcher.failures += [failure for failure in failed if failure.is_blocking]
        for failure in failed:
            self._tell("check", failure.table, None, started, f"{failure.name}: {failure.observed}")
        return results

    def publish(self) -> Path:
        """The warehouse as it stands, for readers. Raises NotPublished while a blocking check stands failed."""
        from pipelines.engines.duckdb import comment

        started = time.monotonic()
        self._judge_data()
        tables = [*load_catalogue().values(), *ops_tables()]
        self.watcher.failures = checks.standing_failures(self.warehouse.connection, tables)
        if self.watcher.failures:
            named = "; ".join(f"{f.table}: {f.expected} ({f.observed})" for f in self.watcher.failures)
            raise NotPublished(f"not published, because of failed checks: {named}")
        self._finish("published", "")
        comment(self.warehouse.connection)
        self.watcher.snapshot = publish(self.warehouse)
        checks.lift_hold(self.settings)
        self._tell("publish", self.watcher.snapshot.name, None, started)
        return self.watcher.snapshot

    def hold_back(self, reason: str) -> None:
        """Nothing was published: says so where readers will see it, on the report of the last good snapshot."""
        self._judge_data()
        failures = self.watcher.failures
        self._finish("held" if failures else "failed", reason)
        if self.settings.snapshot_path.exists():
            checks.hold(self.settings, reason, failures or [Failure("", "run", reason, "the run ends well")])
            self.report("daily")

    def stop(self, step: str, error: BaseException) -> None:
        """A step failed: nothing will be published, and the report of the last good snapshot says why."""
        if not self.watcher.failures:
            self.watcher.error = self.watcher.error or error
        if self.watcher.snapshot is None:
            # Only the kind of error: its message might repeat a value of the table.
            self.hold_back(f"{step}: {type(error).__name__}")

    def _judge_data(self) -> None:
        self.watcher.quality = judge(self.warehouse.connection, self.settings)

    def report(self, kind: str) -> list[Path]:
        """Writes one report from the current snapshot."""
        started = time.monotonic()
        self.watcher.reports = write_report(self.settings, kind)
        for path in self.watcher.reports:
            self._tell("report", path.name, None, started)
        return self.watcher.reports

    def _tell(self, kind: str, name: str, rows: int | None, started: float, note: str = "") -> None:
        self.watcher.tell(Step(kind, name, rows, time.monotonic() - started, note))

    def _tell_file(self, file: FileResult) -> None:
        if file.status == "loaded":
            note = f"{file.rows_quarantined} quarantined" if file.rows_quarantined else ""
        else:
            note = file.reason or file.status
        self.watcher.tell(Step("ingest", file.path, file.rows_read, file.seconds, note))

    def _finish(self, status: str, message: str) -> None:
        as_of = self.watcher.as_of
        runs.finish(self.warehouse.connection, self.settings, self.run_id, status, message, as_of)


def write_report(settings: Settings, kind: str, day: date | None = None) -> list[Path]:
    """A report from the current snapshot, with what was held back since on its face. Raises NothingPublished."""
    from pipelines import report
    from pipelines.warehouse import NothingPublished

    if not settings.snapshot_path.exists():
        raise NothingPublished(f"{settings.home}: nothing is published yet; `siyu run` makes the first snapshot.")
    files = report.write_report(
        settings.snapshot_path, settings.reports, settings, kind, day, unpublished=held_checks(settings)
    )
    return [files.html, files.workbook]


def held_checks(settings: Settings) -> list[dict[str, Any]]:
    """Failed checks of a run that was held back, as rows of ops.checks."""
    held = checks.read_hold(settings)
    return (
        []
        if held is None
        else [
            {
                "table_name": failure.table,
                "check_name": failure.name,
                "passed": False,
                "blocking": failure.is_blocking,
                "observed": failure.observed,
                "expected": failure.expected,
            }
            for failure in held.failures
        ]
    )


def _failure(result: Result) -> Failure:
    check = result.check
    return Failure(check.table, check.name, result.observed, check.expected, check.is_blocking)


@contextlib.contextmanager
def refreshing(
    settings: Settings,
    run_id: str,
    as_of: date | None = None,
    is_full: bool = False,
    watcher: Watcher | None = None,
    patience: float = 0,
) -> Iterator[Refresh]:
    """Opens the warehouse for one run, and leaves a true record of it in ops.runs, however it ends.

    Waits up to `patience` seconds for another writer to end, then raises WarehouseBusy naming it. Raises
    LandingIncomplete for a full run that landing could not feed.
    """
    with contextlib.ExitStack() as stack:
        warehouse = stack.enter_context(_open_when_free(settings, patience))
        _prepare(warehouse)
        if is_full:
            need_every_file(warehouse.connection, settings)
        runs.begin(warehouse.connection, settings, run_id, as_of)
        forget(warehouse.connection)
        run = Refresh(warehouse, run_id, as_of, is_full, watcher or Watcher())
        stack.callback(runs.finish_if_running, warehouse.connection, settings, run_id)
        stack.callback(run.close)
        yield run


@contextlib.contextmanager
def _open_when_free(settings: Settings, patience: float) -> Iterator[Warehouse]:
    deadline = time.monotonic() + patience
    with contextlib.ExitStack() as stack:
        warehouse = None
        while warehouse is None:
            try:
                warehouse = stack.enter_context(open_for_writing(settings))
            except WarehouseBusy:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.5)
        yield warehouse


def _prepare(warehouse: Warehouse) -> None:
    """The tables that every step counts on, where they are not there yet."""
    from pipelines.building import create_ops
    from pipelines.ingest.creating import create_staging

    create_staging(warehouse.connection)
    create_ops(warehouse.connection)
    checks.create_record(warehouse.connection)
    runs.create_record(warehouse.connection)
