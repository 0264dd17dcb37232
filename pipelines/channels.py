"""The words for where an order or an event came from: assets/core/channels.csv, read and checked once.

What belongs here: what a line of that table may say. What does not: what any word means (the CSV, `[channels]` of
siyu.toml), the table made of it (assets/core/channels.py).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import model_validator

from pipelines.spec.header import Text
from pipelines.spec.reading import SpecError, Strict, read_lines
from pipelines.tables import ASSETS

FILE = ASSETS / "core" / "channels.csv"


class ChannelWord(Strict):
    """One raw word; without channel and domain where it says something else."""

    word: Text
    channel: str | None
    domain: Literal["public", "private", "unknown"] | None
    is_paid: bool
    zh: Text

    @model_validator(mode="after")
    def _has_both_or_neither(self) -> ChannelWord:
        if (self.channel is None) != (self.domain is None):
            raise ValueError("a channel and its domain stand together or not at all")
        return self


@cache
def load_channels() -> tuple[ChannelWord, ...]:
    """Every word of the table. Raises SpecError naming file, line and column."""
    words = read_lines(FILE, ChannelWord)
    names: dict[str | None, str] = {None: ""}
    for number, one in enumerate(words):
        if one.word in (other.word for other in words[:number]):
            raise SpecError(f"{FILE}: the word {one.word} stands twice")
        if one.channel and names.setdefault(one.channel, one.zh) != one.zh:
            raise SpecError(f"{FILE}: {one.word}: {one.channel} is called {names[one.channel]} and {one.zh}")
    return words
