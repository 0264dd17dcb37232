"""What an unknown file was found to be: a table, the columns that go into it, and what is left to decide.

What belongs here: the result of fitting. What does not: choosing (table_fit.py), and what is asked (undecided.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.ingest.staging import StagingTable
from pipelines.mapping.known_names import Target

SAID, OWN, PLATFORM, LIKELY = 4, 3, 2, 1  # how sure a name is: a person's word, the table's, a platform's, a likeness


class NoTable(ValueError):
    """No canonical table can be made of the file; the message names the nearest and what it lacks."""


@dataclass(frozen=True)
class Choice:
    """A column of the table and the header that it is read from."""

    target: Target
    place: int
    sureness: int
    unit: str = ""  # that a person said

    @property
    def name(self) -> str:
        return self.target.name


@dataclass(frozen=True)
class Question:
    """What only a person can say. `place`: the header that it may be, if one; the line is then ready to be taken."""

    column: str
    said: str
    place: int | None = None
    others: tuple[int, ...] = ()  # headers that it may be, too


@dataclass
class Fitted:
    """A table, and what of the file goes into it."""

    table: StagingTable
    choices: dict[str, Choice] = field(default_factory=dict)
    undecided: list[Question] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    personal: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    dates: dict[str, int] = field(default_factory=dict)  # column → place of the date that goes with its time
    platform: str = ""  # a constant, where no column says it

    @property
    def columns(self) -> set[str]:
        """Canonical columns that are told."""
        return {choice.target.instead_of for choice in self.choices.values()}

    @property
    def score(self) -> float:
        return sum({SAID: 5, OWN: 3, PLATFORM: 2, LIKELY: 0.5}[choice.sureness] for choice in self.choices.values())
