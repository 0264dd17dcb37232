"""CSV: where its headers are and what stands between the cells.

What belongs here: header, delimiter, several headers in one file. What does not: bytes and encodings (text.py), rows
(csv_rows.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from pathlib import Path

from pipelines.ingest.formats.opened import HEADER_WITHIN, Opened, Piece, csv_relation
from pipelines.ingest.headers import Match, Missing
from pipelines.ingest.layout import layout_of, places_in
from pipelines.ingest.nameless import told_nameless
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import choose, refusal, refuse_too_wide
from pipelines.ingest.records import split_line
from pipelines.ingest.refused_lines import RefusedFile
from pipelines.ingest.side_by_side import refuse_two_headers
from pipelines.ingest.text import Text, head_of
from pipelines.ingest.titles import refuse_other_unit
from pipelines.ingest.unit_rows import UNITS_WITHIN, with_units
from pipelines.settings import ReadingLimits

DELIMITERS = ",\t;|"
SAMPLE_LINES = 50  # under the header, to see how many cells a line has


def open_csv(text: Text, folders: tuple[str, ...], limits: ReadingLimits) -> Opened:
    """Finds header and delimiter among the first lines."""
    best: Missing | None = None
    seen: list[str] = []
    lines = head_of(text, HEADER_WITHIN + SAMPLE_LINES)
    for number, line in enumerate(lines[:HEADER_WITHIN], start=1):
        for delimiter, header in _headers(line, lines[number:], limits):
            seen = seen or header
            verdict = choose(header, folders, "csv")
            if isinstance(verdict, Match):
                titles = [split_line(above, delimiter) for above in lines[: number - 1]]
                refuse_other_unit(verdict, titles, text.lines - number)
                refuse_two_headers(header, folders, "csv")
                verdict, units = _with_units(verdict, lines[number:], delimiter, folders)
                opened = _opened_csv(text, verdict, delimiter, number + units)
                opened.notices += _told_nameless(header, lines[number + units :], delimiter)
                return opened
            if verdict is not None and (best is None or verdict.known > best.known):
                best, seen = verdict, header
    if best is not None:
        refuse_two_headers(seen, folders, "csv")
    error = refusal(best, seen, max(text.lines - 1, 0), folders)
    raise error.looked_within(HEADER_WITHIN) if text.lines > HEADER_WITHIN else error


def _headers(line: str, below: list[str], limits: ReadingLimits) -> Iterator[tuple[str, list[str]]]:
    """The line's cells by each delimiter that stands in it."""
    for delimiter in DELIMITERS:
        if delimiter in line or delimiter == DELIMITERS[0]:
            header = split_line(line, delimiter)
            refuse_too_wide(header, limits)
            yield delimiter, _as_wide_as_rows(header, below, delimiter)


def _with_units(match: Match, below: list[str], delimiter: str, folders: tuple[str, ...]) -> tuple[Match, int]:
    rows = [split_line(line, delimiter) for line in below[:UNITS_WITHIN]]
    return with_units(match, rows, folders, "csv")


def _told_nameless(header: list[str], below: list[str], delimiter: str) -> list[Notice]:
    """As far as the first rows tell; a row that is wider than the header is refused anyway."""
    if all(text.strip() for text in header):
        return []
    rows = (split_line(line, delimiter) for line in below)
    return told_nameless(header, [cells for cells in rows if len(cells) == len(header)], is_whole=False)


def _as_wide_as_rows(header: list[str], below: list[str], delimiter: str) -> list[str]:
    """A delimiter behind each row, but not behind the header, or the reverse: a column without name or value."""
    named = len(header)
    while named and not header[named - 1].strip():
        named -= 1
    rows = [cells for line in below[:SAMPLE_LINES] if line.strip() and len(cells := split_line(line, delimiter)) > 1]
    behind = [cells[named:] for cells in rows if len(cells) >= named]
    if not behind or any(cell.strip() for cells in behind for cell in cells):
        return header
    widths = [len(cells) for cells in behind]
    usual = max(set(widths), key=lambda width: (widths.count(width), -width))
    return header[:named] + [""] * usual


