"""A landing file → the mapping that understands it and a DuckDB relation of its cells, all text.

What belongs here: which reader a file's bytes ask for, and which readers are not trusted with this process. What does
not: the readers (one module each), the limits that the others are held to (bounded.py), types and tables.
"""

from __future__ import annotations

import contextlib
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.bounded import bounded
from pipelines.ingest.formats.csv import open_csv
from pipelines.ingest.formats.encrypted import open_ole
from pipelines.ingest.formats.json import open_json
from pipelines.ingest.formats.kinds import files_in, kind_of, refused_kind, zip_kind
from pipelines.ingest.formats.markup import open_markup
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.parquet import open_parquet
from pipelines.ingest.formats.workbook import open_workbook
from pipelines.ingest.recognise import refuse_too_wide
from pipelines.ingest.text import UnreadableError, head_of, open_text, too_much_unpacked
from pipelines.ingest.titles import refuse_unit_in_name
from pipelines.ingest.told_paths import in_sql
from pipelines.settings import ReadingLimits

if TYPE_CHECKING:
    from pipelines.database import Connection


def open_file(connection: Connection, path: Path, relative: str, scratch: Path, limits: ReadingLimits) -> Opened:
    """Recognises a file and prepares its relation. Raises UnreadableError when the whole file must be refused."""
    return _named(_open(connection, in_sql(path, scratch), relative, scratch, limits), relative, limits)


def _named(opened: Opened, relative: str, limits: ReadingLimits) -> Opened:
    """The file, where its name does not contradict its columns and these are not too many."""
    for part in (opened, *opened.parts):
        refuse_too_wide(part.match.header, limits, opened.expected or 0)
        refuse_unit_in_name(part.match, relative, opened.expected or 0)
    return opened


def _open(connection: Connection, path: Path, relative: str, scratch: Path, limits: ReadingLimits) -> Opened:
    kind = kind_of(path)
    folders = tuple(Path(relative).parts[:-1])
    if kind == "empty":
        raise UnreadableError("empty_file", "a file with a header and rows; this one has no bytes: export it again")
    if kind == "zip":
        workbook = _workbook_in(path, relative, scratch, limits)
        return workbook or _open(connection, _unpacked(path, scratch, limits), relative, scratch, limits)
    if kind == "ole":
        return _bounded_workbook(partial(_old_workbook, path, folders, scratch, limits.password_texts), limits)
    if kind == "parquet":
        return open_parquet(path, folders, scratch, limits)
    text = open_text(path, scratch, limits)
    if kind == "markup":
        return bounded(partial(open_markup, text, folders, scratch), limits)
    head = head_of(text)
    first = next((line for line in head if line.strip()), "")
    if not first:
        raise UnreadableError("empty_file", "a file with a header and rows; this one has only empty lines")
    if first.lstrip()[:1] in ("{", "["):
        return open_json(connection, text, folders, scratch, limits)
    return open_csv(text, folders, limits)


def open_plain(path: Path, relative: str, scratch: Path, limits: ReadingLimits) -> Opened | None:
    """A workbook, or a CSV whose lines are its rows, as nearly every one is; None for what only `open_file` takes."""
    opened = _open_plain(in_sql(path, scratch), relative, scratch, limits)
    return opened and _named(opened, relative, limits)


def _open_plain(path: Path, relative: str, scratch: Path, limits: ReadingLimits) -> Opened | None:
    kind = kind_of(path)
    if kind == "zip":
        return _workbook_in(path, relative, scratch, limits)
    if kind not in ("text", "gzip"):
        return None
    text = open_text(path, scratch, limits)
    first = next((line for line in head_of(text) if line.strip()), "")
    if text.needs_care or not first or first.lstrip()[:1] in ("{", "["):
        return None
    return open_csv(text, tuple(Path(relative).parts[:-1]), limits)


def _old_workbook(path: Path, folders: tuple[str, ...], scratch: Path, passwords: tuple[str, ...]) -> Opened:
    """A workbook of before 2007, or one of any year with a password."""
    return open_workbook(open_ole(path, scratch, passwords), folders, scratch)


def _workbook_in(path: Path, relative: str, scratch: Path, limits: ReadingLimits) -> Opened | None:
    """A workbook is a ZIP, too; None for an archive of one file. Of several, nobody knows which belong in."""
    with _whole_zip(path) as archive:
        if zip_kind(archive) != "workbook":
            return None
    folders = tuple(Path(relative).parts[:-1])
    return _bounded_workbook(partial(open_workbook, path, folders, scratch), limits)


def _bounded_workbook(work: Callable[[], Opened], limits: ReadingLimits) -> Opened:
    """What every such process needs is loaded once, here, and is no part of what a file may take."""
    import msoffcrypto  # noqa: F401
    import python_calamine  # noqa: F401

    return bounded(work, limits)


@contextlib.contextmanager
def _whole_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableError("unreadable", "a ZIP or .xlsx that is whole; copy it again") from error


def _unpacked(path: Path, scratch: Path, limits: ReadingLimits) -> Path:
    with _whole_zip(path) as archive:
        return _unpacked_from(archive, scratch, limits)


def _unpacked_from(archive: zipfile.ZipFile, scratch: Path, limits: ReadingLimits) -> Path:
    (entry,) = files_in(archive)
    if entry.file_size > limits.unpacked_bytes:
        raise too_much_unpacked(limits)
    target = scratch / "unzipped"
    if target.exists():  # an archive in an archive
        raise refused_kind("a ZIP archive in a ZIP archive", "archive", "unpack it and put its file in")
    with archive.open(entry) as source, open(target, "wb") as out:
        shutil.copyfileobj(source, out)
    return target
