"""What a report consists of, before it becomes a page or a workbook: both are written from these same values.

What belongs here: plain data of headlines, sentences and the whole. What does not: cells and blocks (shapes.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from markupsafe import Markup

from pipelines.quality import Quality
from pipelines.report.periods import Period, Span
from pipelines.report.shapes import Block, Cell, Definition, Field, Grid


@dataclass(frozen=True)
class Comparison:
    """One earlier value beside a tile's.

    `change` is relative, for rates a difference; None where it says nothing. `kind`: what kind of number the change is.
    `direction`: up, down, flat, chance (within what chance would do), none. `is_sure`: it moved by more than chance.
    `is_good`: whether the merchant is glad of it; None where nobody can tell that it moved.
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
    is_good: bool | None = None

    @property
    def shown(self) -> float | None:
        """The change as its text says it: of rates in percentage points."""
        return self.change * 100 if self.change is not None and self.kind == "points" else self.change


@dataclass(frozen=True)
class Spark:
    """A headline over its last spans, drawn; `points` are what was drawn, `label` says it in words."""

    svg: Markup
    label: str
    points: tuple[tuple[Span, float | None], ...]


@dataclass(frozen=True)
class Tile:
    """One headline number with what it is compared with. `is_first`: it stands on the first screen."""

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
    is_first: bool = False
    spark: Spark | None = None


@dataclass(frozen=True)
class Finding:
    """A sentence that a rule wrote, and the place of its numbers. `slot`: what (happened), why, todo, or else more."""

    text: str
    link: str
    slot: str = "more"


@dataclass(frozen=True)
class Chip:
    """What the data is worth, in a few words. `mood`: good, told, doubt or bad."""

    mood: str
    text: str


@dataclass(frozen=True)
class Section:
    """One chapter of the report."""

    id: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """One thing told more closely: its names, its rows of the table that lists it (nearly always one), what belongs to
    it, and by their titles the pages `also` of it."""

    anchor: str
    names: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    blocks: tuple[Block, ...]
    also: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """As the lists and the head of the page call it."""
        return " · ".join(cell.text for cell in self.names)


@dataclass(frozen=True)
class PageKind:
    """All pages of a kind, in one file beside the report. `head`: the table that lists them; `back`: the block of the
    report that leads here; `without`: how many things have no page."""

    id: str
    title: str
    lead: str
    file: str
    back: str
    head: Grid
    pages: tuple[Page, ...]
    without: int = 0


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
    findings: tuple[Finding, ...]  # what, why, what to do, and then the rest
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...] = field(default=())
    chip: Chip = Chip("told", "")
    day: str = ""  # of a daily report that leads with a week: the day itself
    quiet: str = ""  # said where no rule found that anything happened
    pages: tuple[PageKind, ...] = ()

    @property
    def first_tiles(self) -> tuple[Tile, ...]:
        """Those of the first screen."""
        return tuple(tile for tile in self.tiles if tile.is_first)

    @property
    def other_tiles(self) -> tuple[Tile, ...]:
        return tuple(tile for tile in self.tiles if not tile.is_first)

    @property
    def mood(self) -> str:
        """good: everything was read and passed; bad: a source is missing from the numbers; else plain."""
        if self.quality.alarms:
            return "bad"
        return "good" if self.checks and not self.failed and self.quality.verdict in ("well", "told") else "plain"

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.is_passed)
