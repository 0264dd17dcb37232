"""Every worked example of docs/examples is run: what a page shows is what comes out."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.catalogue import load_catalogue
from pipelines.docs.examples import Example, load_examples
from tests.warehouses import empty_warehouse
from tests.worlds import Row, table, world

EXAMPLES = load_examples()
# Examples show rates with four digits.
SHOWN = 5e-5
STRETCH = re.compile(r"\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d")


def test_every_table_has_a_worked_example() -> None:
    described = {name for name, one in load_catalogue().items() if one.schema in ("staging", "core", "metrics")}
    assert set(EXAMPLES) == described


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_true(name: str, tmp_path: Path) -> None:
    example = EXAMPLES[name]
    expected = table(example.expected)
    columns = list(expected[0])
    found = _loaded(example, tmp_path) if name.startswith("staging.") else _computed(example)
    told = [{column: row[column] for column in columns} for row in found]
    assert len(told) == len(expected), told
    for given, wanted in zip(told, expected, strict=True):
        assert all(_same(given[column], wanted[column]) for column in columns), (given, wanted)


def _computed(example: Example) -> list[Row]:
    given = {name: _every_day(table(text)) for name, text in example.given.items()}
    staging = {name.removeprefix("staging."): rows for name, rows in given.items() if name.startswith("staging.")}
    built = world(staging, as_of=example.as_of, is_known=False)
    for name, rows in given.items():
        for row in rows if name.startswith("ops.") else ():
            columns = ", ".join(f"? as {column}" for column in row)
            built.warehouse.execute(f"insert into {name} by name select {columns}", list(row.values()))
    return built.rows(example.table, where=example.where or "true", **example.parameters)


def _every_day(rows: list[Row]) -> list[Row]:
    """The rows; of one whose cell says `2025-01-01 to 2025-01-31` one for each of these days, for which `*` stands."""
    told = []
    for row in rows:
        stretch = next((cell.split(" to ") for cell in row.values() if STRETCH.fullmatch(str(cell))), None)
        first, last = map(date.fromisoformat, stretch) if stretch else (date.min, date.min)
        for day in (first + timedelta(days=offset) for offset in range((last - first).days + 1)):
            told.append({name: _of_day(cell, day) if stretch else cell for name, cell in row.items()})
    return told


def _of_day(cell: Any, day: date) -> Any:
    return day if STRETCH.fullmatch(str(cell)) else cell.replace("*", str(day)) if isinstance(cell, str) else cell


def _loaded(example: Example, home: Path) -> list[Row]:
    """The rows that the files of an example become, with has_phone for the key that differs from home to home."""
    from pipelines.ingest import ingest
    from pipelines.settings import load_settings

    for path, text in example.given.items():
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    connection = empty_warehouse()
    for result in ingest(connection, load_settings(home)).files:
        assert result.rows_loaded == result.rows_read > 0, result
    relation = connection.sql(f"select * from {example.table} order by file_row")
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    return [{**row, "has_phone": row.get("phone_key") is not None} for row in rows]


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        return found == str(wanted)
    if isinstance(found, float | Decimal) and not isinstance(wanted, bool) and wanted is not None:
        return abs(float(found) - float(wanted)) <= SHOWN
    if isinstance(found, datetime) and not isinstance(wanted, datetime):
        return isinstance(wanted, date) and found == datetime.combine(wanted, datetime.min.time())
    return bool(found == wanted)
