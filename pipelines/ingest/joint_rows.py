"""The rows of several small files of one header as one relation.

What belongs here: writing their records into one file, and reading it. What does not: what becomes of them (joint.py).

A record's number holds the number of its file above LINE_BITS. Files with anything unusual about their lines (rejected
ones, headers further down, rows of totals) are left out, to be loaded one by one.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pipelines.ingest.csv_rows import CsvReader
from pipelines.ingest.formats.opened import Opened, Piece, csv_relation
from pipelines.ingest.incoming import OneByOneError
from pipelines.ingest.landing import Found
from pipelines.ingest.layout import totals_places
from pipelines.ingest.plan import Plan
from pipelines.ingest.records import write_records
from pipelines.ingest.rows import Rows
from pipelines.ingest.straightening import LINE_BITS, Row, straighten_rows
from pipelines.ingest.table_noise import is_header_like, is_totals, is_whole

BATCH = "temp.batch"  # number and facts of each file that is read here


@dataclass(frozen=True)
class Member:
    """A file that waits."""

    found: Found
    sha: str
    opened: Opened


@dataclass
class Group:
    """Files of one source and header; their records lie in one file."""

    path: Path
    is_ordered: bool = False  # which of its files came first decides which stands
    members: list[Member] = field(default_factory=list)
    written: int = 0

    def add(self, found: Found, sha: str, opened: Opened) -> bool:
        """Takes a file in; False, with nothing changed, when lines of it are no records."""
        with open(self.path, "r+b") as out:
            before = out.seek(0, 2)
            written = _write(opened, out, len(self.members) << LINE_BITS)
            if written is None or written != opened.expected:
                out.truncate(before)
                return False
        self.members.append(Member(found, sha, opened))
        self.written += written
        return True

    def clear(self) -> None:
        """Forgets the files and their records."""
        self.members = []
        self.written = 0
        self.path.write_bytes(b"")


def _write(opened: Opened, out: BinaryIO, base: int) -> int | None:
    """Writes a file's records, `base` added to their lines: how many, or None where a line is no record."""
    if opened.text is None:
        assert opened.records is not None
        text = io.StringIO(newline="")
        with open(opened.records, encoding="utf-8", newline="") as file:
            rows = [[base + int(line), *cells] for line, *cells in csv.reader(file)]
        csv.writer(text, lineterminator="\n").writerows(rows)
        out.write(text.getvalue().encode())
        return len(rows)
    header = opened.match.header
    piece = Piece(opened.text, header, opened.delimiter, list(range(len(header))), opened.first_line)
    refused: list[int] = []
    written = write_records(piece, out, lambda line, *_: refused.append(line), base=base)
    return None if refused else written


class JointReader(CsvReader):
    """Reads the records of a group."""

    def straighten(self, group: Group, plan: Plan, modified: list[datetime]) -> list[int]:
        """Straightens the rows of all files; returns the numbers of those that have nothing unusual about them."""
        self.plan = plan
        self.counts: Counter[int] = Counter()  # rows of each file, empty ones left out
        self.unusual: set[int] = set()
        self._open(group)
        straight = straighten_rows(plan, self._rows(), self.scratch, self.name, True, modified)
        self.straight, self.counts = straight, straight.counts
        self.unusual |= straight.unusual
        return [number for number in range(len(group.members)) if number not in self.unusual]

    def _open(self, group: Group) -> None:
        """The relation of all records that DuckDB's reader takes; files of which it rejects one are left out."""
        columns, delimiter = len(self.plan.match.header), group.members[0].opened.delimiter
        records = csv_relation(group.path, columns, delimiter, 0, numbered=True)
        taken = self._raw_count(records)
        rejected = self._rejected(delimiter, prefixed=True)
        lines = self.connection.execute(f"select line from ({rejected})").fetchall() if rejected else []
        if taken + len(lines) != group.written:
            raise OneByOneError
        self.unusual |= {line >> LINE_BITS for (line,) in lines}
        self.relation = f"(select * replace (line & {(1 << LINE_BITS) - 1} as line) from {records})"

    def _rows(self) -> Iterator[Row]:
        names, telling = frozenset(self.plan.match.header), totals_places(self.plan.match)
        for row in self._fetched([self.relation]):
            cells = row[2]
            if is_totals(cells, telling) or is_whole(cells, telling) or is_header_like(cells, names):
                self.unusual.add(row[1] >> LINE_BITS)
            yield row

    def judge(self) -> None:
        """What is wrong with each row, once temp table batch says which files are read here."""
        straight = self.straight
        known = f"(select s.*, b.* exclude (number) from {straight.rows} s {_of_batch('s')})"
        faults = f"(select f.* from {straight.faults} f semi {_of_batch('f')})"
        self._judge(known, faults, straight.counts.total())
        self._create_view(None, {})
        self.rows = self._with_own(self.rows)

    def _with_own(self, rows: Rows) -> Rows:
        """The same rows, and their faults, with the facts of their files."""
        self.connection.execute(
            f"create or replace temp view {self.name}_known as "
            f"select r.*, b.* exclude (number) from {rows.name} r {_of_batch('r')}"
        )
        faults = f"(select f.*, b.* exclude (number) from {rows.faults} f {_of_batch('f')})"
        return Rows(f"temp.{self.name}_known", rows.refused, faults=faults)

    def forget(self) -> None:
        """Drops everything that this reader made."""
        self.connection.execute(
            f"drop view if exists temp.{self.name}_known; drop view if exists temp.{self.name}_rows"
        )
        super().forget()


def _of_batch(alias: str) -> str:
    """SQL: joined with the facts of a row's file."""
    return f"join {BATCH} b on b.number = {alias}.rec >> {LINE_BITS}"
