"""Metrics as parametrised queries: the nightly tables are their defaults, a notebook's question is another call.

What belongs here: running a metric's SQL with parameters, on a snapshot's day or on an earlier one. What does not: any
metric (assets/metrics).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.activities import ORDER, event_words_in, meanings, texts_compared
from pipelines.building import Built, build, values
from pipelines.facts import are_stored
from pipelines.fitted import frames_of, put, rows_of
from pipelines.settings import Settings
from pipelines.spec.literals import quoted
from pipelines.spec.nearest import hint, nearest
from pipelines.spec.table_file import TableError
from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    import duckdb

    from pipelines.database import Connection
    from pipelines.engines.engine import Engine
    from pipelines.warehouse import Snapshot


def metric_tables() -> list[Table]:
    """The metrics' table files, by name."""
    return [table for table in load_tables().values() if table.schema == "metrics"]


def find_metric(name: str) -> Table:
    """A metric by its name, with or without its schema. Raises TableError with the nearest known name."""
    known = {table.name: table for table in metric_tables()}
    short = name.removeprefix("metrics.")
    if short not in known:
        raise TableError(f"no metric '{name}'; {hint(short, known, otherwise='metrics')}")
    return known[short]


def refresh_metric(
    connection: Connection, table: Table, settings: Settings, as_of: date, engine: Engine | None = None
) -> Built:
    """The nightly table of a metric, whole: each is one scan of core."""
    return build(connection, table, values(settings, as_of), engine)


def query(
    connection: Connection, name: str, parameters: Mapping[str, Any], settings: Settings, as_of: date
) -> duckdb.DuckDBPyRelation:
    """A metric's rows with the given parameters over the core tables of this connection, and its facts if it has them.

    Parameters are the header's own; those of `siyu.toml` that decide numbers (small_group, windows …) keep its values.
    """
    return connection.sql(text_of(connection, name, parameters, settings, as_of))


def text_of(connection: Connection, name: str, parameters: Mapping[str, Any], settings: Settings, as_of: date) -> str:
    """The same question as text, for this connection."""
    return _Question(connection, values(settings, as_of)).text(find_metric(name), parameters)


