"""Runs that died without a word (kill -9, power) do not stand in the way of the next.

What belongs here: telling a dead run from a living one in Dagster's records, and closing the dead. What does not: the
warehouse; its lock is the kernel's and is gone with its process.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import dagster as dg

_ALIVE = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
# A run is told its process within this time; Dagster's own monitor uses the same.
_START_SECONDS = 180
_MESSAGE = "Its process ended without a word (killed, or the machine went down). The next run makes good what it left."


def release_dead_runs(instance: dg.DagsterInstance | None, but: str | None = None) -> list[str]:
    """Marks runs as failed whose process is gone, and frees the slots they held. Returns their ids."""
    if instance is None:
        return []
    records = instance.get_run_records(dg.RunsFilter(statuses=_ALIVE))
    dead = [record.dagster_run for record in records if record.dagster_run.run_id != but and _is_dead(instance, record)]
    for run in dead:
        instance.report_run_failed(run, _MESSAGE)
        if instance.event_log_storage.supports_global_concurrency_limits:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def _is_dead(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    process = _process_of(instance, record.dagster_run.run_id)
    if process is None:
        return time.time() - record.create_timestamp.timestamp() > _START_SECONDS
    number, seen_at = process
    return not _is_alive(number, seen_at)


def _process_of(instance: dg.DagsterInstance, run_id: str) -> tuple[int, float] | None:
    """The process that the run's own log names, and when."""
    for entry in reversed(instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)):
        metadata = entry.get_dagster_event().event_specific_data.metadata  # type: ignore[union-attr]
        if "pid" in metadata:
            return int(str(metadata["pid"].value)), entry.timestamp
    return None


def _is_alive(process: int, seen_at: float) -> bool:
    """Whether the process still runs, and is not a younger one that got its number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{process}/stat")
    # Only Linux tells more; elsewhere a process with that number is believed to be the run's.
    return not stat.exists() or _is_that_one(stat.read_text(), seen_at)


def _is_that_one(stat: str, seen_at: float) -> bool:
    state, *fields = stat.rpartition(")")[2].split()
    lines = Path("/proc/stat").read_text().splitlines()
    booted = next(int(line.split()[1]) for line in lines if line.startswith("btime"))
    started_at = booted + int(fields[18]) / os.sysconf("SC_CLK_TCK")
    return state != "Z" and started_at <= seen_at + 1
