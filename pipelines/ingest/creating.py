"""Staging, superseded and ledger tables, made where they are not there yet.

What belongs here: creating them, and adding columns that a newer version knows. What does not: what they hold
(staging.py, ledger.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import reported
from pipelines.database import transaction
from pipelines.ingest import forgotten
from pipelines.ingest.ledger import LEDGER, PROVENANCE, TABLE_COMMENTS
from pipelines.ingest.staging import load_staging
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection


def create_staging(connection: Connection) -> None:
    """Creates staging.*, superseded.* and the tables of the ledger (ledger.py) where they are not there yet.

    A column that a newer version of Siyu knows is added to a table that already stands. Safe to call at every start.
    """
    with transaction(connection):  # else each statement waits for the disk
        _create_all(connection)


def _create_all(connection: Connection) -> None:
    for schema in ("staging", "superseded", "ops"):
        connection.execute(f"create schema if not exists {schema}")
    connection.execute(forgotten.MADE)
    connection.execute(reported.MADE)
    standing = _standing(connection)
    for table in load_staging().values():
        columns = {name: (c.sql_type, c.comment) for name, c in table.stored.items()}
        columns |= {name: (sql_type, f"{zh} — {text}") for name, (sql_type, zh, text) in PROVENANCE.items()}
        comment = f"{table.title['zh']} — {table.description}"
        _create(connection, standing, "staging", table.name, columns, comment)
        columns["superseded_by"] = ("BIGINT", "file_id of the load that replaced the row")
        _create(connection, standing, "superseded", table.name, columns, f"Replaced rows of staging.{table.name}")
    for name, spec in LEDGER.items():
        columns = {column: (sql_type, f"{zh} — {text}") for column, (sql_type, zh, text) in spec.items()}
        _create(connection, standing, "ops", name, columns, TABLE_COMMENTS["ops", name])


def _standing(connection: Connection) -> dict[tuple[str, str], set[str]]:
    rows = connection.execute(
        "select schema_name, table_name, list(column_name) from duckdb_columns() "
        "where database_name = current_database() and schema_name in ('staging', 'superseded', 'ops') group by all"
    ).fetchall()
    return {(schema, table): set(columns) for schema, table, columns in rows}


def _create(
    connection: Connection,
    standing: dict[tuple[str, str], set[str]],
    schema: str,
    name: str,
    columns: dict[str, tuple[str, str]],
    comment: str,
) -> None:
    known = standing.get((schema, name))
    if known is None:
        body = ", ".join(f'"{column}" {sql_type}' for column, (sql_type, _) in columns.items())
        connection.execute(f"create table {schema}.{name} ({body})")
        connection.execute(f"comment on table {schema}.{name} is {quoted(comment)}")
        known = set()
    else:
        for column in columns.keys() - known:
            connection.execute(f'alter table {schema}.{name} add column "{column}" {columns[column][0]}')
    for column in columns.keys() - known:
        connection.execute(f'comment on column {schema}.{name}."{column}" is {quoted(columns[column][1])}')
