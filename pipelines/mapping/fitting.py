"""Which canonical table an unknown file is most like, and which of its columns is which.

What decides a number is taken only where a name says so that is known for certain: `undecided` names the rest, and the
mapping is refused until somebody has decided.

What belongs here: choosing. What does not: names (known_names.py), looks (looks.py), the text that comes of it
(yaml_text.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.ingest.cells.reading import AMOUNT_UNITS
from pipelines.ingest.grammar import SourceColumn
from pipelines.ingest.sources import CANONICAL, load_sources
from pipelines.ingest.spellings import fits_of, names_of_header
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.ingest.units import normalise
from pipelines.mapping.known_names import Target, personal_names, targets_of
from pipelines.mapping.looks import Looks
from pipelines.mapping.unknown_table import UnknownTable
from pipelines.mapping.words import words
from pipelines.platforms import platform_words
from pipelines.privacy import mask_text
from pipelines.spec.nearest import hint

SAID, OWN, PLATFORM, LIKELY = 4, 3, 2, 1  # how sure a name is: a person's word, the table's, a platform's, a likeness
NEAR, PERHAPS = 0.75, 0.65  # of 1, by difflib: to be asked about, to be told
LEAST = 2  # columns that say something, for a file to be of a table
READABLE = 0.6  # of the cells of a column, for its name to be believed


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


def fit(seen: UnknownTable, table: str = "", platform: str = "", said: Mapping[str, str] | None = None) -> Fitted:
    """The table that fits best, or the one that was said. Raises NoTable, and ValueError for what is not there."""
    tables = load_staging()
    if table and table not in tables:
        raise ValueError(f"--as {table}: there is no such table; {hint(table, tables)}")
    looks = [Looks(seen.values(place)) for place in range(len(seen.header))]
    asked = [table] if table else _having(tables, said or {})
    tried = [_Fitting(seen, looks, tables[name], said or {}) for name in asked]
    able = [one for one in tried if not one.lacking()]
    if not able:
        raise _none_fits(max(tried, key=lambda one: (-len(one.lacking()), one.worth)))
    best = max(able, key=lambda one: one.worth)
    best.finish(_platform(platform))
    _tell_rival(best, able)
    return best.fitted


def _none_fits(nearest: _Fitting) -> NoTable:
    lacking = ", ".join(f"{name} ({'/'.join(nearest.targets[name].column.names[1:4])})" for name in nearest.lacking())
    table = nearest.table
    return NoTable(
        f"no table of Siyu can be made of it. The nearest is {table.title['en']} ({table.name}), which needs a column "
        f"{lacking}{nearest.told_twice()}; --as TABLE says which one it is, --column NAME=HEADER which column"
    )


def _having(tables: Iterable[str], said: Mapping[str, str]) -> list[str]:
    """The tables that have every column that was named."""
    targets = {name: targets_of(name) for name in tables}
    for name in said:
        known = {column for columns in targets.values() for column in columns}
        if name not in known:
            raise ValueError(f"--column {name}=…: no table has such a column; {hint(name, known, cutoff=0)}")
    able = [name for name, columns in targets.items() if said.keys() <= columns.keys()]
    if not able:
        raise ValueError(f"--column: no one table has all of {', '.join(said)}; --as TABLE says which one it is")
    return able


def _platform(name: str) -> str:
    found = platform_words().get(name, platform_words().get(name.lower(), "")) if name else ""
    if name and not found:
        raise ValueError(
            f"--platform {name}: no platform that Siyu knows; {hint(name, set(platform_words().values()))}"
        )
    return found


def _tell_rival(best: _Fitting, able: Sequence[_Fitting]) -> None:
    others = sorted((one for one in able if one is not best), key=lambda one: -one.worth)
    if others and others[0].worth > 0.8 * best.worth:
        rival = others[0].table
        best.fitted.unsure.insert(
            0, f"taken as {best.table.title['en']}; it may be {rival.title['en']}: then --as {rival.name}"
        )


class _Fitting:
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
        fits = [fit for fit in fits_of(_column(target, names), self.names) if self._is_free(fit.place)]
        fits = [fit for fit in fits if not fit.stated.currency and self._fits_look(target, fit.place)]
        if not fits or target.name in self.fitted.choices or self._is_told(target):
            return
        if sureness == PLATFORM and (target.column.type == "amount" or self._is_person(target)):
            return  # what is paid on one platform is not what is paid on another, nor is who somebody is
        is_plain = target.column.several in ("first", "filled") or fits[0].rank == 0
        if len(fits) > 1 and (sureness == PLATFORM or not is_plain):
            headers = " or ".join(self.seen.header[fit.place] for fit in fits)
            others = tuple(fit.place for fit in fits[1:])
            self._ask(target, f"which of {headers} is {_meaning(target)}", fits[0].place, others)
            return
        self._take(target, fits[0].place, sureness)
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

    def _take(self, target: Target, place: int, sureness: int) -> None:
        self.fitted.choices[target.name] = Choice(target, place, sureness)

    def _is_free(self, place: int) -> bool:
        taken = {choice.place for choice in self.fitted.choices.values()} | {place for place, _ in self._said.values()}
        return place not in taken and place not in self.twice and bool(self.seen.header[place])

    def _fits_look(self, target: Target, place: int) -> bool:
        kind = target.column.type
        if kind in ("id", "word", "text", "phone"):
            return True
        return self.looks[place].share(kind) >= READABLE

    def _suggest(self, target: Target) -> None:
        """The likeliest header for a column that has none."""
        if target.name in self.fitted.choices or self._is_standing(target.name) or self._is_told(target):
            return
        parts = words().likely.get(self.table.name, {}).get(target.name, ())
        ranked = sorted(
            (rank, place)
            for place, text in enumerate(self.seen.header)
            if self._is_free(place) and self._looks_like(target, place)
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

    def _is_standing(self, name: str) -> bool:
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

    # --- what is left ------------------------------------------------------------------------------------------------

    def finish(self, platform: str) -> None:
        """What the rest of the header is, and everything that a person should look at."""
        fitted = self.fitted
        for name in self.needed():
            if name in self.suggested and name not in fitted.choices:
                self._decide_suggested(self.targets[name], self.suggested[name])
        self._find_phone()
        self._ask_further()
        self._tell_lines()
        for choice in list(fitted.choices.values()):
            self._look_at(choice)
        self._find_dates()
        if "platform" in self.table.columns and "platform" not in fitted.columns:
            fitted.platform = platform
            if not platform:
                fitted.unsure.append("no column says the platform: its rows count as other; --platform NAME says which")
        self._sort_rest()

    def _decide_suggested(self, target: Target, place: int) -> None:
        """An id that is another in each row tells rows apart, whatever it is called; the rest is a person's to say."""
        text = self.seen.header[place]
        is_own_number = target.also is None and target.column.holds == "alone" and self.table.key[-1] == target.name
        if is_own_number and self.looks[place].is_unique and self.looks[place].filled:
            self._take(target, place, LIKELY)
            self.fitted.unsure.append(f"{text} is taken as {target.name}, since it is another one in each row")
        else:
            others = self.rivals[target.name]
            names = " or ".join(self.seen.header[other] for other in (place, *others))
            said = f"which of {names} is {_meaning(target)}" if others else f"is {text} {_meaning(target)}"
            self._ask(target, said, place, others)

    def _ask_further(self) -> None:
        """What may make a row of its own is asked about; any other column that may be one is only told."""
        for name, place in self.suggested.items():
            target = self.targets[name]
            asked = {question.place for question in self.fitted.undecided}
            if self._is_personal(self.seen.header[place], self.looks[place]):
                continue
            if place in asked or not self._is_free(place) or self._is_standing(name) or name in self.needed():
                continue
            if target.also and target.also.further and target.also.ends in self._open_or_there():
                self._ask(target, f"is {self.seen.header[place]} {_meaning(target)}", place)
            elif not target.also:
                text = self.seen.header[place]
                self.fitted.unsure.append(f"{text} may be {name} and is left out: --column {name}={text}")

    def _open_or_there(self) -> set[str]:
        return {*self.fitted.choices, *(question.column for question in self.fitted.undecided)}

    def _find_phone(self) -> None:
        """The one column of phones beside a person's row is theirs; of two nobody can tell."""
        target = self.targets.get("phone")
        places = [p for p, look in enumerate(self.looks) if self._is_free(p) and look.is_phone]
        if target is None or "phone" in self.fitted.choices or len(places) != 1:
            return
        text = self.seen.header[places[0]]
        self._take(target, places[0], LIKELY)
        self.fitted.unsure.append(
            f"{text} is taken as the buyer's phone, by its values; it is kept as a keyed hash only"
        )

    def _ask(self, target: Target, said: str, place: int, others: tuple[int, ...] = ()) -> None:
        if target.column.type == "amount" and self._is_whole(target, place):
            said += f", and in yuan, or in fen (--column {target.name}={self.seen.header[place]}:fen)"
        if all(question.column != target.name for question in self.fitted.undecided):
            self.fitted.undecided.append(Question(target.name, f"{said}?", place, others))

    def _tell_lines(self) -> None:
        """Several rows of one order are its lines; whether an amount is the line's or the order's nobody can see."""
        number = self.fitted.choices.get(self.table.key[-1]) or self.fitted.choices.get("platform_order_id")
        if self.table.name != "orders" or number is None or self.looks[number.place].is_unique:
            return
        self.fitted.undecided.append(
            Question(
                "order_id",
                f"several rows have the same {self.seen.header[number.place]}: they are lines of one order, and an "
                "order's lines would be set aside. Where each has its own amount, give that column the header "
                "商品实付金额 in a copy and put it into landing/订单明细/",
            )
        )

    def _look_at(self, choice: Choice) -> None:
        """What the values themselves leave in doubt."""
        text, look = self.seen.header[choice.place], self.looks[choice.place]
        column = choice.target.column
        if column.type == "id" and look.has_lost_digits:
            self.fitted.unsure.append(f"{text}: cells such as 6.92E+18 have lost their digits; such rows are refused")
        if column.type == "amount" and not choice.unit and self._is_whole(choice.target, choice.place):
            del self.fitted.choices[choice.name]
            said = f"{text} holds whole numbers without a unit. Yuan, or fen (--column {choice.name}={text}:fen)"
            self.fitted.undecided.append(Question(choice.name, f"{said}?", choice.place))
        if column.map is not None:
            known = {normalise(word) for word in column.map}
            strange = [word for word in look.words() if normalise(word) not in known]
            if strange:
                shown = ", ".join(map(mask_text, strange))
                meant = ", ".join(dict.fromkeys(column.map.values()))
                self.fitted.unsure.append(
                    f"{text} says {shown}: rows with these are refused; add them to its map ({meant})"
                )
        if choice.target.also and choice.target.also.told:
            self.fitted.unsure.append(f"{text}: {choice.target.also.told}")

    def _is_whole(self, target: Target, place: int) -> bool:
        """Whether its amounts may be fen: whole numbers, most of four digits and more, and no unit in the header."""
        fits = fits_of(_column(target, (self.seen.header[place],)), self.names)
        says_unit = any(fit.stated.unit for fit in fits)
        numbers = [int(float(value)) for value in self.looks[place].asked if self.looks[place].is_whole]
        return not says_unit and bool(numbers) and sum(number >= 1000 for number in numbers) * 2 > len(numbers)

    def _find_dates(self) -> None:
        for name, choice in self.fitted.choices.items():
            fits = fits_of(SourceColumn(names=choice.target.column.dates, type="date"), self.names)
            free = [fit.place for fit in fits if self._is_free(fit.place)]
            if len(free) == 1 and self.looks[free[0]].share("date") >= READABLE:
                self.fitted.dates[name] = free[0]

    def _sort_rest(self) -> None:
        used = {choice.place for choice in self.fitted.choices.values()} | set(self.fitted.dates.values())
        asked = {question.place for question in self.fitted.undecided}
        for place, text in enumerate(self.seen.header):
            if not text or place in used or place in asked:
                continue
            if self._is_personal(text, self.looks[place]):
                self.fitted.personal.append(place)
            else:
                self.fitted.ignored.append(place)
            if place in self.twice:
                self.fitted.unsure.append(f"{text} stands twice in the header and is not used; rename one of the two")

    def _is_personal(self, text: str, look: Looks) -> bool:
        name = normalise(text)
        if name in personal_names() or look.is_personal or look.is_phone:
            return True
        is_kept = any(normalise(part) in name for part in words().kept)
        return not is_kept and any(normalise(part) in name for part in words().personal)


def _column(target: Target, names: tuple[str, ...]) -> SourceColumn:
    return SourceColumn(names=names, type=target.column.type, unit=target.column.unit)


def _meaning(target: Target) -> str:
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
