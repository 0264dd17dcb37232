"""What a report consists of, before it becomes a page or a workbook: both are written from these same values.

What belongs here: plain data. A cell keeps the database's value beside its text, so that every output shows one number.
A value that must not be shown is not here at all: it is None, and `state` says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from pipelines.quality import Quality
from pipelines.report.periods import Period

OK, SMALL, IMMATURE, EMPTY = "ok", "small", "immature", "empty"


@dataclass(frozen=True)
class Definition:
    """What one number means: a column of a table's header, in the report's language."""

    id: str
    label: str
    table: str
    table_title: str
    column: str
    meaning: str
    unit: str
    variant: str
    about: str
    grain: str

    @property
    def tag(self) -> str:
        """The variant's id where it is one (R3), to be printed beside the number."""
        return self.variant if self.variant.isalnum() and len(self.variant) <= 4 else ""


@dataclass(frozen=True)
class Field:
    """A column of a grid. `kind`: text, date, month, count, number, amount, rate, days; `behind`: a rate's parts."""

    name: str
    label: str
    kind: str
    definition: Definition | None = None
    behind: tuple[Field, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.kind not in ("text", "date", "month")


@dataclass(frozen=True)
class Cell:
    """One value, its text and its state.

    `level` (0–1) is its place among its kind, for a bar or a shade; `of` a rate's denominator, `behind` what is printed
    under it: numerator and denominator, as far as they are no columns of their own.
    """

    value: Any
    text: str
    state: str = OK
    level: float | None = None
    of: Cell | None = None
    behind: tuple[Cell, ...] = ()
    is_partial: bool = (
        False  # some of a cohort have been observed long enough, not all: a number, but not the last word
    )


@dataclass(frozen=True)
class Grid:
    """A table of cells. `source` is the table the numbers come from, `fixed` how many leading fields name the row."""

    id: str
    title: str
    note: str
    source: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fixed: int = 1
    bars: tuple[str, ...] = ()
    hidden: int = 0  # rows beyond those that the page shows at once
    is_wide: bool = False
    kind = "grid"


@dataclass(frozen=True)
class Matrix:
    """A cohort × period grid of one rate; a line is the cohort, its size, and its cells."""

    id: str
    title: str
    note: str
    source: str
    row: Field
    column: Field
    value: Field
    count: Field
    heads: tuple[Cell, ...]
    lines: tuple[tuple[Cell, Cell, tuple[Cell, ...]], ...]
    shows_size: bool = True
    kind = "matrix"


@dataclass(frozen=True)
class Ladder:
    """Steps from public to repurchase; each with people, their share (of those behind it), and its window."""

    id: str
    title: str
    note: str
    source: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind = "ladder"


@dataclass(frozen=True)
class Picture:
    """A chart drawn as SVG, with the grid it was drawn from."""

    id: str
    title: str
    note: str
    svg: Markup
    grid: Grid
    legend: tuple[tuple[str, str], ...] = ()
    axis: str = ""
    kind = "picture"

    @property
    def source(self) -> str:
        return self.grid.source


@dataclass(frozen=True)
class Comparison:
    """One earlier value beside a tile's.

    `change` is relative, for rates a difference; None where it says nothing. `kind`: what kind of number it is itself.
    `direction`: up, down, flat, chance (within what chance would do), none. `is_sure`: it moved by more than chance.
    `days`: how many it spans.
    """

    name: str
    label: str
    span: str
    cell: Cell
    change: float | None
    text: str
    parts: tuple[tuple[Field, Cell], ...]
    direction: str
    kind: str
    is_sure: bool = False
    days: int = 0


@dataclass(frozen=True)
class Tile:
    """One headline number with what it is compared with."""

    id: str
    label: str
    source: str
    field: Field
    cell: Cell
    is_small: bool
    parts: tuple[tuple[Field, Cell], ...]
    span: str
    comparisons: tuple[Comparison, ...]
    note: str = ""
    is_cohort: bool = False
    is_complete: bool = True  # the period is over
    days: int = 0


@dataclass(frozen=True)
class Finding:
    """A sentence that a rule wrote, and the place of its number."""

    text: str
    link: str


@dataclass(frozen=True)
class Told:
    """What a person must know of the data: a list on the page, a table in the workbook."""

    id: str
    grid: Grid
    shown: int  # how many the page shows at once
    kind = "told"

    @property
    def title(self) -> str:
        return self.grid.title

    @property
    def note(self) -> str:
        return self.grid.note

    @property
    def source(self) -> str:
        return self.grid.source


Block = Grid | Matrix | Ladder | Picture | Told


@dataclass(frozen=True)
class Section:
    """One chapter of the report."""

    id: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Check:
    """One data check of the last run."""

    table: str
    name: str
    is_passed: bool
    is_blocking: bool
    observed: str
    expected: str


@dataclass(frozen=True)
class Report:
    """Everything that a page and a workbook show."""

    language: str
    kind: str
    merchant: str
    title: str
    as_of: date
    period: Period
    generated_at: datetime
    checks: tuple[Check, ...]
    unpublished: tuple[Check, ...]  # what failed in a later run that was therefore not published
    quality: Quality
    facts: tuple[str, ...]
    warnings: tuple[str, ...]
    tiles: tuple[Tile, ...]
    findings: tuple[Finding, ...]
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...] = field(default=())

    @property
    def is_compared(self) -> bool:
        """Whether any headline could be held against an earlier one."""
        return any(one.change is not None for tile in self.tiles for one in tile.comparisons)

    @property
    def mood(self) -> str:
        """good: everything was read and passed; bad: a source is missing from the numbers; else plain."""
        if self.quality.alarms:
            return "bad"
        return "good" if self.checks and not self.failed and self.quality.verdict in ("well", "told") else "plain"

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.is_passed)
