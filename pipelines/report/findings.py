"""Short sentences that rules write about the report's own numbers; a rule without enough people behind it is silent.

What belongs here: when a rule speaks. What does not: its wording (wording.*.yaml) and its thresholds (report.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipelines.report.cells import Spec
from pipelines.report.content import layout
from pipelines.report.model import OK, Cell, Comparison, Finding, Grid, Ladder, Section, Tile
from pipelines.report.tiles import differ, differ_in_number
from pipelines.report.words import Words

Line = Mapping[str, Cell]


def findings(tiles: Iterable[Tile], sections: Iterable[Section], words: Words) -> tuple[Finding, ...]:
    """What the rules of report.yaml have to say, in their order."""
    by_tile = {tile.id: tile for tile in tiles}
    blocks = {block.id: block for section in sections for block in section.blocks}
    said = (_RULES[rule["rule"]](rule, by_tile, blocks, words) for rule in layout()["findings"])
    return tuple(finding for finding in said if finding)


def _tile_rule(rule: Spec, tiles: Mapping[str, Tile], _: Any, words: Words) -> Finding | None:
    """A headline number that moved by at least so much against one earlier span."""
    tile = tiles.get(rule["tile"])
    compared = next((c for c in tile.comparisons if c.name in rule["against"]), None) if tile else None
    if tile is None or compared is None or compared.change is None or abs(compared.change) < rule["at_least"]:
        return None
    if rule.get("significant") and not _moved(tile, compared):
        return None
    key = f"findings.{rule['id']}.{compared.direction}"
    text = words(
        key, value=tile.cell.text, change=compared.text.lstrip("+-"), before=compared.cell.text, when=compared.label
    )
    return Finding(text, f"tile-{tile.id}")


def _moved(tile: Tile, compared: Comparison) -> bool:
    """Whether a rate's numerator and denominator, or a count, differ from the earlier ones by more than chance."""
    if tile.field.kind == "count":
        return differ_in_number(tile.cell.value, compared.cell.value)
    values = [cell.value for _, cell in (*tile.parts, *compared.parts)]
    return len(values) == 4 and all(values) and differ(*values)


def _extremes_rule(rule: Spec, _: Any, blocks: Mapping[str, Any], words: Words) -> Finding | None:
    """The best and the worst row of a table by one rate, where chance alone would not set them so far apart."""
    lines = [line for line in _lines(blocks.get(rule["block"])) if _is_big(line, rule)]
    lines.sort(key=lambda line: float(line[rule["rate"]].value))
    if len(lines) < 2:
        return None
    worst, best = lines[0], lines[-1]
    (high, high_of), (low, low_of) = (_share(line[rule["rate"]]) for line in (best, worst))
    if not differ(high * high_of, high_of, low * low_of, low_of):
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


def _least_rule(rule: Spec, _: Any, blocks: Mapping[str, Any], words: Words) -> Finding | None:
    """The row with the lowest rate: where a ladder loses the most."""
    lines = [line for line in _lines(blocks.get(rule["block"]))[rule["skip"] :] if _is_big(line, rule)]
    if not lines:
        return None
    least = min(lines, key=lambda line: float(line[rule["rate"]].value))
    of = least[rule["rate"]].of
    said = {k: c.text for k, c in least.items()}
    return Finding(words(f"findings.{rule['id']}", of=of.text if of else "", **said), rule["block"])


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
    "least": _least_rule,
    "first": _first_rule,
}
