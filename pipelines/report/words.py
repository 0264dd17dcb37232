"""Words and numbers as people read them: wording files, labels of data words, formats of one value.

What belongs here: turning a value into text in one language. What does not: which value is shown, and where.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator

from pipelines.spec.reading import ASSETS, Strict, parse, read

REPORTS = ASSETS / "reports"
LANGUAGES = ("zh", "en")
FILES = {language: REPORTS / f"wording.{language}.yaml" for language in LANGUAGES}
MISSING = "–"
_UNSAFE = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def _texts_only(tree: Any, place: str = "") -> Any:
    """A tree whose leaves are texts. Raises ValueError naming the first that is none."""
    if isinstance(tree, dict):
        for key, part in tree.items():
            _texts_only(part, f"{place}.{key}".lstrip("."))
    elif not isinstance(tree, str):
        raise ValueError(f"{place}: expected a text, found {tree!r}")
    return tree


Texts = Annotated[dict[str, Any], AfterValidator(_texts_only)]


class Wording(Strict):
    """A wording file: its chapters, and in them texts by their keys."""

    report: Texts
    chip: Texts
    spark: Texts
    charts: Texts
    whys: Texts
    plain: Texts
    quality: Texts
    told: Texts
    warnings: Texts
    state: Texts
    compare: Texts
    tile_notes: Texts
    tiles: Texts
    findings: Texts
    sections: Texts
    blocks: Texts
    columns: Texts
    values: Texts
    meanings: Texts
    workbook: Texts
    index: Texts
    pages: Texts
    serve: Texts


@dataclass(frozen=True)
class Words:
    """One language's wording."""

    language: str
    tree: dict[str, Any]

    def get(self, key: str) -> Any:
        """The entry at a dotted key, or None."""
        return _walk(self.tree, key.split("."))

    def __call__(self, key: str, **values: Any) -> str:
        """The sentence at a dotted key with `{name}` filled in; a key that is not there is an error, not a blank."""
        found = self.get(key)
        if not isinstance(found, str):
            raise KeyError(f"assets/reports/wording.{self.language}.yaml has no sentence '{key}'")
        return found.format(**values) if values else found

    def label(self, column: str, given: str = "") -> str:
        """A column's heading: the wording's own, else the table header's, else the name made readable."""
        own = self.get(f"columns.{column}")
        if isinstance(own, str):
            return own
        return given or column.replace("_", " ").capitalize()

    def value(self, column: str, word: str) -> str:
        """A data word such as `live_fan_club` in this language; a word nobody knows is shown as it is."""
        known = self.get(f"values.{column}") or {}
        return _lookup({**(self.get("values.any") or {}), **known}, word)


def _walk(tree: Any, path: list[str]) -> Any:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return None
        tree = tree[part]
    return tree


def _lookup(known: dict[str, str], word: str) -> str:
    """Exact, else part by part around `+`, else by a pattern with one star; else the word itself."""
    if word in known:
        return known[word]
    parts = word.split("+")
    if len(parts) > 1:
        found = [_lookup(known, part) for part in parts]
        return known.get("+", "+").join(found) if found != parts else word
    for pattern, label in known.items():
        head, star, tail = pattern.partition("*")
        if star and word.startswith(head) and word.endswith(tail) and len(word) > len(head) + len(tail):
            return label.replace("*", word[len(head) : len(word) - len(tail)])
    return word


@functools.cache
def load_words(language: str) -> Words:
    """The wording of one language. Raises SpecError naming file and key."""
    return Words(language, read(FILES[language], Wording).model_dump())


@functools.cache
def source_title(name: str, language: str) -> str:
    """What a source mapping calls itself; '' for one that is not among the assets (a merchant's own, an old name)."""
    folder, stem = ("staging", name.removeprefix("canonical_")) if name.startswith("canonical_") else ("sources", name)
    file = ASSETS / folder / f"{stem}.yaml"
    return str(parse(file.read_text(encoding="utf-8"), file)["title"][language]) if file.is_file() else ""


def clean(text: str) -> str:
    """Text from outside, without control characters and the invisible ones that reorder or hide what is read."""
    kept = "".join(c if c.isprintable() or unicodedata.category(c) == "Cf" else " " for c in _UNSAFE.sub("", text))
    return " ".join(kept.split())


def plain(value: Any) -> Any:
    """A database value as a plain number, date, text or None: Decimal → float, NaN → None."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def number(value: float, kind: str, language: str) -> str:
    """One number of a kind (count, amount, rate, points, days, number) as text."""
    return _NUMBERS[kind](value, language)


def change(value: float, kind: str, language: str) -> str:
    """A relative change (0.123 → +12.3%), or for rates a difference in percentage points."""
    if kind != "rate":
        return f"{value:+.1%}"
    return points(value * 100, language)


def _amount(value: float, language: str) -> str:
    if abs(value) >= 1e8:
        return f"¥{value / 1e8:,.2f} 亿" if language == "zh" else f"¥{value / 1e6:,.1f}M"
    digits = 2 if abs(value) < 1000 and value != int(value) else 0
    return f"{'-' if value < 0 else ''}¥{abs(value):,.{digits}f}"


def _rate(value: float, _: str) -> str:
    return f"{value:.1%}"


def points(value: float, language: str) -> str:
    """A difference of two rates, in percentage points."""
    return f"{value:+.1f} {'个百分点' if language == 'zh' else 'pp'}"


def _plain(value: float, _: str) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _days(value: float, language: str) -> str:
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{text} 天" if language == "zh" else f"{text} d"


_NUMBERS = {"count": _plain, "number": _plain, "amount": _amount, "rate": _rate, "points": points, "days": _days}


def day(value: date, language: str, weekday: bool = False) -> str:
    """A date, with its weekday where asked."""
    name = ("一二三四五六日"[value.weekday()], value.strftime("%a"))[language == "en"]
    mark = (f"（周{name}）" if language == "zh" else f" ({name})") if weekday else ""
    return f"{value:%Y-%m-%d}{mark}"


def month(value: date) -> str:
    """A month by its first day."""
    return f"{value:%Y-%m}"


def span(first: date, last: date, language: str) -> str:
    """A range of days, printed in full: the reader must see what was compared."""
    if first == last:
        return day(first, language, weekday=True)
    tail = f"{last:%m-%d}" if first.year == last.year else f"{last:%Y-%m-%d}"
    return f"{first:%Y-%m-%d} – {tail}"


def days(first: date, last: date) -> str:
    """A range of days where their year stands elsewhere: a month, or day to day."""
    if first.day == 1 and first.month != (last + timedelta(days=1)).month == first.month % 12 + 1:
        return month(first)
    return f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"


def moment(value: datetime) -> str:
    """A time of day on the business clock."""
    return f"{value:%Y-%m-%d %H:%M}"
