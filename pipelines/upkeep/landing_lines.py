"""A person's lines out of the files of landing: blanked where they stand, so that all others keep their numbers.

What belongs here: finding the files, rewriting them. What does not: whose a line is (ingest says it: a scratch copy is
read with the person's marks, and the lines it leaves out are theirs).

Rewritten are text files (CSV, JSON Lines, JSON, in any encoding, gzipped or not) and plain workbooks. Others are named:
somebody has to replace them. A file's own time stays, since it says which copy of a row is newer.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.database import connect, transaction
from pipelines.ingest.landing import Found, find_files
from pipelines.ingest.text import sha256_of
from pipelines.settings import Settings
from pipelines.warehouse import open_for_writing

_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_BETWEEN = r"[\s\-－—.·_]*"
_MOST_UNPACKED = 1 << 30
# What a broken, cut or locked archive ends in.
_BROKEN_PACK = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)
SHORTEST = 6  # a shorter word may be anything in another's line
TEXTS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")


@dataclass
class Rewritten:
    """`rewritten`: how many files; `lines`: blanked in them; `left`: paths that somebody has to replace by hand."""

    rewritten: int = 0
    lines: int = 0
    left: list[str] = field(default_factory=list)


def forget_in_landing(
    settings: Settings, texts: Iterable[str], orders: Iterable[str], told: Callable[[str], None]
) -> Rewritten:
    """Blanks the lines of somebody in every file; the ledger knows it after.

    `texts`: all that they are known by, taken out of other lines, too, where it is long enough to be nothing else;
    `orders`: numbers of their orders, by which a file that does not name them is found.
    """
    texts = list(texts)
    words = Words(text for text in texts if len(text) >= SHORTEST)
    named = Words([*texts, *orders])
    done = Rewritten()
    for found in find_files(settings):
        if found.refused or not named.are_in(found.full):
            continue
        told(f"{found.path}: looking for their lines")
        lines = lines_of(settings, found)
        if _rewrite(found.full, words, lines) and not words.are_in(found.full):
            done.rewritten += 1
            done.lines += len(lines)
            _tell_ledger(settings, found)
        else:
            done.left.append(found.path)
    return done


class Words:
    """What somebody is known by, as files may spell it: digits with spaces or dashes between them, or full width."""

    def __init__(self, texts: Iterable[str]) -> None:
        spelt = [_BETWEEN.join(text) if text.isdigit() else re.escape(text) for text in texts if text]
        self.pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(spelt) or '(?!)'})(?![A-Za-z0-9])")

    def are_in(self, path: Path) -> bool:
        """Whether a file holds one of them, packed or not."""
        return any(self.pattern.search(text.translate(_WIDE)) for text in _texts_in(path))

    def taken_out(self, text: str) -> str:
        """The text without them; full-width digits stay where nothing was found."""
        wide = text.translate(_WIDE)
        return self.pattern.sub("", wide) if self.pattern.search(wide) else text


def _texts_in(path: Path) -> Iterable[str]:
    """All that may be text in a file. A part that is too large to unpack is taken for nothing: it is never loaded."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.file_size < _MOST_UNPACKED:
                    with contextlib.suppress(*_BROKEN_PACK):
                        yield _decoded(archive.read(member))[0]
        return
    yield _decoded(unpacked(path.read_bytes())[0])[0]


def unpacked(content: bytes) -> tuple[bytes, bool]:
    """The bytes inside a gzip, as far as it goes, and whether it goes to its end; other bytes as they are."""
    if content[:2] != b"\x1f\x8b":
        return content, True
    try:
        return gzip.decompress(content), True
    except _BROKEN_PACK:
        with contextlib.suppress(zlib.error):
            return zlib.decompressobj(31).decompress(content), False
        return b"", False


