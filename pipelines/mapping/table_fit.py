"""One table held against an unknown file: which of the file's columns is which of the table's, and whether it is one.

What decides a number is taken only where a name says so that is known for certain.

What belongs here: choosing a header for each column. What does not: which table fits best (fitting.py), what is left to
a person (undecided.py), names (known_names.py), looks (looks.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from pipelines.ingest.cells.reading import AMOUNT_UNITS
from pipelines.ingest.grammar import SourceColumn
from pipelines.ingest.sources import CANONICAL, load_sources
from pipelines.ingest.spellings import fits_of, names_of_header
from pipelines.ingest.staging import StagingTable
from pipelines.ingest.units import normalise
from pipelines.mapping.fitted import OWN, PLATFORM, SAID, Choice, Fitted, Question
from pipelines.mapping.known_names import Target, targets_of
from pipelines.mapping.looks import Looks
from pipelines.mapping.unknown_table import UnknownTable
from pipelines.mapping.words import words
from pipelines.spec.nearest import hint

NEAR, PERHAPS = 0.75, 0.65  # of 1, by difflib: to be asked about, to be told
LEAST = 2  # columns that say something, for a file to be of a table
READABLE = 0.6  # of the cells of a column, for its name to be believed


class TableFit:
    """One table held against the file."""

    def __init__(self, seen: UnknownTable, looks: list[Looks], table: StagingTable, said: Mapping[str, str]) -> None:
        self.seen, self.looks, self.table = seen, looks, table
        self.targets = targets_of(table.name)
        self.names = names_of_header(seen.header)
        self.twice = _twice(seen.header)
        self.fitted = Fitted(table)
        self.suggested: dict[str, int] = {}  # column → a header that may be it
        self.rivals: dict[str, tuple[int, ...]] = {}  # column → further headers that may be it
        self.unlikely: dict[str, float] = {}  # column → of 1, how little its likeliest header says so
        self._said = dict(self._of_person(said))
        self._choose()

    # --- which header ------------------------------------------------------------------------------------------------

    def _of_person(self, said: Mapping[str, str]) -> Iterator[tuple[str, tuple[int, str]]]:
        for name, header in said.items():
            header, unit = _with_unit(header)
            if name not in self.targets:
                raise ValueError(f"--column {name}=…: no such column of {self.table.name}; {hint(name, self.targets)}")
            places = [place for place, text in enumerate(self.seen.header) if normalise(text) == normalise(header)]
            if len(places) != 1:
                known = [text for text in self.seen.header if text]
                said_twice = "stands twice; rename one of the two" if places else f"is no header; {hint(header, known)}"
                raise ValueError(f"--column {name}={header}: it {said_twice}")
            yield name, (places[0], unit)

    def _choose(self) -> None:
        """The surest names first; a header is one column."""
        for name, (place, unit) in self._said.items():
            self.fitted.choices[name] = Choice(self.targets[name], place, SAID, unit)
        for sureness in (OWN, PLATFORM):
            for target in self.targets.values():
                self._choose_by_name(target, sureness)
        for target in self.targets.values():
            self._suggest(target)

    def _choose_by_name(self, target: Target, sureness: int) -> None:
        names = (*target.column.names, *target.column.dates) if sureness == OWN else target.platforms
        fits = [fit for fit in fits_of(_column(target, names), self.names) if self.is_free(fit.place)]
        fits = [fit for fit in fits if not fit.stated.currency and self._fits_look(target, fit.place)]
        if not fits or target.name in self.fitted.choices or self._is_told(target):
            return
        if sureness == PLATFORM and (target.column.type == "amount" or self._is_person(target)):
            return  # what is paid on one platform is not what is paid on another, nor is who somebody is
        is_plain = target.column.several in ("first", "filled") or fits[0].rank == 0
        if len(fits) > 1 and (sureness == PLATFORM or not is_plain):
            headers = " or ".join(self.seen.header[fit.place] for fit in fits)
            others = tuple(fit.place for fit in fits[1:])
            self.ask(target, f"which of {headers} is {meaning(target)}", fits[0].place, others)
            return
        self.take(target, fits[0].place, sureness)
        for fit in fits[1:]:
            text, used = self.seen.header[fit.place], self.seen.header[fits[0].place]
            if target.column.several == "first" or sureness == OWN:
                self.fitted.unsure.append(f"{text} is not used: {used} stands for the same")

    def _is_person(self, target: Target) -> bool:
        return target.also is None and bool(self.table.columns[target.name].hashed_when)

    def _is_told(self, target: Target) -> bool:
        """A column that stands instead of one that is there; a further one makes a row of its own, and is needed."""
        if target.also is None or target.also.further or target.also.first:
            return False
        return target.also.instead_of in self.fitted.choices or any(
            choice.target.also and not choice.target.also.further and choice.target.instead_of == target.instead_of
            for choice in self.fitted.choices.values()
        )

    def take(self, target: Target, place: int, sureness: int) -> None:
        self.fitted.choices[target.name] = Choice(target, place, sureness)

    def is_free(self, place: int) -> bool:
        taken = {choice.place for choice in self.fitted.choices.values()} | {place for place, _ in self._said.values()}
        return place not in taken and place not in self.twice and bool(self.seen.header[place])

    def _fits_look(self, target: Target, place: int) -> bool:
        kind = target.column.type
        if kind in ("id", "word", "text", "phone"):
            return True
        return self.looks[place].share(kind) >= READABLE

    def _suggest(self, target: Target) -> None:
        """The likeliest header for a column that has none."""
        if target.name in self.fitted.choices or self.is_standing(target.name) or self._is_told(target):
            return
        parts = words().likely.get(self.table.name, {}).get(target.name, ())
        ranked = sorted(
            (rank, place)
            for place, text in enumerate(self.seen.header)
            if self.is_free(place) and self._looks_like(target, place)
            for rank in [self._rank(target, text, parts)]
            if rank is not None
        )
        if ranked:
            rank, place = ranked[0]
            self.suggested[target.name] = place
            self.rivals[target.name] = tuple(other for _, other in ranked[1:])
            self.unlikely[target.name] = max(rank, 0) / (len(parts) or 1) / 2

    def _rank(self, target: Target, text: str, parts: tuple[str, ...]) -> float | None:
        name = normalise(text)
        known = map(normalise, (*target.column.names, *target.column.dates, *target.platforms))
        near = max(difflib.SequenceMatcher(None, name, alias).ratio() for alias in known)
        if near >= NEAR or (target.also is None and near >= PERHAPS and not parts):
            return -near
        return next((float(rank) for rank, part in enumerate(parts) if normalise(part) in name), None)

    def _looks_like(self, target: Target, place: int) -> bool:
        look, kind = self.looks[place], target.column.type
        if kind in ("timestamp", "date"):
            return look.is_time or (kind == "timestamp" and look.is_epoch)
        if kind in ("amount", "count", "number"):
            return look.is_amount and not (look.is_time or look.is_epoch)
        return not (look.is_time or (kind == "id" and look.is_amount and not look.is_unique))

    def is_standing(self, name: str) -> bool:
        return any(choice.target.instead_of == name for choice in self.fitted.choices.values())

    # --- is it this table --------------------------------------------------------------------------------------------

    def needed(self) -> tuple[str, ...]:
        """Columns that a header must have, of several sets the one of which most is there."""
        source = load_sources()[CANONICAL + self.table.name]
        sets = source.recognise.columns or ((),)
        return max(sets, key=lambda wanted: (self._there(wanted), -len(self._open(wanted)), -sets.index(wanted)))

    def _there(self, wanted: tuple[str, ...]) -> float:
        return sum(1 for name in wanted if name in self.fitted.choices) - 0.6 * len(self._absent(wanted))

    def _open(self, wanted: tuple[str, ...]) -> list[str]:
        return [name for name in wanted if name not in self.fitted.choices]

    def _absent(self, wanted: tuple[str, ...]) -> list[str]:
        return [name for name in self._open(wanted) if name not in self.suggested]

    def lacking(self) -> list[str]:
        """Needed columns for which there is no header at all."""
        asked = {question.column for question in self.fitted.undecided}
        absent = [name for name in self._absent(self.needed()) if name not in asked]
        is_little = len(self.fitted.choices) + len(asked | self.suggested.keys()) < LEAST
        return absent or (list(self.needed()) if is_little and not self._said else [])

    def told_twice(self) -> str:
        """Headers that stand twice and so are none."""
        names = dict.fromkeys(self.seen.header[place] for place in sorted(self.twice))
        return f" ({', '.join(names)} stands twice: rename one of the two)" if names else ""

    @property
    def worth(self) -> float:
        needed = self.needed()
        there = sum(name in self.fitted.choices for name in needed)
        likely = sum(name in self.suggested for name in needed) - sum(self.unlikely.get(name, 0) for name in needed)
        return self.fitted.score + 3 * there + likely

    def ask(self, target: Target, said: str, place: int, others: tuple[int, ...] = ()) -> None:
        if target.column.type == "amount" and self.is_whole(target, place):
            said += f", and in yuan, or in fen (--column {target.name}={self.seen.header[place]}:fen)"
        if all(question.column != target.name for question in self.fitted.undecided):
            self.fitted.undecided.append(Question(target.name, f"{said}?", place, others))

    def is_whole(self, target: Target, place: int) -> bool:
        """Whether its amounts may be fen: whole numbers, most of four digits and more, and no unit in the header."""
        fits = fits_of(_column(target, (self.seen.header[place],)), self.names)
        says_unit = any(fit.stated.unit for fit in fits)
        numbers = [int(float(value)) for value in self.looks[place].asked if self.looks[place].is_whole]
        return not says_unit and bool(numbers) and sum(number >= 1000 for number in numbers) * 2 > len(numbers)


def _column(target: Target, names: tuple[str, ...]) -> SourceColumn:
    return SourceColumn(names=names, type=target.column.type, unit=target.column.unit)


def meaning(target: Target) -> str:
    column = target.table.columns[target.instead_of]
    if target.also:
        said = ", ".join(f"{name} {word}" for name, word in target.also.sets.items())
        return f"{target.column.names[0]}{f' ({said})' if said else ''}"
    return f"the {column.zh} ({column.description or target.name})"


def _with_unit(header: str) -> tuple[str, str]:
    """A header and the unit that a person said behind it."""
    text, mark, unit = header.rpartition(":")
    return (text.strip(), unit.strip()) if mark and unit.strip() in AMOUNT_UNITS else (header, "")


def _twice(header: Sequence[str]) -> set[int]:
    names = [normalise(text) for text in header]
    return {place for place, name in enumerate(names) if name and names.count(name) > 1}
