"""Rows without an id of their own: equal ones of a file are numbered, unless the file itself tells them twice.

What belongs here: numbering, and parts of a file that repeat another one (an export pasted below itself, a sheet of all
months beside those of each). What does not: what becomes of the rows (merging.py), rows with ids (clashes.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.database import add_rows
from pipelines.ingest.incoming import Incoming, keys_in_file, run_counted
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Target

if TYPE_CHECKING:
    from pipelines.database import Connection

Told = list[tuple[int, Notice]]
_AGAIN = (
    "{} rows under a further header or on another sheet stand whole in another part of this file; they count once. If "
    "they are other {}, give each row an id of its own"
)
_OVERLAP = (
    "{} rows ({} yuan) stand under two headers or on two sheets of this file, beside others that do not, and count "
    "each time, as nothing numbers them: if the parts overlap, take one of them out, or export with an id for each row"
)
_EQUAL = (
    "{} rows ({} yuan) are the same as another in all that is read of {}, and all of them count, as nothing numbers "
    "them: if one was pasted twice, take it out; an id for each row settles it"
)


@dataclass(frozen=True)
class Numbered:
    """The rows with their numbers. Temp table `again` (row_id): those that a part of the file only repeats."""

    incoming: Incoming
    notices: Told
    repeated: bool


def number_rows(connection: Connection, incoming: Incoming, target: Target) -> Numbered:
    """The second of two equal rows of a file gets the key `…#2`, by what they say, in whatever order they stand."""
    told = _find_again(connection, incoming, target)
    money = f"{target.expression(target.table.money)} desc nulls last, " if target.table.money else ""
    content, again = _content(target), "t.rec in (select row_id from again)"
    name, key = f"numbered_{target.index}", f"s{target.index}_{target.load.repeats}"
    alike = ", ".join(keys_in_file(incoming, target))
    connection.execute(
        f"create or replace temp table {name} as select t.* replace (case when place > 1 then {key} || '#' || place "
        f"else {key} end as {key}) from (select t.*, {content} as content, row_number() over (partition by {alike} "
        f"order by {again}, {money}{content}, t.rec) as place from {incoming.name} t where {target.condition()}) t"
    )
    numbered = replace(incoming, name=f"temp.{name}")
    told += _equal(connection, numbered, target)
    return Numbered(numbered, told, any(notice.code == "part_repeated" for _, notice in told))


def leave_repeated(connection: Connection, incoming: Incoming) -> None:
    """Rows of parts that only repeat another one lose against it, as identical copies."""
    add_rows(connection, "losers", f"select row_id, {incoming.origin.files[0].file_id}, false, false from again")


def _content(target: Target) -> str:
    return f"hash({', '.join(target.expression(column) for column in target.table.stored)})"


def _money(target: Target) -> str:
    amounts = (name for name, column in target.table.stored.items() if column.type == "amount")
    column = target.table.money or next(amounts, None)
    return target.expression(column) if column else "0"


def _find_again(connection: Connection, incoming: Incoming, target: Target) -> Told:
    """Temp table again, and what is said of parts of the file that share rows."""
    connection.execute("create or replace temp table again (row_id bigint)")
    if len(incoming.blocks) < 2:
        return []
    file_id = incoming.origin.files[0].file_id
    block = " + ".join(f"(t.line >= {start})::int" for start in incoming.blocks)
    content, money = _content(target), _money(target)
    connection.execute(
        "create or replace temp table blocked as select *, row_number() over (partition by block, content order by rec"
        f") as nth from (select t.rec, {money} as money, {content} as content, {block} as block "
        f"from {incoming.name} t where {target.condition()})"
    )
    repeated = run_counted(
        connection,
        "insert into again with sizes as (select block, count(*) as n from blocked group by block), shared as (select "
        "a.block as small, b.block as big, count(*) as n from blocked a join blocked b on a.content = b.content "
        "and a.nth = b.nth and a.block <> b.block group by all) select rec from blocked where block in (select small "
        "from shared s join sizes x on x.block = small join sizes y on y.block = big "
        "where s.n = x.n and (y.n > x.n or small > big))",
    )
    told = [Notice("part_repeated", _AGAIN.format(repeated, target.table.name), target.table.name, repeated, "aside")]
    rows, amount = connection.execute(
        "with rest as (select * from blocked where rec not in (select row_id from again)) select count(*), sum(money) "
        "from rest a where exists (select 1 from rest b where a.content = b.content and a.nth = b.nth "
        "and a.block > b.block)"
    ).fetchall()[0]
    connection.execute("drop table blocked")
    overlap = [_counted("parts_overlap", _OVERLAP, target, rows, amount)] if rows else []
    return [(file_id, notice) for notice in [*(told if repeated else []), *overlap]]


def _equal(connection: Connection, numbered: Incoming, target: Target) -> Told:
    """Equal rows with an amount that are counted each time, by file."""
    money, file_id = _money(target), numbered.origin.file_id
    found = connection.execute(
        "select file_id, sum(n - 1)::bigint, sum((n - 1) * money) from (select file_id, content, count(*) as n, "
        f"any_value(money) as money from (select {file_id} as file_id, t.content, {money} as money from "
        f"{numbered.name} t where {money} > 0 and t.rec not in (select row_id from again) and t.content in "
        f"(select content from {numbered.name} where place > 1)) group by all having count(*) > 1) "
        "group by all order by all"
    ).fetchall()
    return [(file, _counted("equal_rows", _EQUAL, target, rows, amount)) for file, rows, amount in found]


def _counted(code: str, said: str, target: Target, rows: int, amount: Decimal | None) -> Notice:
    facts = {"amount": f"{amount or 0:.2f}"}
    return Notice(code, said.format(rows, facts["amount"], target.table.name), target.table.name, rows, facts=facts)
