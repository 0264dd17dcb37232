"""The `snapshot` of a mapping, checked before any list is read.

What belongs here: what can not be meant. What does not: the lists themselves (snapshots.py), other keys of a mapping
(mapping_checks.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.database import apart
from pipelines.ingest.grammar import Snapshot, Source
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.spec.nearest import hint

LIST_TIME, SEEN_TIME = "file_version_at", "last_seen_at"


def snapshot_mistakes(source: Source, table: StagingTable, key: str, snapshot: Snapshot) -> Iterator[str]:
    """What does not make sense in a mapping's `snapshot`."""
    tables = load_staging()
    if snapshot.into is not None and snapshot.into not in tables:
        yield f"{key}.into: there is no such table: {snapshot.into}; {hint(snapshot.into, tables)}"
        return
    into = tables[snapshot.into or table.name]
    named = [(f"{key}.{word}", name, table) for word in ("of", "who") for name in getattr(snapshot, word)]
    named += [(f"{key}.{word}", name, table) for word in ("since", "at", "whole") if (name := getattr(snapshot, word))]
    named += [(f"{key}.{word}", name, into) for word in ("leave", "join") for name in getattr(snapshot, word)]
    for place, name, holder in named:
        if name not in holder.stored:
            yield f"{place}: no such column of staging.{holder.name}: {name}; {hint(name, holder.stored)}"
    for word in ("leave", *(["join"] if snapshot.join else [])):
        known = {*snapshot.of, *snapshot.who, *getattr(snapshot, word)}
        for name, column in into.stored.items():
            if column.required and name not in known:
                yield f"{key}.{word}.{name}: missing; staging.{into.name} has no row without it"
    if _content_key(into) is None:
        yield f"{key}: the key of staging.{into.name} is not made of the row's content, so who left has no row there"
    if snapshot.gone is not None and (snapshot.gone not in source.loads or not source.loads[snapshot.gone].where):
        loads = [name for name, load in source.loads.items() if load.where]
        yield f"{key}.gone: {snapshot.gone} is no load with a `where`; {hint(snapshot.gone, loads)}"
    if source.version.column is not None:
        yield f"{key}: with version.column the rows of one list would be of several times"
    for word in ("leave", "join"):
        for name, text in getattr(snapshot, word).items():
            if (said := _said_of_leaving(text)) is not None:
                yield f"{key}.{word}.{name}: {text!r}: {said}"


def _said_of_leaving(text: str) -> str | None:
    """What DuckDB has against an expression of `leave`; of all names only the times of two lists are known there."""
    import duckdb

    try:
        times = f"timestamp '2026-01-02' as {LIST_TIME}, timestamp '2026-01-01' as {SEEN_TIME}"
        apart().execute(f"explain select {text} from (select {times})")
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
