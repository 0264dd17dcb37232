"""One header against one mapping: which column stands where, in which unit, and what nobody reads.

What belongs here: spellings of headers. What does not: words for units (units.py), which mapping is chosen
(recognise.py), and cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.ingest.grammar import Source, SourceColumn
from pipelines.ingest.notices import Notice
from pipelines.ingest.spellings import (
    Fit,
    Names,
    aliases_of,
    fits_of,
    names_of_header,
    spelled,
    without_brackets,
    without_unit,
)
from pipelines.ingest.units import normalise

__all__ = ["Match", "Missing", "known_columns", "match_header", "normalise_header", "without_unit"]

normalise_header = normalise


@dataclass(frozen=True)
class Match:
    """A header that a mapping understands."""

    source: Source
    positions: dict[str, tuple[int, ...]]  # our column → places in the header, in the order of its names
    units: dict[str, str]  # our column → unit that the header states
    header: tuple[str, ...]
    zones: dict[str, str] = field(default_factory=dict)  # our column → time zone that the header states
    dates: dict[str, int] = field(default_factory=dict)  # our column → place of the date that goes with its time
    notices: tuple[Notice, ...] = ()  # what of the header is in no number, or only on an assumption
    why: str = ""  # this mapping: its folder, or its header
    seen: tuple[str, ...] | None = None  # of records: the paths that are there; `header` has every one that may be

    @property
    def places(self) -> set[int]:
        """Where anything is read."""
        return {place for places in self.positions.values() for place in places} | set(self.dates.values())

    @property
    def score(self) -> int:
        return len(self.places)

    def header_of(self, column: str) -> str:
        """The file's own name of one of our columns (ours, when the file has none)."""
        places = self.positions.get(column, ())
        return self.header[places[0]] if places else column


@dataclass(frozen=True)
class Missing:
    """A header that comes near a mapping, but lacks columns it cannot do without, or has some twice."""

    source: Source
    columns: tuple[str, ...]
    known: int
    doubles: dict[str, tuple[str, ...]] = field(default_factory=dict)  # our column → headers that all fit it
    aside: dict[str, str] = field(default_factory=dict)  # our column → a header of it that cannot be used
    rival: Source | None = None  # another mapping that knows just as much of the header
    others: tuple[tuple[str, ...], ...] = ()  # columns that would do instead of `columns`, as few


def match_header(source: Source, header: list[str]) -> Match | Missing:
    """Finds a mapping's columns in a header, by any of their names."""
    names = names_of_header(tuple(header))
    found = _Found(source, header, names)
    for name, column in source.columns.items():
        found.add(name, column, fits_of(column, names))
    return found.verdict()


def known_columns(source: Source, text: str) -> list[str]:
    """Our columns that a text is a name of."""
    names = names_of_header((text,))
    return [name for name, column in source.columns.items() if fits_of(column, names)]


