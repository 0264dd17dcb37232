"""The source mappings: assets/sources/*.yaml, and one made from each canonical table.

What belongs here: the grammar of a mapping. What does not: any platform's name, how a header finds its mapping
(headers.py, recognise.py), and how a mapping becomes SQL (planning.py).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.ingest.cells.reading import AMOUNT_UNITS, EPOCH_UNITS, NUMBER_UNITS
from pipelines.ingest.staging import YAML, StagingTable, load_staging

FOLDER = Path(__file__).parents[2] / "assets" / "sources"
CANONICAL = "canonical_"
Kind = Literal[
    "id", "word", "text", "phone", "timestamp", "date", "amount", "count", "number", "boolean", "json", "personal"
]


class SourceError(ValueError):
    """A mapping says something the engine does not understand; the message names the file and the key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SourceColumn(_Strict):
    """One column of the platform's file."""

    names: tuple[str, ...] = Field(default=(), validation_alias="from")
    type: Kind = "text"
    unit: str | None = None
    required: bool = False  # the header must have it; a row without a value is a matter of `refuse` or of the table
    pattern: str | None = None  # the whole cleaned cell must match
    remove: str | None = None  # taken out of the cell before it is read
    map: dict[str, str] | None = None  # the platform's words → ours
    map_default: str | None = None  # for a word the map does not know; without it the row is refused
    values: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()  # further words that mean "nothing"
    formats: tuple[str, ...] = ()  # of a timestamp or date, in strptime's language
    on_bad: Literal["row", "cell", ""] = ""

    @model_validator(mode="after")
    def _known_unit(self) -> SourceColumn:
        known = {
            "amount": set(AMOUNT_UNITS),
            "timestamp": set(EPOCH_UNITS),
            "number": set(NUMBER_UNITS),
            "count": {"万"},
        }.get(self.type, set())
        if self.unit is not None and self.unit not in known:
            raise ValueError(f"unit {self.unit!r} is not known for {self.type}; expected one of {sorted(known)}")
        return self


class Recognise(_Strict):
    """By what a file is known to be of this source."""

    folders: tuple[str, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()  # any of these sets of our column names must be in the header
    unless: tuple[str, ...] = ()  # headers that only another kind of file has
    sheets: tuple[str, ...] = ()  # a workbook that must have these sheets and is read as one form
    records: tuple[str, ...] = ()  # JSON: where the list of records may be, when a line or file wraps several


class Version(_Strict):
    """Which copy of a row is newer: a column, or a time in the file's name; else the file's own time."""

    column: str | None = None
    file_name: str | None = None  # a regular expression; its groups, joined, are digits of a time
    format: str = "%Y%m%d%H%M%S"


class Child(_Strict):
    """A list inside each record."""

    path: str
    columns: dict[str, SourceColumn]


class Form(_Strict):
    """A workbook read as one record: labels beside or above their values, and nested tables to sum."""

    labels: dict[str, int]  # sheet (prefix) → how many of its first rows hold labels and values (0: all)
    sums: dict[str, tuple[str, ...]] = {}  # sheet (prefix) → header names to add up over its top-level rows


class Load(_Strict):
    """What goes into one canonical table. Expressions are SQL over the mapping's column names."""

    columns: dict[str, str] = {}
    where: str | None = None
    each: str | None = None
    partial: bool = False  # only adds columns to what another source gives: nothing but the key is required
    repeats: str | None = None  # key column: equal rows of one file are different rows, and this one is numbered
    summed_from: str | None = None


class Rule(_Strict):
    """Something to refuse, or only to flag, with its reason."""

    when: str
    reason: str
    column: str | None = None
    expected: str = ""


class Source(_Strict):
    """One mapping: a kind of file, and which canonical tables its rows become."""

    name: str
    title: dict[str, str]
    description: str
    description_zh: str = ""
    how_to_export: dict[str, str] = {}
    quirks: tuple[str, ...] = ()
    formats: tuple[Literal["csv", "xlsx", "json", "parquet"], ...] = ("csv", "xlsx")
    recognise: Recognise
    version: Version = Version()
    skip_after_header: int = 0
    strip: str = ""  # further characters taken off both ends of a cell
    empty: tuple[str, ...] = ()
    overflow: tuple[str, ...] = ()  # free-text columns that may hold an unquoted delimiter when they are the last
    columns: dict[str, SourceColumn]
    each: dict[str, Child] = {}
    form: Form | None = None
    loads: dict[str, Load]
    refuse: tuple[Rule, ...] = ()
    flags: tuple[Rule, ...] = ()

    @property
    def all_columns(self) -> dict[str, SourceColumn]:
        """Columns of the record and of every list inside it, by our name."""
        return self.columns | {name: column for child in self.each.values() for name, column in child.columns.items()}

    @property
    def has_personal(self) -> bool:
        return any(column.type in ("personal", "phone") for column in self.all_columns.values())

    @property
    def counting(self) -> set[str]:
        """Tables in which each physical row lands at most once: their rows are what the ledger counts."""
        return {name for name, load in self.loads.items() if load.each is None and load.summed_from is None}

    @property
    def texts(self) -> list[str]:
        """Every SQL expression of the mapping."""
        loads = [text for load in self.loads.values() for text in (*load.columns.values(), load.where or "")]
        return [*loads, *(rule.when for rule in (*self.refuse, *self.flags))]


@cache
def load_sources() -> dict[str, Source]:
    """Every mapping by name: those of assets/sources, then the canonical tables. Raises SourceError."""
    sources = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}
    for table in load_staging().values():
        source = canonical(table)
        sources[source.name] = source
    return sources


