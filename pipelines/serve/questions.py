"""A metric as a form to fill in, its answer as cells, and the people behind one of its numbers.

What belongs here: what a page asks of a snapshot, in the report's words, with numbers of few people hidden as there.
What does not: the page (site.py, assets/serve), the SQL (metrics.py, people_behind.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pipelines import people_behind
from pipelines.activities import meanings
from pipelines.breakdowns import load_breakdowns
from pipelines.database import connect, interrupted
from pipelines.event_words import load_event_words
from pipelines.metrics import doubts, find_metric, metric_tables, on_day
from pipelines.metrics import text_of as metric_text
from pipelines.parameters import DURATION
from pipelines.report import charts
from pipelines.report.cells import Look, cell, field_of, hidden
from pipelines.report.notebook import chart
from pipelines.report.shapes import Cell, Field
from pipelines.report.small import Few, Row, is_small, told, without_few
from pipelines.report.words import Words, load_words, plain
from pipelines.settings import Settings
from pipelines.spec.reading import ASSETS, Strict, read
from pipelines.spec.table_file import TableError
from pipelines.warehouse import MEMORY_SHARE, shut_warehouse

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.tables import Table
    from pipelines.warehouse import Snapshot

MOST_ROWS, MOST_PEOPLE, SECONDS = 300, 100, 60
OF_A_PERSON = ("first_seen_at", "first_channel", "private_at", "private_entry_path", "orders", "net_amount")
_LISTED = f"""
    select left(p.person_id, 8) as person, {{columns}}, count(*) over () as count
    from core.people as p semi join ({{found}}) as found on p.person_id = found.person_id
    order by p.first_seen_at, p.person_id limit {MOST_PEOPLE}
"""
Kind = Literal["word", "words", "activities", "text"]


class _Serve(Strict):
    """assets/serve/questions.yaml."""

    first: tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a metric (`of`) as a form asks for it: title, default as text, titles of the words it takes."""

    of: str
    name: str
    title: str
    kind: Kind
    default: str
    words: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """A metric's rows: by line its cells, its key, and the columns whose people can be asked for."""

    fields: tuple[Field, ...]
    lines: tuple[tuple[Cell, ...], ...]
    keys: tuple[Row, ...]
    with_people: tuple[frozenset[str], ...]
    rows: int
    notes: tuple[str, ...]
    call: str
    sql: str
    chart: str  # drawn, as HTML without a script; '' without


@dataclass(frozen=True)
class People:
    """Who stands behind a number: the first of them by pseudonym, and how many; none where they are too few."""

    fields: tuple[Field, ...]
    lines: tuple[tuple[Cell, ...], ...]
    count: int = 0


def offered(language: str) -> dict[str, str]:
    """Every metric with its title, those first that are asked most; none that has a row for a person."""
    tables = {table.name: table for table in metric_tables() if "person_id" not in table.columns}
    first = read(ASSETS / "serve" / "questions.yaml", _Serve).first
    ordered = [*first, *sorted(tables.keys() - set(first), key=lambda name: tables[name].title[language])]
    return {name: tables[name].title[language] for name in ordered}


def parameters_of(name: str, words: Words) -> list[Parameter]:
    """What a metric can be asked, in its header's order."""
    table = find_metric(name)
    return [_parameter(table, parameter, default, words) for parameter, default in table.parameters.items()]


def _parameter(table: Table, name: str, default: Any, words: Words) -> Parameter:
    taken = [str(word) for word in table.choices.get(name, ())]
    is_list, is_open = isinstance(default, list), bool({"number", DURATION} & set(taken)) or not taken
    kind: Kind = "activities" if name in table.header.activities else "text"
    if taken and not is_open:
        kind = "words" if is_list else "word"
    listed = _activity_words(words.language) if kind == "activities" else {} if is_open else _titled(taken, words)
    default = ["all"] if name == "segments" and "all" in taken else default  # a question begins with the whole
    text = ",".join(map(str, default)) if is_list else "" if default is None else str(default)
    return Parameter(table.name, name, words.get(f"serve.parameters.{name}") or name, kind, text, listed)


def _titled(taken: list[str], words: Words) -> dict[str, str]:
    breakdowns = load_breakdowns()
    title = {name: getattr(entry.title, words.language) for name, entry in breakdowns.items()}
    return {word: title.get(word) or words.get(f"serve.words.{word}") or word for word in taken}


