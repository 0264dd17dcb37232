"""Sensors: files that arrive between two mornings.

What belongs here: noticing. What does not: recognising or reading files (ingest/).
"""

from __future__ import annotations

import hashlib
import time

import dagster as dg

from pipelines.ingest.landing import find_files
from pipelines.orchestration.dead_runs import release_dead_runs
from pipelines.orchestration.jobs import DAILY
from pipelines.settings import Settings

LOOK_EVERY_SECONDS = 30
# A file still being written changes; one that has not for this long is taken to be whole.
SETTLED_SECONDS = 15


def all_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """One sensor, on as soon as the daemon runs: a daily run when landing holds files that no run has seen."""

    @dg.sensor(
        name="landing",
        job_name=DAILY,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="New files in landing start the daily job; a file still being written is left until it is whole.",
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        release_dead_runs(context.instance)
        seen = digest(settings)
        if seen in ("", context.cursor):
            return dg.SkipReason(f"nothing new in {settings.landing}")
        context.update_cursor(seen)
        return dg.RunRequest(run_key=seen)

    return [landing]


def digest(settings: Settings, now: float | None = None) -> str:
    """Of path, time and size of every settled file; '' when there is none."""
    before = ((now or time.time()) - SETTLED_SECONDS) * 1e9
    # The inode's own time: unlike the modification time, a copy that keeps its dates cannot set it back.
    settled = [file for file in find_files(settings) if file.changed is None or file.changed[0] <= before]
    lines = sorted(f"{file.path}:{file.modified_ns}:{file.bytes}" for file in settled)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32] if lines else ""
