"""One thing cut in two ways: a day's spend as a whole in one row, by account or advertisement in others.

What belongs here: refusing the second of two such files, and a file that holds both, since both cuts would be added.
What does not: rows of one key (clashes.py, merging.py), refunds, of which the finer row is known
(assets/core/refunds.sql).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.ingest.copies import ToldBy
from pipelines.ingest.incoming import Incoming, OneByOneError
from pipelines.ingest.plan import Target
from pipelines.ingest.text import UnreadableError

if TYPE_CHECKING:
    from pipelines.database import Connection


def refuse_other_cut(connection: Connection, incoming: Incoming, target: Target) -> None:
    """Raises UnreadableError where rows stand, or come along, that are the incoming ones with more or fewer parts of
    their key told.

    Raises OneByOneError where that may be so of files loaded together: then which of them is refused is told.
    """
    told_by = target.table.told_by
    if told_by is None:
        return
    rows = f"{incoming.name} t where {target.condition()}"
    if _are_cut_unalike(connection, target, told_by.parts, rows):
        if not incoming.origin.is_one:
            raise OneByOneError
        _refuse_both_cuts(connection, target, told_by, rows)
    is_twice = _is_twice_sql(told_by, lambda column: f"s.{column}", target.expression)
    count, path = connection.execute(
        f"select count(distinct t.rec), min(f.path) from staging.{target.table.name} s join ops.files f "
        f"using (file_id), {rows} and {is_twice}"
    ).fetchall()[0]
    if not count:
        return
    if not incoming.origin.is_one:
        raise OneByOneError
    named = ", ".join(told_by.parts)
    raise UnreadableError(
        "same_thing_twice",
        f"{named} in both files or in neither: keep the finer one, take the other out of landing and run siyu run "
        "--full; if they are different accounts or platforms, say so in a column of each",
        found=f"{count} rows are of a day that stands already with other parts of its key told ({path})",
        facts={"rows_twice": count, "parts": named, "other_path": path},
    )


def _refuse_both_cuts(connection: Connection, target: Target, told_by: ToldBy, rows: str) -> None:
    """Raises UnreadableError where rows of one file are the same thing, as a whole and cut."""
    columns = ", ".join(f"{target.expression(column)} as {column}" for column in (*told_by.same, *told_by.parts))
    is_twice = _is_twice_sql(told_by, lambda column: f"a.{column}", lambda column: f"b.{column}")
    count, line = connection.execute(
        f"with cut as (select t.rec, t.line, {columns} from {rows}) "
        f"select count(distinct a.rec), min(a.line) from cut a, cut b where {is_twice}"
    ).fetchall()[0]
    if count:
        named = ", ".join(told_by.parts)
        raise UnreadableError(
            "whole_beside_parts",
            f"{named} in all rows of a day or in none: take the rows out that add up others; if they are another "
            "account or advertisement, say so in that column",
            found=f"{count} rows are of one day with other parts of their key told, the first in line {line}",
            facts={"rows_twice": count, "parts": named, "line": line},
        )


def _is_twice_sql(told_by: ToldBy, one: Callable[[str], str], other: Callable[[str], str]) -> str:
    """SQL: two rows are the same thing, and one of them tells a part that the other leaves empty."""
    parts = [(one(part), other(part)) for part in told_by.parts]
    meets = [f"{one(column)} = {other(column)}" for column in told_by.same]
    meets += [f"({a} = {b} or {a} = '' or {b} = '')" for a, b in parts]
    differs = " or ".join(f"({a} = '') <> ({b} = '')" for a, b in parts)
    return f"{' and '.join(meets)} and ({differs})"


def _are_cut_unalike(connection: Connection, target: Target, parts: tuple[str, ...], rows: str) -> bool:
    """Whether some of the rows tell parts of their key that others leave empty."""
    told = ", ".join(f"{target.expression(part)} = ''" for part in parts)
    return len(connection.execute(f"select distinct {told} from {rows} limit 2").fetchall()) > 1
