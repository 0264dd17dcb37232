"""Incoming rows meet standing ones: per key the newest copy stands, whichever file came first.

What belongs here: versions and superseding; all set-based, inside the caller's transaction. What does not: how the
incoming table was made (rows.py), rows of one file among themselves (clashes.py), copies of different shapes
(composing.py), orders summed from items (sums.py).

Newer means: further in its states, then greater (version_at, file's time, file's name, its path, its line). Nothing in
it depends on the order of arrival, so any order gives the same staging tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.ingest.clashes import find_losers, refuse_torn_parts
from pipelines.ingest.columns_told import COMPOSED, lacks_sql, mixes_sql, shape_of, told_columns, untold_sql
from pipelines.ingest.composing import compose
from pipelines.ingest.hours import hours_sql
from pipelines.ingest.incoming import (
    Incoming,
    OneByOneError,
    keys_of,
    one_number,
    provenance_of,
    run_counted,
)
from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.notices import Notice
from pipelines.ingest.numbering import leave_repeated, number_rows
from pipelines.ingest.origin import Origin
from pipelines.ingest.other_cut import refuse_other_cut
from pipelines.ingest.others import differs_sql
from pipelines.ingest.plan import Target
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import StagingTable
from pipelines.ingest.states import BEHIND, FURTHER, merging_notices, ranks_sql
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection


@dataclass(frozen=True)
class Merged:
    """What became of one target's rows."""

    inserted: int = 0
    superseded: int = 0  # incoming rows that do not stand: identical or older copies
    conflicting: int = 0  # incoming rows that contradict another row of the same key, version and file
    replaced_own: int = 0  # rows that stood before and came with this load: of an earlier part of the same file
    notices: tuple[tuple[int, Notice], ...] = ()  # with the file of each


def merge(connection: Connection, incoming: Incoming, target: Target, keep_last: bool) -> Merged:
    """Moves one target's incoming rows into staging. `keep_last`: contradicting rows of one file are no error here.

    Leaves the temp table `losers` (row_id, conflicts, is_alike) for the caller to report.
    """
    numbered = number_rows(connection, incoming, target) if target.load.repeats is not None else None
    incoming = numbered.incoming if numbered else incoming
    clashing = find_losers(connection, incoming, target, keep_last)
    if numbered and numbered.repeated:
        leave_repeated(connection, incoming)
        clashing = True
    refuse_other_cut(connection, incoming, target)
    told = told_columns(incoming.plan, target)
    shape = shape_of(connection, target.table.name, told - set(target.table.key))
    meeting = _find_meetings(connection, incoming, target, clashing, shape, told)
    mixing = meeting and bool(one_number(connection, "select count(*) from meetings where mixes"))
    if mixing and clashing and not incoming.origin.is_one:
        raise OneByOneError
    if meeting and not keep_last and incoming.origin.is_one:
        refuse_torn_parts(connection, incoming, target)
    line = "t.line" if target.load.into is None else "null"
    arrival = _Arrival(connection, incoming, target, provenance_of(incoming, shape, untold_sql(target, told), line))
    replaced_own = arrival.make_room(mixing) if meeting else 0
    superseded, inserted = arrival.settle(clashing, meeting, mixing)
    conflicting = one_number(connection, "select count(*) from losers where conflicts") if clashing else 0
    notices = merging_notices(connection, target, clashing, meeting) + (tuple(numbered.notices) if numbered else ())
    return Merged(inserted, superseded, conflicting, replaced_own, notices)