@dataclass
class _Question:
    """One question: a metric that it reads is asked first where no nightly table answers for it, and once."""

    connection: Connection
    values: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, table: Table, parameters: Mapping[str, Any]) -> str:
        """The SELECT that answers; what was fitted for it stands under a name of its own on the connection."""
        key = f"{table.qualified} {sorted(parameters.items())}"
        if key not in self.texts:
            self.texts[key] = self._answered(table, parameters)
        return self.texts[key]

    def _answered(self, table: Table, parameters: Mapping[str, Any]) -> str:
        given = self.given(table, parameters)
        read = [(one, asked) for one, asked in self.handed(table, given) if not self._stands(one, asked)]
        inputs = {one.qualified: self.text(one, asked) for one, asked in read}

        def rendered(one: Table) -> str:
            return one.render(given, inputs=inputs, is_stored=are_stored(self.connection))

        if not table.inputs:
            return rendered(table)
        frames = frames_of(table, lambda one: self.connection.execute(rendered(one)).fetchnumpy())
        return put(self.connection, table, given, rows_of(table, frames, given))[1]

    def given(self, table: Table, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What the table's SQL may use as `$name`."""
        asked = {key: value for key, value in table.resolve(parameters).items() if key in parameters}
        return {**table.parameters, **self.values, **asked}

    def handed(self, table: Table, given: Mapping[str, Any]) -> list[tuple[Table, dict[str, Any]]]:
        """The metrics that the table reads, with what it asks of each."""
        read = table.header.metrics.items()
        return [(find_metric(name), {mine: given[its] for mine, its in of.items()}) for name, of in read]

    def _stands(self, table: Table, asked: Mapping[str, Any]) -> bool:
        """Whether a metric's nightly table is here and holds what is asked of it."""
        nightly = {**table.parameters, **self.values}
        return all(nightly[name] == value for name, value in asked.items()) and _is_here(self.connection, table)


def _is_here(connection: Connection, table: Table) -> bool:
    here = "table_catalog = current_database() and table_schema = ? and table_name = ?"
    rows = connection.execute(f"select 1 from information_schema.tables where {here}", [table.schema, table.name])
    return bool(rows.fetchall())


def ask(
    snapshot: Snapshot, name: str, parameters: Mapping[str, Any], as_of: date | str | None = None
) -> duckdb.DuckDBPyRelation:
    """A metric on a published snapshot. Another `as_of` than the snapshot's rebuilds core in memory for that day."""
    day = snapshot.as_of if as_of is None else date.fromisoformat(str(as_of))
    if day == snapshot.as_of:
        return query(snapshot.connection, name, parameters, snapshot.settings, day)
    return query(on_day(snapshot, day), name, parameters, snapshot.settings, day)


def doubts(snapshot: Snapshot, name: str, parameters: Mapping[str, Any], as_of: date | str | None = None) -> list[str]:
    """What may make an answer mean something else than was asked: words that no row holds, days nobody has watched, and
    what it does not tell."""
    from pipelines.core import beyond_data

    table, said = find_metric(name), []
    for parameter in table.header.activities.keys() & parameters.keys():
        said += _unheard(snapshot.connection, parameter, table.resolve(parameters)[parameter])
    day = snapshot.as_of if as_of is None else date.fromisoformat(str(as_of))
    if day > snapshot.as_of:
        said.append(beyond_data(snapshot.connection, snapshot.settings, day))
    elif day == snapshot.as_of:
        question = _Question(snapshot.connection, values(snapshot.settings, day))
        said += _notices(snapshot.connection, table, parameters, question)
    return [doubt for doubt in said if doubt]


def _notices(connection: Connection, table: Table, parameters: Mapping[str, Any], question: _Question) -> list[str]:
    """What a metric, or one that it reads, does not tell, and why: the sentences of their headers' `notice`."""
    said = []
    for one, asked in [*question.handed(table, question.given(table, parameters)), (table, parameters)]:
        if column := one.header.notice:
            rows = connection.sql(question.text(one, asked)).filter(f"{column} is not null").project(column)
            said += [row[0] for row in rows.distinct().order("all").fetchall()]
    return said


def _unheard(connection: Connection, parameter: str, texts: list[str]) -> list[str]:
    """A sentence for each word that nobody's activity is: misspelt, it is answered with no rows or rates of 0."""
    rows = connection.sql("select distinct activity from core.activities").fetchall()
    known = [*(word for word in meanings() if word != ORDER), *sorted(row[0] for row in rows)]
    said = []
    for word in (word for word in event_words_in(texts) if word not in known):
        near = nearest(word, known)
        meant = f"did you mean '{near}'? " if near else ""
        said.append(
            f"{parameter}={word}: nobody did this, core.activities.activity holds no such word; "
            f"{meant}it holds {', '.join(known)}"
        )
    return said + _unmet(connection, parameter, texts)


def _unmet(connection: Connection, parameter: str, texts: list[str]) -> list[str]:
    """A sentence for each value of a condition that no row has."""
    said = []
    for column, value in texts_compared(texts):
        rows = connection.sql(f"select distinct {column} from core.activities where {column} is not null").fetchall()
        known = [row[0] for row in rows]
        if value not in known:
            near = nearest(value, known)
            meant = f"; did you mean '{near}'?" if near else ""
            said.append(f"{parameter}: nothing has {column}={value}, core.activities holds no such value{meant}")
    return said


def on_day(snapshot: Snapshot, as_of: date, connection: Connection | None = None) -> Connection:
    """A connection in memory (the given one, if any) whose core is the snapshot's data as of another day."""
    from pipelines.core import begin_pass, refresh_core
    from pipelines.database import connect

    connection = connection or connect()
    connection.execute(f"attach {quoted(snapshot.path)} as published (read_only)")
    tables = connection.execute("""
        select schema_name, table_name from duckdb_tables()
        where database_name = 'published' and (schema_name in ('staging', 'superseded') or
            (schema_name = 'ops' and
            table_name in ('files', 'copies', 'lists', 'quarantine', 'reports', 'reported_figures')))
    """).fetchall()
    for schema, table in tables:
        connection.execute(f"create view {schema}.{table} as from published.{schema}.{table}")
    core_pass = begin_pass(connection, snapshot.settings, as_of, full=True)
    for _ in refresh_core(connection, snapshot.settings, core_pass):
        pass
    return connection
