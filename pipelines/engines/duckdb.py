"""The SQL files run by DuckDB in the warehouse itself, and what else is asked of the warehouse around a build.

What belongs here: create, delete-and-insert, comments, counts. What does not: whether a table is built whole or in part
(building.py), any table's meaning; which rows a new file touches is written in each table's header (`rebuild`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.database import transaction
from pipelines.engines.engine import TOUCHED
from pipelines.engines.following import can_follow, follow, keep_replaced, kept
from pipelines.spec.literals import quoted
from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    import duckdb

    from pipelines.spec.header import Restriction


@dataclass(frozen=True)
class DuckDBEngine:
    """The SQL files run in the warehouse's own connection."""

    connection: duckdb.DuckDBPyConnection

    def create(self, table: Table, given: Mapping[str, Any]) -> int:
        """See Engine."""
        kind = "view" if table.is_view else "table"
        text = table.render({**table.parameters, **given})
        with transaction(self.connection):
            self.connection.execute(f"create or replace {kind} {table.qualified} as {text}")
        return 0 if table.is_view else count(self.connection, table.qualified)

    def replace_touched(self, table: Table, given: Mapping[str, Any], done: int) -> int:
        """See Engine. Equal to a full build; a property test proves it."""
        rebuild = table.header.rebuild
        assert rebuild is not None
        _gather_touched(self.connection, done)
        inputs = {name: _only_touched(name, rule) for name, rule in rebuild.restrict.items()}
        text = table.render({**table.parameters, **given}, inputs=inputs)
        match = _match(rebuild.delete, rebuild.key)
        touched = f"select t.* from {table.qualified} as t semi join {_temp(rebuild.delete)} as x on {match}"
        keep_replaced(self.connection, table, done, touched, text)
        with transaction(self.connection) as connection:
            connection.execute(f"delete from {table.qualified} as t using {_temp(rebuild.delete)} as x where {match}")
            inserted = f"insert into {table.qualified} by name select * from {kept(table.qualified)}"
            return int(connection.execute(inserted).fetchall()[0][0])

    def follow(self, fact: Table, given: Mapping[str, Any], done: int) -> int | None:
        """See Engine. Equal to a full build; a property test proves it."""
        if not can_follow(self.connection, fact, done):
            return None
        with transaction(self.connection):
            return follow(self.connection, fact, given)


def _gather_touched(connection: duckdb.DuckDBPyConnection, done: int) -> None:
    """The touched sets of the passes after `done`, as temporary tables."""
    for name, key in TOUCHED.items():
        connection.execute(
            f"create or replace temp table {name} as "
            f"select distinct {', '.join(key)} from ops.{name} where pass_no > ?",
            [done],
        )


def _only_touched(name: str, rule: Restriction) -> str:
    """Only the touched rows of an input."""
    return f"select t.* from {name} as t semi join {_temp(rule.set)} as x on {_match(rule.set, rule.key)}"


def _match(touched: str, key: Sequence[str] | None) -> str:
    """How a table t meets a touched set x: by the set's own columns, or by other columns or expressions over t."""
    mine = [part if "t." in part else f"t.{part}" for part in key or TOUCHED[touched]]
    return " and ".join(f"{one} = x.{other}" for one, other in zip(mine, TOUCHED[touched], strict=True))


def _temp(name: str) -> str:
    return f"temp.main.{name}"


def comment(connection: duckdb.DuckDBPyConnection) -> None:
    """Titles, units and descriptions of the headers as comments that any SQL client shows, where there are none yet.

    Readers see a snapshot, so it is enough to do it once before publishing.
    """
    bare = connection.execute("""
        select schema_name || '.' || table_name from duckdb_tables()
        where database_name = current_database() and comment is null
        union all
        select schema_name || '.' || view_name from duckdb_views()
        where database_name = current_database() and comment is null and not internal
    """).fetchall()
    tables = load_tables()
    with transaction(connection):
        for (name,) in bare:
            if name in tables:
                _comment(connection, tables[name])


def _comment(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    kind = "view" if table.is_view else "table"
    connection.execute(f"comment on {kind} {table.qualified} is {quoted(table.description)}")
    for column in table.columns.values():
        parts = [column.zh, f"[{column.unit}]" if column.unit else "", column.description]
        words = " ".join(part for part in parts if part)
        if words:
            connection.execute(f'comment on column {table.qualified}."{column.name}" is {quoted(words)}')


def count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows of a table or view."""
    return int(connection.execute(f"select count(*) from {name}").fetchall()[0][0])
