"""Two headers of one mapping against each other: whether they say the same columns, and where each stands.

What belongs here: headers that were matched already. What does not: matching one (headers.py).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from pipelines.ingest.expressions import names_of
from pipelines.ingest.headers import Match, normalise_header
from pipelines.ingest.staging import load_staging


def layout_of(match: Match) -> Hashable:
    """Equal for headers that differ only in the order of their columns, or in columns that nobody reads."""
    named = {name: tuple(normalise_header(match.header[p]) for p in at) for name, at in _all_places(match).items()}
    stated = repr((sorted(match.units.items()), sorted(match.zones.items())))
    return match.source.name, tuple(sorted(named.items())), stated


def _all_places(match: Match) -> dict[str, tuple[int, ...]]:
    return match.positions | {f"{name} (date)": (place,) for name, place in match.dates.items()}


def places_in(first: Match, other: Match) -> list[int | None]:
    """For each column of the first header its place in the other one; None where it has no such column."""
    if first.header == other.header:
        return list(range(len(first.header)))
    found: dict[int, int] = {}
    theirs = _all_places(other)
    for name, places in _all_places(first).items():
        found.update(zip(places, theirs[name], strict=True))
    free: dict[str, list[int]] = {}
    for place, text in enumerate(other.header):
        if place not in found.values():
            free.setdefault(normalise_header(text), []).append(place)
    result: list[int | None] = []
    for place, text in enumerate(first.header):
        spare = free.get(normalise_header(text))
        result.append(found[place] if place in found else spare.pop(0) if spare else None)
    return result


def key_places(match: Match) -> list[int]:
    """Where the parts of a row's key stand that the file has."""
    places: set[int] = set()
    for name, load in match.source.loads.items():
        if name in match.source.counting:
            for column in load_staging()[name].key:
                for word in names_of(load.columns.get(column, "")):
                    places.update(match.positions.get(word, ()))
    return sorted(places)


@dataclass(frozen=True)
class TotalsPlaces:
    """Where a row may say that it is one of totals."""

    words: frozenset[int]  # such a word stands there alone: the key, times, numbers, texts
    ids: frozenset[int]  # it ends what stands there; nobody's name, which may end in anything
    typed: frozenset[int]  # of `words`: times and numbers, where it may end what stands there, too
    keys: frozenset[int]  # the ids without all of which a row is none
    moments: frozenset[int]  # a row's time, or a part of it: a row of all of them (日期=全部) adds up the others
    whole: frozenset[int]  # of `keys`, where a table of days may say that a row is of all of them
    plain: frozenset[int]  # of `words`, where a plain reading would doubt nothing


def totals_places(match: Match) -> TotalsPlaces:
    """Where a word can be no value of a row: its key, its ids, its texts, its times and its numbers."""
    columns = match.source.all_columns
    at = {kind: _places_of(match, kind) for kind in ("id", "text", *_TYPED)}
    typed = frozenset().union(*(at[kind] for kind in _TYPED))
    named = {p for name, places in match.positions.items() if columns[name].holds == "name" for p in places}
    keys = frozenset(key_places(match))
    own = keys & at["id"]
    return TotalsPlaces(
        words=keys | at["text"] | typed,
        ids=at["id"] - named,
        typed=typed,
        keys=own,
        moments=keys & (at["timestamp"] | at["date"]),
        whole=own if _is_of_days(match) else frozenset(),
        plain=own | at["text"],
    )


_TYPED = ("timestamp", "date", "amount", "count", "number")


def _is_of_days(match: Match) -> bool:
    """Whether all rows are sums of a day."""
    tables = [load_staging()[name] for name in match.source.counting]
    return all(any(table.columns[column].type == "date" for column in table.key) for table in tables)


def _places_of(match: Match, kind: str) -> frozenset[int]:
    columns = match.source.all_columns
    return frozenset(p for name, places in match.positions.items() if columns[name].type == kind for p in places)
