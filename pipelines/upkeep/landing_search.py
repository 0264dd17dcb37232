"""Whether a file of landing names somebody, and which lines of a large one do: nearly all of landing names nobody.

What belongs here: looking through bytes, and the excerpt of a large text by which its rows are asked about. What does
not: whose a row is (landing_lines.py), how a text is rewritten (landing_texts.py).

RE2 looks through the bytes as they are, in one pass and whatever the encoding; what it takes for a word is looked at
again by Words, which knows what may stand beside one.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pipelines.upkeep.landing_texts import BROKEN_PACK, JSONS, LINES_OF_JSON, TEXTS, Words, suffix_of

if TYPE_CHECKING:
    import pyarrow

CHUNK, OVERLAP = 1 << 23, 1 << 12
# A file of this size is rewritten by an excerpt: all of it would be read as rows, and held in memory several times.
LARGE = 1 << 24
HEAD, NEAR = 400, 20  # lines that an excerpt holds besides those that name somebody
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Excerpt:
    """Lines of a large text, whole and in their order. `numbers`, `starts`: of each its number (from 1) and its first
    byte in the file; `naming`: which of the numbers name somebody.
    """

    lines: list[bytes]
    numbers: list[int]
    starts: list[int]
    naming: frozenset[int]

    @property
    def content(self) -> bytes:
        return b"".join(self.lines)


def names_somebody(path: Path, named: Words) -> bool:
    """Whether any of the words stands in a file, packed or not; of a broken archive as far as it goes."""
    return any(named.are_in(text) for text in _suspect(path, named))


def _suspect(path: Path, named: Words) -> Iterator[str]:
    """The pieces of a file in which a word may stand, as text."""
    with contextlib.suppress(*BROKEN_PACK):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    with contextlib.suppress(*BROKEN_PACK), archive.open(member) as inside:
                        yield from _pieces(cast(zipfile.ZipExtFile, inside).read1, named)
            return
        with open(path, "rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if is_packed else open(path, "rb") as inside:
            yield from _pieces(inside.read1, named)


def _pieces(read: Callable[[int], bytes], named: Words) -> Iterator[str]:
    """A text in pieces that overlap, so that a word across two of them is seen. `read`: what is there, at most so much;
    where a broken archive ends, all before it was given.
    """
    tail, encoding = b"", ""
    while piece := read(CHUNK):
        encoding = encoding or _encoding(piece)
        whole = tail + piece
        if encoding.startswith("utf-16") or any(_may_hold([whole], named)):
            yield whole.decode(encoding, "replace")
        tail = piece[-OVERLAP:]


def _encoding(head: bytes) -> str:
    for mark, encoding in _UTF_16.items():
        if head.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _may_hold(texts: list[bytes], named: Words) -> list[bool]:
    """Of each of some bytes whether a word may stand in them."""
    import pyarrow
    from pyarrow import compute

    asked: pyarrow.Array = pyarrow.array(texts, pyarrow.large_binary())
    found = [compute.match_substring_regex(asked, pattern) for pattern in named.in_bytes]
    return [any(several) for several in zip(*(one.to_pylist() for one in found), strict=True)] or [False] * len(texts)


def excerpt(path: Path, named: Words) -> Excerpt | None:
    """The lines of a large text that name somebody, those near them, and its beginning, by which a file is known.

    None where only the whole file will do: it is no large text of lines, or a cell goes over several of them.
    """
    if path.stat().st_size < LARGE or suffix_of(path.name) not in TEXTS or suffix_of(path.name) in _DOCUMENTS:
        return None
    with open(path, "rb") as file:
        head = file.read(2)
    if head in _UTF_16 or head == b"\x1f\x8b":
        return None
    naming = _naming(path, named, has_quotes=suffix_of(path.name) not in LINES_OF_JSON)
    return _around(path, naming) if naming else None


_DOCUMENTS = frozenset(JSONS) - frozenset(LINES_OF_JSON)


def _naming(path: Path, named: Words, has_quotes: bool) -> frozenset[int] | None:
    """The numbers of the lines that hold a word; None where a line is no row of its own."""
    found: set[int] = set()
    first = 1
    for lines in _blocks(path):
        whole = b"".join(lines)
        if whole.count(b"\r") != whole.count(b"\r\n"):
            return None
        if has_quotes and b'"' in whole and any(line.count(b'"') % 2 for line in lines):
            return None
        if any(_may_hold([whole], named)):
            may = itertools.compress(enumerate(lines, start=first), _may_hold(lines, named))
            found.update(number for number, line in may if named.are_in(line.decode(_encoding(line), "replace")))
        first += len(lines)
    return frozenset(found)


def _blocks(path: Path) -> Iterator[list[bytes]]:
    with open(path, "rb") as file:
        while lines := file.readlines(CHUNK):
            yield lines


def _around(path: Path, naming: frozenset[int]) -> Excerpt:
    wanted = set(range(1, HEAD + 1)).union(*(range(max(n - NEAR, 1), n + NEAR + 1) for n in naming))
    lines, numbers, starts = [], [], []
    number, place = 0, 0
    for block in _blocks(path):
        for line in block:
            number += 1
            if number in wanted:
                lines.append(line)
                numbers.append(number)
                starts.append(place)
            place += len(line)
    return Excerpt(lines, numbers, starts, naming)


def spliced(path: Path, before: Excerpt, after: bytes) -> Iterable[bytes] | None:
    """The bytes of a file with the lines of an excerpt as they are now; None where these are not as many as before."""
    lines = after.splitlines(keepends=True)
    return None if len(lines) != len(before.lines) else _pieces_of(path, before, lines)


def _pieces_of(path: Path, before: Excerpt, lines: list[bytes]) -> Iterator[bytes]:
    with open(path, "rb") as file:
        for was, now, start in zip(before.lines, lines, before.starts, strict=True):
            if was != now:
                yield from _up_to(file.read, start - file.tell())
                yield now
                file.seek(len(was), 1)
        while piece := file.read(CHUNK):
            yield piece


def _up_to(read: Callable[[int], bytes], count: int) -> Iterator[bytes]:
    while count and (piece := read(min(CHUNK, count))):
        count -= len(piece)
        yield piece
