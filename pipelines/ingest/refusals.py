"""What a file can do to its readers, and how an unexpected fault of it is told without its values.

What belongs here: which exceptions refuse a file. What does not: writing a refusal down (account.py).
"""

from __future__ import annotations

import re

from pipelines.ingest.text import UnreadableError
from pipelines.privacy import mask_text


def refusals() -> tuple[type[Exception], ...]:
    """What a file can do to its readers. Full disks, lost memory, broken invariants and SQL that names what is not
    there are no fault of a file."""
    import duckdb

    return (
        UnreadableError,
        UnicodeError,
        PermissionError,
        FileNotFoundError,
        IsADirectoryError,
        duckdb.InvalidInputException,
        duckdb.ConversionException,
        duckdb.OutOfRangeException,
        duckdb.SerializationException,
    )


def unexpected(error: Exception) -> UnreadableError:
    """A reader's own words, without the SQL (it holds the key) and without values and paths, which stand in quotes."""
    first = str(error).splitlines()[0] if str(error) else ""
    said = mask_text(re.sub(r"[\"'].*[\"']|[\"'].*", "…", first))
    if isinstance(error, (PermissionError, FileNotFoundError, IsADirectoryError)):
        return UnreadableError("unreadable", "a file that this user may read", found=type(error).__name__)
    return UnreadableError("unreadable", "a file that its reader understands; export it again", found=said[:300])
