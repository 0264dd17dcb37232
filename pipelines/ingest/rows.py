"""A recognised file → its rows as a DuckDB view of canonical columns, each row read, refused or counted as empty.

What belongs here: the fast reading of all rows, the account that must add up, the second look at odd rows. What does
not: versions and standing rows (merging.py), the ledger (loading.py).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.formats.csv import open_csv
from pipelines.ingest.formats.opened import Opened, csv_relation
from pipelines.ingest.headers import normalise_header
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Plan
from pipelines.ingest.records import Refused, numbered_lines, split_line, write_records
from pipelines.ingest.straightening import Row, raw_text_sql, straighten_rows
from pipelines.ingest.text import UnreadableError, reopen_as_gb18030

if TYPE_CHECKING:
    import duckdb

# Below this many rows the second look at all of them costs less than planning the fast one.
FEW = 400
BATCH = 10_000
_REJECTIONS = {
    "MISSING COLUMNS": "ragged_row",
    "TOO MANY COLUMNS": "ragged_row",
    "UNQUOTED VALUE": "unclosed_quote",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID ENCODING": "bad_encoding",
}


class ReopenedError(Exception):
    """The file turned out to be in another encoding: start again with this."""

    def __init__(self, opened: Opened) -> None:
        super().__init__("reopened")
        self.opened = opened


@dataclass
class Rows:
    """The rows of one level of a file. View `<name>`: line, rec, the plan's outputs, is_bad."""

    name: str
    count: int = 0  # physical rows, refused lines included, empty ones not
    refused: list[Refused] = field(default_factory=list)  # lines that are no rows
    faults: str | None = None  # temp table of everything wrong with rows and cells
    notices: list[Notice] = field(default_factory=list)