def _decoded(content: bytes) -> tuple[str, str]:
    """Text and its encoding; what is no text comes back as it would be written by any."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), "utf-16"
    has_mark = content[:3] == b"\xef\xbb\xbf"
    for encoding in ("utf-8-sig" if has_mark else "utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding), encoding
    return content.decode("latin-1"), "latin-1"


def lines_of(settings: Settings, found: Found) -> set[int]:
    """The lines of a file that ingest leaves out for the marks, from a scratch warehouse that reads it alone."""
    from pipelines.ingest import ingest
    from pipelines.ingest.forgotten import LINES, marks_of

    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        home = Path(folder)
        alone = home / "landing" / found.full.relative_to(settings.landing)
        alone.parent.mkdir(parents=True)
        shutil.copy2(found.full, alone)
        shutil.copy2(settings.key_path, home / settings.key_path.name)
        if settings.sources.is_dir():
            shutil.copytree(settings.sources, home / settings.sources.name)
        scratch = settings.model_copy(update={"home": home})
        with open_for_writing(settings) as warehouse:
            marks = marks_of(warehouse.connection)
        connection = connect()
        try:
            connection.execute(f"create temp table {LINES} (line bigint)")
            connection.execute(
                "create table ops.forgotten as select unnest(?) as mark, null::timestamp as forgotten_at", [marks]
            )
            ingest(connection, scratch)
            return {line for (line,) in connection.execute(f"select distinct line from temp.{LINES}").fetchall()}
        finally:
            connection.close()


def _rewrite(path: Path, words: Words, lines: set[int]) -> bool:
    """False where the file is none that can be rewritten safely."""
    packed = path.suffix.lower() == ".gz"
    suffix = Path(path.stem).suffix.lower() if packed else path.suffix.lower()
    if suffix == ".xlsx" and zipfile.is_zipfile(path):
        return _rewrite_workbook(path, words, lines)
    content = path.read_bytes()
    packed = content[:2] == b"\x1f\x8b"
    inside, is_whole = unpacked(content)
    text, encoding = _decoded(inside)
    if not is_whole or suffix not in TEXTS or encoding == "latin-1" or zipfile.is_zipfile(path):
        return False
    made = _json(text, words, lines) if suffix in (".json", ".jsonl", ".ndjson") else _csv(text, words, lines)
    if made is None:
        return False
    data = made.encode(encoding)
    _put(path, gzip.compress(data) if packed else data)
    return True


def _csv(text: str, words: Words, lines: set[int]) -> str | None:
    """Lines of theirs are blank; elsewhere what they are known by is taken out of the cell. Quotes may span lines."""
    physical = text.splitlines(keepends=True)
    reader, first, kept = csv.reader(io.StringIO(text, newline="")), 1, []
    try:
        for _ in reader:
            whole = physical[first - 1 : reader.line_num]
            if lines.intersection(range(first, reader.line_num + 1)):
                kept += [_end_of(line) for line in whole]
            else:
                kept += [words.taken_out(line) for line in whole]
            first = reader.line_num + 1
    except csv.Error:
        return None
    return "".join([*kept, *physical[first - 1 :]])


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _json(text: str, words: Words, lines: set[int]) -> str | None:
    """JSON Lines lose the record of a line; of any other JSON the values are taken out, its records stay."""
    physical = text.splitlines(keepends=True)
    try:
        records = [json.loads(line) if line.strip() else None for line in physical]
    except ValueError:
        try:
            whole = json.loads(text)
        except ValueError:
            return None
        return None if lines else json.dumps(_without(whole, words), ensure_ascii=False)
    kept = []
    for number, (line, record) in enumerate(zip(physical, records, strict=True), start=1):
        if number in lines:
            kept.append(_end_of(line))
        elif words.pattern.search(line.translate(_WIDE)):
            kept.append(json.dumps(_without(record, words), ensure_ascii=False) + _end_of(line))
        else:
            kept.append(line)
    return "".join(kept)


def _without(value: Any, words: Words) -> Any:
    if isinstance(value, dict):
        return {words.taken_out(name): _without(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, words) for one in value]
    if isinstance(value, str):
        return words.taken_out(value)
    return None if isinstance(value, int | float) and words.pattern.search(str(value)) else value


def _rewrite_workbook(path: Path, words: Words, lines: set[int]) -> bool:
    """One sheet, whose rows are the file's lines."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    if lines and len(book.worksheets) > 1:
        return False
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            for cell in row:
                if number in lines:
                    cell.value = None
                elif cell.value is not None and words.pattern.search(str(cell.value).translate(_WIDE)):
                    cell.value = words.taken_out(str(cell.value)) or None
    out = io.BytesIO()
    book.save(out)
    _put(path, out.getvalue())
    return True


def _put(path: Path, content: bytes) -> None:
    """In the place of the file, all or nothing, with its mode and its time."""
    status = path.stat()
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    shutil.copymode(path, partial)
    os.utime(partial, ns=(status.st_atime_ns, status.st_mtime_ns))
    partial.rename(path)


def _tell_ledger(settings: Settings, found: Found) -> None:
    """The file that was loaded is now this one: it is not read again as another."""
    size, sha = found.full.stat().st_size, sha256_of(found.full)
    with open_for_writing(settings) as warehouse, transaction(warehouse.connection) as connection:
        connection.execute("update ops.copies set bytes = ? where path = ?", [size, found.path])
        connection.execute("update ops.files set sha256 = ?, bytes = ? where path = ?", [sha, size, found.path])
