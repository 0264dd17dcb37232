"""What a question asks people to have done, read and made SQL: `order`, `follow|fan_club`, `order[paid_amount>=100]`.

What belongs here: the grammar of such a text, and the SQL over the columns of core.activities that it stands for. What
does not: any word (assets/event_words.yaml, assets/activity_words.yaml), which parameters are such texts (the header's
`activities`).

    text        alternative | alternative …
    alternative word, or word[condition & condition …]
    condition   column of core.activities, one of = != >= <= > <, value, or of a text value | value …

For a parameter `steps` that a header lists, a table's SQL may say `$steps_fits` (a row fits one of the texts),
`$steps_fill` (a sum of 1 for the first text that it fits, 2 for the second, 4, 8 …), `$steps_word` (the one word of
event_words or `order` that is asked for without conditions, else ''), `$steps_clocks` (the kinds of core.known by which
these rows are known until when; with '?' where none need be there) and `$steps_by_word` (rows of one word all fit, or
none does). Values are quoted and columns are those of the header: no text becomes SQL by itself.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.event_words import is_move, load_event_words, spellings
from pipelines.spec.literals import Sql, literal_text, quoted
from pipelines.spec.nearest import hint
from pipelines.spec.reading import Strict, read
from pipelines.spec.table_file import ASSETS, read_table_file

FILE = ASSETS / "activity_words.yaml"
ORDER = "order"
_ALTERNATIVE = re.compile(r"\s*([^\[\]|&=<>!]+?)\s*(?:\[([^\[\]]*)\])?\s*(?:\||$)")
_CONDITION = re.compile(r"\s*([a-z_]+)\s*(!=|>=|<=|=|>|<)\s*(.+?)\s*")
_NUMBERS = ("bigint", "double", "decimal(18,2)")


class _Meaning(Strict):
    """One entry of assets/activity_words.yaml."""

    zh: str
    where: str
    known_by: tuple[str, ...]
    by_word: bool = True


@dataclass(frozen=True)
class Condition:
    """A column of core.activities compared with values."""

    column: str
    sign: str
    values: tuple[str, ...]

    @property
    def sql(self) -> str:
        """A row without a value meets no condition but `!=`."""
        if columns()[self.column] in _NUMBERS:
            return f"{self.column} {self.sign.replace('!=', '<>')} {self.values[0]}"
        listed = f"in ({', '.join(map(quoted, self.values))})"
        return f"{self.column} {listed}" if self.sign == "=" else f"coalesce({self.column}, '') not {listed}"


@dataclass(frozen=True)
class Alternative:
    """A word, and the conditions on its rows."""

    word: str
    conditions: tuple[Condition, ...] = ()


@functools.cache
def meanings() -> dict[str, _Meaning]:
    """Words that stand for rows of several words. Raises SpecError."""
    return read(FILE, dict[str, _Meaning])


@functools.cache
def columns() -> dict[str, str]:
    """What a condition may compare: columns of core.activities with their types, of texts and numbers."""
    found = read_table_file(ASSETS / "core" / "activities.sql").columns.values()
    kept = {column.name: column.type for column in found if column.type in ("varchar", *_NUMBERS)}
    return {name: kind for name, kind in kept.items() if name not in ("person_id", "activity")}


def words_for(word: str) -> list[str]:
    """The event words that a kind or an act of event_words.yaml stands for, besides a word of that name."""
    words = load_event_words().items()
    return [name for name, one in words if name == word or word == one.act or word == one.kind]


def read_text(text: str) -> tuple[Alternative, ...]:
    """The alternatives of one text. Raises ValueError saying what is wrong in it."""
    found: list[Alternative] = []
    place = 0
    while place < len(text) or not found:
        match = _ALTERNATIVE.match(text, place)
        if match is None or (match.end() == len(text) and text.endswith("|")):
            raise ValueError(
                f"{text!r} is no activity; expected a word, word|word or word[column=value&column>=number]"
            )
        conditions = () if match[2] is None else tuple(map(_condition, match[2].split("&")))
        found.append(Alternative(spellings().get(match[1], match[1]), conditions))
        place = match.end()
    return tuple(found)


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no condition; expected column=value, column!=value or column>=number")
    column, sign, value = match.groups()
    if column not in columns():
        raise ValueError(f"there is no column {column!r} to compare; {hint(column, columns(), otherwise='there are')}")
    if columns()[column] in _NUMBERS:
        return Condition(column, sign, (_number(value, text),))
    if sign not in ("=", "!="):
        raise ValueError(f"{text!r}: {column} is a text; expected = or !=")
    return Condition(column, sign, tuple(part.strip() for part in value.split("|")))


def _number(value: str, text: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValueError(f"{text!r}: expected a number, found {value!r}")
    return f"{number:f}"


def event_words_in(texts: Iterable[str]) -> list[str]:
    """The words asked for that stand for themselves: event words, the merchant's own among them."""
    named = dict.fromkeys(one.word for text in texts for one in read_text(text))
    return [word for word in named if word not in meanings() and words_for(word) in ([], [word])]


