"""What stands in a report: cells with their definitions, and the blocks that they make.

What belongs here: plain data. A cell keeps the database's value beside its text, so that every output shows one number.
A value that must not be shown is not here at all: it is None, and `state` says why. What does not: headlines and the
report as a whole (model.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

OK, SMALL, IMMATURE, EMPTY = "ok", "small", "immature", "empty"


@dataclass(frozen=True)
class Definition:
    """What one number means: a column of a table's header, in the report's language.

    `plain`: the same for a manager, by part (says, counts, leaves_out, window, example), where the wording has it.
    """

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
    plain: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The variant's id where it is one (R3), to be printed beside the number."""
        return self.variant if self.variant.isalnum() and len(self.variant) <= 4 else ""


@dataclass(frozen=True)
class Field:
    """A column of a grid. `kind`: text, sentence, date, month, count, number, amount, rate, days, points (of a
    percentage); `behind`: a rate's parts."""

    name: str
    label: str
    kind: str
    definition: Definition | None = None
    behind: tuple[Field, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.kind not in ("text", "sentence", "date", "month")


@dataclass(frozen=True)
class Cell:
    """One value, its text and its state.

    `level` (0–1) is its place among its kind, for a bar or a shade; `of` a rate's denominator, `behind` what is printed
    under it: numerator and denominator, as far as they are no columns of their own. `link`: the page of what it names.
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
    link: str = ""


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
    lead: tuple[str, ...] = ()  # the columns that a phone's card shows at once
    kind = "grid"
    finding = ""

    @property
    def is_folded(self) -> bool:
        """Whether a phone's card keeps some numbers behind a tap."""
        return len(self.fields) - self.fixed > len(self.lead)


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
    finding: str = ""
    kind = "matrix"


@dataclass(frozen=True)
class Ladder:
    """Steps from public to repurchase; each with people, their share (of those behind it), and its window.

    `strict`: the same steps for those alone who took each one before it, in order.
    """

    id: str
    title: str
    note: str
    source: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strict: Grid | None = None
    finding: str = ""
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
    finding: str = ""  # what it shows, in a sentence with its numbers
    kind = "picture"

    @property
    def source(self) -> str:
        return self.grid.source


@dataclass(frozen=True)
class Told:
    """What a person must know of the data: a list on the page, a table in the workbook."""

    id: str
    grid: Grid
    shown: int  # how many the page shows at once
    kind = "told"
    finding = ""

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
