"""A message as lines of text that do nothing where they are read, as many of its parts as a service takes.

What belongs here: making texts inert, leaving out parts by rule. What does not: what a message says
(report/message.py), how a service wants it (services.py, mail.py).

A part is whole or not there: half a number would be another number. The sentence goes first, then the figures from the
last, and what warns of them last of all. Title and link stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.messages.trying import NotSent
from pipelines.report.message import Message, word
from pipelines.report.words import clean

WARNS = "⚠ "
# What a chat may take for a mention, a tag or a link; a number has none of it. Each is replaced by its full-width twin.
_ACTIVE = (
    (re.compile("@"), "＠"),
    (re.compile(r"<(?=[/!a-zA-Z])"), "＜"),
    (re.compile("://"), "：//"),
    (re.compile(r"(?<=[A-Za-z0-9-])\.(?=[A-Za-z]{2})"), "．"),
    (re.compile(r"(?<=\])\("), "（"),
)


def inert(text: str) -> str:
    """The text, in one line, without anything that mentions people, is a tag, or becomes a link."""
    text = clean(text)
    for pattern, twin in _ACTIVE:
        text = pattern.sub(twin, text)
    return text


@dataclass(frozen=True)
class Lines:
    """A message as it is shown: title, blocks of lines, and a link or nothing."""

    title: str
    blocks: tuple[str, ...]
    link: str
    language: str

    @property
    def body(self) -> str:
        """The blocks, an empty line between two."""
        return "\n\n".join(self.blocks)

    @property
    def last(self) -> str:
        """The line of the link; '' without one."""
        return word("link", self.language).format(link=self.link) if self.link else ""

    @property
    def text(self) -> str:
        """All of it."""
        return "\n\n".join(filter(None, [self.title, self.body, self.last]))


def fitted(message: Message, link: str, fits: Callable[[Lines], bool]) -> Lines:
    """As many parts of the message as fit. Raises NotSent where not even its title and link do."""
    for parts in _ever_fewer(message):
        lines = _lines(message, link, *parts)
        if fits(lines):
            return lines
    raise NotSent("its title and link alone are longer than the service takes: see merchant_name and link in siyu.toml")


def of_test(link: str, language: str) -> Lines:
    """What `siyu send --test` sends: no number of anybody's."""
    return Lines("Siyu", (word("test", language),), link, language)


Parts = tuple[tuple[str, ...], tuple[str, ...], str]


def _ever_fewer(message: Message) -> Iterator[Parts]:
    yield message.warnings, message.figures, message.sentence
    for kept in range(len(message.figures), -1, -1):
        yield message.warnings, message.figures[:kept], ""
    for kept in range(len(message.warnings) - 1, -1, -1):
        yield message.warnings[:kept], (), ""


def _lines(message: Message, link: str, warnings: tuple[str, ...], figures: tuple[str, ...], sentence: str) -> Lines:
    blocks = [
        "\n".join(WARNS + inert(warning) for warning in warnings),
        "\n".join(inert(figure) for figure in figures),
        inert(sentence) if sentence else word("more", message.language),
    ]
    address = f"{link.rstrip('/')}/{message.page}" if link else ""
    return Lines(inert(message.title), tuple(filter(None, blocks)), address, message.language)