def texts_compared(texts: Iterable[str]) -> list[tuple[str, str]]:
    """The columns of texts that conditions compare, each with a value; a value that no row has may be misspelt."""
    found = [one for text in texts for alternative in read_text(text) for one in alternative.conditions]
    return [(one.column, value) for one in found if columns()[one.column] not in _NUMBERS for value in one.values]


def asked(name: str, texts: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a parameter of this name gives the SQL; see the module. `values`: settings, as far as they are known."""
    each = [read_text(text) for text in texts]
    every = [one for some in each for one in some]
    fits = [_any_of([_sql(one, values) for one in some]) for some in each]
    fill = " + ".join(f"case when {one} then {2**place} else 0 end" for place, one in enumerate(fits))
    clocks = dict.fromkeys(clock for one in every for clock in _clocks(one.word, values))
    plain = [one.word for one in every if not one.conditions and words_for(one.word) in ([], [one.word])]
    return {
        f"{name}_fits": Sql(_any_of(fits)),
        f"{name}_fill": Sql(fill or "0"),
        f"{name}_word": plain[0] if plain == [one.word for one in every] and _is_one_word(plain) else "",
        f"{name}_clocks": list(clocks),
        f"{name}_by_word": all(
            not one.conditions and (_meaning(one.word) is None or _by_word(one.word)) for one in every
        ),
    }


def _is_one_word(plain: list[str]) -> bool:
    return len(plain) == 1 and (plain[0] == ORDER or plain[0] not in meanings())


def _any_of(texts: Sequence[str]) -> str:
    return f"({' or '.join(texts)})" if texts else "false"


def _meaning(word: str) -> _Meaning | None:
    return meanings().get(word)


def _by_word(word: str) -> bool:
    return meanings()[word].by_word


def _sql(one: Alternative, values: Mapping[str, Any]) -> str:
    """Never NULL: a row that lacks what is compared does not fit."""
    parts = [f"({_where(one.word, values)})", *(condition.sql for condition in one.conditions)]
    return f"coalesce({' and '.join(parts)}, false)" if len(parts) > 1 else parts[0]


def _where(word: str, values: Mapping[str, Any]) -> str:
    meaning = _meaning(word)
    if meaning is None:
        return f"activity in ({', '.join(map(quoted, words_for(word) or [word]))})"
    if "private_entry_events" not in values:  # a text that is only looked at
        return f"coalesce({meaning.where}, false)"
    private = literal_text(values["private_entry_events"])
    return f"coalesce({meaning.where.replace('$private_entry_events', private)}, false)"


def _clocks(word: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    meaning, private = _meaning(word), values.get("private_entry_events", ())
    if meaning is not None:
        return meaning.known_by
    return tuple("memberships" if is_move(one, private) else "events" for one in words_for(word) or [word])
