"""The words for what a person did: assets/event_words.yaml, read and checked once.

What belongs here: the grammar of that table and its other spellings. What does not: what any word means (the YAML), and
SQL over events (assets/core).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

from pipelines.spec.nearest import nearest
from pipelines.spec.reading import SpecError, Strict, read

FILE = Path(__file__).resolve().parent.parent / "assets" / "event_words.yaml"


# What a metric counts a word as.
Act = Literal[
    "watch", "comment", "click", "message", "red_packet", "apply", "approve", "reject", "receive", "open", "press",
    "level", "test", "control",
]  # fmt: skip


class EventWord(Strict):
    """One word: see the head of the YAML."""

    zh: str
    also: tuple[str, ...] = ()
    kind: Literal["group", "wecom", "member", "follow", "fan_club"] | None = None
    ends: str | None = None
    private: bool = False
    stay: bool = True
    active: bool = True
    act: Act | None = None


@cache
def load_event_words() -> dict[str, EventWord]:
    """Every word of the table. Raises SpecError."""
    words = read(FILE, dict[str, EventWord])
    for word, entry in words.items():
        if entry.ends is not None and (entry.ends not in words or words[entry.ends].kind is None):
            raise SpecError(f"{FILE}: {word}: it ends {entry.ends!r}, which begins nothing")
    _spellings(words)
    return words


@cache
def spellings() -> dict[str, str]:
    """Every other spelling → the word."""
    return _spellings(load_event_words())


def _spellings(words: dict[str, EventWord]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, entry in words.items():
        for spelling in (entry.zh, *entry.also):
            if found.setdefault(spelling, word) != word:
                raise SpecError(f"{FILE}: {spelling} is a spelling of {found[spelling]} and of {word}")
    return found


def is_move(word: str, private: Collection[str]) -> bool:
    """Whether a word begins or ends a membership: a stay, or one of the merchant's `private` entry events."""
    entry = load_event_words().get(word)
    begun_by = (entry.ends or (word if entry.kind else None)) if entry else None
    is_stay = begun_by is not None and load_event_words()[begun_by].stay
    return is_stay or (begun_by or word) in private


def known_word(text: str) -> str:
    """The word that a text spells; a word of the merchant's own is itself.

    Raises ValueError naming the nearest word for what looks like a slip of the pen.
    """
    word = spellings().get(text.strip(), text.strip().lower())
    if word not in load_event_words():
        near = nearest(word, load_event_words(), cutoff=0.85)
        if near:
            raise ValueError(f"{text!r} is no event word; did you mean {near!r}?")
    return word