class _Found:
    """What was found of a mapping in a header, column by column."""

    def __init__(self, source: Source, header: list[str], names: Names) -> None:
        self.source = source
        self.header = header
        self.names = names
        self.positions: dict[str, tuple[int, ...]] = {}
        self.units: dict[str, str] = {}
        self.zones: dict[str, str] = {}
        self.dates: dict[str, int] = {}
        self.doubles: dict[str, tuple[str, ...]] = {}
        self.aside: dict[str, str] = {}
        self.notices: list[Notice] = []
        self.known: set[int] = set()  # places of which a notice or a column speaks already

    def add(self, name: str, column: SourceColumn, fits: list[Fit]) -> None:
        self.known |= {fit.place for fit in fits}
        for fit in fits:
            if fit.stated.currency:
                self._set_aside(name, fit)
        fits = [fit for fit in fits if not fit.stated.currency]
        chosen = _chosen(column, fits)
        if chosen is None:
            self.doubles[name] = tuple(self.header[fit.place] for fit in fits)
            chosen = fits
        for fit in fits:
            if fit not in chosen:
                self._second_choice(fit, chosen[0])
        self._add_date(name, column)
        if chosen:
            self.positions[name] = tuple(fit.place for fit in chosen)
            if unit := chosen[0].stated.unit:
                self.units[name] = unit
            if zone := chosen[0].stated.zone:
                self.zones[name] = zone

    def _add_date(self, name: str, column: SourceColumn) -> None:
        if not column.dates:
            return
        dates = fits_of(SourceColumn(names=column.dates, type="date"), self.names)
        self.known |= {fit.place for fit in dates}
        if len(dates) > 1:
            self.doubles[name] = tuple(self.header[fit.place] for fit in dates)
        elif dates:
            self.dates[name] = dates[0].place

    def _set_aside(self, name: str, fit: Fit) -> None:
        text, currency = self.header[fit.place], fit.stated.currency
        self.aside[name] = text
        said = f"{text} is in {currency}, which is never added to yuan: in no number; export it in yuan"
        self.notices.append(Notice("other_currency", said, text, severity="aside", facts={"currency": currency or ""}))

    def _second_choice(self, fit: Fit, chosen: Fit) -> None:
        text, used = self.header[fit.place], self.header[chosen.place]
        said = f"{text} was not used: {used} stands for the same and comes first"
        self.notices.append(Notice("second_choice", said, text, severity="aside", facts={"used": used}))

    def verdict(self) -> Match | Missing:
        source, names = self.source, self.names.names
        for name, place in self.dates.items():
            self.positions.setdefault(name, (place,))
        sets = source.recognise.columns or (tuple(n for n, c in source.columns.items() if c.required),)
        ways = sorted((tuple(n for n in wanted if n not in self.positions) for wanted in sets), key=len)
        lacking, others = ways[0], tuple(dict.fromkeys(way for way in ways[1:] if len(way) == len(ways[0])))
        if not lacking:
            lacking = tuple(n for n, c in source.columns.items() if c.required and n not in self.positions)
        is_other = any(spelled(name) in names for name in source.recognise.unless)
        doubles = {name: headers for name, headers in self.doubles.items() if name in source.used}
        if lacking or doubles or is_other:
            known = 0 if is_other else len(self.positions)
            aside = self.aside | self._near(lacking, names)
            return Missing(source, lacking, known, doubles, aside, others=others)
        dates = {name: place for name, place in self.dates.items() if self.positions[name] != (place,)}
        notices = (*self.notices, *self._not_linked(), *self._other_moments())
        return Match(source, self.positions, self.units, tuple(self.header), self.zones, dates, notices)

    def _not_linked(self) -> Iterator[Notice]:
        """Ids of one person side by side, of which a row's second is not used."""
        for name, column in self.source.columns.items():
            if column.beside in self.positions and name in self.positions:
                text, other = (self.header[self.positions[which][0]] for which in (name, column.beside))
                said = (
                    f"{text} was not used where {other} is filled: what other files tell of the same person by {text} "
                    "counts as of another one; give the pairs in landing/identities/"
                )
                yield Notice("not_linked", said, text, severity="aside", facts={"used": other})

    def _other_moments(self) -> Iterator[Notice]:
        """Moments of a row of which only the first is read."""
        for name, column in self.source.columns.items():
            before = [other for other in column.after if other in self.positions]
            if name in self.positions and before:
                text, used = (self.header[self.positions[which][0]] for which in (name, before[0]))
                said = f"{text} was not used where {used} is filled: a row of this file tells one beginning"
                yield Notice("second_moment", said, text, severity="told", facts={"used": used})

    def _near(self, lacking: tuple[str, ...], names: list[str]) -> dict[str, str]:
        """Headers that would be a column we lack, but for what stands in their brackets."""
        near: dict[str, str] = {}
        for name in lacking:
            column = self.source.columns[name]
            keys = aliases_of(column.names, column.type, column.unit)
            for text, name_there in zip(self.header, names, strict=True):
                if without_brackets(name_there) != name_there and without_brackets(name_there) in keys:
                    near.setdefault(name, text)
        return near


def _chosen(column: SourceColumn, fits: list[Fit]) -> list[Fit] | None:
    """The places that a column is read from; None: more than one fits, and the mapping does not say which."""
    if len(fits) < 2:
        return fits
    best = [fit for fit in fits if fit.rank == fits[0].rank]
    if column.several == "filled":
        return fits if len({fit.stated for fit in fits}) == 1 else None
    if column.several == "first" or (column.several == "own" and fits[0].rank == 0):
        return best if len(best) == 1 else None
    return None
