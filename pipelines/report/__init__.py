"""The report: one HTML page, one workbook and a message, all made of the same values of one published snapshot.

What belongs here: generic reading, filling, drawing and writing. What does not: which numbers, charts, rules and words;
those stand in assets/reports.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.report.message import Message
    from pipelines.report.model import Report
    from pipelines.report.source import Source
    from pipelines.settings import Settings

KINDS = ("daily", "weekly", "monthly")


@dataclass(frozen=True)
class ReportFiles:
    """Where a report's files are, and what it says in a message. `pdf`: where one was asked for; `pages`: of single
    things, a file a kind."""

    html: Path
    workbook: Path
    pdf: Path | None = None
    message: Message | None = None
    pages: tuple[Path, ...] = ()


def write_report(
    snapshot_path: Path,
    out_dir: Path,
    settings: Settings,
    kind: str = "daily",
    date: date | None = None,
    language: str | None = None,
    unpublished: Sequence[Mapping[str, Any]] = (),
    so_far: bool = False,
    as_pdf: bool = False,
) -> ReportFiles:
    """Writes `<kind>-<day>.html` and `.xlsx` into `out_dir`, each replaced in one step; `as_pdf` the page printed, too;
    pages of single things (`<kind>-<day>-<what>.html`); and lists them on the page of all reports, `index.html`.

    `date` is the last day the report may know (default: the snapshot's); an earlier one is rebuilt in memory.
    `unpublished`: failed checks (rows of ops.checks) of a later run whose results were held back; said at the top.
    `so_far`: of a week or month that is not over, not of the last that was.
    Raises ValueError for an unknown kind, and for a day that the data does not know; NoBrowser where nothing can print.
    """
    from pipelines.modes import publish_file, publish_folder
    from pipelines.report import browser, html, index, workbook
    from pipelines.report.message import message_of
    from pipelines.report.source import open_source

    if kind not in KINDS:
        raise ValueError(f"no report '{kind}'; kinds are: {', '.join(KINDS)}")
    if as_pdf:
        browser.found()
    with open_source(snapshot_path, settings, date) as source:
        report = compose(source, kind, language or settings.language, unpublished, so_far)
    publish_folder(out_dir, settings)
    stem = out_dir / f"{kind}-{report.as_of}"
    page_file = stem.with_suffix(".html")
    message = message_of(report, page_file.name, settings.small_group)
    pdf = stem.with_suffix(".pdf") if as_pdf else None
    single = {out_dir / name: text for name, text in html.render_pages(report, settings.small_group).items()}
    files = ReportFiles(page_file, stem.with_suffix(".xlsx"), pdf, message, tuple(single))
    page = html.render(report, settings.small_group)
    for file, text in (*single.items(), (files.html, page)):
        _replace(file, functools.partial(Path.write_text, data=text, encoding="utf-8"))
    _replace(files.workbook, lambda path: workbook.write(report, path))
    if files.pdf:
        _replace(files.pdf, lambda path: browser.print_page(files.html, path))
    entry = index.entry_of(report, files.html, files.workbook).model_dump_json()
    _replace(index.kept_in(files.html), lambda path: path.write_text(entry, encoding="utf-8"))
    overview = index.as_page(index.listed(out_dir), report.merchant, report.language)
    _replace(out_dir / index.PAGE, lambda path: path.write_text(overview, encoding="utf-8"))
    own = (out_dir / index.PAGE, index.kept_in(files.html))
    for file in filter(None, (files.html, files.workbook, files.pdf, *files.pages, *own)):
        publish_file(file, settings)
    return files


def compose(
    source: Source, kind: str, language: str, unpublished: Sequence[Mapping[str, Any]] = (), so_far: bool = False
) -> Report:
    """Everything a report shows, as values; no file is written."""
    from pipelines.report import changes, content, pages
    from pipelines.report.asking import Asker, calendar_of
    from pipelines.report.cells import Look
    from pipelines.report.chip import chip_of
    from pipelines.report.findings import Known, findings, quiet
    from pipelines.report.model import Report
    from pipelines.report.periods import period
    from pipelines.report.tiles import tiles
    from pipelines.report.words import clean, load_words

    words, settings, asker = load_words(language), source.settings, Asker(source)
    days = period(kind, source.as_of, calendar_of(source), so_far)
    there = pages.listed(source, days, words, f"{kind}-{source.as_of}")
    look = Look(words, settings.small_group, pages.links(there))
    made_tiles = tiles(asker, days, look)
    changed = changes.changes(asker, days, made_tiles, look)
    sections = content.sections(source, days, look, {name: changes.block(one, look) for name, one in changed.items()})
    single = pages.pages(source, days, look, there)
    checks, held = content.checks(source), tuple(content.check(row) for row in unpublished)
    known = Known.of(
        made_tiles,
        sections,
        rows=content.asked_rows(source, days, words),
        whys={name: finding for name, one in changed.items() if (finding := one.finding())},
        days=content.days_said(days, words),
        small_group=settings.small_group,
    )
    return Report(
        language=language,
        kind=kind,
        merchant=clean(settings.merchant_name) or words("report.merchant"),
        title=words(f"report.titles.{kind}"),
        as_of=source.as_of,
        period=days,
        generated_at=settings.today(),
        checks=checks,
        unpublished=held,
        quality=source.quality,
        facts=content.facts(source, words),
        warnings=content.warnings(source, days, words),
        tiles=made_tiles,
        findings=findings(known, kind, words),
        sections=sections,
        definitions=tuple(_definitions([tile.field for tile in made_tiles], _shown(sections, single))),
        chip=chip_of(source.quality, checks, held, content.late_days(source), words),
        day=content.day_line(asker, days, words),
        quiet=quiet(made_tiles, words),
        pages=single,
    )


def _shown(sections: Iterable[Any], kinds: Iterable[Any]) -> list[Any]:
    """Every block of the report and of its pages."""
    own = [block for section in sections for block in section.blocks]
    return [*own, *(one for kind in kinds for one in (kind.head, *(b for page in kind.pages for b in page.blocks)))]


def _definitions(fields: list[Any], blocks: Iterable[Any]) -> list[Any]:
    """The definition of every number shown, each once, by table."""
    from pipelines.report.shapes import Definition

    shown = [*fields, *(one for block in blocks for one in _fields(block))]
    found: dict[str, Definition] = {}
    for one in [each for field in shown for each in (field, *field.behind)]:
        if one.definition:
            found.setdefault(one.definition.id, one.definition)
    return sorted(found.values(), key=lambda one: one.table)


def _fields(block: Any) -> tuple[Any, ...]:
    if block.kind == "matrix":
        return (block.count, block.value)
    if block.kind == "ladder":
        return (*block.fields, *(block.strict.fields if block.strict else ()))
    return tuple(block.grid.fields if block.kind in ("picture", "told") else block.fields)


def _replace(path: Path, write: Any) -> None:
    """Writes beside the file and renames: a reader never meets half a report."""
    partial = path.with_name(f".{path.name}.partial")
    write(partial)
    os.replace(partial, path)
