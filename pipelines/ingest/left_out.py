"""Rows that say of themselves that they are none of what their file lists, such as staff among a group's members.

What belongs here: the words of `leaves_out` and `keeps` as SQL, and telling what they made of a file. What does not:
which words there are (assets/sources), and rows of totals (table_noise.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.cells.plainly import among_sql
from pipelines.ingest.forgotten import forgotten_sql, told_of_forgotten
from pipelines.ingest.layers import Layers, sql_name
from pipelines.ingest.notices import Notice
from pipelines.ingest.origin import Origin
from pipelines.privacy import mask_text

if TYPE_CHECKING:
    from pipelines.database import Connection
    from pipelines.ingest.plan import Plan, Target

NAMED = 5


def in_words_sql(value: str, words: tuple[str, ...]) -> str:
    """SQL: a cell says one of these words; an empty one does not."""
    return f"coalesce({among_sql(f'lower({value})', tuple(word.lower() for word in words))}, false)"


def kind_of(name: str) -> str:
    """Name of the output that holds what a row says of itself."""
    return f"kind_{name}"


def add_left_out(layers: Layers, leaving: tuple[str, ...], targets: list[Target]) -> list[str]:
    """Adds whether a row says of itself that it is none of what the file lists, or is somebody's who was forgotten:
    the outputs that say so."""
    said = [in_words_sql(sql_name(name), layers.columns[name].leaves_out) for name in leaving]
    layers.rows += [f"{sql_name(name)} as {kind_of(name)}" for name in leaving]
    outputs = ["is_left_out", *map(kind_of, leaving)]
    if layers.origin.forgotten:
        is_forgotten = forgotten_sql(targets, layers.origin)
        layers.keys.append(f"{is_forgotten} as is_forgotten")
        said.append(is_forgotten)
        outputs.append("is_forgotten")
    if not said:
        return []
    layers.keys.append(f"{' or '.join(said)} as is_left_out")
    return outputs


def told_of_left_out(connection: Connection, plan: Plan, rows: str, origin: Origin) -> list[tuple[int, Notice]]:
    """How many rows of each file were left out, and how many say a word that nobody knows."""
    notices = told_of_forgotten(connection, plan, rows, origin)
    for name in (name for name in plan.leaves_out if kind_of(name) in plan.outputs):  # a list's rows say none of it
        column, header = plan.match.source.all_columns[name], plan.match.header_of(name)
        out = in_words_sql(kind_of(name), column.leaves_out)
        known = f"{out} or {in_words_sql(kind_of(name), column.keeps)} or {kind_of(name)} is null"
        for condition, notice in ((out, _left_out), (f"not t.is_left_out and not ({known})", _unknown)):
            found = connection.execute(
                f"select {origin.file_id} as file_id, count(*), list_sort(list(distinct {kind_of(name)})) "
                f"from {rows} t where not t.is_bad and ({condition}) group by all having count(*) > 0 order by all"
            ).fetchall()
            notices += [(file_id, notice(header, count, words)) for file_id, count, words in found]
    return notices


def _left_out(header: str, count: int, words: list[str]) -> Notice:
    said = f"{count} rows were left out: here they say {_named(words)}, which is nothing that this file is read for"
    return Notice("left_out", said, header, count, "aside", {"words": _named(words)})


def _unknown(header: str, count: int, words: list[str]) -> Notice:
    said = (
        f"{count} rows say {_named(words)} here, a word that Siyu does not know: they count as all others do. If they "
        "should not (staff, say), take them out or write 员工 in this column, then run siyu run --full"
    )
    return Notice("unknown_kind", said, header, count, "told", {"words": _named(words)})


def _named(words: list[str]) -> str:
    """The first few words; what should be a kind of person may be a name or a number of one."""
    more = [f"and {len(words) - NAMED} more"] if len(words) > NAMED else []
    return ", ".join([*(mask_text(word) for word in words[:NAMED]), *more])