def _opened_csv(text: Text, match: Match, delimiter: str, skipped: int) -> Opened:
    """`skipped`: lines up to the header, and under it, that are no rows."""
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


# --- several headers --------------------------------------------------------------------------------------------------


def open_pieces(
    opened: Opened, headers: list[int], folders: tuple[str, ...], scratch: Path, limits: ReadingLimits
) -> Opened:
    """The file again, cut at each line that is a header: pieces of the same columns are one part of it."""
    assert opened.text is not None
    first = Piece(opened.text, opened.match.header, opened.delimiter, list(range(len(opened.match.header))))
    pieces: dict[Hashable, list[tuple[Match, Piece]]] = {}
    refused: list[Path] = []
    cut: list[tuple[int, Match | None, str, int]] = [(opened.first_line - 1, opened.match, opened.delimiter, 0)]
    for line, texts in _lines(opened.text, headers).items():
        cut.append((line, *_verdict(texts, folders, limits)))
    for (above, match, delimiter, skip), path in zip(cut, _cut(opened, headers, scratch), strict=True):
        if match is None:
            refused += _refused(path, above)
        else:
            piece = replace(first, text=replace(opened.text, path=path), header=match.header, delimiter=delimiter,
                            above=above, first_line=skip + 1)  # fmt: skip
            pieces.setdefault(layout_of(match), []).append((match, piece))
    parts = [_part(opened, group) for group in pieces.values()]
    parts[0].refused, parts[0].parts = refused, parts[1:]
    return parts[0]


def _part(opened: Opened, group: list[tuple[Match, Piece]]) -> Opened:
    match = group[0][0]
    placed = [replace(piece, places=places_in(match, other)) for other, piece in group]
    assert opened.text is not None
    return Opened(
        match,
        opened.encoding,
        "",
        True,
        text=opened.text,
        delimiter=placed[0].delimiter,
        pieces=placed,
        blocks=tuple(piece.above + 1 for piece in placed),
    )


def _verdict(lines: list[str], folders: tuple[str, ...], limits: ReadingLimits) -> tuple[Match | None, str, int]:
    """What a header and the lines under it are, and how many of these are no rows."""
    for delimiter, header in _headers(lines[0], [], limits):
        verdict = choose(header, folders, "csv")
        if isinstance(verdict, Match):
            verdict, units = _with_units(verdict, lines[1:], delimiter, folders)
            return verdict, delimiter, units
    return None, DELIMITERS[0], 0


def _lines(text: Text, wanted: list[int]) -> dict[int, list[str]]:
    """Each of the lines, with those under it that may hold its units."""
    found: dict[int, list[str]] = {number: [] for number in wanted}
    with open(text.path, encoding="utf-8", errors="replace", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            for above in range(number - UNITS_WITHIN, number + 1):
                if above in found:
                    found[above].append(line.rstrip("\r\n"))
    return found


def _cut(opened: Opened, headers: list[int], scratch: Path) -> list[Path]:
    """One text for the lines under each header. The titles above the first may stand above the others, too."""
    assert opened.text is not None
    paths = [scratch / f"piece-{number}.csv" for number in range(len(headers) + 1)]
    ends = [*headers, 0]
    with open(opened.text.path, "rb") as source:
        above = [source.readline().strip() for _ in range(opened.first_line - 1)]
        titles = {line for line in above[:-1] if line}
        number = opened.first_line - 1
        for path, end in zip(paths, ends, strict=True):
            held: list[bytes] = []
            with open(path, "wb") as out:
                for line in source:
                    number += 1
                    if number == end:
                        break
                    if line.strip() in titles:
                        held.append(line)
                        continue
                    out.writelines(held)
                    out.write(line)
                    held = []
                if number != end:
                    out.writelines(held)
    return paths


def _refused(path: Path, above: int) -> list[Path]:
    target = path.with_suffix(".refused")
    with open(path, encoding="utf-8", errors="replace", newline="\n") as lines, RefusedFile(target) as file:
        for number, line in enumerate(lines, start=above + 1):
            if line.strip():
                file.add(number, "other_header", line.strip())
    return [target] if file.count else []
