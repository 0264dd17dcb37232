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

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.ingest.copies import Shared, States, ToldBy
from pipelines.platforms import load_platforms, shop_scope_sql
from pipelines.yaml_text import read_yaml

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
    "json": "VARCHAR",
}


@dataclass(frozen=True)
class Column:
    """One column of a canonical table, as the YAML states it."""

    name: str
    type: str
    required: bool = False
    required_unless: str | None = None
    default: str | None = None
    default_from: str | None = None
    values: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    on_bad: str = ""
    hashed_when: str | None = None
    of_person: bool = False  # may be somebody's phone, which is kept as its keyed hash then
    hash_of: tuple[str, ...] = ()
    alone: bool = False  # an id that is a number or an account and never a name: nothing stands beside it
    lower: bool = False
    spellings: str = ""  # the vocabulary whose other spellings are written as its words
    has_time_of: str | None = None  # says whether the hour of that column was told
    line_grain: bool = False
    not_before: str | None = None  # the end of what begins there
    may_lie_ahead: bool = False  # a time that is planned, not told
    zh: str = ""
    description: str = ""
    unit: str = ""

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


@dataclass(frozen=True)
class StagingTable:
    """One canonical table."""

    name: str
    title: dict[str, str]
    description: str
    description_zh: str
    key: tuple[str, ...]
    versions: str
    columns: dict[str, Column]
    summed_columns: dict[str, str] = field(default_factory=dict)
    finest: str | None = None
    checks: list[Any] = field(default_factory=list)
    shop_in_key: bool = False
    states: States | None = None
    money: str | None = None  # the column that says how much a row is about
    refuse: tuple[dict[str, str], ...] = ()  # rules (grammar.Rule) of a merchant's own file of this table
    copies_share: Shared | None = None
    told_by: ToldBy | None = None  # rows of two files that are the same, cut finer by one of them, may not both count
    repeated_rows: str | None = None  # rows of one file that contradict each other are all set aside: what to do then

    def key_sql(self, say: Callable[[str], str], key: tuple[str, ...] | None = None) -> list[str]:
        """SQL of what makes a row its own, as `say` says a column; of another `key` with the same shop."""
        parts = [say(column) for column in key or self.key]
        return [*parts, shop_scope_sql(say("platform"), say("shop_id"))] if self.shop_in_key else parts

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
    """Every canonical table by name, from assets/staging. Raises ValueError naming the file and the key at fault."""
    return {path.stem: _table(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _states(states: dict[str, Any]) -> States:
    shown_by = tuple(states.get("shown_by", {}).items())
    return States(states["column"], tuple(map(tuple, states["further"])), shown_by)


def _table(path: Path) -> StagingTable:
    data = read_yaml(path.read_text(encoding="utf-8"))
    key = tuple(data["key"])
    columns = {name: _column(path, name, entry, name in key) for name, entry in data["columns"].items()}
    unknown = set(key) - set(columns)
    if unknown or data["versions"] not in ("newest_row", "newest_per_source"):
        raise ValueError(f"{path}: key {sorted(unknown)} is no column, or versions {data['versions']!r} is unknown")
    summed, states, shared = data.get("summed_from_items", {}), data.get("states"), data.get("copies_share")
    return StagingTable(
        name=path.stem,
        title=data["title"],
        description=data["description"].strip(),
        description_zh=data["description_zh"].strip(),
        key=key,
        versions=data["versions"],
        columns=columns,
        summed_columns=summed.get("columns", {}),
        finest=summed.get("finest"),
        checks=data.get("checks", []),
        shop_in_key=data.get("shop_in_key", False),
        states=_states(states) if states else None,
        refuse=tuple(data.get("refuse", ())),
        money=data.get("money"),
        copies_share=Shared(**{"unless": "", **shared, "columns": tuple(shared["columns"])}) if shared else None,
        told_by=ToldBy(**{name: tuple(listed) for name, listed in data["told_by"].items()})
        if "told_by" in data
        else None,
        repeated_rows=data.get("repeated_rows"),
    )


def _column(path: Path, name: str, entry: dict[str, Any], in_key: bool) -> Column:
    entry = dict(entry)
    if entry.get("values") == "platforms":
        entry["values"] = list(load_platforms())
    for listed in ("values", "hash_of"):
        entry[listed] = tuple(str(value) for value in entry.get(listed, ()))
    entry.setdefault("on_bad", "row" if entry.get("required") or in_key else "cell")
    try:
        column = Column(name=name, **entry)
    except TypeError as error:
        raise ValueError(f"{path}: column {name}: {error}") from error
    if column.type not in SQL_TYPES or column.type == "json":
        raise ValueError(f"{path}: column {name}: type {column.type!r} is not a type of a canonical column")
    return column
