"""Columns of a file that nobody reads: told by name, those first that are nearly a name we know.

What belongs here: the list and its hints. What does not: finding columns (headers.py).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.ingest.grammar import Source
from pipelines.ingest.headers import Match, without_unit
from pipelines.ingest.notices import Notice
from pipelines.ingest.units import normalise

NEAR = 0.6  # of 1, by difflib: 峰值在线人数 is 0.67 from 最高在线人数
_SHOWN = 40
_BRACKETED = re.compile(r"[(\[【（].*$")


@dataclass(frozen=True)
class Unread:
    """One such column. `alias` and `column`: the known name that it comes near, and what that would be."""

    header: str
    alias: str | None = None
    column: str | None = None
    likeness: float = 0.0

    @property
    def said(self) -> str:
        if self.alias is None:
            return f"{self.header}: no column of this name is read; it is in no number"
        if self.likeness == 1:
            return (
                f"{self.header}: not read, as what its bracket says is no unit and so makes it another column than "
                f"{self.alias} → {self.column}; if it is the same, rename it in a copy"
            )
        return (
            f"{self.header}: no column of this name is read; did you mean {self.alias} → {self.column}? "
            "If so, rename it in a copy, or add the name to the mapping"
        )


def unread_columns(match: Match, also_seen: Iterable[str] = ()) -> list[Unread]:
    """Headers that the mapping neither reads nor knows and leaves alone, near names first."""
    told = {notice.subject for notice in match.notices}
    wanted = {name for name in match.source.columns if name not in match.positions}
    names = [text for place, text in enumerate(match.header) if place not in match.places]
    left = [
        _unread(text, match.source, wanted)
        for text in dict.fromkeys([*names, *also_seen])
        if text.strip() and text not in told and not is_ignored(text, match.source)
    ]
    return sorted(left, key=lambda unread: -unread.likeness)


def unread_notices(match: Match, also_seen: Iterable[str] = ()) -> list[Notice]:
    """The same as notices; of a very wide file the farthest names are only counted."""
    found = unread_columns(match, also_seen)
    notices = [
        Notice(
            "unread_column", unread.said, unread.header, None, "aside", {"alias": unread.alias} if unread.alias else {}
        )
        for unread in found[:_SHOWN]
    ]
    if len(found) > _SHOWN:
        rest = f"{len(found) - _SHOWN} more columns are read by nobody; `siyu check` lists them"
        notices.append(Notice("unread_column", rest, severity="aside", facts={"more": len(found) - _SHOWN}))
    return notices


def is_ignored(text: str, source: Source) -> bool:
    """Whether the mapping knows the header and leaves it alone, in whatever unit."""
    names = {normalise(text), without_unit(text)}
    for ignored in map(normalise, source.ignore):
        if ignored in names or (ignored.endswith("*") and normalise(text).startswith(ignored[:-1])):
            return True
    return False


def _unread(text: str, source: Source, wanted: set[str]) -> Unread:
    """The nearest name that we know; where the file has that column already, it is no hint."""
    name = normalise(text)
    spellings = {name, _BRACKETED.sub("", name) or name}
    best = (0.0, "", "")
    for column, said in source.columns.items():
        for alias in said.names:
            likeness = max(_likeness(spelled, normalise(alias)) for spelled in spellings)
            best = max(best, (likeness, column, alias))
    likeness, column, alias = best
    return Unread(text, alias, column, likeness) if likeness >= NEAR and column in wanted else Unread(text)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
