"""How the first rows of a file would stand in the tables, read by a proposed mapping; nothing is loaded.

What belongs here: asking, and hiding who people are. What does not: the reading (ingest/checking.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.checking import FileCheck, loaded_apart
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.mapping import Proposal
from pipelines.privacy import MASK, mask_text
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

SHOWN = 3


@dataclass(frozen=True)
class Landed:
    """The first rows of one table, ready to be shown."""

    table: str
    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Preview:
    """What a run would do with the file."""

    checked: FileCheck
    landed: list[Landed]


def preview(file: Path, settings: Settings, proposal: Proposal) -> Preview:
    """Raises OwnSourceError for a mapping that is not whole."""
    with loaded_apart(file, settings, proposal.name, proposal.file) as (connection, checked):
        return Preview(checked, list(_landed(connection, proposal)))


def _landed(connection: Connection, proposal: Proposal) -> Iterator[Landed]:
    table = load_staging()[proposal.fitted.table.name]
    columns = [name for name in table.stored if not table.stored[name].line_grain]
    rows = connection.execute(
        f"select {', '.join(columns)} from staging.{table.name} order by file_row limit {SHOWN}"
    ).fetchall()
    filled = [place for place in range(len(columns)) if any(row[place] is not None for row in rows)]
    names = [columns[place] for place in filled]
    yield Landed(table.name, names, [[_hidden(table, columns[place], row[place]) for place in filled] for row in rows])


def _hidden(table: StagingTable, name: str, value: Any) -> Any:
    """Somebody's id is nobody's to see; elsewhere phones and the like are masked as everywhere."""
    column = table.stored[name]
    if value not in (None, "") and (column.type == "phone" or column.hashed_when or column.of_person):
        return MASK
    return mask_text(value) if isinstance(value, str) else value
