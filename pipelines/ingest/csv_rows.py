"""A CSV's lines → rows: DuckDB's reader straight on the file where its account adds up, records cut by hand elsewhere.

What belongs here: lines, rejects, repairs, several headers in one file. What does not: the looks at rows (rows.py).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.ingest import rows as generic
from pipelines.ingest.formats.csv import DELIMITERS, open_csv, open_pieces
from pipelines.ingest.formats.opened import Opened, Piece, csv_relation
from pipelines.ingest.formats.values import plain_breaks
from pipelines.ingest.headers import normalise_header
from pipelines.ingest.notices import Notice
from pipelines.ingest.records import fitted, numbered_lines, sampled_lines, split_line, write_records
from pipelines.ingest.refused_lines import LONGEST_RAW, Refused, RefusedFile
from pipelines.ingest.rows import ReopenedError, RowReader
from pipelines.ingest.side_by_side import refuse_apart_in
from pipelines.ingest.table_noise import is_header_like, known_names
from pipelines.ingest.text import UnreadableError, reopen_decoded
from pipelines.spec.literals import quoted

SAMPLED, MOST_TORN = 1_000, 100  # lines; one in so many
_ANY_DELIMITER = re.compile(f"[{DELIMITERS}]")
_REJECTIONS = {
    "MISSING COLUMNS": "ragged_row",
    "TOO MANY COLUMNS": "ragged_row",
    "UNQUOTED VALUE": "unclosed_quote",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
    "INVALID ENCODING": "bad_encoding",
}


class CsvReader(RowReader):
    """Reads the rows of one part of a CSV."""

    def _read(self, folders: tuple[str, ...]) -> None:
        opened = self.opened
        assert opened.text is not None
        self.folders = folders
        plain = not (opened.text.needs_care or opened.pieces) and (opened.expected or 0) > generic.FEW
        if not (plain and not self._is_torn() and self._read_fast()):
            self.numbered = True
            self._begin_noise()
            self._read_with_care()
        self._reopen_in_pieces()
        self._set_summary_aside()
        refuse_apart_in(self.connection, opened.match, self.relation or opened.relation)

    def _is_torn(self) -> bool:
        """Whether many of some lines, taken all over the file, are no records: what the fast reader refuses costs it
        thousands of bytes and a hundred times what a record does."""
        opened = self.opened
        assert opened.text is not None
        mark, wanted = opened.delimiter.encode(), len(opened.match.header) - 1
        lines = list(sampled_lines(opened.text.path, SAMPLED, opened.first_line))
        torn = sum(line.count(b'"') % 2 or (b'"' not in line and line.count(mark) != wanted) for line in lines)
        return torn * MOST_TORN > len(lines)

    def _reopen_in_pieces(self) -> None:
        """Raises ReopenedError when a header was met further down: what stands under it is read by it."""
        names, again = frozenset(self.opened.match.header), []
        known = names | known_names()
        for entry in self.rows.refused.of("ragged_row"):
            if sum(cell.strip(' "\ufeff') in known for cell in _ANY_DELIMITER.split(entry.raw)) < 2:
                continue
            if any(is_header_like(split_line(entry.raw, d), names) for d in DELIMITERS):
                again.append(entry.line)
            if self._is_glued(entry, names):
                where = f"line {entry.line} ends in the header of another file, joined without a line break"
                rows = self.rows.count + len(self.rows.refused)
                raise UnreadableError("joined_files", f"one file at a time: {where}", rows)
        assert self.noise is not None
        lines = sorted({*self.noise.headers, *again})
        if lines and not self.opened.pieces and self.opened.text is not None:
            raise ReopenedError(open_pieces(self.opened, lines, self.folders, self.scratch, self.limits))

    def _set_summary_aside(self) -> None:
        """A summary below the rows, names over figures, known by its first cell, is told as rows of totals are."""
        words = {normalise_header(word) for word in self.opened.match.source.summary}
        if not words or self.noise is None:
            return
        lines: list[int] = []
        figures_at = 0
        for entry in sorted(self.rows.refused.of("ragged_row"), key=lambda refused: refused.line):
            first = split_line(entry.raw, self.opened.delimiter)[:1]
            if normalise_header("".join(first)) in words:
                figures_at = entry.line + 1
                lines.append(entry.line)
            elif entry.line == figures_at:
                lines.append(entry.line)
        if lines:
            self.rows.refused.leave_out(", ".join(map(str, lines)))
            self.noise.totals += lines

    def _is_glued(self, entry: Refused, names: frozenset[str]) -> bool:
        """Whether a header follows a row on the same line: what stands below is another table's."""
        width = len(self.opened.match.header)
        behind = (split_line(entry.raw, delimiter)[width:] for delimiter in DELIMITERS)
        return any(is_header_like(cells, names) for cells in behind)

    # --- the file as it is -------------------------------------------------------------------------------------------

    def _read_fast(self) -> bool:
        """DuckDB's reader straight on the file; False when its account does not add up to the file's lines."""
        import duckdb

        opened = self.opened
        self._forget_rejects()
        try:
            count = self._create_fast(opened.relation, ())
        except duckdb.InvalidInputException:
            return False
        self.rows.refused.clear()
        if rejected := self._rejected(opened.delimiter, prefixed=False):
            self.rows.refused.add(rejected)
        self._reopen_decoded()
        refused = len(self.rows.refused)
        if count + refused != opened.expected:
            return False
        self.numbered = False
        if refused:
            self._number(opened, count + refused)
            self.repaired = self._repair(self._whole(), 0)
        line = "line" if refused else f"rowid + {opened.first_line}"
        doubtful = f"select {line} from temp.{self.name}_fast where is_bad"
        again = None
        if self.connection.execute(f"{doubtful} limit 1").fetchall():
            again = self._records_again(doubtful)
            if not self._are_same(again, line):
                return False
        self._second_look(again, self.repaired)
        self._make_view(line)
        self.rows.count += count
        return True

    def _reopen_decoded(self) -> None:
        """Raises ReopenedError when lines were no UTF-8 because all of the file is in another encoding."""
        if self.rows.refused.has("bad_encoding"):
            assert self.opened.text is not None
            text = reopen_decoded(self.opened.text.origin, self.scratch, self.limits)
            if text is not None:
                raise ReopenedError(open_csv(text, self.folders, self.limits))

    def _are_same(self, again: str, line: str) -> bool:
        """Whether the lines read again are the rows that the fast look doubted: proof that rows stood in file order."""
        doubted = f"(select {line} as line, seen from temp.{self.name}_fast where is_bad)"
        other = (
            f"select 1 from {again} a left join {doubted} f using (line) "
            f"where f.seen is distinct from {self.plan.seen_sql} limit 1"
        )
        return not self.connection.execute(other).fetchall()

    def _number(self, opened: Opened, lines: int) -> None:
        """Gives each row its line: the lines of the file, in order, without the refused ones."""
        fast, unnumbered = f"temp.{self.name}_fast", f"temp.{self.name}_unnumbered"
        self.connection.execute(f"alter table {fast} rename to {self.name}_unnumbered")
        self.connection.execute(
            f"create or replace temp table {self.name}_fast as select l.line, t.* from {unnumbered} t "
            f"positional join (select line from range({opened.first_line}, {opened.first_line + lines}) r(line) "
            f"where line not in (select line from {self.rows.refused.table}) order by line) l"
        )
        self.connection.execute(f"drop table {unnumbered}")

    def _records_again(self, wanted: str) -> str:
        """Some lines of the file, as a numbered relation of their own."""
        if self.numbered:
            return super()._records_again(wanted)
        opened = self.opened
        assert opened.text is not None
        target = self.scratch / f"{self.name}-again.csv"
        mark = opened.delimiter.encode()
        with open(target, "wb") as out:
            for number, line in numbered_lines(opened.text.path, self._sorted(wanted)):
                out.write(b"%d" % number + mark + line + b"\n")
        return csv_relation(target, len(opened.match.header), opened.delimiter, 0, numbered=True)

    def _sorted(self, wanted: str) -> Iterator[int]:
        """Nothing else may run on the connection meanwhile."""
        self.connection.execute(f"select * from ({wanted}) order by 1")
        while page := self.connection.fetchmany(generic.BATCH):
            yield from (number for (number,) in page)

    # --- records cut by hand -----------------------------------------------------------------------------------------

    def _read_with_care(self) -> None:
        """Slower, but nothing swallows anything."""
        opened = self.opened
        assert opened.text is not None
        for thorough in (False, True):
            if self._read_pieces(opened.pieces or [self._whole()], thorough):
                return
        raise UnreadableError("unclosed_quote", "quotes in pairs; export the file again", opened.expected or 0)

    def _whole(self) -> Piece:
        """The whole file under its one header."""
        opened = self.opened
        assert opened.text is not None
        header = opened.match.header
        return Piece(opened.text, header, opened.delimiter, list(range(len(header))), opened.first_line)

    def _read_pieces(self, pieces: list[Piece], thorough: bool) -> bool:
        """Each piece under its own header, then all of them as one relation; False when an account does not add up."""
        self.rows.count, self.rows.notices = 0, []
        self._begin_refused()
        relations, mended, total = [], [], 0
        for number, piece in enumerate(pieces):
            target = self.scratch / f"{self.name}-{number}-records.csv"
            written = self._write_records(piece, target, number, thorough)
            self._reopen_decoded()
            relation = csv_relation(target, len(piece.header), piece.delimiter, 0, numbered=True)
            count = self._raw_count(relation)
            rejected = self._rejected(piece.delimiter, prefixed=True)
            if count + (self.rows.refused.add(rejected, number) if rejected else 0) != written:
                return False
            repaired = self._repair(piece, number)
            relations.append(_placed(relation, piece))
            mended += [_placed(repaired, piece)] if repaired else []
            total += count
        self.relation = _united(relations)
        self.repaired = _united(mended) if mended else None
        self._look(total)
        return True

    def _write_records(self, piece: Piece, target: Path, number: int, thorough: bool) -> int:
        """How many records were cut; what is none of them is refused."""
        aside = RefusedFile(self.scratch / f"{self.name}-{number}-refused.csv")
        with open(target, "wb") as out, aside:
            written = write_records(piece, out, aside.add, thorough, line_breaks=self.limits.line_breaks)
        if aside.count:
            self.rows.refused.add_file(aside.path, number)
        return written

    def _raw_count(self, relation: str) -> int:
        """How many records the reader takes; what it rejects is then in the table `rejects`."""
        self._forget_rejects()
        # The table of rejects is written once the result is drained.
        return self.connection.execute(f"select count(c0) from {relation}").fetchall()[0][0]

    def _rejected(self, delimiter: str, prefixed: bool) -> str:
        """What the reader itself refused, as a SELECT of line, reason and raw; '' where that is nothing.

        One row per line, whatever number of faults it found in it. `prefixed`: each line has its number in front.
        """
        exists = "select 1 from duckdb_tables() where table_name = 'rejects' and database_name = 'temp'"
        if self.connection.execute(exists).fetchone() is None:
            return ""
        cut = LONGEST_RAW + 40
        reasons = " ".join(f"when '{kind}' then '{reason}'" for kind, reason in _REJECTIONS.items())
        lines = (
            f"select line, case kind {reasons} else 'ragged_row' end as reason, rtrim(raw, chr(13) || chr(10)) as raw "
            f"from (select line, coalesce(any_value(left(csv_line, {cut})), '') as raw, "
            "min(error_type::varchar) as kind from temp.rejects group by line) order by line"
        )
        if not prefixed:
            return lines
        number, mark = f"split_part(raw, {quoted(delimiter)}, 1)", f"strpos(raw, {quoted(delimiter)})"
        own = f"case when regexp_full_match({number}, '[0-9]+') then {number}::bigint else line end"
        return (
            f"select {own} as line, reason, case when {mark} = 0 then '' else substr(raw, {mark} + 1) end as raw "
            f"from ({lines})"
        )

    def _forget_rejects(self) -> None:
        for table in ("rejects", "rejects_scans"):
            self.connection.execute(f"drop table if exists temp.{table}")

    def _repair(self, piece: Piece, number: int) -> str | None:
        """Ragged lines of which nothing is in doubt, as a relation of their own; the others stay refused.

        A delimiter behind each line begins no cell. In a last column of free text an unquoted delimiter is text.
        """
        free = {normalise_header(name) for name in self.plan.match.source.overflow}
        overflows = normalise_header(piece.header[-1]) in free
        target = self.scratch / f"{self.name}-{number}-repaired.csv"
        joined, repaired = 0, 0
        with open(target, "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, delimiter=piece.delimiter, lineterminator="\n")
            for entry in self.rows.refused.of("ragged_row", number):
                cells = split_line(entry.raw, piece.delimiter)
                whole = fitted(cells, piece.header)
                if whole is None and overflows and len(cells) > len(piece.header):
                    last = len(piece.header) - 1
                    whole = [*cells[:last], piece.delimiter.join(cells[last:])]
                    joined += 1
                if whole is not None:
                    repaired += 1
                    out.writerow([entry.line, *map(plain_breaks, whole)])
        self.rows.count += repaired
        if joined:
            last_header = piece.header[-1]
            facts = {"delimiter": piece.delimiter}
            said = f"{joined} rows had an unquoted {piece.delimiter!r} in {last_header}; it was read as one cell"
            self.rows.notices.append(Notice("unquoted_delimiter", said, last_header, joined, facts=facts))
        if not repaired:
            return None
        relation = csv_relation(target, len(piece.header), piece.delimiter, 0, numbered=True)
        self.rows.refused.leave_out(f"select line from {relation}")
        return relation


def _placed(relation: str, piece: Piece) -> str:
    """The piece's lines with its columns where the part's header has them."""
    cells = ", ".join(f"{'null' if p is None else f'c{p}'}::varchar as c{n}" for n, p in enumerate(piece.places))
    return f"(select line, rec, {cells} from {relation})"


def _united(relations: list[str]) -> str:
    if len(relations) == 1:
        return relations[0]
    return f"({' union all '.join(f'select * from {relation}' for relation in relations)})"
