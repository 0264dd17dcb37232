"""Rows of one file with the same key: the newest, then the last line, wins, unless they are no copies of each other.

What belongs here: which rows of a file lose against another of it, and when so many do that the file is something else.
What does not: rows that stand already (merging.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.database import add_rows
from pipelines.ingest.columns_told import lacks_sql, told_columns
from pipelines.ingest.incoming import Incoming, OneByOneError, keys_in_file, keys_of, one_number
from pipelines.ingest.others import differs_sql
from pipelines.ingest.plan import Target
from pipelines.ingest.text import UnreadableError

if TYPE_CHECKING:
    from pipelines.database import Connection

# A file is refused when at least so many rows would vanish behind others, and it has at least so many rows per key.
MANY_ROWS, ROWS_PER_KEY = 10, 5
# Rows alike in every column that is read are compared as they stand in the file; more than these would take too long.
COMPARED = 20_000


def find_losers(connection: Connection, incoming: Incoming, target: Target, keep_last: bool) -> bool:
    """Temp table losers (row_id, file_id, conflicts, is_alike): rows that do not go on. True when there are any.

    `conflicts`: it contradicts another row of the same key and version. `is_alike`: it differs only in columns that are
    not read. Raises UnreadableError when the rows collapse onto few keys.
    """
    connection.execute(
        "create or replace temp table losers (row_id bigint, file_id bigint, conflicts boolean, is_alike boolean)"
    )
    rows = f"from {incoming.name} t where {target.condition()}"
    key = f"hash({', '.join(keys_in_file(incoming, target))})"
    if _find_clashes(connection, key, rows):
        _rank(connection, incoming, target, f"{rows} and {key} in (select key from clashes)")
        if not keep_last:
            _compare_raw(connection, incoming)
            counts = f"select count(*), count(distinct {key}) {rows}"
            _refuse_collapse(connection, target, counts, incoming.origin.is_one)
        _judge(connection, target, keep_last)
    if not incoming.origin.is_one:
        _find_beaten(connection, incoming, target, f"{rows} and t.rec not in (select row_id from losers)")
    return bool(one_number(connection, "select count(*) from losers"))


def _find_clashes(connection: Connection, key: str, rows: str) -> bool:
    """Temp table clashes: hashes of the keys that stand more than once; whether there are any."""
    connection.execute(
        "create or replace temp table clashes as "
        f"select key from (select {key} as key {rows}) group by key having count(*) > 1"
    )
    return bool(one_number(connection, "select count(*) from clashes"))


def _find_beaten(connection: Connection, incoming: Incoming, target: Target, rows: str) -> None:
    """Rows of one file that meet a newer copy in another of the same load.

    Raises OneByOneError where the newer copy goes back behind the older one, tells less, or seems to be no copy of it:
    what is made of that stands in the name of its file.
    """
    key = f"hash({', '.join(keys_of(target))})"
    if not _find_clashes(connection, key, rows):
        return
    keys = ", ".join(f"{key}::varchar" for key in keys_of(target))
    cells = ", ".join(f"{name}: {target.expression(name)}" for name in target.table.stored)
    told = told_columns(incoming.plan, target)
    older, newest = "cells.{}".format, "first_value(cells.{}) over furthest".format
    connection.execute(
        "create or replace temp table rivals as select row_id, file_id, row_number() over furthest as place, "
        "rank < first_value(rank) over furthest and newness > first_value(newness) over furthest as goes_back, "
        f"{differs_sql(target, told, older, newest)} as is_other, "
        f"{lacks_sql(target.table, newest, older)} as tells_more "
        f"from (select t.rec as row_id, {incoming.origin.file_id} as file_id, {_rank_sql(target)} as rank, [{keys}] as "
        f"keys, ({incoming.plan.version_at}, {incoming.origin.age}, t.line) as newness, {{{cells}}} as cells {rows} "
        f"and {key} in (select key from clashes)) "
        "window furthest as (partition by keys order by rank desc, newness desc)"
    )
    if one_number(connection, "select count(*) from rivals where goes_back or is_other or tells_more"):
        raise OneByOneError
    add_rows(connection, "losers", "select row_id, file_id, false, false from rivals where place > 1")


def _rank_sql(target: Target) -> str:
    states = target.table.states
    return f"coalesce({states.rank_sql(target.expression(states.column))}, -1)" if states else "0"


def refuse_torn_parts(connection: Connection, incoming: Incoming, target: Target) -> None:
    """Raises UnreadableError when a later part of a file (under another header) says another amount of a row of an
    earlier one: the two may be lines of one sum. Needs temp table meetings."""
    table = target.table
    amounts = [name for name, column in table.stored.items() if column.type == "amount"]
    differ = " or ".join(f"s.{name} <> {target.expression(name)}" for name in amounts)
    if table.repeated_rows is None or not differ:
        return
    torn = one_number(
        connection,
        f"select count(*) from meetings m join staging.{table.name} s on s.rowid = m.standing_id "
        f"join {incoming.name} t on t.rec = m.row_id where {incoming.origin.brought('m.standing_file')} and ({differ})",
    )
    if torn:
        raise UnreadableError(
            "parts_contradict", table.repeated_rows, found=f"{torn} rows under a second header, with other amounts"
        )


def _rank(connection: Connection, incoming: Incoming, target: Target, rows: str) -> None:
    """Temp table rivals: the rows of every key that stands more than once in a file, the winner in place 1."""
    content = f"hash({', '.join(target.expression(column) for column in target.table.stored)})"
    connection.execute(
        "create or replace temp table rivals as select *, false as is_alike, row_number() over newest as place, "
        "version = first_value(version) over newest as is_level, "
        "content <> first_value(content) over newest as differs "
        f"from (select t.rec as row_id, {incoming.origin.file_id} as file_id, {incoming.plan.version_at} as version, "
        f"{_rank_sql(target)} as rank, t.line as line, "
        f"{content} as content, [{', '.join(f'{k}::varchar' for k in keys_in_file(incoming, target))}] as keys {rows}) "
        "window newest as (partition by keys order by rank desc, version desc, line desc, row_id desc)"
    )


def _compare_raw(connection: Connection, incoming: Incoming) -> None:
    """Marks rows that say the same as their winner in every column we read, and something else in the others."""
    alike = "select keys from rivals where is_level and not differs and place > 1"
    wanted = f"select row_id from rivals where is_level and keys in ({alike}) order by keys limit {COMPARED}"
    if not one_number(connection, f"select count(*) from ({alike})"):
        return
    connection.execute(
        f"create or replace temp table raw_rivals as select r.keys, r.row_id, r.place, w.content as raw "
        f"from ({incoming.raw(wanted)}) w join rivals r on r.row_id = w.rec"
    )
    connection.execute(
        "update rivals set is_alike = true from (select row_id, raw <> first_value(raw) over "
        "(partition by keys order by place) as is_other from raw_rivals) w "
        "where w.row_id = rivals.row_id and w.is_other and place > 1 and is_level and not differs"
    )
    connection.execute("drop table raw_rivals")


def _refuse_collapse(connection: Connection, target: Target, counts: str, is_one: bool) -> None:
    lost = one_number(connection, "select count(*) from rivals where place > 1 and is_level and (differs or is_alike)")
    if lost < MANY_ROWS or target.load.partial:
        return
    if not is_one:
        raise OneByOneError
    rows, keys = connection.execute(counts).fetchall()[0]
    if rows >= ROWS_PER_KEY * keys:
        named = ", ".join(target.table.key)
        raise UnreadableError(
            "rows_collapse",
            f"rows of {target.table.name}, each with its own {named}; move the file into the folder of what it is"
            + (f", or: {target.table.repeated_rows}" if target.table.repeated_rows else ""),
            found=f"{rows} different rows with {keys} different {named}",
            facts={"different_rows": rows, "keys": keys},
        )


def _judge(connection: Connection, target: Target, keep_last: bool) -> None:
    """Contradicting rows are set aside: all but the last, or all of them where they may be parts of a sum."""
    if keep_last:
        add_rows(connection, "losers", "select row_id, file_id, false, false from rivals where place > 1")
        return
    if target.table.repeated_rows is None:
        add_rows(
            connection,
            "losers",
            "select row_id, file_id, is_level and differs, is_alike from rivals where place > 1",
        )
        return
    add_rows(
        connection,
        "losers",
        "select row_id, file_id, is_level and is_torn, false from (select *, "
        "bool_or(is_level and (differs or is_alike)) over (partition by keys) as is_torn from rivals) "
        "where place > 1 or is_torn",
    )
