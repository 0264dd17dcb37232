"""The daily job in this process, for `siyu run` where Dagster keeps records (DAGSTER_HOME): operators see that run too.

What belongs here: starting the job, and what Dagster alone can say of its end. What does not: what came of it, which
the run's watcher knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg

from pipelines.orchestration import build_defs
from pipelines.orchestration.describe import key_of
from pipelines.orchestration.jobs import DAILY
from pipelines.orchestration.published import SNAPSHOT
from pipelines.settings import Settings
from pipelines.steps.watch import Watcher


def run_daily(
    settings: Settings, run_id: str, as_of: date | None, full: bool, names: Sequence[str] | None, watcher: Watcher
) -> None:
    """Everything, or only these tables and their publication; another writer is not waited for.

    Raises RuntimeError where the run ended badly and no step has told the watcher why.
    """
    job = build_defs(settings, watcher, patience_seconds=0).resolve_job_def(DAILY)
    with dg.DagsterInstance.get() as instance:
        done = job.execute_in_process(
            run_config=_config(as_of, full),
            instance=instance,
            run_id=run_id,
            raise_on_error=False,
            asset_selection=None if names is None else [*map(key_of, names), SNAPSHOT],
            tags={"siyu/started_by": "siyu run"},
        )
    if not done.success and watcher.error is None and not watcher.failures:
        raise RuntimeError(f"the run ended badly, and no step says why; Dagster's run is {run_id}")


def _config(as_of: date | None, full: bool) -> dict[str, Any]:
    return {
        "resources": {"warehouse": {"config": {"as_of": as_of and as_of.isoformat(), "full": full}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
