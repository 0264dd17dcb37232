"""The grammar of checks in headers: what each one says, and the SQL that counts the rows at fault.

What belongs here: the shape of `checks:` and its SQL. What does not: asking them (expectations.py), their results
(check_record.py), any table's rules (assets/).

A header states checks as a list; each entry is one of

    - unique: [column, …]                              no two rows share these values (NULL equals NULL)
    - not_null: [column, …]
    - between: {column, min, max}                      NULL passes; either bound may be missing
    - in_set: {column, values}                         NULL passes
    - condition: {sql, name}                           a boolean over one row; like a CHECK, it fails only where false
    - row_count: {min, max}
    - relationship: {columns, table, to}               every non-NULL value stands in the other table
    - no_rows: {sql, name}                             a SELECT of which every row is a fault; {table} is this table

and may carry `blocking: false` beside it: then a failure is reported and stops nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from pydantic import BeforeValidator, Field, model_validator

from pipelines.spec.literals import literal_text
from pipelines.spec.reading import Strict, texts

Names = Annotated[tuple[str, ...], BeforeValidator(texts), Field(min_length=1)]


@dataclass(frozen=True)
class Check:
    """One check of one table.

    `violations` is a SELECT of one number, the rows at fault; `{batch}` in it stands for the table. A row_count check
    has bounds instead.
    """

    table: str
    name: str
    kind: str
    expected: str
    violations: str = ""
    bounds: tuple[int | None, int | None] = (None, None)
    is_blocking: bool = True

    @property
    def is_of_each_row(self) -> bool:
        """Whether it says something of each row, so that it holds where there is none."""
        return self.kind not in ("row_count", "no_rows")


class _Bounds(Strict):
    """At least one of two bounds."""

    @model_validator(mode="after")
    def _bounded(self) -> _Bounds:
        if getattr(self, "min", None) is None and getattr(self, "max", None) is None:
            raise ValueError("neither min nor max")
        return self


class Between(_Bounds):
    """A column's values lie between two bounds, both allowed."""

    column: str
    min: Any = None
    max: Any = None

    def said(self) -> tuple[str, str, str]:
        column = _quoted(self.column)
        bounds = [
            f"{column} {sign} {literal_text(v)}" for sign, v in ((">=", self.min), ("<=", self.max)) if v is not None
        ]
        both = " and ".join(bounds)
        words = f"{self.min} ≤ {self.column} ≤ {self.max}" if len(bounds) == 2 else both
        return _name("between", self.column), words, _broken(both)


class InSet(Strict):
    """A column's values are some of these."""

    column: str
    values: Annotated[tuple[Any, ...], Field(min_length=1)]

    def said(self) -> tuple[str, str, str]:
        values = ", ".join(map(literal_text, self.values))
        words = f"{self.column} is one of {', '.join(map(str, self.values))}"
        return _name("in_set", self.column), words, _broken(f"{_quoted(self.column)} in ({values})")


class Condition(Strict):
    """A boolean over one row."""

    sql: str
    name: str = ""

    def said(self) -> tuple[str, str, str]:
        words = self.name or self.sql
        return _name(words), words, _broken(self.sql)


class RowCount(_Bounds):
    """The table has so many rows."""

    min: int | None = None
    max: int | None = None

    def said(self) -> tuple[str, str, str]:
        upper = f" to {self.max}" if self.max is not None else ""
        return "row_count", f"from {self.min or 0} rows{upper}", ""


class Relationship(Strict):
    """Every value stands in another table."""

    columns: Names
    table: str
    to: Names | None = None

    @model_validator(mode="after")
    def _paired(self) -> Relationship:
        if self.to is not None and len(self.to) != len(self.columns):
            raise ValueError(f"{len(self.columns)} columns meet {len(self.to)}")
        return self

    def said(self) -> tuple[str, str, str]:
        mine, theirs = map(_quoted, self.columns), map(_quoted, self.to or self.columns)
        match = " and ".join(f"t.{m} = o.{o}" for m, o in zip(mine, theirs, strict=True))
        known = " and ".join(f"t.{_quoted(m)} is not null" for m in self.columns)
        sql = f"select count(*) from {{batch}} as t anti join {self.table} as o on {match} where {known}"
        words = f"every {', '.join(self.columns)} stands in {self.table}"
        return _name("relationship", *self.columns), words, _counted(sql)


