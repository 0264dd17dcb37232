"""Pages of single things (pages.yaml): which there are, where they are, and what stands on each.

What belongs here: rows split by thing. What does not: which kinds there are (the YAML), markup (pages.html.j2). Each
table is asked once for all pages of a kind; a page's head is its row of the report's own table, cell by cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipelines.report.asked_charts import chart_by_page
from pipelines.report.cells import Look, PageLinks, Spec, grid
from pipelines.report.content import days_said, known_rows
from pipelines.report.layout import layout
from pipelines.report.model import Page, PageKind
from pipelines.report.pages_spec import page_kinds
from pipelines.report.periods import Period
from pipelines.report.shapes import Block
from pipelines.report.source import Row, Source
from pipelines.report.words import Words

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Listed:
    """The things of a kind: the rows of its table, and by their keys where on the kind's own file each page begins."""

    name: str
    spec: Spec
    about: Spec
    rows: list[Row]
    file: str
    anchors: Mapping[Key, str]

    def key_of(self, row: Row) -> Key:
        return tuple(row.get(name) for name in self.spec["key"])


def listed(source: Source, period: Period, words: Words, stem: str) -> list[Listed]:
    """Every kind that has a page in this snapshot. `stem`: what the files of the report are called."""
    found = []
    for name, spec in page_kinds().items():
        about = spec.get("about") or _block_of_the_report(spec["of"])
        rows = known_rows(source, about, period, words)
        keys = list(dict.fromkeys(tuple(row.get(column) for column in spec["key"]) for row in rows))[: spec["most"]]
        anchors = {key: f"{name}-{_mark(key)}" for key in keys if None not in key}
        if anchors:
            found.append(Listed(name, spec, about, rows, f"{stem}-{name}.html", anchors))
    return found


def links(there: list[Listed]) -> dict[str, PageLinks]:
    """Where every page is, for whatever leads to one."""
    return {
        one.name: PageLinks(one.spec["key"], {key: f"{one.file}#{anchor}" for key, anchor in one.anchors.items()})
        for one in there
    }


def pages(source: Source, period: Period, look: Look, there: list[Listed]) -> tuple[PageKind, ...]:
    """The pages with all that stands on them."""
    return tuple(_kind(source, period, look, one) for one in there)


def _kind(source: Source, period: Period, look: Look, one: Listed) -> PageKind:
    words, days = look.words, days_said(period, look.words)
    head = grid(one.about, one.rows, look, days=days)
    blocks = [_blocks(source, spec, period, look, one) for spec in one.spec["blocks"]]
    made = []
    for key, anchor in one.anchors.items():
        own = [n for n, row in enumerate(one.rows) if one.key_of(row) == key]
        there = tuple(replace(block[key], id=f"{anchor}-{block[key].id}") for block in blocks if key in block)
        names = head.rows[own[0]][: head.fixed]
        also = _also(one.spec.get("also", {}), one.rows[own[0]], look)
        made.append(Page(anchor, names, tuple(head.rows[n] for n in own), there, also))
    return PageKind(
        id=one.name,
        title=words(f"pages.{one.name}.title"),
        lead=words(f"pages.{one.name}.lead", days=days),
        file=one.file,
        back=one.spec.get("back") or one.spec["of"],
        head=head,
        pages=tuple(made),
        without=len({one.key_of(row) for row in one.rows}) - len(made),
    )


def _blocks(source: Source, spec: Spec, period: Period, look: Look, one: Listed) -> dict[Key, Block]:
    """One block on every page that has rows of it."""
    if "chart" in spec:
        keys = {name: spec.get("keys", {}).get(name, name) for name in one.spec["key"]}
        return {
            key: block for key, block in chart_by_page(source, spec["chart"], keys, look).items() if key in one.anchors
        }
    by_key: dict[Key, list[Row]] = {}
    for row in known_rows(source, spec, period, look.words):
        by_key.setdefault(one.key_of(row), []).append(row)
    said = days_said(period, look.words)
    return {key: grid(spec, rows, look, days=said) for key, rows in by_key.items() if key in one.anchors}


def _also(also: Mapping[str, tuple[str, ...]], row: Row, look: Look) -> tuple[tuple[str, str], ...]:
    """The pages of other kinds that a row belongs to: what they are called, and where they are."""
    found = []
    for kind, columns in also.items():
        key = look.pages[kind].key if kind in look.pages else ()
        place = look.link(kind, {name: row.get(column) for name, column in zip(key, columns, strict=False)})
        if place:
            found.append((look.words(f"pages.{kind}.title"), place))
    return tuple(found)


def _block_of_the_report(name: str) -> Spec:
    blocks = (block for section in layout()["sections"] for block in section["blocks"])
    return next(block for block in blocks if block.get("id") == name)


def _mark(key: Key) -> str:
    """Short, the same in every report, and safe in an address whatever a group is called."""
    return hashlib.sha256("\0".join(map(str, key)).encode()).hexdigest()[:10]
