"""A landing file → the mapping that understands it and a DuckDB relation of its cells, all text.

What belongs here: which reader a file's bytes ask for. What does not: the readers (one module each), types and tables.
"""

from __future__ import annotations

import contextlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.formats.csv import open_csv
from pipelines.ingest.formats.json import open_json
from pipelines.ingest.formats.kinds import check_ole, files_in, kind_of, refused_kind, zip_kind
from pipelines.ingest.formats.markup import open_markup
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.parquet import open_parquet
from pipelines.ingest.formats.sheets import LARGEST_WORKBOOK
from pipelines.ingest.formats.workbook import open_workbook
from pipelines.ingest.text import UnreadableError, head_of, open_text
from pipelines.ingest.titles import refuse_unit_in_name

if TYPE_CHECKING:
    import duckdb


def open_file(connection: duckdb.DuckDBPyConnection, path: Path, relative: str, scratch: Path) -> Opened:
    """Recognises a file and prepares its relation. Raises UnreadableError when the whole file must be refused."""
    return _named(_open(connection, path, relative, scratch), relative)


def _named(opened: Opened, relative: str) -> Opened:
    """The file, where its name does not contradict its columns."""
    for part in (opened, *opened.parts):
        refuse_unit_in_name(part.match, relative, opened.expected or 0)
    return opened


def _open(connection: duckdb.DuckDBPyConnection, path: Path, relative: str, scratch: Path) -> Opened:
    kind = kind_of(path)
    folders = tuple(Path(relative).parts[:-1])
    if kind == "empty":
        raise UnreadableError("empty_file", "a file with a header and rows; this one has no bytes: export it again")
    if kind == "zip":
        workbook = _workbook_in(path, relative, scratch)
        return workbook or _open(connection, _unpacked(path, scratch), relative, scratch)
    if kind == "ole":
        check_ole(path)
        return open_workbook(path, folders, scratch)
    if kind == "parquet":
        return open_parquet(path, folders)
    text = open_text(path, scratch)
    if kind == "markup":
        return open_markup(text, folders, scratch)
    head = head_of(text)
    first = next((line for line in head if line.strip()), "")
    if not first:
        raise UnreadableError("empty_file", "a file with a header and rows; this one has only empty lines")
    if first.lstrip()[:1] in ("{", "["):
        return open_json(connection, text, folders, scratch)
    return open_csv(text, folders)


def open_plain(path: Path, relative: str, scratch: Path) -> Opened | None:
    """A workbook, or a CSV whose lines are its rows, as nearly every one is; None for what only `open_file` takes."""
    opened = _open_plain(path, relative, scratch)
    return opened and _named(opened, relative)


def _open_plain(path: Path, relative: str, scratch: Path) -> Opened | None:
    kind = kind_of(path)
    if kind == "zip":
        return _workbook_in(path, relative, scratch)
    if kind not in ("text", "gzip"):
        return None
    text = open_text(path, scratch)
    first = next((line for line in head_of(text) if line.strip()), "")
    if text.needs_care or not first or first.lstrip()[:1] in ("{", "["):
        return None
    return open_csv(text, tuple(Path(relative).parts[:-1]))


def _workbook_in(path: Path, relative: str, scratch: Path) -> Opened | None:
    """A workbook is a ZIP, too; None for an archive of one file. Of several, nobody knows which belong in."""
    with _whole_zip(path) as archive:
        is_workbook = zip_kind(archive) == "workbook"
        return open_workbook(path, tuple(Path(relative).parts[:-1]), scratch) if is_workbook else None


@contextlib.contextmanager
def _whole_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableError("unreadable", "a ZIP or .xlsx that is whole; copy it again") from error


def _unpacked(path: Path, scratch: Path) -> Path:
    with _whole_zip(path) as archive:
        return _unpacked_from(archive, scratch)


def _unpacked_from(archive: zipfile.ZipFile, scratch: Path) -> Path:
    (entry,) = files_in(archive)
    if entry.file_size > LARGEST_WORKBOOK:
        raise UnreadableError("too_large", f"an archive of at most {LARGEST_WORKBOOK >> 30} GB; unpack it yourself")
    target = scratch / "unzipped"
    if target.exists():  # an archive in an archive
        raise refused_kind("a ZIP archive in a ZIP archive", "archive", "unpack it and put its file in")
    with archive.open(entry) as source, open(target, "wb") as out:
        shutil.copyfileobj(source, out)
    return target
