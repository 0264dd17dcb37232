"""Two headers of one mapping against each other: whether they say the same columns, and where each stands.

What belongs here: headers that were matched already. What does not: matching one (headers.py).
"""

from __future__ import annotations

from collections.abc import Hashable

from pipelines.ingest.headers import Match, normalise_header


def layout_of(match: Match) -> Hashable:
    """Equal for headers that differ only in the order of their columns, or in columns that nobody reads."""
    named = {name: tuple(normalise_header(match.header[p]) for p in at) for name, at in match.positions.items()}
    return match.source.name, tuple(sorted(named.items())), repr(sorted(match.units.items()))


def places_in(first: Match, other: Match) -> list[int | None]:
    """For each column of the first header its place in the other one; None where it has no such column."""
    if first.header == other.header:
        return list(range(len(first.header)))
    found: dict[int, int] = {}
    for name, places in first.positions.items():
        found.update(zip(places, other.positions[name], strict=True))
    free: dict[str, list[int]] = {}
    for place, text in enumerate(other.header):
        if place not in found.values():
            free.setdefault(normalise_header(text), []).append(place)
    result: list[int | None] = []
    for place, text in enumerate(first.header):
        spare = free.get(normalise_header(text))
        result.append(found[place] if place in found else spare.pop(0) if spare else None)
    return result
