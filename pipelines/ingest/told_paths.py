"""The name under which a file of landing is told: in letters, without personal values, and no two files under one.

What belongs here: paths. What does not: listing landing (landing.py), what is personal in a text (privacy.py). Only
landing knows a path whole; the ledger, messages, logs, pages know it as it is told.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from pipelines.privacy import mask_text

_ENCODINGS = ("utf-8", "gb18030")  # an archive of a Chinese Windows, unpacked elsewhere, names its files in the second


MARK = "~[0-9a-f]{8}$"


def told_path(relative: str, key: bytes) -> str:
    """A path relative to landing as it may be written down. A mark behind it, made with the merchant's key, keeps
    apart what looks the same once personal values or bytes that are no letters are taken out."""
    parts = relative.split("/")
    letters = "/".join(map(_in_letters, parts))
    told = mask_text(letters)
    if told == letters and all(map(_is_whole, parts)):
        return told
    return f"{told}~{hmac.new(key, os.fsencode(relative), hashlib.sha256).hexdigest()[:8]}"


def is_plain(relative: str) -> bool:
    """Whether a path is told as it is."""
    return told_path(relative, b"") == relative


def _in_letters(name: str) -> str:
    """A name, and where its bytes are of no encoding that we know, their numbers in it."""
    content = os.fsencode(name)
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "backslashreplace")


def _is_whole(name: str) -> bool:
    """Whether no two names of bytes read like this one."""
    return os.fsencode(_in_letters(name)) == os.fsencode(name)


_PATTERN = frozenset("*?[]{}")


def in_sql(path: Path, scratch: Path) -> Path:
    """A path that is text and no pattern of names, so that it can stand in SQL: itself, or a link in scratch to it."""
    name = str(path)
    if name.isprintable() and not _PATTERN.intersection(name):  # bytes that are no text are not printable
        return path
    link = scratch / f"landed-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"
    if not link.is_symlink():
        link.symlink_to(path.absolute())
    return link
