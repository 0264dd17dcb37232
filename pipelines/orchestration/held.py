"""The open warehouse of one Dagster run, held by one run at a time, and what a failed step leaves behind.

What belongs here: the resource that every step of the daily job asks for, and the hook. What does not: the lock
(warehouse.py), the steps (steps/work.py).
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from pipelines.orchestration.dead_runs import release_dead_runs
from pipelines.orchestration.messages import tell
from pipelines.settings import Settings
from pipelines.steps.begin import begin_run
from pipelines.steps.watch import Watcher
from pipelines.steps.work import OpenRun

# A second run of the scheduler waits this long for the first one's lock, then fails naming its process.
PATIENCE_SECONDS = 3600


def held_warehouse(settings: Settings, watcher: Watcher | None, patience: float) -> dg.ResourceDefinition:
    """The open warehouse of one run; `as_of` and `full` may be given in the launchpad."""

    @dg.resource(
        config_schema={
            "as_of": dg.Field(dg.Noneable(str), default_value=None, description="leave out everything after this day"),
            "full": dg.Field(bool, default_value=False, description="forget every table and make all from landing"),
        },
        description="The warehouse, read-write, held by one run at a time.",
    )
    def opened(context: dg.InitResourceContext) -> Iterator[OpenRun]:
        release_dead_runs(context.instance, but=context.run_id)
        given = context.resource_config
        as_of = date.fromisoformat(given["as_of"]) if given["as_of"] else None
        has_begun = False
        try:
            with begin_run(settings, context.run_id or "", as_of, given["full"], watcher, patience) as run:
                has_begun = True
                yield run
            if run.is_held and context.log:
                tell(context.log, run.watcher.deliveries)
        except Exception as refusal:
            if watcher and not has_begun:
                watcher.error = refusal
            raise

    return opened


@dg.failure_hook(required_resource_keys={"warehouse"})
def say_so_on_the_report(context: dg.HookContext) -> None:
    """Publishes nothing, and says why on the report of the last good snapshot."""
    run: OpenRun = context.resources.warehouse
    assert context.op_exception is not None
    run.stop(context.step_key, context.op_exception)
