"""The header of a table file: every key that it may have, and what each means.

What belongs here: the shape of a header, and what must hold within it. What does not: reading table files
(spec/table_file.py), the grammar of checks (checks.py), what a header is compared with (tests/test_headers.py).

A new key is one line of `Header`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from pipelines.spec.adding_up import OverSegments, refuse_unless_counted
from pipelines.spec.checks import CheckEntry
from pipelines.spec.nearest import hint
from pipelines.spec.reading import Strict, texts

# Types that DuckDB and Spark have alike.
SqlType = Literal["varchar", "bigint", "double", "boolean", "date", "timestamp", "decimal(18,2)"]
Text = Annotated[str, Field(min_length=1)]
# What a number counts or measures; the report's wording has a word for each (`value.unit`).
Unit = Literal[
    "", "person", "membership", "order", "event", "piece", "id", "row", "yuan", "ratio",
    "day", "minute", "second", "level",
]  # fmt: skip
# Sets of keys that a pass touched, filled by assets/core/identities.py.
Touched = Literal["touched_nodes", "touched_people", "touched_orders"]

# What a parameter of `activities` gives the SQL, as `$<parameter>_<form>` (pipelines/activities.py).
ACTIVITY_FORMS = ("fits", "fill", "word", "clocks", "by_word")

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TERM = re.compile(r"[a-z0-9_ ()+-]+")


def unfolded(text: str) -> str:
    """Chinese text over several lines of YAML: the spaces that its line ends became stand between no two words."""
    return re.sub(r"(?<=[，。；：、（）]) | (?=[，。；：、（）])|(?<=[一-鿿]) (?=[一-鿿])", "", text.strip())


def named(columns: Any) -> Any:
    """Columns as a file has them, each with its name."""
    if not isinstance(columns, dict) or not all(isinstance(entry, dict) for entry in columns.values()):
        return columns
    for name, entry in columns.items():
        if "name" in entry:
            raise ValueError(f"the column '{name}' says 'name', which is its key already")
    return {name: {**entry, "name": name} for name, entry in columns.items()}


def _as(key: str, kind: type) -> BeforeValidator:
    """What is written short stands for its one key."""
    return BeforeValidator(lambda given: {key: given} if isinstance(given, kind) else given)


class Title(Strict):
    """What people call the table."""

    zh: Text
    en: Text


class Grain(Strict):
    """What one row is: the columns that no two rows share (`grain: a, b`), or a text where no columns say it."""

    columns: tuple[str, ...] = ()
    text: str = ""

    @field_validator("columns", mode="before")
    @classmethod
    def _listed(cls, given: Any) -> Any:
        return [part.strip() for part in given.split(",")] if isinstance(given, str) else given

    @model_validator(mode="after")
    def _said(self) -> Grain:
        if bool(self.columns) == bool(self.text):
            raise ValueError("expected `grain: column, column` or `grain: {text: …}`")
        return self

    def __str__(self) -> str:
        return self.text or ", ".join(self.columns)


class Ratio(Strict):
    """Of what a ratio or an amount per head is made: `of: [numerator, denominator]`, columns or their sums and
    differences; a metric's SQL need not say it again (spec/finished.py). `{parts: […], times: 1000}`: of a thousand;
    `{parts: […], when: condition}`: over the columns of that SQL, else NULL.

    Or `{estimated_from: [column, …]}`, the counts from which a model has it; or `{alone: why}` where neither is here.
    """

    parts: tuple[str, ...] = ()
    times: int = 1
    when: str = ""
    estimated_from: tuple[str, ...] = ()
    alone: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Ratio:
        if sum(map(bool, (self.parts, self.estimated_from, self.alone))) != 1:
            raise ValueError("expected [numerator, denominator], {estimated_from: [column, …]} or {alone: why}")
        if self.parts and (len(self.parts) != 2 or not all(_TERM.fullmatch(p) and _NAME.search(p) for p in self.parts)):
            raise ValueError(f"expected [numerator, denominator] of columns, + and -, found {list(self.parts)}")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns that it names."""
        return [name for text in (*self.parts, *self.estimated_from) for name in _NAME.findall(text)]

    def __str__(self) -> str:
        """`orders / people`; '' where it is no division of columns of the table."""
        texts = [text if _NAME.fullmatch(text) else f"({text})" for text in self.parts]
        return " / ".join(texts).replace(" / ", f" * {self.times} / " if self.times != 1 else " / ")


class Column(Strict):
    """One column. Its description begins with the division that `of` states."""

    name: str = Field(exclude=True)  # its key
    type: SqlType
    zh: Text
    unit: Unit = ""
    of: Annotated[Ratio, _as("parts", list)] | None = None
    small_of: str = ""  # of a metric: true where this count is below small_group
    over_segments: OverSegments = "sum"  # how the rows of a breakdown make up the row of all
    description: str = Field(default="", validate_default=True)
    zh_description: str = ""

    @field_validator("description")
    @classmethod
    def _division_first(cls, given: str, info: ValidationInfo) -> str:
        return "; ".join(text for text in (str(info.data.get("of") or ""), given) if text)

    @model_validator(mode="after")
    def _rate_of_something(self) -> Column:
        if self.name.endswith("_rate") and self.unit != "ratio":
            raise ValueError(f"unit is '{self.unit}'; what is called a rate has the unit ratio")
        if self.unit == "ratio" and self.of is None:
            raise ValueError("a ratio stands beside what it divides; say it by `of: [numerator, denominator]`")
        if self.of and (self.type, self.unit) not in (("double", "ratio"), ("decimal(18,2)", "yuan")):
            raise ValueError(f"of: is for a ratio (double) or an amount (decimal(18,2) in yuan), not {self.type}")
        if self.small_of and self.type != "boolean":
            raise ValueError(f"small_of: is for a boolean, not {self.type}")
        refuse_unless_counted(self)
        return self