@cache
def fingerprint() -> str:
    """Changes when any mapping or canonical table does: refused files are then looked at again."""
    text = "".join(f"{name}{source!r}" for name, source in load_sources().items())
    return hashlib.sha256((text + repr(load_staging())).encode()).hexdigest()[:16]


def _read(path: Path) -> Source:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=YAML)
        source = Source(name=path.stem, **data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SourceError(f"{path}: {key or 'mapping'}: {first['msg']}") from error
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not readable as a mapping: {error}") from error
    _check(path, source)
    return source


def _check(path: Path, source: Source) -> None:
    tables = load_staging()
    for name, load in source.loads.items():
        if name not in tables:
            raise SourceError(f"{path}: loads.{name}: there is no such table; known: {', '.join(tables)}")
        unknown = set(load.columns) - {column.name for column in tables[name].columns.values()}
        if unknown:
            raise SourceError(f"{path}: loads.{name}: no such column: {', '.join(sorted(unknown))}")
        if load.each is not None and load.each not in source.each:
            raise SourceError(f"{path}: loads.{name}.each: {load.each!r} is not under `each`")
    for group in source.recognise.columns:
        unknown = set(group) - set(source.all_columns)
        if unknown:
            raise SourceError(f"{path}: recognise.columns: no such column: {', '.join(sorted(unknown))}")


def canonical(table: StagingTable) -> Source:
    """The mapping of a canonical table onto itself: its very column names, in every format."""
    columns: dict[str, SourceColumn] = {}
    for column in table.columns.values():
        if not column.line_grain and column.has_time_of is None:
            columns[column.name] = SourceColumn(
                names=(column.name,),
                type=column.type,  # type: ignore[arg-type]
                required=column.required and column.required_unless is None,
                on_bad=column.on_bad,  # type: ignore[arg-type]
            )
    needed = tuple(column.name for column in table.columns.values() if column.required)
    loads = Load(columns={name: name for name in columns})
    columns["version_at"] = SourceColumn(names=("version_at",), type="timestamp", on_bad="row")
    return Source(
        name=CANONICAL + table.name,
        title=table.title,
        description=f"The canonical table itself, with its very column names, in landing/{table.name}/.",
        description_zh=f"标准表本身：列名与表一致，放在 landing/{table.name}/ 下。",
        formats=("csv", "xlsx", "json", "parquet"),
        recognise=Recognise(folders=(table.name,), columns=(needed,)),
        version=Version(column="version_at"),
        columns=columns,
        loads={table.name: loads},
    )
