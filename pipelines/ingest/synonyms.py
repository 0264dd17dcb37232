"""assets/headers.yaml: the headers and words that a merchant's own file may have for the canonical tables.

What belongs here: reading and checking that file. What does not: the mapping made of it (sources.py).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.ingest.staging import load_staging
from pipelines.yaml_text import read_yaml

FILE = Path(__file__).parents[2] / "assets" / "headers.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Synonyms(_Strict):
    """Other names of one canonical column; see grammar.SourceColumn for `several`, `dates` and `around`."""

    names: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    several: Literal["own", "first"] = "own"
    around: bool = False
    words: dict[str, tuple[str, ...]] = {}  # a closed column's own word → what a file may say for it


class Also(_Strict):
    """A column that may stand instead of one of the table's."""

    instead_of: str
    names: tuple[str, ...]
    type: Literal["id", "timestamp", "amount"]
    sets: dict[str, str] = {}  # other column → what this one's presence means for it
    fills: tuple[str, ...] = ()  # other columns that it says too, where they say nothing
    first: bool = False  # it goes before what it may stand instead of, row by row
    further: bool = False  # beside what it may stand instead of, it makes a further row
    ends: str = ""  # the column whose standing this one ends: never before it, and a further row only beside it
    empty: tuple[str, ...] = ()  # words that mean "nothing"
    told: str = ""
    told_zh: str = ""


class ContentKey(_Strict):
    """A key column that is made of the row's content where the file has none.

    `first_of`: the first of these that a row has belongs to its content; the file must have one of them, and a row
    with none is refused.
    """

    column: str
    of: tuple[str, ...]
    first_of: tuple[str, ...] = ()


class TableHeaders(_Strict):
    """What a merchant's own file of one canonical table may look like."""

    folders: tuple[str, ...] = ()
    columns: dict[str, Synonyms] = {}
    also: dict[str, Also] = {}
    content_key: ContentKey | None = None

    def of(self, column: str) -> Synonyms:
        return self.columns.get(column, Synonyms())

    def named(self) -> set[str]:
        """Every canonical column that is spoken of."""
        also = {name for entry in self.also.values() for name in (entry.instead_of, *entry.sets)}
        key = {self.content_key.column, *self.content_key.of, *self.content_key.first_of} if self.content_key else set()
        return {*self.columns, *also, *key}


@cache
def load_headers() -> dict[str, TableHeaders]:
    """By canonical table. Raises ValueError naming the file and the key."""
    data = read_yaml(FILE.read_text(encoding="utf-8"))
    try:
        tables = {name: TableHeaders(**entry) for name, entry in data.items()}
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{FILE}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    staging = load_staging()
    for name, headers in tables.items():
        unknown = headers.named() - set(staging[name].columns) if name in staging else {name}
        if unknown:
            raise ValueError(f"{FILE}: {name}: no such column or table: {', '.join(sorted(unknown))}")
    return tables
