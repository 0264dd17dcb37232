"""All of Dagster: the tables as assets, the jobs, when they run, and what is done about runs that died.

What belongs here: how operators see and start what Siyu does. What does not: doing it; every asset calls a step of
steps/work.py, and `siyu run` takes the same steps without Dagster (steps/order.py). Nothing outside imports Dagster.

    assets.py        tables as assets, their checks
    published.py     the snapshot and the reports as assets
    messages.py      whether a report's message went out, and a job that sends one
    held.py          the open warehouse as a resource, and what a failed step leaves on the report
    describe.py      what Dagster shows of a table
    jobs.py  schedules.py  sensors.py     which assets together, and when
    dead_runs.py     runs whose process is gone
    in_process.py    the daily job for `siyu run`, where Dagster keeps records
    definitions.py   what `dagster dev` loads
"""

from __future__ import annotations

import dagster as dg

from pipelines.orchestration.assets import table_assets
from pipelines.orchestration.held import PATIENCE_SECONDS, held_warehouse
from pipelines.orchestration.jobs import all_jobs
from pipelines.orchestration.messages import send_job
from pipelines.orchestration.published import published_assets
from pipelines.orchestration.schedules import all_schedules
from pipelines.orchestration.sensors import all_sensors
from pipelines.settings import Settings, load_settings
from pipelines.steps.watch import Watcher

__all__ = ["build_defs"]


def build_defs(
    settings: Settings | None = None, watcher: Watcher | None = None, patience_seconds: float = PATIENCE_SECONDS
) -> dg.Definitions:
    """Everything for one merchant, by default the one that SIYU_HOME names; it opens no warehouse.

    `watcher` learns what happens while a job runs in this process. A run waits `patience_seconds` for another writer.
    """
    chosen = settings or load_settings()
    return dg.Definitions(
        assets=[*table_assets(), *published_assets(chosen)],
        jobs=[*all_jobs(), send_job(chosen)],
        resources={"warehouse": held_warehouse(chosen, watcher, patience_seconds)},
        schedules=all_schedules(chosen),
        sensors=all_sensors(chosen),
        executor=dg.in_process_executor,
    )
