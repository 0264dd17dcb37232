"""Schedules: when jobs run, on the business time zone's clock.

What belongs here: times. What does not: what runs (jobs.py), or files that arrive in between (sensors.py).
"""

from __future__ import annotations

import dagster as dg

from pipelines.orchestration.dead_runs import release_dead_runs
from pipelines.settings import Settings

# job → cron; the periodic reports follow the daily refresh of the same morning.
TIMES = {"daily": "30 6 * * *", "weekly_report": "30 7 * * {week_starts}", "monthly_report": "45 7 1 * *"}
_CRON_DAYS = {"sunday": 0, "monday": 1}


def all_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """One schedule per job, on as soon as the daemon runs."""
    return [
        _schedule(job, cron.format(week_starts=_CRON_DAYS[settings.week_starts]), settings)
        for job, cron in TIMES.items()
    ]


def _schedule(job: str, cron: str, settings: Settings) -> dg.ScheduleDefinition:
    def due(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        release_dead_runs(context.instance)
        return dg.RunRequest()

    return dg.ScheduleDefinition(
        name=f"{job}_schedule",
        job_name=job,
        cron_schedule=cron,
        execution_timezone=settings.timezone,
        execution_fn=due,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"{job} at {cron}, {settings.timezone}",
    )
