"""One page per source: how to export the file, how it is recognised, which column becomes what, its quirks.

What belongs here: the layout of the page. What does not: anything about one platform (assets/sources).
"""

from __future__ import annotations

import json

from pipelines.docs.markdown import code, fenced, grid, page
from pipelines.ingest.grammar import Load, Sample, Snapshot, Source, SourceColumn
from pipelines.ingest.known_files import KnownFile, load_known_files
from pipelines.ingest.sources import shipped_sources
from pipelines.simulate.pattern_files import demo_files

FOLDER = "assets/sources"


def source_pages() -> dict[str, str]:
    """The page of every platform file and their list: path under docs/ → text."""
    sources = shipped_sources()
    return {"sources/README.md": _index(sources), **{f"sources/{name}.md": _page(s) for name, s in sources.items()}}


def _index(sources: dict[str, Source]) -> str:
    rows = [
        (f"[{name}]({name}.md)", s.title.get("zh"), s.title.get("en"), ", ".join(s.formats), _feeds(s))
        for name, s in sorted(sources.items())
    ]
    return page(
        "# The sources",
        "Made by `make docs` from `assets/sources/`; change it there. Besides these, every [staging table]"
        "(../tables/README.md#staging) can be given under its own column names as CSV, XLSX, JSON Lines or Parquet in "
        "`landing/<table>/`.",
        grid(("source", "中文", "English", "formats", "feeds"), rows),
        "## Known and not loaded",
        "Files that platforms give too and that are refused by name, from `assets/known_files.yaml`.",
        grid(("中文", "English", "known by", "原因", "why"), map(_known, load_known_files().values())),
    )


def _known(one: KnownFile) -> tuple[str, ...]:
    return one.title.zh, one.title.en, ", ".join(one.header), one.why.zh, one.why.en


def _feeds(source: Source) -> str:
    return ", ".join(f"[{name}](../tables/staging.{name}.md)" for name in source.tables)


def _page(source: Source) -> str:
    return page(
        f"# {source.title['zh']} · {source.title['en']}",
        f"<!-- made by `make docs` from {FOLDER}/{source.name}.yaml; change it there -->",
        source.description,
        source.description_zh,
        _how_to_export(source),
        _in_demo(source),
        _recognised(source),
        "## Quirks\n\n" + "\n".join(f"- {quirk.strip()}" for quirk in source.quirks) if source.quirks else "",
        "## Columns read",
        "Every other column of the file is left where it is: it never reaches the warehouse. "
        + ("A column that is not listed here is told by name." if "*" not in source.ignore else "")
        + " Units in brackets: [what a header may say](../headers.md).",
        grid(
            ("column", "called in the file", "type", "unit", "must be there"), map(_column, source.all_columns.items())
        ),
        _left_alone(source),
        "## What it feeds",
        *(_load(name, load) for name, load in source.loads.items()),
        _rules(source),
        _samples(source),
    )


_SEVERAL = {"first": "; the first of these counts", "filled": "; the first that is filled counts"}


def _left_alone(source: Source) -> str:
    known = [name for name in source.ignore if name != "*"]
    return "Known and left alone: " + ", ".join(map(code, known)) + "." if known else ""


def _how_to_export(source: Source) -> str:
    return page("## How to export it", *source.how_to_export.values()) if source.how_to_export else ""


def _in_demo(source: Source) -> str:
    demo = demo_files()[source.name]
    names = [name for name in (*demo.written.split(", "), demo.file) if name]
    return "In the demo merchant: " + ", ".join(code(f"landing/{source.name}/{name}") for name in names) + "."


def _recognised(source: Source) -> str:
    by = source.recognise
    lines = [f"- formats: {', '.join(source.formats)}"]
    if by.folders:
        folders = " or ".join(code(f"landing/{name}/") for name in by.folders)
        lines.append(f"- in a folder {folders}: then it is this, or it is refused")
    groups = [_named(source, group) for group in by.columns]
    if by.folder_only:
        lines.append("- by no header alone; it must have " + ", or ".join(groups))
    else:
        lines += [f"- or where no folder says so, by a header with {group}" for group in groups]
    if by.sheets:
        lines.append("- or by its sheets: " + ", ".join(map(code, by.sheets)))
    lines.append(f"- a row is newer than its earlier copy by {_version(source)}")
    return page("## How it is recognised", "\n".join(lines))


def _named(source: Source, group: tuple[str, ...]) -> str:
    return ", ".join(code((source.all_columns[name].names or (name,))[0]) for name in group)


def _version(source: Source) -> str:
    if source.version.column:
        return f"its `{source.version.column}`"
    if source.version.day_of_export:
        return "the time in the file's name, or the day in it, else the time of change"
    return (
        "the file's time of change" if source.version.file_name == "" else "the time in the file's name, else of change"
    )


def _column(entry: tuple[str, SourceColumn]) -> tuple[str, ...]:
    name, column = entry
    kind = "personal (never kept)" if column.type == "personal" else column.type
    names = ", ".join(map(code, column.names))
    names += f"; its date apart: {', '.join(map(code, column.dates))}" if column.dates else ""
    names += f"; the {column.part} of a range" if column.part else ""
    names += _SEVERAL.get(column.several, "") if len(column.names) > 1 else ""
    return (code(name), names, kind, column.unit or "", "yes" if column.required else "")


def _load(name: str, load: Load) -> str:
    notes = []
    if load.summed_from:
        notes.append(f"Summed from the rows of `{load.summed_from}` that stand.")
    if load.partial:
        notes.append("Only adds columns to rows that another source gives.")
    if load.into:
        notes.append("A further row of the same record.")
    if load.each:
        notes.append(f"One row per entry of `{load.each}`.")
    if load.where:
        notes.append(f"Only where {code(load.where)}.")
    if load.snapshot:
        notes.append(_whole_list(load.snapshot))
    rows = [(code(column), code(sql)) for column, sql in load.columns.items()]
    table = grid(("column", "is"), rows) if rows else ""
    name = load.into or name
    return page(f"### [staging.{name}](../tables/staging.{name}.md)", " ".join(notes), table)


def _whole_list(snapshot: Snapshot) -> str:
    of, who = ", ".join(map(code, snapshot.of)), ", ".join(map(code, snapshot.who))
    leave = ", ".join(f"{code(column)} is {code(sql)}" for column, sql in snapshot.leave.items())
    return (
        f"The whole list of each {of}: a {who} that stood in an earlier one and is missing gives a row where {leave}."
    )


def _rules(source: Source) -> str:
    rows = [(code(r.reason), r.column or "", code(r.when), r.expected, "row refused") for r in source.refuse]
    rows += [(code(r.reason), r.column or "", code(r.when), r.expected, "flagged, row kept") for r in source.flags]
    if not rows:
        return ""
    return page("## Refused and flagged", grid(("reason", "column", "when", "expected", "then"), rows))


def _samples(source: Source) -> str:
    return page("## Samples", *(_sample(sample) for sample in source.samples)) if source.samples else ""


def _sample(sample: Sample) -> str:
    """A small file and what comes of it; a test runs each."""
    parts = []
    if sample.header:
        parts.append(grid(sample.header, sample.rows))
    parts += [fenced(json.dumps(record, ensure_ascii=False), "json") for record in sample.records]
    for name, cells in sample.sheets.items():
        parts += [f"Sheet {name}:", fenced("\n".join(" | ".join(row) for row in cells))]
    for table, rows in sample.gives.items():
        parts.append(f"gives in `staging.{table}`")
        parts.append(grid(tuple(rows[0]), [tuple(row.values()) for row in rows]))
    return page(*parts)
