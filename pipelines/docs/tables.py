"""One page per table: what a row is, columns with units, parameters, checks, lineage, an example by hand.

What belongs here: the layout of the page. What does not: anything about one table; that stands in its header.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from pipelines.activities import meanings
from pipelines.catalogue import load_catalogue
from pipelines.docs.examples import Example, load_examples
from pipelines.docs.markdown import code, fenced, grid, page
from pipelines.ingest.sources import shipped_sources
from pipelines.ingest.staging import Column as StagingColumn
from pipelines.ingest.staging import load_staging
from pipelines.spec.adding_up import PROMISES, promised
from pipelines.spec.checks import Check, checks_of
from pipelines.spec.header import Column
from pipelines.tables import ASSETS, Table

SCHEMAS = {
    "staging": "The canonical input: every platform's files become rows of these tables.",
    "core": "One history per person: who is who, and what each one did, in order.",
    "facts": "Counts and sums by date and breakdown: where core is scanned. Metrics add them up.",
    "metrics": "The results. Each is a query with parameters; the nightly table is its answer to the default ones.",
}


def table_pages() -> dict[str, str]:
    """The page of every table and their list: path under docs/ → text."""
    tables = load_catalogue()
    readers: dict[str, list[str]] = defaultdict(list)
    for table in tables.values():
        for name in table.dependencies:
            readers[name].append(table.qualified)
    examples = load_examples()
    pages = {
        f"tables/{name}.md": _page(table, sorted(readers[name]), examples.get(name)) for name, table in tables.items()
    }
    return {"tables/README.md": _index(tables), **pages}


def _index(tables: dict[str, Table]) -> str:
    parts = ["# The tables", "Made by `make docs` from the headers in `assets/`; change it there."]
    for schema, meaning in SCHEMAS.items():
        rows = [
            (f"[{name}]({name}.md)", table.title["zh"], table.title["en"], table.grain)
            for name, table in sorted(tables.items())
            if table.schema == schema
        ]
        parts += [f"## {schema}", meaning, grid(("table", "中文", "English", "one row is"), rows)]
    return page(*parts)


def _page(table: Table, readers: list[str], example: Example | None) -> str:
    source = table.path.relative_to(ASSETS.parent).as_posix()
    return page(
        f"# {table.qualified} · {table.title['zh']} · {table.title['en']}",
        f"<!-- made by `make docs` from {source}; change it there -->",
        table.description,
        table.description_zh,
        _facts(table, source),
        "## Columns",
        _input(table.name) if table.schema == "staging" else "",
        grid(("column", "type", "unit", "中文", "meaning", "含义"), map(_column, table.columns.values())),
        _adding_up(table),
        _parameters(table),
        _checks(table),
        _lineage(table, readers),
        _example(example),
    )


def _column(column: Column) -> tuple[str, ...]:
    return (code(column.name), column.type, column.unit, column.zh, column.description, column.zh_description)


def _adding_up(table: Table) -> str:
    """Of a metric with breakdowns, in which columns their rows may be added up."""
    told = promised(table) if table.schema == "metrics" else {}
    kinds = {word: ", ".join(code(name) for name, said in told.items() if said == word) for word in PROMISES}
    lines = [f"- {names}: {PROMISES[word]}" for word, names in kinds.items() if names]
    return "Of one breakdown, where `all` is asked beside it:\n\n" + "\n".join(lines) if lines else ""


def _input(name: str) -> str:
    """What a file that uses these very column names must and may hold."""
    rows = [
        (
            code(column.name),
            _required(column),
            code(column.default) if column.default else "",
            ", ".join(map(code, column.values)),
            f"kept as `{column.stored_as}`, a keyed hash" if column.stored_as != column.name else "",
        )
        for column in load_staging()[name].columns.values()
        if column.required or column.default or column.values or column.stored_as != column.name
    ]
    return page(
        f"As input, in `landing/{name}/`: columns that need not be there may be missing, further ones are left alone.",
        grid(("column", "must be there", "default", "one of", ""), rows),
        "As a table:",
    )


def _required(column: StagingColumn) -> str:
    if not column.required:
        return ""
    return f"yes, unless {code(column.required_unless)}" if column.required_unless else "yes"


def _facts(table: Table, source: str) -> str:
    lines = [f"- **One row is:** {table.grain}"]
    if table.variant:
        lines.append(f"- **Variant:** {table.variant}")
    if table.is_view:
        lines.append("- A view: always up to date with what it reads.")
    lines.append(f"- **Defined in:** [{source}](../../{source})")
    return "\n".join(lines)


def _parameters(table: Table) -> str:
    if not table.parameters:
        return ""
    rows = [(code(name), code(_plain(value)), _choices(table, name)) for name, value in table.parameters.items()]
    name, value = next(iter(table.parameters.items()))
    shell = f"siyu metric {table.name} --param {name}={_plain(value) if value is not None else '…'}"
    return page(
        "## Parameters",
        grid(("parameter", "default", "one of"), rows),
        fenced(f'{shell}\nopen_warehouse().metric("{table.name}", {name}={value!r})', ""),
    )


def _choices(table: Table, name: str) -> str:
    """What a parameter takes, where that is not just any part of its default."""
    if name in table.header.activities:
        most = table.header.activities[name]
        listed = [*map(code, meanings()), f"any word of {code('core.activities.activity')}"]
        return ", ".join(listed) + (f"; at most {most}" if most else "")
    allowed = table.choices.get(name, [])
    return "" if allowed == table.parameters[name] else ", ".join(map(code, allowed))


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _checks(table: Table) -> str:
    lines = [f"- {_told(check)}" for check in checks_of(table)]
    return "## Checks\n\n" + "\n".join(lines) if lines else ""


def _told(check: Check) -> str:
    words = check.expected.replace('"', "")
    return words if check.is_blocking else f"{words} (reported, stops nothing)"


def _lineage(table: Table, readers: list[str]) -> str:
    from pipelines.lineage import column_lineage

    parts = ["## Lineage"]
    is_fed = table.schema == "staging"
    fed = [name for name, source in shipped_sources().items() if is_fed and table.name in source.tables]
    if feeds := [f"[{name}](../sources/{name}.md)" for name in fed]:
        parts.append("**Fed by:** " + ", ".join(feeds))
    for label, names in (("Reads", table.dependencies), ("Read by", readers)):
        if names:
            parts.append(f"**{label}:** " + ", ".join(_link(name) for name in names))
    rows = [(code(name), _origins(origins)) for name, origins in column_lineage(table).items() if origins]
    if rows:
        parts.append(grid(("column", "made from"), rows))
    return page(*parts) if len(parts) > 1 else ""


def _origins(origins: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(code(f"{table}.{column}") for table, column in origins)


def _link(name: str) -> str:
    return code(name) if name.startswith("ops.") else f"[{name}]({name}.md)"  # the ledger has no page


def _example(example: Example | None) -> str:
    if example is None:
        return ""
    given = [part for name, text in example.given.items() for part in (f"`{name}`", _given(name, text))]
    return page(
        "## Worked example",
        example.about,
        *(["**Given**", *given] if given else []),
        f"**Then** {_asked(example)}",
        example.expected,
        example.by_hand,
    )


def _given(name: str, text: str) -> str:
    return fenced(text) if name.startswith("landing/") else text.strip()


def _asked(example: Example) -> str:
    where = f", where `{example.where}`" if example.where else ""
    if not example.as_of:
        return f"`{example.table}` holds{where}"
    asked = f"`{example.question}`" if example.question else f"`{example.table}`"
    return f"{asked}, as of {example.as_of}{where}"
