"""Reading a foreign file in a process of its own, within limits that the operating system keeps.

What belongs here: the process, its limits, how its end is told. What does not: what is read (formats/), the limits'
values (settings.py).

The process is a fork of this one: it begins at once with everything imported, and what it makes of a file (rows on
disk, a header that was understood) is small. It never touches the database, whose threads stay behind in the parent.
A run's files go through one such process, which is replaced when a file was the end of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import faulthandler
import gc
import io
import math
import multiprocessing
import os
import pickle
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.ingest.own_sources import Own, at_work
from pipelines.ingest.sources import Source, load_sources
from pipelines.ingest.text import UnreadableError
from pipelines.memory import address_space
from pipelines.settings import ReadingLimits

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

Answer = TypeVar("Answer")

LITTLE = 1 << 20  # bytes of plain text of which no reader makes too much
_PR_SET_PDEATHSIG = 1
PATIENCE = 3  # times the seconds of the processor, on the clock: other work may share it, or a disk be slow
_TIME_OUT = {signal.SIGXCPU}
_BROKEN_READER = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def bounded(work: Callable[[], Answer], limits: ReadingLimits, is_again: bool = False) -> Answer:
    """What the work gives or raises, done in a process that ends when it takes too much memory, time or disk.

    `work` is a function of a module with its arguments (functools.partial). Raises UnreadableError too_large, too_slow
    or unreadable when the process was ended.
    """
    knows = (limits, at_work())
    child = _kept.get(knows)
    was_used = child is not None and child.is_used
    if child is None:
        child = _Child(limits)
        if _keeps:
            _kept[knows] = child
    try:
        return child.do(work)
    except UnreadableError as error:
        if child.is_ended:
            _kept.pop(knows, None)
            # What earlier files left in it may have been too much, or somebody else ended it: once more, by itself.
            was_killed = child.process.exitcode == -signal.SIGKILL
            if error.reason == "too_large" and (was_used or was_killed) and not is_again:
                return bounded(work, limits, is_again=True)
        raise
    finally:
        if not _keeps:
            child.end()


@contextlib.contextmanager
def one_child() -> Iterator[None]:
    """All bounded work inside is done by one process, one after the other: a fork costs the parent a copy of every page
    that it writes to afterwards."""
    _keeps.append(True)
    try:
        yield
    finally:
        _keeps.pop()
        while not _keeps and _kept:
            _kept.popitem()[1].end()


_keeps: list[bool] = []
_kept: dict[tuple[ReadingLimits, Own], _Child] = {}  # a fork knows the mappings that were at work when it began


class _Child:
    """The process, and the pipe to it."""

    def __init__(self, limits: ReadingLimits) -> None:
        self.limits = limits
        self.is_used = self.is_ended = False
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(theirs, self.pipe, limits, os.getpid()), daemon=True
        )
        with _quiet_fork():
            self.process.start()
        theirs.close()

    def do(self, work: Callable[[], Answer]) -> Answer:
        self.is_used = True
        content: bytes | None = b""
        try:
            self.pipe.send_bytes(_pickled(work))
            content = self.pipe.recv_bytes() if self.pipe.poll(PATIENCE * self.limits.seconds) else None
        except (EOFError, OSError):
            content = b""
        if not content:
            self.end()
            raise _ended(self.process, self.limits, in_time=content is not None)
        is_answer, told = _Unpickler(io.BytesIO(content)).load()
        if not is_answer:
            raise told
        return told

    def end(self) -> None:
        self.is_ended = True
        self.process.kill()
        self.process.join()
        self.pipe.close()


@contextlib.contextmanager
def _quiet_fork() -> Iterator[None]:
    """Python warns of forks beside threads: the child uses none of theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _serve(pipe: Connection, theirs: Connection, limits: ReadingLimits, parent: int) -> None:
    """The child: takes work, says what came of it, until the parent is gone."""
    _end_with_parent(parent)
    theirs.close()
    gc.freeze()  # nothing of the parent's is ever cleared away here
    _hold(limits)
    while True:
        try:
            work = _Unpickler(io.BytesIO(pipe.recv_bytes())).load()
        except EOFError:
            return
        _set(resource.RLIMIT_CPU, math.ceil(time.process_time()) + limits.seconds)
        pipe.send_bytes(_answer(work, limits))


def _answer(work: Callable[[], Any], limits: ReadingLimits) -> bytes:
    try:
        told = (True, work())
    except MemoryError:
        told = (False, _too_large(limits))
    except OSError as error:
        told = (False, _too_large(limits) if error.errno == errno.EFBIG else _with_place(error))
    except Exception as error:
        told = (False, _with_place(error))
    try:
        return _pickled(told)
    except (pickle.PicklingError, TypeError, AttributeError):
        return _pickled((False, RuntimeError(f"{type(told[1]).__name__} cannot be sent: {told[1]}"[:2000])))


def _end_with_parent(parent: int) -> None:
    """The run's lock is held by every process that inherited it: a killed run must not leave one behind."""
    with contextlib.suppress(OSError, AttributeError):  # only Linux has it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _hold(limits: ReadingLimits) -> None:
    """From here on the operating system watches. Nothing that a dying library prints is shown."""
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, limits.unpacked_bytes)
    with contextlib.suppress(FileNotFoundError):  # only Linux tells, and only Linux heeds
        _set(resource.RLIMIT_AS, address_space() + limits.memory_bytes)


def _set(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _ended(process: ForkProcess, limits: ReadingLimits, in_time: bool) -> UnreadableError:
    """Why the child said nothing."""
    code = process.exitcode or 0
    by = signal.Signals(-code) if code < 0 else None
    if not in_time or by in _TIME_OUT:
        said = f"a file that is read within {limits.seconds} seconds (seconds under [reading] in siyu.toml)"
        return UnreadableError("too_slow", f"{said}; split it, or export it as CSV")
    if by in _BROKEN_READER:
        return UnreadableError("unreadable", "a file that its reader understands; its reader broke down: export again")
    return _too_large(limits)


def _too_large(limits: ReadingLimits) -> UnreadableError:
    return UnreadableError(
        "too_large",
        f"a file that is read in {limits.memory} of memory and {limits.unpacked} of disk ([reading] in siyu.toml); "
        "in a workbook delete what is formatted or stands far below and beside the table, split it, or export as CSV",
    )


def _with_place(error: Exception) -> Exception:
    """A fault of ours keeps the place where it happened."""
    if not isinstance(error, UnreadableError):
        error.add_note(traceback.format_exc())
    return error


class _Pickler(pickle.Pickler):
    """A mapping is sent by its name: there is one of each."""

    def persistent_id(self, value: Any) -> str | None:
        return value.name if isinstance(value, Source) and load_sources().get(value.name) is value else None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, name: str) -> Source:
        return load_sources()[name]


def _pickled(told: Any) -> bytes:
    content = io.BytesIO()
    _Pickler(content, protocol=pickle.HIGHEST_PROTOCOL).dump(told)
    return content.getvalue()
