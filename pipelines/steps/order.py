"""The steps of a run one after the other, where no Dagster keeps records of them.

What belongs here: their order, and what a failed one stops: the same as in Dagster's graph (orchestration/); a test
compares them. What does not: what a step does (work.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from pipelines.catalogue import load_catalogue, ops_tables
from pipelines.spec.checks import checks_of
from pipelines.steps.work import OpenRun
from pipelines.tables import Table, load_tables


class ChecksFailed(RuntimeError):
    """A step ended, and a blocking check of what it made failed."""


def take_steps(run: OpenRun, names: Collection[str] | None = None) -> None:
    """All steps, or only these tables and their publication; what came of it is in the run's watcher.

    A failed step stops whatever reads what it makes; the others go on, so that one run tells every fault.
    """
    if names is None and not _goes_well(run, "ingest", lambda: _ingest(run)):
        return
    stopped: set[str] = set()
    for table in load_tables().values():
        if names is not None and table.qualified not in names:
            continue
        if stopped.intersection(table.dependencies) or not _goes_well(run, step_of(table), _building(run, table)):
            stopped.add(table.qualified)
    if stopped or not _goes_well(run, "publish", run.publish) or names is not None:
        return
    if _goes_well(run, "report_daily", lambda: run.report("daily")):
        run.send("daily")


def step_of(table: Table) -> str:
    """The name of the step that makes a table."""
    return f"{table.schema}__{table.name}"


def _goes_well(run: OpenRun, step: str, take: Callable[[], Any]) -> bool:
    try:
        take()
    except Exception as error:
        run.stop(step, error)
        return False
    return True


def _ingest(run: OpenRun) -> None:
    run.ingest()
    staging = [table for table in load_catalogue().values() if table.schema == "staging"]
    for table in [*staging, *ops_tables()]:
        run.check(table.qualified, checks_of(table))
    _need_no_failure(run)


def _building(run: OpenRun, table: Table) -> Callable[[], None]:
    def build_and_check() -> None:
        before = len(run.watcher.failures)
        run.build(table)
        run.check(table.qualified, checks_of(table))
        _need_no_failure(run, before)

    return build_and_check


def _need_no_failure(run: OpenRun, before: int = 0) -> None:
    if failed := run.watcher.failures[before:]:
        raise ChecksFailed("; ".join(f"{one.table}: {one.expected} ({one.observed})" for one in failed))
