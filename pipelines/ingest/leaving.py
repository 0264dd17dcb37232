"""Who stood in a whole list and does not in a later one has left by then; who stands in it for the first time, without
a word of since when, has come: derived rows, a function of all the lists.

What belongs here: judging lists in the order of their times, and the rows of who has left and come. What does not:
noting a file's lists (snapshots.py), what is told of it (leaving_told.py).

A list that lies before others changes what they mean, so every list from the earliest new one on is judged anew, and no
order of arrival makes a difference. A list of which rows were refused, or in which most of those who stood before are
missing, shows who is there and not who has left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.database import transaction
from pipelines.ingest.cells.plainly import among_sql
from pipelines.ingest.grammar import Snapshot
from pipelines.ingest.incoming import one_number
from pipelines.ingest.leaving_told import notices_of_lists
from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.notices import Notice
from pipelines.ingest.snapshot_checks import LIST_TIME, SEEN_TIME, content_key
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import load_staging
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

# A list is taken for a filtered or partial one when more than half of those who stood before are missing in it. A group
# that loses most of its people between two exports is rarer than a page, a search or a screen that was exported alone.
# In groups of two or three that says nothing.
FEWEST_MISSING, MISSING_OF = 3, 2
_WORKSPACE = ["dirty", "stood_rows", "sightings", "standing", "pending"]
_WORKSPACE += ["faced", "newcomers", "revoked", "left_rows", "as_before", "affected"]


def judge_lists(connection: Connection) -> dict[int, list[Notice]]:
    """Brings the rows of who has left up to all lists noted; by file, what is to be told of it now.

    What is not judged yet says so in ops.lists: a run that was killed before this is caught up with by the next.
    """
    if not connection.execute("select 1 from ops.lists where verdict is null and list is not null limit 1").fetchall():
        return {}
    with transaction(connection):
        _begin(connection)
        for number in range(1, 1 + one_number(connection, "select max(round) from pending")):
            _judge(connection, number)
        _revoke(connection)
        _restate(connection)
        told = notices_of_lists(connection)
        connection.execute("; ".join(f"drop table if exists temp.{name}" for name in _WORKSPACE))
    return told


def _begin(connection: Connection) -> None:
    """Of each list that something new is known of: what is judged again, and who stood in it before that."""
    connection.execute("""
        create or replace temp table dirty as select list, min(version_at) as since_at from ops.lists
        where verdict is null and list is not null group by list;
        create or replace temp table stood_rows as
        select row_key, told_by, seen_at from ops.departures semi join dirty using (list) where not is_revoked;
        update ops.lists set verdict = null from dirty
        where ops.lists.list = dirty.list and ops.lists.version_at >= dirty.since_at;
        delete from ops.departures using dirty
        where ops.departures.list = dirty.list and ops.departures.left_at >= dirty.since_at;
        create or replace temp table sightings as
        select m.list, m.member, m.version_at, bool_and(m.is_gone) as is_gone, max(m.since) as since
        from ops.list_members m join dirty d using (list) where m.version_at >= d.since_at group by all;
        create or replace temp table standing as
        select list, member from (
            select list, member, max(version_at) as last_at, arg_max(is_gone, version_at) as is_gone
            from (
                select list, member, version_at, bool_and(is_gone) as is_gone
                from ops.list_members join dirty using (list) where version_at < since_at group by all
            ) group by all
        ) s where not is_gone and not exists (
            select 1 from ops.departures p
            where p.list = s.list and p.member = s.member and p.left_at > s.last_at and p.is_arrival is not true
        );
        create or replace temp table pending as
        select list, version_at, min(file_id) as file_id, bool_and(is_whole and torn.file_id is null) as is_whole,
            row_number() over (partition by list order by version_at) as round
        from ops.lists left join (select distinct file_id from ops.lists where list is null) torn using (file_id)
        where verdict is null and list is not null group by list, version_at;
        create or replace temp table affected as select file_id from ops.lists where verdict is null;
    """)


def _judge(connection: Connection, number: int) -> None:
    """The next list of each: who is missing in it, whether that says anything, and who stands after it."""
    seen = "select 1 from sightings n where n.list = s.list and n.member = s.member and n.version_at = f.version_at"
    connection.execute(f"""
        create or replace temp table faced as select *, case when not is_whole then 'torn'
            when missing >= {FEWEST_MISSING} and {MISSING_OF} * missing > stood then 'short' else 'whole' end as verdict
        from (
            select f.list, f.version_at, f.file_id, f.is_whole, count(s.member) as stood,
                count(s.member) filter (where n.member is null) as missing
            from pending f left join standing s using (list)
            left join sightings n on n.list = s.list and n.member = s.member and n.version_at = f.version_at
            where f.round = {number} group by all
        );
        create or replace temp table newcomers as {_NEWCOMERS};
        update ops.lists set verdict = faced.verdict, missing = faced.missing, early = newcomers.early
        from faced left join newcomers using (list)
        where ops.lists.list = faced.list and ops.lists.version_at = faced.version_at;
        insert into ops.departures (list, member, seen_at, left_at, file_id, row_key, is_revoked, is_arrival)
        select n.list, n.member, b.before, n.version_at, f.file_id,
            left(md5(concat_ws(chr(31), 'came', n.list, n.member, n.version_at)), 20), false, true
        from sightings n join faced f using (list, version_at) join ({_BEFORE}) b using (list)
        where not n.is_gone and n.since is null and not exists ({_STANDS}) and {_tells_who_came()};
        insert into ops.departures (list, member, seen_at, left_at, file_id, row_key, is_revoked, is_arrival)
        select list, member, (
                select max(m.version_at) from ops.list_members m
                where m.list = s.list and m.member = s.member and m.version_at < f.version_at
            ), version_at, file_id,
            left(md5(concat_ws(chr(31), 'left', list, member, version_at)), 20), false, false
        from standing s join faced f using (list) where f.verdict = 'whole' and not exists ({seen});
        create or replace temp table standing as
        select list, member from standing s left join faced f using (list)
        where f.list is null or f.verdict <> 'whole' and not exists ({seen})
        union select list, member from sightings join faced using (list, version_at) where not is_gone;
    """)


# The last whole list before each that is judged now.
_BEFORE = """
    select l.list, max(l.version_at) as before from ops.lists l join faced f using (list)
    where l.version_at < f.version_at and l.verdict = 'whole' group by l.list
