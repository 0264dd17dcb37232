"""One thing cut in two ways: a day's spend as a whole in one file, by account or advertisement in another.

What belongs here: refusing the second of two such files, since both cuts would be added. What does not: rows of one
file (clashes.py), rows of one key (merging.py), refunds, of which the finer row is known (assets/core/refunds.sql).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.incoming import Incoming, OneByOneError
from pipelines.ingest.plan import Target
from pipelines.ingest.text import UnreadableError

if TYPE_CHECKING:
    import duckdb


def refuse_other_cut(connection: duckdb.DuckDBPyConnection, incoming: Incoming, target: Target) -> None:
    """Raises UnreadableError where rows stand that are the incoming ones with more or fewer parts of their key told.

    Raises OneByOneError where that may be so of files loaded together: then which of them is refused is told.
    """
    told_by = target.table.told_by
    if told_by is None:
        return
    rows = f"{incoming.name} t where {target.condition()}"
    if not incoming.origin.is_one and _are_cut_unalike(connection, target, told_by.parts, rows):
        raise OneByOneError
    parts = [(f"s.{part}", target.expression(part)) for part in told_by.parts]
    meets = [f"s.{name} = {target.expression(name)}" for name in told_by.same]
    meets += [f"({standing} = {arriving} or {standing} = '' or {arriving} = '')" for standing, arriving in parts]
    differs = " or ".join(f"({standing} = '') <> ({arriving} = '')" for standing, arriving in parts)
    count, path = connection.execute(
        f"select count(distinct t.rec), min(f.path) from staging.{target.table.name} s join ops.files f "
        f"using (file_id), {rows} and {' and '.join(meets)} and ({differs})"
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


def _are_cut_unalike(connection: duckdb.DuckDBPyConnection, target: Target, parts: tuple[str, ...], rows: str) -> bool:
    """Whether some of the rows tell parts of their key that others leave empty."""
    told = ", ".join(f"{target.expression(part)} = ''" for part in parts)
    return len(connection.execute(f"select distinct {told} from {rows} limit 2").fetchall()) > 1
