"""What each step of a run does and leaves behind.

What belongs here: the steps, over the open warehouse of one run. What does not: their order and what blocks what
(order.py, orchestration/), opening and the record (begin.py), the work itself (ingest/, building.py, metrics.py, …).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import check_record, restated
from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.check_record import Failure, Result
from pipelines.quality import judge
from pipelines.settings import Settings
from pipelines.spec.checks import Check
from pipelines.steps import hold, record
from pipelines.steps.from_landing import start_over
from pipelines.steps.record import Loaded
from pipelines.steps.reporting import write_report
from pipelines.steps.sending import send_report
from pipelines.steps.watch import Step, Watcher
from pipelines.tables import Table
from pipelines.warehouse import Warehouse, publish

if TYPE_CHECKING:
    from pipelines.building import Built, Pass
    from pipelines.engines.engine import Engine
    from pipelines.expectations import Validations
    from pipelines.ingest import FileResult
    from pipelines.messages.sending import Delivery


class NotPublished(RuntimeError):
    """Checks failed, so the snapshot that readers have stays the last good one."""


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
class OpenRun:
    """The state of one run over the open warehouse."""

    warehouse: Warehouse
    run_id: str
    as_of: date | None = None
    is_full: bool = False
    watcher: Watcher = field(default_factory=Watcher)
    files_before: int = 0  # the greatest number of a load before this run's
    is_held: bool = False  # the report was written anew, to say that a publication is held back

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
        """Great Expectations over this warehouse; imported by the first check, for that takes seconds."""
        from pipelines.expectations import Validations

        return self._closing.enter_context(Validations(self.warehouse.connection))

    @cached_property
    def engine(self) -> Engine:
        """Who runs the SQL files in this run, begun when the first of them asks for it."""
        from pipelines.engines.opening import open_engine

        return self._closing.enter_context(open_engine(self.settings, self.warehouse.connection))

    @cached_property
    def _closing(self) -> contextlib.ExitStack:
        return contextlib.ExitStack()

    @property
    def data_date(self) -> date:
        """The data's last whole day; core was built."""
        [[day]] = self.warehouse.connection.execute("select as_of from core.as_of").fetchall()
        assert isinstance(day, date)
        return day

    def close(self) -> None:
        self._closing.close()

    def ingest(self) -> Loaded:
        """Everything new in landing, loaded or quarantined; in a full run, everything."""
        from pipelines.ingest import ingest

        connection = self.warehouse.connection
        if self.is_full:
            start_over(connection)
        self.files_before = record.last_file(connection)
        ingest(connection, self.settings, self._tell_file)
        self.watcher.loaded = record.loaded_since(connection, self.files_before)
        record.note_loaded(connection, self.run_id, self.watcher.loaded)
        return self.watcher.loaded

    def sources(self) -> list[dict[str, Any]]:
        """Of each source that brings files, those of this run; see record.sources_since."""
        return record.sources_since(self.warehouse.connection, self.files_before)

    def facts(self, name: str) -> dict[str, Any]:
        """What an operator wants to see of a staging or ops table after ingest: counts, and reasons of refusals."""
        from pipelines.engines.duckdb import count

        connection = self.warehouse.connection
        facts: dict[str, Any] = {"dagster/row_count": count(connection, name)}
        if name in _FACTS:
            sums = connection.sql(_FACTS[name])
            facts |= dict(zip(sums.columns, sums.fetchall()[0], strict=True))
        if name.startswith("staging."):
            facts |= record.files_feeding(connection, self.settings, name.removeprefix("staging."))
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
        check_record.record(self.warehouse.connection, self.run_id, results, self.settings.today())
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
        self.watcher.failures = check_record.standing_failures(self.warehouse.connection, tables)
        if self.watcher.failures:
            named = "; ".join(f"{f.table}: {f.expected} ({f.observed})" for f in self.watcher.failures)
            raise NotPublished(f"not published, because of failed checks: {named}")
        restated.keep(self.warehouse.connection, self.settings, self.run_id)
        self._finish("published", "")
        comment(self.warehouse.connection)
        self.watcher.snapshot = publish(self.warehouse)
        hold.lift_hold(self.settings)
        self._tell("publish", self.watcher.snapshot.name, None, started)
        return self.watcher.snapshot

    def hold_back(self, reason: str) -> None:
        """Nothing was published: says so where readers will see it, on the report of the last good snapshot."""
        self._judge_data()
        failures = self.watcher.failures
        self._finish("held" if failures else "failed", reason)
        if self.settings.snapshot_path.exists():
            hold.hold_back(self.settings, reason, failures or [Failure("", "run", reason, "the run ends well")])
            self.report("daily")
            self.is_held = True

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

    def send(self, kind: str) -> tuple[Delivery, ...]:
        """Sends the message of the report that was written, a look back to nobody. Fails no run."""
        started = time.monotonic()
        self.watcher.deliveries = send_report(self.settings, kind) if self.as_of is None else ()
        for one in self.watcher.deliveries:
            self._tell("send", one.receiver, None, started, one.why or one.state)
        return self.watcher.deliveries

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
        record.finish(self.warehouse.connection, self.settings, self.run_id, status, message, as_of)


def _failure(result: Result) -> Failure:
    check = result.check
    return Failure(check.table, check.name, result.observed, check.expected, check.is_blocking)
