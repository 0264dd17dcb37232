"""CSV: where the header is and what stands between the cells.

What belongs here: header and delimiter. What does not: bytes and encodings (text.py), rows (rows.py).
"""

from __future__ import annotations

from pipelines.ingest.formats.opened import HEADER_WITHIN, Opened, csv_relation
from pipelines.ingest.headers import Match, Missing
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.records import split_line
from pipelines.ingest.text import Text, head_of

DELIMITERS = ",\t;|"


def open_csv(text: Text, folders: tuple[str, ...]) -> Opened:
    """Finds header and delimiter among the first lines."""
    best: Missing | None = None
    seen: list[str] = []
    for number, line in enumerate(head_of(text, HEADER_WITHIN), start=1):
        for delimiter in DELIMITERS:
            if delimiter not in line and delimiter != ",":
                continue
            header = split_line(line, delimiter)
            seen = seen or header
            verdict = choose(header, folders, "csv")
            if isinstance(verdict, Match):
                return _opened_csv(text, verdict, delimiter, number)
            if verdict is not None and (best is None or verdict.known > best.known):
                best, seen = verdict, header
    raise refusal(best, seen, max(text.lines - 1, 0), folders)


def _opened_csv(text: Text, match: Match, delimiter: str, header_line: int) -> Opened:
    skipped = header_line + match.source.skip_after_header
    return Opened(
        match=match,
        encoding=text.encoding,
        relation=csv_relation(text.path, len(match.header), delimiter, skipped),
        numbered=False,
        first_line=skipped + 1,
        delimiter=delimiter,
        text=text,
        expected=max(text.lines - skipped, 0),
    )
