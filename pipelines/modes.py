"""Who may read what lies in a home directory: its owner, and what is published whoever `readers` in siyu.toml names.

What belongs here: file modes. What does not: what is written (warehouse.py, report/, steps/), what is found wrong
(doctor/).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from pipelines.settings import Settings

PRIVATE = 0o077  # bits of everybody but the owner
# Of what is published: a folder, a file. Of the home: readers pass through to it and see nothing else.
_PUBLISHED = {"owner": (0o700, 0o600), "group": (0o750, 0o640), "all": (0o755, 0o644)}
ENTRANCE = {"owner": 0o700, "group": 0o710, "all": 0o711}


@contextlib.contextmanager
def private_files() -> Iterator[None]:
    """What is made inside is its owner's alone, whichever library makes it."""
    before = os.umask(PRIVATE)
    try:
        yield
    finally:
        os.umask(before)


def private(path: str, flags: int) -> int:
    """An opener (of `open`) of files that are their owner's alone."""
    return os.open(path, flags, 0o600)


def make_home(settings: Settings) -> None:
    """The home directory, which only its owner and readers may enter. One of somebody else's keeps its mode."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.home.stat().st_uid == os.geteuid():
        settings.home.chmod(ENTRANCE[settings.readers])
    if settings.readers != "owner" and settings.landing.is_dir():
        _narrow(settings.landing, 0o770)  # readers of what is published are no readers of files with people in them


def make_private(path: Path) -> None:
    """A file of ours that an earlier release made for all to read."""
    _narrow(path, 0o700)


def publish_folder(folder: Path, settings: Settings) -> None:
    """A folder of published/, made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_PUBLISHED[settings.readers][0])


def publish_file(file: Path, settings: Settings, is_final: bool = False) -> None:
    """A file of published/. `is_final`: nobody writes to it again."""
    mode = _PUBLISHED[settings.readers][1]
    file.chmod(mode & 0o444 if is_final else mode)


def _narrow(path: Path, most: int) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    if status.st_uid == os.geteuid() and status.st_mode & 0o777 & ~most:
        path.chmod(status.st_mode & most)
