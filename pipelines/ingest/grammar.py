"""The grammar of a mapping: what a file of assets/sources may say, and what each word means.

What belongs here: the shape of a mapping. What does not: reading the files (sources.py), whether what they say makes
sense together (mapping_checks.py), and what becomes of it (headers.py, planning.py).
"""

# ruff: noqa: RUF012 (pydantic copies a default for each instance)
from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from pipelines.ingest.cells.reading import AMOUNT_UNITS, EPOCH_UNITS, NUMBER_UNITS, SCALES
from pipelines.ingest.expressions import names_of
from pipelines.platforms import platform_words
from pipelines.spec.reading import Strict

Kind = Literal[
    "id", "word", "text", "phone", "timestamp", "date", "amount", "count", "number", "boolean", "json", "personal"
]


class SourceColumn(Strict):
    """One column of the platform's file.

    `several`: what to do where the file has more than one of the names. Nothing said: the file is refused, naming them.
    `first`: the one that is named first here counts, the others are told. `filled`: row by row, the first that says
    anything. `own`: the very first name counts where it is there.
    """

    model_config = ConfigDict(populate_by_name=True)

    names: tuple[str, ...] = Field(default=(), validation_alias="from")
    dates: tuple[str, ...] = ()  # of a time: names of a column with its date, where the time stands apart from it
    type: Kind = "text"
    part: Literal["", "start", "end"] = ""  # of a range such as 2026/07/28 08:15:49-2026/07/28 15:44:39
    unit: str | None = None
    required: bool = False  # the header must have it; a row without a value is a matter of `refuse` or of the table
    several: Literal["", "first", "filled", "own"] = ""
    pattern: str | None = None  # the whole cleaned cell must match
    remove: str | None = None  # taken out of the cell before it is read
    map: dict[str, str] | None = None  # the platform's words → ours; `platforms`: every platform's names
    map_default: str | None = None  # for a word the map does not know; without it the row is refused
    values: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()  # further words that mean "nothing"
    formats: tuple[str, ...] = ()  # of a timestamp or date, in strptime's language
    on_bad: Literal["row", "cell", ""] = ""
    holds: Literal["", "alone", "id", "name", "phone"] = ""  # of an id that people write: see cells/alone.py, phones.py
    told: str = ""  # what a person should know of a file of which rows use this column; told_zh: the same in Chinese
    told_zh: str = ""
    leaves_out: tuple[str, ...] = ()  # words of a row that is none of what the file is a list of: left out, and told
    keeps: tuple[str, ...] = ()  # with `leaves_out`: the other words that are known; any more are told
    after: tuple[str, ...] = ()  # a moment that is not used where the file has one of these
    told_when: str = ""  # SQL: a row uses it; nothing said: it is filled
    beside: str = ""  # an id that is used before this one where a row has both
    around: bool = False  # JSON: where no record has it, what stands around their list is said of each

    @field_validator("map", mode="before")
    @classmethod
    def _platforms(cls, given: object) -> object:
        return platform_words() if given == "platforms" else given

    @model_validator(mode="after")
    def _known_unit(self) -> SourceColumn:
        known = {
            "amount": set(AMOUNT_UNITS),
            "timestamp": set(EPOCH_UNITS),
            "number": set(NUMBER_UNITS),
            "count": set(SCALES),
        }.get(self.type, set())
        if self.unit is not None and self.unit not in known:
            raise ValueError(f"unit {self.unit!r} is not known for {self.type}; expected one of {sorted(known)}")
        if (self.dates or self.part) and self.type != "timestamp":
            raise ValueError(f"dates and part are for a timestamp, not for {self.type}")
        return self


class Recognise(Strict):
    """By what a file is known to be of this source."""

    folders: tuple[str, ...] = ()
    columns: tuple[tuple[str, ...], ...] = ()  # any of these sets of our column names must be in the header
    unless: tuple[str, ...] = ()  # headers that only another kind of file has
    sheets: tuple[str, ...] = ()  # a workbook that must have these sheets and is read as one form
    records: tuple[
        str, ...
    ] = ()  # JSON: where the list of records may be, when a line or file wraps several; `@` at the
    # end: what is there is a map, and each of its names with what stands under it is a record (`@key`, `@value`)
    kind: str = ""  # JSON: a column by whose words (`map`) its records are known among others of one file
    folder_only: bool = False  # no header tells what such a file means, only where somebody put it


class Version(Strict):
    """Which copy of a row is newer: a column, or a time in the file's name; else the file's own time."""

    column: str | None = None
    file_name: str | None = None  # a regular expression; its groups, joined, are digits of a time
    day_of_export: bool = False  # a day alone in a name is that of the export, not one that the file tells of


class Child(Strict):
    """A list inside each record, or a map of which the names are ids."""

    path: str
    inside: str | None = None  # another list, in each entry of which this one stands; its columns can be used, too
    columns: dict[str, SourceColumn]


class Form(Strict):
    """A workbook read as one record. Sheets are named whole, or by their beginning and `*`."""

    labels: dict[str, int]  # sheet → how many of its first rows hold labels and their one value (0: all)
    rows: dict[str, tuple[str, str]] = {}  # sheet → of its table, the row where this column says this word
    sums: dict[str, tuple[str, ...]] = {}  # sheet → header names to add up over its top-level rows
    ignore: tuple[str, ...] = ()  # sheets that are known and left alone


