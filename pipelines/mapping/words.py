"""assets/map_words.yaml: words by which headers that no mapping knows are looked at.

What belongs here: reading and checking that file. What does not: what is made of a word (fitting.py).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.ingest.staging import load_staging
from pipelines.ingest.synonyms import TableHeaders, load_headers
from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError, Strict, read

FILE = Path(__file__).parents[2] / "assets" / "map_words.yaml"


class MapWords(Strict):
    """Its keys; what they mean stands there."""

    personal: tuple[str, ...]
    kept: tuple[str, ...]
    likely: dict[str, dict[str, tuple[str, ...]]]

    @property
    def parts(self) -> set[str]:
        """Every part of a header that may mean something."""
        return {part for columns in self.likely.values() for parts in columns.values() for part in parts}


def _also(table: str) -> set[str]:
    """Columns that may stand instead of one of the table's."""
    return set(load_headers().get(table, TableHeaders()).also)


@cache
def words() -> MapWords:
    """Raises SpecError naming the file and the key."""
    found, tables = read(FILE, MapWords), load_staging()
    for table, columns in found.likely.items():
        for column in columns:
            known = {*tables[table].columns, *_also(table)} if table in tables else set(tables)
            if table not in tables or column not in known:
                said = hint(column if table in tables else table, known)
                raise SpecError(f"{FILE}: likely.{table}.{column}: no such column or table; {said}")
    return found
