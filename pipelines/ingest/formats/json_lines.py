"""JSON → one record per line, each with its line number.

What belongs here: documents, overlong and damaged lines. What does not: what is in a record (json.py).
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.bounded import LITTLE, bounded
from pipelines.ingest.text import DAMAGE, Text, reopen_damaged
from pipelines.settings import ReadingLimits
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

LARGEST_DOCUMENT = 256 << 20  # bytes of one JSON document that is not JSON Lines
LONGEST_RECORD = 16_000_000  # bytes of one line of JSON Lines: a page of a hundred orders takes two million
CUT, DAMAGED = b"\x03", b"\x04"  # first byte of a line that was too long to be read whole, or is no text


def json_lines_of(connection: Connection, text: Text, scratch: Path, limits: ReadingLimits) -> str:
    """Temp table json_lines, and the relation (line, record) over it.

    A document that spans lines is one record; of an overlong line only the beginning is kept, marked as cut.
    """
    import duckdb

    path, longest, numbered = text.path, LONGEST_RECORD, text.needs_care
    work = partial(_write_document, text, scratch / "document.jsonl")
    if size := bounded(work, limits) if text.path.stat().st_size > LITTLE else work():
        path, longest, numbered = scratch / "document.jsonl", max(longest, size), False
    elif numbered:
        path = _numbered_copy(text, scratch)
    try:
        _create_json_lines(connection, path, longest, numbered)
    except duckdb.InvalidInputException:  # a byte that is no text, or the delimiter itself
        numbered = True
        _create_json_lines(
            connection, _numbered_copy(reopen_damaged(text, scratch, limits), scratch), longest, numbered
        )
    line = "line" if numbered else "rowid + 1 as line"
    return f"(select {line}, record from json_lines where trim(coalesce(record, '')) <> '')"


def _create_json_lines(connection: Connection, path: Path, longest: int, numbered: bool) -> None:
    columns = "'line': 'BIGINT', 'record': 'VARCHAR'" if numbered else "'record': 'VARCHAR'"
    connection.execute(
        f"create or replace temp table json_lines as select {'line,' if numbered else ''} "
        f"ltrim(replace(record, '\\u0000', ''), '\ufeff') as record from read_csv({quoted(str(path))}, "
        f"columns = {{{columns}}}, auto_detect = false, header = false, delim = '\x02', quote = '', escape = '', "
        f"nullstr = '\x01', strict_mode = false, max_line_size = {longest + 100}, buffer_size = {2 * longest + 200})"
    )


def _write_document(text: Text, target: Path) -> int:
    """A file that is one JSON document over several lines, on one line: its bytes; 0 when its lines are JSON."""
    with open(text.path, "rb") as file:
        first = file.readline(1 << 20).removeprefix(b"\xef\xbb\xbf")
    if is_json(first) or text.path.stat().st_size > LARGEST_DOCUMENT:
        return 0
    try:
        document = json.loads(text.path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return 0
    target.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return target.stat().st_size


def is_json(line: bytes | str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _numbered_copy(text: Text, scratch: Path) -> Path:
    """The lines behind their numbers; one that is too long is cut, and one that is no text marked."""
    target = scratch / "lines.jsonl"
    with open(text.path, "rb") as source, open(target, "wb") as out:
        number = 0
        while line := source.readline(LONGEST_RECORD + 1):
            number += 1
            mark = DAMAGED if text.is_damaged and DAMAGE in line else b""
            if len(line) > LONGEST_RECORD:
                mark, kept = CUT, line[:2000].decode("utf-8", "ignore").encode()
                while line and not line.endswith(b"\n"):
                    line = source.readline(1 << 22)
                line = kept
            if line.strip():
                out.write(b"%d\x02" % number + mark + line.strip().replace(b"\x02", b" ") + b"\n")
    return target