class Snapshot(Strict):
    """The file is a whole list: who stood in the list of one `of` before, and does not any more, has left; who stands
    in it for the first time, and does not say since when, has come.

    Columns are those of the canonical table. A value of `of` that is not in the file is not touched.
    """

    of: tuple[str, ...]  # what there is one list of, such as a group
    who: tuple[str, ...]  # who stands in it
    since: str | None = None  # since when: nobody left who stands in a later list since before this one
    gone: str | None = None  # another load: the rows that it takes are of people whose leaving the list itself tells
    at: str | None = None  # the time of the list, where rows tell it; else the file's
    whole: str | None = None  # whether everybody stands in the list, where rows tell it; else everybody does
    into: str | None = None  # the table of the rows of who has left and who has come; else this one
    # The row of who has left: column → SQL; `file_version_at` is the time of the list, `last_seen_at`
    # that of the last one before it in which he stands.
    leave: dict[str, str]
    join: dict[str, str] = {}  # the row of who has come, likewise; `last_seen_at`: the last list before it without him


class Load(Strict):
    """What goes into one canonical table. Expressions are SQL over the mapping's column names."""

    into: str | None = None  # a further row of the same record, into this table; the ledger counts the record once
    columns: dict[str, str] = {}
    where: str | None = None
    each: str | None = None
    partial: bool = False  # only adds columns to what another source gives: nothing but the key is required
    repeats: str | None = None  # key column: equal rows of one file are different rows, and this one is numbered
    own_key: str | None = None  # with `repeats`: a column of the file that numbers its rows itself, where it is there
    fills_gaps: bool = True  # with `own_key`: where that column is there and empty, the row is known by its content
    summed_from: str | None = None
    snapshot: Snapshot | None = None

    def of_file(self, columns: Collection[str]) -> Load:
        """As it is for a file with these columns: one that numbers its rows itself is not numbered."""
        if self.own_key is None or self.own_key not in columns:
            return self
        own = {} if self.fills_gaps else {self.own_key: self.own_key}
        return self.model_copy(update={"repeats": None, "columns": {**self.columns, **own}})


class Rule(Strict):
    """Something to refuse, or only to flag, with its reason."""

    when: str
    reason: str
    column: str | None = None
    expected: str = ""


class Sample(Strict):
    """A small file of this kind and the canonical rows that come of it; a test runs it, the docs show it."""

    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    records: tuple[dict[str, Any], ...] = ()  # of JSON Lines
    sheets: dict[str, tuple[tuple[str, ...], ...]] = {}  # of a workbook read as one record
    gives: dict[str, tuple[dict[str, Any], ...]]  # table → rows, as far as they are worth showing


class Source(Strict):
    """One mapping: a kind of file, and which canonical tables its rows become."""

    name: str = Field(exclude=True)  # its file's
    is_own: bool = Field(default=False, exclude=True)  # the merchant's, in HOME/sources
    title: dict[str, str]
    description: str
    description_zh: str = ""
    how_to_export: dict[str, str] = {}
    quirks: tuple[str, ...] = ()
    formats: tuple[Literal["csv", "xlsx", "json", "parquet"], ...] = ("csv", "xlsx")
    recognise: Recognise
    version: Version = Version()
    may_explain: bool = False  # the row under the header may explain the columns: none where nothing in it can be read
    strip: str = ""  # further characters taken off both ends of a cell
    empty: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()  # first cells of a line of names, above one of figures, that sum up the rows
    overflow: tuple[str, ...] = ()  # free-text columns that may hold an unquoted delimiter when they are the last
    columns: dict[str, SourceColumn]
    ignore: tuple[str, ...] = ()  # headers that are known and left alone; a name that ends in * says a beginning
    each: dict[str, Child] = {}
    form: Form | None = None
    loads: dict[str, Load]
    refuse: tuple[Rule, ...] = ()
    flags: tuple[Rule, ...] = ()
    samples: tuple[Sample, ...] = ()
    undecided: tuple[str, ...] = ()  # what somebody has to decide first: while anything stands here, it is refused

    @property
    def all_columns(self) -> dict[str, SourceColumn]:
        """Columns of the record and of every list inside it, by our name."""
        return self.columns | {name: column for child in self.each.values() for name, column in child.columns.items()}

    @property
    def used(self) -> set[str]:
        """Columns that decide anything."""
        names = {name for text in self.texts for name in names_of(text)} | {self.version.column or ""}
        return {name for name, column in self.all_columns.items() if column.required or name in names}

    def columns_of(self, each: str | None) -> dict[str, SourceColumn]:
        """Columns of one entry of a list: its own, and those of everything around it."""
        if each is None or each not in self.each:
            return self.columns
        return self.columns_of(self.each[each].inside) | self.each[each].columns

    @property
    def has_personal(self) -> bool:
        return any(column.type in ("personal", "phone") for column in self.all_columns.values())

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that it loads."""
        return tuple(dict.fromkeys(load.into or name for name, load in self.loads.items()))

    @property
    def counting(self) -> set[str]:
        """Tables in which each physical row lands at most once: their rows are what the ledger counts."""
        return {name for name, load in self.loads.items() if not (load.each or load.summed_from or load.into)}

    @property
    def becomes(self) -> dict[str, tuple[str, ...]]:
        """Our column → the canonical columns that are made of it."""
        targets: dict[str, tuple[str, ...]] = {}
        for table, load in self.loads.items():
            for column, text in load.columns.items():
                for name in names_of(text):
                    targets[name] = (*targets.get(name, ()), f"{load.into or table}.{column}")
        return {name: tuple(dict.fromkeys(columns)) for name, columns in targets.items()}

    @property
    def texts(self) -> list[str]:
        """Every SQL expression of the mapping."""
        loads = [text for load in self.loads.values() for text in (*load.columns.values(), load.where or "")]
        told = [column.told_when for column in self.all_columns.values() if column.told_when]
        return [*loads, *told, *(rule.when for rule in (*self.refuse, *self.flags))]
