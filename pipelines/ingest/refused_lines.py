"""Lines of a file that are no rows: on disk and in a temp table, as there may be millions of them.

What belongs here: keeping them. What does not: finding them (csv_rows.py, records.py), writing them down (account.py).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

LONGEST_RAW = 20_000  # characters of a line that are kept
PAGE = 10_000  # lines that Python looks at together

EXPECTED = {
    "ragged_row": "as many cells as the header has",
    "unclosed_quote": "quotes in pairs",
    "line_too_long": "a shorter line",
    "bad_encoding": "text in one encoding",
    "bad_json": "one JSON object per line",
    "other_record": "a record of a kind that a mapping knows, as others of this file are (docs/sources)",
    "repeated_name": "each name once in a record",
    "other_header": "rows under a header that is known here; save the rows under this one as a file of their own",
}


@dataclass(frozen=True)
class Refused:
    """A line that is no row."""

    line: int
    reason: str
    raw: str


class RefusedFile:
    """Refused lines on disk, line by line as they are met; used in a `with` block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="")
        self._rows: Any = csv.writer(self._file, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def add(self, line: int, reason: str, raw: str) -> None:
        self._rows.writerow([line, reason, raw[:LONGEST_RAW]])
        self.count += 1

    def __enter__(self) -> RefusedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class RefusedLines:
    """Temp table `<name>_refused`: piece, line, reason, raw. `piece`: of the file, each under its own header."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.connection = connection
        self.table = f"temp.{name}_refused"
        self.count = 0

    def __len__(self) -> int:
        return self.count

    def clear(self) -> None:
        self.connection.execute(f"drop table if exists {self.table}")
        self.count = 0

    def add_file(self, path: Path, piece: int = 0) -> None:
        """What a RefusedFile holds."""
        columns = "{'line': 'BIGINT', 'reason': 'VARCHAR', 'raw': 'VARCHAR'}"
        self.add(
            f"select line, reason, raw from read_csv({quoted(str(path))}, columns = {columns}, auto_detect = false, "
            "header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '\x01', max_line_size = 4000000)",
            piece,
        )

    def add(self, lines: str, piece: int = 0) -> int:
        """A SELECT of line, reason and raw; how many they are."""
        if not self.count:
            columns = "(piece integer, line bigint, reason varchar, raw varchar)"
            self.connection.execute(f"create or replace temp table {self.table} {columns}")
        raw = f"left(coalesce(raw, ''), {LONGEST_RAW})"
        row = self.connection.execute(
            f"insert into {self.table} select {piece}, line, reason, {raw} from ({lines})"
        ).fetchone()
        added = row[0] if row else 0
        self.count += added
        return added

    def leave_out(self, numbers: str) -> None:
        """Lines that are rows after all, given a SELECT of their numbers."""
        row = self.connection.execute(f"delete from {self.table} where line in ({numbers})").fetchone()
        self.count -= row[0] if row else 0

    def has(self, reason: str) -> bool:
        return bool(self.count) and bool(
            self.connection.execute(f"select 1 from {self.table} where reason = ? limit 1", [reason]).fetchall()
        )

    def of(self, reason: str | None, piece: int | None = None) -> Iterator[Refused]:
        """Those of one reason, or all, in the order in which they were met. Other questions may be asked meanwhile."""
        if not self.count:
            return
        at = "" if piece is None else f"and piece = {piece} "
        [[last]] = self.connection.execute(f"select max(rowid) from {self.table}").fetchall()
        for first in range(0, last + 1, PAGE):
            page = self.connection.execute(
                f"select line, reason, raw from {self.table} where reason = coalesce(?, reason) {at}"
                f"and rowid between {first} and {first + PAGE - 1} order by rowid",
                [reason],
            )
            for line, why, raw in page.fetchall():
                yield Refused(line, why, raw)
