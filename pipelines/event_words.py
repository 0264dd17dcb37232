"""The words for what a person did: assets/event_words.yaml, read and checked once.

What belongs here: the grammar of that table and its other spellings. What does not: what any word means (the YAML), and
SQL over events (assets/core).
"""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.yaml_text import read_yaml

FILE = Path(__file__).resolve().parent.parent / "assets" / "event_words.yaml"


class EventWordError(ValueError):
    """The table says something that Siyu does not understand; the message names the file and the word."""


class EventWord(BaseModel):
    """One word: see the head of the YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    also: tuple[str, ...] = ()
    kind: Literal["group", "wecom", "member", "follow", "fan_club"] | None = None
    ends: str | None = None
    private: bool = False
    stay: bool = True
    active: bool = True
    act: Literal["watch", "comment", "click", "message", "red_packet", "apply", "approve", "reject"] | None = None


@cache
def load_event_words() -> dict[str, EventWord]:
    """Every word of the table. Raises EventWordError."""
    entries = read_yaml(FILE.read_text(encoding="utf-8"))
    words = {}
    for word, entry in entries.items():
        try:
            words[word] = EventWord(**entry)
        except (ValidationError, TypeError) as error:
            raise EventWordError(f"{FILE}: {word}: {error}") from error
    for word, entry in words.items():
        if entry.ends is not None and (entry.ends not in words or words[entry.ends].kind is None):
            raise EventWordError(f"{FILE}: {word}: it ends {entry.ends!r}, which begins nothing")
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
                raise EventWordError(f"{FILE}: {spelling} is a spelling of {found[spelling]} and of {word}")
    return found


def known_word(text: str) -> str:
    """The word that a text spells; a word of the merchant's own is itself.

    Raises ValueError naming the nearest word for what looks like a slip of the pen.
    """
    word = spellings().get(text.strip(), text.strip().lower())
    if word not in load_event_words():
        near = difflib.get_close_matches(word, load_event_words(), n=1, cutoff=0.85)
        if near:
            raise ValueError(f"{text!r} is no event word; did you mean {near[0]!r}?")
    return word
