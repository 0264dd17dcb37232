"""What a header means elsewhere: the names that canonical tables and the platforms' mappings have for a column.

What belongs here: gathering those names. What does not: the names (assets), which of them a file has (fitting.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipelines.ingest.grammar import Source, SourceColumn
from pipelines.ingest.own_sources import Own, at_work
from pipelines.ingest.sources import CANONICAL, load_sources
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.ingest.synonyms import Also, TableHeaders, load_headers
from pipelines.ingest.units import normalise

PEOPLE_EXPORT = {"csv", "xlsx"}


@dataclass(frozen=True)
class Target:
    """A column that a table's own file may have: one of the table's, or one that stands instead of one (`also`)."""

    table: StagingTable
    name: str
    column: SourceColumn  # as the canonical mapping reads it
    platforms: tuple[str, ...]  # names that platforms' exports have for it
    also: Also | None = None

    @property
    def instead_of(self) -> str:
        return self.also.instead_of if self.also else self.name


def targets_of(table: str) -> dict[str, Target]:
    """By name, those of the table first."""
    return _targets(table, at_work())


@lru_cache(maxsize=64)
def _targets(name: str, _own: Own) -> dict[str, Target]:
    table, source = load_staging()[name], load_sources()[CANONICAL + name]
    also = load_headers().get(name, TableHeaders()).also
    found = {}
    for column_name, column in source.columns.items():
        if column_name in table.columns or column_name in also:
            names = _of_platforms(name, column_name, column.type)
            found[column_name] = Target(table, column_name, column, names, also.get(column_name))
    return found


def _of_platforms(table: str, column: str, kind: str) -> tuple[str, ...]:
    """Headers that mappings of exports read straight into a canonical column, in the unit of that column."""
    names: dict[str, None] = {}
    for source in load_sources().values():
        if source.name.startswith(CANONICAL) or not PEOPLE_EXPORT & set(source.formats):
            continue
        load = source.loads.get(table)
        read = source.columns.get(load.columns.get(column, "").strip()) if load and not load.each else None
        if read is not None and read.type == kind and read.unit in (None, "yuan") and not read.part:
            names |= dict.fromkeys(read.names)
    return tuple(names)


def personal_names() -> frozenset[str]:
    """Headers that a mapping knows as a person's and never reads."""
    return _personal(at_work())


@lru_cache(maxsize=4)
def _personal(_own: Own) -> frozenset[str]:
    columns = (column for source in load_sources().values() for column in _columns(source))
    return frozenset(normalise(name) for column in columns if column.type == "personal" for name in column.names)


def _columns(source: Source) -> list[SourceColumn]:
    return list(source.columns.values())
