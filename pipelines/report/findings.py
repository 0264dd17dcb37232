"""Short sentences that rules write about the report's own numbers; a rule without enough people behind it is silent.

What belongs here: when a rule speaks, and which sentences lead: one on what happened, one on why, one on what to do.
What does not: their wording (wording.*.yaml), their thresholds (report.yaml), the parts of a change (why.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.report.cells import Spec, cell, field_of
from pipelines.report.chance import counts_differ, differ
from pipelines.report.layout import layout
from pipelines.report.model import Finding, Section, Tile
from pipelines.report.rules_spec import KINDS
from pipelines.report.shapes import OK, Cell, Grid, Ladder
from pipelines.report.source import Row
from pipelines.report.words import Words, number

Line = Mapping[str, Cell]
SURGE = 1.5  # times the usual: less is not worth a manager's errand


@dataclass(frozen=True)
class Known:
    """What the rules are held against: headlines, tables, rows that rules asked for, and sentences on why, by tile."""

    tiles: Mapping[str, Tile] = field(default_factory=dict)
    blocks: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    whys: Mapping[str, Finding] = field(default_factory=dict)
    days: str = ""
    small_group: int = 0

    @classmethod
    def of(cls, tiles: Iterable[Tile], sections: Iterable[Section], **more: Any) -> Known:
        blocks = {block.id: block for section in sections for block in section.blocks}
        return cls({tile.id: tile for tile in tiles}, blocks, **more)


def findings(known: Known, kind: str, words: Words) -> tuple[Finding, ...]:
    """What happened, why, what to do, each once and only where it is more than chance; then what else the rules of
    report.yaml have to say in this kind of report, in their order."""
    rules = [rule for rule in layout()["findings"] if kind in rule.get("kinds", KINDS)]
    said = [(rule, finding) for rule in rules if (finding := _RULES[rule["rule"]](rule, known, words))]
    led: list[Finding] = []
    for slot in ("what", "todo"):
        led += [replace(finding, slot=slot) for rule, finding in said if rule.get("slot") == slot][:1]
        if slot == "what" and led and (why := known.whys.get(led[0].link.removeprefix("tile-"))):
            led.append(why)
    texts = {one.text for one in led}
    rest = [finding for rule, finding in said if rule.get("slot") != "todo" and finding.text not in texts]
    return (*led, *rest)


def quiet(tiles: Sequence[Tile], words: Words) -> str:
    """What is said where no rule found that anything happened. A headline with an arrow is named: it did change, though
    no rule speaks of it, as it has no days to be tested by, or the change is too small to tell."""
    if not any(one.change is not None for tile in tiles for one in tile.comparisons):
        return words("report.nothing_compared")
    moved = [tile.label for tile in tiles if tile.comparisons and tile.comparisons[0].direction in ("up", "down")]
    if not moved:
        return words("report.no_findings")
    return words("report.no_other_findings", moved=words("report.comma").join(moved))


def _tile_rule(rule: Spec, known: Known, words: Words) -> Finding | None:
    """A headline number of a period that is over, which moved by so much, and by more than chance."""
    tile = known.tiles.get(rule["tile"])
    compared = next(iter(tile.comparisons), None) if tile else None
    if tile is None or compared is None or compared.change is None or not (tile.is_complete and compared.is_sure):
        return None
    if abs(compared.change) < rule.get("at_least", 0) or not compared.change:
        return None
    way = "up" if compared.change > 0 else "down"
    values = {"value": tile.cell.text, "before": compared.cell.text, "change": compared.text.lstrip("+-")}
    by = number(round(abs(tile.cell.value - compared.cell.value), 2), tile.field.kind, words.language)
    text = words(f"findings.{rule['id']}.{way}", days=tile.span, when=compared.label, by=by, **values)
    return Finding(text, f"tile-{tile.id}")


def _extremes_rule(rule: Spec, known: Known, words: Words) -> Finding | None:
    """The best and the worst row of a table by one rate, where chance alone would not set them so far apart."""
    lines = [line for line in _lines(known.blocks.get(rule["block"])) if _is_big(line, rule)]
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


def _first_rule(rule: Spec, known: Known, words: Words) -> Finding | None:
    """The first row of a table that is sorted by what matters."""
    lines = _lines(known.blocks.get(rule["block"]))
    if not lines or lines[0][rule["of"]].state != OK or lines[0][rule["of"]].value < rule["n"]:
        return None
    return Finding(words(f"findings.{rule['id']}", **{k: c.text for k, c in lines[0].items()}), rule["block"])


def _surge_rule(rule: Spec, known: Known, words: Words) -> Finding | None:
    """Of rows that each count something over some days (`now`, `now_days`) and over the days before (`usual`,
    `usual_days`), the one that is farthest above its own usual, by half as much again and by more than chance among as
    many rows. A column `variant` chooses between sentences."""
    rows = known.rows.get(rule["id"], ())
    least = max(rule["n"], known.small_group)
    big = [row for row in rows if (row["now"] or 0) >= least and row["usual_days"] and _rise(row) > 0]
    top = max(big, key=lambda row: (_rise(row), str(row[rule["name"]])), default=None)
    if top is None or top["now"] < SURGE * (top["now"] - _rise(top)):
        return None
    if not counts_differ(top["now"], top["now_days"], top["usual"], top["usual_days"], among=len(rows)):
        return None
    shown = {name: cell(field_of(rule["table"], name, words), value, words).text for name, value in top.items()}
    text = words(f"findings.{rule['id']}.{top.get('variant') or 'plain'}", **{**shown, "days": known.days})
    return Finding(text, rule["link"])


def _rise(row: Row) -> float:
    """How many more than as many days usually bring."""
    return float(row["now"]) - float(row["usual"] or 0) * float(row["now_days"]) / float(row["usual_days"])


def _lines(block: Any) -> list[Line]:
    if not isinstance(block, Grid | Ladder):
        return []
    names = [field.name for field in block.fields]
    return [dict(zip(names, row, strict=True)) for row in block.rows]


_RULES: dict[str, Callable[[Spec, Known, Words], Finding | None]] = {
    "tile": _tile_rule,
    "extremes": _extremes_rule,
    "first": _first_rule,
    "surge": _surge_rule,
}
