"""Numbers that too few people stand behind, taken out of rows before anything is made of them.

What belongs here: which numbers may not be told, and the mark in their place. What does not: which rows there are, and
how a mark looks (cells.py). Tables, charts, rates of headlines, sentences and workbook are made of rows that went
through here, so none of them has such a number; what the whole shop sold is told, however few bought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
# By number column: the counts of people that stand behind it.
Behind = Mapping[str, Collection[str]]
# Of lists of rows that are the parts of one total each: their places.
Parts = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Few:
    """In the place of a number. `is_count`: it was itself how few they are, so "<5" may stand there."""

    is_count: bool = False


def without_few(rows: Sequence[Row], behind: Behind, small_group: int, parts: Parts = ()) -> list[Row]:
    """The rows, with a mark in the place of each number that too few people stand behind.

    `parts`: places of rows that are the parts of one total. Of these, further ones are hidden until nobody finds the
    few by taking the others off the total; rows in no such list are hidden only where they are few themselves. What is
    not known stays unknown.
    """
    counts = {count for several in behind.values() for count in several}
    untold = {count: _untold(rows, count, small_group, parts) for count in counts}

    def shown(place: int, column: str, value: Any) -> Any:
        counts = behind.get(column, ())
        if value is None or not any(place in untold[count] for count in counts):
            return value
        return Few(is_count=column in counts and is_small(value, small_group))

    return [{column: shown(n, column, value) for column, value in row.items()} for n, row in enumerate(rows)]


def _untold(rows: Sequence[Row], count: str, small_group: int, parts: Parts) -> set[int]:
    found = {place for place, row in enumerate(rows) if is_small(row.get(count), small_group)}
    for places in parts:
        told = not_to_be_told([rows[place] for place in places], count, small_group)
        found |= {places[n] for n in told}
    return found


def not_to_be_told(rows: Sequence[Row], name: str, small_group: int) -> frozenset[int]:
    """The rows of a table whose number of people is too small to be shown; and, that nobody finds these by taking the
    others off a total, the next ones, until two rows and small_group people are hidden."""
    counts = {n: row[name] for n, row in enumerate(rows) if isinstance(row.get(name), int | float) and row[name] > 0}
    few = {n for n, count in counts.items() if is_small(count, small_group)}
    others = sorted(counts.keys() - few, key=lambda n: (counts[n], n))
    while few and others and (len(few) < 2 or sum(counts[n] for n in few) < small_group):
        few.add(others.pop(0))
    return frozenset(few)


def is_small(count: Any, small_group: int) -> bool:
    """Some people, but too few to show."""
    return isinstance(count, int | float) and 0 < count < small_group


def grouped(rows: Sequence[Row], column: str) -> list[list[int]]:
    """The places of rows by the value of a column, as `parts` of without_few."""
    found: dict[Any, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        found[row[column]].append(place)
    return list(found.values())


def told(value: Any) -> Any:
    """The value, or None where there is a mark in its place: for drawings, which leave a gap."""
    return None if isinstance(value, Few) else value
