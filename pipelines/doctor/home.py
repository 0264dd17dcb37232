"""One home directory: its place, modes, settings, key, lock, clock, landing.

What belongs here: what lies around the data. What does not: the data (data.py), the machine (machine.py).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipelines.doctor.check import Check, well
from pipelines.modes import ENTRANCE, PRIVATE
from pipelines.privacy import mask_text
from pipelines.settings import Settings
from pipelines.state import look
from pipelines.warehouse import looking_lock

LONG_RUN = 6 * 3600  # seconds
AHEAD = 3600  # seconds that a file's time may lie ahead of the clock
_PRIVATE = {"warehouse.duckdb", "warehouse.duckdb.wal", "secret.key", "warehouse.lock"}


def place(settings: Settings) -> Iterator[Check]:
    home = settings.home
    if not home.is_dir():
        yield Check(
            "home", "ill", f"{home} is not there", "a home holds your files and all tables", "Make it, or --home."
        )
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield Check("home", "ill", f"{home} may not be written to", "a run writes there", f"`chmod u+rwx {home}`")
    else:
        yield well("home", str(home))


def modes(settings: Settings) -> Iterator[Check]:
    if not settings.home.is_dir():
        return
    open_ = [settings.home] if _is_open(settings.home, ENTRANCE[settings.readers]) else []
    open_ += [path for path in settings.home.iterdir() if path.name in _PRIVATE and _is_open(path, 0o700)]
    if open_:
        named = ", ".join(path.name for path in open_)
        why = "other users of this machine can read orders and buyers"
        yield Check("modes", "ill", f"open to others: {named}", why, f"`chmod go-rwx {' '.join(map(str, open_))}`")
    else:
        yield well("modes", f"private; published is for {settings.readers}")


def _is_open(path: Path, most: int) -> bool:
    return bool(path.stat().st_mode & PRIVATE & ~most)


def settings_file(settings: Settings) -> Iterator[Check]:
    """That it can be understood is known, or there would be no settings."""
    file = settings.home / "siyu.toml"
    if file.exists() and not os.access(file, os.R_OK):
        yield Check("siyu.toml", "ill", "may not be read", "settings decide numbers", f"`chmod u+r {file}`")
    else:
        yield well("siyu.toml", "read" if file.exists() else "none: every setting is the usual one")


def key(settings: Settings) -> Iterator[Check]:
    from pipelines.upkeep.verify import check_key

    path = settings.key_path
    if not settings.warehouse_path.exists() and not path.exists():
        yield well("key", "none yet; the first run makes it")
        return
    if path.exists() and not os.access(path, os.R_OK):
        yield Check("key", "ill", "secret.key may not be read", "phones are hashed with it", f"`chmod u+r {path}`")
        return
    if not settings.warehouse_path.exists():
        yield well("key", "there")
        return
    with look(settings) as state:
        if state is None:
            return
        found = check_key(state.connection, settings)
    why = "with another key everybody known by phone would be counted twice"
    yield well("key", found.whole) if found.is_whole else Check("key", "ill", found.broken, why, found.remedy)


def lock(settings: Settings) -> Iterator[Check]:
    with looking_lock(settings) as writer:
        if writer is None:
            yield well("lock", "free")
            return
        since = time.time() - settings.lock_path.stat().st_mtime
        said = f"process {writer} is writing, for {since / 60:.0f} minutes"
        if since > LONG_RUN:
            fix = f"See what process {writer} does; ended, it leaves the lock."
            yield Check("lock", "doubt", said, "no other run can begin", fix)
        else:
            yield well("lock", said)


def clock(settings: Settings) -> Iterator[Check]:
    """A clock that was put back, or that lags behind the files."""
    now = settings.today()
    if (last := _last_run(settings)) is not None and last > now:
        said = f"it is {now:%Y-%m-%d %H:%M}, and the last run began {last:%Y-%m-%d %H:%M}"
        yield Check("clock", "ill", said, "days would be told as past or to come", "Set the clock, and NTP to keep it.")
        return
    ahead = [p.name for p in _entries(settings.landing) if p.stat().st_mtime > time.time() + AHEAD]
    if ahead:
        said = f"{len(ahead)} entries of landing are of the future ({mask_text(ahead[0])})"
        yield Check("clock", "doubt", said, "of two copies of a row the later counts", "Compare the clocks.")
    else:
        yield well("clock", f"{now:%Y-%m-%d %H:%M} {settings.timezone}")


def _last_run(settings: Settings) -> datetime | None:
    with look(settings) as state:
        if state is None or not state.has("ops.runs"):
            return None
        return state.rows("select max(started_at) as began from ops.runs")[0]["began"]


def landing(settings: Settings) -> Iterator[Check]:
    from pipelines.ingest.landing import find_files, may_read

    if not settings.landing.is_dir():
        yield Check("landing", "ill", f"{settings.landing} is not there", "files are put there", "Make it.")
        return
    if not os.access(settings.landing, os.R_OK | os.X_OK):
        fix = f"`chmod u+rx {settings.landing}`"
        yield Check("landing", "ill", "may not be opened", "nothing in it can be loaded", fix)
        return
    files = find_files(settings)
    links = [found.path for found in files if found.refused == "link"]
    shut = [found.path for found in files if found.refused == "shut_folder"]
    shut += [found.path for found in files if not found.refused and not may_read(found.full)]
    if links:
        fix = "Put the files themselves there, or let landing be the link."
        yield Check("links", "doubt", f"{len(links)} ({links[0]})", "links in landing are not followed", fix)
    if shut:
        fix = f"`chmod -R u+rX {settings.landing}`"
        yield Check("permissions", "ill", f"{len(shut)} may not be read ({shut[0]})", "they are in no number", fix)
    if not files:
        yield Check("landing", "doubt", "empty", "there is nothing to count", "Put exports of the platforms there.")
    elif not (links or shut):
        yield well("landing", f"{len(files):,} files")


def half_written(settings: Settings) -> Iterator[Check]:
    from pipelines.ingest.landing import is_unfinished

    old = time.time() - 3600
    left = [p for p in _entries(settings.landing) if is_unfinished(p.name) and p.stat().st_mtime < old]
    if left:
        why = "a download or a copy that never ended is not loaded"
        said, fix = f"{len(left)} ({mask_text(left[0].name)})", "Download it again, or take it away."
        yield Check("half-written", "doubt", said, why, fix)
    else:
        yield well("half-written", "none")


def _entries(folder: Path) -> list[Path]:
    """Files at any depth, links not followed, what may not be opened left out."""
    return [
        Path(place) / name for place, _, names in os.walk(folder) for name in names if (Path(place) / name).exists()
    ]


CHECKS = (place, modes, settings_file, key, lock, clock, landing, half_written)
