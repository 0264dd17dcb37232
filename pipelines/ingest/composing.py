"""A row put together from several copies that tell different columns: of each column the newest copy that tells it.

What belongs here: keeping the copies that still tell something, and making the one row of them. What does not: which
copy is newer when both have the same columns (merging.py).

The copies wait in superseded.<table> with `superseded_by` NULL. A row is a function of all copies of its key, so it
does not depend on their order of arrival. A copy is let go when a newer one tells all that it tells, or when its state
goes back behind that of an older copy: then it is older than it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.database import add_rows
from pipelines.ingest.columns_told import COMPOSED, is_told_sql, not_empty_sql
from pipelines.ingest.incoming import Incoming
from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.plan import Target
from pipelines.ingest.staging import StagingTable
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

TOLD = 1_000_000_000  # more than any age: a copy that tells the column comes before any that does not


def compose(connection: Connection, incoming: Incoming, target: Target, keys: str) -> None:
    """Puts the rows of some keys into staging. `keys`: SELECT of the keys as k0, k1, …

    All copies are in superseded with `superseded_by` NULL, the incoming ones among them; no row of the keys stands.
    Leaves temp table composed (file_id, file_source, file_row): the rows that stand now.
    """
    table = target.table
    _age(connection, incoming, table, keys)
    _let_go(connection, table)
    listed = ", ".join([*table.stored, *PROVENANCE])
    # One plain semi join: DuckDB 2.0.0 once crashed deleting by two subqueries.
    connection.execute(
        "create or replace temp table leaving as "
        "select place from copies anti join (select place from kept where copies > 1) using (place)"
    )
    connection.execute(f"delete from superseded.{table.name} where rowid in (select place from leaving)")
    origin = "file_id, file_source, file_row"
    connection.execute(f"create or replace temp table composed as select {origin} from kept where false")
    for rows in (f"select {listed} from kept where copies = 1", _composed_sql(table)):
        connection.execute(f"create or replace temp table fresh as {rows}")
        add_rows(connection, "composed", f"select {origin} from fresh")
        connection.execute(f"insert into staging.{table.name} ({listed}) select {listed} from fresh")
    connection.execute("drop table fresh; drop table kept; drop table copies; drop table leaving")


def _age(connection: Connection, incoming: Incoming, table: StagingTable, keys: str) -> None:
    """Temp table copies: each with its `age` (greater is newer), the `columns` it tells and how far its state is."""
    key = table.key_sql(lambda column: f"c.{column}")
    met = " and ".join(f"{mine} = m.k{number}" for number, mine in enumerate(key))
    if table.versions == "newest_per_source":
        met += f" and c.file_source = {quoted(incoming.source.name)}"
    states = table.states
    rank = (
        f"case when {is_told_sql(states.column, 'c.untold')} then {states.rank_sql(f'c.{states.column}')} end"
        if states
        else "null::integer"
    )
    everything = "[" + ", ".join(map(quoted, sorted(table.stored))) + "]"
    filled = not_empty_sql(table, "c")
    whole_key = ", ".join(f"m.k{number}::varchar" for number in range(len(key)))
    connection.execute(
        f"create or replace temp table copies as select c.*, c.rowid as place, [{whole_key}] as whole_key, "
        f"list_intersect(coalesce(h.columns, {everything}), {filled}) as columns, {rank} as rank, "
        "row_number() over (order by c.version_at, coalesce(f.modified_at, o.own_modified_at), "
        "coalesce(f.file_name, o.own_name), coalesce(f.path, o.own_path), c.file_id, c.file_row, "
        f"c.rowid) as age from superseded.{table.name} c join ({keys}) m on {met} "
        f"left join ops.files f using (file_id) left join {incoming.origin.relation} o on o.own_id = c.file_id "
        "left join ops.shapes h on h.shape = c.shape "
        "where c.superseded_by is null"
    )


def _let_go(connection: Connection, table: StagingTable) -> None:
    """Temp table kept: the copies that still tell something, and how many there are of their key."""
    connection.execute(
        "create or replace temp table kept as select a.* from copies a where not exists "
        "(select 1 from copies b where b.whole_key = a.whole_key and b.age < a.age and b.rank > a.rank)"
    )
    connection.execute(
        "create or replace temp table kept as select a.*, count(*) over (partition by whole_key) as copies from kept a "
        "where not exists (select 1 from kept b where b.whole_key = a.whole_key and b.age > a.age "
        "and list_has_all(b.columns, a.columns))"
    )


def _composed_sql(table: StagingTable) -> str:
    """SELECT of the rows with several copies, from temp table kept."""
    newest = {name: f"max_by({name}, age)" for name in PROVENANCE}
    newest["shape"] = str(COMPOSED)
    newest["untold"] = (
        "nullif(',' || array_to_string(list_filter(string_split(trim(max_by(coalesce(untold, ''), age), ','), ','), "
        "lambda c: c <> '' and not list_contains(flatten(list(columns)), c)), ',') || ',', ',,')"
    )
    told = {
        name: f"arg_max_null({name}, age + case when list_contains(columns, {quoted(name)}) then {TOLD} else 0 end)"
        for name in table.stored
    }
    if table.states:
        told[table.states.column] = table.states.of_copies_sql(told[table.states.column], told.__getitem__)
    said = ", ".join(f"{sql} as {name}" for name, sql in (told | newest).items())
    return f"select {said} from kept where copies > 1 group by whole_key"