class Restriction(Strict):
    """Only the touched rows of an input: by the set's own columns, or by others or expressions over t."""

    set: Touched
    key: tuple[str, ...] | None = None


class Rebuild(Strict):
    """How touched rows alone are made anew: which are deleted, and to which of its inputs the SELECT is restricted."""

    delete: Touched
    key: tuple[str, ...] | None = None
    restrict: dict[str, Annotated[Restriction, _as("set", str)]]


class Header(Strict):
    """The YAML at the head of a file of assets/core and assets/metrics."""

    title: Title
    description: Text
    description_zh: str = ""
    variant: str = ""  # the id of the definition, printed beside its numbers
    grain: Annotated[Grain, _as("columns", str)]
    materialized: Literal["table", "view"] = "table"
    # as_written: built whole, DuckDB holds in memory what stands right of a LEFT JOIN and guesses no smaller side
    joins: Literal["", "as_written"] = ""
    reads: tuple[str, ...] = ()  # of a table of core built in Python: the tables that it reads
    # of a metric in Python: the SELECTs whose rows it is fitted on, by the names by which it asks for them
    inputs: dict[str, Text] = Field(default_factory=dict)
    parameters: dict[str, Any] = Field(default_factory=dict)
    choices: dict[str, Annotated[tuple[Any, ...], BeforeValidator(texts)]] = Field(default_factory=dict)
    # parameters that say what people did (pipelines/activities.py): at most how many texts each takes; 0 for any number
    activities: dict[str, int] = Field(default_factory=dict)
    rebuild: Rebuild | None = None
    # of a metric or a fact: fact → the fact's parameter: the metric's own that it takes its value from
    facts: dict[str, dict[str, str]] = Field(default_factory=dict)
    # of a metric: another one that it reads → that one's parameter: the metric's own that it takes its value from
    metrics: dict[str, dict[str, str]] = Field(default_factory=dict)
    # of a metric: the column of a sentence where a row says that something is not told, for whoever asks it or a reader
    notice: str = ""
    # of a fact that follows its people: the counts of which one at least is above zero in every row
    counted_by: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()
    # names for what parameters amount to: SQL over them alone, whose value stands as `$name` as a parameter's does
    constants: dict[str, str] = Field(default_factory=dict)
    # of a fact: another one of the same columns that answers in its place → the condition over its parameters
    instead: dict[str, str] = Field(default_factory=dict)
    covers: tuple[str, ...] = ()  # of a fact: parameters of which a table built with more answers less, too
    dated_by: str = "date"  # of a fact: the date that a breakdown of dates is looked up by
    person: str = ""  # of a fact that counts people: SQL of whose each row is, where its `$breakdown_columns` stand
    # of a metric that counts people: the columns of which it can be found whom they count (pipelines/people_behind.py)
    whom: tuple[str, ...] = ()
    columns: dict[str, Column]
    checks: tuple[CheckEntry, ...] = ()

    @field_validator("description", "description_zh")
    @classmethod
    def _one_text(cls, given: str) -> str:
        return given.strip()

    @field_validator("description_zh")
    @classmethod
    def _unfolded(cls, given: str) -> str:
        return unfolded(given)

    @field_validator("columns", mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        return named(given)

    @model_validator(mode="after")
    def _known_names(self) -> Header:
        """Whatever the header names stands in it."""
        text = f"; or is it a text, `grain: {{text: {self.grain}}}`?"
        _refuse_unknown("grain", self.grain.columns, self.columns, "column", text)
        places: list[tuple[str, Sequence[str]]] = []
        places += [(f"checks[{place}]", entry.columns) for place, entry in enumerate(self.checks)]
        for column in self.columns.values():
            if column.of and column.unit == "ratio":  # an amount may be of a sum that the SQL alone has
                places.append((f"columns.{column.name}.of", column.of.columns))
            places.append((f"columns.{column.name}.small_of", (column.small_of,) if column.small_of else ()))
        for place, names in places:
            _refuse_unknown(place, names, self.columns, "column")
        _refuse_unknown("choices", self.choices, self.parameters, "parameter")
        _refuse_unknown("activities", self.activities, self.parameters, "parameter")
        _refuse_unknown("covers", self.covers, self.parameters, "parameter")
        _refuse_unknown("counted_by", self.counted_by, self.columns, "column")
        _refuse_unknown("whom", self.whom, self.columns, "column")
        _refuse_unknown("notice", (self.notice,) if self.notice else (), self.columns, "column")
        for key, read in (("facts", self.facts), ("metrics", self.metrics)):
            for name, asked in read.items():
                _refuse_unknown(f"{key}.{name}", asked.values(), [*self.parameters, *self.constants], "parameter")
        return self


def _refuse_unknown(place: str, names: Iterable[str], known: Collection[str], kind: str, also: str = "") -> None:
    for name in names:
        if name not in known:
            said = f"{place}: names the {kind} '{name}', which the header does not have; {hint(name, known)}"
            raise ValueError(said + also)