class RowReader:
    """Reads one level. Its temp tables are named after it, so that levels do not meet."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path, name: str) -> None:
        self.connection = connection
        self.scratch = scratch
        self.rows = Rows(f"temp.{name}_rows")
        self.name = name
        self.numbered = True  # the relation has line and rec; else rows are the file's lines
        self.relation = ""
        self.repaired: str | None = None
        self.skip_blank = False
        self.opened: Opened
        self.plan: Plan

    def read_file(self, opened: Opened, plan: Plan, original: Path, folders: tuple[str, ...]) -> Rows:
        """The records of a file. Raises ReopenedError when its encoding was not what its beginning said."""
        self.opened, self.plan = opened, plan
        # A spreadsheet's empty rows are no data; an empty JSON object is.
        self.skip_blank = opened.refused_sql is None
        if opened.text is None:
            self.relation = opened.relation
            self._look(plan, opened.expected)
            self.rows.refused = opened.refused
            if opened.refused_sql is not None:
                listed = self.connection.execute(f"select line, left(raw, 20000), reason from {opened.refused_sql}")
                self.rows.refused = [Refused(n, reason, raw) for n, raw, reason in listed.fetchall()]
        else:
            plain = not opened.text.needs_care and (opened.expected or 0) > FEW
            if not (plain and self._read_fast(opened, plan, original, folders)):
                self._read_with_care(opened, plan, original, folders)
        self.rows.count += len(self.rows.refused)
        return self.rows

    def read_children(self, relation: str, plan: Plan) -> Rows:
        """One list inside the records."""
        self.relation, self.plan = relation, plan
        self._look(plan, None)
        return self.rows

    def rows_again(self, wanted: str) -> str:
        """SELECT of line and raw_text of some records, given a SELECT of their `rec`."""
        numbers = self.connection.execute(wanted).fetchall()
        relation = self._again([number for (number,) in numbers])
        raw_text = raw_text_sql(self.plan)
        return f"select line, {raw_text} as raw_text from {relation}"

    def _again(self, numbers: list[int]) -> str:
        if not self.numbered:
            relation = self._lines_again(numbers)
        else:
            relation = f"(select * from {self.relation} where rec in ({', '.join(map(str, numbers))}))"
        if self.repaired is None:
            return relation
        both = f"select * from {relation} union all select * from {self.repaired}"
        return f"(select * from ({both}) where rec in ({', '.join(map(str, numbers))}))"

    def forget(self) -> None:
        """Drops everything that this reader made."""
        self.connection.execute(f"drop view if exists {self.rows.name}")
        for part in ("fast", "unnumbered", "careful", "faults"):
            self.connection.execute(f"drop table if exists temp.{self.name}_{part}")

    # --- CSV ---------------------------------------------------------------------------------------------------------

    def _read_fast(self, opened: Opened, plan: Plan, original: Path, folders: tuple[str, ...]) -> bool:
        """DuckDB's reader straight on the file; False when its account does not add up to the file's lines."""
        import duckdb

        assert opened.text is not None
        try:
            count = self._create_fast(plan, opened.relation, ())
        except duckdb.InvalidInputException:
            return False
        refused = self._rejected(opened.delimiter, prefixed=False)
        self._reopen(refused, original, folders)
        if count + len(refused) != opened.expected:
            return False
        self.numbered = False
        self.rows.refused = refused
        if refused:
            self._number(opened, count + len(refused))
            self._repair(opened, plan)
        line = "line" if refused else f"rowid + {opened.first_line}"
        doubtful = self.connection.execute(f"select {line} from temp.{self.name}_fast where is_bad").fetchall()
        again = None
        if doubtful:
            again = self._lines_again([number for (number,) in doubtful])
            if not self._all_doubtful(plan, again):
                self.rows.refused = []
                return False
        self._second_look(plan, again, self.repaired)
        self._make_view(plan, line)
        self.rows.count += count
        return True

    def _reopen(self, refused: list[Refused], original: Path, folders: tuple[str, ...]) -> None:
        """Raises ReopenedError when lines were no UTF-8 because all of the file is GB18030."""
        if any(entry.reason == "bad_encoding" for entry in refused):
            text = reopen_as_gb18030(original, self.scratch)
            if text is not None:
                raise ReopenedError(open_csv(text, folders))

    def _all_doubtful(self, plan: Plan, again: str) -> bool:
        """Whether the lines read again are the ones that the fast look doubted: proof that rows stood in file order."""
        calm = f"select 1 from ({plan.fast_sql(again, ('line', 'rec'))}) where not is_bad limit 1"
        return not self.connection.execute(calm).fetchall()

    def _number(self, opened: Opened, lines: int) -> None:
        """Gives each row its line: the lines of the file, in order, without the refused ones."""
        fast, unnumbered = f"temp.{self.name}_fast", f"temp.{self.name}_unnumbered"
        self.connection.execute(f"alter table {fast} rename to {self.name}_unnumbered")
        refused = ", ".join(str(entry.line) for entry in self.rows.refused)
        self.connection.execute(
            f"create or replace temp table {self.name}_fast as select l.line, t.* from {unnumbered} t "
            f"positional join (select line from range({opened.first_line}, {opened.first_line + lines}) r(line) "
            f"where line not in ({refused}) order by line) l"
        )
        self.connection.execute(f"drop table {unnumbered}")

    def _lines_again(self, wanted: list[int]) -> str:
        """Some lines of the file, as a numbered relation of their own."""
        opened = self.opened
        assert opened.text is not None
        target = self.scratch / f"{self.name}-again.csv"
        mark = opened.delimiter.encode()
        with open(target, "wb") as out:
            for number, line in numbered_lines(opened.text.path, wanted):
                out.write(b"%d" % number + mark + line + b"\n")
        return csv_relation(target, len(opened.match.header), opened.delimiter, 0, numbered=True)

    def _read_with_care(self, opened: Opened, plan: Plan, original: Path, folders: tuple[str, ...]) -> None:
        """Records cut by hand first: slower, but nothing swallows anything."""
        assert opened.text is not None
        target = self.scratch / f"{self.name}-records.csv"
        columns = len(opened.match.header)
        self.relation = csv_relation(target, columns, opened.delimiter, 0, numbered=True)
        written = 0
        for thorough in (False, True):
            written, refused = write_records(
                opened.text, target, opened.delimiter, columns, opened.first_line, thorough
            )
            self._reopen(refused, original, folders)
            self.repaired, self.rows.count = None, 0
            count = self._raw_count()
            rejected = self._rejected(opened.delimiter, prefixed=True)
            if count + len(rejected) == written:
                self.rows.refused = [*refused, *rejected]
                self._repair(opened, plan)
                self._look(plan, count)
                return
        raise UnreadableError("unclosed_quote", "quotes in pairs; export the file again", written)

    def _raw_count(self) -> int:
        """How many records the reader takes; what it rejects is then in the table `rejects`."""
        self._forget_rejects()
        # The table of rejects is written once the result is drained.
        return self.connection.execute(f"select count(c0) from {self.relation}").fetchall()[0][0]

    def _rejected(self, delimiter: str, prefixed: bool) -> list[Refused]:
        """What the reader itself refused: one entry per line, whatever number of faults it found in it."""
        exists = "select 1 from duckdb_tables() where table_name = 'rejects' and database_name = 'temp'"
        if self.connection.execute(exists).fetchone() is None:
            return []
        found = self.connection.execute(
            "select line, any_value(left(csv_line, 20000)), min(error_type::varchar) from temp.rejects "
            "group by line order by line"
        ).fetchall()
        refused = []
        for line, raw, kind in found:
            raw = (raw or "").rstrip("\r\n")
            if prefixed:
                number, _, raw = raw.partition(delimiter)
                line = int(number) if number.isdigit() else line
            refused.append(Refused(line, _REJECTIONS.get(kind, "ragged_row"), raw))
        return refused

    def _forget_rejects(self) -> None:
        for table in ("rejects", "rejects_scans"):
            self.connection.execute(f"drop table if exists temp.{table}")

    def _repair(self, opened: Opened, plan: Plan) -> None:
        """Ragged lines whose last column is free text with an unquoted delimiter: the surplus cells belong to it."""
        free = {normalise_header(name) for name in plan.match.source.overflow}
        if normalise_header(opened.match.header[-1]) not in free:
            return
        columns, mark = len(opened.match.header), opened.delimiter
        target = self.scratch / f"{self.name}-repaired.csv"
        kept = []
        with open(target, "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, delimiter=mark, lineterminator="\n")
            for entry in self.rows.refused:
                cells = split_line(entry.raw, mark)
                if entry.reason != "ragged_row" or len(cells) <= columns:
                    kept.append(entry)
                else:
                    out.writerow([entry.line, *cells[: columns - 1], mark.join(cells[columns - 1 :])])
        repaired = len(self.rows.refused) - len(kept)
        if repaired:
            self.rows.refused = kept
            self.rows.count += repaired
            self.repaired = csv_relation(target, columns, mark, 0, numbered=True)
            last = opened.match.header[-1]
            said = f"{repaired} rows had an unquoted {mark!r} in {last}; it was read as one cell"
            self.rows.notices.append(Notice("unquoted_delimiter", said, last, repaired))

    # --- any relation with line and rec -------------------------------------------------------------------------------

    def _look(self, plan: Plan, expected: int | None) -> None:
        """Fast look at all rows, second look at the doubtful ones; few rows get the second look at once."""
        if expected is None:
            row = self.connection.execute(f"select count(*) from {self.relation}").fetchone()
            expected = row[0] if row else 0
        if expected <= FEW:
            self._second_look(plan, self.relation, self.repaired)
            self._make_view(plan, None)
            self.rows.count += expected
            return
        self.rows.count += self._create_fast(plan, self.relation, ("line", "rec"))
        doubtful = f"(select rec from temp.{self.name}_fast where is_bad)"
        self._second_look(plan, f"(select * from {self.relation} where rec in {doubtful})", self.repaired)
        self._make_view(plan, "line")

    def _create_fast(self, plan: Plan, relation: str, keep: tuple[str, ...]) -> int:
        self._forget_rejects()
        row = self.connection.execute(
            f"create or replace temp table {self.name}_fast as {plan.fast_sql(relation, keep)}"
        ).fetchone()
        return row[0] if row else 0

    def _second_look(self, plan: Plan, *relations: str | None) -> None:
        """Straightens rows and says what is wrong with them: temp tables <name>_careful and <name>_faults."""
        rows = self._fetched(plan, [relation for relation in relations if relation is not None])
        first = next(rows, None)
        if first is None:
            return
        straight = straighten_rows(plan, _chain(first, rows), self.scratch, self.name, self.skip_blank)
        self.rows.count -= straight.blank
        self.connection.execute(
            f"create or replace temp table {self.name}_careful as {plan.careful_sql(straight.rows)}"
        )
        own = f"select line, rec, unnest(faults) as f from temp.{self.name}_careful"
        texts = f"(select rec, raw_text from temp.{self.name}_careful)"
        self.connection.execute(
            f"create or replace temp table {self.name}_faults as select *, "
            "row_number() over (partition by rec order by is_cell, column_name) as n from ("
            f"select line, rec, column_name, reason, found, expected, is_cell from {straight.faults} "
            "union all select line, rec, f.column_name, f.reason, f.found, f.expected, f.is_cell "
            f"from ({own})) left join {texts} using (rec)"
        )
        self.rows.faults = f"temp.{self.name}_faults"

    def _fetched(self, plan: Plan, relations: list[str]) -> Iterator[Row]:
        cells = ", ".join(f"c{place}" for place in range(len(plan.match.header)))
        for relation in relations:
            # The rows are written to files while they stream: nothing else may run on the connection meanwhile.
            self.connection.execute(f"select line, rec, {cells} from {relation}")
            while batch := self.connection.fetchmany(BATCH):
                for line, rec, *values in batch:
                    yield line, rec, tuple(values)

    def _make_view(self, plan: Plan, line: str | None) -> None:
        """`line` None: there was no fast look."""
        outputs = ", ".join([*plan.outputs, "is_bad"])
        parts = []
        if line is not None:
            rec = "rec" if self.numbered else line
            parts.append(f"select {line} as line, {rec} as rec, {outputs} from temp.{self.name}_fast where not is_bad")
        if self.rows.faults is not None:
            parts.append(f"select line, rec, {outputs} from temp.{self.name}_careful")
        if not parts:
            nothing = ", ".join(f"null as {name}" for name in ("line", "rec", *plan.outputs, "is_bad"))
            parts.append(f"select {nothing} where false")
        self.connection.execute(f"create or replace temp view {self.name}_rows as {' union all '.join(parts)}")


def _chain(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest
