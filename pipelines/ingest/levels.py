"""One level of what a load reads: the records of a part of a file (or of several files), or a list inside them.

What belongs here: what a level gives to the canonical tables and to quarantine. What does not: which levels there are
(loading.py, batches.py), how rows meet standing ones (merging.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.ingest.account import Account
from pipelines.ingest.conflicts import conflicts_sql
from pipelines.ingest.forgotten import note_lines
from pipelines.ingest.incoming import Incoming, keys_of
from pipelines.ingest.merging import Merged, merge
from pipelines.ingest.notices import Notice
from pipelines.ingest.origin import Origin
from pipelines.ingest.plan import Plan
from pipelines.ingest.rows import RowReader, Rows
from pipelines.ingest.snapshots import note_lists
from pipelines.ingest.sums import sum_orders
from pipelines.ingest.told import told_of_rows
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

# Made anew for every table that rows go to; dropped when a load is over.
_WORKSPACE = [
    "json_lines",
    "json_cells",
    "rejects",
    "rejects_scans",
    "losers",
    "again",
    "blocked",
    "clashes",
    "rivals",
    "raw_rivals",
    "meetings",
    "composed",
    "copies",
    "kept",
    "leaving",
    "fresh",
    "touched",
    "outdated",
    "numbered_0",
    "numbered_2",
]


@dataclass
class Level:
    """The records of one part of a file, or one list inside them."""

    plan: Plan
    reader: RowReader
    rows: Rows
    origin: Origin
    is_record: bool = True
    blocks: tuple[int, ...] = ()
    sheets: tuple[tuple[str, int], ...] = ()  # see Opened


@dataclass
class Given:
    """What a level gave: to its own tables, to those summed from them, and what is to be told of which file."""

    merged: dict[str, Merged] = field(default_factory=dict)
    summed: dict[str, Merged] = field(default_factory=dict)
    further: list[tuple[str, Merged]] = field(default_factory=list)  # second rows of its records
    conflicting: dict[int, int] = field(default_factory=dict)  # rows by file
    notices: list[tuple[int, Notice]] = field(default_factory=list)


def load_level(
    connection: Connection,
    settings: Settings,
    account: Account,
    level: Level,
    delimiter: str = ",",
) -> Given:
    """Moves a level's rows into staging, its refused ones into quarantine. `delimiter`: of lines that are no rows."""
    plan, source, given = level.plan, level.plan.match.source, Given()
    wholes = [target for target in plan.targets if target.table.repeated_rows and target.load.repeats is None]
    key = [part for target in wholes for part in keys_of(target)]
    account.write_faults(level.origin, level.rows, plan.money, level.is_record, key)
    rows, again = level.rows, level.reader.rows_again
    incoming = Incoming(rows.name, source, level.origin, plan, again, rows.refused, delimiter, level.blocks)
    for target in plan.targets:
        is_further = target.load.into is not None
        keep_last = target.load.partial or is_further or not level.is_record
        merged = merge(connection, incoming, target, keep_last)
        if is_further:
            given.further.append((target.table.name, merged))
        else:
            given.merged[target.table.name] = merged
        note_lists(connection, incoming, target)
        given.notices += merged.notices
        if merged.conflicting:
            raw = level.reader.rows_again("select row_id from losers where conflicts")
            key, expected = keys_of(target), target.table.repeated_rows
            account.quarantine(conflicts_sql(level.origin, raw, level.rows, plan.money, expected, key, level.sheets))
            by_file = "select file_id, count(*) from losers where conflicts group by all"
            for file_id, rows in connection.execute(by_file).fetchall():
                given.conflicting[file_id] = given.conflicting.get(file_id, 0) + rows
        for name, load in source.loads.items():
            if load.summed_from == target.table.name:
                given.summed[name] = sum_orders(connection, incoming, target, name)
                given.notices += given.summed[name].notices
    note_lines(connection, plan, level.rows.name, level.is_record)
    given.notices += told_of_rows(connection, plan, level.rows.name, level.origin, settings)
    return given


def forget(connection: Connection, readers: list[RowReader]) -> None:
    """Drops the workspace: nothing of a file's rows stays behind in the connection."""
    for reader in reversed(readers):
        reader.forget()
    made = "select table_name from duckdb_tables() where database_name = 'temp' and table_name like 'json#_list#_%' "
    lists = [name for (name,) in connection.execute(made + "escape '#'").fetchall()]
    connection.execute("; ".join(f"drop table if exists temp.{name}" for name in [*_WORKSPACE, *lists]))
