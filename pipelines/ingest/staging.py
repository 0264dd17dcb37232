"""The canonical tables as DuckDB tables, made from assets/staging/*.yaml.

What belongs here: reading those YAML files, and types. What does not: making the tables (creating.py), how rows get in
(loading.py).

Every staging row says where it is from:
- `file_source`: name of the source mapping (assets/sources) that read it
- `file_id`: number of the load that brought it, growing; key of ops.files
- `file_row`: line of the file (header = 1; of the sheet, of the JSON Lines file); NULL for an order summed from items
- `version_at`: which copy of a row is newer, business time
- `shape`, `untold`: which columns its file had, and which values nobody told
A replaced row moves to superseded.<table>, with `superseded_by` = the file_id that replaced it; NULL there: a copy that
still tells a column of the row that stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.ingest.copies import Shared, States, ToldBy
from pipelines.ingest.grammar import Rule
from pipelines.platforms import load_platforms, shop_scope_sql
from pipelines.spec.checks import CheckEntry
from pipelines.spec.header import Text, Unit, named
from pipelines.spec.nearest import hint
from pipelines.spec.reading import Strict, read

FOLDER = Path(__file__).parents[2] / "assets" / "staging"
SQL_TYPES = {
    "id": "VARCHAR",
    "word": "VARCHAR",
    "text": "VARCHAR",
    "phone": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "amount": "DECIMAL(18,2)",
    "count": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "json": "VARCHAR",  # of a mapping only
}


class Column(Strict):
    """One column of a canonical table, as the YAML states it."""

    name: str = Field(exclude=True)  # its key
    type: Literal["id", "word", "text", "phone", "timestamp", "date", "amount", "count", "number", "boolean"]
    required: bool = False
    required_unless: str | None = None
    default: str | None = None
    default_from: str | None = None
    values: tuple[str, ...] = ()  # `platforms`: the names of all platforms
    min: int | float | None = None
    max: int | float | None = None
    on_bad: Literal["row", "cell", ""] = ""
    hashed_when: str | None = None
    of_other: bool = False  # names another person than the row's own
    of_person: bool = False  # may be somebody's phone, which is kept as its keyed hash then
    hash_of: tuple[str, ...] = ()
    alone: bool = False  # an id that is a number or an account and never a name: nothing stands beside it
    lower: bool = False
    spellings: Literal["event_words", "id_types", ""] = ""  # the vocabulary whose spellings are written as its words
    has_time_of: str | None = None  # says whether the hour of that column was told
    line_grain: bool = False
    not_before: str | None = None  # the end of what begins there
    may_lie_ahead: bool = False  # a time that is planned, not told
    zh: Text
    description: str = ""
    unit: Unit = ""

    @field_validator("values", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        """Words of a count are numbers in the file; they are compared as a cell has them."""
        if given == "platforms":
            return tuple(load_platforms())
        return [str(one) if type(one) is int else one for one in given] if isinstance(given, list) else given

    @property
    def stored_as(self) -> str:
        """Name of the table's column: a phone is stored as its key."""
        return "phone_key" if self.type == "phone" else self.name

    @property
    def names_platform(self) -> bool:
        return self.values == tuple(load_platforms())

    @property
    def has_happened(self) -> bool:
        """Whether it tells when something was, so that no file can know a later one than its own."""
        return self.type in ("timestamp", "date") and not self.may_lie_ahead

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]

    @property
    def comment(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.zh} — {self.description}{unit}"


class _Summed(Strict):
    """How a row of the table is made of its items, where files tell only these."""

    finest: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)


class StagingTable(Strict):
    """One canonical table."""

    name: str = Field(exclude=True)  # its file's
    title: dict[Literal["zh", "en"], str]
    description: Text
    description_zh: Text
    key: tuple[str, ...]
    versions: Literal["newest_row", "newest_per_source"]
    columns: dict[str, Column]
    summed_from_items: _Summed = _Summed()
    checks: tuple[CheckEntry, ...] = ()
    shop_in_key: bool = False
    states: States | None = None
    money: str | None = None  # the column that says how much a row is about
    refuse: tuple[Rule, ...] = ()  # of a merchant's own file of this table
    copies_share: Shared | None = None
    told_by: ToldBy | None = None  # rows of two files that are the same, cut finer by one of them, may not both count
    repeated_rows: str | None = None  # rows of one file that contradict each other are all set aside: what to do then

    @field_validator("columns", mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return named(given)

    @model_validator(mode="after")
    def _known_columns(self) -> StagingTable:
        """Whatever the table names stands in it."""
        for place, names in self._named_columns():
            for name in names:
                if name not in self.columns:
                    raise ValueError(f"{place}: no such column: {name}; {hint(name, self.columns)}")
        return self

    def _named_columns(self) -> Iterator[tuple[str, Iterable[str]]]:
        yield "key", self.key
        if self.money:
            yield "money", [self.money]
        if self.states:
            yield "states", [self.states.column, *self.states.shown_by]
        for name, column in self.columns.items():
            told = (column.default_from, column.hashed_when, column.has_time_of, column.not_before)
            yield f"columns.{name}", [other for other in told if other]

    def key_sql(self, say: Callable[[str], str], key: tuple[str, ...] | None = None) -> list[str]:
        """SQL of what makes a row its own, as `say` says a column; of another `key` with the same shop."""
        parts = [say(column) for column in key or self.key]
        return [*parts, shop_scope_sql(say("platform"), say("shop_id"))] if self.shop_in_key else parts

    @property
    def summed_columns(self) -> dict[str, str]:
        return self.summed_from_items.columns

    @property
    def finest(self) -> str | None:
        return self.summed_from_items.finest

    @property
    def id_of_kind(self) -> dict[str, str]:
        """The id that a column says the kind of; of several the first."""
        named = [(c.hashed_when, c.name) for c in reversed(self.columns.values()) if c.hashed_when is not None]
        return dict(named)

    @property
    def full_key(self) -> tuple[str, ...]:
        """Columns of which at most one row stands (with the shop only where order ids are not global)."""
        key = ("platform", "shop_id", *self.key[1:]) if self.shop_in_key else self.key
        return (*key, "file_source") if self.versions == "newest_per_source" else key

    @property
    def stored(self) -> dict[str, Column]:
        """Columns by the names they have in the table."""
        return {column.stored_as: column for column in self.columns.values()}


@cache
def load_staging() -> dict[str, StagingTable]:
    """Every canonical table by name, from assets/staging. Raises SpecError naming the file and the key at fault."""
    return {path.stem: _table(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _table(path: Path) -> StagingTable:
    table = read(path, StagingTable, name=path.stem)
    columns = {
        name: column.model_copy(update={"on_bad": "row" if column.required or name in table.key else "cell"})
        if not column.on_bad
        else column
        for name, column in table.columns.items()
    }
    return table.model_copy(update={"columns": columns})
