"""Orders of lines that have no number of their own, told again: which of them nobody can put together for sure.

What belongs here: finding the orders of which the newest file lacks a line of an older one, and letting them wait. What
does not: the sums (sums.py), refused lines (sums.py), and which copy of a line stands (merging.py).

Such a line may be gone (another product was sent instead) or stand in another file (an order cut in two by the end of a
file). The one must not be added, the other must. It waits until a later file tells all of its lines.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipelines.ingest.incoming import Incoming
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Target
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

_SAID = (
    "{} orders have lines in an older file that the newest one does not tell again; a line that is gone and one that "
    "stands elsewhere cannot be told apart, so these orders have no total. Export such an order whole, in one file; if "
    "the line is gone, take the older file out of landing and run `siyu run --full`"
)


def await_retold(connection: Connection, incoming: Incoming, items: Target, key: list[str]) -> list[tuple[int, Notice]]:
    """Enters these orders in ops.waiting; notices by file. `key`: of an order, in SQL over its lines as i."""
    if items.load.repeats is None:
        return []
    source = quoted(incoming.source.name)
    waiting = connection.execute(
        f"with lines as ({_lines_sql(incoming, items, key)}) select min(platform), min(shop_id), min(order_id), "
        "max(told_by) as told_by, max(version_at) from lines where told_by is not null group by whole_key "
        "having bool_or(is_older and whole_key in (select whole_key from lines l where is_older and not exists ("
        f"{_again_sql(items, source)}))) order by all"
    ).fetchall()
    if waiting:
        connection.executemany(
            "insert into ops.waiting (table_name, file_source, platform, shop_id, order_id, file_id, version_at) "
            f"values ({quoted(items.table.name)}, {source}, ?, ?, ?, ?, ?)",
            waiting,
        )
    told = Counter(file_id for *_, file_id, _ in waiting)
    return [(file, Notice("lines_elsewhere", _SAID.format(n), "order_id", n, "aside")) for file, n in told.items()]


def _lines_sql(incoming: Incoming, items: Target, key: list[str]) -> str:
    """SELECT of the source's standing lines: which of these files told their order, and has a newer one than theirs."""
    origin, order = incoming.origin, ", ".join(key)
    whole_key = f"[{', '.join(f'{part}::varchar' for part in key)}]"
    mine = "(o.own_modified_at, o.own_name, o.own_path)"
    age = f"case when f.file_id is null then {mine} else (f.modified_at, f.file_name, f.path) end"
    newest = f"first_value(i.file_id) over (partition by {order} order by i.version_at desc, {age} desc)"
    return (
        f"select i.*, {whole_key} as whole_key, {newest} as newest, i.file_id <> newest as is_older, "
        f"max(case when {origin.brought('i.file_id')} then i.file_id end) over (partition by {order}) as told_by "
        f"from staging.{items.table.name} i left join ops.files f on f.file_id = i.file_id "
        f"left join {origin.relation} o on o.own_id = i.file_id where i.file_source = {quoted(incoming.source.name)}"
    )


def _again_sql(items: Target, source: str) -> str:
    """SELECT of a copy of line l in the newest file, which an older one has beaten by its state."""
    mine = items.table.key_sql(lambda column: f"o.{column}")
    theirs = items.table.key_sql(lambda column: f"l.{column}")
    same = " and ".join(f"{one} = {other}" for one, other in zip(mine, theirs, strict=True))
    return (
        f"select 1 from superseded.{items.table.name} o "
        f"where o.file_source = {source} and o.file_id = l.newest and {same}"
    )
