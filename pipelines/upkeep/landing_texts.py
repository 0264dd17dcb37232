"""A file's bytes without somebody's rows: the others stand where they stood.

What belongs here: CSV, JSON and workbooks, and the proof that nobody else's row goes. What does not: which rows are
theirs, and writing files (landing_lines.py).

Nothing is taken out on a guess. A row goes where ingest says that it is theirs *and* it holds what they are known by;
and as many go as ingest says, or the file is none that can be rewritten.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_BETWEEN = r"[\s\-－—.·_]*"
LINES_OF_JSON = (".jsonl", ".ndjson")
JSONS = (".json", *LINES_OF_JSON)
# What a broken, cut or locked archive ends in.
BROKEN_PACK = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)
TEXTS = (".csv", ".tsv", ".txt", *JSONS)


@dataclass(frozen=True)
class Lines:
    """What is somebody's in a file: lines of its records, and how many entries of lists inside other records.

    `shared`: of the lines on which other people's records stand, too, how many of these.
    """

    records: list[int]
    entries: int = 0
    shared: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.records) + self.entries


class Words:
    """What somebody is known by, as files may spell it: digits with spaces or dashes between them, or full width."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = [text for text in texts if text]
        spelt = [_BETWEEN.join(text) if text.isdigit() else re.escape(text) for text in self.texts]
        self.pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(spelt) or '(?!)'})(?![A-Za-z0-9])")

    @functools.cached_property
    def in_bytes(self) -> list[str]:
        """Patterns for RE2 over bytes of any encoding that finds whatever `pattern` finds in their text, and more."""
        several = (self.texts[n : n + _AT_ONCE] for n in range(0, len(self.texts), _AT_ONCE))
        return ["|".join(map(_in_bytes, texts)) for texts in several]

    def are_in(self, text: str) -> bool:
        return self.pattern.search(text.translate(_WIDE)) is not None

    def taken_out(self, text: str) -> str:
        """The text without them; full-width digits stay where nothing was found."""
        return self.pattern.sub("", text.translate(_WIDE)) if self.are_in(text) else text


# Four bytes of GB18030 hold two digits.
_BETWEEN_BYTES = r"(?:[^0-9A-Za-z]|[\x81-\xfe][0-9][\x81-\xfe][0-9])*"
_AT_ONCE = 50  # words in a pattern, so that RE2 has room to run through each byte once


def _in_bytes(text: str) -> str:
    """Each letter in UTF-8 or GB18030, each digit half or full width; between digits whatever is no letter or digit."""
    wide = dict(zip("0123456789", "０１２３４５６７８９", strict=True))
    spelt = [[letter, wide[letter]] if letter in wide else [letter] for letter in text]
    encoded = ({one.encode(how, "replace") for one in ways for how in ("utf-8", "gb18030")} for ways in spelt)
    letters = ["(?:" + "|".join(map(_escaped, sorted(ways))) + ")" for ways in encoded]
    return (_BETWEEN_BYTES if text.isdigit() else "").join(letters)


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def rewritten(name: str, content: bytes, words: Words, named: Words, lines: Lines) -> bytes | None:
    """The file without their rows and without `words` anywhere; None where that cannot be done safely.

    `named`: what each of their rows holds at least one of.
    """
    if zipfile.is_zipfile(io.BytesIO(content)):
        return _workbook(name, content, words, named, lines)
    inside, is_whole = unpacked(content)
    text, encoding = _decoded(inside)
    if not lines.count and not words.are_in(text):
        return content  # another's number looks like one of theirs
    suffix = suffix_of(name)
    if not is_whole or suffix not in TEXTS or not encoding:
        return None
    made = _json(text, words, named, lines) if suffix in JSONS else _csv(text, words, named, lines)
    if made is None or words.are_in(made):
        return None
    data = made.encode(encoding)
    return gzip.compress(data) if inside is not content else data


def suffix_of(name: str) -> str:
    """The kind of a file by its name, that of a packed one by what is packed."""
    return "." + name.lower().removesuffix(".gz").rpartition(".")[2]


def unpacked(content: bytes) -> tuple[bytes, bool]:
    """The bytes inside a gzip, as far as it goes, and whether it goes to its end; other bytes as they are."""
    if content[:2] != b"\x1f\x8b":
        return content, True
    try:
        return gzip.decompress(content), True
    except (EOFError, OSError, zlib.error):
        with contextlib.suppress(zlib.error):
            return zlib.decompressobj(31).decompress(content), False
        return b"", False


