"""Reading a foreign file in a process of its own, within limits that the operating system keeps.

What belongs here: the process, its limits, how its end is told. What does not: what is read (formats/), the limits'
values (settings.py).

The process is a fork of this one: it begins at once with everything imported, and what it makes of a file (rows on
disk, a header that was understood) is small. It never touches the database, whose threads stay behind in the parent.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import gc
import io
import multiprocessing
import os
import pickle
import resource
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.ingest.sources import Source, load_sources
from pipelines.ingest.text import UnreadableError
from pipelines.memory import address_space
from pipelines.settings import ReadingLimits

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

Answer = TypeVar("Answer")

LITTLE = 1 << 20  # bytes of plain text of which no reader makes too much
_TIME_OUT = {signal.SIGXCPU}
_BROKEN_READER = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def bounded(work: Callable[[], Answer], limits: ReadingLimits) -> Answer:
    """What the work gives or raises, done in a process that ends when it takes too much memory, time or disk.

    Raises UnreadableError too_large, too_slow or unreadable when it was ended.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_answer, args=(sender, work, limits), daemon=True)
    with receiver:
        with _quiet_fork():
            process.start()
        sender.close()
        try:
            content = receiver.recv_bytes() if receiver.poll(limits.seconds) else None
        except EOFError:
            content = b""
        finally:
            process.kill()
            process.join()
    if not content:
        raise _ended(process, limits, in_time=content is not None)
    is_answer, told = _Unpickler(io.BytesIO(content)).load()
    if not is_answer:
        raise told
    return told


@contextlib.contextmanager
def _quiet_fork() -> Iterator[None]:
    """Python warns of forks beside threads: the child uses none of theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _answer(sender: Connection, work: Callable[[], Any], limits: ReadingLimits) -> None:
    """The child: what it has to say goes into the pipe, or nothing does."""
    gc.freeze()  # nothing of the parent's is ever cleared away here
    _hold(limits)
    try:
        told = (True, work())
    except MemoryError:
        told = (False, _too_large(limits))
    except OSError as error:
        told = (False, _too_large(limits) if error.errno == errno.EFBIG else _with_place(error))
    except Exception as error:
        told = (False, _with_place(error))
    sender.send_bytes(_pickled(told))


def _hold(limits: ReadingLimits) -> None:
    """From here on the operating system watches. Nothing that a dying library prints is shown."""
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_CPU, limits.seconds)
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


def _pickled(told: tuple[bool, Any]) -> bytes:
    content = io.BytesIO()
    try:
        _Pickler(content, protocol=pickle.HIGHEST_PROTOCOL).dump(told)
    except (pickle.PicklingError, TypeError, AttributeError):
        return _pickled((False, RuntimeError(f"{type(told[1]).__name__} cannot be sent: {told[1]}"[:2000])))
    return content.getvalue()
