"""Where a report's numbers come from: metrics and ops tables of one snapshot, on its day or on an earlier one.

What belongs here: running the queries of report.yaml. What does not: which queries, and what is made of the rows.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.database import read_only
from pipelines.report.words import plain
from pipelines.settings import Settings
from pipelines.spec.header import Column
from pipelines.tables import Table, load_tables
from pipelines.warehouse import Snapshot

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.quality import Quality

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A connection on which `metrics.*` are as of `as_of`, and the days that the data covers."""

    connection: Connection
    settings: Settings
    as_of: date
    first_date: date | None
    history_days: int
    is_newest: bool = True  # no day later than this one is known; False where an earlier one was asked for
    ledger: Connection | None = None  # the snapshot itself, where `connection` is one of an earlier day

    @cached_property
    def quality(self) -> Quality:
        """What a person must know of the data; of the newest, also where an earlier day is reported on."""
        from pipelines.quality import quality

        return quality(self.ledger or self.connection, self.settings)

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """The rows of a SELECT; those of `values` that it names as `$name` are bound."""
        used = {name: value for name, value in values.items() if re.search(rf"\${name}\b", sql)}
        cursor = self.connection.execute(sql, used or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]

    def metric(
        self, name: str, parameters: Mapping[str, Any], columns: str = "*", where: str = "", order: str = ""
    ) -> list[Row]:
        """A metric's rows with other parameters than the nightly table's; the same question is asked once."""
        key = repr((name, sorted(parameters.items()), columns, where, order))
        if key not in self._answers:
            from pipelines.metrics import text_of

            asked = text_of(self.connection, name, parameters, self.settings, self.as_of)
            clauses = [f"where {where}" if where else "", f"order by {order}" if order else ""]
            # as a statement it is planned once, as a relation twice, which takes longer than the answer
            self._answers[key] = self.rows(f"select {columns} from (\n{asked}\n) as asked {' '.join(clauses)}")
        return self._answers[key]

    @cached_property
    def _answers(self) -> dict[str, list[Row]]:
        return {}

    def has_read(self, what: str) -> bool:
        """Whether any row was read of `sales` or of `members`: without, their numbers are unknown and not 0."""
        return self._has_rows[what]

    @cached_property
    def _has_rows(self) -> dict[str, bool]:
        tables = {"sales": "core.orders", "members": "core.memberships"}
        return {
            what: self.has(table) and bool(self.connection.execute(f"select 1 from {table} limit 1").fetchall())
            for what, table in tables.items()
        }

    def has(self, table: str) -> bool:
        """Whether the snapshot holds a table at all, or a column: schema.table.column."""
        return table in self._held

    @cached_property
    def _held(self) -> set[str]:
        """Every table and every column, by their full names."""
        sql = "select table_schema, table_name, column_name from information_schema.columns"
        rows = self.connection.execute(sql).fetchall()
        return {f"{schema}.{name}" for schema, name, _ in rows} | {".".join(row) for row in rows}


@contextlib.contextmanager
def open_source(snapshot_path: Path, settings: Settings, day: date | None) -> Iterator[Source]:
    """The snapshot read-only; for a day before its own, core and metrics are rebuilt in memory as of that day."""
    with Snapshot(read_only(snapshot_path), settings, snapshot_path) as snapshot:
        newest = _source(snapshot.connection, settings)
        if day is None or day == newest.as_of:
            yield newest
        elif day > newest.as_of:
            raise ValueError(f"no report for {day}: the data ends on {newest.as_of}")
        elif newest.first_date and day < newest.first_date:
            raise ValueError(f"no report for {day}: the data begins on {newest.first_date}")
        else:
            with _earlier(snapshot, day) as earlier:
                yield replace(_source(earlier, settings), is_newest=False, ledger=snapshot.connection)


@contextlib.contextmanager
def _earlier(snapshot: Snapshot, day: date) -> Iterator[Connection]:
    from pipelines.facts import build_facts
    from pipelines.metrics import metric_tables, on_day, refresh_metric

    connection = on_day(snapshot, day)
    try:
        build_facts(connection, snapshot.settings, day)
        for table in metric_tables():
            refresh_metric(connection, table, snapshot.settings, day)
        with contextlib.suppress(Exception):
            connection.execute("create view ops.checks as from published.ops.checks")
        yield connection
    finally:
        connection.close()


def _source(connection: Connection, settings: Settings) -> Source:
    rows = connection.execute("select as_of, first_date, history_days from core.as_of").fetchall()
    if not rows:
        raise ValueError("core.as_of is empty: the snapshot holds no business day to report on")
    as_of, first_date, history_days = rows[0]
    return Source(connection, settings, as_of, first_date, history_days or 0)


def column_of(table: str, name: str) -> tuple[Table, Column] | None:
    """The header entry of a column, where the table has a header."""
    found = load_tables().get(table)
    return (found, found.columns[name]) if found and name in found.columns else None


def parameters_of(table: str) -> Mapping[str, Any]:
    """A table's parameters with their defaults."""
    found = load_tables().get(table)
    return found.parameters if found else {}
