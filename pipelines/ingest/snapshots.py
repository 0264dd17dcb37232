"""Whole lists, such as the members of a group today: who stands in each list of a file, kept for comparing.

What belongs here: the lists of one file, noted. What does not: `snapshot` of a mapping (snapshot_checks.py), who
has left by them (leaving.py), and the rows themselves, which are merged like any others (merging.py).

A list is known by its source, its table and its values of `of`, in one text with chr(31) between them; so is a member.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.ingest.file_times import exported_at
from pipelines.ingest.grammar import Snapshot
from pipelines.ingest.incoming import Incoming, provenance_of
from pipelines.ingest.landing import Found
from pipelines.ingest.plan import Target
from pipelines.ingest.sources import load_sources
from pipelines.settings import Settings
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection


def note_lists(connection: Connection, incoming: Incoming, target: Target) -> None:
    """Notes who stands in each list of one level of a file, and which lists lack refused rows."""
    snapshot = target.load.snapshot
    if snapshot is None:
        return
    _, file_id, _, version, *_ = provenance_of(incoming, 0, "null")
    at = f"coalesce({target.expression(snapshot.at)}, {version})" if snapshot.at else version
    whole = f"coalesce({target.expression(snapshot.whole)}, true)" if snapshot.whole else "true"
    own = [quoted(incoming.source.name), quoted(snapshot.into or target.table.name)]
    key = _joined([*own, *map(target.expression, snapshot.of)])
    member = _joined([target.expression(name) for name in snapshot.who])
    connection.execute(
        "insert into ops.list_members (list, member, since, is_gone, file_id, version_at) "
        f"select {key} as list, {member} as member, max({_since(target, snapshot)}), "
        f"bool_and({_gone(incoming, snapshot)}), {file_id}, {at} from {incoming.name} t "
        f"where {target.condition()} and {key} is not null and {member} is not null group by all"
    )
    # A refused row whose list cannot be read may be of any of the file's lists: NULL stands for them all.
    torn = ["null"] if len(incoming.refused) else []
    unread = f"t.is_bad and {at} = {version}" if snapshot.at else "false"
    connection.execute(
        "insert into ops.lists (list, file_id, version_at, is_whole) "
        f"select case when not ({unread}) then {key} end as list, {file_id}, {at} as version_at, "
        f"bool_and({whole} and not t.is_bad) from {incoming.name} t "
        f"where t.is_bad or ({target.condition()} and {key} is not null) group by all"
        + "".join(f" union select {none}, {file_id}, {version}, false" for none in torn)
    )


def lists_again(connection: Connection, settings: Settings, found: Found, sha: str) -> bool:
    """Whether the bytes of a file loaded before are a list of another time: that nobody came or left is news, too."""
    row = connection.execute("select any_value(file_source) from ops.files where sha256 = ?", [sha]).fetchall()[0]
    source = load_sources().get(row[0])
    if source is None or all(load.snapshot is None for load in source.loads.values()):
        return False
    zone = ZoneInfo(settings.timezone)
    modified_at = datetime.fromtimestamp(found.modified_ns / 1e9, zone).replace(tzinfo=None)
    now = datetime.now(zone).replace(tzinfo=None)
    time = exported_at(source, found.full.name, modified_at, now, settings.timezone)
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
