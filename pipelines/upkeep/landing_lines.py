"""A person's lines out of the files of landing: blanked where they stand, so that all others keep their numbers.

What belongs here: finding the files, and asking ingest whose a line is: a scratch copy is read with the person's marks,
and what it leaves out is theirs. What does not: how a text is rewritten (landing_texts.py).

A file that cannot be rewritten safely is named: somebody has to replace it. A file's own time stays, since it says
which copy of a row is newer.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pipelines.database import connect, transaction
from pipelines.ingest.landing import Found, find_files
from pipelines.ingest.text import sha256_of
from pipelines.settings import Settings
from pipelines.upkeep.landing_texts import Lines, Words, rewritten
from pipelines.warehouse import open_for_writing

SHORTEST = 6  # a shorter word may be anything in another's line
CHUNK, OVERLAP = 1 << 23, 1 << 12
# What a broken, cut or locked archive ends in.
BROKEN_PACK = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass
class Rewritten:
    """`rewritten`: how many files; `lines`: rows taken out; `left`: paths that somebody has to replace by hand."""

    rewritten: int = 0
    lines: int = 0
    left: list[str] = field(default_factory=list)


def forget_in_landing(
    settings: Settings, marks: list[str], texts: list[str], orders: list[str], told: Callable[[str], None]
) -> Rewritten:
    """Takes somebody out of every file; the ledger knows it after.

    `texts`: all that they are known by, taken out of other lines, too, where it is long enough to be nothing else;
    `orders`: numbers of their orders, by which a file that does not name them is found.
    """
    words, named = Words(text for text in texts if len(text) >= SHORTEST), Words([*texts, *orders])
    done = Rewritten()
    for found in find_files(settings):
        if found.refused or not any(map(named.are_in, _texts_in(found.full))):
            continue
        told(f"{found.path}: looking for their lines")
        lines = lines_of(settings, found, marks)
        before = found.full.read_bytes()
        after = rewritten(found.full.name, before, words, named, lines)
        if after is None:
            done.left.append(found.path)
        elif after != before:
            _put(found.full, after)
            _tell_ledger(settings, found)
            done.rewritten += 1
            done.lines += lines.count
    return done


def _texts_in(path: Path) -> Iterator[str]:
    """All that may be text in a file, packed or not, piece by piece; of a broken archive as far as it goes."""
    with contextlib.suppress(*BROKEN_PACK):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    with contextlib.suppress(*BROKEN_PACK), archive.open(member) as inside:
                        yield from _pieces(cast(zipfile.ZipExtFile, inside).read1)
            return
        with open(path, "rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if is_packed else open(path, "rb") as inside:
            yield from _pieces(inside.read1)


def _pieces(read: Callable[[int], bytes]) -> Iterator[str]:
    """A text in pieces that overlap, so that a word across two of them is seen. `read`: what is there, at most so much;
    where a broken archive ends, all before it was given.
    """
    tail, encoding = b"", ""
    while piece := read(CHUNK):
        encoding = encoding or _encoding(piece)
        yield (tail + piece).decode(encoding, "replace")
        tail = piece[-OVERLAP:]


def _encoding(head: bytes) -> str:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def lines_of(settings: Settings, found: Found, marks: Iterable[str]) -> Lines:
    """What ingest leaves out of a file for these marks, from a scratch warehouse that reads it alone."""
    from pipelines.ingest import ingest
    from pipelines.ingest.forgotten import LINES, MADE

    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        home = Path(folder)
        alone = home / "landing" / found.full.relative_to(settings.landing)
        alone.parent.mkdir(parents=True)
        shutil.copy2(found.full, alone)
        shutil.copy2(settings.key_path, home / settings.key_path.name)
        if settings.sources.is_dir():
            shutil.copytree(settings.sources, home / settings.sources.name)
        connection = connect()
        try:
            connection.execute(f"create temp table {LINES} (line bigint, is_record boolean)")
            connection.execute(MADE)
            connection.execute("insert into ops.forgotten select unnest(?), null", [list(marks)])
            ingest(connection, settings.model_copy(update={"home": home}))
            rows = connection.execute(f"select line, is_record from temp.{LINES}").fetchall()
        finally:
            connection.close()
    return Lines([line for line, is_record in rows if is_record], sum(not is_record for _, is_record in rows))


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
