"""Several small files of one header loaded in one transaction, each with an account of its own.

What belongs here: the order of the steps, and telling the files apart again. What does not: which files go together
(batches.py), their rows (joint_rows.py), what one level gives (levels.py).
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.database import transaction
from pipelines.ingest.account import Account, Entry, FileResult
from pipelines.ingest.forgotten import marks_of
from pipelines.ingest.headers import Match
from pipelines.ingest.incoming import OneByOneError
from pipelines.ingest.joint_rows import BATCH, Group, JointReader
from pipelines.ingest.levels import Given, Level, forget, load_level
from pipelines.ingest.loading import NO_ROWS, facts_of, next_file_id
from pipelines.ingest.origin import OWN, Facts, Origin
from pipelines.ingest.planning import make_plan
from pipelines.privacy import load_key
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

_TYPES = ("bigint", "varchar", "varchar", "varchar", "timestamp", "timestamp")  # of OWN


def load_together(connection: Connection, settings: Settings, group: Group, scratch: Path) -> dict[int, FileResult]:
    """Loads a group's files in one transaction: what became of each, by its number; of those left out, nothing.

    Raises OneByOneError, or what a file can do to its readers, when none of them could be loaded together.
    """
    load = _Load(connection, settings, group, scratch)
    try:
        load.read()
        if not all(member.found.is_as_found() for member in group.members):
            raise OneByOneError  # the one that changed waits
        if group.is_ordered and len(load.numbers) < len(group.members):
            raise OneByOneError  # one that was left out would come after those that were found after it
        if load.numbers:
            with transaction(connection):
                load.load()
    finally:
        forget(connection, [load.reader])
        connection.execute(f"drop table if exists {BATCH}")
    return dict(zip(load.numbers, load.results, strict=True))


class _Load:
    """The steps of one group."""

    def __init__(self, connection: Connection, settings: Settings, group: Group, scratch: Path) -> None:
        self.connection = connection
        self.settings = settings
        self.group = group
        self.started = time.monotonic()
        self.now = datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None)
        self.forgotten = marks_of(connection)
        self.reader = JointReader(connection, scratch, "joint", settings.reading)
        self.match: Match = group.members[0].opened.match
        self.first_id = next_file_id(connection)
        self.numbers: list[int] = []  # of the files that are loaded here
        self.results: list[FileResult] = []

    def read(self) -> None:
        """Reads the rows of all files; staging is not touched."""
        everyone = self._origin(list(range(len(self.group.members))))
        self.plan = make_plan(self.match, everyone)
        modified = [facts.modified_at for facts in everyone.files]
        self.numbers = self.reader.straighten(self.group, self.plan, modified)
        if self.numbers:
            self.origin = self._origin(self.numbers)
            self._create_batch()
            self.reader.judge()

    def _origin(self, numbers: list[int]) -> Origin:
        timezone = self.settings.timezone
        files = [
            facts_of(self.match.source, self.group.members[number].found, self.first_id + place, self.now, timezone)
            for place, number in enumerate(numbers)
        ]
        key = load_key(self.settings.key_path)
        return Origin.of_several(tuple(files), BATCH, timezone, key, self.forgotten)

    def _create_batch(self) -> None:
        """Temp table batch: number and facts of each file."""
        listed = ", ".join(f"unnest(?::{kind}[]) as {name}" for name, kind in zip(OWN, _TYPES, strict=True))
        columns = zip(*(facts.values for facts in self.origin.files), strict=True)
        self.connection.execute(
            f"create or replace temp table batch as select unnest(?::bigint[]) as number, {listed}",
            [self.numbers, *map(list, columns)],
        )

    def load(self) -> None:
        """Everything that changes staging and the ledger."""
        account = Account(self.connection, self.now, self.settings.reading)
        level = Level(self.plan, self.reader, self.reader.rows, self.origin)
        given = load_level(self.connection, self.settings, account, level)
        loaded = self._loaded(given)
        bad = self._by_file(f"select own_id, count(*) from {self.reader.rows.name} where is_bad group by all")
        out = Counter[int]()
        if self.plan.leaves_rows_out:
            left_out = f"{self.reader.rows.name} where is_left_out and not is_bad"
            out = self._by_file(f"select own_id, count(*) from {left_out} group by all")
        for number, facts in zip(self.numbers, self.origin.files, strict=True):
            self.results.append(self._result(number, facts, given, loaded, bad[facts.file_id], out[facts.file_id]))
        self._check(given)
        account.enter(
            [
                Entry(member.found, member.sha, facts.modified_at, facts.version_at, member.opened.encoding, result)
                for member, facts, result in zip(
                    [self.group.members[number] for number in self.numbers],
                    self.origin.files,
                    self.results,
                    strict=True,
                )
            ]
        )

    def _result(
        self, number: int, facts: Facts, given: Given, loaded: dict[str, Counter[int]], bad: int, out: int
    ) -> FileResult:
        member, read = self.group.members[number], self.reader.counts[number] - out
        tables = {table: counts[facts.file_id] for table, counts in loaded.items()}
        stands = sum(tables[table] for table in given.merged)
        refused = bad + given.conflicting.get(facts.file_id, 0)
        told = [*member.opened.match.notices, *member.opened.notices]
        told += [notice for file_id, notice in given.notices if file_id == facts.file_id]
        told += [] if read else [NO_ROWS]
        return FileResult(
            path=facts.path,
            source=self.match.source.name,
            rows_read=read,
            rows_loaded=stands,
            rows_superseded=read - stands - refused,
            rows_quarantined=refused,
            seconds=(time.monotonic() - self.started) / len(self.numbers),
            notices=list(dict.fromkeys(told)),
            tables=tables,
            file_id=facts.file_id,
            match=member.opened.match,
        )

    def _loaded(self, given: Given) -> dict[str, Counter[int]]:
        """Rows of each file that stand now, by table."""
        mine = self.origin.brought("file_id")
        source = f"file_source = '{self.match.source.name}'"
        counts = dict.fromkeys(given.summed, "count(*)") | dict.fromkeys(given.merged, "count(file_row)")
        return {
            table: self._by_file(f"select file_id, {rows} from staging.{table} where {mine} and {source} group by all")
            for table, rows in counts.items()
        }

    def _by_file(self, sql: str) -> Counter[int]:
        return Counter(dict(self.connection.execute(sql).fetchall()))

    def _check(self, given: Given) -> None:
        """Every physical row is accounted for, counted once as it was read and once as it was moved."""
        moved = [sum(m.inserted for m in given.merged.values()), sum(m.superseded for m in given.merged.values())]
        told = [sum(r.rows_loaded for r in self.results), sum(r.rows_superseded for r in self.results)]
        if moved != told:
            files = f"{len(self.results)} files, the first of them {self.results[0].path}"
            raise RuntimeError(f"{files}: {moved} rows stand or are superseded, but {told} are accounted for")
