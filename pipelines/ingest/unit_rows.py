"""A row under a header that is none of the table's: its units (below 实付金额 only 分), or what its columns mean.

What belongs here: knowing such a row, and the header together with it. What does not: the words (units.py), lines
above a header (titles.py).

Units in such a row are the header's, as if each stood in brackets behind the name above it. Where the row says
anything else, too, or stands further down, nobody knows what it is: the file is refused, unless the unit is the usual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from pipelines.ingest.headers import Match
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import choose
from pipelines.ingest.table_noise import is_header_like
from pipelines.ingest.text import UnreadableError
from pipelines.ingest.titles import is_other_unit
from pipelines.ingest.units import normalise, stated, vocabulary
from pipelines.privacy import mask_text

UNITS_WITHIN = 10  # lines under a header, empty ones among them
LOOKED_AT = 3  # rows under the header, empty ones left out
_MEASURED = ("amount", "number", "count", "timestamp", "date")
_KINDS = (("amount", None), ("number", None), ("number", "second"), ("timestamp", None))
_BRACKETS = re.compile(r"[(\[【](.*)[)\]】]")


def with_units(match: Match, below: Sequence[Sequence[str]], folders: tuple[str, ...], kind: str) -> tuple[Match, int]:
    """The header with the units of the row under it, and how many lines below it are no rows for that.

    Raises UnreadableError where units stand there and it is not plain of which columns they are.
    """
    names = frozenset(match.header)
    rows = takewhile(lambda entry: not is_header_like(entry[1], names), enumerate(below))
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)][:LOOKED_AT]
    if filled and _is_all_units(match, filled[0][1]):
        number, row = filled[0]
        return _joined(match, row, folders, kind), number + 1
    if filled and match.source.may_explain and _explains(match, filled[0][1]):
        return match, filled[0][0] + 1
    for _, row in filled:
        for place, word in _other_units(match, row):
            raise _refused(match, [match.header[place]], [word])
    return match, 0


def _word(cell: str) -> str:
    """What may be a unit, without the brackets around it."""
    word = normalise(cell)
    bare = _BRACKETS.fullmatch(word)
    return bare[1] if bare else word


def _columns(match: Match) -> dict[int, str]:
    """Our column of each place that is read."""
    dates = {place: name for name, place in match.dates.items()}
    return dates | {place: name for name, places in match.positions.items() for place in places}


def _is_all_units(match: Match, row: Sequence[str]) -> bool:
    """Whether the row holds units, words for 'unit' or nothing, and measures something that is read."""
    blank, columns = vocabulary()["row_blanks"], _columns(match)
    words = {place: word for place, cell in enumerate(row) if (word := _word(cell)) and word not in blank}
    if not all(any(stated(word, kind, unit) is not None for kind, unit in _KINDS) for word in words.values()):
        return False
    return any(_measure(match, columns[place], word) for place, word in words.items() if place in columns)


def _explains(match: Match, row: Sequence[str]) -> bool:
    """Whether nothing of a row can be a time, a number or an id: there is no digit in any column that is read."""
    said = [row[place] for place in _columns(match) if place < len(row)]
    return not any(character.isdigit() for cell in said for character in cell)


def _measure(match: Match, name: str, word: str) -> bool:
    column = match.source.columns[name]
    said = stated(word, column.type, column.unit)
    return said is not None and not said.is_empty


def _joined(match: Match, row: Sequence[str], folders: tuple[str, ...], kind: str) -> Match:
    """The match of the header with each unit behind its name."""
    header, given = list(match.header), {}
    blank = vocabulary()["row_blanks"]
    for place, name in _columns(match).items():
        word = _word(row[place]) if place < len(row) else ""
        if word and word not in blank and match.source.columns[name].type in _MEASURED:
            given[header[place]] = word
            header[place] = f"{header[place]}（{word}）"
    verdict = choose(header, folders, kind)
    if not isinstance(verdict, Match) or verdict.source.name != match.source.name or len(verdict.places) < len(given):
        raise _refused(match, list(given), list(given.values()))
    return replace(verdict, notices=(*verdict.notices, _told(given)))


def _told(given: dict[str, str]) -> Notice:
    units = "; ".join(f"{name}: {word}" for name, word in given.items())
    said = f"the row under the header was read as the units of its columns ({units}); look at one amount"
    return Notice("units_row", said, ", ".join(given), facts={"units": units})


def _other_units(match: Match, row: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Places of a row that hold nothing but a unit, of columns that would be read in another one."""
    for place, name in _columns(match).items():
        word = _word(row[place]) if place < len(row) else ""
        if word and name not in match.units and is_other_unit(match.source.columns[name], word):
            yield place, word


def _refused(match: Match, headers: list[str], words: list[str]) -> UnreadableError:
    named, units = ", ".join(map(mask_text, headers)), ", ".join(words)
    return UnreadableError(
        "unit_below_header",
        f"each unit in the header of its column, such as {mask_text(headers[0])}（{words[0]}）; a row under the header "
        f"says {units} under {named}: write it into the header, and leave that row out",
        found=units,
        facts={"stated": units, "columns": named},
    )
