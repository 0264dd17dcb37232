"""What Dagster loads: `dagster dev` from the repository's root, or `-m pipelines.definitions`.

What belongs here: putting the graph, jobs, schedules and sensors together for one home directory (SIYU_HOME, else
./data). What does not: any of these. Loading opens no warehouse, so the whole graph shows before the first run.
"""

from __future__ import annotations

import dagster as dg

from pipelines.jobs import project
from pipelines.schedules import schedules
from pipelines.sensors import sensors
from pipelines.settings import Settings, load_settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """Everything for one merchant."""
    return dg.Definitions.merge(
        project(settings), dg.Definitions(schedules=schedules(settings), sensors=sensors(settings))
    )


defs = build_definitions(load_settings())
