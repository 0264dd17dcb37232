"""The demo's files that are made of a mapping's sample: assets/demo/files.yaml, and a pattern's rows as a file.

What belongs here: reading that list, writing rows as the platform's kind of file. What does not: which cells of a
sample change (patterns.py), who is in the demo's files (told/).
"""

# ruff: noqa: RUF012 (pydantic copies a default for each instance)
from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import model_validator

from pipelines.ingest.grammar import Sample
from pipelines.ingest.sources import shipped_sources
from pipelines.new_home.folders import platforms_of
from pipelines.simulate.files import File, line, workbook
from pipelines.simulate.patterns import Pattern, pattern_of
from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError, Strict, read

LIST = Path(__file__).parents[2] / "assets" / "demo" / "files.yaml"

# words of `tells`: events that the merchant's log leaves to a platform's file; the questions of queries/told_*.sql;
# more about the orders of another source
EVENTS = ("follow", "fan_club_join", "group_apply", "red_packet_open", "wecom_add", "wecom_remove")
QUESTIONS = tuple(file.stem.removeprefix("told_") for file in Path(__file__).parent.glob("queries/told_*.sql"))
TOLD = (*EVENTS, *QUESTIONS, "with_orders")


class DemoFile(Strict):
    """What the demo has of one source; what the keys mean stands in assets/demo/files.yaml."""

    written: str = ""
    file: str = ""
    encoding: str = "utf-8"
    sample: int = 0
    rows: tuple[int, ...] = ()
    instead: dict[str, str] = {}
    beside: dict[str, str] = {}
    tells: str = ""
    of: str = ""
    copies: int = 0
    platform: str = ""
    id_type: str = ""

    @model_validator(mode="after")
    def _is_somewhere(self) -> DemoFile:
        if not self.written and not self.file:
            raise ValueError("say `file`, or by whom it is `written`")
        if self.file and not (self.tells and self.copies):
            raise ValueError("a file of a sample needs `tells` and `copies`")
        return self


@cache
def demo_files() -> dict[str, DemoFile]:
    """By source. Raises SpecError naming a source that there is none of or that has no file here, and a mistake."""
    files, sources = read(LIST, dict[str, DemoFile]), shipped_sources()
    for name, one in files.items():
        if name not in sources:
            raise SpecError(f"{LIST}: {name}: there is no such source; {hint(name, list(sources))}")
        if one.file and one.tells not in TOLD:
            raise SpecError(f"{LIST}: {name}.tells: nothing is told by {one.tells!r}; {hint(one.tells, TOLD)}")
        if (one.tells == "with_orders") != bool(one.of) or (one.of and one.of not in files):
            raise SpecError(f"{LIST}: {name}.of: with_orders, and nothing else, names the source of the orders")
    if missing := [name for name in sources if name not in files]:
        raise SpecError(f"{LIST}: no file of the demo merchant for {', '.join(missing)}: give each a line")
    return files


def platform_of(name: str) -> str:
    """Whose orders and people a demo file tells. Raises SpecError where neither its line nor its mapping says it."""
    said = {demo_files()[name].platform} - {""} or platforms_of(shipped_sources()[name])
    if len(said) != 1:
        raise SpecError(f"{LIST}: {name}: say its platform; its mapping leaves it to the file")
    return next(iter(said))


def demo_pattern(name: str) -> Pattern:
    """The rows of which the demo's file of a source is made, with what the demo says otherwise."""
    source, demo = shipped_sources()[name], demo_files()[name]
    pattern = pattern_of(source, demo.sample, demo.rows)
    if not (demo.instead or demo.beside):
        return pattern
    return Pattern(source, _otherwise(pattern.sample, demo), demo.rows)


def _otherwise(sample: Sample, demo: DemoFile) -> Sample:
    def said(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: said(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [said(part) for part in value]
        return demo.instead.get(value, value) if isinstance(value, str) else value

    return sample.model_copy(
        update={
            "header": (*sample.header, *demo.beside),
            "rows": tuple((*said(row), *demo.beside.values()) for row in sample.rows),
            "records": tuple(said(record) for record in sample.records),
        }
    )


def as_file(pattern: Pattern, rows: Sequence[Any], folder: str, name: str, made: datetime, encoding: str) -> File:
    """Rows of a pattern as a file; the name's ending says which kind."""
    header, source = list(pattern.sample.header), pattern.source
    if name.endswith(".jsonl"):
        return File(folder, name, made, lines=[json.dumps(row, ensure_ascii=False) for row in rows])
    if name.endswith(".xlsx"):
        sheets = rows[0] if pattern.sample.sheets else {"Sheet1": [header, *rows]}
        return File(folder, name, made, content=workbook(sheets, made, source.title["zh"]), rows=len(rows))
    return File(folder, name, made, line(header), [line(row) for row in rows], encoding)


def ending_of(sample: Sample) -> str:
    """As what a sample may be written: a workbook of sheets, JSON Lines, or CSV."""
    return "xlsx" if sample.sheets else "jsonl" if sample.records else "csv"
