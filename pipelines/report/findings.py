"""Short sentences that rules write about the report's own numbers; a rule without enough people behind it is silent.

What belongs here: when a rule speaks. What does not: its wording (wording.*.yaml) and its thresholds (report.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.report.cells import Spec
from pipelines.report.chance import differ
from pipelines.report.layout import layout
from pipelines.report.model import OK, Cell, Comparison, Finding, Grid, Ladder, Section, Tile
from pipelines.report.words import Words, change, number

Line = Mapping[str, Cell]


def findings(tiles: Iterable[Tile], sections: Iterable[Section], words: Words) -> tuple[Finding, ...]:
    """What the rules of report.yaml have to say, in their order."""
    by_tile = {tile.id: tile for tile in tiles}
    blocks = {block.id: block for section in sections for block in section.blocks}
    said = (_RULES[rule["rule"]](rule, by_tile, blocks, words) for rule in layout()["findings"])
    return tuple(finding for finding in said if finding)


def _tile_rule(rule: Spec, tiles: Mapping[str, Tile], _: Any, words: Words) -> Finding | None:
    """A headline number of a period that is over, which moved by so much, and by more than chance."""
    tile = tiles.get(rule["tile"])
    compared = next((c for c in tile.comparisons if c.name in rule["against"]), None) if tile else None
    if tile is None or compared is None or compared.change is None or not (tile.is_complete and compared.is_sure):
        return None
    said = _by_the_day(tile, compared, words) if _is_uneven(tile, compared) else _whole(tile, compared)
    if abs(said.by) < rule["at_least"] or not said.by:
        return None
    key = f"findings.{rule['id']}.{'up' if said.by > 0 else 'down'}{said.ending}"
    text = words(key, value=said.value, change=said.change, before=said.before, when=compared.label)
    return Finding(text, f"tile-{tile.id}")


@dataclass(frozen=True)
class _Said:
    """The figures of a sentence."""

    by: float
    value: str
    before: str
    change: str
    ending: str = ""


def _whole(tile: Tile, compared: Comparison) -> _Said:
    return _Said(compared.change or 0.0, tile.cell.text, compared.cell.text, compared.text.lstrip("+-"))


def _is_uneven(tile: Tile, compared: Comparison) -> bool:
    """Spans of unequal length: a month of 31 days sells more than one of 28, and that is no news."""
    return not tile.is_cohort and tile.days != compared.days


def _by_the_day(tile: Tile, compared: Comparison, words: Words) -> _Said:
    now, before = tile.cell.value / tile.days, compared.cell.value / compared.days
    value, then = (number(round(one, 2), tile.field.kind, words.language) for one in (now, before))
    by = now / before - 1
    return _Said(by, value, then, change(by, "amount", words.language).lstrip("+-"), "_a_day")


def _extremes_rule(rule: Spec, _: Any, blocks: Mapping[str, Any], words: Words) -> Finding | None:
    """The best and the worst row of a table by one rate, where chance alone would not set them so far apart."""
    lines = [line for line in _lines(blocks.get(rule["block"])) if _is_big(line, rule)]
    lines.sort(key=lambda line: float(line[rule["rate"]].value))
    if len(lines) < 2:
        return None
    worst, best = lines[0], lines[-1]
    (high, high_of), (low, low_of) = (_share(line[rule["rate"]]) for line in (best, worst))
    if not differ(high * high_of, high_of, low * low_of, low_of, among=len(lines)):
        return None
    said = {**_said("best", best, rule), **_said("worst", worst, rule)}
    return Finding(words(f"findings.{rule['id']}", n=rule["n"], **said), rule["block"])


def _share(rate: Cell) -> tuple[float, float]:
    return float(rate.value), float(rate.of.value) if rate.of else 0.0


def _said(which: str, line: Line, rule: Spec) -> dict[str, str]:
    rate = line[rule["rate"]]
    known = {"name": line[rule["name"]].text, "rate": rate.text, "of": rate.of.text if rate.of else ""}
    return {f"{which}_{key}": text for key, text in known.items()}


def _is_big(line: Line, rule: Spec) -> bool:
    """A named row with a rate and enough people; the row of those without a value (`nameless`) names nobody."""
    name, rate = line[rule["name"]], line[rule["rate"]]
    is_known = name.state == rate.state == OK and name.value not in rule.get("nameless", ["none", "unknown"])
    return is_known and rate.of is not None and rate.of.value >= rule["n"]


def _first_rule(rule: Spec, _: Any, blocks: Mapping[str, Any], words: Words) -> Finding | None:
    """The first row of a table that is sorted by what matters."""
    lines = _lines(blocks.get(rule["block"]))
    if not lines or lines[0][rule["of"]].state != OK or lines[0][rule["of"]].value < rule["n"]:
        return None
    return Finding(words(f"findings.{rule['id']}", **{k: c.text for k, c in lines[0].items()}), rule["block"])


def _lines(block: Any) -> list[Line]:
    if not isinstance(block, Grid | Ladder):
        return []
    names = [field.name for field in block.fields]
    return [dict(zip(names, row, strict=True)) for row in block.rows]


_RULES: dict[str, Callable[[Spec, Mapping[str, Tile], Mapping[str, Any], Words], Finding | None]] = {
    "tile": _tile_rule,
    "extremes": _extremes_rule,
    "first": _first_rule,
}
