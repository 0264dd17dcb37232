"""The rules of assets/reports/report.yaml: when a sentence is written, and what a change is taken apart by.

What belongs here: the models, and what must fit together. What does not: any rule (the YAML), their use (findings.py,
why.py).
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from pipelines.breakdowns import load_breakdowns
from pipelines.report.named import TableName, among, has_columns
from pipelines.spec.reading import Strict

Kind = Literal["daily", "weekly", "monthly"]
KINDS: tuple[Kind, ...] = ("daily", "weekly", "monthly")
DAYS = "metrics.daily_summary"
NEEDED = {
    "tile": ("tile",),
    "extremes": ("block", "name", "rate", "n"),
    "first": ("block", "of", "n"),
    "surge": ("table", "sql", "name", "n", "link"),
}
NEEDED_WHY = {"parts": ("by", "people"), "heads": ("amount", "heads"), "days": ("sql",)}


class Query(Strict):
    """A query of one table, asked where it is there."""

    table: TableName
    sql: str


class Spring(Query):
    """The last days of a festival that ends so many days before the lunar new year."""

    days_after: int


class Rule(Strict):
    """A finding: when a sentence is written, in which kinds of report, and where it stands."""

    id: str
    rule: Literal["tile", "extremes", "first", "surge"]
    slot: Literal["what", "todo", "more"] = "more"
    kinds: tuple[Kind, ...] = KINDS
    tile: str | None = None
    at_least: float = 0
    block: str | None = None
    table: TableName | None = None
    sql: str | None = None
    name: str | None = None
    rate: str | None = None
    of: str | None = None
    n: int = 0
    link: str | None = None
    nameless: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Rule:
        for key in NEEDED[self.rule]:
            if not getattr(self, key):
                raise ValueError(f"a finding by the rule {self.rule} lacks '{key}'")
        return self


class Why(Strict):
    """One way to take a tile's change apart."""

    id: str
    tile: str
    rule: Literal["parts", "heads", "days"]
    by: str | None = None
    people: tuple[str, ...] = ()
    names: Query | None = None
    amount: str | None = None
    heads: str | None = None
    sql: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Why:
        for key in NEEDED_WHY[self.rule]:
            if not getattr(self, key):
                raise ValueError(f"a why by the rule {self.rule} lacks '{key}'")
        if self.by:
            among(self.by, load_breakdowns(), "breakdown")
        has_columns(DAYS, self.people)
        if self.rule == "heads" and not self.sql:
            has_columns(DAYS, [self.amount or "", self.heads or ""])
        return self
