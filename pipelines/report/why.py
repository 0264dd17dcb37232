"""Why a headline moved: its change as parts that add up to it, and the one part that is worth a sentence.

What belongs here: the kinds of split, and when a part speaks. What does not: which splits there are (report.yaml),
their words (wording.*.yaml), the table of all parts (changes.py).

Every split of a change has the same sum, the change itself. `parts`: what each value of a breakdown brought more or
less. `heads`: how many came, at what each brought before; what each brought more, over those that came now; and what is
of none of them (as Laspeyres splits an amount into quantity and price). `days`: what the days of a festival brought
over ordinary days, as far as one span has more of them; and all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pipelines.report.asking import Asker, moved
from pipelines.report.model import Tile
from pipelines.report.periods import Span
from pipelines.report.small import not_to_be_told

AT_LEAST = 0.6  # of everything that moved: smaller parts explain nothing alone
BEYOND = 0.15  # and so much more than it was of the whole before, or it only went along
SHOWN = 6  # parts of one split; smaller ones are told together
NAMELESS = ("", "others", "none", "unknown")  # parts that are nothing of their own

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """One part of a change: `key` names it in the wording or the data ('' the rest of all), `now` and `before` its
    amounts (None: it has none of its own), `people` how few stand behind it in either span, by every count of them;
    `facts` what else its sentence tells."""

    key: str
    by: float
    now: float | None = None
    before: float | None = None
    people: tuple[int, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Split:
    """One way to take a change apart."""

    id: str
    rule: str
    parts: tuple[Part, ...]

    def speaking(self, asker: Asker, spec: Spec, spans: tuple[Span, Span], column: str) -> Part | None:
        """The part that explains the change: the greatest, where it moved the same way, is most of all that
        moved, is not just what it always was of the whole, and, where its days can tell, moved by more than they do."""
        change, moves = sum(part.by for part in self.parts), sum(abs(part.by) for part in self.parts)
        if not moves or not change:
            return None
        top = max(self.parts, key=lambda part: abs(part.by))
        whole = sum(part.before or 0 for part in self.parts) if self.rule == "parts" else 0
        usual = (top.before or 0) / whole if whole else 0
        if top.key in NAMELESS or top.by * change <= 0:
            return None
        if abs(top.by) / moves < AT_LEAST or top.by / change - usual < (BEYOND if self.rule == "parts" else 0):
            return None
        if self.rule != "parts":
            return top
        now, then = (asker.by_day(column, span, spec["by"], top.key) for span in spans)
        return None if moved(now, then) is False else top


def splits(
    asker: Asker, tile: Tile, spec: Spec, specs: Sequence[Spec], spans: tuple[Span, Span], few: int
) -> list[Split]:
    """A tile's change in every way that report.yaml has for it (`specs`, those of this tile); none where it is compared
    with nothing. `few`: people of fewer are not told apart."""
    if not tile.comparisons or tile.comparisons[0].change is None:
        return []
    made = []
    for one in specs:
        parts = _RULES[one["rule"]](asker, spec, one, spans)
        told = _together(parts, few) if parts and one["rule"] == "parts" else parts
        if len(told) > 1:
            made.append(Split(one["id"], one["rule"], tuple(told)))
    return made


def _parts(asker: Asker, tile: Spec, spec: Spec, spans: tuple[Span, Span]) -> list[Part]:
    """By each value of a breakdown, of all people of the span once."""
    now, before = (asker.segments(tile, span, spec["by"]) for span in spans)
    found = []
    for name in sorted({*now, *before}):
        rows = now.get(name, {}), before.get(name, {})
        values = [float(row.get(tile["column"]) or 0) for row in rows]
        counts = (min((int(row[n]) for row in rows if row.get(n)), default=0) for n in spec["people"])
        found.append(Part(name, values[0] - values[1], values[0], values[1], tuple(counts)))
    totals = [float(asker.over(tile, span).get(tile["column"]) or 0) for span in spans]
    return [part for part in found if part.now or part.before] if _adds_up(found, *totals) else []


def _adds_up(parts: Sequence[Part], now: float, before: float) -> bool:
    """Values of a breakdown that do not make up the whole (a person in two groups, a day in a gap) explain nothing."""
    sums = sum(part.now or 0 for part in parts), sum(part.before or 0 for part in parts)
    return all(abs(found - whole) < 0.01 for found, whole in zip(sums, (now, before), strict=True))


def _together(parts: Sequence[Part], few: int) -> list[Part]:
    """The greatest parts, and the others as one: those of few people (with further ones, so that the one is of several
    values and of people enough), and those beyond the first few."""
    counts = [{str(n): count for n, count in enumerate(part.people)} for part in parts]
    hidden = {place for name in counts[0] for place in not_to_be_told(counts, name, few)}
    order = sorted((n for n in range(len(parts)) if n not in hidden), key=lambda n: -abs(parts[n].by))
    shown, rest = [parts[n] for n in order[:SHOWN]], [parts[n] for n in (*order[SHOWN:], *sorted(hidden))]
    if not rest:
        return shown
    now, before = sum(part.now or 0 for part in rest), sum(part.before or 0 for part in rest)
    return [*shown, Part("", now - before, now, before)]


def _heads(asker: Asker, tile: Spec, spec: Spec, spans: tuple[Span, Span]) -> list[Part]:
    """More of them, each with more, and what is of none."""
    now, before = (_heads_of(asker, tile, spec, span) for span in spans)
    if now is None or before is None or not (now[1] and before[1]):
        return []
    (amount, heads, rest), (amount_before, heads_before, rest_before) = now, before
    each, each_before = amount / heads, amount_before / heads_before
    more = (heads - heads_before) * each_before
    parts = [
        Part("more", more, facts={"now": heads, "before": heads_before}),
        Part("each", amount - amount_before - more, facts={"now": each, "before": each_before}),
    ]
    others = Part("others", rest - rest_before, rest, rest_before)
    return [*parts, others] if rest or rest_before else parts


def _heads_of(asker: Asker, tile: Spec, spec: Spec, span: Span) -> tuple[float, float, float] | None:
    """Of a span: what came from the heads, how many they were, what came from none of them."""
    whole = asker.over(tile, span)
    row = asker.source.rows(spec["sql"], first=span.first, last=span.last)[0] if "sql" in spec else whole
    amount, heads, total = row.get(spec["amount"]), row.get(spec["heads"]), whole.get(tile["column"])
    if amount is None or heads is None or total is None:
        return None
    return float(amount), float(heads), float(total) - float(amount)


def _days(asker: Asker, tile: Spec, spec: Spec, spans: tuple[Span, Span]) -> list[Part]:
    """What a festival's days brought over ordinary ones, as far as one span has more of them than the other."""
    names = {row["date"]: row["name"] for row in asker.source.rows(spec["sql"], **_bound(*spans))}
    known = [asker.table_of_days([tile["column"]], span) for span in spans]
    column = tile["column"]
    days = [
        [(names.get(day), float(row[column])) for day, row in one.items() if row[column] is not None] for one in known
    ]
    ordinary = [value for one in days for name, value in one if name is None]
    parts = []
    for name in sorted({name for one in days for name, _ in one if name is not None}):
        counts = [sum(found == name for found, _ in one) for one in days]
        values = [value for one in days for found, value in one if found == name]
        if ordinary and counts[0] != counts[1]:
            each, usual = sum(values) / len(values), sum(ordinary) / len(ordinary)
            facts = {"now": counts[0], "before": counts[1], "each": each, "usual": usual}
            parts.append(Part(name, (counts[0] - counts[1]) * (each - usual), facts=facts))
    if not parts:
        return []
    change = sum(value for _, value in days[0]) - sum(value for _, value in days[1])
    return [*parts, Part("others", change - sum(part.by for part in parts))]


def _bound(now: Span, before: Span) -> dict[str, date]:
    return {"now_first": now.first, "now_last": now.last, "before_first": before.first, "before_last": before.last}


def rounded(parts: Sequence[Part]) -> list[Part]:
    """Parts to the cent that still add up: the last takes what rounding left."""
    if not parts:
        return []
    whole = round(sum(part.by for part in parts), 2)
    cut = [replace(part, by=round(part.by, 2)) for part in parts[:-1]]
    return [*cut, replace(parts[-1], by=round(whole - sum(part.by for part in cut), 2))]


_RULES: dict[str, Callable[[Asker, Spec, Spec, tuple[Span, Span]], list[Part]]] = {
    "parts": _parts,
    "heads": _heads,
    "days": _days,
}
