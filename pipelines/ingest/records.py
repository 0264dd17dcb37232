"""A text cut into records by hand, where the fast reader's own account does not add up.

What belongs here: lines no reader should be trusted with. What does not: columns and their meaning.
"""

from __future__ import annotations

import codecs
import csv
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipelines.ingest.encodings import is_sound
from pipelines.ingest.refused_lines import LONGEST_RAW
from pipelines.ingest.text import CHUNK, DAMAGE, LONGEST_LINE

if TYPE_CHECKING:
    from pipelines.ingest.formats.opened import Piece

_STRETCH = 20  # lines that are taken one after the other


def sampled_lines(path: Path, count: int, first_line: int) -> Iterator[bytes]:
    """Whole lines from all over a text, without their ends, from its first row on; some of a short one twice."""
    size = path.stat().st_size
    stretches = count // _STRETCH
    with open(path, "rb") as file:
        for number in range(stretches):
            file.seek(size * number // stretches)
            for _ in range(1 if number else first_line - 1):
                file.readline(LONGEST_LINE)  # the rest of one, or titles and the header
            for line in itertools.islice(iter(lambda: file.readline(LONGEST_LINE), b""), _STRETCH):
                if line.strip():
                    yield line.rstrip(b"\r\n")


LINE_BREAKS = 100  # a quoted field with more than this was never closed


def numbered_lines(path: Path, wanted: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """The given lines (1 = first), in their order, of a text whose lines are its records."""
    target = next(wanted, None)
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if target is None:
                return
            if number == target:
                yield number, line.rstrip(b"\r\n")
                target = next(wanted, None)


def write_records(
    piece: Piece,
    out: BinaryIO,
    refuse: Callable[[int, str, str], None],
    thorough: bool = False,
    base: int = 0,
    line_breaks: int = LINE_BREAKS,
) -> int:
    """The text cut into records by hand, each with `base` + its line number in front; `refuse` hears what is none.

    Slower than the fast reader, but it never lets one unclosed quote swallow the lines after it. `thorough` looks at
    every quote rather than at lines with an odd number of them. Returns the number of records written.
    """
    text, columns = piece.text, len(piece.header)
    written = 0
    mark = piece.delimiter.encode()
    with open(text.path, "rb") as source:
        lines = _Lines(source)
        for number, line in lines:
            if number < piece.first_line or not line.strip():
                continue
            number += piece.above
            if line is _TOO_LONG:
                refuse(number, "line_too_long", _shown(lines.cut))
                continue
            if (text.is_damaged and DAMAGE in line) or not is_sound(line, "utf-8"):
                refuse(number, "bad_encoding", _shown(line))
                continue
            quotes = line.count(b'"')
            if not quotes and line.count(mark) != columns - 1:
                refuse(number, "ragged_row", _shown(line))  # the fast reader would say the same, and take its time
                continue
            if quotes and (quotes % 2 or thorough):
                fields = _fields(line, mark)
                record = line if fields is not None else _joined(lines, line, mark, columns, line_breaks)
                if record is None or fields == -1:
                    refuse(number, "unclosed_quote", _shown(line))
                    continue
                line = record
            out.write(b"%d" % (base + number) + mark + line + b"\n")
            written += 1
    return written


def _shown(line: bytes) -> str:
    return line[:LONGEST_RAW].decode("utf-8", "replace")


_TOO_LONG = b"too long"


class _Lines:
    """Numbered physical lines without their ends, with push-back; an overlong one is _TOO_LONG, in little memory."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.number = 0
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.cut = b""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> tuple[int, bytes]:
        if self.waiting:
            return self.waiting.popleft()
        line = self.file.readline(LONGEST_LINE + 2)
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            self.cut = line[:LONGEST_RAW]
            while line and not line.endswith(b"\n"):
                line = self.file.readline(CHUNK)
            return self.number, _TOO_LONG
        return self.number, line.rstrip(b"\r\n")

    def push_back(self, lines: list[tuple[int, bytes]]) -> None:
        self.waiting.extendleft(reversed(lines))


def _joined(lines: _Lines, line: bytes, mark: bytes, columns: int, line_breaks: int) -> bytes | None:
    """A record whose quoted field holds line breaks; None, with the lines given back, when it never closes properly."""
    taken: list[tuple[int, bytes]] = []
    record = line
    for _ in range(line_breaks):
        following = next(lines, None)
        if following is None:
            break
        taken.append(following)
        if following[1] is _TOO_LONG:
            break
        record += b"\n" + following[1]
        fields = _fields(record, mark)
        if fields is not None:
            if fields == columns:
                return record
            break
    lines.push_back(taken)
    return None


def _fields(record: bytes, mark: bytes) -> int | None:
    """Number of fields; None while a quoted one is open; -1 when something follows a closing quote."""
    place, fields = 0, 1
    while True:
        if record[place : place + 1] == b'"':
            end = record.find(b'"', place + 1)
            while end >= 0 and record[end + 1 : end + 2] == b'"':
                end = record.find(b'"', end + 2)
            if end < 0:
                return None
            if end + 1 < len(record) and not record.startswith(mark, end + 1):
                return -1
            place = end + 1
        place = record.find(mark, place)
        if place < 0:
            return fields
        place += len(mark)
        fields += 1


def split_line(line: str, delimiter: str) -> list[str]:
    """One line as cells, as leniently as can be."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def fitted(cells: list[str], header: tuple[str, ...]) -> list[str] | None:
    """The cells without empty ones behind the header's last, or with those that stand for columns without a name."""
    named = len(header)
    while named and not header[named - 1].strip():
        named -= 1
    if len(cells) < named or not cells or any(cell.strip() for cell in cells[named:]):
        return None
    return [*cells[:named], *[""] * (len(header) - named)]
