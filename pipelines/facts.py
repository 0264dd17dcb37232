"""Facts: long tables of counts by date and breakdown, between core and metrics.

What belongs here: which facts there are, whether they stand in tables. What does not: which rows of a fact a metric
reads (rendering.py), any fact (assets/facts), bringing them up to date (building.py, engines/following.py).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pipelines.building import Built, build, values
from pipelines.settings import Settings
from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    from pipelines.database import Connection

SCHEMA = "facts"


def fact_tables() -> list[Table]:
    """The facts' table files, each after what it reads."""
    return [table for table in load_tables().values() if table.schema == SCHEMA]


def are_stored(connection: Connection) -> bool:
    """Whether the facts stand in tables; not over core rebuilt for another day, nor in a snapshot of an older Siyu."""
    here = "table_catalog = current_database() and table_schema = ?"
    rows = connection.execute(f"select table_name from information_schema.tables where {here}", [SCHEMA])
    return {table.name for table in fact_tables()} <= {name for (name,) in rows.fetchall()}


def build_facts(connection: Connection, settings: Settings, as_of: date) -> list[Built]:
    """Every fact, whole, over a core that no run keeps up to date."""
    return [build(connection, table, values(settings, as_of)) for table in fact_tables()]
