"""One header against one mapping: which column stands where, and in which unit.

What belongs here: spellings of headers. What does not: which mapping is chosen (recognise.py), and cells.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pipelines.ingest.sources import Source


@dataclass(frozen=True)
class Match:
    """A header that a mapping understands."""

    source: Source
    positions: dict[str, tuple[int, ...]]  # our column → places in the header, in the order of its aliases
    units: dict[str, str]  # our column → unit that the header states in brackets
    header: tuple[str, ...]

    @property
    def score(self) -> int:
        return len({place for places in self.positions.values() for place in places})

    def header_of(self, column: str) -> str:
        """The file's own name of one of our columns (ours, when the file has none)."""
        places = self.positions.get(column, ())
        return self.header[places[0]] if places else column


@dataclass(frozen=True)
class Missing:
    """A header that comes near a mapping, but lacks columns it cannot do without."""

    source: Source
    columns: tuple[str, ...]
    known: int


_BRACKETS = re.compile(r"^(.+?)\(([^()]*)\)$")
_HEADER_UNITS = {
    "amount": {"分": "fen", "元": "yuan", "万": "万", "万元": "万"},
    "count": {"万": "万"},
    "number": {
        "万": "万",
        "%": "%",
        "秒": "second",
        "s": "second",
        "分钟": "minute",
        "分": "minute",
        "min": "minute",
        "小时": "hour",
    },
}


@lru_cache(maxsize=8192)
def normalise_header(text: str) -> str:
    """Headers are compared without case, white space, quotes, BOM and width."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s\ufeff\u200b'\"`]+", "", text)


def match_header(source: Source, header: list[str]) -> Match | Missing:
    """Finds a mapping's columns in a header, by any of their names."""
    exact: dict[str, int] = {}
    bare: dict[str, tuple[int, str]] = {}
    for place, text in enumerate(header):
        name = normalise_header(text)
        exact.setdefault(name, place)
        if bracket := _BRACKETS.match(name):
            bare.setdefault(bracket[1], (place, bracket[2]))
    positions: dict[str, tuple[int, ...]] = {}
    units: dict[str, str] = {}
    for name, column in source.columns.items():
        places = []
        for alias in map(normalise_header, column.names):
            if alias in exact:
                places.append(exact[alias])
            elif alias in bare:
                place, unit = bare[alias]
                places.append(place)
                if stated := _HEADER_UNITS.get(column.type, {}).get(unit):
                    units[name] = stated
        if places:
            positions[name] = tuple(dict.fromkeys(places))
    return _verdict(source, positions, units, header, exact)


def _verdict(
    source: Source,
    positions: dict[str, tuple[int, ...]],
    units: dict[str, str],
    header: list[str],
    exact: dict[str, int],
) -> Match | Missing:
    sets = source.recognise.columns or (tuple(n for n, c in source.columns.items() if c.required),)
    lacking = min((tuple(n for n in names if n not in positions) for names in sets), key=len)
    if not lacking:
        lacking = tuple(n for n, c in source.columns.items() if c.required and n not in positions)
    if any(normalise_header(name) in exact for name in source.recognise.unless):
        return Missing(source, lacking, 0)
    if lacking:
        return Missing(source, lacking, len(positions))
    return Match(source, positions, units, tuple(header))