class NoRows(Strict):
    """A SELECT finds nothing."""

    sql: str
    name: str

    def said(self) -> tuple[str, str, str]:
        faults = self.sql.replace("{table}", "{batch}")
        return _name(self.name), self.name, _counted(f"select count(*) from ({faults}) as faults")


class CheckEntry(Strict):
    """One entry of `checks:`; exactly one of its kinds is said."""

    unique: Names | None = None
    not_null: Names | None = None
    between: Between | None = None
    in_set: InSet | None = None
    condition: Condition | None = None
    row_count: RowCount | None = None
    relationship: Relationship | None = None
    no_rows: NoRows | None = None
    blocking: bool = True

    @model_validator(mode="after")
    def _one_kind(self) -> CheckEntry:
        if len(self._kinds) != 1:
            raise ValueError(f"a check says one of {', '.join(KINDS)}; this one {' and '.join(self._kinds) or 'none'}")
        return self

    @property
    def _kinds(self) -> list[str]:
        return [name for name in KINDS if getattr(self, name) is not None]

    @property
    def kind(self) -> str:
        return self._kinds[0]

    @property
    def columns(self) -> Sequence[str]:
        """Columns of the table that the check names (a condition's stand in its SQL)."""
        if self.between or self.in_set:
            return [(self.between or self.in_set).column]  # type: ignore[union-attr]
        return self.unique or self.not_null or (self.relationship.columns if self.relationship else ())

    def said(self) -> Iterator[tuple[str, str, str]]:
        """Of each check that the entry makes: its name, what it expects, its SQL."""
        if self.unique:
            yield _unique(self.unique)
        elif self.not_null:
            yield from map(_not_null, self.not_null)
        else:
            yield getattr(self, self.kind).said()


KINDS = tuple(name for name in CheckEntry.model_fields if name != "blocking")


class Checked(Protocol):
    """What states checks: a table."""

    @property
    def qualified(self) -> str: ...

    @property
    def checks(self) -> Sequence[CheckEntry]: ...


def checks_of(table: Checked) -> list[Check]:
    """The checks of a table's header; of equal names all but the first are numbered."""
    found: list[Check] = []
    seen: Counter[str] = Counter()
    for entry in table.checks:
        bounds = (entry.row_count.min, entry.row_count.max) if entry.row_count else (None, None)
        for name, expected, sql in entry.said():
            seen[name] += 1
            numbered = f"{name}_{seen[name]}" if seen[name] > 1 else name
            found.append(Check(table.qualified, numbered, entry.kind, expected, sql, bounds, entry.blocking))
    return found


def _unique(columns: Sequence[str]) -> tuple[str, str, str]:
    keys = ", ".join(map(_quoted, columns))
    duplicated = f"select count(*) as n from {{batch}} group by {keys} having count(*) > 1"
    sql = f"select coalesce(sum(n), 0) from ({duplicated}) as duplicated"
    return _name("unique", *columns), f"no two rows with the same {keys}", _counted(sql)


def _not_null(column: str) -> tuple[str, str, str]:
    return _name("not_null", column), f"{column} is never missing", _rows(f"{_quoted(column)} is null")


def _broken(condition: str) -> str:
    return _rows(f"not ({condition})")


def _rows(condition: str) -> str:
    """One scan counts the rows of all such checks; only a condition that looks at other rows needs its own."""
    if re.search(r"\b(select|from|over)\b", condition, re.IGNORECASE):
        return _counted(f"select count(*) from {{batch}} where {condition}")
    return f"count(*) filter (where {condition})"


def _counted(sql: str) -> str:
    """A SELECT of one number as an aggregate over the table, so that it stands beside others in one statement."""
    return f"({sql}) + 0 * count(*)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _name(*parts: str) -> str:
    """A name that Dagster accepts: letters, digits and underscores, at most 100 of them."""
    return re.sub(r"\W+", "_", "_".join(parts), flags=re.ASCII).strip("_").lower()[:100] or "condition"