def _activity_words(language: str) -> dict[str, str]:
    """What people can be asked to have done, with its Chinese name where it has one."""
    named = {word: meaning.zh for word, meaning in meanings().items()}
    named |= {word: event.zh for word, event in load_event_words().items()}
    return {word: f"{zh}（{word}）" if language == "zh" and zh else word for word, zh in named.items()}


def asked(name: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as values; only what differs from the default. Raises TableError as the metric does."""
    table = find_metric(name)
    given = table.resolve({key: text for key, text in typed.items() if text.strip()})
    return {key: value for key, value in given.items() if value != table.parameters[key]}


def call_of(name: str, parameters: Mapping[str, Any], as_of: date | None) -> str:
    """The same question as a line of a notebook."""
    given = [repr(name), *(f"{key}={value!r}" for key, value in parameters.items())]
    return f"warehouse.metric({', '.join([*given, f'as_of={as_of.isoformat()!r}'] if as_of else given)})"


def answer(settings: Settings, name: str, parameters: Mapping[str, Any], as_of: date | None = None) -> Answer:
    """A metric's answer by the newest snapshot, or as of an earlier day.

    Raises TableError for what the metric does not take, NothingPublished, duckdb.InterruptException after SECONDS.
    """
    table, words = find_metric(name), load_words(settings.language)
    with _opened(settings, as_of) as (snapshot, connection, day):
        sql = metric_text(connection, table.name, parameters, snapshot.settings, day)
        rows, columns = _rows(connection, table, sql)
        notes, names = doubts(snapshot, name, parameters, as_of), _names_of_groups(connection, rows)
    rows_told = _without_few(table, rows, settings.small_group)
    told_ones = [column for column in columns if any(row[column] is not None for row in rows)]
    fields = tuple(field_of(table.qualified, column, words) for column in told_ones)
    look = Look(words, settings.small_group)
    return Answer(
        fields=fields,
        lines=tuple(tuple(_cell(one, row, look, names) for one in fields) for row in rows_told[:MOST_ROWS]),
        keys=tuple({key: row[key] for key in table.key} for row in rows[:MOST_ROWS]),
        with_people=_with_people(table, rows[:MOST_ROWS]),
        rows=len(rows),
        notes=tuple(notes),
        call=call_of(name, parameters, as_of),
        sql=sql,
        chart=_chart(table, rows_told, settings.language),
    )


def _rows(connection: Connection, table: Table, sql: str) -> tuple[list[Row], list[str]]:
    """A metric's rows as plain values, newest first, and the names of their columns."""
    cursor = connection.execute(f"select * from (\n{sql}\n) as asked order by {_newest_first(table)}")
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, map(plain, row), strict=True)) for row in cursor.fetchall()], columns


@contextlib.contextmanager
def _opened(settings: Settings, as_of: date | None) -> Iterator[tuple[Snapshot, Connection, date]]:
    """The snapshot, its own connection or one in memory whose core is of an earlier day, and the day; for SECONDS."""
    with shut_warehouse(settings.home) as snapshot, contextlib.ExitStack() as stack:
        connection, day = snapshot.connection, snapshot.as_of
        if as_of is not None and as_of != day:
            first = connection.execute("select first_date from core.as_of").fetchall()[0][0]
            if first is None or not first <= as_of <= day:
                raise ValueError(f"{as_of}: the data begin on {first} and end on {day}")
            connection, day = stack.enter_context(contextlib.closing(connect())), as_of
            connection.execute(f"set memory_limit = '{MEMORY_SHARE}'")
            stack.enter_context(interrupted(connection, SECONDS))
            on_day(snapshot, as_of, connection)
            connection.execute("set enable_external_access = false; set lock_configuration = true")
        else:
            stack.enter_context(interrupted(connection, SECONDS))
        yield snapshot, connection, day


def _without_few(table: Table, rows: list[Row], small_group: int) -> list[Row]:
    """As in a report: no number that fewer people than small_group stand behind, nor one that would tell it."""
    numbers = [n for n, c in table.columns.items() if n not in table.key and c.type.lower() not in _NO_NUMBERS]
    behind = {name: counts for name in numbers if (counts := _behind(table, name))}
    whole = [key for key in table.key if key not in ("segment", "segment_by")]
    parts: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        if row.get("segment_by") not in (None, "all"):
            parts.setdefault((row["segment_by"], *(row[key] for key in whole)), []).append(place)
    return without_few(rows, behind, small_group, list(parts.values()))


_NO_NUMBERS = ("varchar", "date", "timestamp", "boolean")


