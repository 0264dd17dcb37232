"""How a header may be spelled: brackets of any kind, units behind a name, names side by side.

What belongs here: comparing one header with the names of one column. What does not: words for units (units.py), and
what a whole header makes of a mapping (headers.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.ingest.grammar import SourceColumn
from pipelines.ingest.units import NOTHING, Stated, normalise, stated


@dataclass(frozen=True)
class Fit:
    """One place of the header that one of our columns may be read from."""

    place: int
    rank: int  # of the name that fits, among the column's names
    stated: Stated


@dataclass(frozen=True)
class _Spelled:
    """One place under one of the names that its header may be read as."""

    place: int
    stated: Stated
    bracket: str | None = None  # left out of the name, and no unit


BRACKETS = re.compile(r"^(.+?)\(([^()]*)\)$")
_OPENING, _CLOSING = "【[〔「{", "】]〕」}"
_HALF_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_LEADING = re.compile(r"^(?:\(([^()]*)\)|(\*+))(.+)$")
_SUFFIX = re.compile(r"^(.+?)[/_|:](\D[^/_|:]*)$")


@lru_cache(maxsize=8192)
def spelled(text: str) -> str:
    """A header in one spelling: brackets of any kind are round."""
    name = normalise(text)
    return (
        name.translate(_HALF_BRACKETS) if name.endswith(tuple(_CLOSING)) or name.startswith(tuple(_OPENING)) else name
    )


@lru_cache(maxsize=65536)
def _key(name: str, kind: str, own_unit: str | None) -> tuple[str, Stated]:
    """The name without the brackets that only say the unit, and that unit."""
    found = NOTHING
    if (leading := _LEADING.match(name)) and (leading[2] or stated(leading[1], kind, own_unit) == NOTHING):
        name = leading[3]
    while match := BRACKETS.match(name):
        said = stated(match[2], kind, own_unit)
        joined = found.joined(said) if said is not None else None
        if joined is None:
            break
        name, found = match[1], joined
    return name, found


class Names:
    """A header by its spellings, made once for every kind of column that asks."""

    def __init__(self, header: tuple[str, ...]) -> None:
        self.names = [spelled(text) for text in header]
        self.exact: dict[str, list[int]] = {}
        for place, name in enumerate(self.names):
            self.exact.setdefault(name, []).append(place)
        self.by_kind: dict[tuple[str, str | None], dict[str, list[_Spelled]]] = {}

    def keys(self, kind: str, own_unit: str | None) -> dict[str, list[_Spelled]]:
        """Places by name without what a column of the kind understands as its unit."""
        found = self.by_kind.get((kind, own_unit))
        if found is None:
            found = self.by_kind[kind, own_unit] = {}
            for place, name in enumerate(self.names):
                for key, reading in _spellings(place, name, kind, own_unit):
                    found.setdefault(key, []).append(reading)
        return found


@lru_cache(maxsize=64)
def names_of_header(header: tuple[str, ...]) -> Names:
    """One header is held against many mappings: its spellings are found once."""
    return Names(header)


def _spellings(place: int, name: str, kind: str, own_unit: str | None) -> Iterator[tuple[str, _Spelled]]:
    key, said = _key(name, kind, own_unit)
    yield key, _Spelled(place, said)
    if match := BRACKETS.match(key):  # 观看人数(watch_ucnt): another name of the column, perhaps
        yield match[1], _Spelled(place, said, match[2])
    elif said.is_empty and (match := _SUFFIX.match(key)):
        suffix = stated(match[2], kind, own_unit)
        if suffix is not None and not suffix.is_empty:
            yield match[1], _Spelled(place, suffix)


def without_brackets(name: str) -> str:
    """A name without any bracket behind it, understood or not."""
    while match := BRACKETS.match(name):
        name = match[1]
    return name


def without_unit(text: str) -> str:
    """A header in one spelling and without its unit, whatever kind of column it is."""
    kinds = (("amount", None), ("number", None), ("number", "second"), ("timestamp", None))
    return min((_key(spelled(text), kind, unit)[0] for kind, unit in kinds), key=len)


def fits_of(column: SourceColumn, names: Names) -> list[Fit]:
    """Every place that has one of a column's names, best name first."""
    aliases = aliases_of(column.names, column.type, column.unit)
    keys = names.keys(column.type, column.unit)
    fits: dict[int, Fit] = {}
    for alias, rank in aliases.items():
        for place in names.exact.get(alias, ()):
            fits[place] = Fit(place, rank, _key(alias, column.type, column.unit)[1])
    for alias, rank in aliases.items():
        for found in keys.get(alias, ()):
            if found.bracket is None or found.bracket in aliases:
                fits.setdefault(found.place, Fit(found.place, rank, found.stated))
    return sorted(fits.values(), key=lambda fit: (fit.rank, fit.place))


@lru_cache(maxsize=4096)
def aliases_of(names: tuple[str, ...], kind: str, own_unit: str | None) -> dict[str, int]:
    """A column's names as they stand, without their units, and as words (Order ID, orderId): each with its rank."""
    exact = {spelled(alias): rank for rank, alias in reversed(list(enumerate(names)))}
    bare = {_key(spelled(alias), kind, own_unit)[0]: rank for rank, alias in reversed(list(enumerate(names)))}
    words = {name.replace("_", ""): rank for name, rank in exact.items()}
    return {**words, **bare, **exact}
