"""All reports of a folder on one page, the newest first, with what each of them found.

What belongs here: what is kept of each report for it, and the page. What does not: a report (html.py). The page can be
searched where it lies, without a server; a report whose file is gone is no longer listed. Of each report a file of its
own is kept, so that two that are written at once do not take each other off a list.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.report.html import framed
from pipelines.report.model import Report
from pipelines.report.words import Words, days, load_words
from pipelines.spec.reading import Strict

PAGE = "index.html"


class Entry(Strict):
    """A report as the index tells it: its files, its days, and its sentences as the page has them."""

    page: str
    workbook: str
    kind: str
    title: str
    last: str
    days: str
    chip: str
    findings: tuple[str, ...]


def entry_of(report: Report, page: Path, workbook: Path) -> Entry:
    """One report; of a quiet one the sentence that says so."""
    said = [finding.text for finding in report.findings] or [report.quiet]
    current = report.period.current
    return Entry(
        page=page.name,
        workbook=workbook.name,
        kind=report.kind,
        title=report.title,
        last=str(report.as_of),
        days=days(current.first, current.last) if current.first.day == 1 else f"{current.first} – {current.last}",
        chip=report.chip.text,
        findings=tuple(text for text in said if text),
    )


def kept_in(page: Path) -> Path:
    """Where an entry stands: beside its report."""
    return page.with_name(f".listed-{page.stem}.json")


def listed(folder: Path) -> list[Entry]:
    """Every report that stands in the folder and is listed, the newest first."""
    found = [
        entry for file in folder.glob(".listed-*.json") if (entry := _read(file)) and (folder / entry.page).exists()
    ]
    return sorted(found, key=lambda one: (one.last, one.kind, one.page), reverse=True)


def _read(file: Path) -> Entry | None:
    """What was kept; nothing of one that cannot be read: its report is listed again when it is written again."""
    try:
        return Entry.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def as_page(entries: list[Entry], merchant: str, language: str) -> str:
    """The page of all reports."""
    words: Words = load_words(language)
    return framed("index", f"{merchant} · {words('index.title')}", words, entries=entries, merchant=merchant)
