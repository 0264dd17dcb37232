"""A headline's change, taken apart: the table of all parts, and the one sentence on the part that explains it.

What belongs here: names and words of parts. What does not: the parts themselves (why.py), their wording (wording.*.yaml
under `whys`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.report.asking import DAYS, Asker
from pipelines.report.cells import Look, cell
from pipelines.report.definitions import define
from pipelines.report.layout import layout
from pipelines.report.model import Finding, Tile
from pipelines.report.periods import Period, Span
from pipelines.report.shapes import Field, Grid
from pipelines.report.why import Part, Split, rounded, splits
from pipelines.report.words import Words, clean, number

COLUMNS = ("split", "part", "before_value", "now_value", "change_value")


@dataclass(frozen=True)
class Change:
    """A tile's change against what it is compared with first, in every way that it can be taken apart."""

    tile: Tile
    splits: tuple[Split, ...]
    names: Mapping[str, Mapping[str, str]]  # by split, what its parts are called
    sentence: str = ""  # of the part that explains it; none where no part does

    def finding(self) -> Finding | None:
        return Finding(self.sentence, f"why_{self.tile.id}", "why") if self.sentence else None


def changes(asker: Asker, period: Period, tiles: Sequence[Tile], look: Look) -> dict[str, Change]:
    """By tile, its change; of tiles that report.yaml takes apart and that are compared with something."""
    if period.before is None:
        return {}
    spans, found = (period.current, period.before[1]), {}
    for tile in tiles:
        asked = [one for one in layout()["whys"] if one["tile"] == tile.id]
        made = splits(asker, tile, _spec_of(tile.id), asked, spans, look.small_group) if asked else []
        if made:
            names = {one["id"]: _names(asker, one) for one in asked}
            change = Change(tile, tuple(made), names)
            found[tile.id] = replace(change, sentence=_sentence(asker, change, asked, spans, look.words))
    return found


def block(change: Change, look: Look) -> Grid:
    """Every part of every split, each split with the same sum."""
    words, tile = look.words, change.tile
    fields = tuple(_field(name, tile, words) for name in COLUMNS)
    lines = [
        (words(f"whys.{split.id}.title"), _called(part, split, change, words), part.before, part.now, part.by)
        for split in change.splits
        for part in rounded(split.parts)
    ]
    before, now = tile.comparisons[0].cell.value, tile.cell.value
    lines.append((words("whys.whole"), tile.label, before, now, round(now - before, 2)))
    name = f"why_{tile.id}"
    chance = "" if tile.comparisons[0].is_sure else words("whys.within_chance")
    return Grid(
        id=name,
        title=words(f"blocks.{name}.title"),
        note=words(f"blocks.{name}.note", days=tile.span, before=tile.comparisons[0].span) + chance,
        source=tile.source,
        fields=fields,
        rows=tuple(
            tuple(cell(field, value, words) for field, value in zip(fields, line, strict=True)) for line in lines
        ),
        fixed=2,
        is_wide=True,
        lead=COLUMNS[2:],
    )


def _field(name: str, tile: Tile, words: Words) -> Field:
    label = words(f"columns.{name}")
    if name in COLUMNS[:2]:
        return Field(name, label, "text")
    return Field(name, label, tile.field.kind, define(f"{DAYS}.change", name, label, words))


def _spec_of(tile: str) -> Mapping[str, Any]:
    return next(spec for spec in layout()["tiles"] if spec["id"] == tile)


def _names(asker: Asker, spec: Mapping[str, Any]) -> dict[str, str]:
    """What the parts of a breakdown are called, where its values are numbers of things that have names."""
    asked = spec.get("names")
    if not asked or not asker.source.has(asked["table"]):
        return {}
    return {str(row["segment"]): clean(str(row["name"])) for row in asker.source.rows(asked["sql"]) if row["name"]}


def _sentence(
    asker: Asker, change: Change, specs: Sequence[Mapping[str, Any]], spans: tuple[Span, Span], words: Words
) -> str:
    """On the first split of report.yaml of which a part explains the change; where that is more than chance."""
    tile = change.tile
    if not tile.comparisons[0].is_sure or not tile.is_complete:
        return ""
    by_id, column = {spec["id"]: spec for spec in specs}, _spec_of(tile.id)["column"]
    for split in change.splits:
        part = split.speaking(asker, by_id[split.id], spans, column)
        if part is not None:
            return _said(part, split, change, words)
    return ""


def _said(part: Part, split: Split, change: Change, words: Words) -> str:
    kind, total = change.tile.field.kind, sum(one.by for one in split.parts)
    way, rest = ("up" if total > 0 else "down"), total - part.by
    shown = _facts(part, split, kind, words)
    if part.now is not None and part.before is not None:
        shown |= {"now": number(part.now, kind, words.language), "before": number(part.before, kind, words.language)}
    by, of, others = (_size(value, kind, words) for value in (part.by, total, rest))
    said_of_rest = words(f"whys.{'more' if rest > 0 else 'less'}", by=others) if others else ""
    key = f"whys.{split.id}.{part.key}.{way}" if split.rule == "heads" else f"whys.{split.id}.{way}"
    name = _called(part, split, change, words, is_short=True)
    return words(key, name=name, total=of, part=by, rest=said_of_rest, **shown)


def _size(value: float, kind: str, words: Words) -> str:
    """How much, without its sign; '' where it would be printed as nothing."""
    text = number(round(abs(value), 2), kind, words.language)
    return text if text != number(0, kind, words.language) else ""


def _facts(part: Part, split: Split, kind: str, words: Words) -> dict[str, str]:
    """What else is told of a part: of heads and of days their counts, else amounts."""

    def is_count(name: str) -> bool:
        return part.key == "more" or (split.rule == "days" and name in ("now", "before"))

    return {
        name: number(round(value, 2), "count" if is_count(name) else kind, words.language)
        for name, value in part.facts.items()
    }


def _called(part: Part, split: Split, change: Change, words: Words, is_short: bool = False) -> str:
    """A part's name: of the wording, of the data, or its own."""
    facts = _facts(part, split, change.tile.field.kind, words)
    if split.rule == "heads":
        return words(f"whys.{split.id}.{part.key}.name", **facts)
    if part.key in ("", "others"):
        return words("whys.rest")
    if split.rule == "days":
        name = words.value("festival", part.key)
        return name if is_short else words("whys.days_of", name=name, **facts)
    return change.names[split.id].get(part.key) or clean(words.value(split.id, part.key))