"""
_STANDS = "select 1 from standing s where s.list = n.list and s.member = n.member"
_OWNER = "split_part(n.list, chr(31), 1) || chr(31) || split_part(n.list, chr(31), 2)"  # source and table
# Who is first seen in a list although he says that he stood there before the day of an earlier one: of a list the hour
# may not be known.
_NEWCOMERS = f"""
    select n.list, count(*) as early from sightings n join faced f using (list, version_at)
    join ({_BEFORE}) using (list)
    where not n.is_gone and n.since < date_trunc('day', before) and not exists ({_STANDS})
        and not exists (
            select 1 from ops.departures p
            where p.list = n.list and p.member = n.member and p.is_arrival is not true
        )
    group by n.list
"""


def _revoke(connection: Connection) -> None:
    """Who stands in a later list since before the one where he was missing never left; who says in one that he came
    before he was first seen came then.
    """
    connection.execute("""
        create or replace temp table revoked as select distinct p.row_key, p.file_id
        from ops.departures p join sightings n using (list, member)
        where not p.is_revoked and n.version_at > p.left_at and n.since < p.left_at;
        update ops.departures set is_revoked = true where row_key in (select row_key from revoked);
        insert into affected select file_id from revoked;
    """)


def _restate(connection: Connection) -> None:
    """The rows in staging of who has left: those that are no longer true go, new ones come.

    A row is told by its list until the next one of another day tells it again: then, as core sees it, its day is over.
    """
    connection.execute("""
        create or replace temp table left_rows as
        with later as (
            select list, version_at::date as date, arg_min(file_id, version_at) as told_by
            from ops.lists semi join dirty using (list) group by all
        ), gone as (
            select *, left_at::date as date from ops.departures semi join dirty using (list) where not is_revoked
        )
        select g.* replace (coalesce(l.told_by, g.file_id) as told_by)
        from gone g asof left join later l on g.list = l.list and g.date < l.date;
        update ops.departures set told_by = n.told_by from left_rows n where n.row_key = ops.departures.row_key;
        create or replace temp table as_before as select row_key from (
            select row_key, told_by, seen_at from left_rows intersect from stood_rows
        );
    """)
    owners = connection.execute(
        "select distinct split_part(list, chr(31), 1), split_part(list, chr(31), 2) from dirty order by all"
    ).fetchall()
    newest = one_number(connection, "select max(file_id) from ops.files")
    for source, table in owners:
        _restate_table(connection, source, table, newest)


def _restate_table(connection: Connection, source: str, name: str, newest: int) -> None:
    table = load_staging()[name]
    key = content_key(table)
    listed = ", ".join([*table.stored, *PROVENANCE])
    untrue = (
        f"file_source = {quoted(source)} and ({key}, file_id) in (select row_key, told_by from stood_rows) "
        f"and ({key}, file_id) not in (select row_key, told_by from left_rows semi join as_before using (row_key))"
    )
    parts = (
        f"select {', '.join(_values(source, name, is_arrival))} from ({_LEFT} where source = {quoted(source)} "
        f"and is_arrival is {'true' if is_arrival else 'not true'} and split_part(list, chr(31), 2) = {quoted(name)})"
        for is_arrival in (False, True)
    )
    told = f"(select * from ({' union all '.join(parts)}))"
    fresh = f"select * from {told} where {key} not in (from as_before)"
    connection.execute(
        f"insert into superseded.{name} ({listed}, superseded_by) select {listed}, {newest} from staging.{name} "
        f"where {untrue}; delete from staging.{name} where {untrue}; "
        # Such a row bears the number of a list's file. Where a list from before it came later, only this tells core.
        f"insert into superseded.{name} ({listed}, superseded_by) select *, {newest} from ({fresh}) "
        f"where file_id < {newest}; insert into staging.{name} ({listed}) {fresh}"
    )


_LEFT = f"""
    select *, left_at as {LIST_TIME}, seen_at as {SEEN_TIME}, split_part(list, chr(31), 1) as source from left_rows
