"""The incoming rows of one level of a file, as merging and summing see them.

What belongs here: how such a row is named, keyed and traced back to its file. What does not: what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.ingest.origin import Origin
from pipelines.ingest.plan import Plan, Target
from pipelines.ingest.records import split_line
from pipelines.ingest.refused_lines import RefusedLines
from pipelines.ingest.sources import Source
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection


class OneByOneError(Exception):
    """Files that were to be loaded together must be loaded one after the other: what they say of each other is told."""


@dataclass(frozen=True)
class Incoming:
    """View `name`, and what is needed to say where a row is from."""

    name: str
    source: Source
    origin: Origin
    plan: Plan
    raw: Callable[[str], str]  # a SELECT of `rec` → a SELECT of these rows as they stood (RowReader.rows_again)
    refused: RefusedLines  # lines that are no rows
    delimiter: str  # that should stand between their cells
    blocks: tuple[int, ...] = ()  # first lines of what stands under each header, or on each sheet

    def torn(self) -> Iterator[tuple[int, list[str]]]:
        """Lines that are no rows, and their cells as far as they can be cut."""
        for entry in self.refused.of(None):
            yield entry.line, split_line(entry.raw, self.delimiter)


def provenance_of(incoming: Incoming, shape: int, untold: str, line: str = "t.line") -> list[str]:
    """SQL of the columns that say where a row is from (ledger.PROVENANCE)."""
    own = [quoted(incoming.source.name), incoming.origin.file_id, line, incoming.plan.version_at]
    return [*own, str(shape), untold]


def keys_of(target: Target) -> list[str]:
    """SQL of what makes an incoming row its own."""
    return target.table.key_sql(target.expression)


def keys_in_file(incoming: Incoming, target: Target) -> list[str]:
    """The same, where rows of other files do not matter."""
    keys = keys_of(target)
    return keys if incoming.origin.is_one else [incoming.origin.file_id, *keys]


def run_counted(connection: Connection, sql: str) -> int:
    """Runs a statement; how many rows it changed."""
    row = connection.execute(sql).fetchone()
    return row[0] if row else 0


def one_number(connection: Connection, sql: str) -> int:
    """The one number that a SELECT gives."""
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0]
