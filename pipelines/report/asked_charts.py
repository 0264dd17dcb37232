"""A chart of charts.yaml with its rows asked of a snapshot: one for the report, or one for each of many pages.

What belongs here: which rows a chart is drawn of. What does not: the block that it becomes (blocks.py), drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.report import charts
from pipelines.report.blocks import Beside, chart_block
from pipelines.report.cells import Look, Spec
from pipelines.report.chart_spec import counts_behind, path_columns
from pipelines.report.shapes import Block, Picture
from pipelines.report.small import told, without_few
from pipelines.report.source import Row, Source

Key = tuple[Any, ...]


def chart(source: Source, name: str, look: Look) -> Block | None:
    """One chart of all its rows; None where the snapshot lacks its table, or nothing is to be drawn."""
    return chart_by_page(source, name, {}, look).get(())


def chart_by_page(source: Source, name: str, keys: Mapping[str, str], look: Look) -> dict[Key, Block]:
    """A chart for each page that has rows of it. `keys`: by column of a page's key the SQL that makes it of a row."""
    spec = {**charts.definition(name), "name": name}
    if not source.has(spec["table"]):
        return {}
    given = _by_key(_rows(source, spec, spec.get("where", {}), keys), keys)
    wholes = _by_key(_rows(source, spec, spec["total"], keys), keys) if "total" in spec else {}
    marks = source.rows(charts.definitions()["marks"][spec["marks"]]) if "marks" in spec else []
    if (unknown := charts.definitions()["unknown"].get(spec.get("unknown"))) and source.has(unknown["needs"]):
        marks += source.rows(unknown["sql"])
    made = {key: _made(spec, rows, wholes.get(key, []), marks, look) for key, rows in given.items()}
    return {key: block for key, block in made.items() if block is not None}


def _made(spec: Spec, given: list[Row], wholes: list[Row], marks: list[Row], look: Look) -> Block | None:
    rows = charts.select(spec, given)
    beside = Beside(marks, _totals(spec, wholes, rows, look), _path(spec, given))
    made = chart_block(spec, rows, look, beside) if rows else None
    return None if isinstance(made, Picture) and not made.svg else made


def _rows(source: Source, spec: Spec, where: Mapping[str, Any], keys: Mapping[str, str]) -> list[Row]:
    columns = dict.fromkeys([*charts.columns(spec), *counts_behind(spec), *path_columns(spec)])
    names = ", ".join([*columns, *(f"{sql} as {_place(name)}" for name, sql in keys.items())])
    if "parameters" in spec:
        return source.metric(spec["table"], spec["parameters"], columns=names)
    match = " and ".join(f"{column} = ${column}" for column in where) or "true"
    return source.rows(f"select {names} from {spec['table']} where {match}", **where)


def _by_key(rows: list[Row], keys: Mapping[str, str]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[_place(name)] for name in keys), []).append(row)
    return found


def _place(name: str) -> str:
    """Beside the chart's own columns, which may have the same name."""
    return f"page_{name}"


def _totals(spec: Spec, wholes: list[Row], rows: list[Row], look: Look) -> dict[Any, float]:
    """Of stacked bars the whole by place, where it is known and of people enough. The sum of all places may be told
    elsewhere, so that of few others go, too."""
    if not wholes:
        return {}
    x, y = spec["x"], spec["y"]
    places = {row[x] for row in rows}
    there = [row for row in wholes if row[x] in places]
    shown = without_few(there, {y: spec["behind"][y]}, look.small_group, [range(len(there))])
    known = {row[x]: told(row[y]) for row in shown}
    return {place: float(whole) for place, whole in sorted(known.items()) if whole is not None}


def _path(spec: Spec, rows: list[Row]) -> list[Row]:
    """The rows of a ladder's second view."""
    if "path" not in spec:
        return []
    asked = [row for row in rows if row[spec["days"]] == spec["path"]["days"]]
    return sorted(asked, key=lambda row: [row[name] for name in spec["order"]])
