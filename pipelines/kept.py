"""What is worked out of the project's own texts, kept beside this package's bytecode for the next process.

What belongs here: keeping, and that a lost, damaged or forbidden file costs time and nothing else. What does not: what
is worked out (WORK), anything of a merchant's data.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import marshal
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST = 5000
WORK = ("sql_text.py", "sql_tree.py", "breakdowns.py", "lineage.py", "spec/reading.py")

_kept: dict[bytes, bytes] = {}
_used: set[bytes] = set()
_new: set[bytes] = set()


def kept(work: Callable[[str], Any]) -> Callable[[str], Any]:
    """A function of a text alone, of plain values (marshal), that is not asked twice of the same text by any process.

    What it raises is not kept; what is no plain value is worked out each time. Every call returns a value of its own.
    """
    name = f"{work.__module__}.{work.__qualname__}\0".encode()

    @functools.wraps(work)
    def look(text: str) -> Any:
        key = hashlib.sha256(name + text.encode()).digest()
        _read_once()
        _used.add(key)
        if key not in _kept:
            value = work(text)
            with contextlib.suppress(ValueError):  # such as a date
                _kept[key] = marshal.dumps(value)
                _new.add(key)
            return value
        return marshal.loads(_kept[key])

    return look


def place() -> Path:
    """The file: what it holds depends on the versions of Python and of the parsers, and on our own code."""
    versions = "-".join(importlib.metadata.version(name) for name in ("duckdb", "PyYAML", "sqlglot"))
    return Path(importlib.util.cache_from_source(__file__)).with_suffix(f".{versions}.kept")


@functools.cache
def _read_once() -> None:
    _kept.update(_read(place()))
    if not sys.dont_write_bytecode:
        atexit.register(write)


def _read(path: Path) -> dict[bytes, bytes]:
    """What a file holds; nothing, where there is none, or it is not whole, or by other code than ours."""
    with contextlib.suppress(OSError):
        stamp, content = (whole := path.read_bytes())[:32], whole[32:]
        if stamp == _stamp(content):
            return dict(marshal.loads(content))
    return {}


def write() -> None:
    """Adds what this process worked out to the file, which others may have changed meanwhile."""
    if not _new:
        return
    together = {**_read(place()), **_kept}
    if len(together) > MOST:
        together = {key: value for key, value in together.items() if key in _used}
    content = marshal.dumps(together)
    with contextlib.suppress(OSError):  # a package that others installed is not ours to write to
        place().parent.mkdir(exist_ok=True)
        partial = place().with_suffix(f".{os.getpid()}")
        partial.write_bytes(_stamp(content) + content)
        partial.replace(place())
    _new.clear()


def _stamp(content: bytes) -> bytes:
    return hashlib.sha256(_code_of_work() + content).digest()


@functools.cache
def _code_of_work() -> bytes:
    """The text of the modules whose results are kept: when one of them changes, what it said before is forgotten."""
    here = Path(__file__).parent
    return b"".join(hashlib.sha256((here / name).read_bytes()).digest() for name in WORK)
