"""What a published snapshot was when it was made: its size, its checksum, the rows of its tables.

What belongs here: that one small file beside the snapshot, written and read. What does not: comparing (verify.py).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.database import Connection

_CHUNK = 1 << 22


@dataclass(frozen=True)
class Manifest:
    """Of one snapshot. `checksum`: CRC-32 of the file, against accidents, not against anybody's intent."""

    bytes: int
    checksum: int
    tables: dict[str, int]  # rows by schema.table


def manifest_path(snapshot: Path) -> Path:
    """The file beside a snapshot."""
    return snapshot.with_suffix(".json")


def copy_with_checksum(source: Path, target: Path) -> int:
    """Copies a file; the CRC-32 of what was written."""
    checksum = 0
    with open(source, "rb") as read, open(target, "wb") as out:
        while chunk := read.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
            out.write(chunk)
    return checksum


def checksum_of(path: Path) -> int:
    """CRC-32 of a file."""
    checksum = 0
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


def rows_of(connection: Connection) -> dict[str, int]:
    """Rows of every table of a warehouse, by schema.table; DuckDB knows them without reading."""
    named = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database() and not internal and not temporary order by all"
    ).fetchall()
    counts = " union all ".join(f"select '{name}' as name, count(*) as rows from {name}" for (name,) in named)
    return dict(connection.execute(counts).fetchall()) if counts else {}


def write_manifest(snapshot: Path, manifest: Manifest) -> None:
    manifest_path(snapshot).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")


def read_manifest(snapshot: Path) -> Manifest | None:
    """None where an earlier release made the snapshot, or the file is no manifest."""
    try:
        told = json.loads(manifest_path(snapshot).read_text(encoding="utf-8"))
        return Manifest(int(told["bytes"]), int(told["checksum"]), dict(told["tables"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
