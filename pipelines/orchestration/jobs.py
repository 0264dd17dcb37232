"""Jobs: which part of the graph runs together.

What belongs here: selections, what happens when a step fails, what a job needs. What does not: when jobs run
(schedules.py, sensors.py).
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.orchestration.held import say_so_on_the_report

DAILY = "daily"


def all_jobs() -> list[Any]:
    """The daily refresh, and the two reports that only read the snapshot; each in one process."""
    everything = dg.AssetSelection.all()
    periodic = dg.AssetSelection.assets(["reports", "weekly"], ["reports", "monthly"])
    return [
        dg.define_asset_job(
            DAILY,
            selection=everything - periodic,
            description="Loads what is new, refreshes and checks every table, publishes, writes the daily report.",
            executor_def=dg.in_process_executor,
            hooks={say_so_on_the_report},
        ),
        _report("weekly"),
        _report("monthly"),
    ]


def _report(kind: str) -> Any:
    return dg.define_asset_job(
        f"{kind}_report",
        selection=dg.AssetSelection.assets(["reports", kind]),
        description=f"Writes the {kind} report from the current snapshot.",
        executor_def=dg.in_process_executor,
    )
