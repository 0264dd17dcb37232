"""Files that platforms really give and that are not loaded, each with its reason (assets/known_files.yaml).

What belongs here: which of them a header is. What does not: which mapping reads a header (recognise.py); those of
platforms and the home's own are asked first, those of the canonical tables afterwards.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from pipelines.ingest.spellings import without_unit
from pipelines.ingest.units import normalise
from pipelines.spec.header import Title
from pipelines.spec.reading import Strict, read

FILE = Path(__file__).parents[2] / "assets" / "known_files.yaml"


class KnownFile(Strict):
    """An entry of known_files.yaml; what the keys mean stands there."""

    title: Title
    header: tuple[str, ...] = Field(min_length=2)
    why: Title

    def said(self, language: str) -> str:
        """What it is, why it is not loaded and what to do instead."""
        if language == "zh":
            return f"{self.title.zh}：{self.why.zh}"
        return f"{self.title.en}: {self.why.en}"


@functools.cache
def load_known_files() -> dict[str, KnownFile]:
    """By name. Raises SpecError naming file and key."""
    return read(FILE, dict[str, KnownFile])


def known_file(header: Iterable[str]) -> str | None:
    """The name of the entry whose names all stand in the header; of several the one with most of them."""
    names = {spelling for text in header for spelling in (normalise(text), normalise(without_unit(text)))}
    entries = load_known_files()
    fitting = [name for name, one in entries.items() if names.issuperset(map(normalise, one.header))]
    return max(fitting, key=lambda name: len(entries[name].header), default=None)
