"""Every table there is, described alike: staging from its YAML, core and metrics from their files.

What belongs here: one list for whoever describes tables (Dagster, `siyu explain`, docs). What does not: building them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from pipelines.tables import ASSETS, Table, load_tables

if TYPE_CHECKING:
    from pipelines.ingest.staging import StagingTable


@functools.cache
def load_catalogue() -> dict[str, Table]:
    """Staging, core and metrics tables by qualified name, in an order in which each follows what it reads."""
    from pipelines.ingest.staging import load_staging

    staging = [_described(table) for table in load_staging().values()]
    return {table.qualified: table for table in staging} | load_tables()


def _described(table: StagingTable) -> Table:
    """A canonical table with the header that a SQL file would have."""
    from pipelines.ingest.staging import PROVENANCE

    columns: dict[str, dict[str, Any]] = {
        name: {"type": c.sql_type.lower(), "unit": c.unit, "zh": c.zh, "description": c.description}
        for name, c in table.stored.items()
    }
    for name, (sql_type, zh, description) in PROVENANCE.items():
        columns[name] = {"type": sql_type.lower(), "zh": zh, "description": description}
    header = {
        "title": table.title,
        "description": table.description,
        "description_zh": table.description_zh,
        "grain": ", ".join(table.full_key),
        "columns": columns,
        "checks": table.checks,
    }
    return Table("staging", table.name, ASSETS / "staging" / f"{table.name}.yaml", header, "")
