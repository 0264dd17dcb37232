"""The one shape that every format is brought into: columns c0, c1, … of text, in a relation of DuckDB.

What belongs here: that shape. What does not: any format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.encodings import title_of
from pipelines.ingest.headers import Match
from pipelines.ingest.notices import Notice
from pipelines.ingest.text import Text
from pipelines.spec.literals import quoted


@dataclass(frozen=True)
class Piece:
    """The lines of a CSV under one of its headers."""

    text: Text
    header: tuple[str, ...]
    delimiter: str
    places: list[int | None]  # of each column of the part's header, in this piece's lines
    first_line: int = 1  # of the text: lines before it are no rows
    above: int = 0  # lines of the file that stand before the text


@dataclass
class Opened:
    """A recognised file, ready to be read."""

    match: Match
    encoding: str
    relation: str  # SQL, in brackets or a table function
    numbered: bool  # the relation has line and rec
    first_line: int = 1  # line of the first row, where it has not
    delimiter: str = ","
    text: Text | None = None  # of a CSV
    records: Path | None = None  # of a workbook: its rows as CSV, each with its line in front
    expected: int | None = None  # rows that a CSV must give, refused lines included
    children: dict[str, str] = field(default_factory=dict)  # list inside the records → relation
    child_matches: dict[str, Match] = field(default_factory=dict)
    refused_sql: str | None = None  # relation (line, raw, reason) of lines that are no records at all
    refused: list[Path] = field(default_factory=list)  # lines under headers that no mapping knows, as RefusedFile
    notices: list[Notice] = field(default_factory=list)
    sheet: str = ""  # whose name says the year of days that have none
    sheets: tuple[tuple[str, int], ...] = ()  # of several that are read: name, lines of the file before its first row
    pieces: list[Piece] = field(default_factory=list)  # of a CSV with more than one header
    blocks: tuple[int, ...] = ()  # first lines of what stands under each header, or on each sheet
    parts: list[Opened] = field(default_factory=list)  # further tables of the file, under headers of their own

    def __post_init__(self) -> None:
        if (title := title_of(self.encoding)) is not None:
            said = (
                f"the text was read as {title}: nothing but its letters says so; look at a name, or export it as UTF-8"
            )
            self.notices.append(Notice("guessed_encoding", said, title, facts={"encoding": title}))


HEADER_WITHIN = 50  # lines: some exports put a title and a page of explanations above the header


def csv_relation(path: Path, columns: int, delimiter: str, skip: int, numbered: bool = False) -> str:
    """DuckDB's reader, every column text, nothing guessed; lines that do not fit go to the table `rejects`."""
    names = ["line"] if numbered else []
    names += [f"c{place}" for place in range(columns)]
    spec = ", ".join(f"'{name}': '{'BIGINT' if name == 'line' else 'VARCHAR'}'" for name in names)
    call = (
        f"read_csv({quoted(str(path))}, columns = {{{spec}}}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = {quoted(delimiter)}, quote = '\"', escape = '\"', nullstr = '\x01', max_line_size = 4000000, "
        "store_rejects = true, rejects_table = 'rejects', rejects_scan = 'rejects_scans', rejects_limit = 0)"
    )
    return f"(select *, line as rec from {call})" if numbered else call
