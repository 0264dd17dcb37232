"""What lies in landing, and what of it the ledger does not know yet.

What belongs here: listing files, and comparing size and time with the ledger. What does not: reading any byte of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.folder_names import shops_in
from pipelines.ingest.recognise import named_by
from pipelines.ingest.sources import mappings_fingerprint
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

# Not yet whole, kept by an editor, or made by a system for itself
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", ".bak", "~", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Found:
    """One file in landing."""

    full: Path
    path: str  # relative to landing, with forward slashes
    bytes: int
    modified_ns: int
    changed: tuple[int, int] | None = None  # when the system last saw it written or moved, and which file it was

    @property
    def name(self) -> str:
        return self.full.name

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(self.path.split("/")[:-1])

    def is_as_found(self) -> bool:
        """Whether nobody has written to it, or put another in its place, since it was found.

        The system's own time says it too, which no program that copies with the old times can set.
        """
        try:
            status = self.full.stat()
        except OSError:
            return False
        same = (status.st_size, status.st_mtime_ns) == (self.bytes, self.modified_ns)
        return same and self.changed in (None, _changed(status))

    @property
    def folder(self) -> str | None:
        """The folder of a shop, as shop_folder tells it."""
        return shop_folder(self.path)


def shop_folder(path: str) -> str | None:
    """The folder of a shop under the source's own: no year, month or store of files; None where there is none.

    Where shops come first (一店/orders/), the one above the source's own.
    """
    folders = path.split("/")[:-1]
    own = next((place for place, name in enumerate(folders) if named_by((name,))), 0)
    return next(iter(shops_in([*folders[own + 1 :], *folders[:own]])), None)


def _changed(status: os.stat_result) -> tuple[int, int]:
    return status.st_ctime_ns, status.st_ino


def find_files(landing: Path) -> list[Found]:
    """Every file a person or program put there, oldest first; hidden, lock and half-written files are not listed."""
    files = list(_walk(landing, landing)) if landing.is_dir() else []
    return sorted(files, key=lambda found: (found.modified_ns, found.path))


def _walk(folder: Path, landing: Path) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~$")) or entry.name.lower().endswith(_UNFINISHED):
                continue
            if entry.is_dir():
                yield from _walk(Path(entry.path), landing)
            elif entry.is_file():
                status = entry.stat()
                full = Path(entry.path)
                path = full.relative_to(landing).as_posix()
                yield Found(full, path, status.st_size, status.st_mtime_ns, _changed(status))


def may_read(file: Path) -> bool:
    """Whether this user may open a file."""
    return os.access(file, os.R_OK)


def find_new(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[Found]:
    """Files whose path, size or time the ledger does not know, oldest first; nothing is opened.

    A file that was refused whole is new again once a mapping has changed, one that could not be read once it can be:
    a permission is given without a change of size or time.
    """
    rows = connection.execute(
        "select c.path, c.bytes, c.modified_ns, f.sha256 is null from ops.copies c join ops.files f using (file_id) "
        "where f.status = 'loaded' or f.mapping = ?",
        [mappings_fingerprint()],
    ).fetchall()
    known = {
        path: (size, modified)
        for path, size, modified, was_shut in rows
        if not (was_shut and may_read(settings.landing / path))
    }
    return [
        found for found in find_files(settings.landing) if known.get(found.path) != (found.bytes, found.modified_ns)
    ]