"""


def _snapshot_into(source: str, name: str) -> Snapshot:
    """The one whose rows of who has left go into a table."""
    loads = load_sources()[source].loads.items()
    return next(one.snapshot for own, one in loads if one.snapshot and (one.snapshot.into or own) == name)


def _tells_who_came() -> str:
    """SQL: the list of a sighting is of a source that says what a row of who has come holds."""
    owners = (
        f"{source.name}\x1f{load.snapshot.into or name}"
        for source in load_sources().values()
        for name, load in source.loads.items()
        if load.snapshot and load.snapshot.join
    )
    return among_sql(_OWNER, tuple(owners))


def _values(source: str, name: str, is_arrival: bool) -> list[str]:
    """SQL of every stored column and of where the row is from, over the departures."""
    table, snapshot = load_staging()[name], _snapshot_into(source, name)
    said = {column: f"split_part(list, chr(31), {place})" for place, column in enumerate(snapshot.of, start=3)}
    said |= {column: f"split_part(member, chr(31), {place})" for place, column in enumerate(snapshot.who, start=1)}
    said |= (snapshot.join if is_arrival else snapshot.leave) | {content_key(table): "row_key"}
    said |= {"file_source": "source", "file_id": "told_by", "version_at": "left_at"}
    types = {column: c.sql_type for column, c in table.stored.items()} | {c: spec[0] for c, spec in PROVENANCE.items()}
    return [f"cast({said.get(column, 'null')} as {sql_type}) as {column}" for column, sql_type in types.items()]
