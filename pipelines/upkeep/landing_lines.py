"""A person's lines out of the files of landing: blanked where they stand, so that all others keep their numbers.

What belongs here: asking ingest whose a line is: a scratch copy is read with the person's marks, and what it leaves out
is theirs. What does not: which files name them (landing_search.py), how a text is rewritten (landing_texts.py).

A file that cannot be rewritten safely is named: somebody has to replace it. A file's own time stays, since it says
which copy of a row is newer.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.database import connect, transaction
from pipelines.ingest.landing import Found, find_files
from pipelines.ingest.text import sha256_of
from pipelines.settings import Settings
from pipelines.upkeep.landing_search import excerpt, names_somebody, spliced
from pipelines.upkeep.landing_texts import Lines, Words, rewritten
from pipelines.warehouse import open_for_writing

SHORTEST = 6  # a shorter word may be anything in another's line


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
        if found.refused or not names_somebody(found.full, named):
            continue
        told(f"{found.path}: looking for their lines")
        made = by_excerpt(settings, found, marks, words, named) or _whole(settings, found, marks, words, named)
        if made is None:
            done.left.append(found.path)
        elif made.content is not None:
            _put(found.full, made.content)
            _tell_ledger(settings, found)
            done.rewritten += 1
            done.lines += made.lines
    return done


@dataclass(frozen=True)
class Made:
    """A file as it is to be, in pieces; None: as it is. `lines`: how many rows were taken out."""

    content: Iterable[bytes] | None
    lines: int = 0


def _whole(settings: Settings, found: Found, marks: list[str], words: Words, named: Words) -> Made | None:
    """None where it cannot be rewritten safely."""
    before = found.full.read_bytes()
    lines = lines_of(settings, found, marks)
    after = rewritten(found.full.name, before, words, named, lines)
    return None if after is None else Made(None if after == before else [after], lines.count)


def by_excerpt(settings: Settings, found: Found, marks: list[str], words: Words, named: Words) -> Made | None:
    """A large text, of which only an excerpt is read as rows and rewritten; None where the whole has to be asked.

    An excerpt is believed where ingest says of each line that names them, and of no other, that it is theirs: so it was
    read as the whole is, and no row is left of which only the words would be taken out.
    """
    before = excerpt(found.full, named)
    if before is None:
        return None
    lines = lines_of(settings, found, marks, before.content)
    if lines.entries or {before.numbers[line - 1] for line in lines.records} != before.naming:
        return None
    after = rewritten(found.full.name, before.content, words, named, lines)
    content = None if after is None else spliced(found.full, before, after)
    return None if content is None else Made(content, lines.count)


def lines_of(settings: Settings, found: Found, marks: Iterable[str], excerpt: bytes | None = None) -> Lines:
    """What ingest leaves out of a file (or of an excerpt of it) for these marks: a scratch warehouse reads it alone."""
    from pipelines.ingest import ingest
    from pipelines.ingest.forgotten import LINES, MADE

    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        home = Path(folder)
        alone = home / "landing" / found.full.relative_to(settings.landing)
        alone.parent.mkdir(parents=True)
        if excerpt is None:
            shutil.copy2(found.full, alone)
        else:
            alone.write_bytes(excerpt)
            shutil.copystat(found.full, alone)
        shutil.copy2(settings.key_path, home / settings.key_path.name)
        if settings.sources.is_dir():
            shutil.copytree(settings.sources, home / settings.sources.name)
        connection = connect()
        try:
            connection.execute(f"create temp table {LINES} (line bigint, is_record boolean, others bigint)")
            connection.execute(MADE)
            connection.execute("insert into ops.forgotten select unnest(?), null", [list(marks)])
            ingest(connection, settings.model_copy(update={"home": home}))
            rows = connection.execute(f"select line, is_record, others from temp.{LINES}").fetchall()
        finally:
            connection.close()
    return Lines(
        [line for line, is_record, _ in rows if is_record],
        sum(not is_record for _, is_record, _ in rows),
        {line: others for line, is_record, others in rows if is_record and others},
    )


def _put(path: Path, content: Iterable[bytes]) -> None:
    """In the place of the file, all or nothing, with its mode and its time."""
    status = path.stat()
    partial = path.with_name(f".{path.name}.partial")
    with open(partial, "wb") as file:
        file.writelines(content)
    shutil.copymode(path, partial)
    os.utime(partial, ns=(status.st_atime_ns, status.st_mtime_ns))
    partial.rename(path)


def _tell_ledger(settings: Settings, found: Found) -> None:
    """The file that was loaded is now this one: it is not read again as another."""
    size, sha = found.full.stat().st_size, sha256_of(found.full)
    with open_for_writing(settings) as warehouse, transaction(warehouse.connection) as connection:
        connection.execute("update ops.copies set bytes = ? where path = ?", [size, found.path])
        connection.execute("update ops.files set sha256 = ?, bytes = ? where path = ?", [sha, size, found.path])