@dataclass(frozen=True)
class _Arrival:
    """The incoming rows on their way into one table, once temp tables losers and meetings stand."""

    connection: Connection
    incoming: Incoming
    target: Target
    provenance: list[str]

    def make_room(self, mixing: bool) -> int:
        """Standing rows that do not stay go to superseded; copies that still tell something wait there too.

        Returns how many of them came with this very load.
        """
        name, listed = self.target.table.name, self._listed
        if mixing:
            self.connection.execute(
                f"insert into superseded.{name} ({listed}) select {listed} from staging.{name} where rowid in "
                f"(select standing_id from meetings where mixes) and coalesce(shape, -1) <> {COMPOSED}"
            )
            self._supersede("t.rec in (select row_id from meetings where mixes)", "null")
        leaving = "(select standing_id from meetings where wins or mixes)"
        moved = run_counted(
            self.connection,
            f"insert into superseded.{name} ({listed}, superseded_by) "
            f"select s.* exclude (standing_id), m.arriving_file "
            f"from (select {listed}, rowid as standing_id from staging.{name}) s "
            "join meetings m using (standing_id) where m.wins or m.mixes",
        )
        if moved:
            self.connection.execute(f"delete from staging.{name} where rowid in {leaving}")
        own = f"(wins or mixes) and {self.incoming.origin.brought('standing_file')}"
        return one_number(self.connection, f"select count(*) from meetings where {own}")

    def settle(self, clashing: bool, meeting: bool, mixing: bool) -> tuple[int, int]:
        """Every incoming row stands or is superseded: how many are superseded, how many stand."""
        beaten = ["select row_id from losers where not conflicts"] if clashing else []
        beaten += ["select row_id from meetings where not wins"] if meeting else []
        superseded = self._supersede(f"t.rec in ({' union all '.join(beaten)})") if beaten else 0
        gone = [*beaten, *(["select row_id from losers where conflicts"] if clashing else [])]
        gone += ["select row_id from meetings where mixes"] if mixing else []
        rest = f" and t.rec not in ({' union all '.join(gone)})" if gone else ""
        name = self.target.table.name
        inserted = run_counted(
            self.connection, f"insert into staging.{name} ({self._listed}) select {self._values} {self._rows}{rest}"
        )
        if mixing:
            standing, unplaced = self._compose()
            inserted, superseded = inserted + standing, superseded + unplaced
        if meeting:
            _correct_ledger(self.connection, self.target.table, self.incoming.origin, mixing)
        return superseded, inserted

    def _compose(self) -> tuple[int, int]:
        """Rows of several copies: how many now stand in this file's name, and how many of its rows that were winners
        do not (or, below 0, stand although an older row of the same key would have been enough)."""
        keys = ", ".join(f"{key} as k{number}" for number, key in enumerate(keys_of(self.target)))
        rows = f"{self._rows} and t.rec in (select row_id from meetings where mixes)"
        compose(self.connection, self.incoming, self.target, f"select distinct {keys} {rows}")
        mine = self.incoming.origin.brought("file_id")
        standing = one_number(self.connection, f"select count(*) from composed where {mine}")
        winners = one_number(self.connection, "select count(*) from meetings where mixes and wins")
        return standing, winners - standing

    def _supersede(self, which: str, by: str | None = None) -> int:
        return run_counted(
            self.connection,
            f"insert into superseded.{self.target.table.name} ({self._listed}, superseded_by) "
            f"select {self._values}, {by or self.incoming.origin.file_id} {self._rows} and {which}",
        )

    @property
    def _listed(self) -> str:
        return ", ".join([*self.target.table.stored, *PROVENANCE])

    @property
    def _values(self) -> str:
        return ", ".join([*(self.target.expression(c) for c in self.target.table.stored), *self.provenance])

    @property
    def _rows(self) -> str:
        return f"from {self.incoming.name} t where {self.target.condition()}"


def _find_meetings(
    connection: Connection,
    incoming: Incoming,
    target: Target,
    clashing: bool,
    shape: int,
    told: frozenset[str],
) -> bool:
    """Incoming rows whose key stands already, which of the two is newer, and whether both tell something.

    Temp table meetings; True when there are any.
    """
    table, origin = target.table, incoming.origin
    own = f" where file_source = {quoted(incoming.source.name)}" if table.versions == "newest_per_source" else ""
    if connection.execute(f"select 1 from staging.{table.name}{own} limit 1").fetchone() is None:
        return False
    version = incoming.plan.version_at
    pairs = zip(table.key_sql(lambda column: f"s.{column}"), keys_of(target), strict=True)
    on = " and ".join(f"{standing} = {arriving}" for standing, arriving in pairs)
    connection.execute(
        "create or replace temp table meetings as select *, "
        f"case when {FURTHER} then true when {BEHIND} then false else is_newer end as wins, "
        f"is_newer and {BEHIND} as goes_back, not is_newer and {FURTHER} as went_back, "
        f"{mixes_sql(connection, table, shape)} as mixes from ("
        f"select t.rec as row_id, {origin.file_id} as arriving_file, s.rowid as standing_id, "
        f"s.{table.key[-1]}::varchar as standing_number, "
        "s.file_id as standing_file, s.file_source as standing_source, s.file_row as standing_row, "
        f"{lacks_sql(table, target.expression, 's.{}'.format)} as lacks, "
        f"{lacks_sql(table, 's.{}'.format, target.expression)} as standing_lacks, "
        f"{ranks_sql(target, told)}, {differs_sql(target, told, 's.{}'.format, target.expression)} as is_other, "
        f"{hours_sql(target)}, s.shape as shape, {version} > s.version_at "
        f"or ({version} = s.version_at and coalesce(f.age < {origin.age}, true)) as is_newer "
        f"from {incoming.name} t join (select *, rowid from staging.{table.name}{own}) s on {on} "
        "left join (select file_id, (modified_at, file_name, path) as age from ops.files) f "
        f"on f.file_id = s.file_id where {target.condition()}"
        + (" and t.rec not in (select row_id from losers)" if clashing else "")
        + ")"
    )
    return bool(one_number(connection, "select count(*) from meetings"))


def _correct_ledger(connection: Connection, table: StagingTable, origin: Origin, mixing: bool) -> None:
    """Files whose rows stand no longer have fewer loaded rows and more superseded ones; the other way round too."""
    counting = [name for name, source in load_sources().items() if table.name in source.counting]
    # A row without a line is a further one of its record: the record is counted once.
    composed = f"composed where not ({origin.brought('file_id')}) and file_row is not null"
    now = f" union all select file_id, file_source, 1 from {composed}" if mixing else ""
    connection.execute(
        "update ops.files set rows_loaded = rows_loaded + n, rows_superseded = rows_superseded - n "
        "from (select file as file_id, sum(n) as n from (select standing_file as file, standing_source as source, "
        f"-1 as n from meetings where (wins or mixes) and standing_row is not null{now}) "
        "where list_contains($counting, source) "
        "group by file having sum(n) <> 0) moved where moved.file_id = ops.files.file_id",
        {"counting": counting},
    )
