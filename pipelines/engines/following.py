"""A fact after a pass over core: what the touched people were is taken off, what they are is added.

What belongs here: keeping the rows that a pass replaces, and the difference they make to a fact. What does not: which
rows a pass touches (assets/core), any fact (assets/facts).

A fact is additive over people, so the fact over everybody changes by the fact over the touched people as they are now,
less the fact over the same people as they were. Both are the fact's own SQL over the few rows that core replaced; so a
day costs a day however many dates its people bought on before. (Replacing every date of a touched person instead would
replace nearly all dates on any day: a thousand second purchases have a thousand first ones.)

Where a run was killed between core and a fact, or a pass rebuilt something whole, the fact is built whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.tables import Table, load_tables

if TYPE_CHECKING:
    from pipelines.database import Connection

BEFORE, AFTER = "before", "after"
PLACE = "stood_at"  # where a kept row stood in its table


def forget_replaced(connection: Connection) -> None:
    """Begins a pass: nothing has been replaced yet."""
    connection.execute("create or replace temp table replaced (table_name varchar, done bigint)")


def keep_replaced(connection: Connection, table: Table, done: int, was: str, now: str) -> None:
    """Keeps the rows of a table that are replaced (SQL, with their PLACE) and those that come in their place.

    `done`: the pass up to which the table stood until now.
    """
    connection.execute(f"create or replace temp table {kept(table.qualified, BEFORE)} as {was}")
    connection.execute(f"create or replace temp table {kept(table.qualified, AFTER)} as {now}")
    connection.execute("delete from temp.main.replaced where table_name = ?", [table.qualified])
    connection.execute("insert into temp.main.replaced values (?, ?)", [table.qualified, done])


def exchange(connection: Connection, table: Table) -> int:
    """The kept rows taken out of their table and what comes in their place put in; how many these are."""
    name, was, now = table.qualified, kept(table.qualified, BEFORE), kept(table.qualified, AFTER)
    connection.execute(f"delete from {name} where rowid in (select {PLACE} from {was})")
    return int(connection.execute(f"insert into {name} by name select * from {now}").fetchall()[0][0])


def was_replaced(connection: Connection, name: str, done: int) -> bool:
    """Whether every row of a table that a pass after `done` touched is among those kept (after)."""
    sql = "select count(*) from temp.main.replaced where table_name = ? and done <= ?"
    return bool(connection.execute(sql, [name, done]).fetchall()[0][0])


def can_follow(connection: Connection, fact: Table, done: int) -> bool:
    """Whether all that the fact reads was replaced by touched rows since the pass up to which the fact stands."""
    if not fact.counted_by or done < 0:
        return False
    rows = connection.execute("select table_name from temp.main.replaced where done = ?", [done]).fetchall()
    return sources(fact) <= {name for (name,) in rows}


def follow(connection: Connection, fact: Table, given: Mapping[str, Any]) -> int:
    """The fact brought up to what core is now; how many rows were written."""
    values = {**fact.parameters, **given}
    was, now = (fact.render(values, inputs=_inputs(fact, values, when)) for when in (BEFORE, AFTER))
    keys = [name for name in fact.columns if name not in fact.measures]
    same = " and ".join(f"f.{key} is not distinct from d.{key}" for key in keys)
    listed, less = ", ".join(keys), ", ".join(f"-{name} as {name}" for name in fact.measures)
    sums = ", ".join(f"cast(sum({name}) as {fact.columns[name].type}) as {name}" for name in fact.measures)
    any_left = " or ".join(f"sum({name}) <> 0" for name in fact.measures)
    columns = ", ".join([*keys, *fact.measures])
    connection.execute(f"""
        create or replace temp table difference as
            select {listed}, {sums} from (
                select {columns} from ({now}) union all select {listed}, {less} from ({was})
            ) group by all having {any_left};
        create or replace temp table changed_rows as
            select {listed}, {sums} from (
                select {", ".join(f"f.{name}" for name in [*keys, *fact.measures])}
                from {fact.qualified} as f semi join temp.main.difference as d on {same}
                union all select {columns} from temp.main.difference
            ) group by all having sum({" + ".join(fact.counted_by)}) > 0;
        delete from {fact.qualified} as f using temp.main.difference as d where {same};
    """)
    written = connection.execute(f"insert into {fact.qualified} by name select * from temp.main.changed_rows")
    return int(written.fetchall()[0][0])


def sources(table: Table) -> set[str]:
    """The tables whose rows a fact counts: through views, and without what is made of definitions alone."""
    found: set[str] = set()
    for name in table.dependencies:
        read = load_tables().get(name)
        if read is not None and read.is_view:
            found |= sources(read)
        elif read is None or not read.is_python or read.dependencies:
            found.add(name)
    return found


def _inputs(table: Table, values: Mapping[str, Any], when: str) -> dict[str, str]:
    """In the place of each table that a fact reads, its kept rows."""
    texts = {}
    for name in table.dependencies:
        read = load_tables().get(name)
        if read is not None and read.is_view:
            texts[name] = read.render({**read.parameters, **values}, inputs=_inputs(read, values, when))
        elif name in sources(table):
            columns = f"* exclude ({PLACE})" if when == BEFORE else "*"
            texts[name] = f"select {columns} from {kept(name, when)}"
    return texts


def kept(name: str, when: str = AFTER) -> str:
    """The temporary table of a table's rows that a pass replaced, or (after) of those in their place."""
    return f"temp.main.{when}_{name.replace('.', '_')}"
