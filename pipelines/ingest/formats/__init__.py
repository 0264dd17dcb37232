"""A landing file → the mapping that understands it and a DuckDB relation of its cells, all text.

What belongs here: which reader a file's bytes ask for. What does not: the readers (one module each), types and tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.formats.csv import open_csv
from pipelines.ingest.formats.json import open_json
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.parquet import open_parquet
from pipelines.ingest.formats.workbook import open_workbook
from pipelines.ingest.text import UnreadableError, head_of, kind_of, open_text

if TYPE_CHECKING:
    import duckdb


def open_file(connection: duckdb.DuckDBPyConnection, path: Path, relative: str, scratch: Path) -> Opened:
    """Recognises a file and prepares its relation. Raises UnreadableError when the whole file must be refused."""
    kind = kind_of(path)
    folders = tuple(Path(relative).parts[:-1])
    if kind == "empty":
        raise UnreadableError("empty_file", "a file with a header and rows; this one has no bytes: export it again")
    if kind in ("zip", "ole"):
        return open_workbook(path, folders, scratch)
    if kind == "parquet":
        return open_parquet(path, folders)
    text = open_text(path, scratch)
    head = head_of(text)
    first = next((line for line in head if line.strip()), "")
    if not first:
        raise UnreadableError("empty_file", "a file with a header and rows; this one has only empty lines")
    if first.lstrip()[:1] in ("{", "["):
        return open_json(connection, text, folders, scratch)
    return open_csv(text, folders)
