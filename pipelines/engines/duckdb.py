"""The SQL files run by DuckDB in the warehouse itself, and what else is asked of the warehouse around a build.

What belongs here: create, delete-and-insert, comments, counts. What does not: whether a table is built whole or in part
(building.py), any table's meaning; which rows a new file touches is written in each table's header (`rebuild`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.database import set_to, transaction
from pipelines.engines.engine import TOUCHED
from pipelines.engines.following import (
    PLACE,
    can_follow,
    exchange,
    follow,
    keep_replaced,
    kept,
    was_replaced,
)
from pipelines.engines.touched_rows import gathered, match_of, rows_by
from pipelines.fitted import Columns
from pipelines.identity import components
from pipelines.spec.literals import quoted
from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.spec.header import Restriction


@dataclass(frozen=True)
class DuckDBEngine:
    """The SQL files run in the warehouse's own connection."""

    connection: Connection

    def create(self, table: Table, given: Mapping[str, Any]) -> int:
        """See Engine."""
        with _joins_as(table, self.connection):
            return create_as(self.connection, table, table.render({**table.parameters, **given}))

    def select(self, table: Table, given: Mapping[str, Any]) -> Columns:
        """See Engine."""
        return self.connection.execute(table.render({**table.parameters, **given})).fetchnumpy()

    def label(self, edges: str) -> None:
        """See Engine; by scipy."""
        components.label(self.connection, edges)

    def replace_touched(self, table: Table, given: Mapping[str, Any], done: int) -> int:
        """See Engine. Equal to a full build; a property test proves it."""
        rebuild = table.header.rebuild
        assert rebuild is not None
        _gather_touched(self.connection, done)
        inputs = {name: _only_touched(self.connection, name, rule, done) for name, rule in rebuild.restrict.items()}
        text = table.render({**table.parameters, **given}, inputs=inputs)
        match = match_of(rebuild.delete, rebuild.key)
        was = rows_by(table.qualified, _temp(rebuild.delete), match, f"t.rowid as {PLACE}, t.*")
        keep_replaced(self.connection, table, done, was, text)
        with transaction(self.connection) as connection:
            return exchange(connection, table)

    def follow(self, fact: Table, given: Mapping[str, Any], done: int) -> int | None:
        """See Engine. Equal to a full build; a property test proves it."""
        if not can_follow(self.connection, fact, done):
            return None
        with transaction(self.connection):
            return follow(self.connection, fact, given)


def create_as(connection: Connection, table: Table, text: str) -> int:
    """The whole table (or view) anew from a SELECT; how many rows it has now."""
    kind = "view" if table.is_view else "table"
    with transaction(connection):
        make_way(connection, table)
        connection.execute(f"create or replace {kind} {table.qualified} as {text}")
    return 0 if table.is_view else count(connection, table.qualified)


def make_way(connection: Connection, table: Table) -> None:
    """Drops the view that an earlier release made where a table is to stand, or the table where a view is."""
    other = "table" if table.is_view else "view"
    named = f"database_name = current_database() and schema_name = ? and {other}_name = ?"
    if connection.execute(f"select 1 from duckdb_{other}s() where {named}", [table.schema, table.name]).fetchone():
        connection.execute(f"drop {other} {table.qualified}")


@contextlib.contextmanager
def _joins_as(table: Table, connection: Connection) -> Iterator[None]:
    """See Header.joins. DuckDB takes a fifth for each condition; where nearly every row meets them it guesses wrong."""
    if table.header.joins != "as_written":
        yield
        return
    off = "set disabled_optimizers = 'build_side_probe_side'"
    with set_to(connection, off, "reset disabled_optimizers"):
        yield


def _gather_touched(connection: Connection, done: int) -> None:
    """The touched sets of the passes after `done`, as temporary tables."""
    for name, key in TOUCHED.items():
        connection.execute(
            f"create or replace temp table {name} as "
            f"select distinct {', '.join(key)} from ops.{name} where pass_no > ?",
            [done],
        )


def _only_touched(connection: Connection, name: str, rule: Restriction, done: int) -> str:
    """The touched rows of an input: among those that came in this pass, where they are just these."""
    own = load_tables()[name].header.rebuild if name in load_tables() else None
    is_same = own is not None and (own.delete, own.key) == (rule.set, rule.key)
    source = kept(name) if is_same and was_replaced(connection, name, done) else name
    found = gathered(connection, name, _temp(rule.set), match_of(rule.set, rule.key), done, source)
    return f"select * from {found}"


def _temp(name: str) -> str:
    return f"temp.main.{name}"


def comment(connection: Connection) -> None:
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


def _comment(connection: Connection, table: Table) -> None:
    kind = "view" if table.is_view else "table"
    comments = [f"comment on {kind} {table.qualified} is {quoted(table.description)}"]
    for column in table.columns.values():
        parts = [column.zh, f"[{column.unit}]" if column.unit else "", column.description]
        words = " ".join(part for part in parts if part)
        if words:
            comments.append(f'comment on column {table.qualified}."{column.name}" is {quoted(words)}')
    connection.execute(";".join(comments))


def count(connection: Connection, name: str) -> int:
    """Rows of a table or view."""
    return int(connection.execute(f"select count(*) from {name}").fetchall()[0][0])
