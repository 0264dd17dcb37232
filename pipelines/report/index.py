"""All reports of a folder on one page, the newest first, with what each of them found.

What belongs here: keeping the list, writing the page. What does not: a report (html.py). The page can be searched where
it lies, without a server; a report whose file is gone is no longer listed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.report.html import framed
from pipelines.report.model import Report
from pipelines.report.words import Words, days, load_words
from pipelines.spec.reading import Strict

PAGE, LIST = "index.html", ".index.json"


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


def listed(folder: Path, new: Entry) -> list[Entry]:
    """Every report that still stands in the folder, the newest first; `new` in the place of one of the same file."""
    file = folder / LIST
    known = [Entry.model_validate(one) for one in _read(file)]
    kept = [one for one in known if one.page != new.page and (folder / one.page).exists()]
    return sorted([*kept, new], key=lambda one: (one.last, one.kind, one.page), reverse=True)


def _read(file: Path) -> list[dict[str, Any]]:
    """What was listed; nothing where the list was lost or cannot be read: the next reports are listed again."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def as_list(entries: list[Entry]) -> str:
    return json.dumps([entry.model_dump() for entry in entries], ensure_ascii=False, indent=1)


def as_page(entries: list[Entry], merchant: str, language: str) -> str:
    """The page of all reports."""
    words: Words = load_words(language)
    return framed("index", f"{merchant} · {words('index.title')}", words, entries=entries, merchant=merchant)
