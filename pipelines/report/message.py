"""What a report says in a message: three of its headlines, one sentence, what warns of them; its own strings.

What belongs here: choosing from a report, and which tiles (assets/reports/message.yaml). What does not: any number, nor
its text (tiles.py); how it is sent, and to whom (messages/).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import field_validator

from pipelines.privacy import mask_text
from pipelines.report.layout import layout
from pipelines.report.model import Comparison, Report, Tile
from pipelines.report.named import among
from pipelines.report.shapes import OK, SMALL
from pipelines.report.words import REPORTS, Words, clean, day, load_words, span
from pipelines.spec.header import Title
from pipelines.spec.reading import Strict, read

FILE = REPORTS / "message.yaml"
ARROWS = {"up": "▲ ", "down": "▼ "}


class Chosen(Strict):
    """The whole of message.yaml."""

    tiles: tuple[str, ...]
    words: dict[Literal["more", "link", "open", "test"], Title]

    @field_validator("tiles")
    @classmethod
    def _are_the_reports(cls, tiles: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(among(tile, [one["id"] for one in layout()["tiles"]], "tile") for tile in tiles)


@functools.cache
def chosen() -> Chosen:
    """message.yaml. Raises SpecError naming file and key."""
    return read(FILE, Chosen)


def word(key: Literal["more", "link", "open", "test"], language: str) -> str:
    """One of the words between the report's own."""
    return str(getattr(chosen().words[key], language))


@dataclass(frozen=True)
class Message:
    """The parts of a message. `as_of`: the report's day; `page`: the name of the page that says the rest."""

    kind: str
    as_of: str
    language: str
    title: str
    warnings: tuple[str, ...]
    figures: tuple[str, ...]
    sentence: str
    page: str

    def plain(self) -> dict[str, Any]:
        """As values for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Message:
        """What `plain` gave."""
        texts: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()}
        return cls(**texts)


def message_of(report: Report, page: str, small_group: int) -> Message:
    """The message of a report; every number in it stands on the page of that name, letter by letter."""
    words = load_words(report.language)
    merchant = report.merchant if mask_text(report.merchant) == report.merchant else words("report.merchant")
    days = report.period.current
    made = {tile.id: tile for tile in report.tiles}
    return Message(
        kind=report.kind,
        as_of=report.as_of.isoformat(),
        language=report.language,
        title=clean(f"{merchant} · {report.title} · {span(days.first, days.last, report.language)}"),
        warnings=tuple(_warnings(report, words)),
        figures=tuple(_figure(made[name], words, small_group) for name in chosen().tiles if name in made),
        sentence=_sentence(report),
        page=page,
    )


def _warnings(report: Report, words: Words) -> Iterator[str]:
    """What was held back, failed, is missing, late or not over: of the page's banners those that touch every number."""
    as_of, n = day(report.as_of, report.language, weekday=True), len(report.checks)
    if report.unpublished:
        yield words("quality.unpublished", failed=len(report.unpublished), as_of=as_of)
    if report.failed:
        yield words("quality.failed", failed=len(report.failed), n=n)
    elif not report.checks:
        yield words("quality.unchecked")
    elif report.mood == "bad":
        yield words("quality.passed_bad", n=n)
    late = (report.generated_at.date() - report.as_of).days - 1
    told = (
        words("warnings.late", days=late),
        words("warnings.incomplete", last=day(report.period.current.last, report.language)),
    )
    yield from (warning for warning in told if warning in report.warnings)


def _figure(tile: Tile, words: Words, small_group: int) -> str:
    """One headline in a line: the number with its parts, of whom, against what, and what it does not say."""
    parts = " / ".join(cell.text for _, cell in tile.parts) if tile.parts and tile.parts[0][1].state == OK else ""
    value = f"{tile.label} {tile.cell.text}" + (f" ({parts})" if parts else "")
    hidden = words("report.legend_small", n=small_group) if tile.cell.state == SMALL else ""
    compared = [_compared(one, words) for one in tile.comparisons[:1] if one.change is not None]
    return " · ".join(filter(None, [value, hidden, tile.span if tile.is_cohort else "", *compared, tile.note]))


def _compared(one: Comparison, words: Words) -> str:
    chance = f" · {words('tile_notes.chance')}" if one.direction == "chance" else ""
    return f"{ARROWS.get(one.direction, '')}{one.text} {one.label} {one.cell.text}{chance}"


def _sentence(report: Report) -> str:
    """The report's first sentence. One that repeats a text with somebody's number in it is passed over."""
    said = (finding.text for finding in report.findings)
    return next((clean(text) for text in said if mask_text(text) == text), report.quiet)
