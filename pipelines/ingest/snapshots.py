"""Whole lists, such as the members of a group today: who stands in each list of a file, kept for comparing.

What belongs here: `snapshot` of a mapping, checked, and the lists of one file noted. What does not: who has left by
them (leaving.py), and the rows themselves, which are merged like any others (merging.py).

A list is known by its source, its table and its values of `of`, in one text with chr(31) between them; so is a member.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.ingest.file_times import exported_at
from pipelines.ingest.grammar import Snapshot, Source
from pipelines.ingest.incoming import Incoming, provenance_of
from pipelines.ingest.landing import Found
from pipelines.ingest.plan import Target
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import StagingTable
from pipelines.settings import Settings
from pipelines.spec.literals import quoted
from pipelines.spec.nearest import hint

if TYPE_CHECKING:
    import duckdb

LIST_TIME = "file_version_at"


def snapshot_mistakes(source: Source, table: StagingTable, key: str, snapshot: Snapshot) -> Iterator[str]:
    """What does not make sense in a mapping's `snapshot`."""
    named = [(f"{key}.{word}", name) for word in ("of", "who") for name in getattr(snapshot, word)]
    named += [(f"{key}.since", snapshot.since)] if snapshot.since else []
    named += [(f"{key}.leave", name) for name in snapshot.leave]
    for place, name in named:
        if name not in table.stored:
            yield f"{place}: no such column of staging.{table.name}: {name}; {hint(name, table.stored)}"
    known = {*snapshot.of, *snapshot.who, *snapshot.leave}
    for name, column in table.stored.items():
        if column.required and name not in known:
            yield f"{key}.leave.{name}: missing; staging.{table.name} has no row without it"
    if _content_key(table) is None:
        yield f"{key}: the key of staging.{table.name} is not made of the row's content, so who left has no row there"
    if snapshot.gone is not None and (snapshot.gone not in source.loads or not source.loads[snapshot.gone].where):
        loads = [name for name, load in source.loads.items() if load.where]
        yield f"{key}.gone: {snapshot.gone} is no load with a `where`; {hint(snapshot.gone, loads)}"
    if source.version.column is not None:
        yield f"{key}: with version.column the rows of one list would be of several times"
    for name, text in snapshot.leave.items():
        if (said := _said_of_leaving(text)) is not None:
            yield f"{key}.leave.{name}: {text!r}: {said}"


def _said_of_leaving(text: str) -> str | None:
    """What DuckDB has against an expression of `leave`; of all names only the time of the list is known there."""
    import duckdb

    from pipelines.ingest.mapping_checks import apart

    try:
        apart().execute(f"explain select {text} from (select timestamp '2026-01-01' as {LIST_TIME})")
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None


def _content_key(table: StagingTable) -> str | None:
    """The key column that is a hash of the row's content where no file tells it."""
    return next((name for name in table.key if table.columns[name].hash_of), None)


def content_key(table: StagingTable) -> str:
    """That column of a table that a `snapshot` was allowed for."""
    key = _content_key(table)
    assert key is not None
    return key


def note_lists(connection: duckdb.DuckDBPyConnection, incoming: Incoming, target: Target) -> None:
    """Notes who stands in each list of one level of a file, and which lists lack refused rows."""
    snapshot = target.load.snapshot
    if snapshot is None:
        return
    _, file_id, _, version, *_ = provenance_of(incoming, 0, "null")
    own = [quoted(incoming.source.name), quoted(target.table.name)]
    key = _joined([*own, *map(target.expression, snapshot.of)])
    member = _joined([target.expression(name) for name in snapshot.who])
    connection.execute(
        "insert into ops.list_members (list, member, since, is_gone, file_id, version_at) "
        f"select {key} as list, {member} as member, max({_since(target, snapshot)}), "
        f"bool_and({_gone(incoming, snapshot)}), {file_id}, {version} from {incoming.name} t "
        f"where {target.condition()} and {key} is not null and {member} is not null group by all"
    )
    # A refused row whose list cannot be read may be of any of the file's lists: NULL stands for them all.
    torn = ["null"] if incoming.torn else []
    connection.execute(
        "insert into ops.lists (list, file_id, version_at, is_whole) "
        f"select distinct {key}, {file_id}, {version}, not t.is_bad from {incoming.name} t "
        f"where t.is_bad or ({target.condition()} and {key} is not null)"
        + "".join(f" union select {none}, {file_id}, {version}, false" for none in torn)
    )


def lists_again(connection: duckdb.DuckDBPyConnection, settings: Settings, found: Found, sha: str) -> bool:
    """Whether the bytes of a file loaded before are a list of another time: that nobody came or left is news, too."""
    row = connection.execute("select any_value(file_source) from ops.files where sha256 = ?", [sha]).fetchall()[0]
    source = load_sources().get(row[0])
    if source is None or all(load.snapshot is None for load in source.loads.values()):
        return False
    zone = ZoneInfo(settings.timezone)
    modified_at = datetime.fromtimestamp(found.modified_ns / 1e9, zone).replace(tzinfo=None)
    now = datetime.now(zone).replace(tzinfo=None)
    time = exported_at(source, found.name, modified_at, now, settings.timezone)
    known = connection.execute("select 1 from ops.files where sha256 = ? and exported_at = ?", [sha, time])
    return known.fetchone() is None


def _joined(values: list[str]) -> str:
    """SQL: one text of all the values; NULL where one is."""
    return " || chr(31) || ".join(f"({value})::varchar" for value in values)


def _since(target: Target, snapshot: Snapshot) -> str:
    """SQL: since when; of a day without an hour its last second, as a step counts in core."""
    if snapshot.since is None:
        return "null::timestamp"
    since = f"({target.expression(snapshot.since)})::timestamp"
    for column in target.table.columns.values():
        if column.has_time_of == snapshot.since:
            is_day = f"{target.expression(column.name)} is false"
            since = f"case when {is_day} then date_trunc('day', {since}) + interval 86399 second else {since} end"
    return since


def _gone(incoming: Incoming, snapshot: Snapshot) -> str:
    if snapshot.gone is None:
        return "false"
    return f"t.w{list(incoming.source.loads).index(snapshot.gone)}"
