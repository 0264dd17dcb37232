"""A copy of a whole home in one file, and a home made of such a copy.

What belongs here: what goes in, and that what comes out is what went in. What does not: where and how
many copies are kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from pipelines.messages.ledger import FILE as SENT
from pipelines.modes import make_home, private
from pipelines.settings import Settings
from pipelines.steps.reporting import is_reported, note_reported
from pipelines.upkeep.version import SHAPE, need_known_shape
from pipelines.warehouse import open_for_writing, publish

MANIFEST = "MANIFEST.json"
_CHUNK = 1 << 22


class NoBackup(ValueError):
    """The file is no whole backup, or it cannot be put where it was told to."""


class Content(NamedTuple):
    """One file: what is in it, and when it was changed, by which the ledger knows it."""

    bytes: int
    sha256: str
    modified_ns: int


@dataclass(frozen=True)
class Copied:
    """What was copied."""

    files: int
    bytes: int
    is_reported: bool  # whether the newest daily report is of the warehouse's snapshot


def backup(settings: Settings, target: Path, with_landing: bool = True) -> Copied:
    """Everything that a home cannot be made again without: warehouse, key, settings, reports, and landing.

    What was sent to whom goes with it, the secrets of [send] do not: a copy must not write to anybody. No run goes on
    meanwhile. The file is its owner's alone: the key is in it. Raises WarehouseBusy, and NoBackup where there is
    nothing to copy, or a file at that place already.
    """
    if target.exists():
        raise NoBackup(f"{target}: there is a file already; name another")
    if not settings.warehouse_path.exists():
        raise NoBackup(f"{settings.home}: nothing was loaded yet; `siyu run` loads {settings.landing}")
    if target.resolve().is_relative_to(settings.home):
        raise NoBackup(f"{target}: this is in the home itself, and would go with it; name another place")
    partial = target.with_name(f".{target.name}.partial")
    try:
        with open_for_writing(settings) as warehouse:
            need_known_shape(warehouse.connection, settings.warehouse_path)
            warehouse.connection.execute("checkpoint")
            copied = _copy(settings, partial, with_landing)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return copied


def _copy(settings: Settings, target: Path, with_landing: bool) -> Copied:
    known: dict[str, Content] = {}
    with open(target, "wb", opener=private) as out:
        with tarfile.open(fileobj=out, mode="w") as archive:
            for path in _parts(settings, with_landing):
                name = path.relative_to(settings.home).as_posix()
                known[name] = _add(archive, path, name)
            of_snapshot = settings.snapshot_path.exists() and is_reported(settings)
            _add_manifest(archive, known, of_snapshot)
        out.flush()
        os.fsync(out.fileno())
    return Copied(len(known), sum(one.bytes for one in known.values()), of_snapshot)


def restore(source: Path, settings: Settings) -> Copied:
    """A home out of a backup, published again. Every file is compared with the checksum it was copied with.

    Raises NoBackup where the backup is not whole, and where the home already holds something.
    """
    home = settings.home
    if home.exists() and any(home.iterdir()):
        raise NoBackup(f"{home}: this holds something already. A backup gets a place of its own: name it with --home.")
    partial = home.with_name(f".{home.name}.restoring")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    try:
        copied = _extract(source, partial)
        if home.exists():
            home.rmdir()
        partial.rename(home)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    make_home(settings)
    if settings.warehouse_path.exists():
        with open_for_writing(settings) as warehouse:
            need_known_shape(warehouse.connection, settings.warehouse_path)
            publish(warehouse)
        if copied.is_reported:
            note_reported(settings)
    return copied


def _parts(settings: Settings, with_landing: bool) -> Iterator[Path]:
    ours = [settings.warehouse_path, settings.key_path, settings.home / "siyu.toml", settings.home / SENT]
    yield from (path for path in ours if path.is_file())
    for folder in (settings.reports, settings.sources, *([settings.landing] if with_landing else [])):
        for place, _, names in os.walk(folder):
            files = (Path(place) / name for name in sorted(names))
            yield from (path for path in files if path.is_file() and not path.is_symlink())


def _add(archive: tarfile.TarFile, path: Path, name: str) -> Content:
    """What went in, read once."""
    with open(path, "rb") as file:
        about = archive.gettarinfo(arcname=name, fileobj=file)
        reading = _Hashing(file)
        archive.addfile(about, reading)  # type: ignore[arg-type]
        return Content(about.size, reading.digest.hexdigest(), os.fstat(file.fileno()).st_mtime_ns)


class _Hashing:
    """A file that hashes what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size)
        self.digest.update(chunk)
        return chunk


def _add_manifest(archive: tarfile.TarFile, known: dict[str, Content], of_snapshot: bool) -> None:
    listed = {_text(name): list(told) for name, told in known.items()}
    content = json.dumps({"shape": SHAPE, "is_reported": of_snapshot, "files": listed}, indent=1).encode()
    about = tarfile.TarInfo(MANIFEST)
    about.size, about.mode = len(content), 0o600
    archive.addfile(about, io.BytesIO(content))


def _text(name: str) -> str:
    """A name whose bytes may be no text, as JSON can hold it."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _extract(source: Path, target: Path) -> Copied:
    places: dict[str, Path] = {}
    known: dict[str, Content] = {}
    told: dict[str, Content] | None = None
    of_snapshot = False
    try:
        with tarfile.open(source) as archive:
            for about in archive:
                file = archive.extractfile(about)
                if file is None:
                    raise NoBackup(f"{source}: {about.name!r} in it is no file; this is no backup that Siyu made")
                if about.name == MANIFEST:
                    manifest = json.loads(file.read())
                    told = {name: Content(*one) for name, one in manifest["files"].items()}
                    of_snapshot = manifest["is_reported"]
                    continue
                safe = target / tarfile.data_filter(about, str(target)).name
                known[_text(about.name)] = _write(file, safe)
                places[_text(about.name)] = safe
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError) as error:
        raise NoBackup(f"{source}: this is no whole backup: {error}") from error
    if told is None:
        raise NoBackup(f"{source}: the backup ends too early; copy it again")
    if other := sorted(name for name in known.keys() | told.keys() if not _are_same(known.get(name), told.get(name))):
        raise NoBackup(
            f"{source}: {len(other)} files in it are not as copied, {other[0]} among them; nothing was put in place."
        )
    for name, path in places.items():
        os.utime(path, ns=(told[name].modified_ns, told[name].modified_ns))
    return Copied(len(known), sum(one.bytes for one in known.values()), of_snapshot)


def _are_same(found: Content | None, told: Content | None) -> bool:
    return found is not None and told is not None and found[:2] == told[:2]


def _write(file: IO[bytes], path: Path) -> Content:
    """Writes one file, its time still to be set."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    reading = _Hashing(file)
    size = 0
    with open(path, "wb", opener=private) as out:
        while chunk := reading.read(_CHUNK):
            size += len(chunk)
            out.write(chunk)
        os.fsync(out.fileno())
    return Content(size, reading.digest.hexdigest(), 0)
