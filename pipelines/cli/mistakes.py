"""What went wrong, told to a person: exit code 1 for what they can mend, 2 for what we must; 3 is only a warning.

What belongs here: which errors are whose, and where a traceback goes. What does not: the messages; each error is
born with one that says what, where, what was expected and what to do.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

# WARNING: the numbers are out, but a whole source is missing from them.
USER, OURS, WARNING = 1, 2, 3
# What a shell says of a process stopped by Ctrl-C; typer turns the interrupt into it.
STOPPED = 130


class UserError(ValueError):
    """Something the caller can mend; the text says what, where, what was expected and what to do."""


def tell(error: BaseException, home: Path | None) -> int:
    """Prints one error on standard error and returns the exit code. Never shows a traceback."""
    if isinstance(error, KeyboardInterrupt):
        _print("siyu: stopped. Nothing is half done: what was committed stays, the next `siyu run` goes on from there.")
        return STOPPED
    if is_users(error):
        _print(f"siyu: {error}")
        return USER
    if isinstance(error, OSError) and (advice := _about_files(error)):
        _print(f"siyu: {advice}")
        return USER
    place = _keep_traceback(error, home)
    _print(
        f"siyu: this is a fault of Siyu, not of your data: {type(error).__name__}: {_first_line(error)}\n"
        f"      What Python had to say is in {place}; please send that file along when you report it."
    )
    return OURS


def is_users(error: BaseException) -> bool:
    """Whether a person can mend it: settings, names, parameters, SQL, a busy or empty warehouse."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    return isinstance(error, UserError) or not names.isdisjoint(_USERS)


# By name, so that telling an error imports nothing.
_USERS = {
    "pipelines.settings.SettingsError",
    "pipelines.spec.table_file.TableError",
    "pipelines.warehouse.NothingPublished",
    "pipelines.warehouse.WarehouseBusy",
    "pipelines.core.NoData",
    "pipelines.merchant_key.KeyLost",
    "pipelines.engines.java.SparkMissing",
    "pipelines.steps.from_landing.LandingIncomplete",
}


def _about_files(error: OSError) -> str:
    """Plain words for the file system's usual refusals; '' for anything else."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{where}no permission to read or write here. Mend the permissions, or name another place with --home."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{where}the disk is full. Free some space and run the same command again; nothing is half done."
    if error.errno in (errno.ENOTDIR, errno.EISDIR):
        return f"{where}{error.strerror}. Expected a folder for --home and files inside its landing folder."
    return ""


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:300]


def _keep_traceback(error: BaseException, home: Path | None) -> Path:
    """Writes the traceback under the home directory, or where that is not to be had, in the temporary one."""
    name = f"siyu-error-{datetime.now():%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = "".join(traceback.format_exception(error))
    for folder in (home / "logs" if home and home.is_dir() else None, Path(tempfile.gettempdir())):
        try:
            if folder is not None:
                folder.mkdir(exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
                return folder / name
        except OSError:
            continue
    return Path(os.devnull)


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
