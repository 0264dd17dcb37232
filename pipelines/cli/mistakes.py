"""What went wrong, told to a person: exit code 1 for what they can mend, 2 for what we must; 3 is only a warning.

What belongs here: which errors are whose, and where a traceback goes. What does not: the messages; each error is
born with one that says what, where, what was expected and what to do.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from pipelines.cli.words import say
from pipelines.database import first_line, is_broken

# WARNING: the numbers are out, but a whole source is missing from them.
USER, OURS, WARNING = 1, 2, 3
# What a shell says of a process stopped by Ctrl-C; typer turns the interrupt into it.
STOPPED = 130


class UserError(ValueError):
    """Something the caller can mend; the text says what, where, what was expected and what to do."""


def tell(error: BaseException, home: Path | None) -> int:
    """Prints one error on standard error and returns the exit code. Never shows a traceback."""
    if isinstance(error, KeyboardInterrupt):
        stopped = "stopped. Nothing is half done: what was committed stays, the next `siyu run` goes on from there."
        _print(f"siyu: {say(stopped)}")
        return STOPPED
    if is_users(error):
        _print(f"siyu: {error}")
        return USER
    if (isinstance(error, OSError) and (advice := _about_files(error))) or (advice := _about_database(error)):
        _print(f"siyu: {advice}")
        return USER
    place = _keep_traceback(error, home)
    what = f"{type(error).__name__}: {first_line(error)}"
    ours = say("this is a fault of Siyu, not of your data: {what}", what=what)
    file = say("What Python had to say is in {place}; please send that file along when you report it.", place=place)
    _print(f"siyu: {ours}\n      {file}")
    return OURS


def is_users(error: BaseException) -> bool:
    """Whether a person can mend it: settings, names, parameters, SQL, a busy or empty warehouse."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    return isinstance(error, UserError) or not names.isdisjoint(_USERS)


# By name, so that telling an error imports nothing.
_USERS = {
    "pipelines.settings.SettingsError",
    "pipelines.own_table.OwnTableError",
    "pipelines.ingest.own_sources.OwnSourceError",
    "pipelines.spec.table_file.TableError",
    "pipelines.warehouse.NothingPublished",
    "pipelines.warehouse.WarehouseBusy",
    "pipelines.core.NoData",
    "pipelines.merchant_key.KeyLost",
    "pipelines.engines.java.SparkMissing",
    "pipelines.steps.from_landing.LandingIncomplete",
    "pipelines.upkeep.backup.NoBackup",
    "pipelines.upkeep.version.NewerHome",
    "pipelines.messages.ledger.SendError",
    "pipelines.messages.trying.NotSent",
}


def _about_files(error: OSError) -> str:
    """Plain words for the file system's usual refusals; '' for anything else."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        no = "no permission to read or write here. Mend the permissions, or name another place with --home."
        return where + say(no)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return where + say(_FULL)
    if error.errno in (errno.EIO, errno.ESTALE):
        return where + say(
            "the disk gave an error. Look at its health, or whether the network drive is there; then try again."
        )
    if error.errno in (errno.ENOTDIR, errno.EISDIR):
        expected = "{what}. Expected a folder for --home and files inside its landing folder."
        return where + say(expected, what=error.strerror)
    return ""


_FULL = "the disk is full. Free some space and run the same command again; nothing is half done."
_CORRUPT = (
    "the file is damaged: what it holds is not what was written. `siyu verify` says which file and what mends it; the "
    "last published numbers are untouched unless it names them."
)
# What DuckDB says of its surroundings, by a part of its message, and what that means for a person.
_ENGINE: tuple[tuple[str, str], ...] = (
    ("no space left on device", _FULL),
    ("disk quota exceeded", _FULL),
    ("file too large", _FULL),
    ("could not set lock on file", "another program has this file open to write: close it there and try again."),
    ("permission denied", "no permission to read or write here. Mend the permissions, or name another with --home."),
    ("read-only file system", "the disk may only be read. Mount it to write, or name another place with --home."),
    ("input/output error", "the disk gave an error. Look at its health before anything else, then try again."),
    ("stale file handle", "the disk gave an error. Look whether the network drive is still there, then try again."),
    (
        "database has been invalidated",
        "the engine stopped after an error before this one, most often a full disk. Free some space and try again.",
    ),
    (
        "out of memory",
        "the memory was not enough. Close other programs, or set memory_limit in siyu.toml lower, so that more is "
        "written to disk instead.",
    ),
)
_FROM_ENGINE = {"_duckdb.Error", "duckdb.Error", "duckdb.duckdb.Error"}


def _about_database(error: BaseException) -> str:
    """Plain words for what the engine says of disk, memory and locks; '' for anything else it says.

    Its file is named where its message does.
    """
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    text = str(error)
    if names.isdisjoint(_FROM_ENGINE) or any(name.endswith(".ProgrammingError") for name in names):
        return ""  # what it says of a statement is about nothing but that
    said = next((said for part, said in _ENGINE if part in text.lower()), _CORRUPT if is_broken(error) else "")
    file = re.search(r"[\"']([^\"']*(?:\.duckdb|\.wal|\.tmp)[^\"']*)[\"']", text)
    holder = re.search(r"\(PID (\d+)\)", text)
    held = say(" It is process {process}.", process=holder[1]) if said and holder else ""
    told = say(said) if said else ""
    return f"{file[1]}: {told}{held}" if said and file else f"{told}{held}"


def _keep_traceback(error: BaseException, home: Path | None) -> Path:
    """Writes the traceback under the home directory, or where that is not to be had, in the temporary one.

    It is the owner's alone, as it may hold paths and SQL.
    """
    from pipelines.modes import private

    name = f"siyu-error-{datetime.now():%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = "".join(traceback.format_exception(error))
    for folder in (home / "logs" if home and home.is_dir() else None, Path(tempfile.gettempdir())):
        try:
            if folder is not None:
                folder.mkdir(exist_ok=True, mode=0o700)
                with open(folder / name, "x", encoding="utf-8", opener=private) as file:
                    file.write(text)
                return folder / name
        except OSError:
            continue
    return Path(os.devnull)


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
