"""What an estimate of uplift says, as one sentence in zh and en: assets/uplift_words.yaml, read and checked once.

What belongs here: filling the sentence. What does not: its words (the YAML), any estimate (models/uplift.py).
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from pipelines.spec.nearest import hint
from pipelines.spec.reading import Strict, read

FILE = Path(__file__).resolve().parent.parent / "assets" / "uplift_words.yaml"
LANGUAGES = ("zh", "en")
BOUNDS = ("low", "high")  # of an interval; they go without a unit


PLACES = (
    "days", "difference", "cause", "effect", "low", "high", "placebo", "placebo_low", "placebo_high", "apart", "found",
    "needed", "outcome", "treatment", "number",
)  # fmt: skip


class Text(Strict):
    """A text in both languages."""

    zh: str
    en: str

    @field_validator("zh", "en")
    @classmethod
    def _places_known(cls, given: str) -> str:
        """A place that nobody fills would be found at night."""
        for _, place, _, _ in string.Formatter().parse(given):
            if place is not None and place not in PLACES:
                raise ValueError(f"no such place: {place}; {hint(place, PLACES)}")
        return given


class Outcome(Strict):
    """How a difference in one outcome is told."""

    cause: Text
    unit: Literal["yuan", "share", "number"]
    more: Text
    less: Text


class UpliftWords(Strict):
    """See the head of the YAML."""

    outcomes: dict[str, Outcome]
    experiments: dict[str, Outcome]
    verdicts: dict[str, Text]
    refused: dict[str, Text]
    units: dict[str, Text]


@cache
def load_uplift_words() -> UpliftWords:
    """Every sentence. Raises SpecError."""
    return read(FILE, UpliftWords)


def told(outcome: Outcome, verdict: str, numbers: Mapping[str, float], /, **words: object) -> dict[str, str]:
    """By language: the difference, and what of it is caused. `numbers`: difference, effect, low, high and more."""
    difference, said = outcome.more if numbers["difference"] >= 0 else outcome.less, load_uplift_words()
    sentence = {}
    for language in LANGUAGES:
        shown = {
            name: bare(value, outcome.unit) if name.endswith(BOUNDS) else number(value, outcome.unit, language)
            for name, value in numbers.items()
        }
        shown["difference"] = number(abs(numbers["difference"]), outcome.unit, language)
        text = getattr(difference, language) + getattr(said.verdicts[verdict], language)
        cause = getattr(outcome.cause, language).format(**words)
        sentence[language] = text.format(cause=cause, **shown, **words)
    return sentence


def refused(reason: str, found: float | None = None, needed: float | None = None) -> dict[str, str]:
    """By language: why nothing is estimated."""
    text = load_uplift_words().refused[reason]
    return {one: getattr(text, one).format(found=_plain(found), needed=_plain(needed)) for one in LANGUAGES}


def number(value: float, unit: str, language: str) -> str:
    """18.3 yuan, 9.0 points."""
    return str(getattr(load_uplift_words().units[unit], language)).format(number=bare(value, unit))


def bare(value: float, unit: str) -> str:
    """The same without its unit: shares by a hundred, and a minus as wide as a plus."""
    shown = value * 100 if unit == "share" else value
    digits = 0 if unit == "yuan" and abs(shown) >= 100 else 1 if unit != "number" else 3
    text = f"{abs(shown):,.{digits}f}" if unit != "number" else f"{abs(shown):,.4g}"
    sign = "−" if shown < 0 and float(text.replace(",", "")) else ""
    return sign + text


def _plain(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) else f"{value:.2g}"
