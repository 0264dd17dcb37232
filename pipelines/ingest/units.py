"""What a header says of its cells in brackets: a unit, a currency, a time zone, or nothing of that kind.

What belongs here: reading such a word. What does not: the words (assets/units.yaml), and which column is meant
(headers.py).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pipelines.ingest.cells.reading import AMOUNT_UNITS, SECOND_UNITS
from pipelines.yaml_text import read_yaml

FILE = Path(__file__).parents[2] / "assets" / "units.yaml"
_PREFIX = re.compile(r"^(?:单位|unit|in|以)[:为是]?(.+?)(?:为单位|计)?$")
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])0?([0-9]|1[0-4])(?::?00)?(?:时区)?")
_TIME_PATTERN = re.compile(r"[ymdhs年月日时分秒:/\-.\s]{3,}")


@dataclass(frozen=True)
class Stated:
    """What a header says of its cells. `unit` is a key of the tables of units in cells/reading.py."""

    unit: str | None = None
    currency: str | None = None
    zone: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.unit or self.currency or self.zone)

    def joined(self, other: Stated) -> Stated | None:
        """Both together; None where they contradict each other."""
        parts = []
        for mine, theirs in ((self.unit, other.unit), (self.currency, other.currency), (self.zone, other.zone)):
            if mine and theirs and mine != theirs:
                return None
            parts.append(mine or theirs)
        return Stated(*parts)


NOTHING = Stated()


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """Headers and words are compared without case, white space, quotes, BOM and width."""
    text = unicodedata.normalize("NFKC", text).lower().replace("￥", "¥")
    return re.sub(r"[\s\ufeff\u200b'\"`]+", "", text)


@cache
def written() -> dict[str, Any]:
    """assets/units.yaml as it stands."""
    return read_yaml(FILE.read_text(encoding="utf-8"))


@cache
def vocabulary() -> dict[str, Any]:
    """assets/units.yaml with its words normalised: `word → key` for the maps, sets for the lists."""
    return {
        name: {normalise(word): key for key, words in entry.items() for word in words}
        if isinstance(entry, dict)
        else {normalise(word) for word in entry}
        for name, entry in written().items()
    }


def currency_columns() -> tuple[str, ...]:
    """Names of a column that says in which currency its row is."""
    return tuple(written()["currency_columns"])


def yuan_words() -> tuple[str, ...]:
    """What such a column says of yuan."""
    return tuple(word for word, key in vocabulary()["amounts"].items() if key == "yuan")


@lru_cache(maxsize=8192)
def stated(word: str, kind: str, own_unit: str | None) -> Stated | None:
    """What a normalised word says of cells of a kind whose usual unit is given; None: it is no such word."""
    words = vocabulary()
    if not word or word in words["notes"]:
        return NOTHING
    if (bare := _PREFIX.match(word)) and (found := stated(bare[1], kind, own_unit)):
        return found
    if kind in ("timestamp", "date"):
        return _of_time(word, kind)
    if kind == "amount" or (kind == "number" and own_unit in AMOUNT_UNITS):
        return _of_money(word)
    if kind == "number" and own_unit in SECOND_UNITS:
        return _unit(words["durations"].get(word))
    return _of_count(word, kind) if kind in ("count", "number") else None


def _unit(key: str | None) -> Stated | None:
    return Stated(unit=key) if key is not None else None


def _of_money(word: str) -> Stated | None:
    words = vocabulary()
    if word in words["amounts"]:
        return Stated(unit=words["amounts"][word])
    scale, rest = _scaled(word)
    if rest in words["currencies"]:
        return Stated(currency=words["currencies"][rest])
    return Stated(unit=scale) if scale and (not rest or words["amounts"].get(rest) == "yuan") else None


def _of_count(word: str, kind: str) -> Stated | None:
    words = vocabulary()
    if word in words["counters"]:
        return NOTHING
    if kind == "number" and word in words["shares"]:
        return Stated(unit=words["shares"][word])
    scale, rest = _scaled(word)
    return Stated(unit=scale) if scale and (not rest or rest in words["counters"]) else None


def _scaled(word: str) -> tuple[str | None, str]:
    """The longest scale that a word begins with, and the rest."""
    scales = vocabulary()["scales"]
    for length in range(len(word), 0, -1):
        if word[:length] in scales:
            return scales[word[:length]], word[length:]
    return None, word


def _of_time(word: str, kind: str) -> Stated | None:
    words = vocabulary()
    if word in words["time_notes"] or _TIME_PATTERN.fullmatch(word):
        return NOTHING
    if kind == "timestamp" and word in words["epochs"]:
        return Stated(unit=words["epochs"][word])
    if kind == "date":
        return None  # a day elsewhere is no day here
    if word in words["zones"]:
        return Stated(zone=words["zones"][word])
    if match := _OFFSET.fullmatch(word):
        sign = "-" if match[1] == "+" else "+"  # POSIX counts westwards
        return Stated(zone=f"Etc/GMT{sign}{match[2]}" if match[2] != "0" else "UTC")
    name = _zone_names().get(word)
    return Stated(zone=name) if name is not None and ZoneInfo(name) else None


@cache
def _zone_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name}
