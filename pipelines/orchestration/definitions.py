"""What Dagster loads: `dagster dev` from the repository's root, or `-m pipelines.orchestration.definitions`.

What belongs here: the one name that it looks for. What does not: anything else; importing this module reads SIYU_HOME
(else ./data), and opens no warehouse, so the whole graph shows before the first run.
"""

from pipelines.orchestration import build_defs

defs = build_defs()
