"""What Dagster loads: `dagster dev` from the repository's root, or `-m pipelines.definitions`.

What belongs here: putting the graph, jobs, schedules and sensors together for one home directory (SIYU_HOME, else
./data). What does not: any of these. Loading opens no warehouse, so the whole graph shows before the first run.
"""

from __future__ import annotations

import dagster as dg

from pipelines.graph import PATIENCE_SECONDS, graph, warehouse
from pipelines.jobs import jobs
from pipelines.refresh import Watcher
from pipelines.schedules import schedules
from pipelines.sensors import sensors
from pipelines.settings import Settings, load_settings


def build_definitions(
    settings: Settings,
    watcher: Watcher | None = None,
    patience: float = PATIENCE_SECONDS,
    with_lineage: bool = True,
) -> dg.Definitions:
    """Everything for one merchant. `siyu run` and the scheduler execute this same graph."""
    return dg.Definitions(
        assets=graph(settings, with_lineage),
        jobs=jobs(),
        schedules=schedules(settings),
        sensors=sensors(settings),
        resources={"warehouse": warehouse(settings, watcher, patience)},
        executor=dg.in_process_executor,
    )


defs = build_definitions(load_settings())