def _decoded(content: bytes) -> tuple[str, str]:
    """Text and its encoding, '' where it is no text that could be written again as it was."""
    utf_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    marked = "utf-8-sig" if content[:3] == b"\xef\xbb\xbf" else "utf-8"
    for encoding in ("utf-16",) if utf_16 else (marked, "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding), encoding
    return content.decode("latin-1"), ""


def _csv(text: str, words: Words, named: Words, lines: Lines) -> str | None:
    """Their lines are blank; elsewhere what they are known by is taken out of the cell. Quotes may span lines."""
    if lines.shared:
        return None  # tables side by side: no line is only theirs
    physical, theirs = text.splitlines(keepends=True), set(lines.records)
    reader, first, kept, gone = csv.reader(io.StringIO(text, newline="")), 1, [], 0
    try:
        for _ in reader:
            whole = physical[first - 1 : reader.line_num]
            if theirs.intersection(range(first, reader.line_num + 1)):
                if not named.are_in("".join(whole)):
                    return None
                gone += 1
                kept += [_end_of(line) for line in whole]
            else:
                kept += [words.taken_out(line) for line in whole]
            first = reader.line_num + 1
    except csv.Error:
        return None
    return "".join([*kept, *physical[first - 1 :]]) if gone == lines.count else None


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _json(text: str, words: Words, named: Words, lines: Lines) -> str | None:
    """JSON Lines lose their records' lines; lists and maps inside records, such as pages of an API, their entries."""
    physical = text.splitlines(keepends=True)
    try:
        records = [json.loads(line) if line.strip() else None for line in physical]
    except ValueError:
        return _document(text, words, named, lines)
    own = {number for number in lines.records if number <= len(records) and _is_own(records[number - 1], named)}
    theirs, held, before = own - lines.shared.keys(), own & lines.shared.keys(), records
    for number in held:
        without = _without_keys(records[number - 1], named, lines.records.count(number), lines.shared[number])
        if without is None:
            return None
        records = [*records[: number - 1], without, *records[number:]]
    others = [None if number in theirs else record for number, record in enumerate(records, start=1)]
    gone = len(theirs) + sum(lines.records.count(number) for number in held)
    left = _without_entries(others, named, lines.count - gone)
    if left is None:
        return None
    kept = [
        _end_of(line) if number in theirs else _line(line, record, was, words)
        for number, (line, record, was) in enumerate(zip(physical, left, before, strict=True), start=1)
    ]
    return "".join(kept)


def _is_own(record: Any, named: Words) -> bool:
    """Whether a record itself names them, not only an entry of a list in it."""
    return isinstance(record, dict) and any(map(named.are_in, _own_texts(record, is_deep=True)))


def _without_keys(record: Any, named: Words, gone: int, others: int) -> Any | None:
    """A record without the entries of the one map inside it whose names or values hold a word; None where no map has so
    many of theirs and just so many of others.
    """
    if not isinstance(record, dict):
        return None
    theirs = [name for name, one in record.items() if named.are_in(name) or _names(one, named)]
    kinds = {type(one) for one in record.values()}
    if len(theirs) == gone and len(record) == gone + others and len(kinds) == 1:
        return {name: one for name, one in record.items() if name not in theirs}
    for name, one in record.items():
        if (left := _without_keys(one, named, gone, others)) is not None:
            return record | {name: left}
    return None


def _names(value: Any, named: Words) -> bool:
    return (
        any(map(named.are_in, _own_texts(value, is_deep=True))) if isinstance(value, dict) else named.are_in(str(value))
    )


def _line(line: str, record: Any, before: Any, words: Words) -> str:
    """As it stood, where nothing of it changes."""
    made = _taken_out(record, words)
    return line if made == before else json.dumps(made, ensure_ascii=False) + _end_of(line)


def _document(text: str, words: Words, named: Words, lines: Lines) -> str | None:
    try:
        whole = json.loads(text)
    except ValueError:
        return None
    left = (_without_entries([whole], named, lines.count) or [None])[0]
    if left is None and not lines.entries:
        left = _without_keys(whole, named, lines.count, max(lines.shared.values(), default=0))
    return None if left is None else json.dumps(_taken_out(left, words), ensure_ascii=False)


def _without_entries(records: list[Any], named: Words, count: int) -> list[Any] | None:
    """The records without the entries of their lists that hold a word; None where these are not as many.

    An entry may name them among its own values, or one level deeper (a buyer's record), where another's entry may only
    mention them: what fits the count is right.
    """
    for is_deep in (True, False) if count else ():
        gone: list[Any] = []
        left = [_pruned(record, named, is_deep, gone) for record in records]
        if len(gone) == count:
            return left
    return None if count else records


def _pruned(value: Any, named: Words, is_deep: bool, gone: list[Any]) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(one, named, is_deep, gone) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    kept = []
    for entry in value:
        if isinstance(entry, dict) and any(map(named.are_in, _own_texts(entry, is_deep))):
            gone.append(entry)
        else:
            kept.append(_pruned(entry, named, is_deep, gone))
    return kept


def _own_texts(entry: dict[str, Any], is_deep: bool) -> Iterator[str]:
    """What an entry says itself, names of its parts included: not what stands in lists of records inside it."""
    for name, value in entry.items():
        yield name
        if isinstance(value, dict):
            yield from _own_texts(value, is_deep) if is_deep else ()
        elif isinstance(value, list):
            yield from (str(one) for one in value if not isinstance(one, dict | list))
        else:
            yield str(value)


def _taken_out(value: Any, words: Words) -> Any:
    if isinstance(value, dict):
        return {words.taken_out(name): _taken_out(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [_taken_out(one, words) for one in value]
    if isinstance(value, str):
        return words.taken_out(value)
    return None if isinstance(value, int | float) and words.are_in(str(value)) else value


def _workbook(name: str, content: bytes, words: Words, named: Words, lines: Lines) -> bytes | None:
    """Of one sheet, whose rows are the file's lines; of several only where none of their rows stands there."""
    import openpyxl

    if suffix_of(name) != ".xlsx" or lines.entries:
        return None
    book = openpyxl.load_workbook(io.BytesIO(content))
    if lines.records and len(book.worksheets) > 1:
        return None
    theirs, gone, is_changed = set(lines.records), 0, False
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if number in theirs:
                if not any(named.are_in(str(cell.value)) for cell in row):
                    return None
                gone += 1
            for cell in row:
                if number in theirs:
                    cell.value = None
                elif cell.value is not None and words.are_in(str(cell.value)):
                    cell.value, is_changed = words.taken_out(str(cell.value)) or None, True
    if gone != lines.count:
        return None
    if not gone and not is_changed:
        return content
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
