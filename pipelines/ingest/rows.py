"""A relation of text cells → its rows as a DuckDB view of canonical columns, each row read, refused or empty.

What belongs here: the fast look at all rows, the second look at odd ones, lines that are no rows. What does not: a
CSV's own lines (csv_rows.py), versions and standing rows (merging.py), the ledger (loading.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.layout import totals_places
from pipelines.ingest.line_noise import LineNoise
from pipelines.ingest.many_rows import ManyRows
from pipelines.ingest.midnights import day_columns
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Plan
from pipelines.ingest.refused_lines import RefusedLines
from pipelines.ingest.statements import few_rows, run_parsed
from pipelines.ingest.straightening import Row, Straightened, raw_text_sql, straighten_rows
from pipelines.ingest.table_noise import suspects_sql, totals_notice, whole_notice
from pipelines.settings import ReadingLimits

if TYPE_CHECKING:
    from pipelines.database import Connection

# Below this many rows the second look at all of them costs less than planning the fast one.
FEW = 400
MANY = 2_000  # rows of which the second look is taken column by column
BATCH = 10_000


class ReopenedError(Exception):
    """The file turned out to be in another encoding, or to have several headers: start again with this."""

    def __init__(self, opened: Opened) -> None:
        super().__init__("reopened")
        self.opened = opened


class OtherCustomError(Exception):
    """Cells of the file are written by another country's customs, so others are in doubt: read it again knowing it."""

    def __init__(self, customs: frozenset[str]) -> None:
        super().__init__(*sorted(customs))
        self.customs = customs


@dataclass
class Rows:
    """The rows of one level of a file. View `<name>`: line, rec, the plan's outputs, is_bad."""

    name: str
    refused: RefusedLines  # that are no rows
    count: int = 0  # physical rows, refused lines included, empty ones and totals not
    faults: str | None = None  # temp table of everything wrong with rows and cells
    notices: list[Notice] = field(default_factory=list)


