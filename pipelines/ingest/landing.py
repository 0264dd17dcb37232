"""What lies in landing, and what of it the ledger does not know yet.

What belongs here: listing files, and comparing size and time with the ledger. What does not: reading any byte of them,
the names under which they are told (told_paths.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.folder_names import shops_in
from pipelines.ingest.recognise import named_by
from pipelines.ingest.sources import reading_fingerprint, sources_of
from pipelines.ingest.told_paths import is_plain, told_path
from pipelines.privacy import load_key
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

# Not yet whole, kept by an editor, or made by a system for itself
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", ".bak", "~", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Found:
    """One file in landing, or what stands there in the place of one."""

    full: Path  # told to nobody
    path: str  # relative to landing, with forward slashes, as it is told
    bytes: int
    modified_ns: int
    changed: tuple[int, int] | None = None  # when the system last saw it written or moved, and which file it was
    refused: str = ""  # why it is not opened: link, shut_folder

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(self.path.split("/")[:-1])

    def is_as_found(self) -> bool:
        """Whether nobody has written to it, or put another in its place, since it was found.

        The system's own time says it too, which no program that copies with the old times can set.
        """
        try:
            status = os.stat(self.full, follow_symlinks=not self.refused)
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


def find_files(settings: Settings) -> list[Found]:
    """Every file a person or program put there, oldest first; hidden, lock and half-written files are not listed.

    Links are not followed, as they may lead anywhere and in circles; landing itself may be one. They are listed, and so
    is a folder that may not be opened, since whoever put it there waits for it.
    """
    files = list(_walk(settings.landing, settings)) if settings.landing.is_dir() else []
    return sorted(files, key=lambda found: (found.modified_ns, found.path))


def paths_there(settings: Settings) -> set[str]:
    """The paths of all that lies in landing, as the ledger tells them."""
    return {found.path for found in find_files(settings)}


def _walk(folder: Path, settings: Settings) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~$")) or is_unfinished(entry.name):
                continue
            if entry.is_symlink():
                yield _found(entry, settings, "link")
            elif entry.is_dir():
                yield from _walk_inside(entry, settings)
            elif entry.is_file():
                yield _found(entry, settings)


def _walk_inside(folder: os.DirEntry[str], settings: Settings) -> Iterator[Found]:
    if may_enter(folder.path):
        yield from _walk(Path(folder.path), settings)
    else:
        yield _found(folder, settings, "shut_folder")


def _found(entry: os.DirEntry[str], settings: Settings, refused: str = "") -> Found:
    status = entry.stat(follow_symlinks=False)
    full = Path(entry.path)
    path = full.relative_to(settings.landing).as_posix()
    if not is_plain(path):
        path = told_path(path, _key(settings))
    return Found(full, path, status.st_size, status.st_mtime_ns, _changed(status), refused)


def _key(settings: Settings) -> bytes:
    """The merchant's key; none where a reader may not see it, or where it is lost (which stops every run)."""
    if not settings.key_path.exists() and settings.warehouse_path.exists():
        return b""
    try:
        return load_key(settings.key_path)
    except PermissionError:
        return b""


def is_unfinished(name: str) -> bool:
    """Whether a name says that its file is not whole yet, or nobody's data."""
    return name.lower().endswith(_UNFINISHED)


def may_enter(folder: str) -> bool:
    """Whether this user may list a folder."""
    return os.access(folder, os.R_OK | os.X_OK)


def may_read(file: Path) -> bool:
    """Whether this user may open a file."""
    return os.access(file, os.R_OK)


def find_new(connection: Connection, settings: Settings) -> list[Found]:
    """Files whose path, size or time the ledger does not know, oldest first; nothing is opened.

    A file that was refused whole is new again once a mapping has changed, one that could not be read once it can be:
    a permission is given without a change of size or time.
    """
    with sources_of(settings):
        mapping = reading_fingerprint(settings.reading)
    rows = connection.execute(
        "select c.path, c.bytes, c.modified_ns, f.sha256 is null from ops.copies c join ops.files f using (file_id) "
        "where f.status = 'loaded' or f.mapping = ?",
        [mapping],
    ).fetchall()
    known = {path: (size, modified, was_shut) for path, size, modified, was_shut in rows}
    return [found for found in find_files(settings) if not _is_known(found, known.get(found.path))]


def _is_known(found: Found, known: tuple[int, int, bool] | None) -> bool:
    if known is None or known[:2] != (found.bytes, found.modified_ns):
        return False
    was_shut = known[2]
    return bool(found.refused) or not (was_shut and may_read(found.full))