def _behind(table: Table, name: str) -> set[str]:
    """The counts of people that stand behind a number.

    Of a metric that says what is small: that count and whatever else it counts people out of; behind an amount, a time
    or a number of orders the counts of those who make it, too. Of another: all of its counts, as one of a row may tell
    another; its first count, of the whole that the row is about, stands by itself.
    """
    people = [one for one, column in table.columns.items() if column.unit == "person"]
    counted = {column.small_of for column in table.columns.values() if column.small_of}
    if not counted:
        return {name} if people[:1] == [name] else set(people)
    if table.columns[name].unit not in ("person", "ratio"):
        return counted | set(people)
    parts = {column.of.columns[0] for column in table.columns.values() if column.of and column.of.columns}
    return counted | (set(people) - parts)


def _with_people(table: Table, rows: list[Row]) -> tuple[frozenset[str], ...]:
    columns, by = frozenset(table.header.whom), people_behind.breakdowns_of(table)
    return tuple(columns if columns and row["segment_by"] in by else frozenset() for row in rows)


def _newest_first(table: Table) -> str:
    """In the order of its key; where this begins with dates, the newest of them first."""
    dated = [column for column in table.key if table.columns[column].type.lower() == "date"][:1]
    return ", ".join([*(f"{column} desc" for column in dated), *(c for c in table.key if c not in dated)]) or "all"


def _names_of_groups(connection: Connection, rows: list[Row]) -> dict[str, str]:
    """By number the names of groups, where a row is of one."""
    if not any(row.get("segment_by") == "group" for row in rows):
        return {}
    named = "select group_id, min(name) from core.groups group by group_id having count(distinct name) = 1"
    return dict(connection.execute(named).fetchall())


def _cell(field: Field, row: Row, look: Look, names: Mapping[str, str]) -> Cell:
    value, by = row[field.name], row.get("segment_by")
    if isinstance(value, Few):
        return hidden(look, value)
    if field.name == "segment_by" and value in load_breakdowns():
        return Cell(value, getattr(load_breakdowns()[value].title, look.words.language))
    if field.name == "segment":
        return cell(field, names.get(value, value) if by == "group" else value, look.words, labels=by or "")
    return cell(field, value, look.words)


def _chart(table: Table, rows: list[Row], language: str) -> str:
    """The report's chart of the metric, where it has one and there are rows for it."""
    known = charts.definitions()["charts"]
    of_it = {name: spec for name, spec in known.items() if spec.get("table") == table.qualified}
    shown = [{column: told(value) for column, value in row.items()} for row in rows]
    fitting = (name for name, spec in of_it.items() if "parameters" not in spec and charts.select(spec, shown))
    return next((chart(name, shown, language).html for name in fitting), "")


def people(
    settings: Settings,
    name: str,
    parameters: Mapping[str, Any],
    as_of: date | None,
    row: Mapping[str, Any],
    column: str,
) -> People:
    """Who `column` counts in a row, by pseudonym; nobody where the number itself is hidden. `row`: its grain's columns,
    as they are or as texts.

    Raises TableError where the metric does not tell whom it counts, or has no such row.
    """
    table, words = find_metric(name), load_words(settings.language)
    typed = {key: _typed(table, key, value) for key, value in row.items()}
    with _opened(settings, as_of) as (snapshot, connection, day):
        found = people_behind.text_of(name, parameters, snapshot.settings, day, typed, column)
        told_rows = _rows(connection, table, metric_text(connection, name, parameters, snapshot.settings, day))[0]
        shown = [one for one in _without_few(table, told_rows, settings.small_group) if typed.items() <= one.items()]
        if len(shown) != 1:
            raise TableError(f"{table.qualified} has no such row: {', '.join(f'{k}={v}' for k, v in typed.items())}")
        if isinstance(shown[0][column], Few):
            return People((), ())
        cursor = connection.execute(_LISTED.format(found=found, columns=", ".join(f"p.{one}" for one in OF_A_PERSON)))
        rows = [dict(zip(("person", *OF_A_PERSON, "count"), map(plain, one), strict=True)) for one in cursor.fetchall()]
    count = rows[0]["count"] if rows else 0
    if is_small(count, settings.small_group):  # of a numerator
        return People((), ())
    fields = tuple(field_of("core.people", one, words) for one in ("person", *OF_A_PERSON))
    lines = tuple(tuple(cell(field, one[field.name], words) for field in fields) for one in rows)
    return People(fields, lines, count)


def _typed(table: Table, column: str, value: Any) -> Any:
    """A key's value as an address brings it back."""
    kind = table.columns[column].type.lower()
    if not isinstance(value, str):
        return value
    return date.fromisoformat(value) if kind == "date" else int(value) if kind == "bigint" else value