class RowReader:
    """Reads one level. Its temp tables are named after it, so that levels do not meet."""

    def __init__(self, connection: Connection, scratch: Path, name: str, limits: ReadingLimits) -> None:
        self.connection = connection
        self.limits = limits
        self.scratch = scratch
        self.rows = Rows(f"temp.{name}_rows", RefusedLines(connection, name))
        self.name = name
        self.numbered = True  # the relation has line and rec; else rows are the file's lines
        self.relation = ""
        self.repaired: str | None = None
        self.is_table = False  # lines that people look at: some of them may be empty, or no rows
        self.keeps_wholes = False  # lines of all groups or accounts together: nothing else stands in the file
        self.noise: LineNoise | None = None  # of a table
        self.opened: Opened
        self.plan: Plan

    def read_file(self, opened: Opened, plan: Plan, folders: tuple[str, ...]) -> Rows:
        """The records of a file. Raises ReopenedError when it was not what its beginning said."""
        # A spreadsheet's empty rows are no data; an empty JSON object is.
        self.is_table = opened.refused_sql is None and opened.encoding != "parquet"
        self.opened, self.plan = opened, self._guarded(plan)
        self._begin_noise()
        self._read(folders)
        if self.noise and self.noise.wholes and not self.rows.count:
            self._read_wholes(folders, self.noise.wholes)
        self.rows.count += len(self.rows.refused)
        if self.noise and self.noise.totals:
            self.rows.notices.append(totals_notice(sorted(self.noise.totals), opened.sheets))
        return self.rows

    def _read_wholes(self, folders: tuple[str, ...], lines: list[int]) -> None:
        """Once more, where only lines of all together stand: then they are what the file tells."""
        self.rows, self.keeps_wholes = Rows(self.rows.name, self.rows.refused), True
        self._begin_noise()
        self._read(folders)
        self.rows.notices.append(whole_notice(lines, self.opened.sheets))

    def _read(self, folders: tuple[str, ...]) -> None:
        opened = self.opened
        self.relation = opened.relation
        self._look(opened.expected)
        self._begin_refused()
        if opened.refused_sql is not None:
            self.rows.refused.add(f"select line, reason, raw from {opened.refused_sql}")

    def _begin_noise(self) -> None:
        """No line was met yet."""
        self.noise = LineNoise(self.plan, self.keeps_wholes) if self.is_table else None

    def _begin_refused(self) -> None:
        """What was refused before any row was read."""
        self.rows.refused.clear()
        for path in self.opened.refused:
            self.rows.refused.add_file(path)

    def _guarded(self, plan: Plan) -> Plan:
        """The plan that also doubts lines which may be no rows."""
        if not self.is_table:
            return plan
        suspects = suspects_sql(totals_places(plan.match), plan.match.places, plan.match.header)
        return replace(plan, suspects=suspects)

    def read_children(self, relation: str, plan: Plan) -> Rows:
        """One list inside the records."""
        self.relation, self.plan = relation, plan
        self._look(None)
        return self.rows

    def rows_again(self, wanted: str) -> str:
        """SELECT of line, rec, raw_text and content (a hash of all cells, shown or not) of some records, given a SELECT
        of their `rec`."""
        relation = self._again(wanted)
        raw_text = raw_text_sql(self.plan)
        cells = ", ".join(f"coalesce(c{place}, '')" for place in range(len(self.plan.match.header)))
        return f"select line, rec, {raw_text} as raw_text, md5(concat_ws(chr(31), {cells})) as content from {relation}"

    def _again(self, wanted: str) -> str:
        relation = self._records_again(wanted)
        if self.repaired is None:
            return relation
        both = f"select * from {relation} union all select * from {self.repaired}"
        return f"(select * from ({both}) where rec in ({wanted}))"

    def _records_again(self, wanted: str) -> str:
        return f"(select * from {self.relation} where rec in ({wanted}))"

    def forget(self) -> None:
        """Drops everything that this reader made."""
        for view in ("rows", "cells", "straight"):
            self.connection.execute(f"drop view if exists temp.{self.name}_{view}")
        for part in ("fast", "unnumbered", "careful", "faults", "refused", *ManyRows.TABLES):
            self.connection.execute(f"drop table if exists temp.{self.name}_{part}")

    def _look(self, expected: int | None) -> None:
        """Fast look at all rows, second look at the doubtful ones; few rows get the second look at once."""
        if expected is None:
            row = self.connection.execute(f"select count(*) from {self.relation}").fetchone()
            expected = row[0] if row else 0
        if expected <= FEW:
            self._second_look(self.relation, self.repaired)
            self._make_view(None)
            self.rows.count += expected
            return
        self.rows.count += self._create_fast(self.relation, ("line", "rec"))
        doubtful = f"(select rec from temp.{self.name}_fast where is_bad)"
        self._second_look(f"(select * from {self.relation} where rec in {doubtful})", self.repaired)
        self._make_view("line")

    def _create_fast(self, relation: str, keep: tuple[str, ...]) -> int:
        cells = self._named("cells", relation)
        sql = f"create or replace temp table {self.name}_fast as {self.plan.fast_sql(cells, keep)}"
        row = run_parsed(self.connection, sql).fetchone()
        return row[0] if row else 0

    def _named(self, what: str, relation: str) -> str:
        """A relation under a name that is the same for every file: what is asked of it is parsed once."""
        self.connection.execute(f"create or replace temp view {self.name}_{what} as select * from {relation}")
        return f"temp.{self.name}_{what}"

    def _second_look(self, *relations: str | None) -> None:
        """Straightens rows and says what is wrong with them: temp tables <name>_careful and <name>_faults."""
        given = [relation for relation in relations if relation is not None]
        straight = self._straighten_many(given) if self._are_many(given) else self._straighten(given)
        if straight is not None:
            if straight.customs:
                raise OtherCustomError(straight.customs)
            self.rows.notices += straight.notices
            self.rows.count -= straight.blank
            self._judge(straight.rows, straight.faults, straight.counts.total())
        self.rows.count -= len(self.noise.totals) if self.noise else 0

    def _are_many(self, relations: list[str]) -> bool:
        """Whether to read the different cells of each column once costs less than to walk over the rows."""
        found = 0
        for relation in relations:
            if found <= MANY:
                row = self.connection.execute(f"select count(*) from (from {relation} limit {MANY + 1})").fetchone()
                found += row[0] if row else 0
        return found > MANY

    def _straighten_many(self, relations: list[str]) -> Straightened:
        cells = ", ".join(f"c{place}" for place in range(len(self.plan.match.header)))
        parts = (f"select line, rec, {cells} from {relation}" for relation in relations)
        many = ManyRows(self.connection, self.plan, self.scratch, self.name)
        return many.straighten(f"({' union all '.join(parts)})", self.noise)

    def _straighten(self, relations: list[str]) -> Straightened | None:
        """None where no row is left."""
        rows = self._real_rows(relations)
        first = next(rows, None)
        if first is None:
            return None
        return straighten_rows(self.plan, _chain(first, rows), self.scratch, self.name, self.is_table)

    def _judge(self, straight_rows: str, cell_faults: str, count: int) -> None:
        """What is wrong with straightened rows, given what is wrong with their cells."""
        rows = self._named("straight", straight_rows)
        with few_rows(self.connection) if count <= FEW else nullcontext():
            sql = f"create or replace temp table {self.name}_careful as {self.plan.careful_sql(rows)}"
            run_parsed(self.connection, sql)
        own = f"select line, rec, unnest(faults) as f from temp.{self.name}_careful"
        # a record's list may have many rows; of one that hides its text all do
        texts = f"(select rec, min(raw_text) as raw_text from temp.{self.name}_careful group by rec)"
        self.connection.execute(
            f"create or replace temp table {self.name}_faults as select *, "
            "row_number() over (partition by rec order by is_cell, column_name) as n from ("
            f"select line, rec, column_name, reason, found, expected, is_cell from {cell_faults} "
            "union all select line, rec, f.column_name, f.reason, f.found, f.expected, f.is_cell "
            f"from ({own})) left join {texts} using (rec)"
        )
        self.rows.faults = f"temp.{self.name}_faults"

    def _real_rows(self, relations: list[str]) -> Iterator[Row]:
        """Without lines that are no rows."""
        for row in self._fetched(relations):
            if self.noise is None or not self.noise.is_none(row):
                yield row

    def _fetched(self, relations: list[str]) -> Iterator[Row]:
        cells = ", ".join(f"c{place}" for place in range(len(self.plan.match.header)))
        for relation in relations:
            # The rows are written to files while they stream: nothing else may run on the connection meanwhile.
            self.connection.execute(f"select line, rec, {cells} from {relation}")
            while batch := self.connection.fetchmany(BATCH):
                for line, rec, *values in batch:
                    yield line, rec, tuple(values)

    def _make_view(self, line: str | None) -> None:
        """`line` None: there was no fast look."""
        self._create_view(line, {})
        if days := day_columns(self.connection, self.plan, self.rows.name):
            self._create_view(line, days)
            self.rows.notices += days.values()

    def _create_view(self, line: str | None, days: Mapping[str, object]) -> None:
        """`days`: outputs that say an hour where there is none."""
        named = [f"false as {name}" if name in days else name for name in self.plan.outputs]
        outputs = ", ".join([*named, "is_bad"])
        parts = []
        if line is not None:
            rec = "rec" if self.numbered else line
            parts.append(f"select {line} as line, {rec} as rec, {outputs} from temp.{self.name}_fast where not is_bad")
        if self.rows.faults is not None:
            parts.append(f"select line, rec, {outputs} from temp.{self.name}_careful")
        if not parts:
            nothing = ", ".join(f"null as {name}" for name in ("line", "rec", *self.plan.outputs, "is_bad"))
            parts.append(f"select {nothing} where false")
        self.connection.execute(f"create or replace temp view {self.name}_rows as {' union all '.join(parts)}")


def _chain(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest
